/**
 * What is known in memory of the frames on disk: per lane how many each core has still to get and where its oldest
 * is, a short window of what comes next, and the frames that were changed since the disk last heard of it.
 *
 * Never the frames themselves: a million records in 5,000 lanes are 5,000 small objects here. Pure; it reads and
 * writes nothing.
 */
import type { Lane } from "../frame/frame.ts";
import { type IndexEntry, lanePrefix } from "./keys.ts";

/** Frames whose state is remembered because somebody may be carrying them. Beyond it, it is read again when needed. */
const REMEMBERED_MAX = 8_192;
/** Many are forgotten at once: a Map walks past all that it has lost to find its first entry. */
const REMEMBERED_LEAST = 6_144;

/** A frame on disk. */
export interface Stored {
  readonly sequence: number;
  readonly lane: Lane;
  /** Of its record; 0 until that was read. */
  octets: number;
  /** As the index on disk has them. */
  diskClaims: number;
  /** As they are; fewer than on disk until the change is written. */
  claims: number;
  /** What is to be put aside at the next change: an unreadable record, or one that a core chokes on. */
  aside?: Buffer | undefined;
  /** For which cores a sound record is set aside. */
  asideFor?: number;
}

export interface Shelf {
  readonly lane: Lane;
  /** The lane's prefix in the index. */
  readonly prefix: Buffer;
  /** By slot: frames this core has not taken, the oldest of them (or a bound below it), and what comes next. */
  readonly frames: number[];
  readonly oldest: number[];
  readonly windows: (Window | undefined)[];
}

/** The first index entries after a sequence which this core has not taken, in order, as far as they were read. */
interface Window {
  readonly after: number;
  readonly entries: IndexEntry[];
}

export interface Shelves {
  /** A frame lies on disk with these claims. */
  add(lane: Lane, sequence: number, claims: number): void;
  /** The shelf of a lane that has frames on disk. */
  get(lane: Lane): Shelf | undefined;
  all(): IterableIterator<Shelf>;
  /** How many lanes have frames on disk. */
  readonly size: number;
  clear(): void;
  /** Takes over the lanes of another; of single frames only the changes are still known. */
  adopt(other: Shelves): void;
  recall(sequence: number): Stored | undefined;
  /** @returns the one already known under this sequence, else this one. */
  remember(stored: Stored): Stored;
  /** These cores are done with it. */
  take(stored: Stored, claims: number): void;
  /** Those changed since they were last written. */
  readonly changed: ReadonlySet<Stored>;
  /** The disk now has these claims of it (0: it is gone) and has put this aside. */
  wrote(stored: Stored, claims: number, aside: Buffer | undefined): void;
  /** The next entry that is known without reading; "unknown" when the index must be read. */
  peek(shelf: Shelf, slot: number, afterSequence: number): IndexEntry | undefined | "unknown";
  /** What was read of the index: this core's first entries after `afterSequence`, none left out. */
  fill(shelf: Shelf, slot: number, afterSequence: number, entries: IndexEntry[]): void;
}

export function makeShelves(): Shelves {
  const shelves = new Map<Lane, Shelf>();
  const remembered = new Map<number, Stored>();
  const changed = new Set<Stored>();
  let trimAt = REMEMBERED_MAX;

  const trim = (): void => {
    for (const [sequence, stored] of remembered) {
      if (remembered.size <= REMEMBERED_LEAST) break;
      if (!changed.has(stored)) remembered.delete(sequence);
    }
    // What is changed must stay: where that is nearly all, the next look would find no more.
    trimAt = remembered.size > REMEMBERED_LEAST ? 2 * remembered.size : REMEMBERED_MAX;
  };
  return {
    add: (lane, sequence, claims) => {
      let shelf = shelves.get(lane);
      if (shelf === undefined) {
        shelf = new LaneShelf(lane, 32 - Math.clz32(claims));
        shelves.set(lane, shelf);
      }
      for (let slot = 0; claims >> slot !== 0; slot++) {
        if (!((claims >> slot) & 1)) continue;
        const before = shelf.frames[slot] ?? 0;
        shelf.frames[slot] = before + 1;
        if (before === 0 || sequence < shelf.oldest[slot]!) shelf.oldest[slot] = sequence;
      }
    },
    get: (lane) => shelves.get(lane),
    all: () => shelves.values(),
    get size() {
      return shelves.size;
    },
    clear: () => shelves.clear(),
    adopt: (other) => {
      shelves.clear();
      for (const shelf of other.all()) shelves.set(shelf.lane, shelf);
      remembered.clear();
      for (const stored of changed) remembered.set(stored.sequence, stored);
    },
    recall: (sequence) => remembered.get(sequence),
    remember: (stored) => {
      const known = remembered.get(stored.sequence);
      if (known !== undefined) return known;
      remembered.set(stored.sequence, stored);
      if (remembered.size > trimAt) trim();
      return stored;
    },
    take: (stored, claims) => {
      const taken = stored.claims & claims;
      stored.claims &= ~taken;
      changed.add(stored);
      // It may have been forgotten since it was handed out: two that differ must never go by one number.
      if (!remembered.has(stored.sequence)) remembered.set(stored.sequence, stored);
      const shelf = shelves.get(stored.lane);
      if (shelf === undefined) return;
      let left = 0;
      for (let slot = 0; slot < shelf.frames.length; slot++) {
        if ((taken >> slot) & 1) leave(shelf, slot, stored.sequence);
        else amend(shelf.windows[slot], stored);
        left += shelf.frames[slot] ?? 0;
      }
      if (left === 0) shelves.delete(stored.lane);
    },
    changed,
    wrote: (stored, claims, aside) => {
      stored.diskClaims = claims;
      if (stored.aside === aside) stored.aside = undefined;
      if (stored.claims === claims) changed.delete(stored);
      if (claims === 0) remembered.delete(stored.sequence);
    },
    peek: (shelf, slot, afterSequence) => {
      if (!shelf.frames[slot]) return undefined;
      const window = shelf.windows[slot];
      if (window === undefined || afterSequence < window.after) return "unknown";
      for (const entry of window.entries) if (entry.sequence > afterSequence) return entry;
      return "unknown";
    },
    fill: (shelf, slot, afterSequence, entries) => {
      shelf.windows[slot] = { after: afterSequence, entries };
      if (entries.length > 0 && afterSequence < shelf.oldest[slot]!)
        shelf.oldest[slot] = entries[0]!.sequence;
    },
  };
}

/** Thousands of them lie there for days: lists as long as they must be, and what can be reckoned is not kept. */
class LaneShelf implements Shelf {
  readonly lane: Lane;
  readonly frames: number[];
  readonly oldest: number[];
  readonly windows: (Window | undefined)[];

  constructor(lane: Lane, slots: number) {
    this.lane = lane;
    this.frames = new Array<number>(slots).fill(0);
    this.oldest = new Array<number>(slots).fill(0);
    this.windows = new Array<undefined>(slots).fill(undefined);
  }

  get prefix(): Buffer {
    return lanePrefix(this.lane);
  }
}

/** One frame fewer for this core. */
function leave(shelf: Shelf, slot: number, sequence: number): void {
  shelf.frames[slot]!--;
  const window = shelf.windows[slot];
  const at = window?.entries.findIndex((entry) => entry.sequence === sequence) ?? -1;
  if (at >= 0) window!.entries.splice(at, 1);
  if (shelf.oldest[slot] !== sequence) return;
  // Exact where the window knows what follows; else a bound, which the next reading of the index corrects.
  const follows = at === 0 ? window!.entries[0]?.sequence : undefined;
  shelf.oldest[slot] = follows ?? sequence + 1;
  if (shelf.frames[slot] === 0) shelf.windows[slot] = undefined;
}

/** Another core took it: the key under which this core's window finds it changes with the claims. */
function amend(window: Window | undefined, stored: Stored): void {
  const at = window?.entries.findIndex((entry) => entry.sequence === stored.sequence) ?? -1;
  if (at >= 0) window!.entries[at] = { sequence: stored.sequence, claims: stored.claims };
}
