/**
 * One gateway as the operator sees it: its state, and its availability in the running UTC month.
 *
 * A gateway that says nothing any more cannot say so itself: its figures are of the moment of the report they come from,
 * and what was lost since then lowers them. Lost is the time that its later reports do not vouch for (the agent ran for
 * uptimeS before each), and its silence after the last, except for maintenance that it had announced. Pure.
 */
import { type Heard, type Report, type Reported, type StandingAlarm, sentWallMs } from "./heard.ts";

/** 99.97 % of the service. */
export const SERVICE_PROMISE = 0.9997;
/** Of the intervals between a gateway's small reports: two may be lost, and be late. */
export const SILENT_AFTER_INTERVALS = 2.5;
/** Two full reports at their longest interval, a day, and some: then there should be figures, and newer ones. */
export const RATED_WITHIN_MS = 50 * 3_600_000;
/** A report from further ahead is not dated: one of the two clocks is wrong. */
export const AHEAD_MS_MAX = 5 * 60_000;
/** The reports tell six digits; less is what adding up leaves. */
const ROUNDING = 1e-9;

/** What the operator knows of it. */
export interface Known {
  readonly name?: string | undefined;
  readonly commune?: string | undefined;
  /** Until then it is planned, and nobody misses it. */
  readonly sinceWallMs?: number | undefined;
}

export type GatewayState =
  | "off"
  | "silent"
  | "neverReported"
  | "trouble"
  | "undated"
  | "maintenance"
  | "ok"
  | "planned";

export interface GatewayRow extends Known {
  readonly eui: string;
  readonly state: GatewayState;
  /**
   * Of the running UTC month: gateway × forwarder × worst core link; 0: it should be there and has never reported;
   * undefined: nothing is known.
   */
  readonly availability: number | undefined;
  readonly parts: {
    readonly gateway?: number | undefined;
    readonly forwarder?: number | undefined;
    readonly core?: number | undefined;
  };
  /** Since its last report; undefined: it told no time. */
  readonly reportAgeMs: number | undefined;
  /** false also for one that was never heard; undefined: nobody knows. */
  readonly forwarderAlive: boolean | undefined;
  /** Ids of core links that are down. */
  readonly coresDown: readonly string[];
  readonly backlogFrames: number | undefined;
  readonly alarms: readonly StandingAlarm[];
  readonly agentVersion: string | undefined;
  /** Where the availability is unknown: it can still be waited for. */
  readonly meetsPromise: boolean;
}

/** @param known undefined: it is not in the operator's list. */
export function rowOf(eui: string, heard: Heard, known: Known | undefined, nowWallMs: number): GatewayRow {
  const { reported, alarms } = heard;
  return reported === undefined
    ? { ...unreported(known, nowWallMs), eui, alarms }
    : { ...known, eui, alarms, ...judged(reported, heard, nowWallMs) };
}

export function keeps(promise: number, availability: number): boolean {
  return availability >= promise - ROUNDING;
}

function unreported(known: Known | undefined, nowWallMs: number): Omit<GatewayRow, "eui" | "alarms"> {
  const isPlanned = (known?.sinceWallMs ?? nowWallMs) > nowWallMs;
  return {
    ...known,
    state: isPlanned ? "planned" : "neverReported",
    availability: known === undefined || isPlanned ? undefined : 0,
    parts: {},
    reportAgeMs: undefined,
    forwarderAlive: undefined,
    coresDown: [],
    backlogFrames: undefined,
    agentVersion: undefined,
    meetsPromise: isPlanned,
  };
}

function judged(reported: Reported, { alarms, online }: Heard, nowWallMs: number) {
  const { latest, agentVersion } = reported;
  const times = timesOf(reported, online, nowWallMs);
  const rated = times.isRatingOld ? undefined : reported.rated?.availability;
  const isUnheard =
    latest.forwarder === undefined && rated?.gateway !== undefined && rated.forwarder === undefined;
  const parts = partsOf(rated, isUnheard, times);
  const availability =
    parts.gateway === undefined ? undefined : parts.gateway * (parts.forwarder ?? 1) * (parts.core ?? 1);
  const forwarderAlive = isUnheard ? false : latest.forwarder?.alive;
  const coresDown = (reported.cores ?? []).filter(({ up }) => !up).map(({ id }) => id);
  const isTroubled =
    forwarderAlive === false ||
    coresDown.length > 0 ||
    alarms.some(({ severity }) => severity === "critical");
  return {
    state: stateOf(times, online, isTroubled),
    availability,
    parts,
    reportAgeMs: times.sentMs === undefined ? undefined : Math.max(0, nowWallMs - times.sentMs),
    forwarderAlive,
    coresDown,
    backlogFrames: latest.journal.frames,
    agentVersion,
    meetsPromise:
      availability === undefined
        ? rated !== undefined || isWaitedFor(latest, online, times)
        : keeps(SERVICE_PROMISE, availability),
  };
}

/** A clock must be trusted before it dates an availability, and the next full report may take its time. */
function isWaitedFor({ uptimeS }: Report, online: boolean | undefined, { isRatingOld }: Times): boolean {
  return online !== false && !isRatingOld && uptimeS * 1_000 <= RATED_WITHIN_MS;
}

function stateOf(
  { isSilent, isPlanned, sentMs }: Times,
  online: boolean | undefined,
  isTroubled: boolean,
): GatewayState {
  if (isPlanned) return "maintenance";
  if (online === false) return "off";
  if (isSilent) return "silent";
  if (isTroubled) return "trouble";
  return sentMs === undefined ? "undated" : "ok";
}

// ---------------------------------------------------------------------------------------------- time

/** Wall time, as far as it is known. */
interface Times {
  readonly nowMs: number;
  /** When the running UTC month began. */
  readonly beganMs: number;
  /** Of the latest report. */
  readonly sentMs: number | undefined;
  /** Of the report that tells the availability. */
  readonly ratedMs: number | undefined;
  readonly isRatingOld: boolean;
  readonly isSilent: boolean;
  /** Maintenance that was announced is under way. */
  readonly isPlanned: boolean;
  /** Of the month: what lowers the availability since it was told, and what counts neither way. */
  readonly lostMs: number;
  readonly plannedMs: number;
}

function timesOf({ latest, rated }: Reported, online: boolean | undefined, nowMs: number): Times {
  const now = new Date(nowMs);
  const beganMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const sentMs = believedMs(latest, nowMs);
  const ratedMs = rated && believedMs(rated, nowMs);
  const { maintenance, uptimeS, intervalS } = latest;
  const isSilent = sentMs !== undefined && nowMs - sentMs > SILENT_AFTER_INTERVALS * intervalS * 1_000;
  const untilMs = maintenance && sentMs !== undefined ? sentMs + maintenance.leftS * 1_000 : undefined;
  const countedMs = Math.max(ratedMs ?? sentMs ?? nowMs, beganMs);
  const silentMs = isSilent ? nowMs - Math.max(sentMs, beganMs) : 0;
  const plannedMs = Math.min(silentMs, Math.max(0, (untilMs ?? 0) - Math.max(sentMs ?? 0, beganMs)));
  // A restart in maintenance is most likely part of it.
  const unvouchedMs = maintenance || sentMs === undefined ? 0 : sentMs - countedMs - uptimeS * 1_000;
  // Of one that is off nobody knows since when: since its figures, at the worst.
  const isGoneUndated = sentMs === undefined && online === false;
  return {
    nowMs,
    beganMs,
    sentMs,
    ratedMs,
    isRatingOld: sentMs !== undefined && ratedMs !== undefined && sentMs - ratedMs > RATED_WITHIN_MS,
    isSilent,
    // Without a time nobody knows when it ends: then it must be there to say so.
    isPlanned: maintenance !== undefined && (untilMs === undefined ? online === true : untilMs > nowMs),
    lostMs: isGoneUndated ? nowMs - countedMs : Math.max(0, unvouchedMs) + silentMs - plannedMs,
    plannedMs,
  };
}

/** When it was sent, if that can be. */
function believedMs(report: Report, nowMs: number): number | undefined {
  const sentMs = sentWallMs(report);
  return sentMs === undefined || sentMs > nowMs + AHEAD_MS_MAX ? undefined : sentMs;
}

// -------------------------------------------------------------------------------------- availability

function partsOf(rated: Report["availability"], isUnheard: boolean, times: Times): GatewayRow["parts"] {
  const { ratedMs, beganMs } = times;
  const isOfLastMonth = ratedMs !== undefined && ratedMs <= beganMs;
  if (isOfLastMonth && rated !== undefined) return { gateway: lowered(1, times) };
  const links = Object.values(rated?.cores ?? {}).flatMap(({ month }) =>
    month === undefined ? [] : [month],
  );
  return {
    gateway: lowered(rated?.gateway?.month, times),
    forwarder: isUnheard ? 0 : rated?.forwarder?.month,
    core: links.length === 0 ? undefined : Math.min(...links),
  };
}

/** What nothing was told of is taken for up, and planned maintenance before the report for time that counts. */
function lowered(month: number | undefined, times: Times): number | undefined {
  const { nowMs, beganMs, lostMs, plannedMs } = times;
  if (lostMs <= 0) return month;
  const wholeMs = nowMs - beganMs - plannedMs;
  return ((month ?? 1) * (wholeMs - lostMs)) / wholeMs;
}
