/**
 * What is put right on a store that was closed after an error and opened again. When that is done: writer.ts.
 */
import type { KeyValueStore, StoreOperation } from "../ports.ts";
import { chunks } from "./audit.ts";
import type { Claims } from "./claims.ts";
import { lanePrefix, laneRange, RECORDS, recordKey, sequenceOfRecordKey } from "./keys.ts";
import { type LoadedFrames, loadFrames } from "./opening.ts";
import { readRecord } from "./record.ts";
import { makeShelves, type Shelves } from "./shelves.ts";
import { TALLY_KEY, type Tally, writeTally } from "./tally.ts";

/**
 * @param confirmed the highest sequence of a batch that was confirmed: what lies beyond it was not.
 * @returns what removes the remains of batches that failed.
 */
export async function findStrays(from: KeyValueStore, confirmed: number): Promise<StoreOperation[]> {
  const operations: StoreOperation[] = [];
  const range = { gte: recordKey(confirmed + 1), lt: RECORDS.lt };
  for await (const entries of chunks(
    (part) => from.entries(part),
    range,
    256,
    (entry) => entry[0],
  )) {
    for (const [key, value] of entries) {
      const sequence = sequenceOfRecordKey(key);
      const record = readRecord(sequence, value);
      operations.push({ type: "del", key });
      if (!record.ok) continue;
      const { gte } = laneRange(lanePrefix(record.value.lane), sequence - 1);
      const { gte: lt } = laneRange(lanePrefix(record.value.lane), sequence);
      for (const index of await from.keys({ gte, lt, limit: 8 })) {
        operations.push({ type: "del", key: index });
      }
    }
  }
  return operations;
}

/**
 * After a repair in the middle of life: the shelves again from disk, less what was taken and not yet written. Until
 * that is done the old ones stay: without them young frames would overtake what is stored.
 * @returns the tally as it is from now on, already on disk, and how many frames were lost.
 */
export async function reload(
  from: KeyValueStore,
  claims: Claims,
  shelves: Shelves,
  tally: Tally,
): Promise<LoadedFrames> {
  const fresh = makeShelves();
  /** With which claims a frame that is remembered was counted. */
  const counted = new Map<number, number>();
  const standing = (onDisk: number, sequence: number): number => {
    const stored = shelves.recall(sequence);
    if (stored === undefined) return claims.standing(onDisk, sequence);
    // The audit may have made the entry anew, with other claims than were last written.
    stored.diskClaims = onDisk;
    const left = claims.standing(onDisk, sequence) & stored.claims;
    counted.set(sequence, left);
    return left;
  };
  const loaded = await loadFrames(from, claims, fresh, tally, true, standing);
  await from.batch([{ type: "put", key: TALLY_KEY, value: writeTally(loaded.tally) }], { sync: true });
  for (const stored of shelves.changed) {
    const before = counted.get(stored.sequence) ?? 0;
    fresh.take({ ...stored, claims: before }, before & ~stored.claims);
  }
  shelves.adopt(fresh);
  return loaded;
}
