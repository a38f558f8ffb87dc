/**
 * What browsers are told as it happens, as Server-Sent Events (WHATWG HTML, 9.2): `status` every few seconds, `frames`
 * in batches, `end` when the session is over.
 *
 * While nobody looks there is no timer and no listener. A batch is made once, whoever looks; it holds at most
 * BATCH_EVENTS_MAX events, and says how many it has left out. A reader who does not take what is written misses
 * batches; one who takes nothing for long is cut off.
 */
import type { Feed } from "../control/feed.ts";
import type { FeedEvent } from "../control/feed-events.ts";
import { isAgentError } from "../errors.ts";
import type { Clock, Timer, WebAnswer, WebReader } from "../ports.ts";
import { headersOf } from "./headers.ts";
import type { ShownFrames, ShownStatus } from "./shown.ts";

export const READERS_MAX = 6;
export const BATCH_EVENTS_MAX = 200;
/** What a reader may be behind. */
export const WAITING_OCTETS_MAX = 256 * 1024;
export const BEHIND_MS_MAX = 30_000;
export const BATCH_EVERY_MS = 250;
export const STATUS_EVERY_MS = 3_000;

export interface LiveParts {
  readonly clock: Pick<Clock, "after" | "monotonicMs">;
  readonly feed: Pick<Feed, "subscribe">;
  readonly status: () => Promise<ShownStatus>;
}

export interface Live {
  /** @param isIn asked now and then: whether the reader may still look. undefined: READERS_MAX look already. */
  answer(isIn: () => boolean): WebAnswer | undefined;
  close(): void;
}

interface Reader {
  readonly to: WebReader;
  readonly isIn: () => boolean;
  /** Since when it has been too far behind. */
  behindMs: number | undefined;
}

export function createLive({ clock, feed, status }: LiveParts): Live {
  const readers = new Set<Reader>();
  let events: FeedEvent[] = [];
  let left = 0;
  let batchTimer: Timer | undefined;
  let statusTimer: Timer | undefined;
  let isAsking = false;
  let endFeed: (() => void) | undefined;

  function onEvent(event: FeedEvent): void {
    if (events.length < BATCH_EVENTS_MAX) events.push(event);
    else left += 1;
    batchTimer ??= clock.after(BATCH_EVERY_MS, sendBatch);
  }

  function sendBatch(): void {
    batchTimer = undefined;
    const batch: ShownFrames = { events, left };
    events = [];
    left = 0;
    tell("frames", batch);
  }

  function tell(event: string, said: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(said)}\n\n`;
    for (const reader of readers) {
      if (keepsUp(reader)) reader.to.write(text);
    }
  }

  function keepsUp(reader: Reader): boolean {
    if (reader.to.waitingOctets <= WAITING_OCTETS_MAX) {
      reader.behindMs = undefined;
      return true;
    }
    reader.behindMs ??= clock.monotonicMs();
    if (clock.monotonicMs() - reader.behindMs >= BEHIND_MS_MAX) reader.to.cut();
    return false;
  }

  async function sendStatus(): Promise<void> {
    statusTimer = undefined;
    for (const reader of readers) {
      if (reader.isIn()) continue;
      reader.to.write("event: end\ndata: {}\n\n");
      leave(reader);
      // What was written goes out first; the reader closes, or is closed.
      clock.after(1_000, () => reader.to.cut());
    }
    if (readers.size === 0) return;
    isAsking = true;
    try {
      tell("status", await status());
    } catch (error) {
      // The world has failed, not we: the next round may know more, and the page says meanwhile that nothing comes.
      if (!isAgentError(error)) throw error;
    } finally {
      isAsking = false;
    }
    if (readers.size > 0) statusTimer = clock.after(STATUS_EVERY_MS, () => void sendStatus());
  }

  function enter(to: WebReader, isIn: () => boolean): () => void {
    if (readers.size >= READERS_MAX) {
      to.cut();
      return () => undefined;
    }
    const reader: Reader = { to, isIn, behindMs: undefined };
    readers.add(reader);
    // How soon a browser asks again when the agent has gone.
    to.write("retry: 2000\n\n");
    endFeed ??= feed.subscribe(onEvent);
    // One that is being asked for will be told to this reader too.
    if (!isAsking) {
      statusTimer?.cancel();
      statusTimer = clock.after(0, () => void sendStatus());
    }
    return () => leave(reader);
  }

  function leave(reader: Reader): void {
    readers.delete(reader);
    if (readers.size > 0) return;
    endFeed?.();
    endFeed = undefined;
    batchTimer?.cancel();
    statusTimer?.cancel();
    batchTimer = undefined;
    statusTimer = undefined;
    events = [];
    left = 0;
  }

  return {
    answer: (isIn) => {
      if (readers.size >= READERS_MAX) return undefined;
      return {
        status: 200,
        headers: headersOf("text/event-stream", "never"),
        stream: (to) => enter(to, isIn),
      };
    },
    close: () => {
      for (const reader of [...readers]) {
        leave(reader);
        reader.to.cut();
      }
    },
  };
}
