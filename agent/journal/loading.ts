/**
 * Loading: the shelves filled from the index, and the records of cores that are gone freed. An ordinary start walks the
 * index once, keys only; anything that does not agree leads to the audit (audit.ts).
 */
import { AgentError } from "../errors.ts";
import type { Lane } from "../frame/frame.ts";
import type { KeyValueStore, StoreOperation } from "../ports.ts";
import { type Audited, audit } from "./audit.ts";
import type { Claims } from "./claims.ts";
import {
  INDEX,
  laneOfIndexKey,
  RECORDS,
  readIndexKey,
  recordKey,
  sameLane,
  sequenceOfRecordKey,
} from "./keys.ts";
import { readRecord } from "./record.ts";
import { lookInto, scanKeys } from "./scan.ts";
import type { Shelves } from "./shelves.ts";
import { framesOf, octetsOf, TALLY_KEY, type Tally, writeTally } from "./tally.ts";

const KEYS_AT_ONCE = 2_048;
const FREED_AT_ONCE = 256;

export interface Arrival {
  readonly sequence: number;
  readonly wallMs: number;
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
  for await (const keys of scanKeys(lookInto(store), INDEX, KEYS_AT_ONCE)) {
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
export async function free(
  store: KeyValueStore,
  claims: Claims,
  unclaimed: number,
  before: Tally,
): Promise<Tally> {
  let tally = before;
  if (unclaimed === 0) return tally;
  for await (const keys of scanKeys(lookInto(store), INDEX, FREED_AT_ONCE)) {
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

/** The wall time at which the oldest record after `afterSequence` (-1: of all) arrived. */
export async function oldestArrival(
  store: Pick<KeyValueStore, "entries">,
  afterSequence: number,
): Promise<Arrival | undefined> {
  const entries = await store.entries({ gte: recordKey(afterSequence + 1), lt: RECORDS.lt, limit: 1 });
  const [key, value] = entries[0] ?? [];
  if (key === undefined || value === undefined) return undefined;
  const sequence = sequenceOfRecordKey(key);
  const record = readRecord(sequence, value);
  return { sequence, wallMs: record.ok ? record.value.frame.arrivedWallMs : Number.NaN };
}
