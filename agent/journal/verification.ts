/**
 * The verification: every record read, every index entry held against it, the tally against both. It finds what the
 * audit (audit.ts) would put right, and changes nothing.
 *
 * Of a live journal, frames come and go meanwhile: what looks wrong is looked at once more at the end, and the tally
 * is compared only when no batch was written in between.
 */
import type { Inspection } from "./inspection.ts";
import { countAside } from "./kept-frames.ts";
import {
  INDEX,
  lanePrefix,
  laneRange,
  NOTES,
  RECORDS,
  readIndexKey,
  recordKey,
  sequenceOfRecordKey,
  unseal,
} from "./keys.ts";
import { type RecordFault, readRecord } from "./record.ts";
import { scanEntries, scanKeys } from "./scan.ts";
import { makeSequenceList, search } from "./sequence-list.ts";
import { framesOf, octetsOf } from "./tally.ts";

const RECORDS_AT_ONCE = 128;
const KEYS_AT_ONCE = 512;
/** Findings that are named; the rest is counted only. */
const NAMED_MAX = 100;

export type Finding =
  | { readonly kind: "unreadable"; readonly sequence: number; readonly fault: RecordFault }
  | { readonly kind: "notIndexed"; readonly sequence: number }
  | { readonly kind: "withoutRecord"; readonly sequence: number }
  | { readonly kind: "damagedEntry" }
  | { readonly kind: "damagedNote" }
  | { readonly kind: "frames"; readonly promised: number; readonly found: number }
  | { readonly kind: "noTally" };

export interface Verified {
  readonly records: number;
  readonly entries: number;
  readonly octets: number;
  readonly aside: number;
  /** How often each kind of trouble was found. */
  readonly troubles: Readonly<Partial<Record<Finding["kind"], number>>>;
  /** The first NAMED_MAX of them. */
  readonly findings: readonly Finding[];
  /** false: frames came and went meanwhile, so that the counters could not be compared. */
  readonly tallyCompared: boolean;
  /** By the counters; they may differ a little from `octets` after cores were removed (opening.ts). */
  readonly promisedOctets: number | undefined;
}

/**
 * Memory: 9 octets per record.
 * @returns at the end; yields how many records and entries were looked at so far.
 * @throws AgentError STORE_IO, STORE_DAMAGED
 */
export async function* verify(inspection: Inspection): AsyncGenerator<number, Verified> {
  const begunAt = inspection.generation();
  const tally = inspection.tally();
  const troubles: Partial<Record<Finding["kind"], number>> = {};
  const findings: Finding[] = [];
  const report = (finding: Finding): void => {
    troubles[finding.kind] = (troubles[finding.kind] ?? 0) + 1;
    if (findings.length < NAMED_MAX) findings.push(finding);
  };
  let looked = 0;

  const sequences = makeSequenceList();
  for await (const keys of scanKeys(inspection.look, INDEX, KEYS_AT_ONCE)) {
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry === undefined) report({ kind: "damagedEntry" });
      else sequences.add(entry.sequence);
    }
    looked += keys.length;
    yield looked;
    await inspection.rest();
  }
  const entries = sequences.length;
  const indexed = sequences.sorted();
  const matched = new Uint8Array(entries);

  let records = 0;
  let octets = 0;
  for await (const found of scanEntries(inspection.look, RECORDS, RECORDS_AT_ONCE)) {
    for (const [key, value] of found) {
      const sequence = sequenceOfRecordKey(key);
      const record = readRecord(sequence, value);
      records++;
      octets += value.length;
      const at = search(indexed, sequence);
      const isIndexed = indexed[at] === sequence;
      if (isIndexed) matched[at] = 1;
      if (!record.ok) report({ kind: "unreadable", sequence, fault: record.fault });
      else if (!isIndexed && !(await hasEntry(inspection, record.value.lane, sequence))) {
        report({ kind: "notIndexed", sequence });
      }
    }
    looked += found.length;
    yield looked;
    await inspection.rest();
  }

  const unmatched = indexed.filter((_sequence, at) => matched[at] === 0);
  for (const sequence of inspection.isLive ? await stillThere(inspection, unmatched) : unmatched) {
    report({ kind: "withoutRecord", sequence });
  }
  await verifyNotes(inspection, report);

  const tallyCompared = inspection.generation() === begunAt;
  if (tally === undefined && (records > 0 || entries > 0)) report({ kind: "noTally" });
  else if (tally !== undefined && tallyCompared && framesOf(tally) !== records) {
    report({ kind: "frames", promised: framesOf(tally), found: records });
  }
  return {
    records,
    entries,
    octets,
    aside: await countAside(inspection),
    troubles,
    findings,
    tallyCompared,
    promisedOctets: tally && octetsOf(tally),
  };
}

/** A record that came after the index was read has its entry now; one that went has gone with it. */
async function hasEntry(inspection: Inspection, lane: string, sequence: number): Promise<boolean> {
  const range = { ...laneRange(lanePrefix(lane), sequence - 1), limit: 1 };
  const [key] = await inspection.look((store) => store.keys(range));
  if (key !== undefined && readIndexKey(key)?.sequence === sequence) return true;
  if (!inspection.isLive) return false;
  return (await inspection.look((store) => store.get(recordKey(sequence)))) === undefined;
}

/**
 * Of a live journal: a frame that was taken while the records were read has left together with its entry.
 * @param sequences sorted; of entries whose record was not found.
 * @returns those of which the entry is there still, and the record is not.
 */
async function stillThere(inspection: Inspection, sequences: Float64Array): Promise<number[]> {
  const there: number[] = [];
  if (sequences.length === 0) return there;
  for await (const keys of scanKeys(inspection.look, INDEX, KEYS_AT_ONCE)) {
    for (const key of keys) {
      const sequence = readIndexKey(key)?.sequence;
      if (sequence === undefined || sequences[search(sequences, sequence)] !== sequence) continue;
      const { look } = inspection;
      if ((await look((store) => store.get(recordKey(sequence)))) !== undefined) continue;
      // Both go in one batch: the entry is asked for after the record.
      if ((await look((store) => store.get(key))) !== undefined) there.push(sequence);
    }
    await inspection.rest();
  }
  return there;
}

async function verifyNotes(inspection: Inspection, report: (finding: Finding) => void): Promise<void> {
  for await (const notes of scanEntries(inspection.look, NOTES, 64)) {
    for (const [key, value] of notes) {
      if (unseal(key, value) === undefined) report({ kind: "damagedNote" });
    }
  }
}
