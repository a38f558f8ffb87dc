/**
 * Opening a journal: what a start finds on disk, what it makes of damage, and what it says of a loss.
 *
 * An ordinary start reads three small values and walks the index once, keys only. Anything that does not agree
 * (a store that had to be repaired, a key that fails its check, a tally that promises other than what is there)
 * leads to the audit (audit.ts). No damage ends in an empty journal without a word.
 */

import { AgentError, isAgentError } from "../errors.ts";
import type { Lane } from "../frame/frame.ts";
import type { Clock, Files, KeyValueStore, KeyValueStores, Log, StoreOperation } from "../ports.ts";
import { type Audited, audit, chunks } from "./audit.ts";
import { assignSlots, type Claims, type CoreTable, makeClaims } from "./claims.ts";
import { beginOpening, describeHolder, endOpening, type Holder, readHolder } from "./holder.ts";
import {
  FORMAT,
  firstSequence,
  IDENTITY_KEY,
  type Identity,
  openingOf,
  readIdentity,
  writeIdentity,
} from "./identity.ts";
import {
  INDEX,
  laneOfIndexKey,
  NOTES,
  noteOfKey,
  RECORDS,
  readIndexKey,
  recordKey,
  sameLane,
  sequenceOfRecordKey,
  unseal,
} from "./keys.ts";
import { readRecord } from "./record.ts";
import type { Shelves } from "./shelves.ts";
import { EMPTY_TALLY, framesOf, octetsOf, readTally, TALLY_KEY, type Tally, writeTally } from "./tally.ts";

const KEYS_AT_ONCE = 2_048;
const FREED_AT_ONCE = 256;

export interface OpeningOptions {
  readonly stores: KeyValueStores;
  readonly files: Files;
  readonly directory: string;
  readonly cores: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface Opened {
  readonly store: KeyValueStore;
  readonly claims: Claims;
  readonly identity: Identity;
  readonly openCount: number;
  readonly tally: Tally;
  readonly notes: Map<string, string>;
  readonly lost: number;
  /** The oldest record. */
  readonly oldest: Arrival | undefined;
}

export interface Arrival {
  readonly sequence: number;
  readonly wallMs: number;
}

/**
 * Opens the store, repairs it where it must, and fills the shelves.
 * @throws AgentError STORE_NEWER (left untouched), STORE_LOCKED (says who), STORE_IO
 */
export async function openJournalStore(options: OpeningOptions, shelves: Shelves): Promise<Opened> {
  const { directory, files, clock } = options;
  const holder = await readHolder(files, directory);
  refuseNewer(directory, holder?.format);
  // LevelDB meets some damage with an assertion that ends the process, and would do so again and again: after an end
  // that was neither a close nor a power cut, and after a start that never ended, every octet is verified first.
  const crashed = holder?.process?.kernelBootId === clock.kernelBootId();
  const neverOpened = await beginOpening(files, directory);
  try {
    return await openAndRead(options, shelves, holder, crashed || neverOpened);
  } finally {
    await endOpening(files, directory);
  }
}

async function openAndRead(
  options: OpeningOptions,
  shelves: Shelves,
  holder: Holder | undefined,
  thorough: boolean,
): Promise<Opened> {
  const { directory, log } = options;
  let { store, repaired } = await openStore(options, holder, thorough);
  try {
    return await read(options, store, holder, shelves, repaired);
  } catch (error) {
    await store.close().catch(() => {});
    if (repaired || !isAgentError(error, "STORE_DAMAGED")) throw error;
    log.warn({ directory, error: error.message }, "journal damaged");
  }
  await options.stores.repair(directory);
  ({ store, repaired } = await openStore(options, holder, false));
  shelves.clear();
  try {
    return await read(options, store, holder, shelves, true);
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}

/**
 * Opens the store, after a repair where it is needed.
 * @param thorough every octet is verified first.
 */
export async function openStore(
  options: Pick<OpeningOptions, "stores" | "files" | "directory" | "log">,
  holder: Holder | undefined,
  thorough: boolean,
): Promise<{ store: KeyValueStore; repaired: boolean }> {
  const { stores, files, directory, log } = options;
  try {
    return { store: await stores.open(directory, { thorough }), repaired: false };
  } catch (error) {
    if (isAgentError(error, "STORE_LOCKED")) {
      const by = await describeHolder(files, holder);
      throw new AgentError("STORE_LOCKED", `the journal ${directory} is held by ${by}`, error, by);
    }
    if (!isAgentError(error, "STORE_DAMAGED")) throw error;
    log.warn({ directory, error: error.message }, "journal damaged");
  }
  await stores.repair(directory);
  log.warn({ directory }, "journal repaired");
  return { store: await stores.open(directory), repaired: true };
}

async function read(
  options: OpeningOptions,
  store: KeyValueStore,
  holder: Holder | undefined,
  shelves: Shelves,
  repaired: boolean,
): Promise<Opened> {
  const { directory, log } = options;
  const identity = readIdentity(await store.get(IDENTITY_KEY));
  refuseNewer(directory, identity?.format);
  const newest = (await store.keys({ ...RECORDS, reverse: true, limit: 1 }))[0];
  const openCount = Math.max(identity?.openCount ?? 0, holder?.openCount ?? 0, newestOpening(newest)) + 1;
  const stored = readTally(await store.get(TALLY_KEY));
  const promised = furthest(stored, holder);

  const cores = coreTable(identity, options.cores, firstSequence(openCount), newest !== undefined);
  const claims = makeClaims(cores);
  const used = identity !== undefined || holder !== undefined || newest !== undefined || stored !== undefined;
  const doubtful = repaired || promised !== stored ? used : used && identity === undefined;

  const opened = await loadFrames(store, claims, shelves, promised, doubtful);
  // Additions which the holder saw at a clean end and the store's own tally does not: at most so many are gone.
  const forgotten = stored === undefined ? 0 : promised.added - stored.added;
  const lost = Math.max(opened.lost, forgotten);
  if (opened.audited) {
    const promisedFrames = framesOf(promised);
    log.warn({ directory, promisedFrames, lost, ...opened.audited }, "journal audited");
  }

  const notes = new Map<string, string>();
  for await (const entries of chunks(
    (range) => store.entries(range),
    NOTES,
    64,
    (entry) => entry[0],
  )) {
    for (const [key, value] of entries) {
      const note = unseal(key, value);
      if (note !== undefined) notes.set(noteOfKey(key), note.toString());
    }
  }
  const said: Identity = { format: FORMAT, openCount, cores };
  const freed = await free(store, claims, opened.unclaimed, opened.tally);
  if (opened.unclaimed > 0) {
    log.warn({ directory, frames: opened.unclaimed }, "frames of removed cores freed");
  }
  await store.batch(
    [
      { type: "put", key: IDENTITY_KEY, value: writeIdentity(said) },
      { type: "put", key: TALLY_KEY, value: writeTally(freed) },
    ],
    { sync: true },
  );
  const oldest = await oldestArrival(store, -1);
  return { store, claims, identity: said, openCount, tally: freed, notes, lost, oldest };
}

export interface LoadedFrames {
  /** As it is from now on. */
  readonly tally: Tally;
  /** How many of the records no configured core claims. */
  readonly unclaimed: number;
  /** How many were promised and are not there, or not readable. */
  readonly lost: number;
  /** What the audit found and did; undefined when none was needed. */
  readonly audited: Audited | undefined;
}

/**
 * Fills the (empty) shelves from the index, after an audit when there is doubt.
 * @throws AgentError STORE_DAMAGED when there was no doubt and the index is damaged or disagrees with the tally
 * @param standing the claims in force on a frame; those on disk, less what is not claimed any more.
 */
export async function loadFrames(
  store: KeyValueStore,
  claims: Claims,
  shelves: Shelves,
  promised: Tally,
  doubtful: boolean,
  standing: (claims: number, sequence: number) => number = claims.standing,
): Promise<LoadedFrames> {
  if (!doubtful) {
    const walked = await walkIndex(store, shelves, standing);
    if (!walked.damaged && walked.frames === framesOf(promised)) {
      return { tally: promised, unclaimed: walked.unclaimed, lost: 0, audited: undefined };
    }
    // Repaired before it is audited: on a table with a damaged block LevelDB may end the whole process.
    const found = walked.damaged ? "a damaged index entry" : `${walked.frames} frames`;
    throw new AgentError("STORE_DAMAGED", `${framesOf(promised)} frames promised, ${found} found`);
  }
  const audited = await audit(store, claims);
  const { unclaimed } = await walkIndex(store, shelves, standing);
  // A frame that damage brought back must not hide one that it took.
  const lost = Math.max(0, framesOf(promised) - audited.frames, audited.withoutRecord);
  const added = Math.max(promised.added, audited.frames);
  const tally = { added, removed: added - audited.frames, addedOctets: audited.octets, removedOctets: 0 };
  return { tally, unclaimed, lost, audited };
}

async function walkIndex(
  store: KeyValueStore,
  shelves: Shelves,
  standing: (claims: number, sequence: number) => number,
): Promise<{ frames: number; unclaimed: number; damaged: boolean }> {
  let frames = 0;
  let unclaimed = 0;
  let damaged = false;
  let before: Buffer | undefined;
  let lane: Lane = "";
  for await (const keys of chunks(
    (range) => store.keys(range),
    INDEX,
    KEYS_AT_ONCE,
    (key) => key,
  )) {
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry === undefined) {
        damaged = true;
        continue;
      }
      if (before === undefined || !sameLane(before, key)) lane = laneOfIndexKey(key);
      before = key;
      frames++;
      const claims = standing(entry.claims, entry.sequence);
      if (claims === 0) unclaimed++;
      else shelves.add(lane, entry.sequence, claims);
    }
  }
  return { frames, unclaimed, damaged };
}

/** Removes the records that no configured core claims any more. */
async function free(store: KeyValueStore, claims: Claims, unclaimed: number, before: Tally): Promise<Tally> {
  let tally = before;
  if (unclaimed === 0) return tally;
  for await (const keys of chunks(
    (range) => store.keys(range),
    INDEX,
    FREED_AT_ONCE,
    (key) => key,
  )) {
    const operations: StoreOperation[] = [];
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry === undefined || claims.standing(entry.claims, entry.sequence) !== 0) continue;
      operations.push({ type: "del", key }, { type: "del", key: recordKey(entry.sequence) });
    }
    if (operations.length === 0) continue;
    const removed = operations.length / 2;
    // Reading a million records for their size alone would hold up the start: the mean will do.
    const removedOctets = (octetsOf(tally) / framesOf(tally)) * removed;
    tally = {
      ...tally,
      removed: tally.removed + removed,
      removedOctets: tally.removedOctets + removedOctets,
    };
    operations.push({ type: "put", key: TALLY_KEY, value: writeTally(tally) });
    await store.batch(operations, { sync: false });
  }
  return tally;
}

/** Whatever went further: the store's own tally, or that of the holder's clean end. Both only ever rise. */
function furthest(stored: Tally | undefined, holder: Holder | undefined): Tally {
  const tally = stored ?? EMPTY_TALLY;
  const { added, removed } = holder ?? {};
  if (added === undefined || removed === undefined) return tally;
  return added + removed > tally.added + tally.removed ? { ...tally, added, removed } : tally;
}

/**
 * Where the stored table is lost but records are not, every configured core may have claims on them: a frame that
 * travels twice is better than one that never does.
 */
function coreTable(
  identity: Identity | undefined,
  cores: readonly string[],
  fromSequence: number,
  hasRecords: boolean,
): CoreTable {
  return assignSlots(identity?.cores ?? [], cores, identity === undefined && hasRecords ? 0 : fromSequence);
}

function newestOpening(key: Buffer | undefined): number {
  // Beyond 2^53 it is no number we gave, but a damaged key.
  const sequence = key === undefined ? 0 : sequenceOfRecordKey(key);
  return sequence > 0 && Number.isSafeInteger(sequence) ? openingOf(sequence) : 0;
}

function refuseNewer(directory: string, format: number | undefined): void {
  if (format !== undefined && format > FORMAT) {
    throw new AgentError(
      "STORE_NEWER",
      `the journal ${directory} was written by a newer version (format ${format}, this one reads ${FORMAT})`,
    );
  }
}

/** The wall time at which the oldest record after `afterSequence` (-1: of all) arrived. */
export async function oldestArrival(
  store: KeyValueStore,
  afterSequence: number,
): Promise<Arrival | undefined> {
  const entries = await store.entries({ gte: recordKey(afterSequence + 1), lt: RECORDS.lt, limit: 1 });
  const [key, value] = entries[0] ?? [];
  if (key === undefined || value === undefined) return undefined;
  const sequence = sequenceOfRecordKey(key);
  const record = readRecord(sequence, value);
  return { sequence, wallMs: record.ok ? record.value.frame.arrivedWallMs : Number.NaN };
}
