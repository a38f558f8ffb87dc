/**
 * The rules: how grave each alarm is, and how long what findings.ts finds must last before it is raised and cleared;
 * engine.ts keeps to it. Pure.
 *
 * The table says as well within what time an alarm appears after its fault, and goes after its end; tests hold it to
 * that.
 */
import type { AlarmId, Severity } from "./alarm.ts";
import type { Finding, Found } from "./engine.ts";
import {
  judgeAcks,
  judgeClock,
  judgeCrc,
  judgeCredentials,
  judgeDutyCycle,
  judgeFilling,
  judgeForwarders,
  judgeGnss,
  judgeLink,
  judgePower,
  judgeReach,
  judgeTemperatures,
} from "./findings.ts";
import type { Readings } from "./readings.ts";

/** The rules look so often. */
export const LOOK_EVERY_MS = 10_000;
/** The box is read so often (field/system.ts), and credential files so much more seldom. */
export const FIELD_EVERY_MS = 60_000;
export const CREDENTIALS_EVERY_MS = 3_600_000;
/** Over which CRC, and over which drops are counted. */
export const CRC_WINDOW_MS = 10 * 60_000;
export const DROPS_WINDOW_MS = 3_600_000;
/** A reboot is shown so long. */
export const REBOOT_SHOWN_MS = 3_600_000;

interface Rule {
  readonly severity: Severity;
  readonly raiseAfterMs: number | ((readings: Readings) => number);
  readonly clearAfterMs: number;
  /** After the fault, and after its end; with the settings' own defaults. */
  readonly appearsWithinMs: number;
  readonly clearsWithinMs: number;
  /** @returns undefined: nothing can be said of any subject. */
  readonly judge: (readings: Readings) => readonly Finding[] | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The gravest first. */
export const RULES: Readonly<Record<AlarmId, Rule>> = {
  forwarderSilent: {
    severity: "critical",
    raiseAfterMs: MINUTE_MS,
    clearAfterMs: MINUTE_MS,
    // Three periods of 30 s that count as alive, the minute, a look.
    appearsWithinMs: 3 * MINUTE_MS,
    clearsWithinMs: 2 * MINUTE_MS,
    judge: judgeForwarders,
  },
  journalFailing: {
    severity: "critical",
    raiseAfterMs: 30_000,
    clearAfterMs: MINUTE_MS,
    // After the first write that fails: what nobody writes to fails unseen, five minutes at most (the stamp).
    appearsWithinMs: MINUTE_MS,
    // The disk is tried again each minute.
    clearsWithinMs: 3 * MINUTE_MS,
    judge: ({ journal: { failing, full, storedFrames } }) => [
      {
        verdict: failing !== undefined || full ? "bad" : "good",
        evidence: { reason: failing ?? "full", storedFrames },
      },
    ],
  },
  coreUnreachable: {
    severity: "warning",
    raiseAfterMs: ({ limits }) => limits.coreUnreachableAfterMs,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: 3 * MINUTE_MS,
    // An attempt that hangs as the road comes back, retry_max, and the minute in which it must hold.
    clearsWithinMs: 3 * MINUTE_MS,
    judge: ({ cores }) => cores.map(judgeReach),
  },
  coreRefusing: {
    severity: "warning",
    raiseAfterMs: 0,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: MINUTE_MS,
    // Some refusals are known to be over only when the connection has held for a while.
    clearsWithinMs: 15 * MINUTE_MS,
    judge: ({ cores }) => cores.map((core) => judgeLink(core, "coreRefusing")),
  },
  coreNoSubscriber: {
    severity: "critical",
    raiseAfterMs: 30_000,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: MINUTE_MS,
    clearsWithinMs: 2 * MINUTE_MS,
    judge: ({ cores }) => cores.map((core) => judgeLink(core, "coreNoSubscriber")),
  },
  clientTakenOver: {
    severity: "critical",
    raiseAfterMs: 0,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: MINUTE_MS,
    clearsWithinMs: 20 * MINUTE_MS,
    judge: ({ cores }) => cores.map((core) => judgeLink(core, "clientTakenOver")),
  },
  onBattery: {
    severity: "critical",
    raiseAfterMs: 0,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: 2 * MINUTE_MS,
    clearsWithinMs: 3 * MINUTE_MS,
    judge: judgePower,
  },
  journalThinning: {
    severity: "critical",
    raiseAfterMs: 0,
    clearAfterMs: 0,
    appearsWithinMs: MINUTE_MS,
    clearsWithinMs: DROPS_WINDOW_MS + MINUTE_MS,
    judge: ({ dropped }) => {
      const lost = Object.entries(dropped).filter(
        ([reason, frames]) => reason !== "joinExpired" && frames > 0,
      );
      return [{ verdict: lost.length > 0 ? "bad" : "good", evidence: Object.fromEntries(lost) }];
    },
  },
  journalFilling: {
    severity: "warning",
    raiseAfterMs: MINUTE_MS,
    clearAfterMs: MINUTE_MS,
    appearsWithinMs: 2 * MINUTE_MS,
    clearsWithinMs: 2 * MINUTE_MS,
    judge: judgeFilling,
  },
  credentialsExpiring: {
    severity: "info",
    raiseAfterMs: 0,
    clearAfterMs: 0,
    appearsWithinMs: CREDENTIALS_EVERY_MS + MINUTE_MS,
    clearsWithinMs: CREDENTIALS_EVERY_MS + MINUTE_MS,
    judge: judgeCredentials,
  },
  fewerFrames: {
    severity: "warning",
    raiseAfterMs: 0,
    clearAfterMs: 0,
    // From twenty frames an hour on; with fewer as many hours as bring twenty, a day at most.
    appearsWithinMs: 2 * HOUR_MS + MINUTE_MS,
    clearsWithinMs: 2 * HOUR_MS + MINUTE_MS,
    judge: ({ hours }) => {
      if (hours.verdict === "unknown") return undefined;
      const { verdict, heard, expected, hours: overHours } = hours;
      return [{ verdict, evidence: { heard, expected: Math.round(expected), overHours } }];
    },
  },
  crcStorm: {
    severity: "warning",
    raiseAfterMs: 2 * MINUTE_MS,
    clearAfterMs: 5 * MINUTE_MS,
    appearsWithinMs: CRC_WINDOW_MS + 3 * MINUTE_MS,
    clearsWithinMs: CRC_WINDOW_MS + 6 * MINUTE_MS,
    judge: judgeCrc,
  },
  ackLate: {
    severity: "warning",
    raiseAfterMs: 2 * MINUTE_MS,
    clearAfterMs: 2 * MINUTE_MS,
    appearsWithinMs: 8 * MINUTE_MS,
    clearsWithinMs: 8 * MINUTE_MS,
    judge: judgeAcks,
  },
  temperature: {
    severity: "warning",
    raiseAfterMs: 2 * MINUTE_MS,
    clearAfterMs: 5 * MINUTE_MS,
    appearsWithinMs: 4 * MINUTE_MS,
    clearsWithinMs: 7 * MINUTE_MS,
    judge: judgeTemperatures,
  },
  clockWrong: {
    severity: "warning",
    raiseAfterMs: 15 * MINUTE_MS,
    clearAfterMs: 5 * MINUTE_MS,
    // A source's last word holds for an hour (south/clock-state.ts); a jump is seen at once.
    appearsWithinMs: HOUR_MS + 20 * MINUTE_MS,
    clearsWithinMs: 25 * MINUTE_MS,
    judge: judgeClock,
  },
  gnssLost: {
    severity: "warning",
    raiseAfterMs: 10 * MINUTE_MS,
    clearAfterMs: 2 * MINUTE_MS,
    // Three bursts, a minute apart, before field/gnss-view.ts says so.
    appearsWithinMs: 15 * MINUTE_MS,
    // A port that was gone is looked for every quarter of an hour in the end.
    clearsWithinMs: 20 * MINUTE_MS,
    judge: judgeGnss,
  },
  dutyCycleNear: {
    severity: "warning",
    raiseAfterMs: 0,
    clearAfterMs: 5 * MINUTE_MS,
    appearsWithinMs: MINUTE_MS,
    clearsWithinMs: HOUR_MS + 7 * MINUTE_MS,
    judge: judgeDutyCycle,
  },
  deviceSilent: {
    severity: "info",
    raiseAfterMs: 0,
    clearAfterMs: 10 * MINUTE_MS,
    // A day of listening, and three of its usual intervals, before records/devices.ts says so.
    appearsWithinMs: DAY_MS + 2 * MINUTE_MS,
    clearsWithinMs: 12 * MINUTE_MS,
    judge: ({ devices }) =>
      devices && [
        {
          verdict: devices.silent > 0 ? "bad" : "good",
          evidence: { silent: devices.silent, known: devices.known, first: devices.first.join(" ") },
        },
      ],
  },
  reboot: {
    severity: "info",
    raiseAfterMs: 0,
    clearAfterMs: 0,
    appearsWithinMs: MINUTE_MS,
    clearsWithinMs: REBOOT_SHOWN_MS + MINUTE_MS,
    judge: ({ rebootedFrom, uptimeMs }) => [
      {
        verdict: rebootedFrom !== undefined && uptimeMs < REBOOT_SHOWN_MS ? "bad" : "good",
        evidence: { bootBefore: rebootedFrom ?? "" },
      },
    ],
  },
};

/** Within what time an alarm appears after its fault, and goes after its end, with default settings. */
export const ALARM_TIMES = Object.fromEntries(
  Object.entries(RULES).map(([id, { appearsWithinMs, clearsWithinMs }]) => [
    id,
    { appearsWithinMs, clearsWithinMs },
  ]),
) as Readonly<Record<AlarmId, { readonly appearsWithinMs: number; readonly clearsWithinMs: number }>>;

const IDS = Object.keys(RULES) as AlarmId[];

/** @returns what every rule finds, in the order of the table. */
export function judge(readings: Readings): Found[] {
  return IDS.map((id) => {
    const { severity, raiseAfterMs, clearAfterMs, judge: judgeOne } = RULES[id];
    return {
      id,
      severity,
      raiseAfterMs: typeof raiseAfterMs === "function" ? raiseAfterMs(readings) : raiseAfterMs,
      clearAfterMs,
      findings: judgeOne(readings),
    };
  });
}
