/**
 * Confirmation: what a batch said, entered in the books, the shelves and the memory once it is on disk. Pure; who is told of
 * it: writer.ts.
 */
import { createLatencyWindow, type LatencyWindow } from "../health/records/latency-window.ts";
import type { Batch } from "./batch.ts";
import type { Books } from "./books.ts";
import type { Claims } from "./claims.ts";
import type { Memory } from "./memory.ts";
import { writeRecord } from "./record.ts";
import type { Shelves } from "./shelves.ts";

/** Of this run. */
export interface Figures {
  commits: number;
  /** Frames that reached the disk. */
  storedTotal: number;
  removedTotal: number;
  asideTotal: number;
  lastCommitMs: number | undefined;
  readonly commitLatency: LatencyWindow;
  /** Keys and values handed to the store. */
  givenOctets: number;
}

export function noFigures(): Figures {
  return {
    commits: 0,
    storedTotal: 0,
    removedTotal: 0,
    asideTotal: 0,
    lastCommitMs: undefined,
    commitLatency: createLatencyWindow(),
    givenOctets: 0,
  };
}

export interface Entered {
  readonly books: Books;
  readonly memory: Memory;
  readonly shelves: Shelves;
  readonly claims: Claims;
  readonly figures: Figures;
}

/** @returns whether the oldest record is gone. */
export function enter(batch: Batch, { books, memory, shelves, claims, figures }: Entered): boolean {
  figures.removedTotal += batch.tally.removed - books.tally.removed;
  figures.storedTotal += batch.added.length;
  figures.asideTotal += batch.apart.length;
  books.tally = batch.tally;
  let isOldestGone = false;
  for (const { stored, claims: written, aside } of batch.changes) {
    if (aside !== undefined) figures.asideTotal++;
    shelves.wrote(stored, written, aside);
    if (written === 0 && stored.sequence === books.oldest?.sequence) isOldestGone = true;
  }
  memory.endCommit(true);
  for (const { held, claims: written, octets } of batch.added) {
    const { frame, lane } = held;
    const { sequence } = frame;
    books.confirmed = sequence;
    books.oldest ??= { sequence, wallMs: frame.arrivedWallMs };
    shelves.add(lane, sequence, written);
    const stored = shelves.remember({ sequence, lane, octets, diskClaims: written, claims: written });
    const takenMeanwhile = written & ~held.claims;
    if (takenMeanwhile === 0) continue;
    if (held.aside) stored.aside = writeRecord(frame, lane, claims.names(held.aside));
    shelves.take(stored, takenMeanwhile);
  }
  return isOldestGone;
}
