/**
 * Key-value stores in memory, whose disk fails, stalls and forgets when it is told to. The mirror of
 * agent/host/store.ts.
 *
 * A batch is seen by readers at once and survives a power cut from the next synced batch on, as with LevelDB.
 */
import { AgentError } from "../../agent/errors.ts";
import type { KeyValueStore, KeyValueStores, StoreOperation, StoreRange } from "../../agent/ports.ts";

interface Disk {
  /** Keys as latin-1 text, which sorts as the octets do. */
  readonly entries: Map<string, Buffer>;
  /** What undoes each batch since the last sync, the oldest first. */
  unsynced: [string, Buffer | undefined][][];
  sorted: string[] | undefined;
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
  /** Calls of open(). */
  opens = 0;
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

  async open(directory: string): Promise<KeyValueStore> {
    this.opens++;
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
        if (await this.#gate) throw new AgentError("STORE_IO", `${directory}: sync failed`);
        if (power !== disk.power) throw new AgentError("STORE_IO", `${directory}: no power`);
        if (sync) disk.unsynced = [];
      },
      get: async (key) => {
        alive("get");
        const value = disk.entries.get(latin1(key));
        await this.#readGate;
        return value && Buffer.from(value);
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
    if ((before === undefined) === (operation.type === "put")) disk.sorted = undefined;
    if (operation.type === "put") disk.entries.set(key, Buffer.from(operation.value));
    else disk.entries.delete(key);
  }
  disk.unsynced.push(undo);
}

function select(disk: Disk, range: StoreRange & { readonly limit: number }): string[] {
  disk.sorted ??= [...disk.entries.keys()].sort((one, other) => (one < other ? -1 : 1));
  const keys = disk.sorted;
  let from = 0;
  if (range.gte !== undefined) from = Math.max(from, firstFrom(keys, latin1(range.gte), true));
  if (range.gt !== undefined) from = Math.max(from, firstFrom(keys, latin1(range.gt), false));
  const to = range.lt === undefined ? keys.length : firstFrom(keys, latin1(range.lt), true);
  if (range.reverse) return keys.slice(Math.max(from, to - range.limit), to).reverse();
  return keys.slice(from, Math.min(to, from + range.limit));
}

/** The index of the first key that is not before `key` (nor it, unless `included`). */
function firstFrom(keys: readonly string[], key: string, included: boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key || (!included && keys[middle] === key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
