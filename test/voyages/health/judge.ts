/**
 * The judges of health: what the core was told (core-eye.ts) against what was done (faults.ts, truth.ts).
 *
 * Each alarm in its time, none for nothing, none for ever; each outage told once, as what it was, with its right ends;
 * each availability within what the truth allows.
 */
import type { AlarmId } from "../../../agent/health/alarms/alarm.ts";
import { ALARM_TIMES } from "../../../agent/health/alarms/rules.ts";
import type { WorldLog } from "../../../simulator/world/log.ts";
import { type CoreEye, nameOf, type SeenAlarm, type SeenOutage, type SeenReport } from "./core-eye.ts";
import type { Strike, TrueOutage } from "./faults.ts";
import type { Gateway } from "./gateway.ts";
import { recoveryMs } from "./plan.ts";
import { SUBJECTS, type Subject, type Truth } from "./truth.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Ages are told in whole seconds, and take a moment on the road. */
const TOLD_MS = 2_000;
/** Six digits of a share. */
const ROUNDING = 1e-6;
/** After a link came back: within a minute, and behind the frames. */
const TOLD_LATE_MS = 75_000;
/** What is looked at every ten seconds has its edges there. */
const LOOK_DOUBT_MS = 11_000;
/** And the moment on the road. */
const PULL_PERIOD_MS_MAX = 31_000;
const SMALL_EVERY_MS = 300_000;

export interface Patient {
  readonly gateway: Gateway;
  readonly eye: CoreEye;
  readonly strikes: readonly Strike[];
  readonly log: WorldLog;
  readonly bornMs: number;
}

// --------------------------------------------------------------------------------------------- alarms

/** @param onTime told how much of its time each alarm took, as a share. */
export function judgeAlarms(
  { eye, strikes }: Patient,
  onTime: (name: string, share: number) => void,
): string[] {
  const found: string[] = [];
  const explained = new Set<SeenAlarm>();
  for (const strike of strikes) {
    const mine = eye.alarms.filter((alarm) => isOf(strike, alarm));
    for (const alarm of mine) explained.add(alarm);
    for (const id of strike.kind.alarms) found.push(...judgeAlarm(strike, id, mine, onTime));
    for (const alarm of mine)
      if (alarm.clearedMs === undefined || alarm.clearedMs > strike.toMs + recoveryMs(strike.name))
        found.push(`${strike.name}: ${tell(alarm)} stayed`);
  }
  for (const alarm of eye.alarms) if (!explained.has(alarm)) found.push(`false alarm: ${tell(alarm)}`);
  for (const { id, toldMs } of eye.orphans) {
    const isLost = strikes.some((strike) => strike.losesMemory && isOf(strike, { id, raisedMs: toldMs }));
    if (!isLost) found.push(`${id} has gone, and the core was never told that it was raised`);
  }
  if (eye.standing.length > 0) found.push(`at the end there stands ${eye.standing.join()}`);
  return [...found, ...eye.strange];
}

function isOf(strike: Strike, { id, raisedMs }: Pick<SeenAlarm, "id" | "raisedMs">): boolean {
  const { alarms, brings = [] } = strike.kind;
  const mayBe: readonly string[] = [...alarms, ...brings];
  return (
    mayBe.includes(id) &&
    raisedMs >= strike.fromMs - TOLD_MS &&
    raisedMs <= strike.toMs + recoveryMs(strike.name)
  );
}

function judgeAlarm(
  strike: Strike,
  id: AlarmId,
  mine: readonly SeenAlarm[],
  onTime: (name: string, share: number) => void,
): string[] {
  const { name, fromMs, toMs, began, ended } = strike;
  const beganMs = began.get(id) ?? fromMs;
  const endedMs = ended.get(id) ?? toMs;
  const { appearsWithinMs, clearsWithinMs } = ALARM_TIMES[id];
  const ofIt = mine.filter((alarm) => alarm.id === id);
  const [alarm] = ofIt;
  // One that was over before its time need not have appeared.
  if (alarm === undefined)
    return endedMs - beganMs >= appearsWithinMs || id === "reboot" ? [`${name}: ${id} never appeared`] : [];
  const found: string[] = [];
  if (ofIt.length > 1) found.push(`${name}: ${id} came ${ofIt.length} times: ${ofIt.map(tell).join()}`);
  const tookMs = alarm.raisedMs - beganMs;
  onTime(`${id} appears`, tookMs / appearsWithinMs);
  if (tookMs > appearsWithinMs + TOLD_MS) found.push(`${name}: ${id} appeared after ${seconds(tookMs)}`);
  if (tookMs < -TOLD_MS) found.push(`${name}: ${id} appeared ${seconds(-tookMs)} too early`);
  const clearedMs = ofIt.at(-1)?.clearedMs;
  if (clearedMs === undefined) return [...found, `${name}: ${id} never went`];
  const wentMs = clearedMs - endedMs;
  onTime(`${id} goes`, wentMs / clearsWithinMs);
  if (wentMs > clearsWithinMs + TOLD_MS) found.push(`${name}: ${id} went after ${seconds(wentMs)}`);
  return found;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

function tell({ id, subject, raisedMs, clearedMs }: SeenAlarm): string {
  const until = clearedMs === undefined ? "" : (clearedMs / 3_600_000).toFixed(2);
  return `${nameOf({ id, subject })} ${(raisedMs / 3_600_000).toFixed(2)}h-${until}h`;
}

// -------------------------------------------------------------------------------------------- outages

/** @param wallOffsetMs true wall time less true monotonic time. */
export function judgeOutages({ eye, strikes, gateway }: Patient, wallOffsetMs: number): string[] {
  const found: string[] = [];
  const left = new Set<SeenOutage>(eye.outages);
  const numbers = new Set(eye.outages.map(({ number }) => number));
  if (numbers.size !== eye.outages.length) found.push("an outage was told twice");
  for (const strike of strikes) {
    for (const outage of strike.outages) {
      const isTooShort =
        outage.kind === "backhaulDown" && outage.toMs !== undefined && outage.toMs - outage.fromMs < 12_000;
      const said = [...left].find((one) => isSame(one, outage, wallOffsetMs));
      if (said !== undefined) left.delete(said);
      else if (!isTooShort)
        found.push(
          `${strike.name}: the core was not told of ${JSON.stringify(outage)}: ${tellOutages(eye.outages, wallOffsetMs)}`,
        );
    }
  }
  for (const outage of left)
    found.push(`told of an outage that was none: ${tellOutages([outage], wallOffsetMs)}`);
  for (const { gatewayId } of eye.outages) if (gatewayId !== gateway.eui) found.push("of another gateway");
  return found;
}

function isSame(said: SeenOutage, real: TrueOutage, wallOffsetMs: number): boolean {
  const fromMs = Date.parse(said.from) - wallOffsetMs;
  const toMs = Date.parse(said.to) - wallOffsetMs;
  if (said.kind !== real.kind || said.undated === true) return false;
  if ((said.planned ?? false) !== (real.isPlanned ?? false)) return false;
  if ((said.crash ?? false) !== (real.isCrash ?? false)) return false;
  if (fromMs < real.fromMs - real.earlyMs || fromMs > real.fromMs + real.lateMs) return false;
  return real.toMs === undefined || Math.abs(toMs - real.toMs) <= 3_000;
}

function tellOutages(outages: readonly SeenOutage[], wallOffsetMs: number): string {
  return outages
    .map(({ kind, from, to, planned, crash }) =>
      [
        kind,
        Date.parse(from) - wallOffsetMs,
        Date.parse(to) - wallOffsetMs,
        planned && "planned",
        crash && "crash",
      ]
        .filter((word) => word !== undefined)
        .join(" "),
    )
    .join("; ");
}

// --------------------------------------------------------------------------------------- availability

/** Of one report, at the moment it arrived. @param wallOffsetMs true wall time less true monotonic time. */
export function judgeReport(
  truth: Truth,
  bornMs: number,
  { atMs, report }: SeenReport,
  wallOffsetMs: number,
): string[] {
  const { availability } = report;
  if (availability === undefined) return [];
  const wallMs = atMs + wallOffsetMs;
  const day = new Date(wallMs);
  const dayMs = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()) - wallOffsetMs;
  const monthMs = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1) - wallOffsetMs;
  const yearMs = Date.UTC(day.getUTCFullYear(), 0, 1) - wallOffsetMs;
  const said = {
    gateway: availability.gateway,
    forwarder: availability.forwarder,
    link: availability.cores?.main,
  };
  const found: string[] = [];
  for (const subject of SUBJECTS) {
    for (const [period, fromMs] of [
      ["day", dayMs],
      ["month", monthMs],
      ["year", yearMs],
    ] as const) {
      const told = said[subject]?.[period];
      const what = judgeShare(truth, subject, Math.max(bornMs, fromMs), atMs, told);
      if (what !== undefined)
        found.push(
          `availability of ${subject} over the ${period} at ${(atMs / 3_600_000).toFixed(2)}h: ${what}`,
        );
    }
  }
  return found;
}

function judgeShare(
  truth: Truth,
  subject: Subject,
  fromMs: number,
  toMs: number,
  told: number | undefined,
): string | undefined {
  // Of a forwarder nothing is known since its last PULL_DATA; of one that has just died for three periods.
  const behindMs = subject === "forwarder" ? [0, PULL_PERIOD_MS_MAX, 3 * PULL_PERIOD_MS_MAX] : [0];
  const ends = behindMs.map((ms) => Math.max(fromMs, toMs - ms));
  const bounds = ends.map((endMs) => truth.availability(subject, fromMs, endMs));
  if (told === undefined || bounds.some(({ least, most }) => least === undefined || most === undefined))
    return undefined;
  const least = Math.min(...bounds.map((one) => one.least!));
  const most = Math.max(...bounds.map((one) => one.most!));
  const slack = ROUNDING + LOOK_DOUBT_MS / Math.max(MINUTE_MS, toMs - fromMs) / 100;
  if (told >= least - slack && told <= most + slack) return undefined;
  return `told ${told}, true ${least.toFixed(6)}..${most.toFixed(6)}`;
}

// ------------------------------------------------------------------------------------------- the rest

export function judgeRest({ eye, gateway, bornMs, strikes, log }: Patient, endMs: number): string[] {
  const found: string[] = [];
  if (gateway.agent === undefined) found.push("no agent runs at the end");
  if (strikes.length > 0) return found;
  // A quiet one has nothing to tell, tells it on time, and loses no second.
  const lives = (endMs - bornMs) / SMALL_EVERY_MS;
  if (eye.small < lives - 2) found.push(`${eye.small} small reports in ${lives.toFixed(0)} intervals`);
  if (eye.outages.length > 0) found.push("it was told of outages");
  const { availability } = eye.reports.at(-1)?.report ?? {};
  for (const one of [availability?.gateway, availability?.forwarder, availability?.cores?.main])
    if (one?.month === undefined || one.month < 1 - 10_000 / Math.min(DAY_MS, endMs - bornMs))
      found.push(`it was up all the time: ${JSON.stringify(availability)}`);
  for (const alarm of eye.alarms)
    if (alarm.toldMs - alarm.raisedMs > TOLD_LATE_MS) found.push(`${tell(alarm)} was told late`);
  if (log.counts.has("error: journal failing")) found.push("its journal failed");
  return found;
}
