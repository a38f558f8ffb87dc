/**
 * The journal: every admitted frame, in order, until every core that should have it has taken it.
 *
 * The promise. keep() holds a frame in memory and promises nothing yet. Its `onCustody("held")` is called once no
 * power cut can lose it: because every core has taken it, or because it is fsynced for those that have not.
 * "givenUp" is called when the bounded memory had to let it go first: nothing may then be acknowledged, and the
 * frame's repeat is a new frame. Once every core has taken() it, it is not handed out again by this process;
 * after a crash it may travel a second time, never zero times. What outlives its age, or has no room, goes by the rules
 * of limits.ts, and is counted.
 *
 * The shape of records is in record.ts, the journal on a key-value store in store-journal.ts; who carries what
 * is kept is north/courier.ts.
 */
import type { Frame, FrameDraft, Lane } from "../frame/frame.ts";
import type { LatencyView } from "../health/records/latency-window.ts";
import type { DropCounts } from "./drops.ts";

export type CustodyOutcome = "held" | "givenUp";

/** A lane that holds frames which a core has not taken. */
export interface LaneBacklog {
  readonly lane: Lane;
  readonly frames: number;
  readonly oldestSequence: number;
}

export interface JournalStats {
  /** Frames on disk and their live record octets. */
  readonly storedFrames: number;
  readonly storedOctets: number;
  /** Frames only in memory, without custody yet, and their octets. */
  readonly memoryFrames: number;
  readonly memoryOctets: number;
  /** Arrival of the oldest frame on disk, wall time; undefined when there is none. */
  readonly oldestArrivedWallMs: number | undefined;
  readonly keptTotal: number;
  /** Frames that reached the disk at all. */
  readonly storedTotal: number;
  readonly removedTotal: number;
  readonly givenUpTotal: number;
  /** Frames put aside by this process: unreadable ones, and those that a core choked on. */
  readonly asideTotal: number;
  /**
   * Records that the counters promised and that are missing or unreadable, mostly found when the journal was opened
   * (an unreadable one shows only when its turn comes).
   */
  readonly lostAtOpen: number;
  /** Frames that went although a core had not taken them, by reason (drops.ts), over all runs of the agent. */
  readonly dropped: DropCounts;
  /** The same of this run, whatever the reason. */
  readonly droppedTotal: number;
  /** The size allowed is reached: nothing more is written, or acknowledged for that, until there is room. */
  readonly full: boolean;
  /** Frames that another version had set aside and that are in their lanes again since the start. */
  readonly retriedTotal: number;
  readonly commits: number;
  readonly lastCommitMs: number | undefined;
  /** Of commits that were fsynced, from handing them over to the store. */
  readonly commitLatency: LatencyView;
  /** Keys and values that the store was given, in this run. */
  readonly givenOctets: number;
  /** undefined while the disk obeys. */
  readonly failing: string | undefined;
}

export interface Journal {
  /**
   * Takes a frame into keeping and numbers it.
   * @param cores ids of the cores that should have it; at least one.
   * @param onCustody called once, from inside a later call or turn, never from inside keep().
   */
  keep(
    draft: FrameDraft,
    lane: Lane,
    cores: readonly string[],
    onCustody: (outcome: CustodyOutcome) => void,
  ): Frame;
  /**
   * Asks to be told of the custody of a frame kept earlier (a forwarder's repeat waits for the frame it repeats).
   * Calls back at once when it already has custody or has left the journal.
   */
  whenCustody(sequence: number, onCustody: (outcome: CustodyOutcome) => void): void;
  /** This core has taken the frame. */
  taken(core: string, frame: Frame): void;
  /**
   * This core chokes on the frame: it is kept apart, out of every lane, exportable, and counted; for the cores it
   * counts as taken.
   */
  setAside(core: string, frame: Frame): void;
  /**
   * The lane's next frame that this core has not taken, in memory or on disk.
   * @param afterSequence the last one that was handed out; -1 for the lane's first.
   * @throws AgentError STORE_IO at once when the disk is needed and does not answer; ask again later
   */
  next(core: string, lane: Lane, afterSequence: number): Promise<Frame | undefined>;
  /** How many lanes hold frames for any core; some may be counted twice. */
  readonly lanesWaiting: number;
  /** Whether this lane holds frames for any core. */
  holds(lane: Lane): boolean;
  /** The lanes which hold frames for this core, the one with the oldest frame first. */
  backlog(core: string): readonly LaneBacklog[];
  /** The number of the current run of the concentrator, kept across restarts of the agent. */
  readonly notes: JournalNotes;
  /**
   * @returns true once every note of so far would survive a power cut; false as soon as the disk refuses, and while the
   * notes of before are not known. A disk that hangs is waited for.
   */
  notesWritten(): Promise<boolean>;
  /**
   * Where the disk did not answer at the start: calls back once when it does and the journal has found what it holds.
   * Frames of before then appear in backlog(), and notes of before in notes, whatever was said there meanwhile.
   */
  whenFound(listener: () => void): void;
  /**
   * From here to converted() a frame that was handed out is made into what its core gets. A record on which the process
   * ends there twice in a row is set aside at the next start.
   */
  converting(frame: Frame): void;
  converted(): void;
  stats(): JournalStats;
  /**
   * Commits what waits (best effort), closes the store.
   * @returns false when the disk does not answer: it was left as it is, and a thread of the process may hang in it.
   */
  close(): Promise<boolean>;
}

/** A few small facts that must outlive the process, by name. Written at once and fsynced; use it rarely. */
export interface JournalNotes {
  get(name: string): string | undefined;
  /** @param value "" forgets the name. */
  set(name: string, value: string): void;
}
