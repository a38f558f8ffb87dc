/**
 * The books: what is known here of the store, from one batch to the next. Entered when a batch is confirmed (writer.ts),
 * when the store has been read (opening.ts) and when it was put right (recovery.ts). Pure.
 */
import type { StoreOperation } from "../ports.ts";
import { firstSequence, type Identity } from "./identity.ts";
import type { Arrival } from "./loading.ts";
import type { Opened } from "./opening.ts";
import { EMPTY_TALLY, type Tally } from "./tally.ts";

export interface Books {
  /** What the store says of itself; undefined until it was opened for the first time. */
  identity: Identity | undefined;
  tally: Tally;
  /** Frames that were promised and are missing, or unreadable. */
  lost: number;
  /** Frames that an earlier version had put aside, and that are in their lanes again. */
  retried: number;
  /** The oldest record. */
  oldest: Arrival | undefined;
  /** The highest sequence on disk; -1: none of this run. */
  confirmed: number;
  /** Written, and not yet synced. */
  unsynced: StoreOperation[];
  /** The store was repaired, and what is known of it is from before. */
  reloadDue: boolean;
  /** What the notes say, written or not. */
  readonly notes: Map<string, string>;
  /** Those that are not on disk yet. */
  readonly unwrittenNotes: Map<string, string>;
}

export function emptyBooks(): Books {
  return {
    identity: undefined,
    tally: EMPTY_TALLY,
    lost: 0,
    retried: 0,
    oldest: undefined,
    confirmed: -1,
    unsynced: [],
    reloadDue: false,
    notes: new Map(),
    unwrittenNotes: new Map(),
  };
}

/**
 * The store has been opened for the first time. Notes that were made meanwhile give way to the store's own: who made
 * them is told, and knows how to go on from both.
 */
export function enterOpened(books: Books, opened: Opened): void {
  const { identity, openCount, tally, lost, retried, oldest, notes } = opened;
  Object.assign(books, { identity, tally, lost, retried, oldest, confirmed: firstSequence(openCount) - 1 });
  for (const [name, value] of notes) {
    books.notes.set(name, value);
    books.unwrittenNotes.delete(name);
  }
}
