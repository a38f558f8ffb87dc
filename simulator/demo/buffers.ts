/**
 * What waits in the agents: asked now and then, remembered at its highest, and how long each took to empty after
 * its core was back.
 */
import type { Clock } from "../../agent/ports.ts";
import type { AgentProcess } from "./agent-process.ts";

const ASK_EVERY_MS = 200;

export interface Buffers {
  readonly peak: number;
  /** The longest drain, from the connection's return to an empty journal; 0 when nothing ever waited. */
  readonly drainMs: number;
  /** In all agents at the last look. */
  readonly now: number;
  /** Resolves when all agents have answered "empty" and "connected", or when the time is up. @returns whether empty. */
  untilEmpty(withinMs: number): Promise<boolean>;
  stop(): void;
}

export function watchBuffers(agents: readonly AgentProcess[], clock: Clock): Buffers {
  const frames = agents.map(() => 0);
  /** When the agent was first seen connected with frames waiting; undefined while it is not, or has none. */
  const drainingSinceMs: (number | undefined)[] = agents.map(() => undefined);
  let peak = 0;
  let drainMs = 0;
  let settled = false;
  let stopped = false;

  const look = async (): Promise<void> => {
    const glances = await Promise.all(agents.map((agent) => (agent.running ? agent.glance() : undefined)));
    const nowMs = clock.monotonicMs();
    glances.forEach((glance, i) => {
      if (glance === undefined) return;
      const { connected } = glance;
      frames[i] = glance.frames;
      if (!connected) drainingSinceMs[i] = undefined;
      else if (glance.frames > 0) drainingSinceMs[i] ??= nowMs;
      else if (drainingSinceMs[i] !== undefined) {
        drainMs = Math.max(drainMs, Math.round(nowMs - drainingSinceMs[i]));
        drainingSinceMs[i] = undefined;
      }
    });
    peak = Math.max(peak, total());
    settled = glances.every((glance) => glance?.connected === true && glance.frames === 0);
  };
  const total = (): number => frames.reduce((sum, count) => sum + count, 0);
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await look();
      await clock.sleep(ASK_EVERY_MS);
    }
  };
  void loop();

  return {
    get peak() {
      return peak;
    },
    get drainMs() {
      return drainMs;
    },
    get now() {
      return total();
    },
    untilEmpty: async (withinMs) => {
      const endMs = clock.monotonicMs() + withinMs;
      do await clock.sleep(ASK_EVERY_MS);
      while (!settled && clock.monotonicMs() < endMs);
      return settled;
    },
    stop: () => {
      stopped = true;
    },
  };
}
