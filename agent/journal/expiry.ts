/**
 * Expiry: a core loses what it has not taken within its max_age; the frame goes when no other core wants it.
 *
 * Frames are stored in the order of their arrival, so the walk begins at the oldest that a core has not taken and ends
 * at the first young one: an hour or a million frames behind it are not read. Frames whose age nobody can tell (age.ts)
 * expire with the first younger one whose age is known; to find that one, two records of each run of the agent are
 * looked at. A frame that comes old from its forwarder, or from another journal, waits until those before it have had
 * their time: the order on disk is that in which they came.
 */
import type { KeyValueStore } from "../ports.ts";
import { type Age, type Arrived, ageOf, type Moment } from "./age.ts";
import { DROPS_AT_ONCE, type Dropper } from "./dropper.ts";
import { firstSequence, openingOf } from "./identity.ts";
import { RECORDS, recordKey, sequenceOfRecordKey } from "./keys.ts";
import { type KeptRecord, readRecord } from "./record.ts";
import type { Shelves } from "./shelves.ts";

const RECORDS_AT_ONCE = 64;

export interface ExpiryParts {
  readonly shelves: Shelves;
  readonly dropper: Dropper;
  /** @returns undefined when the journal is closed, or the disk does not answer. */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** Lets others have their turn. @returns false: it is time to stop */
  rest(): Promise<boolean>;
}

export interface Expired {
  readonly frames: number;
  /** When the oldest that is left has had its time, milliseconds from now; undefined: nobody can tell, or none is left. */
  readonly dueInMs: number | undefined;
}

interface Found {
  readonly sequence: number;
  /** undefined: unreadable. */
  readonly record: KeptRecord | undefined;
}

/** Takes from one core what is older than `maxAgeMs`. */
export async function expire(
  parts: ExpiryParts,
  core: { readonly id: string; readonly slot: number },
  maxAgeMs: number,
  now: Moment,
): Promise<Expired> {
  const { shelves, dropper } = parts;
  const anchors = new Map<number, Arrived | undefined>();
  const claim = 1 << core.slot;
  let frames = 0;

  async function anchorOf(opening: number): Promise<Arrived | undefined> {
    if (!anchors.has(opening)) anchors.set(opening, (await lastOf(opening))?.record?.frame);
    return anchors.get(opening);
  }

  async function find(from: number, limit: number): Promise<Found[] | undefined> {
    const range = { gte: recordKey(from), lt: RECORDS.lt, limit };
    return (await parts.read((store) => store.entries(range)))?.map(readFound);
  }

  async function lastOf(opening: number): Promise<Found | undefined> {
    const range = {
      gte: recordKey(firstSequence(opening)),
      lt: recordKey(firstSequence(opening + 1)),
      reverse: true,
      limit: 1,
    };
    return (await parts.read((store) => store.entries(range)))?.map(readFound)[0];
  }

  async function ageOfFound({ sequence, record }: Found): Promise<Age | undefined> {
    return record && ageOf(record.frame, now, await anchorOf(openingOf(sequence)));
  }

  /** @returns a sequence up to which all that is stored is known to have arrived more than `maxAgeMs` ago. */
  async function boundaryAfter(from: number): Promise<number> {
    let boundary = -1;
    for (let at = from; ; ) {
      const first = (await find(at, 1))?.[0];
      if (first === undefined) return boundary;
      const opening = openingOf(first.sequence);
      const last = await lastOf(opening);
      for (const found of [first, last]) {
        // One that was brought in from another journal tells nothing of those before it.
        if (found?.record === undefined || found.record.frame.delayed) continue;
        const age = await ageOfFound(found);
        if (age === undefined) continue;
        if (age.sinceArrivalMs >= maxAgeMs) boundary = found.sequence;
        else if (age.exact) return boundary;
      }
      at = firstSequence(opening + 1);
    }
  }

  async function dropAll(old: readonly Found[]): Promise<void> {
    for (let at = 0; at < old.length; at += DROPS_AT_ONCE) {
      const part = old.slice(at, at + DROPS_AT_ONCE).map(({ sequence }) => sequence);
      frames += (await dropper.drop(part, claim, "expired")).frames;
    }
    if (old.length > 0) await dropper.flush();
  }

  const oldest = oldestOf(shelves, core.slot);
  if (oldest === undefined) return { frames, dueInMs: undefined };
  const boundary = await boundaryAfter(oldest);
  for (let from = oldest; ; ) {
    const piece = await find(from, RECORDS_AT_ONCE);
    if (piece === undefined || piece.length === 0) return { frames, dueInMs: undefined };
    const old: Found[] = [];
    let young: Age | undefined;
    for (const found of piece) {
      const age = await ageOfFound(found);
      const isOld = found.sequence <= boundary || (age !== undefined && age.ageMs >= maxAgeMs);
      if (!isOld && age !== undefined) {
        young = age;
        break;
      }
      // What cannot be read is put aside when its turn comes to be carried.
      const { record } = found;
      if (record === undefined || !record.cores.includes(core.id)) continue;
      if (!dropper.isInFlight(claim, record.lane)) old.push(found);
    }
    await dropAll(old);
    if (young !== undefined) return { frames, dueInMs: young.exact ? maxAgeMs - young.ageMs : undefined };
    from = piece.at(-1)!.sequence + 1;
    if (!(await parts.rest())) return { frames, dueInMs: undefined };
  }
}

function readFound([key, value]: [Buffer, Buffer]): Found {
  const sequence = sequenceOfRecordKey(key);
  const read = readRecord(sequence, value);
  return { sequence, record: read.ok ? read.value : undefined };
}

/** @returns a bound below the oldest frame that the core of this slot has still to get. */
function oldestOf(shelves: Shelves, slot: number): number | undefined {
  let oldest: number | undefined;
  for (const shelf of shelves.all()) {
    if (!shelf.frames[slot]) continue;
    const first = shelf.oldest[slot]!;
    if (oldest === undefined || first < oldest) oldest = first;
  }
  return oldest;
}
