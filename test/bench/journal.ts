/**
 * The journal's measured budget, each figure beside the machine's own floor of the same run; the V8 flags are those of
 * the shipped launcher.
 *
 * The journal is fed as frames come: the next batch arrives while one is at the disk. Bare LevelDB has nothing to wait
 * for, and runs with the same flags.
 *
 * Aims: 0.8 of bare LevelDB that is asked for the same entries in batches of the same size; 5,000 stored frames a
 * second out of 5,000 lanes; with a million stored frames within bare Node + 60 MB.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundleAgent, startAgent } from "./agent-process.ts";
import { newDirectory } from "./children.ts";
import { say } from "./figure.ts";
import { bareFile, bareNode, bareQueue, bareStore, bareWalk, mustBeADisk } from "./floor.ts";
import { DEVICES, type Shape } from "./journal-load.ts";
import { askJournal, type JournalAnswer } from "./journal-run.ts";
import type { Effort } from "./main.ts";
import { type Memory, memoryOf } from "./process-reading.ts";

/** Short runs in turn, of which the best counts: neighbours on a shared machine only ever take away. */
const TIMES = 5;
const APPEND_MS = 1_000;
const BATCHES = [1, 64, 512];
const MILLION = 1_000_000;
const DRAINED = 200_000;
/** More than a memtable of LevelDB's, so that what it writes a second time as a table is counted. */
const FLASH_FRAMES = 12_000;
const RATES = [1, 10, 100];
const INTERVALS = [
  { text: "80ms", ms: 80 },
  { text: "1s", ms: 1_000 },
];
const ROUND_TRIP_MS = 300;
/** Nobody listens there. */
const DEAD_PORT = 9;
const SETTLE_MS = 3_000;

interface Bench {
  readonly flags: readonly string[];
  readonly bundle: string;
  readonly effort: Effort;
}

export async function benchJournal(effort: Effort): Promise<void> {
  mustBeADisk(newDirectory());
  const bundle = bundleAgent();
  const bench = { flags: flagsOf(bundle), bundle, effort };
  const recordOctets = await benchAppend(bench);
  await benchMillion(bench, recordOctets);
  await benchFlash(bench);
}

/** The launcher's own. */
function flagsOf(bundle: string): string[] {
  return readFileSync(join(bundle, "edge-agent"), "utf8").match(/--[a-z0-9-]+=\d+/g) ?? [];
}

/** @returns octets of a record. */
async function benchAppend({ flags, effort }: Bench): Promise<number> {
  const durationMs = APPEND_MS * effort;
  let recordOctets = 0;
  for (const batch of BATCHES) {
    const kept: JournalAnswer[] = [];
    const bare: Awaited<ReturnType<typeof bareStore>>[] = [];
    const same: typeof bare = [];
    for (let i = 0; i < TIMES; i++) {
      kept.push(await askJournal(flags, { kind: "append", directory: newDirectory(), batch, durationMs }));
      recordOctets = Math.round(kept.at(-1)!.recordOctets!);
      bare.push(await bareStore(recordOctets, batch, durationMs, flags));
      same.push(await bareStore(recordOctets, batch, durationMs, flags, true));
    }
    const perSecond = Math.max(...kept.map(({ frames, tookMs }) => (frames / tookMs) * 1e3));
    const of = `bare LevelDB, synced batches of ${batch} records of ${recordOctets} octets`;
    const ofSame = `${of}, each with its index entry, and a tally`;
    const name = `journal.append.batch-${batch}`;
    say(name, perSecond, "frames/s", { value: bestOf(same), of: ofSame });
    say(`${name}.unindexed`, perSecond, "frames/s", {
      value: bestOf(bare),
      of,
    });
    say(`${name}.cpu`, Math.min(...kept.map(({ cpuUs, frames }) => cpuUs / frames)), "us/frame", {
      value: Math.min(...same.map((each) => each.cpuUsPerRecord)),
      of: ofSame,
    });
  }
  return recordOctets;
}

function bestOf(runs: readonly { readonly perSecond: number }[]): number {
  return Math.max(...runs.map(({ perSecond }) => perSecond));
}

/** With a million stored: what the agent needs of time and memory to open it, and what it costs to deliver it. */
async function benchMillion(bench: Bench, recordOctets: number): Promise<void> {
  const { bundle, flags, effort } = bench;
  const bare = await bareNode();
  const empty = await startWith(bundle, newDirectory(), 0);
  await sayMemory("journal.memory.empty", empty.memory, bare);
  const shapes: { shape: Shape; name: string }[] = [
    { shape: "even", name: `${DEVICES}-devices` },
    { shape: "loud", name: "one-device-sent-10000" },
  ];
  for (const { shape, name } of shapes) {
    const directory = newDirectory();
    const store = join(directory, "journal");
    const frames = MILLION * effort;
    await askJournal(flags, { kind: "fill", directory: store, frames, shape });
    const opened = await askJournal(flags, { kind: "open", directory: store });
    const walk = await bareWalk(store);
    if (walk.keys !== frames) throw new Error(`${walk.keys} of ${frames} index entries`);
    say(`journal.open.${name}`, opened.tookMs, "ms", {
      value: walk.tookMs,
      of: `bare LevelDB, opened and ${frames} keys of the index read`,
    });
    const agent = await startWith(bundle, directory, frames);
    say(`journal.open.${name}.agent-start`, agent.startMs, "ms", {
      value: empty.startMs,
      of: "the agent's start with an empty journal",
    });
    await sayMemory(`journal.memory.${name}`, agent.memory, bare);
    if (shape === "even") await benchDrain(bench, store, recordOctets, bare);
    rmSync(directory, { recursive: true });
  }
}

/** Its start, and its memory when it has found so many stored frames and has come to rest. */
async function startWith(
  bundle: string,
  directory: string,
  frames: number,
): Promise<{ startMs: number; memory: Memory }> {
  const agent = await startAgent({ bundle, corePort: DEAD_PORT, commitInterval: "1s", directory });
  do await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  while ((await agent.status()).journal.storedFrames !== frames);
  const memory = memoryOf(agent.pid);
  await agent.stop();
  return { startMs: agent.startMs, memory };
}

function sayMemory(name: string, memory: Memory, bare: Memory): void {
  const of = "bare Node, idle";
  say(`${name}.rss-added`, memory.rssMb - bare.rssMb, "MB", { value: bare.rssMb, of });
  say(`${name}.anonymous-added`, memory.anonymousMb - bare.anonymousMb, "MB", {
    value: bare.anonymousMb,
    of,
  });
}

async function benchDrain(
  { flags, effort }: Bench,
  directory: string,
  recordOctets: number,
  bare: Memory,
): Promise<void> {
  const framesMax = DRAINED * effort;
  const floor = await bareQueue(recordOctets, framesMax);
  const of = "bare LevelDB: each record got by its key, 64 at once, and removed with its index entry";
  for (const kind of ["drain", "carry"] as const) {
    const runs: JournalAnswer[] = [];
    for (let i = 0; i < 2; i++) runs.push(await askJournal(flags, { kind, directory, framesMax }));
    const best = runs.reduce((one, other) => (one.tookMs < other.tookMs ? one : other));
    const name = kind === "drain" ? "journal.drain" : "journal.drain.courier";
    say(name, (framesMax / best.tookMs) * 1e3, "frames/s", { value: floor.perSecond, of });
    say(`${name}.cpu`, best.cpuUs / framesMax, "us/frame", { value: floor.cpuUsPerRecord, of });
    const { memory } = best;
    if (memory === undefined) continue;
    // Of the agent only the journal, the courier and the encoding: the rest is in journal.memory.empty.
    sayMemory("journal.memory.draining", memory, bare);
  }
}

/** What reaches the disk, page by page as the kernel counts it for the process; its own bookkeeping is not in it. */
async function benchFlash({ flags, effort }: Bench): Promise<void> {
  const frames = Math.round(FLASH_FRAMES * effort);
  for (const perSecond of RATES) {
    for (const { text, ms } of INTERVALS) {
      const question = { kind: "flash", frames, perSecond, commitIntervalMs: ms } as const;
      const { flash, recordOctets } = await askJournal(flags, { ...question, directory: newDirectory() });
      const batch = Math.max(1, Math.round(frames / flash!.commits));
      const octets = Math.round(recordOctets!);
      const file = await bareFile(octets, batch, frames);
      const of = `a file, ${batch} records of ${octets} octets appended at once, fdatasync`;
      const name = `journal.flash.core-down.${perSecond}-per-s.${text}`;
      say(name, flash!.storedOctets / frames, "octets/frame", { value: file, of });
      say(`${name}.delivered`, flash!.cycleOctets / frames, "octets/frame", { value: file, of });
      say(`${name}.per-octet`, flash!.cycleOctets / frames / octets, "octets/octet", {
        value: file / octets,
        of,
      });
    }
  }
  for (const perSecond of RATES) {
    for (const { text, ms } of INTERVALS) {
      const { flash } = await askJournal(flags, {
        kind: "flash",
        directory: newDirectory(),
        frames: Math.round(frames / 4),
        perSecond,
        commitIntervalMs: ms,
        roundTripMs: ROUND_TRIP_MS,
      });
      say(
        `journal.flash.core-up.${perSecond}-per-s.${text}`,
        flash!.cycleOctets / Math.round(frames / 4),
        "octets/frame",
        { value: 0, of: `a core that takes each frame ${ROUND_TRIP_MS} ms after it came, before its commit` },
      );
    }
  }
}
