/** What the agent writes to the flash: per frame with the core down, and with the core up over a slow road. */
import type { RunningAgent } from "./agent-process.ts";
import { type Bench, DEFAULT_INTERVAL, KERLINK_INTERVAL, startConnected, startCutOff } from "./bench.ts";
import { openSlowRoad } from "./core.ts";
import { say } from "./figure.ts";
import { bareStore } from "./floor.ts";
import { startGenerator } from "./load.ts";
import { writtenOctets } from "./process-reading.ts";

const MEASURE_MS = 10_000;
const ONE_WAY_MS = 150;
const INTERVALS = [DEFAULT_INTERVAL, KERLINK_INTERVAL];
/** The first frames of a concentrator are noted, once. */
const SETTLE_MS = 2_500;

export async function benchFlash(bench: Bench): Promise<void> {
  for (const perSecond of [10, 100]) await coreDown(bench, perSecond);
  await slowRoad(bench, 10);
}

async function coreDown(bench: Bench, perSecond: number): Promise<void> {
  await Promise.all(
    INTERVALS.map(async ({ text }) => {
      const agent = await startCutOff(bench, text);
      const wrote = await writing(bench, agent, perSecond);
      await agent.stop();
      const floor = await bareStore(wrote.recordOctets, Math.max(1, Math.round(wrote.batch)), 500);
      say(`agent.flash.core-down.${perSecond}-per-s.${text}`, wrote.octets / wrote.frames, "octets/frame", {
        value: floor.octetsPerRecord,
        of: `bare LevelDB, synced batches of ${Math.max(1, Math.round(wrote.batch))} records of ${wrote.recordOctets} octets`,
      });
      say(`agent.flash.core-down.${perSecond}-per-s.${text}.record`, wrote.recordOctets, "octets/frame", {
        value: wrote.rxpkOctets,
        of: "the rxpk's text",
      });
    }),
  );
}

/** The whole of what is written, not per frame: it is meant to be nothing. */
async function slowRoad(bench: Bench, perSecond: number): Promise<void> {
  const road = await openSlowRoad(bench.core.port, ONE_WAY_MS);
  for (const { text } of INTERVALS) {
    const agent = await startConnected(bench, { corePort: road.port, commitInterval: text });
    const wrote = await writing(bench, agent, perSecond);
    await agent.stop();
    const name = `agent.flash.core-up.${2 * ONE_WAY_MS}ms-round-trip.${text}`;
    say(name, wrote.octets, "octets", {
      value: 0,
      of: "a core that takes each frame before its commit is due",
    });
    say(`${name}.stored`, wrote.stored, "frames", { value: 0, of: `of ${wrote.frames} frames` });
  }
  await road.stop();
}

interface Wrote {
  readonly frames: number;
  /** Of them, those that reached the disk. */
  readonly stored: number;
  readonly octets: number;
  /** Frames per commit, and octets per record, as the journal counts them. */
  readonly batch: number;
  readonly recordOctets: number;
  readonly rxpkOctets: number;
}

async function writing({ effort }: Bench, agent: RunningAgent, perSecond: number): Promise<Wrote> {
  const generator = startGenerator();
  const load = { kind: "paced", port: agent.port, perSecond } as const;
  await generator.ask({ ...load, durationMs: SETTLE_MS });
  const before = (await agent.status()).journal;
  const octetsBefore = writtenOctets(agent.pid);
  const measured = await generator.ask({ ...load, durationMs: MEASURE_MS * effort });
  await generator.end();
  const octets = writtenOctets(agent.pid) - octetsBefore;
  const after = (await agent.status()).journal;
  const stored = after.storedTotal - before.storedTotal;
  return {
    frames: measured.acknowledged,
    stored,
    octets,
    batch: stored / Math.max(1, after.commits - before.commits),
    recordOctets: Math.round((after.storedOctets - before.storedOctets) / Math.max(1, stored)),
    rxpkOctets: measured.rxpkOctets,
  };
}
