/**
 * How long to wait before trying a server again: doubling, with full jitter, so that a fleet of gateways which
 * lost the same core does not come back at the same instant.
 *
 * Pure: it draws from the stream it is given and knows no clock.
 */
import type { RngStream } from "../ports.ts";

interface BackoffPlan {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Yields the next wait, in milliseconds, for ever. Start a new one after each success. */
export function* backoff(plan: BackoffPlan, chance: RngStream): Generator<number, never> {
  for (let ceilingMs = plan.firstMs; ; ceilingMs = Math.min(ceilingMs * 2, plan.longestMs)) {
    yield Math.floor(ceilingMs * chance.unit());
  }
}
