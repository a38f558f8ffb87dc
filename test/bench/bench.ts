/** What every part of the agent's bench works with. */
import { type AgentOptions, type RunningAgent, startAgent } from "./agent-process.ts";
import type { Core } from "./core.ts";
import type { Generator } from "./load.ts";
import type { Effort } from "./main.ts";

export interface Bench {
  readonly bundle: string;
  readonly core: Core;
  readonly generator: Generator;
  readonly effort: Effort;
}

/** As it is shipped, and as the Kerlink profiles set it: their forwarder waits three seconds. */
export const DEFAULT_INTERVAL = { text: "80ms", ms: 80 };
export const KERLINK_INTERVAL = { text: "1s", ms: 1_000 };

/** Nobody listens there. */
const DEAD_PORT = 9;

/** @returns a new agent, connected to the core. */
export async function startConnected(
  { bundle, core }: Bench,
  options: Partial<AgentOptions> = {},
): Promise<RunningAgent> {
  const online = core.whenOnline();
  const agent = await startAgent({
    bundle,
    corePort: core.port,
    commitInterval: DEFAULT_INTERVAL.text,
    ...options,
  });
  await online;
  return agent;
}

/** @returns a new agent whose core is out of reach. */
export function startCutOff({ bundle }: Bench, commitInterval: string): Promise<RunningAgent> {
  return startAgent({ bundle, corePort: DEAD_PORT, commitInterval });
}

export function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
