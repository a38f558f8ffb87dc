/**
 * Records that were set aside: what a core choked on, what could not be read or carried, what ended the process twice.
 * They lie under keys of their own (keys.ts), out of every lane, and can be exported.
 *
 * Another version of the program may know better. So when the version differs from the one that last opened the journal,
 * each record that can be read goes back to its place in its lane, once, for the cores it names. One whose checksum fails
 * stays: no version can mend that.
 */
import type { KeyValueStore, Log, StoreOperation } from "../ports.ts";
import type { Claims } from "./claims.ts";
import {
  ASIDE,
  ASIDES,
  indexKey,
  lanePrefix,
  laneRange,
  metaKey,
  NO_VALUE,
  readIndexKey,
  recordKey,
  seal,
  sequenceOfRecordKey,
  unseal,
} from "./keys.ts";
import { readRecord, writeRecord } from "./record.ts";
import { lookInto, scanEntries } from "./scan.ts";
import { framesOf, readTally, TALLY_KEY, writeTally } from "./tally.ts";

const RECORDS_AT_ONCE = 64;

/** The version that last opened the journal. */
export const VERSION_KEY = metaKey("version");

export function writeVersion(version: string): Buffer {
  return seal(VERSION_KEY, Buffer.from(version));
}

export interface Retried {
  /** Frames that are stored again, and their octets. */
  readonly frames: number;
  readonly octets: number;
}

/**
 * Puts back what another version has set aside. On disk, unsynced: whoever opens the journal then says its version, synced.
 * The tally is written along, or a power cut in between would look like a loss.
 * @throws AgentError STORE_IO, STORE_FULL, STORE_DAMAGED
 */
export async function retryAside(
  store: KeyValueStore,
  claims: Claims,
  version: string | undefined,
  log: Log,
): Promise<Retried> {
  const before = unseal(VERSION_KEY, await store.get(VERSION_KEY))?.toString();
  let frames = 0;
  let octets = 0;
  if (version === undefined || version === before) return { frames, octets };
  for await (const entries of scanEntries(lookInto(store), ASIDES, RECORDS_AT_ONCE)) {
    const operations: StoreOperation[] = [];
    let added = 0;
    let addedOctets = 0;
    for (const [key, value] of entries) {
      const sequence = sequenceOfRecordKey(key);
      const record = readRecord(sequence, value);
      const wanted = record.ok ? claims.standing(claims.of(record.value.cores), sequence) : 0;
      if (!record.ok || wanted === 0) continue;
      const { lane } = record.value;
      const known = await findEntry(store, lane, sequence);
      operations.push({ type: "del", key });
      if (known !== undefined) operations.push({ type: "del", key: known.key });
      else {
        added++;
        addedOctets += value.length;
        operations.push({ type: "put", key: recordKey(sequence), value });
      }
      const entry = indexKey(lanePrefix(lane), sequence, wanted | (known?.claims ?? 0));
      operations.push({ type: "put", key: entry, value: NO_VALUE });
    }
    if (operations.length === 0) continue;
    await writeWithTally(store, operations, { added, addedOctets, removed: 0 });
    frames += added;
    octets += addedOctets;
  }
  if (frames > 0) log.info({ frames, version, before }, "frames set aside are tried again");
  return { frames, octets };
}

/**
 * Sets one stored record aside, whatever its cores.
 * @returns how many frames fewer are stored: 0 when it is not there any more.
 */
export async function condemn(
  store: KeyValueStore,
  claims: Claims,
  sequence: number,
  log: Log,
): Promise<number> {
  const value = await store.get(recordKey(sequence));
  const record = value && readRecord(sequence, value);
  // What cannot be read is found when its turn comes, and has never come as far as being carried.
  if (!record?.ok) return 0;
  const { frame, lane } = record.value;
  const known = await findEntry(store, lane, sequence);
  if (known === undefined) return 0;
  const aside = writeRecord(frame, lane, claims.names(claims.standing(known.claims, sequence)));
  await writeWithTally(
    store,
    [
      { type: "del", key: recordKey(sequence) },
      { type: "del", key: known.key },
      { type: "put", key: recordKey(sequence, ASIDE), value: aside },
    ],
    { added: 0, addedOctets: 0, removed: 1 },
  );
  log.error(
    { sequence, gatewayEui: frame.gatewayEui },
    "record set aside: carrying it ended the agent twice",
  );
  return 1;
}

async function writeWithTally(
  store: KeyValueStore,
  operations: readonly StoreOperation[],
  change: { readonly added: number; readonly addedOctets: number; readonly removed: number },
): Promise<void> {
  const tally = readTally(await store.get(TALLY_KEY));
  const said: StoreOperation[] = [];
  if (tally !== undefined && framesOf(tally) + change.added >= change.removed) {
    const next = {
      ...tally,
      added: tally.added + change.added,
      addedOctets: tally.addedOctets + change.addedOctets,
      removed: tally.removed + change.removed,
    };
    said.push({ type: "put", key: TALLY_KEY, value: writeTally(next) });
  }
  await store.batch([...operations, ...said], { sync: true });
}

async function findEntry(
  store: KeyValueStore,
  lane: string,
  sequence: number,
): Promise<{ readonly key: Buffer; readonly claims: number } | undefined> {
  const key = (await store.keys({ ...laneRange(lanePrefix(lane), sequence - 1), limit: 1 }))[0];
  const entry = key && readIndexKey(key);
  return entry?.sequence === sequence ? { key: key!, claims: entry.claims } : undefined;
}
