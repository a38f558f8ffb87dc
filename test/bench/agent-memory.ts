/** The agent's memory and wake-ups at rest (connected, one forwarder, no frames), and its memory under load. */
import { type Bench, DEFAULT_INTERVAL, startConnected, startCutOff, wait } from "./bench.ts";
import { say } from "./figure.ts";
import { bareNode } from "./floor.ts";
import { cpuUs, type Memory, memoryOf, wakeUps } from "./process-reading.ts";

const REST_MS = 12_000;
const LOAD_MS = 20_000;
const LOAD_PER_SECOND = 2_000;
const SAMPLE_EVERY_MS = 500;
const CROWD_ADDRESSES = 100_000;
const CROWD_SETTLE_MS = 3_000;

export async function benchMemory(bench: Bench): Promise<void> {
  const bare = await bareNode();
  const agent = await startConnected(bench);
  const settleMs = 3_000;
  await wait(settleMs);
  const restMs = REST_MS * bench.effort;
  const before = { cpuUs: cpuUs(agent.pid), wakeUps: wakeUps(agent.pid) };
  await wait(restMs);
  const restS = restMs / 1e3;
  say("agent.rest.wake-ups", (wakeUps(agent.pid) - before.wakeUps) / restS, "/s", {
    value: 0,
    of: "a process that waits for a datagram",
  });
  say("agent.rest.cpu", (cpuUs(agent.pid) - before.cpuUs) / restS / 1e4, "% of a core", {
    value: 0,
    of: "a process that waits for a datagram",
  });
  sayMemory("agent.memory.rest", memoryOf(agent.pid), bare);

  const samples: Memory[] = [];
  const sampling = setInterval(() => samples.push(memoryOf(agent.pid)), SAMPLE_EVERY_MS);
  await bench.generator.ask({
    kind: "paced",
    port: agent.port,
    perSecond: LOAD_PER_SECOND,
    durationMs: LOAD_MS * bench.effort,
  });
  clearInterval(sampling);
  const later = samples.slice(samples.length / 2);
  sayMemory(`agent.memory.${LOAD_PER_SECOND}-per-s`, mostOf(later), bare);
  await agent.stop();
}

/**
 * What an hour without the core leaves in memory, where each frame brings a DevAddr that nobody has. The frames of the
 * hour come within a minute: what waits costs the same.
 */
export async function benchCrowd(bench: Bench): Promise<void> {
  const bare = await bareNode();
  const agent = await startCutOff(bench, DEFAULT_INTERVAL.text);
  await bench.generator.ask({
    kind: "paced",
    port: agent.port,
    perSecond: LOAD_PER_SECOND,
    durationMs: (CROWD_ADDRESSES / LOAD_PER_SECOND) * 1e3 * bench.effort,
    randomAddresses: true,
  });
  await wait(CROWD_SETTLE_MS);
  sayMemory(`agent.memory.${CROWD_ADDRESSES * bench.effort}-addresses-core-down`, memoryOf(agent.pid), bare);
  await agent.stop();
}

/** Bare Node plus N MB. */
function sayMemory(bench: string, memory: Memory, bare: Memory): void {
  const of = "bare Node, idle";
  say(`${bench}.rss`, memory.rssMb, "MB", { value: bare.rssMb, of });
  say(`${bench}.rss-added`, memory.rssMb - bare.rssMb, "MB", { value: bare.rssMb, of });
  say(`${bench}.private`, memory.privateMb, "MB", { value: bare.privateMb, of });
  say(`${bench}.anonymous`, memory.anonymousMb, "MB", { value: bare.anonymousMb, of });
}

function mostOf(samples: readonly Memory[]): Memory {
  return {
    rssMb: Math.max(...samples.map(({ rssMb }) => rssMb)),
    privateMb: Math.max(...samples.map(({ privateMb }) => privateMb)),
    anonymousMb: Math.max(...samples.map(({ anonymousMb }) => anonymousMb)),
  };
}
