/**
 * The frames a forwarder has and no server has acknowledged: the concentrator's FIFO, or a store of its own.
 *
 * Which of the two, and its limits, is the manner's. A FIFO gives a frame out once and refuses the newest when it is
 * full; a store gives it out until it is acknowledged and gives up the oldest.
 */
import type { HeardFrame } from "./concentrator.ts";
import type { KeepsNothing, KeepsStore } from "./manner.ts";
import { markDelayed } from "./rxpk-text.ts";

export interface Held {
  readonly frame: HeardFrame;
  readonly sinceMs: number;
  timesSent: number;
}

export interface HeldFrames {
  /** @returns the frame that had to be given up for it, perhaps itself. */
  add(frame: HeardFrame, nowMs: number): HeardFrame | undefined;
  /** @param octetsFree of a datagram, for rxpk and the commas between them. @returns the oldest ones that fit. */
  batch(nowMs: number, octetsFree: number): Held[];
  /** As the datagram carries it. */
  textOf(held: Held, nowMs: number): string;
  /** A batch was sent. */
  sent(batch: readonly Held[]): void;
  acknowledged(batch: readonly Held[]): void;
  /** @returns what is lost with the concentrator. */
  concentratorRestarted(): HeardFrame[];
  readonly size: number;
}

export function createFifo({ fifoFramesMax, datagramFramesMax }: KeepsNothing): HeldFrames {
  const held: Held[] = [];
  return {
    add: (frame, nowMs) => {
      if (held.length >= fifoFramesMax) return frame;
      held.push({ frame, sinceMs: nowMs, timesSent: 0 });
      return undefined;
    },
    batch: () => held.slice(0, datagramFramesMax),
    textOf: ({ frame }) => frame.rxpk,
    sent: (batch) => {
      for (const one of batch) one.timesSent++;
      held.splice(0, batch.length);
    },
    acknowledged: () => undefined,
    concentratorRestarted: () => held.splice(0).map(({ frame }) => frame),
    get size() {
      return held.length;
    },
  };
}

/** @param heldBackMs a frame that has waited this long is a delayed one even if it was never sent. */
export function createStore({ framesMax, marksDelayed }: KeepsStore, heldBackMs: number): HeldFrames {
  /** Oldest first, as sets are. */
  const held = new Set<Held>();
  const textOf = ({ frame, timesSent, sinceMs }: Held, nowMs: number): string => {
    const heldBack = timesSent > 0 || nowMs - sinceMs >= heldBackMs;
    return marksDelayed && heldBack ? markDelayed(frame.rxpk) : frame.rxpk;
  };
  return {
    add: (frame, nowMs) => {
      const oldest: Held | undefined = held.size >= framesMax ? held.values().next().value : undefined;
      if (oldest) held.delete(oldest);
      held.add({ frame, sinceMs: nowMs, timesSent: 0 });
      return oldest?.frame;
    },
    batch: (nowMs, octetsFree) => {
      const batch: Held[] = [];
      let octets = 0;
      for (const one of held) {
        octets += textOf(one, nowMs).length + 1;
        if (octets > octetsFree + 1 && batch.length > 0) break;
        batch.push(one);
      }
      return batch;
    },
    textOf,
    sent: (batch) => {
      for (const one of batch) one.timesSent++;
    },
    acknowledged: (batch) => {
      for (const one of batch) held.delete(one);
    },
    concentratorRestarted: () => [],
    get size() {
      return held.size;
    },
  };
}
