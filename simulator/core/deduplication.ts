/**
 * De-duplication: the copies of one transmission, by whichever gateways they come, are collected for a while and
 * handled together.
 *
 *   0 ms          delay          2 x delay
 *   |-- collected --|-- swallowed --|-- the next copy starts anew, and meets the frame counter
 *
 * As ChirpStack keeps it in Redis: a set of copies and a lock. The lock lasts twice the delay from the first copy;
 * the set lives as long from its latest copy and is not emptied when it has been read, so that one which starts anew
 * may hold copies of before.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/uplink/mod.rs, deduplicate_uplink.
 */
import type { Clock } from "../../agent/ports.ts";

/** Redis gets no shorter lock. */
const LOCK_MS_MIN = 200;

interface Collection<C> {
  readonly copies: C[];
  collecting: boolean;
  setEndsMs: number;
  lockEndsMs: number;
}

export interface DeduplicationParts<C> {
  readonly clock: Clock;
  readonly delayMs: number;
  /** Once for each collection, when its delay is over. */
  readonly onCollected: (copies: readonly C[]) => void;
  /** It came too late to be collected and too early to start anew: nobody looks at it. */
  readonly onSwallowed: (copy: C) => void;
}

export interface Deduplication<C> {
  put(key: string, copy: C): void;
  /** Collections that are remembered. */
  readonly size: number;
}

export function createDeduplication<C>(parts: DeduplicationParts<C>): Deduplication<C> {
  const { clock, delayMs, onCollected, onSwallowed } = parts;
  const lastsMs = Math.max(2 * delayMs, LOCK_MS_MIN);
  /** In the order in which their sets end: the one that took the latest copy is the last. */
  const collections = new Map<string, Collection<C>>();

  const forgetEnded = (nowMs: number): void => {
    for (const [key, { setEndsMs }] of collections) {
      if (setEndsMs > nowMs) return;
      collections.delete(key);
    }
  };

  return {
    put: (key, copy) => {
      const nowMs = clock.monotonicMs();
      forgetEnded(nowMs);
      const collection = collections.get(key) ?? newCollection<C>();
      collections.delete(key);
      collections.set(key, collection);
      collection.copies.push(copy);
      collection.setEndsMs = nowMs + lastsMs;
      if (nowMs < collection.lockEndsMs) {
        if (!collection.collecting) onSwallowed(copy);
        return;
      }
      collection.lockEndsMs = nowMs + lastsMs;
      collection.collecting = true;
      clock.after(delayMs, () => {
        collection.collecting = false;
        onCollected([...collection.copies]);
      });
    },
    get size() {
      return collections.size;
    },
  };
}

function newCollection<C>(): Collection<C> {
  return { copies: [], collecting: false, setEndsMs: 0, lockEndsMs: 0 };
}
