/**
 * The rules: when each alarm is raised and cleared, and how grave it is. One function a rule, from readings to findings;
 * how long a finding must last is in the table below, and kept by engine.ts. Pure.
 *
 * Between its two limits a rule says "between": what stands stays. The table says as well within what time an alarm
 * appears after its fault, and goes after its end; tests hold it to that.
 */
import type { AlarmId, Severity } from "./alarm.ts";
import type { Finding, Found } from "./engine.ts";
import type { CoreReading, Readings } from "./readings.ts";

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

/** A forwarder that the run before has heard may take so long to come. */
const FORWARDER_PATIENCE_MS = 180_000;
/** Fewer bad frames in the window are weather. */
const CRC_BAD_MIN = 100;
const CRC_CLEAR_BY_PERCENT = 15;
/** GNSS and wall clock apart: more than a receiver is late. */
const APART_MS = 2_000;
const DAY_MS = 86_400_000;
const CREDENTIAL_DAYS: readonly (readonly [number, Severity])[] = [
  [1, "critical"],
  [7, "warning"],
  [30, "info"],
];
const FILLING_CLEARS_BY_PERCENT = 10;
/** PUSH_ACKs later than the commit interval by more than this. */
export const ACK_SLACK_MS = 500;
const ACKS_MIN = 5;
const TEMPERATURE_CLEARS_BY_C = 5;
const DUTY_CYCLE_CLEARS_BY_PERCENT = 20;

/** What the links' own alarms (north/) mean here. */
export const LINK_ALARMS = {
  noSubscriber: "coreNoSubscriber",
  takenOver: "clientTakenOver",
  oftenClosed: "clientTakenOver",
  credentialsRefused: "coreRefusing",
  credentialsUnreadable: "coreRefusing",
  uplinkRefused: "coreRefusing",
  closedAtOnce: "coreRefusing",
  pushUnanswered: "coreRefusing",
  subscriptionRefused: "coreRefusing",
  stateRefused: "coreRefusing",
  reportRefused: "coreRefusing",
  willRefused: "coreRefusing",
  pullUnanswered: "coreRefusing",
  ownNamespaceSuspended: "coreRefusing",
  unanswered: "coreUnreachable",
} as const satisfies Record<string, AlarmId>;
/** Of those that are refusals: no frame gets through. */
const STOPS_FRAMES: readonly string[] = [
  "credentialsRefused",
  "credentialsUnreadable",
  "uplinkRefused",
  "closedAtOnce",
  "pushUnanswered",
];

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

// ---------------------------------------------------------------------------------------- south of us

function judgeForwarders({ forwarders, uptimeMs }: Readings): Finding[] {
  return forwarders.map(({ gatewayEui, alive, pullDataAgeMs }) => {
    if (alive) return { subject: gatewayEui, verdict: "good" };
    if (pullDataAgeMs === undefined && uptimeMs < FORWARDER_PATIENCE_MS)
      return { subject: gatewayEui, verdict: "unknown" };
    return {
      subject: gatewayEui,
      verdict: "bad",
      evidence: { silentS: secondsOf(pullDataAgeMs ?? uptimeMs) },
    };
  });
}

function judgeCrc({ forwarders, limits }: Readings): Finding[] {
  return forwarders.map(({ gatewayEui, crcBad, received }) => {
    const percent = received === 0 ? 0 : (100 * crcBad) / received;
    const evidence = { crcBad, received, crcBadPercent: Math.round(percent) };
    const isBad = crcBad >= CRC_BAD_MIN && percent >= limits.crcBadPercent;
    const isGood = crcBad < CRC_BAD_MIN / 2 || percent < limits.crcBadPercent - CRC_CLEAR_BY_PERCENT;
    return { subject: gatewayEui, verdict: verdictOf(isBad, isGood), evidence };
  });
}

/** Without PUSH_ACKs nothing is late: the few of a quiet gateway are judged when they come. */
function judgeAcks({ forwarders, commitIntervalMs }: Readings): Finding[] {
  return forwarders.map(({ gatewayEui, acks, ackP95Ms }) => {
    const limitMs = commitIntervalMs + ACK_SLACK_MS;
    const isBad = acks >= ACKS_MIN && ackP95Ms !== undefined && ackP95Ms > limitMs;
    const isGood = ackP95Ms === undefined || ackP95Ms <= limitMs;
    const evidence = { ackP95Ms: Math.round(ackP95Ms ?? 0), limitMs, acks };
    return { subject: gatewayEui, verdict: verdictOf(isBad, isGood), evidence };
  });
}

function judgeDutyCycle({ subBands, limits }: Readings): Finding[] {
  return subBands.map(({ gatewayEui, subBand, airtimeUs, limitUs }) => {
    // Outside all sub-bands nothing is allowed.
    const percent = limitUs === 0 ? (airtimeUs > 0 ? 100 : 0) : (100 * airtimeUs) / limitUs;
    return {
      subject: `${gatewayEui}/${subBand}`,
      verdict: verdictOf(
        percent >= limits.dutyCyclePercent,
        percent < limits.dutyCyclePercent - DUTY_CYCLE_CLEARS_BY_PERCENT,
      ),
      evidence: {
        usedPercent: Math.round(percent),
        airtimeMs: Math.round(airtimeUs / 1_000),
        limitMs: Math.round(limitUs / 1_000),
      },
    };
  });
}

// ---------------------------------------------------------------------------------------- north of us

function judgeReach({ coreId, state, downMs, lastError, linkAlarms, maxAgeMs }: CoreReading): Finding {
  if (state === "unknown") return { subject: coreId, verdict: "unknown" };
  const isUnanswered = linkAlarms.includes("unanswered");
  const evidence = { downS: secondsOf(downMs), error: lastError ?? (isUnanswered ? "unanswered" : "") };
  // Half way to the first frame that is given up.
  const severity = downMs >= maxAgeMs / 2 ? "critical" : "warning";
  return { subject: coreId, verdict: state === "down" ? "bad" : "good", severity, evidence };
}

function judgeLink({ coreId, linkAlarms, lastError }: CoreReading, id: AlarmId): Finding {
  const mine = linkAlarms.filter((name) => (LINK_ALARMS as Record<string, AlarmId>)[name] === id);
  const stopsFrames = mine.some((name) => STOPS_FRAMES.includes(name));
  return {
    subject: coreId,
    verdict: mine.length > 0 ? "bad" : "good",
    ...(stopsFrames ? { severity: "critical" as const } : {}),
    evidence: { link: mine.join(" "), ...(lastError === undefined ? {} : { error: lastError }) },
  };
}

function judgeCredentials({ credentials, wallMs, clock }: Readings): Finding[] | undefined {
  if (credentials === undefined || clock.state === "unsynchronised") return undefined;
  return credentials.map(({ subject, path, endsWallMs }) => {
    const leftDays = (endsWallMs - wallMs) / DAY_MS;
    const severity = CREDENTIAL_DAYS.find(([days]) => leftDays <= days)?.[1];
    const evidence = {
      leftDays: Math.floor(leftDays),
      ends: new Date(endsWallMs).toISOString(),
      path,
    };
    return severity === undefined
      ? { subject, verdict: "good" }
      : { subject, verdict: "bad", severity, evidence };
  });
}

// -------------------------------------------------------------------------------------- here, on the box

function judgeFilling({ journal, journalMaxOctets, limits }: Readings): Finding[] {
  const percent = (100 * journal.storedOctets) / journalMaxOctets;
  const isBad = percent >= limits.journalFillingPercent;
  const isGood = percent < limits.journalFillingPercent - FILLING_CLEARS_BY_PERCENT;
  const evidence = {
    usedPercent: Math.round(percent),
    storedOctets: journal.storedOctets,
    storedFrames: journal.storedFrames,
  };
  return [{ verdict: verdictOf(isBad, isGood), evidence }];
}

function judgeClock({ clock, gnss }: Readings): Finding[] {
  const apartMs = gnss?.state === "fix" ? (gnss.clockAheadMs ?? 0) : 0;
  const isBad = clock.state === "unsynchronised" || Math.abs(apartMs) > APART_MS;
  const evidence: Record<string, number | string> = { source: clock.source };
  if (clock.offsetMs !== undefined) evidence.offsetMs = Math.round(clock.offsetMs);
  if (clock.lastJumpMs !== undefined) evidence.lastJumpMs = Math.round(clock.lastJumpMs);
  if (apartMs !== 0) evidence.aheadOfGnssMs = apartMs;
  return [{ verdict: isBad ? "bad" : "good", evidence }];
}

function judgeGnss({ gnss }: Readings): Finding[] | undefined {
  if (gnss === undefined) return [];
  // searching: it never had a fix; a receiver under a roof is no fault that comes and goes.
  if (gnss.state === "starting" || gnss.state === "searching") return undefined;
  const evidence = { state: gnss.state, forS: secondsOf(gnss.forMs), reason: gnss.reason ?? "" };
  return [{ verdict: gnss.state === "fix" ? "good" : "bad", evidence }];
}

function judgePower({ power }: Readings): Finding[] | undefined {
  if (power === undefined || power.state === "unwatched") return [];
  if (power.state === "unknown") return undefined;
  const { supplyV, backupV } = power;
  const evidence = {
    ...(supplyV === undefined ? {} : { supplyV }),
    ...(backupV === undefined ? {} : { backupV }),
  };
  return [{ verdict: power.state === "battery" ? "bad" : "good", evidence }];
}

function judgeTemperatures({ temperatures, forwarders, limits }: Readings): Finding[] | undefined {
  if (temperatures === undefined) return undefined;
  const told = forwarders.flatMap(({ gatewayEui, temperatureC }) =>
    temperatureC === undefined ? [] : [{ name: gatewayEui, value: temperatureC }],
  );
  return [...temperatures, ...told].map(({ name, value }) => ({
    subject: name,
    verdict: verdictOf(
      value >= limits.temperatureMaxC,
      value < limits.temperatureMaxC - TEMPERATURE_CLEARS_BY_C,
    ),
    evidence: { temperatureC: value, limitC: limits.temperatureMaxC },
  }));
}

function verdictOf(isBad: boolean, isGood: boolean): Finding["verdict"] {
  if (isBad) return "bad";
  return isGood ? "good" : "between";
}

function secondsOf(ms: number): number {
  return Math.round(ms / 1_000);
}
