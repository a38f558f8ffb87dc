/**
 * Frames that are only in memory: kept, not yet on disk, not yet taken by every core. Bounded, in order.
 *
 * Pure bookkeeping; when a commit is due and what it writes is decided in store-journal.ts. What lies on disk is
 * in shelves.ts.
 */
import assert from "node:assert/strict";
import type { Frame, Lane } from "../frame/frame.ts";
import type { CustodyOutcome } from "./journal.ts";

export interface Held {
  readonly frame: Frame;
  readonly lane: Lane;
  /** One bit per core that has not taken it. */
  claims: number;
  /** What it counts for against the bound. */
  readonly octets: number;
  /** When it was kept, monotonic. */
  readonly keptMs: number;
  /** Those who wait for its custody; emptied when they were told. */
  waiters: ((outcome: CustodyOutcome) => void)[];
  /** One bit per core that chokes on it: it is to be set aside on disk, whoever takes it. */
  aside: number;
}

export interface Memory {
  readonly frames: number;
  readonly octets: number;
  add(held: Held): void;
  get(sequence: number): Held | undefined;
  /** The lane's first one after `afterSequence` that has one of these claims. */
  first(lane: Lane, claims: number, afterSequence: number): Held | undefined;
  lanes(): IterableIterator<readonly [Lane, readonly Held[]]>;
  readonly laneCount: number;
  hasLane(lane: Lane): boolean;
  /** The oldest that no commit has in hand. */
  oldestWaiting(): Held | undefined;
  /** Whether a commit has it in hand. */
  isCommitting(held: Held): boolean;
  /** Lets go of one that waits. */
  drop(held: Held): void;
  /** A commit takes in hand all that wait; undefined when none does. */
  beginCommit(): Iterable<Held> | undefined;
  /**
   * The commit has ended: well (its frames leave memory), or badly (they wait again, before the younger ones; those
   * which every core has taken meanwhile are let go of).
   */
  endCommit(well: boolean): void;
  /** All that wait are replaced, in their order. No commit may have any in hand. */
  renumber(change: (held: Held) => Held): void;
  /** Lets go of everything, whatever a commit has in hand. @returns what there was, oldest first */
  clear(): readonly Held[];
}

export function makeMemory(): Memory {
  let waiting = new Map<number, Held>();
  let committing = new Map<number, Held>();
  let octets = 0;
  const lanes = new Map<Lane, Held[]>();

  const forget = (held: Held): void => {
    octets -= held.octets;
    const lane = lanes.get(held.lane)!;
    if (lane.length === 1) lanes.delete(held.lane);
    else lane.splice(lane.indexOf(held), 1);
  };
  const put = (held: Held): void => {
    waiting.set(held.frame.sequence, held);
    octets += held.octets;
    const lane = lanes.get(held.lane);
    if (lane === undefined) lanes.set(held.lane, [held]);
    else lane.push(held);
  };
  const clear = (): readonly Held[] => {
    const all = [...committing.values(), ...waiting.values()];
    waiting = new Map();
    committing = new Map();
    lanes.clear();
    octets = 0;
    return all;
  };
  return {
    get frames() {
      return waiting.size + committing.size;
    },
    get octets() {
      return octets;
    },
    add: put,
    get: (sequence) => waiting.get(sequence) ?? committing.get(sequence),
    first: (lane, claims, afterSequence) => {
      const all = lanes.get(lane);
      if (all === undefined) return undefined;
      for (const held of all) {
        if (held.frame.sequence > afterSequence && held.claims & claims) return held;
      }
      return undefined;
    },
    lanes: () => lanes.entries(),
    get laneCount() {
      return lanes.size;
    },
    hasLane: (lane) => lanes.has(lane),
    oldestWaiting: () => {
      for (const held of waiting.values()) return held;
      return undefined;
    },
    isCommitting: (held) => committing.has(held.frame.sequence),
    drop: (held) => {
      if (waiting.delete(held.frame.sequence)) forget(held);
    },
    beginCommit: () => {
      if (waiting.size === 0) return undefined;
      committing = waiting;
      waiting = new Map();
      return committing.values();
    },
    endCommit: (well) => {
      const ended = committing;
      committing = new Map();
      if (!well) waiting = new Map([...ended, ...waiting]);
      for (const [sequence, held] of ended) {
        if (well) forget(held);
        else if (held.claims === 0 && !held.aside) {
          waiting.delete(sequence);
          forget(held);
        }
      }
    },
    renumber: (change) => {
      assert(committing.size === 0, "no commit has begun");
      for (const held of clear()) put(change(held));
    },
    clear,
  };
}

/** Tells all who wait for the custody of a frame. */
export function settle(held: Held, outcome: CustodyOutcome): void {
  const { waiters } = held;
  held.waiters = [];
  for (const tell of waiters) tell(outcome);
}
