/**
 * From readings to findings, one function an alarm, with the figures that show it. Between the two limits of an alarm
 * it says "between": what stands stays. How long a finding must last: rules.ts, where the shortest judge as well. Pure.
 */
import type { AlarmId, Severity } from "./alarm.ts";
import type { Finding } from "./engine.ts";
import type { CoreReading, Readings } from "./readings.ts";

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

// ---------------------------------------------------------------------------------------- south of us

export function judgeForwarders({ forwarders, uptimeMs }: Readings): Finding[] {
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

export function judgeCrc({ forwarders, limits }: Readings): Finding[] {
  return forwarders.map(({ gatewayEui, crcBad, received }) => {
    const percent = received === 0 ? 0 : (100 * crcBad) / received;
    const evidence = { crcBad, received, crcBadPercent: Math.round(percent) };
    const isBad = crcBad >= CRC_BAD_MIN && percent >= limits.crcBadPercent;
    const isGood = crcBad < CRC_BAD_MIN / 2 || percent < limits.crcBadPercent - CRC_CLEAR_BY_PERCENT;
    return { subject: gatewayEui, verdict: verdictOf(isBad, isGood), evidence };
  });
}

/** Without PUSH_ACKs nothing is late: the few of a quiet gateway are judged when they come. */
export function judgeAcks({ forwarders, commitIntervalMs }: Readings): Finding[] {
  return forwarders.map(({ gatewayEui, acks, ackP95Ms }) => {
    const limitMs = commitIntervalMs + ACK_SLACK_MS;
    const isBad = acks >= ACKS_MIN && ackP95Ms !== undefined && ackP95Ms > limitMs;
    const isGood = ackP95Ms === undefined || ackP95Ms <= limitMs;
    const evidence = { ackP95Ms: Math.round(ackP95Ms ?? 0), limitMs, acks };
    return { subject: gatewayEui, verdict: verdictOf(isBad, isGood), evidence };
  });
}

export function judgeDutyCycle({ subBands, limits }: Readings): Finding[] {
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

export function judgeReach({ coreId, state, downMs, lastError, linkAlarms, maxAgeMs }: CoreReading): Finding {
  if (state === "unknown") return { subject: coreId, verdict: "unknown" };
  const isUnanswered = linkAlarms.includes("unanswered");
  const evidence = { downS: secondsOf(downMs), error: lastError ?? (isUnanswered ? "unanswered" : "") };
  // Half way to the first frame that is given up.
  const severity = downMs >= maxAgeMs / 2 ? "critical" : "warning";
  return { subject: coreId, verdict: state === "down" ? "bad" : "good", severity, evidence };
}

export function judgeLink({ coreId, linkAlarms, lastError }: CoreReading, id: AlarmId): Finding {
  const mine = linkAlarms.filter((name) => (LINK_ALARMS as Record<string, AlarmId>)[name] === id);
  const stopsFrames = mine.some((name) => STOPS_FRAMES.includes(name));
  return {
    subject: coreId,
    verdict: mine.length > 0 ? "bad" : "good",
    ...(stopsFrames ? { severity: "critical" as const } : {}),
    evidence: { link: mine.join(" "), ...(lastError === undefined ? {} : { error: lastError }) },
  };
}

export function judgeCredentials({ credentials, wallMs, clock }: Readings): Finding[] | undefined {
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

export function judgeFilling({ journal, journalMaxOctets, limits }: Readings): Finding[] {
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

export function judgeClock({ clock, gnss }: Readings): Finding[] {
  const apartMs = gnss?.state === "fix" ? (gnss.clockAheadMs ?? 0) : 0;
  const isBad = clock.state === "unsynchronised" || Math.abs(apartMs) > APART_MS;
  const evidence: Record<string, number | string> = { source: clock.source };
  if (clock.offsetMs !== undefined) evidence.offsetMs = Math.round(clock.offsetMs);
  if (clock.lastJumpMs !== undefined) evidence.lastJumpMs = Math.round(clock.lastJumpMs);
  if (apartMs !== 0) evidence.aheadOfGnssMs = apartMs;
  return [{ verdict: isBad ? "bad" : "good", evidence }];
}

export function judgeGnss({ gnss }: Readings): Finding[] | undefined {
  if (gnss === undefined) return [];
  // searching: it never had a fix; a receiver under a roof is no fault that comes and goes.
  if (gnss.state === "starting" || gnss.state === "searching") return undefined;
  const evidence = { state: gnss.state, forS: secondsOf(gnss.forMs), reason: gnss.reason ?? "" };
  return [{ verdict: gnss.state === "fix" ? "good" : "bad", evidence }];
}

export function judgePower({ power }: Readings): Finding[] | undefined {
  if (power === undefined || power.state === "unwatched") return [];
  if (power.state === "unknown") return undefined;
  const { supplyV, backupV } = power;
  const evidence = {
    ...(supplyV === undefined ? {} : { supplyV }),
    ...(backupV === undefined ? {} : { backupV }),
  };
  return [{ verdict: power.state === "battery" ? "bad" : "good", evidence }];
}

export function judgeTemperatures({ temperatures, forwarders, limits }: Readings): Finding[] | undefined {
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
