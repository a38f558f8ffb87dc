/**
 * The reading side of the journal: the next frame of a lane, from memory or from disk, and the state of a frame that
 * is not remembered any more.
 *
 * Reading takes turns with writing: what is read of the index counts only when no batch has ended meanwhile. Nothing
 * on disk makes it throw: a record that cannot be read is put aside and passed over. A disk that does not answer does:
 * of a lane that has frames there nothing is handed out then, for the young ones would overtake them.
 */
import { AgentError } from "../errors.ts";
import type { Frame, Lane } from "../frame/frame.ts";
import type { Log } from "../ports.ts";
import type { Claims } from "./claims.ts";
import { type Gathered, makeGatheredReads } from "./gathered-reads.ts";
import { type IndexEntry, lanePrefix, laneRange, readIndexKey, recordKey } from "./keys.ts";
import type { Memory } from "./memory.ts";
import { readRecord } from "./record.ts";
import type { Shelf, Shelves, Stored } from "./shelves.ts";
import type { Writer } from "./writer.ts";

/** Index entries of a lane read at once. */
const WINDOW_ENTRIES = 8;
/** Index entries among which those of a group are looked for. */
const LANE_KEYS_MAX = 512;
/** So often a record may make the disk fail. */
const ATTEMPTS_MAX = 3;
/** Records whose failures are remembered. */
const TROUBLED_MAX = 64;

export interface Reader {
  /** See Journal. */
  next(core: string, lane: Lane, afterSequence: number): Promise<Frame | undefined>;
  /** The state of a frame on disk; undefined when it is not there (taken, given up, or never stored). */
  recall(sequence: number): Promise<Stored | undefined>;
  /** Reads together what recall() would read one by one: frames of one lane, in rising order. */
  recallAll(lane: Lane, sequences: readonly number[]): Promise<void>;
}

export interface ReaderOptions {
  readonly directory: string;
  readonly log: Log;
  readonly claims: Claims;
  readonly memory: Memory;
  readonly shelves: Shelves;
  readonly writer: Writer;
  isClosed(): boolean;
}

export function makeReader(options: ReaderOptions): Reader {
  const { directory, log, claims, memory, shelves, writer, isClosed } = options;
  const gathered = makeGatheredReads({ read: writer.read, readAlone });
  let distrusted = false;
  /** By sequence, how often reading it has made the disk fail. */
  const troubled = new Map<number, number>();

  async function recall(of: number): Promise<Stored | undefined> {
    for (;;) {
      const { generation } = writer;
      const found = await writer.readPatiently(async (store): Promise<Stored | undefined> => {
        const value = await store.get(recordKey(of));
        const record = value && readRecord(of, value);
        if (!record?.ok) return undefined;
        const { lane } = record.value;
        const key = (await store.keys({ ...laneRange(lanePrefix(lane), of - 1), limit: 1 }))[0];
        const entry = key && readIndexKey(key);
        if (entry?.sequence !== of) return undefined;
        return { ...makeStored(lane, entry), octets: value!.length };
      });
      if (found === undefined) return undefined;
      // A batch that ended meanwhile may have changed or removed it; what is remembered is right in any case.
      if (generation === writer.generation || shelves.recall(of) !== undefined)
        return shelves.remember(found);
    }
  }

  async function recallAll(lane: Lane, of: readonly number[]): Promise<void> {
    const sequences = of.filter((sequence) => shelves.recall(sequence) === undefined);
    if (sequences.length < 2) return;
    const prefix = lanePrefix(lane);
    const { generation } = writer;
    const { gte } = laneRange(prefix, sequences[0]! - 1);
    const { gte: lt } = laneRange(prefix, sequences.at(-1)!);
    const found = await writer.readPatiently(async (store) => {
      const values = await store.getMany(sequences.map((each) => recordKey(each))).catch(() => undefined);
      return values && { values, keys: await store.keys({ gte, lt, limit: LANE_KEYS_MAX }) };
    });
    // A batch that ended meanwhile may have changed or removed any of them.
    if (found === undefined || generation !== writer.generation || isClosed()) return;
    const claimsOf = new Map<number, IndexEntry>();
    for (const key of found.keys) {
      const entry = readIndexKey(key);
      if (entry !== undefined) claimsOf.set(entry.sequence, entry);
    }
    for (const [at, sequence] of sequences.entries()) {
      const value = found.values[at];
      const entry = claimsOf.get(sequence);
      const record = value && readRecord(sequence, value);
      if (!record?.ok || entry === undefined || record.value.lane !== lane) continue;
      shelves.remember({ ...makeStored(lane, entry), octets: value!.length });
    }
  }

  function makeStored(lane: Lane, entry: IndexEntry): Stored {
    return {
      sequence: entry.sequence,
      lane,
      octets: 0,
      diskClaims: entry.claims,
      claims: claims.standing(entry.claims, entry.sequence),
    };
  }

  async function next(core: string, lane: Lane, afterSequence: number): Promise<Frame | undefined> {
    const slot = claims.slotOf(core);
    if (slot === undefined) return undefined;
    const claim = 1 << slot;
    for (;;) {
      const held = memory.first(lane, claim, afterSequence);
      const shelf = shelves.get(lane);
      let entry = shelf && shelves.peek(shelf, slot, afterSequence);
      if (entry === "unknown") {
        const window = await readWindow(shelf!, slot, afterSequence);
        if (window === "again") continue;
        if (window === undefined) return undefined;
        if (window.length > 0) shelves.fill(shelf!, slot, afterSequence, window);
        entry = window[0];
      }
      if (isClosed()) return undefined;
      // Sequences on disk are lower, save while a commit is on its way: then both know the same frame.
      const young = held && held.claims & claim ? held : memory.first(lane, claim, afterSequence);
      if (entry === undefined || (young && young.frame.sequence <= entry.sequence)) return young?.frame;
      const stored = shelves.remember(makeStored(lane, entry));
      const frame = await readStored(stored);
      if (frame === "closed") return undefined;
      if (frame !== undefined && stored.claims & claim) return frame;
    }
  }

  /**
   * The lane's first index entries on disk which this core has not taken.
   * @returns "again" when a batch ended meanwhile, so that what was read may be out of date; undefined when closed.
   */
  async function readWindow(
    shelf: Shelf,
    slot: number,
    afterSequence: number,
  ): Promise<IndexEntry[] | "again" | undefined> {
    const entries: IndexEntry[] = [];
    // What lies before the oldest was taken: LevelDB would walk over every trace of it.
    let from = Math.max(afterSequence, shelf.oldest[slot]! - 1);
    for (;;) {
      const { generation } = writer;
      const range = laneRange(shelf.prefix, from);
      const keys = await writer.read((store) => store.keys({ ...range, limit: WINDOW_ENTRIES }));
      if (keys === undefined) return undefined;
      if (generation !== writer.generation) return "again";
      for (const key of keys) {
        const entry = readIndexKey(key);
        if (entry === undefined) {
          if (distrust(shelf.lane, "a damaged index entry")) return "again";
          continue;
        }
        from = entry.sequence;
        const standing = shelves.recall(from)?.claims ?? claims.standing(entry.claims, from);
        if ((standing >> slot) & 1) entries.push(entry);
      }
      if (entries.length > 0) return entries;
      if (keys.length === WINDOW_ENTRIES) continue;
      // Nothing from the oldest on although there should be: LevelDB has left out a block.
      const hidden = afterSequence < shelf.oldest[slot]! && shelf.frames[slot]! > 0;
      return hidden && distrust(shelf.lane, "index entries are missing") ? "again" : entries;
    }
  }

  /**
   * What hides a frame is put right by making the index anew; once per run, or a bad disk would keep us at it.
   * @returns false when that was done before.
   */
  function distrust(lane: Lane, why: string): boolean {
    if (distrusted) return false;
    distrusted = true;
    writer.distrust(new AgentError("STORE_DAMAGED", `${directory}: ${why} in lane ${lane}`));
    return true;
  }

  /** @returns undefined when it cannot be read: it is put aside then. */
  async function readStored(stored: Stored): Promise<Frame | "closed" | undefined> {
    const value = await gathered.get(stored.sequence);
    if (value === undefined || isClosed()) return "closed";
    troubled.delete(stored.sequence);
    if (stored.claims === 0) return undefined;
    const record = Buffer.isBuffer(value) ? readRecord(stored.sequence, value) : undefined;
    if (record?.ok) {
      stored.octets = (value as Buffer).length;
      return record.value.frame;
    }
    const fault = record === undefined ? value : record.fault;
    log.warn({ sequence: stored.sequence, lane: stored.lane, fault }, "record put aside");
    if (Buffer.isBuffer(value)) {
      stored.aside = value;
      stored.octets = value.length;
    }
    writer.missed();
    shelves.take(stored, stored.claims);
    writer.changed();
    return undefined;
  }

  function readAlone(sequence: number): Promise<Gathered | undefined> {
    const key = recordKey(sequence);
    return writer.read(async (store) => {
      try {
        return (await store.get(key)) ?? "missing";
      } catch (error) {
        if (error instanceof AgentError && error.code === "STORE_DAMAGED") return "unreadable";
        if (hasFailedTooOften(sequence)) return "unreadable";
        throw error;
      }
    });
  }

  /** One bad block must not close the store for all again and again. */
  function hasFailedTooOften(sequence: number): boolean {
    // Another one's failure has closed the store under this one.
    if (writer.failing !== undefined) return false;
    const attempts = (troubled.get(sequence) ?? 0) + 1;
    if (troubled.size >= TROUBLED_MAX && attempts === 1) troubled.clear();
    troubled.set(sequence, attempts);
    return attempts >= ATTEMPTS_MAX;
  }

  return { next, recall, recallAll };
}
