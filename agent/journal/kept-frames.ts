/**
 * The frames on disk as they lie there, piece by piece: all in the order in which they were kept, those of one lane, or
 * those that were set aside. A frame that leaves meanwhile is left out, one that comes meanwhile too.
 */
import type { Frame, Lane } from "../frame/frame.ts";
import type { Inspection } from "./inspection.ts";
import {
  ASIDES,
  lanePrefix,
  laneRange,
  type Range,
  RECORDS,
  readIndexKey,
  recordKey,
  sequenceOfRecordKey,
} from "./keys.ts";
import { type RecordFault, readRecord } from "./record.ts";
import { scanEntries, scanKeys } from "./scan.ts";

/** Read at once: some 40 KB, and half a millisecond of work on a small ARM per ten of them. */
export const RECORDS_AT_ONCE = 128;

export interface KeptFrame {
  readonly frame: Frame;
  readonly lane: Lane;
  /** The cores that have yet to take it. */
  readonly cores: readonly string[];
  readonly sizeOctets: number;
}

/** A record that cannot be read. */
export interface BrokenFrame {
  readonly sequence: number;
  readonly fault: RecordFault | "missing";
  /** As it lies there; empty when it is missing. */
  readonly bytes: Buffer;
}

export type Kept = KeptFrame | BrokenFrame;

const NOTHING = Buffer.alloc(0);

export function isBroken(kept: Kept): kept is BrokenFrame {
  return "fault" in kept;
}

/** All of them in the order in which they were kept. @throws AgentError STORE_IO, STORE_DAMAGED */
export async function* readKept(inspection: Inspection): AsyncGenerator<Kept[]> {
  for await (const records of recordsOf(inspection, RECORDS)) {
    const found: Kept[] = [];
    for (const [key, value] of records) {
      const kept = await readOne(inspection, sequenceOfRecordKey(key), value);
      if (kept !== undefined) found.push(kept);
    }
    yield found;
  }
}

/** Those of one lane, the oldest first. @throws AgentError STORE_IO, STORE_DAMAGED */
export async function* readLaneKept(inspection: Inspection, lane: Lane): AsyncGenerator<Kept[]> {
  const prefix = lanePrefix(lane);
  for await (const keys of scanKeys(inspection.look, laneRange(prefix, -1), RECORDS_AT_ONCE)) {
    const found: Kept[] = [];
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry === undefined) continue;
      const value = await inspection.look((store) => store.get(recordKey(entry.sequence)));
      const kept = await readOne(inspection, entry.sequence, value, entry.claims);
      if (kept !== undefined) found.push(kept);
    }
    await inspection.rest();
    yield found;
  }
}

/** One of them. @throws AgentError STORE_IO, STORE_DAMAGED */
export async function readKeptOne(inspection: Inspection, sequence: number): Promise<Kept | undefined> {
  const value = await inspection.look((store) => store.get(recordKey(sequence)));
  return value && readOne(inspection, sequence, value);
}

/**
 * Those set aside: sound ones that a core choked on, and records that could not be read.
 * @throws AgentError STORE_IO, STORE_DAMAGED
 */
export async function* readAside(inspection: Inspection): AsyncGenerator<Kept[]> {
  for await (const records of recordsOf(inspection, ASIDES)) {
    yield records.map(([key, bytes]): Kept => {
      const sequence = sequenceOfRecordKey(key);
      const record = readRecord(sequence, bytes);
      if (!record.ok) return { sequence, fault: record.fault, bytes };
      return { ...record.value, sizeOctets: bytes.length };
    });
  }
}

/** When the oldest arrived, wall time; undefined when there is none, or it cannot be read. */
export async function oldestArrivedWallMs(inspection: Inspection): Promise<number | undefined> {
  const [entry] = await inspection.look((store) => store.entries({ ...RECORDS, limit: 1 }));
  if (entry === undefined) return undefined;
  const record = readRecord(sequenceOfRecordKey(entry[0]), entry[1]);
  return record.ok ? record.value.frame.arrivedWallMs : undefined;
}

export async function countAside(inspection: Inspection): Promise<number> {
  let frames = 0;
  for await (const keys of scanKeys(inspection.look, ASIDES, RECORDS_AT_ONCE)) {
    frames += keys.length;
    await inspection.rest();
  }
  return frames;
}

/** A range in pieces, with a rest after each. */
async function* recordsOf(inspection: Inspection, range: Range): AsyncGenerator<[Buffer, Buffer][]> {
  for await (const records of scanEntries(inspection.look, range, RECORDS_AT_ONCE)) {
    yield records;
    await inspection.rest();
  }
}

/** @param claims of its index entry, where that was read. @returns undefined when every core has taken it. */
async function readOne(
  inspection: Inspection,
  sequence: number,
  bytes: Buffer | undefined,
  claims?: number,
): Promise<Kept | undefined> {
  // Of a live journal it may have left since its index entry was read.
  if (bytes === undefined) {
    return inspection.isLive ? undefined : { sequence, fault: "missing", bytes: NOTHING };
  }
  const record = readRecord(sequence, bytes);
  if (!record.ok) return { sequence, fault: record.fault, bytes };
  const { frame, lane, cores: written } = record.value;
  const cores =
    claims === undefined
      ? (inspection.waitingForSure(sequence) ?? (await waitingByIndex(inspection, lane, sequence)) ?? written)
      : inspection.waiting(sequence, claims);
  return cores.length === 0 ? undefined : { frame, lane, cores, sizeOctets: bytes.length };
}

async function waitingByIndex(
  inspection: Inspection,
  lane: Lane,
  sequence: number,
): Promise<readonly string[] | undefined> {
  const range = { ...laneRange(lanePrefix(lane), sequence - 1), limit: 1 };
  const [key] = await inspection.look((store) => store.keys(range));
  const entry = key && readIndexKey(key);
  return entry?.sequence === sequence ? inspection.waiting(sequence, entry.claims) : undefined;
}
