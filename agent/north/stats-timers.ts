/**
 * The clockwork of stats: each gateway's GatewayStats on its interval, and only while its forwarder lives, since a
 * core takes a gateway for alive as long as stats come.
 */
import type { Clock, Timer } from "../ports.ts";
import type { GatewayStats } from "./core.ts";

export interface StatsTimersParts {
  readonly clock: Clock;
  readonly isAlive: (gatewayEui: string) => boolean;
  /** What happened since it was last asked; undefined for a gateway never heard. */
  readonly take: (gatewayEui: string) => GatewayStats | undefined;
  readonly send: (gatewayEui: string, stats: GatewayStats) => void;
}

export interface StatsTimers {
  /** Sets a gateway's interval; the next stats are due one interval from now. */
  set(gatewayEui: string, intervalMs: number): void;
  /** No more of this gateway. */
  drop(gatewayEui: string): void;
  stop(): void;
}

export function createStatsTimers(parts: StatsTimersParts): StatsTimers {
  const timers = new Map<string, { timer: Timer; intervalMs: number }>();
  let stopped = false;

  const wind = (gatewayEui: string, intervalMs: number): void => {
    const timer = parts.clock.after(intervalMs, () => {
      wind(gatewayEui, intervalMs);
      if (!parts.isAlive(gatewayEui)) return;
      const stats = parts.take(gatewayEui);
      if (stats) parts.send(gatewayEui, stats);
    });
    timers.set(gatewayEui, { timer, intervalMs });
  };

  return {
    set: (gatewayEui, intervalMs) => {
      const known = timers.get(gatewayEui);
      if (stopped || known?.intervalMs === intervalMs) return;
      known?.timer.cancel();
      wind(gatewayEui, intervalMs);
    },
    drop: (gatewayEui) => {
      timers.get(gatewayEui)?.timer.cancel();
      timers.delete(gatewayEui);
    },
    stop: () => {
      stopped = true;
      for (const { timer } of timers.values()) timer.cancel();
    },
  };
}
