/**
 * The journal (journal.ts) on a key-value store.
 *
 * A frame waits in memory (custody.ts) until every core has taken it or a commit has put it on disk (writer.ts), where
 * shelves.ts knows in which lanes it lies. So while the cores take everything in time the disk is never touched.
 * Which cores have still to get a stored frame is one bit per core in its index key: a core that takes it rewrites
 * that key, the last one removes the record. That is exact for any order of taking, also across restarts, and
 * costs no more than a mark of progress per lane would, because lanes are served in turn.
 */
import { type AgentError, isAgentError } from "../errors.ts";
import type { ClockState, Lane } from "../frame/frame.ts";
import { inTime } from "../in-time.ts";
import type { Clock, Files, KeyValueStores, Log, Mark } from "../ports.ts";
import { backlogOf } from "./backlog.ts";
import { makeBallast } from "./ballast.ts";
import { type BallastWatch, watchBallast } from "./ballast-watch.ts";
import { emptyBooks } from "./books.ts";
import { assignSlots, makeClaims } from "./claims.ts";
import { makeCustody } from "./custody.ts";
import { makeDropper } from "./dropper.ts";
import { makeDrops } from "./drops.ts";
import { ownIdentity, writeHolder } from "./holder.ts";
import { FORMAT, firstSequence } from "./identity.ts";
import { type Inspection, inspectOpen } from "./inspection.ts";
import type { Journal } from "./journal.ts";
import { type JournalLimits, makeLimits, type Thinned } from "./limits.ts";
import { makeMemory } from "./memory.ts";
import type { Opened } from "./opening.ts";
import { watchForPoison } from "./poison.ts";
import { makeReader } from "./reader.ts";
import { makeShelves } from "./shelves.ts";
import { makeStoreOpener } from "./store-opener.ts";
import { framesOf, octetsOf } from "./tally.ts";
import { makeWriter } from "./writer.ts";

/** Frames without custody, in memory. Beyond it the oldest is given up. */
export const MEMORY_OCTETS_MAX = 4 * 1024 * 1024;

/** How long close() waits for all it has to do. What is not on disk by then was never acknowledged. */
export const CLOSE_MS_MAX = 1_000;
/** A start waits so long for the disk; then frames are carried without it. */
export const OPENING_PATIENCE_MS = 2_000;

export interface JournalOptions {
  readonly stores: KeyValueStores;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute path. */
  readonly directory: string;
  /** Ids of all cores configured, 1 to CORES_MAX. Records of others are freed. */
  readonly cores: readonly string[];
  readonly commitIntervalMs: number;
  /** Asked each time they matter; absent: nothing expires and nothing is thinned. */
  readonly limits?: () => JournalLimits;
  /** The states at arrival with which the wall clock can be compared now; absent: none, it is not trusted. */
  readonly comparableStates?: () => readonly ClockState[];
  /** Whether this core is being sent a frame of this lane at this moment; absent: never. */
  readonly isInFlight?: (core: string, lane: Lane) => boolean;
  readonly memoryOctetsMax?: number;
  readonly openingPatienceMs?: number;
  /** There is nothing to do without the store: the start waits for it, and fails with it. */
  readonly mustOpen?: boolean;
  /** Of this program: another one than last time tries again what was set aside. Absent: nothing is. */
  readonly version?: string;
  /** Where the record that is being converted is noted (poison.ts); absent: nowhere. */
  readonly mark?: Mark | undefined;
  /** A ballast is kept on the disk (ballast.ts). */
  readonly ballast?: boolean;
  /** Another journal lies where this one was: whoever runs us should begin anew. */
  readonly onReplaced?: (error: AgentError) => void;
}

/** A journal that can be looked at, and written to by commands. */
export interface OpenJournal extends Journal {
  /** What lies on disk. */
  readonly inspection: Inspection;
  /** The disk has answered: what it holds, and the notes of before, are known. */
  readonly isFound: boolean;
  /** Commits what waits without waiting for the interval. */
  commitNow(): void;
  /** Resolves when the disk has heard of all that was taken so far, or cannot any more. */
  flush(): Promise<void>;
  /** As flush(), and @returns what the disk says where it refuses, without waiting for it to obey again. */
  tryFlush(): Promise<string | undefined>;
  /**
   * Thins the stored frames now, by the rules of thinning.ts, and gives the space back.
   * @param targetOctets the size of the records that may be left.
   * @param options.dryRun says what would go and removes nothing.
   * @throws AgentError STORE_IO while the disk refuses
   */
  thin(targetOctets: number, options: { readonly dryRun: boolean }): Promise<Thinned>;
  /** The disk is smaller than it should be: thins what is stored by a fifth, and gives the space back. */
  makeRoom(): Promise<Thinned>;
}

/**
 * Opens the journal, and repairs it where it must; what was lost is in stats().lostAtOpen and in the log.
 * @throws AgentError STORE_LOCKED (says by whom), STORE_NEWER (left untouched); with mustOpen whatever the disk says
 */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { clock, log, files, directory, commitIntervalMs } = options;
  const memoryOctetsMax = options.memoryOctetsMax ?? MEMORY_OCTETS_MAX;
  const openingPatienceMs = options.openingPatienceMs ?? OPENING_PATIENCE_MS;
  const memory = makeMemory();
  const shelves = makeShelves();
  const books = emptyBooks();
  const claims = makeClaims(assignSlots([], options.cores, 0));
  const drops = makeDrops();
  const poison = watchForPoison(options.mark, clock.kernelBootId());
  const ballast = options.ballast ? makeBallast({ files, log, directory }) : undefined;
  let ballastWatch: BallastWatch | undefined;
  let closed = false;
  let starting = true;
  /** Told when the store is there after all. */
  let onFound: (() => void)[] = [];
  const opener = makeStoreOpener({
    ...options,
    ...{ books, claims, memory, shelves },
    condemned: poison.condemned,
    onFirst: opened,
    onReplaced: (error) => options.onReplaced?.(error),
  });
  const writer = makeWriter({
    ...{ clock, log, commitIntervalMs, claims, memory, shelves, books, drops },
    open: opener.open,
    makeRoom: async () => {
      if (ballast === undefined) return false;
      if (books.identity === undefined) await ballast.find();
      const had = await ballast.giveUp();
      ballastWatch?.hurry();
      return had;
    },
    hasRoom: async () => limits.hasRoom() && (ballast === undefined || (await ballast.hasRoom())),
    isFatal: (error) =>
      starting && (options.mustOpen === true || isAgentError(error, "STORE_LOCKED", "STORE_NEWER")),
    onOpen: () => {
      if (starting) return;
      const told = onFound;
      onFound = [];
      for (const listener of told) listener();
    },
    onWritten: (added) => limits.wrote(added),
  });
  const reader = makeReader({ directory, log, claims, memory, shelves, writer, isClosed: () => closed });
  const dropper = makeDropper({
    ...{ claims, shelves, reader, writer, drops },
    isInFlight: options.isInFlight ?? (() => false),
    isStopped: () => closed,
  });
  const limits = makeLimits({
    ...{ clock, log, claims, cores: options.cores, shelves, writer, dropper },
    limits: () => options.limits?.(),
    comparableStates: options.comparableStates ?? (() => []),
  });
  const custody = makeCustody({
    ...{ clock, log, books, claims, memory, shelves, opener, reader, writer, memoryOctetsMax },
    isClosed: () => closed,
  });

  // ---------------------------------------------------------------------------------------- opening

  /** The disk is there for the first time. */
  async function opened({ openCount, dropped }: Opened): Promise<void> {
    if (closed) return;
    poison.opened();
    drops.inherit(dropped);
    const process = await ownIdentity(files, clock.kernelBootId());
    await sayHolder(process === undefined ? {} : { process });
    await ballast?.find();
    limits.begin(firstSequence(openCount) - 1);
    if (ballast === undefined) return;
    ballastWatch = watchBallast({
      ...{ clock, books, ballast },
      store: writer.openStore,
      thin: limits.makeRoom,
      onRoom: writer.roomMade,
      onFailed: writer.failed,
    });
  }

  async function sayHolder(rest: object): Promise<void> {
    const { openCount } = books.identity!;
    await writeHolder(files, directory, { format: FORMAT, openCount, ...rest }).catch((error: Error) =>
      log.warn({ directory, error: error.message }, "journal holder not written"),
    );
  }

  /** @throws AgentError STORE_LOCKED, STORE_NEWER; with any other trouble the journal begins without its store */
  async function begin(): Promise<void> {
    const opening = writer.begin();
    const outcome = options.mustOpen
      ? await opening
      : await inTime(clock, openingPatienceMs, opening, "late" as const);
    starting = false;
    if (outcome !== "late") return;
    log.warn(
      { directory, afterMs: openingPatienceMs },
      "journal is slow to open: frames are carried meanwhile",
    );
    // Held or newer after all: that is for somebody to see, and no reason to stop carrying.
    opening.catch((error: AgentError) =>
      log.error({ code: error.code, error: error.message }, "journal failing"),
    );
  }

  await begin();

  return {
    keep: custody.keep,
    whenCustody: custody.whenCustody,
    taken: custody.taken,
    setAside: custody.setAside,
    next: (core, lane, afterSequence) => reader.next(core, lane, opener.settled(afterSequence)),
    backlog: (core) => {
      const slot = claims.slotOf(core);
      return slot === undefined ? [] : backlogOf(slot, shelves, memory);
    },
    get lanesWaiting() {
      return shelves.size + memory.laneCount;
    },
    holds: (lane) => memory.hasLane(lane) || shelves.get(lane) !== undefined,
    notes: {
      get: (name) => books.notes.get(name),
      set: (name, value) => {
        if (value === "") books.notes.delete(name);
        else books.notes.set(name, value);
        writer.noted(name, value);
      },
    },
    notesWritten: async () => books.identity !== undefined && writer.notesWritten(),
    whenFound: (listener) => {
      if (books.identity === undefined) onFound.push(listener);
    },
    converting: ({ sequence }) => poison.begin(sequence),
    converted: poison.end,
    inspection: inspectOpen({ directory, clock, claims, shelves, writer }),
    get isFound() {
      return books.identity !== undefined;
    },
    commitNow: () => writer.kept(true),
    flush: () => writer.flush(),
    tryFlush: () => writer.tryFlush(),
    thin: limits.thin,
    makeRoom: limits.makeRoom,
    stats: () => ({
      storedFrames: framesOf(writer.tally),
      storedOctets: octetsOf(writer.tally),
      memoryFrames: memory.frames,
      memoryOctets: memory.octets,
      oldestArrivedWallMs: writer.oldestArrivedWallMs,
      keptTotal: custody.keptTotal,
      storedTotal: writer.figures.storedTotal,
      removedTotal: writer.figures.removedTotal,
      givenUpTotal: custody.givenUpTotal,
      asideTotal: writer.figures.asideTotal,
      lostAtOpen: writer.lost,
      retriedTotal: books.retried,
      dropped: drops.counts,
      droppedTotal: drops.total,
      full: !limits.hasRoom(),
      commits: writer.figures.commits,
      lastCommitMs: writer.figures.lastCommitMs,
      commitLatency: writer.figures.commitLatency.view(clock.monotonicMs()),
      givenOctets: writer.figures.givenOctets,
      failing: writer.failing,
    }),
    close: async () => {
      if (closed) return true;
      limits.stop();
      ballastWatch?.stop();
      const ended = await inTime(
        clock,
        CLOSE_MS_MAX,
        closeStore().then(() => true),
        false,
      );
      closed = true;
      const left = custody.giveUpAll();
      if (left > 0) log.warn({ frames: left }, "frames given up: they were never acknowledged");
      if (!ended)
        log.error({ directory, afterMs: CLOSE_MS_MAX }, "journal left open: the disk does not answer");
      poison.close();
      return ended;
    },
  };

  async function closeStore(): Promise<void> {
    await custody.finish();
    await writer.close();
    closed = true;
    if (writer.failing !== undefined || books.identity === undefined) return;
    const { added, removed } = writer.tally;
    await sayHolder({ added, removed });
  }
}
