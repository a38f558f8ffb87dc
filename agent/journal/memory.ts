/**
 * Frames that are only in memory: kept, not yet on disk, not yet taken by every core. Bounded, in order.
 *
 * Pure bookkeeping; when a commit is due and what it writes is decided in store-journal.ts. What lies on disk is
 * in shelves.ts.
 */
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
  /** A core chokes on it: it is to be put aside on disk, whoever takes it. */
  aside: boolean;
}

export interface Memory {
  readonly frames: number;
  readonly octets: number;
  add(held: Held): void;
  get(sequence: number): Held | undefined;
  /** The lane's first one after `afterSequence` that has one of these claims. */
  first(lane: Lane, claims: number, afterSequence: number): Held | undefined;
  lanes(): IterableIterator<readonly [Lane, readonly Held[]]>;
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
  return {
    get frames() {
      return waiting.size + committing.size;
    },
    get octets() {
      return octets;
    },
    add: (held) => {
      waiting.set(held.frame.sequence, held);
      octets += held.octets;
      const lane = lanes.get(held.lane);
      if (lane === undefined) lanes.set(held.lane, [held]);
      else lane.push(held);
    },
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
      for (const held of ended.values()) {
        if (well || (held.claims === 0 && !held.aside)) {
          waiting.delete(held.frame.sequence);
          forget(held);
        }
      }
    },
  };
}

/** Tells all who wait for the custody of a frame. */
export function settle(held: Held, outcome: CustodyOutcome): void {
  const { waiters } = held;
  held.waiters = [];
  for (const tell of waiters) tell(outcome);
}
