/**
 * The agent's measured budget: speed, latency, processor time, memory, start and flash, each beside the machine's own
 * floor of the same run. Where runs are repeated the median counts: the machine may be shared.
 *
 * Aims: 5,000 frames/s durable; PUSH_ACK p99 with the core down under two fsyncs plus the commit interval; at rest
 * bare Node + 30 MB, under 2,000 frames/s + 45 MB, with 100,000 DevAddrs waiting + 60 MB; under 1 % of a core at 10 frames/s with the core up; no flash
 * write with the core up at a round trip of 300 ms under the interval of the Kerlink profiles.
 */

import { benchFlash } from "./agent-flash.ts";
import { benchCrowd, benchMemory } from "./agent-memory.ts";
import { bundleAgent } from "./agent-process.ts";
import { benchSpeed } from "./agent-speed.ts";
import { benchStart } from "./agent-start.ts";
import { newDirectory } from "./children.ts";
import { startCore } from "./core.ts";
import { mustBeADisk } from "./floor.ts";
import { startGenerator } from "./load.ts";
import type { Effort } from "./main.ts";

export async function benchAgent(effort: Effort): Promise<void> {
  mustBeADisk(newDirectory());
  const bundle = bundleAgent();
  const core = await startCore();
  const generator = startGenerator();
  const bench = { bundle, core, generator, effort };
  await benchStart(bench);
  await benchMemory(bench);
  await benchCrowd(bench);
  await benchSpeed(bench);
  await benchFlash(bench);
  await generator.end();
  await core.stop();
}
