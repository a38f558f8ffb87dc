/**
 * What is put right on a store that was closed after an error and opened again. When that is done: disk.ts.
 *
 * Nothing of a failed batch is relied upon. What it may have left on disk has a higher sequence than anything confirmed,
 * so it is found and removed; what was confirmed without fsync is written again.
 */
import { AgentError } from "../errors.ts";
import type { KeyValueStore, Log, StoreOperation } from "../ports.ts";
import type { Books } from "./books.ts";
import type { Claims } from "./claims.ts";
import { IDENTITY_KEY, type Identity, readIdentity, writeIdentity } from "./identity.ts";
import { lanePrefix, laneRange, RECORDS, recordKey, sequenceOfRecordKey } from "./keys.ts";
import { type LoadedFrames, loadFrames } from "./loading.ts";
import { readRecord } from "./record.ts";
import { lookInto, scanEntries } from "./scan.ts";
import { makeShelves, type Shelves } from "./shelves.ts";
import { TALLY_KEY, type Tally, writeTally } from "./tally.ts";

export interface RecoveryParts {
  readonly directory: string;
  readonly log: Log;
  readonly books: Books;
  readonly claims: Claims;
  readonly shelves: Shelves;
  /** Opens the store, after a repair where it is needed or asked for. */
  reopen(repair: boolean): Promise<{ readonly store: KeyValueStore; readonly repaired: boolean }>;
}

/**
 * Opens the store of these books again.
 * @throws AgentError STORE_REPLACED when it is another one, which is left as it is; STORE_IO, STORE_FULL,
 *         STORE_DAMAGED, STORE_LOCKED
 */
export async function recover(
  parts: RecoveryParts,
  identity: Identity,
  repair: boolean,
): Promise<KeyValueStore> {
  const { books, claims, shelves, log, directory } = parts;
  const { store, repaired } = await parts.reopen(repair);
  try {
    const found = readIdentity(await store.get(IDENTITY_KEY));
    if (found !== undefined && found.opening !== identity.opening) {
      // With its frames it has everything to lose by our putting it right.
      throw new AgentError("STORE_REPLACED", `${directory}: another journal lies there now`);
    }
    books.reloadDue ||= repaired;
    const operations = [...books.unsynced, ...(await findStrays(store, books.confirmed))];
    if (found === undefined) {
      // Somebody has removed it: a new store must say whose it is, and of the old one's frames none is left.
      for (const [name, value] of books.notes) books.unwrittenNotes.set(name, value);
      operations.push({ type: "put", key: IDENTITY_KEY, value: writeIdentity(identity) });
      books.reloadDue = true;
    }
    operations.push({ type: "put", key: TALLY_KEY, value: writeTally(books.tally) });
    await store.batch(operations, { sync: true });
    books.unsynced = [];
    if (books.reloadDue) {
      const loaded = await reload(store, claims, shelves, books.tally);
      books.tally = loaded.tally;
      books.lost += loaded.lost;
      books.reloadDue = false;
      log.warn({ lost: loaded.lost, ...loaded.audited }, "journal audited");
    }
    return store;
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}

/**
 * @param confirmed the highest sequence of a batch that was confirmed: what lies beyond it was not.
 * @returns what removes the remains of batches that failed.
 */
async function findStrays(from: KeyValueStore, confirmed: number): Promise<StoreOperation[]> {
  const operations: StoreOperation[] = [];
  const range = { gte: recordKey(confirmed + 1), lt: RECORDS.lt };
  for await (const entries of scanEntries(lookInto(from), range, 256)) {
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
async function reload(
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
