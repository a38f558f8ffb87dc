/**
 * Key-value stores in memory, whose disk fails, stalls and forgets when it is told to. The mirror of
 * agent/host/store.ts.
 *
 * A batch is seen by readers at once and survives a power cut from the next synced batch on, as with LevelDB.
 */
import { AgentError } from "../../agent/errors.ts";
import type { KeyValueStore, KeyValueStores, StoreOperation, StoreRange } from "../../agent/ports.ts";
import { createSortedKeys, type SortedKeys } from "./sorted-keys.ts";

interface Disk {
  /** Keys as latin-1 text, which sorts as the octets do. */
  readonly entries: Map<string, Buffer>;
  /** What undoes each batch since the last sync, the oldest first. */
  unsynced: [string, Buffer | undefined][][];
  /** undefined: to be made when it is asked for. */
  sorted: SortedKeys | undefined;
  /** Rises when the power is cut: stores opened before are dead. */
  power: number;
  open: boolean;
  damaged: boolean;
}

export class WorldStores implements KeyValueStores {
  readonly #disks = new Map<string, Disk>();
  /** Resolves to whether the batches that waited fail after all. */
  #gate: Promise<boolean> | undefined;
  #readGate: Promise<void> | undefined;
  #refusal: ((operation: "batch" | "get" | "scan" | "open" | "repair") => boolean) | undefined;
  /** Batches written so far, and those of them that were synced. */
  batches = 0;
  syncs = 0;
  repairs = 0;
  /** Calls of open(), and those of them that were thorough. */
  opens = 0;
  thoroughOpens = 0;
  /** How long an fsync takes; undefined: no time. What it confirms is what was written before it began. */
  sync: (() => Promise<void>) | undefined;
  /** A refused batch is on the disk nonetheless, as after an fsync that failed behind a write that did not. */
  refusedBatchesLand = false;

  /** From now on operations fail for which it says so; undefined: none. */
  refuse(refusal: ((operation: "batch" | "get" | "scan" | "open" | "repair") => boolean) | undefined): void {
    this.#refusal = refusal;
  }

  /** Batches wait (written, not confirmed) until the function that comes back is called; they may fail even then. */
  stall(): (fails?: boolean) => void {
    let release = (_fails: boolean): void => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return (fails = false) => {
      this.#gate = undefined;
      release(fails);
    };
  }

  /** Reads wait, having seen what there was, until the function that comes back is called. */
  stallReads(): () => void {
    let release = (): void => {};
    this.#readGate = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#readGate = undefined;
      release();
    };
  }

  /**
   * The power is cut: what no later sync covered is gone, save the first `keepBatches` of it.
   * Stores that were open are dead.
   */
  cutPower(directory: string, keepBatches = 0): void {
    const disk = this.#disk(directory);
    for (const undo of disk.unsynced.slice(keepBatches).reverse()) {
      for (const [key, before] of undo.reverse()) {
        if (before === undefined) disk.entries.delete(key);
        else disk.entries.set(key, before);
      }
    }
    disk.unsynced = [];
    disk.sorted = undefined;
    disk.power++;
    disk.open = false;
  }

  /** The process that held it has died: its stores are dead, what it wrote is there. */
  endProcess(directory: string): void {
    const disk = this.#disk(directory);
    disk.power++;
    disk.open = false;
  }

  /** The next open() finds it damaged, until repair(). */
  damage(directory: string): void {
    this.#disk(directory).damaged = true;
  }

  /** The raw entries, to look at and to spoil. Keys are latin-1. */
  entriesOf(directory: string): Map<string, Buffer> {
    const disk = this.#disk(directory);
    disk.sorted = undefined;
    return disk.entries;
  }

  async open(directory: string, options?: { readonly thorough: boolean }): Promise<KeyValueStore> {
    this.opens++;
    if (options?.thorough) this.thoroughOpens++;
    this.#check("open", directory);
    const disk = this.#disk(directory);
    if (disk.open) throw new AgentError("STORE_LOCKED", `${directory}: already held`);
    if (disk.damaged) throw new AgentError("STORE_DAMAGED", `${directory}: damaged`);
    disk.open = true;
    const { power } = disk;
    const alive = (operation: "batch" | "get" | "scan"): void => {
      if (power !== disk.power || !disk.open) throw new AgentError("STORE_IO", `${directory}: not open`);
      this.#check(operation, directory);
    };
    return {
      batch: async (operations, { sync }) => {
        try {
          alive("batch");
        } catch (error) {
          if (this.refusedBatchesLand && power === disk.power) apply(disk, operations);
          throw error;
        }
        this.batches++;
        if (sync) this.syncs++;
        apply(disk, operations);
        const covered = disk.unsynced.length;
        if (sync) await this.sync?.();
        if (await this.#gate) throw new AgentError("STORE_IO", `${directory}: sync failed`);
        if (power !== disk.power) throw new AgentError("STORE_IO", `${directory}: no power`);
        if (sync) disk.unsynced.splice(0, covered);
      },
      get: async (key) => {
        alive("get");
        const value = disk.entries.get(latin1(key));
        await this.#readGate;
        return value && Buffer.from(value);
      },
      getMany: async (keys) => {
        alive("get");
        const values = keys.map((key) => disk.entries.get(latin1(key)));
        await this.#readGate;
        return values.map((value) => value && Buffer.from(value));
      },
      entries: async (range) => {
        alive("scan");
        const found = select(disk, range).map((key): [Buffer, Buffer] => [
          Buffer.from(key, "latin1"),
          Buffer.from(disk.entries.get(key)!),
        ]);
        await this.#readGate;
        return found;
      },
      keys: async (range) => {
        alive("scan");
        const found = select(disk, range).map((key) => Buffer.from(key, "latin1"));
        await this.#readGate;
        return found;
      },
      compact: async () => alive("scan"),
      close: async () => {
        if (power === disk.power) disk.open = false;
      },
    };
  }

  async repair(directory: string): Promise<void> {
    this.#check("repair", directory);
    if (this.#disk(directory).open) throw new AgentError("STORE_LOCKED", `${directory}: already held`);
    this.repairs++;
    this.#disk(directory).damaged = false;
  }

  #check(operation: "batch" | "get" | "scan" | "open" | "repair", directory: string): void {
    if (this.#refusal?.(operation)) throw new AgentError("STORE_IO", `${directory}: ${operation} refused`);
  }

  #disk(directory: string): Disk {
    let disk = this.#disks.get(directory);
    if (disk === undefined) {
      disk = {
        entries: new Map(),
        unsynced: [],
        sorted: undefined,
        power: 0,
        open: false,
        damaged: false,
      };
      this.#disks.set(directory, disk);
    }
    return disk;
  }
}

function apply(disk: Disk, operations: readonly StoreOperation[]): void {
  const undo: [string, Buffer | undefined][] = [];
  for (const operation of operations) {
    const key = latin1(operation.key);
    const before = disk.entries.get(key);
    undo.push([key, before]);
    if (operation.type === "put") {
      if (before === undefined) disk.sorted?.add(key);
      disk.entries.set(key, Buffer.from(operation.value));
    } else if (before !== undefined) {
      disk.sorted?.remove(key);
      disk.entries.delete(key);
    }
  }
  disk.unsynced.push(undo);
}

function select(
  disk: Disk,
  { gte, gt, lt, limit, reverse }: StoreRange & { readonly limit: number },
): string[] {
  disk.sorted ??= createSortedKeys(disk.entries.keys());
  const from = gte ?? gt;
  return disk.sorted.select({
    from: from && latin1(from),
    fromIncluded: gte !== undefined,
    to: lt && latin1(lt),
    limit,
    reverse: reverse ?? false,
  });
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
