/**
 * The audit: every record read, every index entry held against it, and what disagrees put right. It is made when the
 * journal was damaged or its tally does not agree with what was found; an ordinary start only walks the index
 * (opening.ts).
 *
 * A record is the truth, the index is made from records: a sound record without an entry gets one again, an entry
 * without a sound record goes, an unreadable record is put aside, where it stays exportable.
 */
import type { KeyValueStore, StoreOperation } from "../ports.ts";
import type { Claims } from "./claims.ts";
import {
  ASIDE,
  INDEX,
  indexKey,
  lanePrefix,
  NO_VALUE,
  RECORDS,
  readIndexKey,
  recordKey,
  sameLane,
  sequenceOfRecordKey,
} from "./keys.ts";
import { readRecord } from "./record.ts";
import { lookInto, scanEntries, scanKeys } from "./scan.ts";
import { makeSequenceList, search } from "./sequence-list.ts";

/** Records of ordinary size read at once: about 100 KB. */
const RECORDS_AT_ONCE = 256;
const KEYS_AT_ONCE = 2_048;

export interface Audited {
  /** Sound records, whatever their claims. */
  readonly frames: number;
  readonly octets: number;
  readonly putAside: number;
  /** Sound index entries whose record is gone, or unreadable. */
  readonly withoutRecord: number;
  readonly indexRepaired: number;
}

/**
 * Puts records and index in agreement, on disk. Memory: 9 octets per record.
 * @throws AgentError STORE_IO, STORE_DAMAGED
 */
export async function audit(store: KeyValueStore, claims: Claims): Promise<Audited> {
  const indexed = await readIndexedSequences(store);
  const sound = new Uint8Array(indexed.length);
  const found = { frames: 0, octets: 0, putAside: 0, withoutRecord: 0, indexRepaired: 0 };

  for await (const records of scanEntries(lookInto(store), RECORDS, RECORDS_AT_ONCE)) {
    const operations: StoreOperation[] = [];
    for (const [key, value] of records) {
      const sequence = sequenceOfRecordKey(key);
      const read = readRecord(sequence, value);
      if (!read.ok || sequence < 0) {
        found.putAside++;
        operations.push({ type: "del", key });
        operations.push({ type: "put", key: recordKey(Math.max(0, sequence), ASIDE), value });
        continue;
      }
      found.frames++;
      found.octets += value.length;
      const at = search(indexed, sequence);
      if (indexed[at] === sequence) {
        sound[at] = 1;
        continue;
      }
      found.indexRepaired++;
      const entry = indexKey(lanePrefix(read.value.lane), sequence, claims.of(read.value.cores));
      operations.push({ type: "put", key: entry, value: NO_VALUE });
    }
    if (operations.length > 0) await store.batch(operations, { sync: false });
  }

  // What the first pass has put in the index is sound, and absent from `indexed`.
  let before: { key: Buffer; sequence: number } | undefined;
  for await (const keys of scanKeys(lookInto(store), INDEX, KEYS_AT_ONCE)) {
    const operations: StoreOperation[] = [];
    for (const key of keys) {
      const entry = readIndexKey(key);
      const at = entry === undefined ? -1 : search(indexed, entry.sequence);
      const wanted = entry !== undefined && (indexed[at] !== entry.sequence || sound[at] === 1);
      // A repair brings back what was deleted: of two entries of one frame the one with more claims stays, which
      // sorts last among them when it is the older.
      const double = wanted && before?.sequence === entry.sequence && sameLane(before.key, key);
      if (double) operations.push({ type: "del", key: before!.key });
      if (!wanted) operations.push({ type: "del", key });
      if (double || !wanted) found.indexRepaired++;
      if (entry !== undefined && !wanted) found.withoutRecord++;
      if (wanted) before = { key, sequence: entry.sequence };
    }
    if (operations.length > 0) await store.batch(operations, { sync: false });
  }
  return found;
}

/** The sequences of all sound index entries, sorted. */
async function readIndexedSequences(store: KeyValueStore): Promise<Float64Array> {
  const sequences = makeSequenceList();
  for await (const keys of scanKeys(lookInto(store), INDEX, KEYS_AT_ONCE)) {
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry !== undefined) sequences.add(entry.sequence);
    }
  }
  return sequences.sorted();
}
