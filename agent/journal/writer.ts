/**
 * The writer: the only one who writes to the store, one batch after the other. When a batch is due: commit-clock.ts; what
 * is in it: batch.ts; a disk that refuses or hangs: disk.ts.
 *
 * While there is no room (the disk is full, or the journal at its limit) only changes are written, which make some:
 * frames wait in their bounded memory, are carried as ever, and have custody when their cores have taken them.
 */
import type { AgentError } from "../errors.ts";
import type { Clock, KeyValueStore, Log, StoreOperation, Timer } from "../ports.ts";
import { assemble, type Batch } from "./batch.ts";
import type { Books } from "./books.ts";
import type { Claims } from "./claims.ts";
import { makeCommitClock } from "./commit-clock.ts";
import { enter, type Figures, noFigures } from "./confirmation.ts";
import { makeDisk } from "./disk.ts";
import type { Drops } from "./drops.ts";
import { noteKey, seal } from "./keys.ts";
import { oldestArrival } from "./loading.ts";
import { makeLooks } from "./looks.ts";
import { type Memory, settle } from "./memory.ts";
import type { Shelves } from "./shelves.ts";
import { framesOf, TALLY_KEY, type Tally, writeTally } from "./tally.ts";

/** Unsynced operations that could be lost behind an error; beyond them the next batch is synced. */
const UNSYNCED_MAX = 4_096;
/** While there is no room, it is looked for so often. */
const ROOM_LOOK_MS = 5_000;

export interface Writer {
  readonly tally: Tally;
  readonly lost: number;
  readonly figures: Readonly<Figures>;
  readonly failing: string | undefined;
  readonly oldestArrivedWallMs: number | undefined;
  /** Rises whenever a batch has ended: what was read of the index before may be out of date. */
  readonly generation: number;
  /** Opens the store. @returns whether it is open; else it is tried again. @throws AgentError (isFatal) */
  begin(): Promise<boolean>;
  /** A frame was added to memory. @param urgent true: do not wait for the interval. */
  kept(urgent: boolean): void;
  /** Frames left memory without the disk. */
  taken(): void;
  /** A frame on disk has changed. */
  changed(): void;
  /** There may be room for frames that wait for it. */
  roomMade(): void;
  /** Resolves when the disk has heard of every change so far, or the journal is closed. */
  flush(): Promise<void>;
  /**
   * As flush(), but does not outwait a refusal: what the disk has not heard of by then it is told when it obeys again.
   * @returns what the disk says instead of obeying; undefined when it has heard
   */
  tryFlush(): Promise<string | undefined>;
  /** A stored frame turned out to be unreadable. */
  missed(): void;
  noted(name: string, value: string): void;
  /** @returns true once the disk has every note of so far; false as soon as it refuses, or the journal is closed. */
  notesWritten(): Promise<boolean>;
  /**
   * Reads now or not at all: who asks has others to serve.
   * @returns undefined when the journal is closed
   * @throws AgentError STORE_IO while the store is not open, or because this very read has failed or hangs
   */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /**
   * Reads, when the disk obeys again if need be.
   * @returns undefined when the journal was closed meanwhile, or the disk has failed three times over it.
   */
  readPatiently<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /**
   * Reads for somebody who must disturb nobody (looks.ts).
   * @throws AgentError STORE_IO, STORE_DAMAGED
   */
  look<T>(look: (store: KeyValueStore) => Promise<T>): Promise<T>;
  /** undefined while the disk refuses. */
  openStore(): KeyValueStore | undefined;
  /** What was asked of this store has failed. */
  failed(error: unknown, of: KeyValueStore): void;
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
  readonly books: Books;
  readonly drops: Pick<Drops, "operation" | "said">;
  /** Opens the store and puts it right. @throws AgentError */
  open(repair: boolean, onStep: () => void): Promise<KeyValueStore>;
  /** The disk is full. @returns whether something was given up for which another attempt is worth it. */
  makeRoom(): Promise<boolean>;
  /** Whether frames may be added. */
  hasRoom(): boolean | Promise<boolean>;
  /** The store is open. @param again after a refusal. */
  onOpen(again: boolean): void;
  /** A batch is on disk. */
  onWritten(added: Batch["added"]): void;
  /** Whether the error is not to be lived with. */
  isFatal(error: AgentError): boolean;
}

export function makeWriter(options: WriterOptions): Writer {
  const { clock, log, memory, shelves, claims, books } = options;
  const due = makeCommitClock(clock, memory, options.commitIntervalMs, wake);
  const disk = makeDisk({
    clock,
    log,
    open: options.open,
    makeRoom: options.makeRoom,
    isFatal: options.isFatal,
    onRefused: due.stop,
    onPutOff: () => {
      const told = onPutOff;
      onPutOff = [];
      for (const listener of told) listener();
    },
    onRetry: wake,
    onOpen: (again) => {
      generation++;
      due.hurry(memory.frames, shelves.changed.size);
      if (again) log.info({ frames: memory.frames }, "journal obeys again");
      options.onOpen(again);
    },
  });
  let generation = 0;
  const figures = noFigures();
  let ending = false;
  let closed = false;
  let running: Promise<void> | undefined;
  /** While there is no room for frames. */
  let roomTimer: Timer | undefined;
  /** Those who wait for the end of a batch. */
  let listeners: (() => void)[] = [];
  /** Those who wait for it no longer than until the disk refuses. */
  let onPutOff: (() => void)[] = [];

  function wake(): void {
    if (running !== undefined || !disk.mayTry || ending) return;
    running = run().finally(() => {
      running = undefined;
      if (isDue()) wake();
    });
  }

  function isDue(): boolean {
    const isWanted = due.commitDue || due.changesDue || books.unwrittenNotes.size > 0;
    return disk.mayTry && (disk.store === undefined || isWanted);
  }

  async function run(): Promise<void> {
    while (isDue()) {
      if (disk.store === undefined && !(await disk.tryOpen())) return;
      if (!(await write())) return;
    }
  }

  // ------------------------------------------------------------------------------------ what is written

  /** @returns false when the disk refused. */
  async function write(): Promise<boolean> {
    const mayAdd = due.commitDue && (await disk.watch(hasRoom()));
    const open = disk.store;
    if (open === undefined) return false;
    const frames = mayAdd ? memory.beginCommit() : undefined;
    due.begin();

    const batch = assemble(frames, shelves.changed, books.tally, claims);
    const said = [...books.unwrittenNotes];
    for (const [name, value] of said) {
      const key = noteKey(name);
      const put = { type: "put", key, value: seal(key, Buffer.from(value)) } as const;
      batch.operations.push(value === "" ? { type: "del", key } : put);
    }
    const dropped = options.drops.operation();
    if (dropped !== undefined) batch.operations.push(dropped);
    const sync =
      batch.added.length > 0 ||
      batch.apart.length > 0 ||
      said.length > 0 ||
      books.unsynced.length > UNSYNCED_MAX;
    const fromMs = clock.monotonicMs();
    try {
      if (batch.operations.length > 0) await disk.watch(handOver(batch, open, sync));
    } catch (error) {
      memory.endCommit(false);
      disk.fail(error, open);
      return false;
    }
    generation++;
    disk.worked();
    if (sync) books.unsynced = [];
    else books.unsynced.push(...batch.operations);
    if (dropped !== undefined) options.drops.said();
    for (const [name, value] of said) {
      if (books.unwrittenNotes.get(name) === value) books.unwrittenNotes.delete(name);
    }
    if (batch.added.length > 0) {
      figures.commits++;
      const nowMs = clock.monotonicMs();
      figures.lastCommitMs = nowMs - fromMs;
      figures.commitLatency.add(nowMs - fromMs, nowMs);
      due.learn(batch.added[0]!.held);
    }
    await confirm(batch, open);
    return true;
  }

  /** What is synced is needed no more once the store has it: as large as it is, it is not kept while the disk works. */
  function handOver(batch: Batch, open: KeyValueStore, sync: boolean): Promise<void> {
    const { operations } = batch;
    for (const operation of operations) {
      figures.givenOctets += operation.key.length + (operation.type === "put" ? operation.value.length : 0);
    }
    if (sync) batch.operations = [];
    return open.batch(operations, { sync });
  }

  /** The batch is on disk: what it says holds from now on. */
  async function confirm(batch: Batch, open: KeyValueStore): Promise<void> {
    const isOldestGone = enter(batch, { books, memory, shelves, claims, figures });
    due.changed(shelves.changed.size);
    for (const { held } of batch.added) settle(held, "held");
    for (const held of batch.apart) settle(held, "held");
    if (roomTimer === undefined) due.kept(false);
    tell();
    options.onWritten(batch.added);
    if (isOldestGone) await disk.watch(refreshOldest(open));
  }

  function tell(): void {
    const told = listeners;
    listeners = [];
    onPutOff = [];
    for (const listener of told) listener();
  }

  async function refreshOldest(from: KeyValueStore): Promise<void> {
    const after = books.oldest?.sequence ?? -1;
    const isEmpty = framesOf(books.tally) === 0;
    // A mere figure for people: whoever needs the disk next will find out that it does not obey.
    books.oldest = isEmpty ? undefined : await oldestArrival(from, after).catch(() => undefined);
  }

  // ---------------------------------------------------------------------------------------------- room

  async function hasRoom(): Promise<boolean> {
    if (await options.hasRoom()) {
      roomTimer?.cancel();
      roomTimer = undefined;
      return true;
    }
    if (!ending) roomTimer ??= clock.after(ROOM_LOOK_MS, roomMade);
    return false;
  }

  function roomMade(): void {
    if (roomTimer === undefined) return;
    roomTimer.cancel();
    roomTimer = undefined;
    if (memory.frames > 0 && disk.store !== undefined) due.kept(true);
  }

  // --------------------------------------------------------------------------------------------- the end

  async function close(): Promise<void> {
    ending = true;
    disk.calm();
    roomTimer?.cancel();
    await running;
    // One more try, whatever the back-off says: what is not written now is not kept.
    due.hurry(memory.frames, shelves.changed.size);
    while (due.commitDue || due.changesDue || books.unwrittenNotes.size > 0) {
      if (disk.store === undefined && !(await disk.tryOpen())) break;
      if (!(await write())) break;
      due.hurry(roomTimer === undefined ? memory.frames : 0, shelves.changed.size);
    }
    await syncLast();
    closed = true;
    due.stop();
    tell();
    await disk.close();
  }

  /** The holder is about to say what the journal contains, fsynced: the store must not know less after a power cut. */
  async function syncLast(): Promise<void> {
    const open = disk.store;
    if (open === undefined || books.unsynced.length === 0) return;
    const operation: StoreOperation = { type: "put", key: TALLY_KEY, value: writeTally(books.tally) };
    await open.batch([operation], { sync: true }).catch((error) => disk.fail(error, open));
  }

  return {
    get tally() {
      return books.tally;
    },
    get lost() {
      return books.lost;
    },
    figures,
    get failing() {
      return (
        disk.failing ?? (roomTimer === undefined ? undefined : "no room: frames are carried, not stored")
      );
    },
    get oldestArrivedWallMs() {
      return books.oldest?.wallMs;
    },
    get generation() {
      return generation;
    },
    begin: async () => {
      const trying = disk.tryOpen();
      running = trying.then(
        () => undefined,
        () => undefined,
      );
      const isOpen = await trying;
      running = undefined;
      if (isDue()) wake();
      return isOpen;
    },
    kept: (urgent) => {
      if (disk.store !== undefined && roomTimer === undefined) due.kept(urgent);
    },
    taken: due.taken,
    changed: () => {
      if (disk.store !== undefined) due.changed(shelves.changed.size);
    },
    roomMade,
    flush: async () => {
      while (shelves.changed.size > 0 && !closed) {
        const ended = new Promise<void>((resolve) => listeners.push(resolve));
        due.changed(Number.POSITIVE_INFINITY);
        await ended;
      }
    },
    tryFlush: async () => {
      while (shelves.changed.size > 0 && !closed) {
        if (!disk.mayTry) return disk.failing ?? "the store is not open";
        const ended = new Promise<void>((resolve) => {
          listeners.push(resolve);
          onPutOff.push(resolve);
        });
        due.changed(Number.POSITIVE_INFINITY);
        await ended;
        if (disk.store === undefined && shelves.changed.size > 0)
          return disk.failing ?? "the store is not open";
      }
      return undefined;
    },
    missed: () => {
      books.lost++;
    },
    noted: (name, value) => {
      books.unwrittenNotes.set(name, value);
      wake();
    },
    notesWritten: async () => {
      while (books.unwrittenNotes.size > 0) {
        if (closed || !disk.mayTry) return false;
        await new Promise<void>((resolve) => {
          listeners.push(resolve);
          onPutOff.push(resolve);
        });
      }
      return true;
    },
    read: disk.read,
    readPatiently: disk.readPatiently,
    look: makeLooks({
      clock,
      store: () => (closed ? undefined : disk.store),
      failing: () => disk.failing,
    }),
    openStore: () => disk.store,
    failed: disk.fail,
    distrust: (error) => {
      if (disk.store !== undefined) disk.fail(error, disk.store);
    },
    close,
  };
}
