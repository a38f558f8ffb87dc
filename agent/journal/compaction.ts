/**
 * Compaction: gives the space of removed frames back to the disk. LevelDB by itself does so slowly, and not at all where
 * nothing is written any more.
 *
 * It is worth its writing when the journal was thinned, and when it has become nearly empty after having held much: it
 * then rewrites at most an eighth of what it gives back. Frames that come and go in small numbers never cause one.
 *
 * After a thinning, which takes of the older half, the younger records are left as they are: every octet that is written
 * anew wears the flash.
 *
 * It goes in pieces, for a compaction cannot be broken off, and a journal must close within a second or two.
 */
import type { KeyValueStore } from "../ports.ts";
import { INDEX, type Range, RECORDS, recordKey } from "./keys.ts";

/** Less is not worth it. */
export const GARBAGE_OCTETS_MIN = 8_000_000;
/** Live octets that are written anew for so many that are given back. */
const LIVE_SHARE_MAX = 1 / 8;

/** Keys read at once, and keys of a piece: some 5 MB of records. */
const KEYS_AT_ONCE = 2_048;
const KEYS_PER_PIECE = 16_384;

/** @param garbageOctets removed since the last compaction. */
export function isWorthCompacting(garbageOctets: number, liveOctets: number): boolean {
  return garbageOctets >= GARBAGE_OCTETS_MIN && liveOctets <= garbageOctets * LIVE_SHARE_MAX;
}

export interface CompactionParts {
  /** @returns undefined when the journal is closed. @throws AgentError */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** Lets others have their turn. @returns false: it is time to stop */
  rest(): Promise<boolean>;
}

/**
 * @param upTo the youngest record that was removed; absent: any may have been.
 * @returns false when it was stopped.
 */
export async function compact(parts: CompactionParts, upTo?: number): Promise<boolean> {
  const records = upTo === undefined ? RECORDS : { gte: RECORDS.gte, lt: recordKey(upTo + 1) };
  for (const range of [INDEX, records]) {
    if (!(await compactRange(parts, range))) return false;
  }
  return true;
}

async function compactRange({ read, rest }: CompactionParts, range: Range): Promise<boolean> {
  let from = range.gte;
  for (let keysInPiece = 0, after: Buffer | undefined; ; ) {
    const start = after === undefined ? { gte: range.gte } : { gt: after };
    const keys = await read((store) => store.keys({ ...start, lt: range.lt, limit: KEYS_AT_ONCE }));
    if (keys === undefined) return false;
    const isLast = keys.length < KEYS_AT_ONCE;
    after = keys.at(-1) ?? after;
    keysInPiece += keys.length;
    if (!isLast && keysInPiece < KEYS_PER_PIECE) continue;
    const to = isLast ? range.lt : after!;
    const isDone = await read(async (store) => {
      await store.compact(from, to);
      return true;
    });
    if (isDone === undefined || !(await rest())) return false;
    if (isLast) return true;
    from = to;
    keysInPiece = 0;
  }
}
