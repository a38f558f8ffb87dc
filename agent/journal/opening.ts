/**
 * Opening a journal: what a start finds on disk, what it makes of damage, and what it says of a loss.
 *
 * An ordinary start reads three small values and walks the index once, keys only. Anything that does not agree
 * (a store that had to be repaired, a key that fails its check, a tally that promises other than what is there)
 * leads to the audit (audit.ts). No damage ends in an empty journal without a word.
 */

import { AgentError, isAgentError } from "../errors.ts";
import type { Clock, Files, KeyValueStore, KeyValueStores, Log } from "../ports.ts";
import { condemn, retryAside, VERSION_KEY, writeVersion } from "./aside.ts";
import { assignSlots, type CoreTable, makeClaims } from "./claims.ts";
import { DROPPED_KEY, type DropCounts, readDropCounts } from "./drops.ts";
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
import { NOTES, noteOfKey, RECORDS, sequenceOfRecordKey, unseal } from "./keys.ts";
import { type Arrival, free, loadFrames, oldestArrival } from "./loading.ts";
import { lookInto, scanEntries } from "./scan.ts";
import type { Shelves } from "./shelves.ts";
import { EMPTY_TALLY, framesOf, readTally, TALLY_KEY, type Tally, writeTally } from "./tally.ts";

export interface OpeningOptions {
  readonly stores: KeyValueStores;
  readonly files: Files;
  readonly directory: string;
  readonly cores: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Of this program; absent: nothing that was set aside is tried again. */
  readonly version?: string | undefined;
  /** The sequence of a record that has ended the process twice (poison.ts). */
  readonly condemned?: number | undefined;
}

export interface Opened {
  readonly store: KeyValueStore;
  readonly identity: Identity;
  readonly openCount: number;
  readonly tally: Tally;
  readonly notes: Map<string, string>;
  readonly lost: number;
  /** Frames that were set aside by another version and are in their lanes again. */
  readonly retried: number;
  readonly dropped: DropCounts;
  /** The oldest record. */
  readonly oldest: Arrival | undefined;
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
  const { directory, log, clock, version } = options;
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

  const condemned =
    options.condemned === undefined ? 0 : await condemn(store, claims, options.condemned, log);
  const again = doubtful ? { frames: 0, octets: 0 } : await retryAside(store, claims, version, log);
  const expected: Tally = {
    ...promised,
    added: promised.added + again.frames,
    removed: promised.removed + condemned,
    addedOctets: promised.addedOctets + again.octets,
  };
  const opened = await loadFrames(store, claims, shelves, expected, doubtful);
  // Additions which the holder saw at a clean end and the store's own tally does not: at most so many are gone.
  const forgotten = stored === undefined ? 0 : promised.added - stored.added;
  const lost = Math.max(opened.lost, forgotten);
  if (opened.audited) {
    const promisedFrames = framesOf(promised);
    log.warn({ directory, promisedFrames, lost, ...opened.audited }, "journal audited");
  }

  const notes = new Map<string, string>();
  for await (const entries of scanEntries(lookInto(store), NOTES, 64)) {
    for (const [key, value] of entries) {
      const note = unseal(key, value);
      if (note !== undefined) notes.set(noteOfKey(key), note.toString());
    }
  }
  const opening = `${clock.kernelBootId()}/${clock.monotonicMs()}`;
  const said: Identity = { format: FORMAT, openCount, cores, opening };
  const freed = await free(store, claims, opened.unclaimed, opened.tally);
  if (opened.unclaimed > 0) {
    log.warn({ directory, frames: opened.unclaimed }, "frames of removed cores freed");
  }
  await store.batch(
    [
      { type: "put", key: IDENTITY_KEY, value: writeIdentity(said) },
      { type: "put", key: TALLY_KEY, value: writeTally(freed) },
      ...(version === undefined || doubtful
        ? []
        : [{ type: "put", key: VERSION_KEY, value: writeVersion(version) } as const]),
    ],
    { sync: true },
  );
  const oldest = await oldestArrival(store, -1);
  const dropped = readDropCounts(await store.get(DROPPED_KEY));
  const retried = again.frames;
  return { store, identity: said, openCount, tally: freed, notes, lost, retried, dropped, oldest };
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
