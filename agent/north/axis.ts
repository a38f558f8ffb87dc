/**
 * The axis: when a frame heard at t is due, on a plan that all gateways share.
 *
 *   due(t) = t0 + (t - tFrom) / k          the order of the air, k times as fast
 *
 * What was heard before tFrom is due a little before t0 by the same rule, so it keeps its order too. What is heard after
 * t0 rides on until the axis has caught up with the time of day: a gateway that holds nothing of a meter would otherwise
 * send the meter's newest counter while its neighbour has yet to send the older ones, which the core would then refuse.
 *
 * Pure. Which plan: replay-plan.ts; what a gateway does whose clock cannot tell when t was: drain.ts.
 */
import type { ClockState } from "../frame/frame.ts";
import type { ReplayPlan } from "./replay-plan.ts";

/**
 * A frame heard while the axis runs is held so long at most. It matters only on an axis longer than this (an outage of
 * over three days at k = 300), where some live frames do overtake: a network silent for an hour would be the worse.
 */
export const RIDE_MS_MAX = 15 * 60_000;
/**
 * A clock that is known to be worse than this does not ride. Up to a meter's interval / k a skew is harmless (12 s for an
 * hourly meter at k = 300); beyond it, it is as bad as no axis at all, for the neighbours too.
 */
export const SKEW_MS_MAX = 10_000;

/** @param heardMs @returns UTC, milliseconds; in the past when it is overdue. */
export function dueAtMs({ t0Ms, tFromMs, k }: ReplayPlan, heardMs: number): number {
  const dueMs = t0Ms + (heardMs - tFromMs) / k;
  return heardMs < t0Ms ? dueMs : Math.min(dueMs, heardMs + RIDE_MS_MAX);
}

/** @param offsetMs what the last source that told said is missing from the wall clock. */
export function canRide(state: ClockState, offsetMs: number | undefined): boolean {
  return state !== "unsynchronised" && Math.abs(offsetMs ?? 0) <= SKEW_MS_MAX;
}
