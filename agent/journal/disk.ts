/**
 * The disk as the journal meets it: a store that is open, or one that refuses and is tried again after 1, 2, 4 … 60
 * seconds. How it is opened and put right: opening.ts, recovery.ts; what is written when: writer.ts.
 *
 * A disk may also hang: neither do what it is asked nor refuse. So every read has its deadline, after which the store
 * counts as failing, and few reads are under way at a time: each that hangs keeps one of the process's few threads for
 * files and names busy (Node: four), and with all of them gone not even a broker's name could be looked up.
 */
import { AgentError, isAgentError, LOCKED_BY_US } from "../errors.ts";
import type { Clock, KeyValueStore, Log, Timer } from "../ports.ts";

const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 60_000;
/** Flash at its slowest stalls for a second or two while it erases. */
export const READ_MS_MAX = 5_000;
export const READS_AT_ONCE = 2;
/** A write, or a step of an opening, that takes longer is a matter for somebody; it goes on all the same. */
export const STALLED_MS = 10_000;

export interface Disk {
  /** undefined while the disk refuses, or has not answered yet. */
  readonly store: KeyValueStore | undefined;
  /** What it says instead of obeying, for people; undefined while it obeys. */
  readonly failing: string | undefined;
  /** Not while the pause between two attempts lasts. */
  readonly mayTry: boolean;
  /** Opens the store. @returns false when the disk refuses; another attempt then comes due by itself. */
  tryOpen(): Promise<boolean>;
  /** Waits for a write, and says so when it takes long. */
  watch<T>(work: Promise<T>): Promise<T>;
  /** A write has ended well. */
  worked(): void;
  /** What was asked of this store has failed. @throws `error` itself when it is none of the world's */
  fail(error: unknown, of: KeyValueStore): void;
  /** As Writer.read and Writer.readPatiently. */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  readPatiently<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** No attempt comes due by itself any more. */
  calm(): void;
  /** Nobody waits for it any more; what is open is closed. */
  close(): Promise<void>;
}

export interface DiskOptions {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * @param repair the store is not to be trusted as it is.
   * @param onStep to be called whenever the disk has done something of it.
   * @throws AgentError
   */
  open(repair: boolean, onStep: () => void): Promise<KeyValueStore>;
  /** The disk is full. @returns whether something was given up for which another attempt is worth it. */
  makeRoom(): Promise<boolean>;
  /** Whether the error is to be thrown by tryOpen(), and not to be lived with. */
  isFatal(error: AgentError): boolean;
  onRefused(): void;
  /** Nothing that could be given up has helped: it is tried again later. */
  onPutOff(): void;
  onRetry(): void;
  /** The store is open, and nobody has been told yet. @param again after a refusal. */
  onOpen(again: boolean): void;
}

interface Asked {
  readonly untilMs: number;
  readonly giveUp: (error: AgentError) => void;
}

export function makeDisk(options: DiskOptions): Disk {
  const { clock, log } = options;
  let store: KeyValueStore | undefined;
  let failing: string | undefined;
  let repairDue = false;
  let isFull = false;
  let isCalm = false;
  let closed = false;
  let retryTimer: Timer | undefined;
  let retryMs = RETRY_FIRST_MS;
  let closing: Promise<void> = Promise.resolve();
  const waiting: (() => void)[] = [];
  const queue: (() => void)[] = [];
  let reading = 0;
  /** Reads under way that still have time, the oldest first. */
  const pending = new Set<Asked>();
  let readTimer: Timer | undefined;

  // ---------------------------------------------------------------------------------------- opening

  function note(error: AgentError): void {
    if (isAgentError(error, "STORE_DAMAGED")) repairDue = true;
    if (isAgentError(error, "STORE_FULL")) isFull = true;
    // Our own closing that has not ended is no news beside what it was closed for.
    const isOurs = error.code === "STORE_LOCKED" && error.reason === LOCKED_BY_US;
    if (!isOurs || failing === undefined) say(error.code, error.message);
  }

  function say(code: string, message: string): void {
    if (failing === undefined) log.error({ code, error: message }, "journal failing");
    failing = message;
  }

  function putOff(): void {
    options.onRefused();
    options.onPutOff();
    if (isCalm) return;
    retryTimer = clock.after(retryMs, () => {
      retryTimer = undefined;
      options.onRetry();
    });
    retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS);
  }

  async function makeRoom(): Promise<boolean> {
    if (!isFull) return false;
    isFull = false;
    return options.makeRoom();
  }

  async function tryOpen(): Promise<boolean> {
    await watch(closing);
    for (;;) {
      await makeRoom();
      try {
        let steppedMs = clock.monotonicMs();
        const opening = options.open(repairDue, () => {
          steppedMs = clock.monotonicMs();
        });
        const opened = await watch(opening, () => steppedMs);
        repairDue = false;
        if (closed) {
          await opened.close();
          return false;
        }
        const again = failing !== undefined;
        failing = undefined;
        store = opened;
        options.onOpen(again);
        release();
        return true;
      } catch (error) {
        if (!isAgentError(error)) throw error;
        if (options.isFatal(error)) {
          if (isAgentError(error, "STORE_FULL") && (await options.makeRoom())) continue;
          throw error;
        }
        note(error);
        if (await makeRoom()) continue;
        putOff();
        return false;
      }
    }
  }

  function release(): void {
    for (const go of [...waiting.splice(0), ...queue.splice(0)]) go();
  }

  /** @param signMs when the disk last gave a sign of life; absent: none comes before the end. */
  async function watch<T>(work: Promise<T>, signMs?: () => number): Promise<T> {
    let stalled = false;
    const look = (): void => {
      const leftMs = signMs === undefined ? 0 : signMs() + STALLED_MS - clock.monotonicMs();
      if (leftMs > 0) {
        timer = clock.after(leftMs, look);
      } else if (failing === undefined) {
        stalled = true;
        say("STORE_IO", `the disk has not answered for ${STALLED_MS / 1_000} s`);
      }
    };
    let timer = clock.after(STALLED_MS, look);
    try {
      return await work;
    } finally {
      timer.cancel();
      if (stalled && store !== undefined) failing = undefined;
    }
  }

  function fail(error: unknown, of: KeyValueStore): void {
    if (!isAgentError(error)) throw error;
    if (store !== of) return;
    store = undefined;
    closing = of.close().catch(() => {});
    note(error);
    for (const go of queue.splice(0)) go();
    if (!isFull || isCalm) {
      putOff();
      return;
    }
    // What is given up for it may help at once.
    options.onRefused();
    options.onRetry();
  }

  // ---------------------------------------------------------------------------------------- reading

  /** @throws AgentError STORE_IO when it takes too long, or the store has failed while others were first. */
  async function ask<T>(open: KeyValueStore, from: (store: KeyValueStore) => Promise<T>): Promise<T> {
    while (reading >= READS_AT_ONCE) {
      await new Promise<void>((resolve) => queue.push(resolve));
      if (store !== open) throw notOpen();
    }
    reading += 1;
    return new Promise<T>((resolve, reject) => {
      const asked: Asked = { untilMs: clock.monotonicMs() + READ_MS_MAX, giveUp: reject };
      pending.add(asked);
      watchReads();
      const ended = (): void => {
        reading -= 1;
        pending.delete(asked);
        const next = queue.shift();
        if (next !== undefined) next();
        else if (pending.size === 0) stopWatching();
      };
      from(open).then(
        (value) => {
          ended();
          resolve(value);
        },
        (error) => {
          ended();
          reject(error);
        },
      );
    });
  }

  /** One timer for all of them, while there are any: one for each would cost as much as the read. */
  function watchReads(): void {
    const [oldest] = pending;
    if (readTimer !== undefined || oldest === undefined) return;
    readTimer = clock.after(oldest.untilMs - clock.monotonicMs(), () => {
      readTimer = undefined;
      for (const asked of pending) {
        if (asked.untilMs > clock.monotonicMs()) break;
        pending.delete(asked);
        asked.giveUp(new AgentError("STORE_IO", `a read has not ended within ${READ_MS_MAX / 1_000} s`));
      }
      watchReads();
    });
  }

  function stopWatching(): void {
    readTimer?.cancel();
    readTimer = undefined;
  }

  const notOpen = (): AgentError => new AgentError("STORE_IO", failing ?? "the store is not open");

  async function read<T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> {
    if (closed) return undefined;
    const open = store;
    if (open === undefined) throw notOpen();
    try {
      return await ask(open, from);
    } catch (error) {
      // Of a store that is being closed no answer says anything.
      if (closed) return undefined;
      fail(error, open);
      throw new AgentError("STORE_IO", (error as Error).message, error);
    }
  }

  async function readPatiently<T>(from: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; attempt < 3; attempt++) {
      while (store === undefined && !closed) await new Promise<void>((resolve) => waiting.push(resolve));
      const open = store;
      if (closed || open === undefined) return undefined;
      try {
        return await ask(open, from);
      } catch (error) {
        fail(error, open);
      }
    }
    return undefined;
  }

  return {
    get store() {
      return store;
    },
    get failing() {
      return failing;
    },
    get mayTry() {
      return retryTimer === undefined;
    },
    tryOpen,
    watch,
    worked: () => {
      retryMs = RETRY_FIRST_MS;
    },
    fail,
    read,
    readPatiently,
    calm: () => {
      isCalm = true;
      retryTimer?.cancel();
      retryTimer = undefined;
    },
    close: async () => {
      closed = true;
      stopWatching();
      release();
      await closing;
      await store?.close();
    },
  };
}
