/**
 * Thinning: what goes when the journal is full, in which order, until it is small enough.
 *
 *   foreign      frames of NetIDs that are not ours
 *   copy         a device's own repetitions (NbTrans)
 *   fport0       MAC commands, without a reading
 *   thinned      every second frame of the older half of each device, again and again
 *   lastResort   the oldest frames: of foreign devices, of devices with a single frame, of all
 *
 * The first four spare every device's first and last frame (sparing.ts). The last resort cannot: a journal can be full
 * of first and last frames, when devices without number pass by, or somebody makes up addresses. Custody of what comes
 * is then worth more than of what came first, and noise must not keep a meter out for two days; in its order, what
 * was heard once goes before what was heard often. Only what is in flight is spared to the end.
 *
 * It works on a view of the journal (Knife), so that a dry run goes the same way and cuts nothing. It reads in pieces,
 * with a rest after each: frames come in and are carried meanwhile, and neither waits for it.
 */
import type { Lane } from "../frame/frame.ts";
import { deriveHeard } from "../frame/heard.ts";
import type { KeyValueStore } from "../ports.ts";
import { ALL_CLAIMS } from "./dropper.ts";
import type { DropReason } from "./drops.ts";
import { type IndexEntry, laneRange, RECORDS, readIndexKey, recordKey, sequenceOfRecordKey } from "./keys.ts";
import { type KeptRecord, readRecord, seemsRepetition } from "./record.ts";
import type { Shelf, Shelves } from "./shelves.ts";
import { FRAMES_TO_THIN_MIN, isSecondOfOlderHalf, spare } from "./sparing.ts";

const KEYS_AT_ONCE = 256;
/** What it costs to look at a lane, however short: as much as reading so many keys more. */
const KEYS_PER_LANE = 16;
const RECORDS_AT_ONCE = 128;
/** Frames at each end of a lane that are looked at for every core's claim. */
const ENDS_MAX = 8;

/** The journal as thinning sees it. */
export interface Knife {
  readonly sizeOctets: number;
  /** The claims that a frame still has. */
  standing(entry: IndexEntry): number;
  /** Frames that the core with the most of them has still to get of a lane. */
  framesOf(shelf: Shelf): number;
  isInFlight(claims: number, lane: Lane): boolean;
  /** These frames lose all claims. @returns how many did */
  cut(lane: Lane, sequences: readonly number[], reason: DropReason): Promise<number>;
}

/** Where earlier thinnings have come to: what was looked at for copies and MAC commands need not be read again. */
export interface Examined {
  copy: number;
  fport0: number;
  /** The lane that is thinned next, so that it is not always the same ones that lose most. */
  nextLane: Lane | undefined;
}

export interface ThinningParts {
  readonly shelves: Shelves;
  readonly knife: Knife;
  readonly targetOctets: number;
  readonly examined: Examined;
  isForeign(lane: Lane): boolean;
  /** @returns undefined when the journal is closed, or the disk does not answer. */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** Lets others have their turn. @returns false: it is time to stop */
  rest(): Promise<boolean>;
}

/** Cuts until `targetOctets` is reached. @returns false when it was stopped, or everything left is in flight. */
export async function thin(parts: ThinningParts): Promise<boolean> {
  const { shelves, knife, examined } = parts;
  const isDone = (): boolean => knife.sizeOctets <= parts.targetOctets;
  let stopped = false;

  const read = async <T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> => {
    const found = stopped ? undefined : await parts.read(from);
    if (found === undefined) stopped = true;
    return found;
  };
  let handled = 0;
  /** Rests when so many keys have been read since the last rest that others should have their turn. */
  const rest = async (keys: number): Promise<void> => {
    handled += keys;
    if (handled < KEYS_AT_ONCE) return;
    handled = 0;
    if (!(await parts.rest())) stopped = true;
  };

  // ------------------------------------------------------------------------------------ lane by lane

  /** @param wants by its place in the lane, whether a frame is to go if it can be spared; undefined: none from here on. */
  async function cutInLane(
    shelf: Shelf,
    reason: DropReason,
    wants: (place: number) => boolean | undefined,
  ): Promise<number> {
    let cut = 0;
    let seen = 0;
    let place = 0;
    for (let after = -1; !stopped && !isDone(); ) {
      const range = { ...laneRange(shelf.prefix, after), limit: KEYS_AT_ONCE };
      const keys = (await read((store) => store.keys(range))) ?? [];
      const entries = soundOf(keys).map((entry) => ({ ...entry, claims: knife.standing(entry) }));
      const present = entries.filter(({ claims }) => claims !== 0);
      const spared = spare(present, seen);
      const isLastPiece = keys.length < KEYS_AT_ONCE;
      const going: number[] = [];
      let isOver = isLastPiece;
      for (const [at, { sequence }] of present.entries()) {
        const wanted = wants(place + at);
        if (wanted === undefined) isOver = true;
        if (wanted && spared[at]) going.push(sequence);
      }
      if (going.length > 0) cut += await knife.cut(shelf.lane, going, reason);
      await rest(keys.length + KEYS_PER_LANE);
      if (isOver) return cut;
      // The last one comes again with the next piece, which knows what follows it.
      const [last] = entries.slice(-1);
      const before = present.filter(({ sequence }) => sequence !== last?.sequence);
      for (const { claims } of before) seen |= claims;
      place += before.length;
      after = last === undefined ? Number.MAX_SAFE_INTEGER - 1 : last.sequence - 1;
    }
    return cut;
  }

  async function cutForeign(): Promise<void> {
    for (const shelf of shelves.all()) {
      if (stopped || isDone()) return;
      if (knife.framesOf(shelf) < FRAMES_TO_THIN_MIN || !parts.isForeign(shelf.lane)) continue;
      await cutInLane(shelf, "foreign", () => true);
    }
  }

  /** Rounds, until one of them finds nothing to cut. Each begins with the lane at which the last one ended. */
  async function cutSeconds(): Promise<void> {
    for (;;) {
      const cut = await cutSecondsOnce();
      if (stopped || isDone() || cut === 0) return;
    }
  }

  async function cutSecondsOnce(): Promise<number> {
    let cut = 0;
    let isReached = examined.nextLane === undefined || shelves.get(examined.nextLane) === undefined;
    const passed: Shelf[] = [];
    const cutIn = async (shelf: Shelf): Promise<boolean> => {
      if (stopped || isDone()) {
        examined.nextLane = shelf.lane;
        return false;
      }
      const frames = knife.framesOf(shelf);
      if (frames >= FRAMES_TO_THIN_MIN) {
        cut += await cutInLane(shelf, "thinned", (place) =>
          place >= frames / 2 ? undefined : isSecondOfOlderHalf(place, frames),
        );
      }
      return true;
    };
    for (const shelf of shelves.all()) {
      isReached ||= shelf.lane === examined.nextLane;
      if (!isReached) passed.push(shelf);
      else if (!(await cutIn(shelf))) return cut;
    }
    for (const shelf of passed) if (!(await cutIn(shelf))) return cut;
    examined.nextLane = undefined;
    return cut;
  }

  // -------------------------------------------------------------------------------- record by record

  /**
   * Walks over the records, the oldest first, and cuts those that are wanted.
   * @param mayWant by the record's octets, so that most need not be read.
   * @returns the sequence from which on nothing was looked at
   */
  async function cutRecords(
    from: number,
    reason: DropReason,
    mayWant: (bytes: Buffer) => boolean,
    wants: (record: KeptRecord) => Promise<boolean>,
  ): Promise<number> {
    let at = from;
    while (!stopped && !isDone()) {
      const range = { gte: recordKey(at), lt: RECORDS.lt, limit: RECORDS_AT_ONCE };
      const piece = await read((store) => store.entries(range));
      if (piece === undefined || piece.length === 0) return at;
      for (const [key, value] of piece) {
        if (stopped || isDone()) return at;
        const sequence = sequenceOfRecordKey(key);
        at = sequence + 1;
        if (!mayWant(value)) continue;
        const record = readRecord(sequence, value);
        if (!record.ok || !(await wants(record.value))) continue;
        await knife.cut(record.value.lane, [sequence], reason);
      }
      await rest(KEYS_AT_ONCE);
    }
    return at;
  }

  /** Whether each core that should get it has an earlier and a later frame of the lane to get. */
  async function canSpare({ frame: { sequence }, lane }: KeptRecord): Promise<boolean> {
    const shelf = shelves.get(lane);
    if (shelf === undefined) return false;
    const { prefix, oldest } = shelf;
    const first = oldest.reduce((least, each) => Math.min(least, each), sequence);
    const own = laneRange(prefix, sequence - 1).gte;
    const { gte: behind, lt: end } = laneRange(prefix, sequence);
    // At its ends a lane is never cut: what is there now stays there.
    const ranges = [
      { gte: laneRange(prefix, first - 1).gte, lt: own, limit: ENDS_MAX },
      { gte: own, lt: behind, limit: 1 },
      { gte: behind, lt: end, reverse: true, limit: ENDS_MAX },
    ];
    const found = await Promise.all(ranges.map((range) => read((store) => store.keys(range))));
    const [earlier, mine, later] = found.map((keys) =>
      soundOf(keys ?? []).reduce((claims, entry) => claims | knife.standing(entry), 0),
    );
    return mine !== 0 && (mine! & ~(earlier! & later!)) === 0;
  }

  const isFPort0 = ({ frame, lane }: KeptRecord): boolean => {
    if (lane[17] !== "d") return false;
    const heard = deriveHeard(frame);
    return heard.ok && heard.value.phy?.kind === "data" && heard.value.phy.fPort === 0;
  };

  async function cutCopies(): Promise<void> {
    examined.copy = await cutRecords(
      examined.copy,
      "copy",
      seemsRepetition,
      async (record) => record.frame.repetition && (await canSpare(record)),
    );
  }

  async function cutFPort0(): Promise<void> {
    examined.fport0 = await cutRecords(
      examined.fport0,
      "fport0",
      seemsFPort0,
      async (record) => isFPort0(record) && (await canSpare(record)),
    );
  }

  async function cutOldest(): Promise<void> {
    const isSingle = (lane: Lane): boolean => {
      const shelf = shelves.get(lane);
      return shelf !== undefined && knife.framesOf(shelf) === 1;
    };
    for (const isOfTurn of [parts.isForeign, isSingle, () => true]) {
      await cutRecords(
        0,
        "lastResort",
        () => true,
        async ({ lane }) => isOfTurn(lane) && !knife.isInFlight(ALL_CLAIMS, lane),
      );
    }
  }

  for (const stage of [cutForeign, cutCopies, cutFPort0, cutSeconds, cutOldest]) {
    if (stopped || isDone()) break;
    await stage();
  }
  return isDone();
}

const DATA = Buffer.from('"data":"');
/** Base64 of what may lie before the FPort: MHDR, FHDR with all of its options. */
const HEAD_DIGITS = 32;

/** Whether the frame in a record may have FPort 0; where its rxpk is written in another way than most, it may. */
function seemsFPort0(record: Buffer): boolean {
  const at = record.indexOf(DATA);
  if (at < 0) return true;
  const from = at + DATA.length;
  const phy = Buffer.from(record.toString("latin1", from, from + HEAD_DIGITS), "base64");
  const optionsOctets = (phy[5] ?? 0) & 0xf;
  return (phy[8 + optionsOctets] ?? 0) === 0;
}

function soundOf(keys: readonly Buffer[]): IndexEntry[] {
  return keys.map(readIndexKey).filter((entry) => entry !== undefined);
}
