/**
 * Whether our own topics, `[prefix/]edge/<eui>/…`, may be used. They are a courtesy: a broker that refuses them, or
 * closes the connection over them, must not cost a single frame.
 *
 * Pure. Suspended for the life of the process, or until the credentials change: an access list seldom does.
 */
const CLOSE_WITHIN_MS = 1_000;
const CLOSES_MAX = 2;

interface OwnNamespace {
  readonly suspended: boolean;
  published(monotonicMs: number): void;
  refused(): void;
  /** The connection ended. */
  closed(monotonicMs: number): void;
}

export function createOwnNamespace(): OwnNamespace {
  let publishedMs = Number.NEGATIVE_INFINITY;
  let closes = 0;
  let suspended = false;
  return {
    get suspended() {
      return suspended;
    },
    published: (monotonicMs) => {
      publishedMs = monotonicMs;
    },
    refused: () => {
      suspended = true;
    },
    closed: (monotonicMs) => {
      if (monotonicMs - publishedMs > CLOSE_WITHIN_MS) return;
      publishedMs = Number.NEGATIVE_INFINITY;
      closes += 1;
      suspended ||= closes >= CLOSES_MAX;
    },
  };
}
