/** The gateway's health as lines of `edge-agent status`. What is known of it: agent/health/. */
import type { AgentStatus } from "../control/answers.ts";
import type { MaintenanceFlag } from "../health/availability/maintenance.ts";
import type { Outage } from "../health/availability/outages.ts";
import type { HealthView } from "../health/health.ts";
import { isTextKey, type Translate } from "../text/text.ts";
import { makeWords, span, table, type Words } from "./words.ts";

type Section = readonly [name: string, lines: readonly string[]];

const SEVERITIES = {
  critical: "health.critical",
  warning: "health.warning",
  info: "health.info",
} as const;
const STATES = { up: "health.up", down: "health.isDown", unknown: "health.unknown" } as const;
const SUBJECTS = { gateway: "health.gateway", forwarder: "health.forwarder" } as const;
const OUTAGES = {
  gatewayOff: "outage.gatewayOff",
  powerCut: "outage.powerCut",
  restart: "outage.restart",
  forwarderSilent: "outage.forwarderSilent",
} as const;
/** The latest; all are in the JSON. */
const OUTAGES_SHOWN = 5;
/** A sub-band that is used less is not shown. */
const DUTY_SHARE_MIN = 0.01;

/** What must be seen first. An agent of an older version has none: the command may be the newer of the two. */
export function alarmSection({ health, ...status }: AgentStatus, t: Translate): Section {
  const nowMs = status.startedWallMs + status.uptimeMs;
  if (health === undefined) return ["", []];
  const { alarms, maintenance } = health;
  const lines = alarms.flatMap(({ id, subject, severity, sinceWallMs, evidence }) => {
    const figures = Object.entries(evidence).map(([name, value]) => `${name} ${value}`);
    return [
      t("health.alarm", {
        severity: t(SEVERITIES[severity]),
        age: span(Math.max(0, nowMs - sinceWallMs)),
        what: said(`alarm.${id}`, t) ?? id,
        code: id,
        subject: subject === undefined ? "" : ` ${subject}`,
      }),
      ...(figures.length === 0 ? [] : [`  ${figures.join(", ")}`]),
      `  → ${said(`alarmTodo.${id}`, t) ?? ""}`,
    ];
  });
  if (maintenance !== undefined) {
    lines.push(sayMaintenance(maintenance, t));
  }
  return [t("health.alarms"), lines.length === 0 ? [t("health.noAlarm")] : lines];
}

/** Planned maintenance in a line, with its reason where one was given. */
export function sayMaintenance({ untilWallMs, reason, by }: MaintenanceFlag, t: Translate): string {
  const until = makeWords(t).moment(untilWallMs);
  return reason === ""
    ? t("health.maintenanceBare", { until, by })
    : t("health.maintenance", { until, reason, by });
}

export function healthSections(status: AgentStatus, t: Translate): readonly Section[] {
  const { health, care } = status;
  if (health === undefined) return [];
  const words = makeWords(t);
  return [
    [t("health.availability"), availabilityLines(health, t, words)],
    [t("health.outages"), outageLines(health, t, words)],
    [t("health.radio"), radioLines(status, t, words)],
    [t("health.devices"), deviceLines(health, t, words)],
    [t("health.backhaul"), trafficLines(health, t, words)],
    [t("health.care"), careLines(care, t)],
  ];
}

function said(key: string, t: Translate): string | undefined {
  return isTextKey(key) ? t.say({ key, params: {} }) : undefined;
}

function availabilityLines({ availability }: HealthView, t: Translate, words: Words): string[] {
  const { subjects, isDated } = availability;
  if (subjects.length === 0) return [];
  const heads = [
    "health.subject",
    "health.day",
    "health.month",
    "health.year",
    "health.down",
    "health.now",
  ] as const;
  const rows = subjects.map((subject) => [
    saySubject(subject, t),
    sayAvailability(subject.day, words),
    sayAvailability(subject.month, words),
    sayAvailability(subject.year, words),
    t.say(span(subject.month.downMs)),
    t(STATES[subject.state]),
  ]);
  const lines = table([heads.map((key) => t(key)), ...rows], [false, true, true, true, true, false]);
  return isDated ? lines : [...lines, t("health.undated")];
}

type Subject = HealthView["availability"]["subjects"][number];

export function saySubject({ kind, coreId = "?" }: Pick<Subject, "kind" | "coreId">, t: Translate): string {
  return kind === "core" ? t("health.core", { id: coreId }) : t(SUBJECTS[kind]);
}

/** Rounded down: 99.9699 % is not the 99.97 % that were promised. */
export function sayAvailability({ availability }: Subject["day"], words: Words): string {
  if (availability === undefined) return "-";
  return `${words.fixed(Math.floor(availability * 1e5 + 1e-6) / 1e3, 3)} %`;
}

/** One line each, of the latest. */
export function outageLines({ outages }: Pick<HealthView, "outages">, t: Translate, words: Words): string[] {
  return outages.slice(-OUTAGES_SHOWN).map((outage) => {
    const { fromWallMs, toWallMs, isPlanned } = outage;
    const what = kindOf(outage, t);
    const kind = isPlanned ? t("outage.planned", { kind: what }) : what;
    const from = words.moment(fromWallMs);
    return toWallMs === undefined
      ? t("health.outageLasts", { from, kind })
      : t("health.outage", { from, length: span(Math.max(0, toWallMs - fromWallMs)), kind });
  });
}

function kindOf({ kind, coreId = "?", isCrash }: Outage, t: Translate): string {
  if (kind === "backhaulDown") return t("outage.backhaulDown", { core: coreId });
  return t(kind === "restart" && isCrash ? "outage.crash" : OUTAGES[kind]);
}

function radioLines({ health, forwarders, dutyCycle }: AgentStatus, t: Translate, words: Words): string[] {
  const lines: string[] = [];
  for (const { gatewayEui: gateway, crc } of health.records.radio) {
    const { ok, bad, none } = crc;
    const share = words.figure((100 * bad) / Math.max(1, ok + bad + none), 1);
    lines.push(
      t("health.received", {
        gateway,
        ok: words.count(ok),
        bad: words.count(bad),
        none: words.count(none),
        share,
      }),
    );
  }
  for (const { gatewayEui: gateway, received, emitted } of health.records.transmissions) {
    if (received === 0) continue;
    lines.push(t("health.sent", { gateway, received: words.count(received), emitted: words.count(emitted) }));
  }
  for (const { ackLatency } of forwarders) {
    const { smoothedMs, longestMs } = ackLatency;
    if (smoothedMs === undefined) continue;
    lines.push(
      t("health.ack", { smoothed: words.figure(smoothedMs, 0), longest: words.figure(longestMs, 0) }),
    );
  }
  for (const { subBand, airtimeUs, limitUs } of dutyCycle.flatMap(({ subBands }) => subBands)) {
    if (limitUs === 0 || airtimeUs / limitUs < DUTY_SHARE_MIN) continue;
    lines.push(t("health.subBand", { band: subBand, used: words.figure((100 * airtimeUs) / limitUs, 0) }));
  }
  return lines;
}

function deviceLines({ records }: HealthView, t: Translate, words: Words): string[] {
  return records.devices
    .filter(({ known }) => known > 0)
    .flatMap(({ heardIn24h, heardIn14Days, newIn24h, silent, missing, heard, expected }) => [
      t("health.devicesSeen", {
        day: words.count(heardIn24h),
        fortnight: words.count(heardIn14Days),
        fresh: words.count(newIn24h),
        silent: words.count(silent),
        missing: words.count(missing),
      }),
      ...(expected === 0
        ? []
        : [
            t("health.devicesLost", {
              lost: words.count(expected - heard),
              expected: words.count(expected),
              share: words.figure((100 * (expected - heard)) / expected, 1),
            }),
          ]),
    ]);
}

function trafficLines({ records }: HealthView, t: Translate, words: Words): string[] {
  const { month } = records.traffic;
  if (month === undefined) return [];
  const { projectedOctets } = month;
  return [
    t("health.traffic", {
      month: month.month,
      sent: words.size(month.sentOctets),
      received: words.size(month.receivedOctets),
    }),
    ...(projectedOctets === undefined
      ? []
      : [t("health.projected", { octets: words.size(projectedOctets) })]),
  ];
}

function careLines({ forwarder, power }: AgentStatus["care"], t: Translate): string[] {
  const lines: string[] = [];
  if (forwarder.restarts.length > 0) {
    lines.push(t("health.restarts", { times: forwarder.restarts.length, most: forwarder.perDayMax }));
  }
  if (power.state === "battery") lines.push(t("health.onBattery", { age: span(power.forMs ?? 0) }));
  return lines;
}
