/**
 * Floors: what this machine does, in the same run, when nothing but the bare necessity is done in the agent's place.
 */
import { statSync } from "node:fs";
import { end, type Helper, newDirectory, start, startHelper } from "./children.ts";
import { median } from "./figure.ts";
import { type Memory, memoryOf } from "./process-reading.ts";

export type FloorQuestion =
  | { readonly kind: "echo" }
  | {
      readonly kind: "store";
      readonly directory: string;
      readonly recordOctets: number;
      readonly batch: number;
      readonly durationMs: number;
      readonly indexed: boolean;
    }
  | { readonly kind: "twoSyncs"; readonly directory: string; readonly times: number }
  | {
      readonly kind: "file";
      readonly directory: string;
      readonly recordOctets: number;
      readonly batch: number;
      readonly records: number;
    }
  | {
      readonly kind: "queue";
      readonly directory: string;
      readonly recordOctets: number;
      readonly records: number;
    }
  | { readonly kind: "walk"; readonly directory: string };

/**
 * echo: the UDP port. store, queue: records per second, processor time, octets written per record. file: octets. walk:
 * keys and time. twoSyncs: p50 and p99.
 */
export interface FloorAnswer {
  readonly port?: number;
  readonly perSecond?: number;
  readonly cpuUsPerRecord?: number;
  readonly octetsPerRecord?: number;
  readonly keys?: number;
  readonly tookMs?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

const PROCESS = new URL("floor-process.ts", import.meta.url);

/** A bare UDP socket in Node that answers each PUSH_DATA at once. */
export async function startEcho(): Promise<{ pid: number; port: number; end(): Promise<void> }> {
  const helper: Helper<FloorQuestion, FloorAnswer> = startHelper(PROCESS);
  const { port } = await helper.ask({ kind: "echo" });
  return { pid: helper.pid, port: port!, end: helper.end };
}

/**
 * Bare LevelDB: chained batches of so many records, each batch fsynced, one after the other.
 * @param indexed with each record an index entry, with each batch a tally, as the journal needs them.
 */
export async function bareStore(
  recordOctets: number,
  batch: number,
  durationMs: number,
  flags: readonly string[] = [],
  indexed = false,
): Promise<{ perSecond: number; octetsPerRecord: number; cpuUsPerRecord: number }> {
  const directory = newDirectory();
  const answer = await askOnce({ kind: "store", directory, recordOctets, batch, durationMs, indexed }, flags);
  return {
    perSecond: answer.perSecond!,
    octetsPerRecord: answer.octetsPerRecord!,
    cpuUsPerRecord: answer.cpuUsPerRecord!,
  };
}

/** Bare LevelDB: as many records, each got by its key, so many at once, and removed with its index entry. */
export async function bareQueue(
  recordOctets: number,
  records: number,
): Promise<{ perSecond: number; cpuUsPerRecord: number }> {
  const answer = await askOnce({ kind: "queue", directory: newDirectory(), recordOctets, records });
  return { perSecond: answer.perSecond!, cpuUsPerRecord: answer.cpuUsPerRecord! };
}

/** A file to which batches of so many records are appended, each followed by fdatasync. @returns octets per record. */
export async function bareFile(recordOctets: number, batch: number, records: number): Promise<number> {
  const answer = await askOnce({ kind: "file", directory: newDirectory(), recordOctets, batch, records });
  return answer.octetsPerRecord!;
}

/** Bare LevelDB, opened on what a journal has left there: all keys of the index, read once. */
export async function bareWalk(directory: string): Promise<{ keys: number; tookMs: number }> {
  const { keys, tookMs } = await askOnce({ kind: "walk", directory });
  return { keys: keys!, tookMs: tookMs! };
}

/** Two appends with fdatasync, one after the other. */
export async function twoSyncs(times: number): Promise<{ p50Ms: number; p99Ms: number }> {
  const answer = await askOnce({ kind: "twoSyncs", directory: newDirectory(), times });
  return { p50Ms: answer.p50Ms!, p99Ms: answer.p99Ms! };
}

async function askOnce(question: FloorQuestion, flags: readonly string[] = []): Promise<FloorAnswer> {
  const helper: Helper<FloorQuestion, FloorAnswer> = startHelper(PROCESS, flags);
  try {
    return await helper.ask(question);
  } finally {
    await helper.end();
  }
}

/** Node with nothing to do, settled. */
export async function bareNode(): Promise<Memory> {
  const child = start(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "ignore" });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const memory = memoryOf(child.pid!);
  await end(child, "SIGKILL");
  return memory;
}

/** `node -e 0`, from its start to its end. @returns the median, in milliseconds. */
export async function emptyNodeMs(times: number): Promise<number> {
  const tookMs: number[] = [];
  for (let i = 0; i < times; i++) {
    const fromMs = performance.now();
    const child = start(process.execPath, ["-e", "0"], { stdio: "ignore" });
    await new Promise((resolve) => child.once("exit", resolve));
    tookMs.push(performance.now() - fromMs);
  }
  return median(tookMs);
}

/** Octets written are counted by disks only. @throws Error on a file system in memory. */
export function mustBeADisk(directory: string): void {
  if (statSync(directory).blksize > 0 && statSync(directory).dev !== statSync("/dev/shm").dev) return;
  throw new Error(`${directory} lies in memory: set TMPDIR to a directory on a disk`);
}
