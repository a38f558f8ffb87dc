/**
 * What it costs that the agent knows how it is and tells it: processor time and octets north an hour, flash a day, memory.
 *
 * Aims: the reports stay under 10 MB a month; while the core takes everything nothing is written but the stamp of every five
 * minutes and what changes by the hour or the day; within the memory and the processor time of the whole agent (agent.ts).
 */
import { wireOctets } from "../../agent/health/report/wire-octets.ts";
import { bundleAgent, type RunningAgent } from "./agent-process.ts";
import { type Bench, startConnected, wait } from "./bench.ts";
import { newDirectory } from "./children.ts";
import { startCore } from "./core.ts";
import { say } from "./figure.ts";
import { bareNode, bareStore, mustBeADisk } from "./floor.ts";
import { type HealthDay, runHealthDay } from "./health-day.ts";
import { startGenerator } from "./load.ts";
import type { Effort } from "./main.ts";
import { type Memory, memoryOf } from "./process-reading.ts";

const MONTH_HOURS = 30 * 24;
const AIM_MONTH_OCTETS = 10e6;
/** One stamp every five minutes. */
const STAMPS_A_DAY = 288;
const FLOOR_MS = 1_000;
const REPORT_SETTLE_MS = 75_000;
const FRAMES_PER_S = 20;

export async function benchHealth(effort: Effort): Promise<void> {
  const directory = newDirectory();
  mustBeADisk(directory);
  const day = await runHealthDay({ directory, hours: Math.max(2, Math.round(24 * effort)) });
  sayCost(day);
  await sayFlash(day);
  await benchMemory(effort);
}

function sayCost({ hours, devices, cpu, own }: HealthDay): void {
  const name = `${devices}-devices`;
  say(`health.cpu.${name}`, cpu.healthMs / hours, "ms/h", {
    value: cpu.agentMs / hours,
    of: "the whole agent in the same hours, all of it in one process with the world",
  });
  say(`health.cpu.${name}.share`, cpu.healthMs / hours / 36_000, "% of a core", {
    value: 1,
    of: "the aim for the whole agent at 10 frames/s",
  });
  const octets = own.reduce((sum, { topic, octets: payload }) => sum + wireOctets(topic, payload), 0) / hours;
  const bare = own.reduce((sum, { topic, octets: payload }) => sum + topic.length + payload, 0) / hours;
  say(`health.north.${name}`, octets, "octets/h", { value: bare, of: "topics and payloads alone" });
  say(`health.north.${name}.month`, (octets * MONTH_HOURS) / 1e6, "MB", {
    value: AIM_MONTH_OCTETS / 1e6,
    of: "the aim",
  });
}

async function sayFlash({ hours, devices, flash }: HealthDay): Promise<void> {
  const name = `${devices}-devices`;
  const days = hours / 24;
  say(`health.flash.writes.${name}`, flash.syncs / days, "/day", {
    value: STAMPS_A_DAY,
    of: "a stamp every 5 min",
  });
  const noteOctets = Math.max(1, Math.round(flash.noteOctets / Math.max(1, flash.syncs)));
  const floor = await bareStore(noteOctets, 1, FLOOR_MS);
  say(`health.flash.octets.${name}`, flash.octets / days / 1e6, "MB/day", {
    value: (floor.octetsPerRecord * flash.syncs) / days / 1e6,
    of: `bare LevelDB, as many synced puts of ${noteOctets} octets`,
  });
}

/** The same agent that reports five times as often as usual, and one that tells nobody. */
async function benchMemory(effort: Effort): Promise<void> {
  const bare = await bareNode();
  const bundle = bundleAgent();
  const core = await startCore();
  const generator = startGenerator();
  const bench: Bench = { bundle, core, generator, effort };
  const without = await memoryAfter(bench, 'health = false\ncommands = "none"');
  const reporting = await memoryAfter(bench, '[health]\nreport_interval = "1m"\nfull_interval = "5m"');
  await generator.end();
  await core.stop();
  say("health.memory.anonymous", reporting.anonymousMb, "MB", {
    value: without.anonymousMb,
    of: "an agent that tells nobody",
  });
  say("health.memory.anonymous-added", reporting.anonymousMb - bare.anonymousMb, "MB", {
    value: 30,
    of: "the aim for the whole agent at rest",
  });
}

async function memoryAfter(bench: Bench, more: string): Promise<Memory> {
  const agent: RunningAgent = await startConnected(bench, { more });
  await bench.generator.ask({
    kind: "paced",
    port: agent.port,
    perSecond: FRAMES_PER_S,
    durationMs: REPORT_SETTLE_MS * Math.max(bench.effort, 0.9),
  });
  await wait(2_000);
  const memory = memoryOf(agent.pid);
  await agent.stop();
  return memory;
}
