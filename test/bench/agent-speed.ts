/**
 * How many frames a second, how soon acknowledged, and what a frame costs: with the core up, and with the core down,
 * where every frame is on disk before it is acknowledged.
 */
import type { RunningAgent } from "./agent-process.ts";
import { type Bench, DEFAULT_INTERVAL, startConnected, startCutOff, wait } from "./bench.ts";
import { median, say } from "./figure.ts";
import { bareStore, startEcho, twoSyncs } from "./floor.ts";
import type { Load, Measured } from "./load.ts";
import { cpuUs } from "./process-reading.ts";

const TIMES = 3;
const FULL_SPEED_MS = 4_000;
const SLOW_MS = 20_000;
const SLOW_PER_SECOND = 10;
const LATENCY_MS = 4_000;
const LATENCY_PER_SECOND = 500;
/** Frames unanswered at full speed: with the core down the acknowledgements of an interval's frames come together. */
const UNANSWERED_MAX = { coreUp: 256, coreDown: 1_024 };
const SYNC_PAIRS = 300;
const BETWEEN_RUNS_MS = 500;

interface Speed extends Measured {
  readonly cpuUsPerFrame: number;
}

export async function benchSpeed(bench: Bench): Promise<void> {
  const slow = { kind: "paced", perSecond: SLOW_PER_SECOND, durationMs: SLOW_MS * bench.effort } as const;
  const brisk = {
    kind: "paced",
    perSecond: LATENCY_PER_SECOND,
    durationMs: LATENCY_MS * bench.effort,
  } as const;

  const echo = await startEcho();
  const echoBrisk = await middle("p99Ms", () => drive(bench, echo, brisk));
  const echoSlow = await drive(bench, echo, slow);
  const echoFull = await atFullSpeed(bench, echo, UNANSWERED_MAX.coreUp);
  await echo.end();
  const echoOf = "a bare UDP socket in Node that acknowledges at once";

  const up = await startConnected(bench);
  const upBrisk = await middle("p99Ms", () => drive(bench, up, brisk));
  say("agent.ack.p50", upBrisk.p50Ms, "ms", { value: echoBrisk.p50Ms, of: echoOf });
  say("agent.ack.p99", upBrisk.p99Ms, "ms", { value: echoBrisk.p99Ms, of: echoOf });
  // After the brisk load: a gateway runs for months, so what counts is what compiled code costs.
  const upSlow = await drive(bench, up, slow);
  say("agent.cpu.10-per-s", upSlow.cpuUsPerFrame, "us/frame", { value: echoSlow.cpuUsPerFrame, of: echoOf });
  say("agent.cpu.10-per-s.share", (upSlow.cpuUsPerFrame * SLOW_PER_SECOND) / 1e4, "% of a core", {
    value: (echoSlow.cpuUsPerFrame * SLOW_PER_SECOND) / 1e4,
    of: echoOf,
  });
  const storedBefore = (await up.status()).journal.storedTotal;
  const upFull = await atFullSpeed(bench, up, UNANSWERED_MAX.coreUp);
  say("agent.throughput", upFull.perSecond, "frames/s", { value: echoFull.perSecond, of: echoOf });
  say("agent.throughput.lost", upFull.sent - upFull.acknowledged, "frames", {
    value: echoFull.sent - echoFull.acknowledged,
    of: `${echoOf}, lost by the kernel`,
  });
  say("agent.cpu.full-speed", upFull.cpuUsPerFrame, "us/frame", {
    value: echoFull.cpuUsPerFrame,
    of: echoOf,
  });
  const after = (await up.status()).journal;
  say("agent.throughput.via-disk", after.storedTotal - storedBefore, "frames", {
    value: upFull.acknowledged,
    of: "frames acknowledged in a run",
  });
  await up.stop();

  const down = await startCutOff(bench, DEFAULT_INTERVAL.text);
  const syncs: { p50Ms: number; p99Ms: number }[] = [];
  const downBrisk = await middle("p99Ms", async () => {
    syncs.push(await twoSyncs(SYNC_PAIRS));
    return drive(bench, down, brisk);
  });
  const syncsOf = "two fdatasyncs one after the other, plus the commit interval";
  say("agent.ack.core-down.p50", downBrisk.p50Ms, "ms", {
    value: DEFAULT_INTERVAL.ms / 2 + median(syncs.map(({ p50Ms }) => p50Ms)),
    of: `${syncsOf} halved`,
  });
  say("agent.ack.core-down.p99", downBrisk.p99Ms, "ms", {
    value: DEFAULT_INTERVAL.ms + median(syncs.map(({ p99Ms }) => p99Ms)),
    of: syncsOf,
  });
  const before = (await down.status()).journal;
  const downFull = await atFullSpeed(bench, down, UNANSWERED_MAX.coreDown);
  const kept = (await down.status()).journal;
  const frames = kept.storedTotal - before.storedTotal;
  const batch = frames / (kept.commits - before.commits);
  const recordOctets = (kept.storedOctets - before.storedOctets) / frames;
  const store = await bareStore(Math.round(recordOctets), Math.round(batch), FULL_SPEED_MS * bench.effort);
  const storeOf = `bare LevelDB, synced batches of ${Math.round(batch)} records of ${Math.round(recordOctets)} octets`;
  say("agent.throughput.core-down", downFull.perSecond, "frames/s", { value: store.perSecond, of: storeOf });
  say("agent.throughput.core-down.lost", downFull.sent - downFull.acknowledged, "frames", {
    value: echoFull.sent - echoFull.acknowledged,
    of: `${echoOf}, lost by the kernel`,
  });
  say("agent.cpu.core-down.full-speed", downFull.cpuUsPerFrame, "us/frame", {
    value: echoFull.cpuUsPerFrame,
    of: echoOf,
  });
  await down.stop();
}

function atFullSpeed(bench: Bench, target: Target, unansweredMax: number): Promise<Speed> {
  const durationMs = FULL_SPEED_MS * bench.effort;
  return middle("perSecond", () => drive(bench, target, { kind: "windowed", unansweredMax, durationMs }));
}

/** @returns of several runs the median one, by one of its figures. */
async function middle(by: "perSecond" | "p99Ms", run: () => Promise<Speed>): Promise<Speed> {
  const runs: Speed[] = [];
  for (let i = 0; i < TIMES; i++) {
    runs.push(await run());
    await wait(BETWEEN_RUNS_MS);
  }
  const figure = median(runs.map((each) => each[by]));
  return runs.find((each) => each[by] === figure)!;
}

type Target = Pick<RunningAgent, "pid" | "port">;
type Drive = Load extends infer Each ? (Each extends Load ? Omit<Each, "port"> : never) : never;

async function drive({ generator }: Bench, target: Target, load: Drive): Promise<Speed> {
  const beforeUs = cpuUs(target.pid);
  const measured = await generator.ask({ ...load, port: target.port } as Load);
  return { ...measured, cpuUsPerFrame: (cpuUs(target.pid) - beforeUs) / measured.acknowledged };
}
