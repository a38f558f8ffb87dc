/**
 * Key-value stores on a real disk: LevelDB, by `level`.
 *
 * What lies in them is agent/journal/'s affair. LevelDB opens silently over much damage: without CURRENT it makes an
 * empty store and deletes what it does not know, a flipped bit in its log drops up to 32 KiB. So its own files are
 * looked at before it may (store-files.ts), and such damage is an error, after which repair() saves more than
 * opening would have.
 *
 * Of a table's blocks it verifies nothing; one that it cannot even unpack it leaves out of a scan, and says so only
 * to a scan that comes to the end of its range. Who reads has to know how much there should be.
 */
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ChainedBatch, DatabaseOptions, Iterator as LevelIterator } from "level";
import { AgentError, type AgentErrorCode, LOCKED_BY_US } from "../errors.ts";
import type { KeyValueStore, KeyValueStores, StoreOperation, StoreRange } from "../ports.ts";
import { findStoreDamage, lockedBy, takeOutBadTables } from "./store-files.ts";

/** Less than LevelDB's 8 MiB: what is read is read once. The write buffer keeps its 4 MiB: half costs twice. */
const CACHE_OCTETS = 2 * 1024 * 1024;

/** Of one crossing from LevelDB to JavaScript; its own default of 16 KiB cuts a scan in many small ones. */
const CROSSING_OCTETS_MAX = 1024 * 1024;
/**
 * What crossed last stays with its iterator until JavaScript's garbage is collected, which knows nothing of its size:
 * thousands of keys at once would pile up to tens of megabytes.
 */
const CROSSING_ENTRIES_MAX = 256;

const OPTIONS: DatabaseOptions<Uint8Array, Uint8Array> = {
  keyEncoding: "buffer",
  valueEncoding: "buffer",
  cacheSize: CACHE_OCTETS,
};

type Batch = ChainedBatch<unknown, Uint8Array, Uint8Array>;

/** What we use of ClassicLevel: the types of `level` are those of browsers too and leave half of it out. */
interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
  get(key: Uint8Array): Promise<Buffer | undefined>;
  getMany(keys: readonly Uint8Array[]): Promise<(Buffer | undefined)[]>;
  batch(): Batch;
  iterator(options: object): LevelIterator<unknown, Buffer, Buffer>;
  compactRange(from: Uint8Array, to: Uint8Array): Promise<void>;
}
interface DatabaseClass {
  new (directory: string, options: typeof OPTIONS): Database;
  repair(directory: string): Promise<void>;
}

export function openStores(): KeyValueStores {
  return {
    open: async (directory, options) => {
      await refuseLocked(directory);
      const damage = await findStoreDamage(directory, options?.thorough ?? false, options?.onStep).catch(
        (error) => fail(directory, error),
      );
      if (damage !== undefined) throw new AgentError("STORE_DAMAGED", `${directory}: ${damage}`);
      const Level = await loadLevel();
      const database = new Level(directory, OPTIONS);
      await database.open().catch((error) => fail(directory, error));
      try {
        return openedStore(directory, database, placeOf(directory));
      } catch (error) {
        await database.close().catch(() => {});
        return fail(directory, error);
      }
    },
    repair: async (directory) => {
      await refuseLocked(directory);
      const Level = await loadLevel();
      // LevelDB puts aside there what it could not read, and never removes it: one repair's leavings are enough.
      await rm(join(directory, "lost"), { recursive: true, force: true }).catch(() => {});
      const saved = await takeOutBadTables(directory).catch((error) => fail(directory, error));
      await Level.repair(directory).catch((error) => fail(directory, error));
      if (saved.length > 0) await putBack(directory, new Level(directory, OPTIONS), saved);
    },
  };
}

/** Before anything is looked at: what another process is writing at this moment would seem damaged. */
async function refuseLocked(directory: string): Promise<void> {
  const pid = await lockedBy(directory);
  if (pid === undefined) return;
  const by = pid === process.pid ? LOCKED_BY_US : `process ${pid}`;
  throw new AgentError("STORE_LOCKED", `${directory}: locked by process ${pid}`, undefined, by);
}

/**
 * What was in the sound blocks of bad tables and is nowhere else. It may have been removed since: who put it there
 * can tell, LevelDB no longer can.
 */
async function putBack(
  directory: string,
  database: Database,
  saved: readonly (readonly [Buffer, Buffer])[],
): Promise<void> {
  try {
    await database.open();
    for (const [key, value] of saved) {
      if ((await database.get(key)) === undefined) await database.batch().put(key, value).write();
    }
    await database.close();
  } catch (error) {
    await database.close().catch(() => {});
    fail(directory, error);
  }
}

/** Native code and 2.6 MB: only when a store is really opened. */
async function loadLevel(): Promise<DatabaseClass> {
  const { Level } = await import("level");
  return Level as unknown as DatabaseClass;
}

/**
 * What tells a store from any other at its path: LevelDB holds LOCK open, so nobody else can be given its inode. For
 * the same reason the kernel has it at hand: asking costs less than waiting for a thread that asks.
 */
function placeOf(directory: string): string {
  const { dev, ino } = statSync(join(directory, "LOCK"));
  return `${dev}/${ino}`;
}

/** @param place where it lay when it was opened. */
function openedStore(directory: string, database: Database, place: string): KeyValueStore {
  const refuse = (error: unknown): never => fail(directory, error);
  const scan = async (range: StoreRange & { readonly limit: number }, values: boolean) => {
    const found: [Buffer, Buffer][] = [];
    const iterator = database.iterator({ ...range, values, highWaterMarkBytes: CROSSING_OCTETS_MAX });
    try {
      while (found.length < range.limit) {
        const part = await iterator.nextv(Math.min(range.limit - found.length, CROSSING_ENTRIES_MAX));
        if (part.length === 0) break;
        if (part.length === range.limit) return part;
        for (const entry of part) found.push(entry);
      }
      return found;
    } finally {
      await iterator.close();
    }
  };
  /** Four times as fast as an array batch. */
  const filled = (operations: readonly StoreOperation[]): Batch => {
    try {
      const batch = database.batch();
      for (const operation of operations) {
        if (operation.type === "put") batch.put(operation.key, operation.value);
        else batch.del(operation.key);
      }
      return batch;
    } catch (error) {
      return refuse(error);
    }
  };
  const write = async (batch: Batch, sync: boolean): Promise<void> => {
    await (batch.write as (options: { sync: boolean }) => Promise<void>)({ sync });
    // Into files that somebody has removed, or mounted something over, LevelDB writes on without a word.
    if (sync && placeOf(directory) !== place) throw new Error("another store lies there now");
  };
  return {
    batch: async (operations, { sync }) => write(filled(operations), sync).catch(refuse),
    get: (key) => database.get(key).catch(refuse),
    getMany: (keys) => database.getMany(keys).catch(refuse),
    entries: (range) => scan(range, true).catch(refuse),
    keys: async (range) => {
      const found = (await scan(range, false).catch(refuse)) as unknown[];
      for (let at = 0; at < found.length; at++) found[at] = (found[at] as [Buffer])[0];
      return found as Buffer[];
    },
    compact: (from, to) => database.compactRange(from, to).catch(refuse),
    close: () => database.close().catch(refuse),
  };
}

/** LevelDB's codes, which abstract-level hides one or two causes deep. */
function fail(directory: string, error: unknown): never {
  let deepest = error as Error & { code?: string };
  const codes: (string | undefined)[] = [deepest.code];
  while (deepest.cause instanceof Error) {
    deepest = deepest.cause;
    codes.push(deepest.code);
  }
  const said = `${directory}: ${deepest.message}`;
  // LevelDB's own words of a lock that this very process holds; any other it reports by strerror(3).
  const reason = deepest.message.endsWith("already held by process") ? LOCKED_BY_US : said;
  throw new AgentError(codeOf(codes, deepest.message), said, error, reason);
}

function codeOf(codes: readonly (string | undefined)[], message: string): AgentErrorCode {
  if (codes.includes("LEVEL_LOCKED")) return "STORE_LOCKED";
  if (codes.includes("LEVEL_CORRUPTION")) return "STORE_DAMAGED";
  // LevelDB passes on the words of strerror(3) and no number.
  const isFull = codes.some((code) => code === "ENOSPC" || code === "EDQUOT") || NO_ROOM.test(message);
  return isFull ? "STORE_FULL" : "STORE_IO";
}

const NO_ROOM = /No space left on device|(?:Disk q|Q)uota exceeded/;
