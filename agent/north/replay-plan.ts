/**
 * The replay plan: by which clock all gateways drain after a common outage, so that they drain together.
 *
 *   heard   tFrom ├──────────── outage ────────────┤ t0 ──── live ────
 *   sent                                             t0 ├───────┤ caught up        (t0 - tFrom) / (k - 1) later
 *
 * A frame heard at t is sent at t0 + (t - tFrom) / k, whichever gateway holds it (axis.ts). So the plan must be one for
 * all: a retained message on `[prefix/]edge/replay-plan`, by the operator or by the first gateway that comes back and
 * finds none. Where there is no such message, each makes its own from boundaries of five minutes, which most of those
 * that come back together will agree on.
 *
 * Pure: octets in, values out. What comes over the network is not trusted: whoever may write that topic could hold
 * back the frames of a whole region, so how long a plan can hold a frame is bounded here. When a plan is looked for, made
 * and followed: drain.ts.
 *
 * The message: replay-plan.schema.json.
 */
import type { Read } from "../lorawan/read.ts";
import { readUtcText } from "../lorawan/utc-text.ts";

/** Times are UTC, milliseconds since the Unix epoch. */
export interface ReplayPlan {
  /** When the sending begins. */
  readonly t0Ms: number;
  /** When the outage began: what was heard then is sent at t0. */
  readonly tFromMs: number;
  /** How many times faster than it was heard. */
  readonly k: number;
  /** Who says so; for people. */
  readonly by: string;
  /** The most replays a second that one gateway may send; undefined: its own affair. */
  readonly ratePerS: number | undefined;
}

export type PlanFault =
  | "tooLong"
  | "notJson"
  | "badVersion"
  | "badTime"
  | "badK"
  | "badBy"
  | "badRate"
  | "outageTooShort"
  | "axisTooLong"
  | "tooFarAhead"
  | "over";

const VERSION = 1;
export const PLAN_OCTETS_MAX = 1_024;
const BY_CHARACTERS_MAX = 64;
export const RATE_PER_S_MAX = 10_000;

/** An outage up to so long is no reason for a plan: its few frames go lane by lane. */
export const OUTAGE_MS_MIN = 60_000;
/** A drain takes some ten minutes: the longer the outage, the faster. */
const K_BY_OUTAGE: readonly (readonly [outageMsMax: number, k: number])[] = [
  [10 * 3_600_000, 60],
  [24 * 3_600_000, 150],
  [Number.POSITIVE_INFINITY, 300],
];
/** The longest that a plan may take from t0 until it has caught up. */
export const AXIS_MS_MAX = 3_600_000;
/** The longest that a plan may let everybody wait for its t0. */
export const AHEAD_MS_MAX = 15 * 60_000;
/** A plan that caught up so long ago is of another day. */
export const OVER_MS_MAX = 15 * 60_000;
/** What a proposal gives the others to come back, and to hear of it. */
const PROPOSED_AHEAD_MS = 60_000;
const BOUNDARY_MS = 300_000;
/** What was heard before this is behind the axis from its first moment, and goes lane by lane. */
export const OUTAGE_MS_MAX = 7 * 24 * 3_600_000;

/** How many times faster an outage of this length is replayed. */
export function kOf(outageMs: number): number {
  return K_BY_OUTAGE.find(([outageMsMax]) => outageMs <= outageMsMax)![1];
}

/** From t0 until a frame is sent as soon as it is heard. */
export function axisLengthMs({ t0Ms, tFromMs, k }: ReplayPlan): number {
  return (t0Ms - tFromMs) / (k - 1);
}

export function caughtUpAtMs(plan: ReplayPlan): number {
  return plan.t0Ms + axisLengthMs(plan);
}

/** A proposal for all: a minute ahead. @param outageFromMs UTC. */
export function proposedPlan(outageFromMs: number, nowUtcMs: number, by: string): ReplayPlan {
  return planOf(outageFromMs, nowUtcMs + PROPOSED_AHEAD_MS, by);
}

/** What those who came back at about the same time would choose as well. */
export function boundaryPlan(outageFromMs: number, nowUtcMs: number): ReplayPlan {
  const tFromMs = Math.floor(outageFromMs / BOUNDARY_MS) * BOUNDARY_MS;
  return planOf(tFromMs, Math.ceil(nowUtcMs / BOUNDARY_MS) * BOUNDARY_MS, "");
}

function planOf(outageFromMs: number, t0Ms: number, by: string): ReplayPlan {
  const tFromMs = Math.max(Math.min(outageFromMs, t0Ms - OUTAGE_MS_MIN), t0Ms - OUTAGE_MS_MAX);
  return { t0Ms, tFromMs, k: kOf(t0Ms - tFromMs), by, ratePerS: undefined };
}

/**
 * Of two plans for one drain the same one wins with everybody, whichever they heard first.
 * @returns whether `plan` wins over `other`; false when they are the same.
 */
export function winsOver(plan: ReplayPlan, other: ReplayPlan): boolean {
  const byTurn = plan.t0Ms - other.t0Ms || plan.tFromMs - other.tFromMs || plan.k - other.k;
  return byTurn < 0;
}

/** Whether it can be followed at this time, by a clock that is right. */
export function faultOf(plan: ReplayPlan, nowUtcMs: number): "tooFarAhead" | "over" | undefined {
  if (plan.t0Ms - nowUtcMs > AHEAD_MS_MAX) return "tooFarAhead";
  if (nowUtcMs - caughtUpAtMs(plan) > OVER_MS_MAX) return "over";
  return undefined;
}

export function writeReplayPlan({ t0Ms, tFromMs, k, by, ratePerS }: ReplayPlan): Buffer {
  const [t0, tFrom] = [t0Ms, tFromMs].map((ms) => new Date(ms).toISOString());
  return Buffer.from(JSON.stringify({ version: VERSION, t0, tFrom, k, by, ratePerS }));
}

/** Reads a plan, whenever it is for (faultOf). Fields that it does not know are left to later versions. */
export function readReplayPlan(payload: Buffer): Read<ReplayPlan, PlanFault> {
  if (payload.length > PLAN_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  const said = fieldsOf(payload.toString());
  if (said === undefined) return { ok: false, fault: "notJson" };
  if (said.version !== VERSION) return { ok: false, fault: "badVersion" };
  const t0Ms = timeOf(said.t0);
  const tFromMs = timeOf(said.tFrom);
  if (t0Ms === undefined || tFromMs === undefined) return { ok: false, fault: "badTime" };
  const k = K_BY_OUTAGE.find(([, known]) => known === said.k)?.[1];
  if (k === undefined) return { ok: false, fault: "badK" };
  const by = said.by ?? "";
  if (typeof by !== "string" || by.length > BY_CHARACTERS_MAX) return { ok: false, fault: "badBy" };
  const ratePerS = said.ratePerS ?? undefined;
  if (ratePerS !== undefined && !isRate(ratePerS)) return { ok: false, fault: "badRate" };
  const plan = { t0Ms, tFromMs, k, by, ratePerS };
  if (t0Ms - tFromMs < OUTAGE_MS_MIN) return { ok: false, fault: "outageTooShort" };
  if (axisLengthMs(plan) > AXIS_MS_MAX) return { ok: false, fault: "axisTooLong" };
  return { ok: true, value: plan };
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(text: unknown): number | undefined {
  if (typeof text !== "string" || !text.endsWith("Z") || text[10] !== "T") return undefined;
  const utcMs = readUtcText(text);
  return utcMs === undefined ? undefined : Math.round(utcMs);
}

function isRate(rate: unknown): rate is number {
  return Number.isInteger(rate) && (rate as number) >= 1 && (rate as number) <= RATE_PER_S_MAX;
}
