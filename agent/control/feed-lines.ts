/**
 * The feed on the control socket, line by line, for as long as its reader stays.
 *
 *   GET /feed             { kind: "head" }, then each event of feed-events.ts
 *   GET /feed?payload=1   so, and an uplink has `phyPayload`, in hex
 *
 * { kind: "alive" } comes when nothing else does, so that either side notices the other's end; { kind: "dropped", events }
 * where the reader was too slow for what passed.
 */
import type { Clock, ControlAnswer, ControlRequest, Lines } from "../ports.ts";
import type { Feed } from "./feed.ts";

/** Events that wait for a slow reader; the oldest go beyond it. */
export const FEED_WAITING_MAX = 1_000;
/** What passes meanwhile is written at once: a write per frame would cost more than the frame. */
export const FEED_GATHER_MS = 50;
export const FEED_ALIVE_EVERY_MS = 5_000;

/** @returns undefined for what is not the feed's. */
export function answerFeed(
  request: Pick<ControlRequest, "method" | "path">,
  feed: Feed,
  clock: Clock,
): ControlAnswer | undefined {
  const { pathname, searchParams } = new URL(request.path, "http://edge-agent");
  if (request.method !== "GET" || pathname !== "/feed") return undefined;
  const lines = feedLines(feed, clock, searchParams.get("payload") === "1");
  return lines === undefined
    ? { status: 503, body: { error: "too many listen already" } }
    : { status: 200, body: undefined, lines };
}

/** Listens from now on, until the lines are ended. @returns undefined when too many listen already. */
export function feedLines(feed: Feed, clock: Clock, withPayload: boolean): Lines | undefined {
  let waiting: unknown[] = [];
  let dropped = 0;
  let wake: (() => void) | undefined;
  const stop = feed.subscribe((event, phyPayload) => {
    if (waiting.length >= FEED_WAITING_MAX) {
      waiting.shift();
      dropped += 1;
    }
    const hasOctets = withPayload && phyPayload !== undefined;
    waiting.push(hasOctets ? { ...event, phyPayload: phyPayload.toString("hex") } : event);
    wake?.();
  });
  if (stop === undefined) return undefined;

  const something = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.after(FEED_ALIVE_EVERY_MS, resolve);
      wake = () => {
        wake = undefined;
        timer.cancel();
        resolve();
      };
    });

  return (async function* (): Lines {
    try {
      yield [{ kind: "head", wallMs: clock.wallMs() }];
      while (true) {
        if (waiting.length === 0) await something();
        if (waiting.length === 0) {
          yield [{ kind: "alive", wallMs: clock.wallMs() }];
          continue;
        }
        await clock.sleep(FEED_GATHER_MS);
        const piece = dropped === 0 ? waiting : [{ kind: "dropped", events: dropped }, ...waiting];
        waiting = [];
        dropped = 0;
        yield piece;
      }
    } finally {
      stop();
    }
  })();
}
