/**
 * Whether our own topics, `[prefix/]edge/<eui>/…`, may be used. They are a courtesy: a broker that refuses one, or
 * closes the connection over it, must not cost a single frame.
 *
 * A bad road closes connections as soon as such a broker does, and an access list changes one day. So a topic is left
 * out for a time only, longer each time, and then comes back on trial. Each topic stands for itself: that one
 * is accepted says nothing of the next.
 *
 * Pure.
 */
const CLOSE_WITHIN_MS = 1_000;
const CLOSES_MAX = 2;
export const PAUSE_FIRST_MS = 10 * 60_000;
export const PAUSE_LONGEST_MS = 24 * 3_600_000;

interface Topic {
  /** Of the last publish that was not answered yet. */
  publishedMs: number;
  /** Connections that ended over it since it was last accepted. */
  closes: number;
  /** How long it is left out; 0: it is in use. */
  pauseMs: number;
  pausedUntilMs: number;
}

interface OwnNamespace {
  mayPublish(topic: string, monotonicMs: number): boolean;
  published(topic: string, monotonicMs: number): void;
  accepted(topic: string): void;
  refused(topic: string, monotonicMs: number): void;
  /** The connection ended. */
  closed(monotonicMs: number): void;
  /** Some topic is left out, or on trial since. */
  readonly suspended: boolean;
}

export function createOwnNamespace(): OwnNamespace {
  const topics = new Map<string, Topic>();
  const topicOf = (name: string): Topic => {
    let topic = topics.get(name);
    if (topic === undefined) {
      topic = { publishedMs: Number.NEGATIVE_INFINITY, closes: 0, pauseMs: 0, pausedUntilMs: 0 };
      topics.set(name, topic);
    }
    return topic;
  };
  const pause = (topic: Topic, monotonicMs: number): void => {
    topic.pauseMs = Math.min(Math.max(2 * topic.pauseMs, PAUSE_FIRST_MS), PAUSE_LONGEST_MS);
    topic.pausedUntilMs = monotonicMs + topic.pauseMs;
  };
  return {
    mayPublish: (name, monotonicMs) => monotonicMs >= (topics.get(name)?.pausedUntilMs ?? 0),
    published: (name, monotonicMs) => {
      topicOf(name).publishedMs = monotonicMs;
    },
    accepted: (name) => {
      topics.delete(name);
    },
    refused: (name, monotonicMs) => pause(topicOf(name), monotonicMs),
    closed: (monotonicMs) => {
      for (const topic of topics.values()) {
        const isSuspect = monotonicMs - topic.publishedMs <= CLOSE_WITHIN_MS;
        topic.publishedMs = Number.NEGATIVE_INFINITY;
        if (!isSuspect) continue;
        topic.closes += 1;
        // On trial once is enough.
        if (topic.closes >= CLOSES_MAX || topic.pauseMs > 0) pause(topic, monotonicMs);
      }
    },
    get suspended() {
      for (const { pauseMs } of topics.values()) if (pauseMs > 0) return true;
      return false;
    },
  };
}
