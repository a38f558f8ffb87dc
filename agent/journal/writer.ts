/**
 * The writer: the only one who writes to the store, one batch after the other, and who opens it again when the disk
 * has refused.
 *
 * A commit is due `commitIntervalMs` after the oldest frame that waits, and takes all that wait; removals are not
 * urgent and ride along, or go 64 at a time, or after a second. No timer is armed while nothing waits: on a small
 * ARM a timer costs more than a frame.
 *
 * After an error nothing of a failed batch is relied upon. What it may have left on disk has a higher sequence than
 * anything confirmed, so it is found and removed after re-opening; what was confirmed without fsync is written
 * again; then everything that waits.
 */
import { AgentError, type AgentErrorCode, isAgentError } from "../errors.ts";
import type { Clock, KeyValueStore, Log, StoreOperation, Timer } from "../ports.ts";
import { assemble, type Batch } from "./batch.ts";
import type { Claims } from "./claims.ts";
import { firstSequence, IDENTITY_KEY, writeIdentity } from "./identity.ts";
import { noteKey, seal } from "./keys.ts";
import { type Held, type Memory, settle } from "./memory.ts";
import { type Opened, oldestArrival } from "./opening.ts";
import { writeRecord } from "./record.ts";
import { findStrays, reload } from "./recovery.ts";
import type { Shelves } from "./shelves.ts";
import { framesOf, TALLY_KEY, type Tally, writeTally } from "./tally.ts";

/** Changes that are written without waiting for more. */
const CHANGES_DUE = 64;
const CHANGES_DELAY_MS = 1_000;
/** Unsynced operations that could be lost behind an error; beyond them the next batch is synced. */
const UNSYNCED_MAX = 4_096;
/** Of the interval: where the core is nearly as far away as that, a commit must not come much too soon. */
const LEAD_SHARE_MAX = 1 / 8;
const LEAD_WEIGHT = 1 / 4;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 60_000;

export interface Writer {
  readonly tally: Tally;
  readonly lost: number;
  readonly commits: number;
  readonly storedTotal: number;
  readonly removedTotal: number;
  readonly asideTotal: number;
  readonly lastCommitMs: number | undefined;
  readonly failing: string | undefined;
  readonly oldestArrivedWallMs: number | undefined;
  /** Rises whenever a batch has ended: what was read of the index before may be out of date. */
  readonly generation: number;
  /** A frame was added to memory. @param urgent true: do not wait for the interval. */
  kept(urgent: boolean): void;
  /** Frames left memory without the disk. */
  taken(): void;
  /** A frame on disk has changed. */
  changed(): void;
  /** A stored frame turned out to be unreadable. */
  missed(): void;
  noted(name: string, value: string): void;
  /**
   * Reads now or not at all: who asks has others to serve.
   * @returns undefined when the journal is closed
   * @throws AgentError STORE_IO while the store is not open, or because this very read has failed
   */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /**
   * Reads, when the disk obeys again if need be.
   * @returns undefined when the journal was closed meanwhile, or the disk has failed three times over it.
   */
  readPatiently<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** The store is not to be trusted as it is: it is repaired and audited. */
  distrust(error: Error): void;
  /** Writes what waits as far as the disk lets it, and closes the store. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly commitIntervalMs: number;
  readonly claims: Claims;
  readonly memory: Memory;
  readonly shelves: Shelves;
  /** Opens the store again, after a repair where it is needed or asked for. */
  reopen(repair: boolean): Promise<{ store: KeyValueStore; repaired: boolean }>;
}

export function makeWriter(options: WriterOptions, opened: Opened): Writer {
  const { clock, log, memory, shelves, claims, commitIntervalMs } = options;
  let store: KeyValueStore | undefined = opened.store;
  let { tally, lost } = opened;
  let confirmed = firstSequence(opened.openCount) - 1;
  let unsynced: StoreOperation[] = [];
  const notes = new Map<string, string>();

  let generation = 0;
  let commits = 0;
  let storedTotal = 0;
  let removedTotal = 0;
  let asideTotal = 0;
  let lastCommitMs: number | undefined;
  let leadMs = 0;
  let failing: string | undefined;
  let { oldest } = opened;

  let commitDue = false;
  let changesDue = false;
  let repairDue = false;
  /** The store was repaired, and what is known of it is from before. */
  let reloadDue = false;
  let ending = false;
  let closed = false;
  let commitTimer: Timer | undefined;
  let changesTimer: Timer | undefined;
  let retryTimer: Timer | undefined;
  let retryMs = RETRY_FIRST_MS;
  let running: Promise<void> | undefined;
  let closing: Promise<void> = Promise.resolve();
  let waiting: (() => void)[] = [];

  // ------------------------------------------------------------------------------------- when to write

  const wake = (): void => {
    if (running !== undefined || retryTimer !== undefined || ending) return;
    running = run().finally(() => {
      running = undefined;
      if (isDue()) wake();
    });
  };
  const isDue = (): boolean =>
    retryTimer === undefined && (store === undefined || commitDue || changesDue || notes.size > 0);

  const run = async (): Promise<void> => {
    while (isDue()) {
      if (store === undefined && !(await recover())) return;
      if (!(await write())) return;
    }
  };

  const armCommit = (): void => {
    if (commitTimer !== undefined || commitDue) return;
    const held = memory.oldestWaiting();
    if (held === undefined) return;
    const waitMs = held.keptMs + commitIntervalMs - leadMs - clock.monotonicMs();
    commitTimer = clock.after(Math.max(0, waitMs), () => {
      commitTimer = undefined;
      const next = memory.oldestWaiting();
      // The one it was armed for may have been taken: then the next oldest has its own moment.
      if (next === undefined || clock.monotonicMs() < next.keptMs + commitIntervalMs - leadMs)
        return armCommit();
      commitDue = true;
      wake();
    });
  };
  const armChanges = (): void => {
    if (changesTimer !== undefined || changesDue) return;
    changesTimer = clock.after(CHANGES_DELAY_MS, () => {
      changesTimer = undefined;
      changesDue = true;
      wake();
    });
  };

  // ------------------------------------------------------------------------------------ what is written

  /** @returns false when the disk refused. */
  const write = async (): Promise<boolean> => {
    const open = store;
    if (open === undefined) return false;
    const frames = commitDue ? memory.beginCommit() : undefined;
    commitDue = changesDue = false;
    commitTimer?.cancel();
    changesTimer?.cancel();
    commitTimer = changesTimer = undefined;

    const batch = assemble(frames, shelves.changed, tally, claims);
    const said = [...notes];
    for (const [name, value] of said) {
      const key = noteKey(name);
      batch.operations.push({ type: "put", key, value: seal(key, Buffer.from(value)) });
    }
    const sync =
      batch.added.length > 0 || batch.apart.length > 0 || said.length > 0 || unsynced.length > UNSYNCED_MAX;
    const fromMs = clock.monotonicMs();
    try {
      if (batch.operations.length > 0) await open.batch(batch.operations, { sync });
    } catch (error) {
      memory.endCommit(false);
      fail(error, open);
      return false;
    }
    generation++;
    retryMs = RETRY_FIRST_MS;
    if (sync) unsynced = [];
    else unsynced.push(...batch.operations);
    for (const [name, value] of said) if (notes.get(name) === value) notes.delete(name);
    if (batch.added.length > 0) {
      commits++;
      lastCommitMs = clock.monotonicMs() - fromMs;
      learnLead(batch.added[0]!.held);
    }
    await confirm(batch, open);
    return true;
  };

  /** On disk within the interval: a commit begins before that by what commits take, timer and all. */
  const learnLead = (first: Held): void => {
    const overrunMs = clock.monotonicMs() - first.keptMs - commitIntervalMs;
    // Urgent ones come early, and those behind an error late: neither says anything.
    if (Math.abs(overrunMs) > commitIntervalMs * LEAD_SHARE_MAX) return;
    const learntMs = leadMs + overrunMs * LEAD_WEIGHT;
    leadMs = Math.min(Math.max(learntMs, 0), commitIntervalMs * LEAD_SHARE_MAX);
  };

  /** The batch is on disk: what it says holds from now on. */
  const confirm = async (batch: Batch, open: KeyValueStore): Promise<void> => {
    removedTotal += batch.tally.removed - tally.removed;
    storedTotal += batch.added.length;
    tally = batch.tally;
    let oldestGone = false;
    asideTotal += batch.apart.length;
    for (const { stored, claims: written, aside } of batch.changes) {
      if (aside !== undefined) asideTotal++;
      shelves.wrote(stored, written, aside);
      if (written === 0 && stored.sequence === oldest?.sequence) oldestGone = true;
    }
    memory.endCommit(true);
    for (const { held, claims: written, octets } of batch.added) {
      const { frame, lane } = held;
      confirmed = frame.sequence;
      oldest ??= { sequence: frame.sequence, wallMs: frame.arrivedWallMs };
      shelves.add(lane, frame.sequence, written);
      const stored = shelves.remember({
        sequence: frame.sequence,
        lane,
        octets,
        diskClaims: written,
        claims: written,
      });
      const takenMeanwhile = written & ~held.claims;
      if (takenMeanwhile === 0) continue;
      if (held.aside) stored.aside = writeRecord(frame, lane, claims.names(written));
      shelves.take(stored, takenMeanwhile);
    }
    if (shelves.changed.size >= CHANGES_DUE) changesDue = true;
    else if (shelves.changed.size > 0) armChanges();
    for (const { held } of batch.added) settle(held, "held");
    for (const held of batch.apart) settle(held, "held");
    armCommit();
    if (oldestGone) await refreshOldest(open);
  };

  const refreshOldest = async (from: KeyValueStore): Promise<void> => {
    const after = oldest?.sequence ?? -1;
    // A mere figure for people: whoever needs the disk next will find out that it does not obey.
    oldest = framesOf(tally) === 0 ? undefined : await oldestArrival(from, after).catch(() => undefined);
  };

  // ----------------------------------------------------------------------------- when the disk refuses

  const fail = (error: unknown, of: KeyValueStore): void => {
    if (store !== of) return;
    if (!isAgentError(error)) throw error;
    store = undefined;
    if (isAgentError(error, "STORE_DAMAGED")) repairDue = true;
    closing = of.close().catch(() => {});
    putOff(error);
  };

  const putOff = (error: { readonly code: AgentErrorCode; readonly message: string }): void => {
    if (failing === undefined) log.error({ code: error.code, error: error.message }, "journal failing");
    failing = error.message;
    commitTimer?.cancel();
    changesTimer?.cancel();
    commitTimer = changesTimer = undefined;
    if (ending) return;
    retryTimer = clock.after(retryMs, () => {
      retryTimer = undefined;
      wake();
    });
    retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS);
  };

  const identify = (): StoreOperation[] => {
    for (const [name, value] of opened.notes) notes.set(name, value);
    return [{ type: "put", key: IDENTITY_KEY, value: writeIdentity(opened.identity) }];
  };

  /** @returns false when the disk refuses still. */
  const recover = async (): Promise<boolean> => {
    await closing;
    let again: KeyValueStore | undefined;
    try {
      const { store: reopened, repaired } = await options.reopen(repairDue);
      again = reopened;
      repairDue = false;
      reloadDue ||= repaired;
      const operations = [...unsynced, ...(await findStrays(again, confirmed))];
      if ((await again.get(IDENTITY_KEY)) === undefined) {
        // Somebody has removed it: a new store must say whose it is, and of the old one's frames none is left.
        operations.push(...identify());
        reloadDue = true;
      }
      operations.push({ type: "put", key: TALLY_KEY, value: writeTally(tally) });
      await again.batch(operations, { sync: true });
      unsynced = [];
      if (reloadDue) {
        const loaded = await reload(again, claims, shelves, tally);
        tally = loaded.tally;
        lost += loaded.lost;
        reloadDue = false;
        log.warn({ lost: loaded.lost, ...loaded.audited }, "journal audited");
      }
    } catch (error) {
      await again?.close().catch(() => {});
      if (!isAgentError(error)) throw error;
      if (isAgentError(error, "STORE_DAMAGED")) repairDue = true;
      putOff(error);
      return false;
    }
    store = again;
    failing = undefined;
    generation++;
    commitDue = memory.frames > 0;
    changesDue = shelves.changed.size > 0;
    log.info({ frames: memory.frames }, "journal obeys again");
    release();
    return true;
  };

  const release = (): void => {
    const released = waiting;
    waiting = [];
    for (const go of released) go();
  };

  const ready = async (): Promise<KeyValueStore | undefined> => {
    while (store === undefined && !closed) await new Promise<void>((resolve) => waiting.push(resolve));
    return closed ? undefined : store;
  };

  const read = async <T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> => {
    const open = store;
    if (closed) return undefined;
    if (open === undefined) throw new AgentError("STORE_IO", failing ?? "the store is not open");
    try {
      return await from(open);
    } catch (error) {
      fail(error, open);
      if (closed) return undefined;
      throw new AgentError("STORE_IO", (error as Error).message, error);
    }
  };

  const readPatiently = async <T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const open = await ready();
      if (open === undefined) return undefined;
      try {
        return await from(open);
      } catch (error) {
        fail(error, open);
      }
    }
    return undefined;
  };

  const close = async (): Promise<void> => {
    ending = true;
    retryTimer?.cancel();
    retryTimer = undefined;
    await running;
    // One more try, whatever the back-off says: what is not written now is not kept.
    commitDue = memory.frames > 0;
    changesDue = shelves.changed.size > 0;
    while (commitDue || changesDue || notes.size > 0) {
      if (store === undefined && !(await recover())) break;
      if (!(await write())) break;
      commitDue = memory.frames > 0;
      changesDue = shelves.changed.size > 0;
    }
    await syncLast();
    closed = true;
    commitTimer?.cancel();
    changesTimer?.cancel();
    release();
    await closing;
    await store?.close();
  };

  /** The holder is about to say what the journal contains, fsynced: the store must not know less after a power cut. */
  const syncLast = async (): Promise<void> => {
    const open = store;
    if (open === undefined || unsynced.length === 0) return;
    const operation: StoreOperation = { type: "put", key: TALLY_KEY, value: writeTally(tally) };
    await open.batch([operation], { sync: true }).catch((error) => fail(error, open));
  };

  return {
    get tally() {
      return tally;
    },
    get lost() {
      return lost;
    },
    get commits() {
      return commits;
    },
    get storedTotal() {
      return storedTotal;
    },
    get removedTotal() {
      return removedTotal;
    },
    get asideTotal() {
      return asideTotal;
    },
    get lastCommitMs() {
      return lastCommitMs;
    },
    get failing() {
      return failing;
    },
    get oldestArrivedWallMs() {
      return oldest?.wallMs;
    },
    get generation() {
      return generation;
    },
    kept: (urgent) => {
      if (store === undefined || commitDue) return;
      if (urgent) {
        commitDue = true;
        wake();
      } else if (commitTimer === undefined) armCommit();
    },
    taken: () => {
      if (memory.oldestWaiting() !== undefined) return;
      commitTimer?.cancel();
      commitTimer = undefined;
    },
    changed: () => {
      if (store === undefined) return;
      if (shelves.changed.size < CHANGES_DUE) return armChanges();
      changesDue = true;
      wake();
    },
    missed: () => {
      lost++;
    },
    noted: (name, value) => {
      notes.set(name, value);
      wake();
    },
    read,
    readPatiently,
    distrust: (error) => {
      if (store !== undefined) fail(error, store);
    },
    close,
  };
}
