/**
 * Limits: what keeps the journal within journal.max_age and journal.max_size, and when.
 *
 *   joins     gone some seconds after they were stored (join-expiry.ts)
 *   age       looked at when the oldest frame may have had its time, at most once a minute (expiry.ts)
 *   size      of live records: from 90 % of max_size on the journal is thinned to 80 % (thinning.ts), then compacted
 *   at 100 %  no frame is written: those that come wait in their bounded memory, unacknowledged, until there is room
 *   space     given back after a thinning and after a large drain (compaction.ts)
 *
 * One thing is done at a time, in small pieces with rests. Nothing wakes while nothing is stored; nothing is written
 * that does not remove. While the disk refuses, all of it waits.
 */
import { AgentError, isAgentError } from "../errors.ts";
import type { ClockState, Lane } from "../frame/frame.ts";
import type { Clock, KeyValueStore, Log, Timer } from "../ports.ts";
import type { Claims } from "./claims.ts";
import { compact, isWorthCompacting } from "./compaction.ts";
import type { Dropper } from "./dropper.ts";
import { expire } from "./expiry.ts";
import { makeJoinExpiry } from "./join-expiry.ts";
import { type Cut, makeDryKnife, makeKnife } from "./knife.ts";
import type { Held } from "./memory.ts";
import type { Shelves } from "./shelves.ts";
import { makeIsForeign } from "./sparing.ts";
import { framesOf, octetsOf } from "./tally.ts";
import { type Examined, thin } from "./thinning.ts";
import type { Writer } from "./writer.ts";

/** Shares of max_size: above the first it is thinned to the second. */
export const THINNING_FROM = 0.9;
export const THINNING_TO = 0.8;
const EXPIRY_MS_MIN = 60_000;
/** Ages may become known, and settings change. */
const EXPIRY_MS_MAX = 3_600_000;
/** After the start: others have more urgent things to do. */
const FIRST_LOOK_MS = 1_000;
/** Between two pieces of work. */
const REST_MS = 2;
/** After a thinning that could not do what it should. */
const THIN_AGAIN_MS = 60_000;

export interface JournalLimits {
  readonly maxSizeOctets: number;
  /** 6 hex digits each; empty: nobody is foreign. */
  readonly homeNetIds: readonly string[];
  maxAgeMsOf(core: string): number;
}

export interface Thinned extends Cut {
  /** Size of the records that are left. */
  readonly leftOctets: number;
  /** The size that was asked for is reached. A dry run may have had to end before (knife.ts). */
  readonly reached: boolean;
}

export interface Limits {
  /** The store has been opened. @param inheritedUpTo the highest sequence that an earlier run can have given. */
  begin(inheritedUpTo: number): void;
  /** Whether what waits may be written. */
  hasRoom(): boolean;
  /** A batch is on disk. */
  wrote(added: readonly { readonly held: Held }[]): void;
  /** See Journal. */
  thin(targetOctets: number, options: { readonly dryRun: boolean }): Promise<Thinned>;
  makeRoom(): Promise<Thinned>;
  stop(): void;
}

export interface LimitsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly claims: Claims;
  readonly cores: readonly string[];
  readonly shelves: Shelves;
  readonly writer: Writer;
  readonly dropper: Dropper;
  /** Asked each time; undefined: none. */
  limits(): JournalLimits | undefined;
  /** See Moment. */
  comparableStates(): readonly ClockState[];
}

export function makeLimits(parts: LimitsParts): Limits {
  const { clock, log, claims, cores, shelves, writer, dropper } = parts;
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  const timers = new Set<Timer>();
  const examined: Examined = { copy: 0, fport0: 0, nextLane: undefined };
  let work: Promise<unknown> = Promise.resolve();
  let compactedAtOctets = 0;
  let thinningDue = false;
  let thinAgain: Timer | undefined;
  let compactionDue = false;
  let saidFull = false;
  let expiryTimer: Timer | undefined;

  const read = <T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> =>
    isStopped() ? Promise.resolve(undefined) : writer.readPatiently(from);

  const rest = async (): Promise<boolean> => {
    if (!isStopped()) await clock.sleep(REST_MS, stopping.signal).catch(() => {});
    return !isStopped();
  };

  function after(delayMs: number, run: () => void): Timer {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      if (!isStopped()) run();
    });
    timers.add(timer);
    return timer;
  }

  /** One thing after the other. */
  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = work.then(job);
    // What fails is its asker's, and not the next one's.
    work = done.catch(() => {});
    return done;
  }

  const joins = makeJoinExpiry({ log, shelves, dropper, after, isStopped, inTurn, read, rest });

  const sizeOctets = (): number => octetsOf(writer.tally);

  // -------------------------------------------------------------------------------------------- size

  function hasRoom(): boolean {
    const limits = parts.limits();
    if (limits === undefined) return true;
    const isFull = sizeOctets() >= limits.maxSizeOctets;
    if (isFull && !saidFull) log.error({ maxSizeOctets: limits.maxSizeOctets }, "journal full");
    saidFull = isFull;
    return !isFull;
  }

  function lookAtSize(): void {
    const limits = parts.limits();
    if (limits === undefined || thinningDue || thinAgain !== undefined) return;
    if (sizeOctets() < limits.maxSizeOctets * THINNING_FROM) return;
    thinningDue = true;
    void inTurn(async () => {
      const now = parts.limits();
      const isStill = now !== undefined && sizeOctets() >= now.maxSizeOctets * THINNING_FROM;
      const isEnough = !isStill || (await thinNow(now.maxSizeOctets * THINNING_TO)).reached;
      thinningDue = false;
      if (isStopped()) return;
      // What had waited for room has come meanwhile.
      if (isEnough) return lookAtSize();
      thinAgain = after(THIN_AGAIN_MS, () => {
        thinAgain = undefined;
        lookAtSize();
      });
    });
  }

  async function thinNow(targetOctets: number): Promise<Thinned> {
    const { knife, dropped, youngest } = makeKnife({ ...parts, targetOctets });
    const flushAndRest = async (): Promise<boolean> => {
      // What the courier has taken may wait for its own time.
      if (dropper.pendingOctets > 0) await dropper.flush();
      return rest();
    };
    const view = { shelves, knife, targetOctets, examined, isForeign: isForeign(), read };
    const reached = await thin({ ...view, rest: flushAndRest });
    await dropper.flush();
    const thinned = { ...dropped(), leftOctets: sizeOctets(), reached };
    if (thinned.frames > 0) {
      log.warn(thinned, "journal thinned");
      await compactNow(youngest());
    }
    return thinned;
  }

  async function tryThinning(targetOctets: number): Promise<Thinned> {
    const { knife, dropped, isSpent } = makeDryKnife({ ...parts, targetOctets, read });
    const view = { shelves, knife, targetOctets, examined: { ...examined }, isForeign: isForeign() };
    const reached = await thin({ ...view, read, rest });
    const tried = dropped();
    return { ...tried, leftOctets: sizeOctets() - tried.octets, reached: reached && !isSpent() };
  }

  const isForeign = (): ((lane: Lane) => boolean) => makeIsForeign(parts.limits()?.homeNetIds ?? []);

  // --------------------------------------------------------------------------------------------- age

  /** Takes what has had its time from each core, and arms the next look. */
  async function expireNow(): Promise<void> {
    const limits = parts.limits();
    if (limits === undefined || isStopped()) return;
    lookAtSize();
    let dueInMs = EXPIRY_MS_MAX;
    for (const core of cores) {
      const maxAgeMs = limits.maxAgeMsOf(core);
      const now = {
        wallMs: clock.wallMs(),
        monotonicMs: clock.monotonicMs(),
        kernelBootId: clock.kernelBootId(),
        comparable: parts.comparableStates(),
      };
      const slot = claims.slotOf(core)!;
      const expired = await expire({ shelves, dropper, read, rest }, { id: core, slot }, maxAgeMs, now);
      if (expired.frames > 0) log.warn({ core, frames: expired.frames, maxAgeMs }, "frames expired");
      dueInMs = Math.min(dueInMs, expired.dueInMs ?? EXPIRY_MS_MAX);
    }
    if (framesOf(writer.tally) > 0) armExpiry(dueInMs);
  }

  function armExpiry(dueInMs: number): void {
    if (expiryTimer !== undefined || isStopped() || parts.limits() === undefined) return;
    const delayMs = Math.min(Math.max(dueInMs, EXPIRY_MS_MIN), EXPIRY_MS_MAX);
    expiryTimer = after(delayMs, () => {
      expiryTimer = undefined;
      if (framesOf(writer.tally) > 0) void inTurn(expireNow);
    });
  }

  // ------------------------------------------------------------------------------------------- space

  /** @param upTo as compact(). */
  async function compactNow(upTo?: number): Promise<void> {
    const removedOctets = writer.tally.removedOctets;
    const fromMs = clock.monotonicMs();
    // Also when it fails: a disk that refuses must not be asked for the same again and again.
    compactedAtOctets = removedOctets;
    // Not by read(): a piece may take longer than a read has time.
    const look = async <T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> => {
      if (isStopped()) return undefined;
      const open = writer.openStore();
      if (open === undefined) throw new AgentError("STORE_IO", writer.failing ?? "the store is not open");
      return from(open);
    };
    try {
      if (!(await compact({ read: look, rest }, upTo))) return;
    } catch (error) {
      if (!isAgentError(error)) throw error;
      log.warn({ error: error.message }, "journal not compacted");
      return;
    }
    const tookMs = Math.round(clock.monotonicMs() - fromMs);
    log.info({ liveOctets: sizeOctets(), tookMs }, "journal compacted");
  }

  function lookAtSpace(): void {
    const { removedOctets } = writer.tally;
    // An audit counts anew.
    compactedAtOctets = Math.min(compactedAtOctets, removedOctets);
    if (compactionDue || !isWorthCompacting(removedOctets - compactedAtOctets, sizeOctets())) return;
    compactionDue = true;
    void inTurn(async () => {
      compactionDue = false;
      if (isWorthCompacting(writer.tally.removedOctets - compactedAtOctets, sizeOctets())) await compactNow();
    });
  }

  return {
    begin: (inheritedUpTo) => {
      compactedAtOctets = writer.tally.removedOctets;
      joins.begin(inheritedUpTo);
      if (framesOf(writer.tally) > 0) after(FIRST_LOOK_MS, () => void inTurn(expireNow));
    },
    hasRoom,
    wrote: (added) => {
      if (isStopped()) return;
      dropper.recount();
      if (saidFull && hasRoom()) writer.roomMade();
      joins.stored(added);
      if (added.length > 0) armExpiry(EXPIRY_MS_MIN);
      lookAtSize();
      lookAtSpace();
    },
    thin: async (targetOctets, { dryRun }) => {
      // Whoever asks would wait as long as the disk does.
      if (writer.openStore() === undefined)
        throw new AgentError("STORE_IO", writer.failing ?? "the store is not open");
      return inTurn(() => (dryRun ? tryThinning(targetOctets) : thinNow(targetOctets)));
    },
    makeRoom: () => inTurn(() => thinNow(sizeOctets() * THINNING_TO)),
    stop: () => {
      stopping.abort();
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
