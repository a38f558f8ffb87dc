/**
 * A plan that is followed, in this gateway's own time: when a frame may go by it, until when, and what becomes of it
 * when the gateway has booted meanwhile. Which plan, and since when: drain.ts.
 *
 * Pure.
 */
import { dueAtMs, RIDE_MS_MAX } from "./axis.ts";
import type { HeardAt, Moment } from "./moment.ts";
import { AHEAD_MS_MAX, AXIS_MS_MAX, axisLengthMs, caughtUpAtMs, type ReplayPlan } from "./replay-plan.ts";

/** Beside the others' last frames, their live ones. */
export const AFTER_MS = 30_000;
/** Monotonic, and a number that a note can hold: frames of earlier boots were heard at negative times. */
export const LONG_AGO = -1e15;
export const ANY_TIME = Number.NEGATIVE_INFINITY;
/** What a gateway without a clock assumes of a plan that has yet to begin. */
const BLIND_AHEAD_MS = 5 * 60_000;
const REBOOTS_MAX = 3;
/** From the moment a plan is first followed, with a clock that is right, until it has caught up. */
const WAIT_MS_MAX = AHEAD_MS_MAX + AXIS_MS_MAX;

export const PLAN_SOURCES = ["message", "boundaries", "blind"] as const;
export type PlanSource = (typeof PLAN_SOURCES)[number];

export interface Followed {
  readonly plan: ReplayPlan;
  readonly source: PlanSource;
  /** Monotonic, these four: followed since, its t0, caught up. */
  readonly sinceMs: number;
  readonly beginsMs: number;
  readonly endsMs: number;
  /** Frames heard before this were planned for before. */
  readonly freeBeforeMs: number;
  /** UTC; 0 where nobody knew. Plans for an earlier moment are for another outage. */
  readonly outageFromMs: number;
  readonly reboots: number;
}

export function isCaughtUp(followed: Followed | undefined, at: Moment): boolean {
  return followed === undefined || at.monotonicMs >= followed.endsMs;
}

/** @param instead the plan followed so far, and not to its end: the wait counts from its beginning. */
export function followPlan(
  at: Moment,
  plan: ReplayPlan,
  source: PlanSource,
  instead: Followed | undefined,
  { freeBeforeMs, outageFromMs }: Pick<Followed, "freeBeforeMs" | "outageFromMs">,
): Followed {
  const { monotonicMs, utcMs, clockGood } = at;
  const leftMs = clockGood ? caughtUpAtMs(plan) - utcMs : BLIND_AHEAD_MS + axisLengthMs(plan);
  const sinceMs = isCaughtUp(instead, at) ? monotonicMs : instead!.sinceMs;
  return {
    plan,
    source,
    sinceMs,
    beginsMs: clockGood ? monotonicMs + plan.t0Ms - utcMs : monotonicMs,
    endsMs: Math.min(monotonicMs + Math.max(0, leftMs), sinceMs + WAIT_MS_MAX),
    freeBeforeMs,
    outageFromMs,
    reboots: 0,
  };
}

/** The same plan after a boot, when the monotonic clock has begun anew. */
export function followOn(before: Followed, at: Moment): Followed {
  const { monotonicMs: sinceMs, utcMs, clockGood } = at;
  const { plan } = before;
  const reboots = before.reboots + 1;
  const leftMs = clockGood ? caughtUpAtMs(plan) - utcMs : axisLengthMs(plan);
  const waitMs = reboots > REBOOTS_MAX ? 0 : Math.min(Math.max(0, leftMs), WAIT_MS_MAX);
  return {
    ...before,
    sinceMs,
    beginsMs: sinceMs - (clockGood ? utcMs - plan.t0Ms : 0),
    endsMs: sinceMs + waitMs,
    freeBeforeMs: sinceMs + before.freeBeforeMs - before.beginsMs,
    reboots,
  };
}

/** When a data frame may be sent, monotonic; ANY_TIME: whenever. */
export function goesAtMs(followed: Followed, at: Moment, { heardUtcMs, ageMs }: HeardAt): number {
  const heardMs = at.monotonicMs - ageMs;
  if (heardMs < followed.freeBeforeMs) return ANY_TIME;
  const lastMs = followed.endsMs + AFTER_MS;
  if (at.monotonicMs >= lastMs) return ANY_TIME;
  if (!at.clockGood || heardUtcMs === undefined || followed.source === "blind")
    return heardMs < followed.sinceMs ? lastMs : Math.min(lastMs, heardMs + RIDE_MS_MAX);
  return Math.min(at.monotonicMs + dueAtMs(followed.plan, heardUtcMs) - at.utcMs, lastMs);
}
