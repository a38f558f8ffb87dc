/**
 * Composes the health report of a gateway: what is recorded, in the shape of message.ts. When it is sent, and to whom:
 * reporter.ts.
 *
 * Pure: every figure comes from a record that somebody else keeps, and none is made up here.
 */
import type { ProfileInUse } from "../../config/profile-defaults.ts";
import type { SubBandLoad } from "../../downlink/duty-cycle.ts";
import type { FieldStatus } from "../../field/field.ts";
import type { JournalStats } from "../../journal/journal.ts";
import type { RouteStatus } from "../../north/routes.ts";
import type { ClockView } from "../../south/clock-state.ts";
import type { ForwarderStatus } from "../../south/sessions.ts";
import type { HealthView } from "../health.ts";
import type { DeviceView } from "../records/view.ts";
import { compact, roundedOr, seconds, secondsOr, utcText, writeWithin } from "./compact.ts";
import { coreOf, journalOf } from "./custody-parts.ts";
import { devicesOf, gapsOf, newOnesOf, silentOnesOf } from "./device-parts.ts";
import { availabilityOf, backhaulOf, gnssOf, hottestOf, systemOf, trafficOf } from "./gateway-parts.ts";
import {
  type AlarmCounts,
  type DroppablePart,
  FULL_OCTETS_MAX,
  type HealthReport,
  INTERVAL_USUAL_S,
  SMALL_OCTETS_MAX,
  VERSION,
} from "./message.ts";
import { dutyCycleOf, rxOf } from "./radio-parts.ts";

/** What a report is made of: the agent's status, and what is known beside it. */
export interface ReportSource {
  readonly version: string;
  readonly software: Software;
  readonly profile?: ProfileInUse | undefined;
  readonly uptimeMs: number;
  readonly clock: ClockView & { readonly kernelBootId: string };
  readonly forwarders: readonly ForwarderStatus[];
  readonly cores: readonly RouteStatus[];
  readonly journal: JournalStats;
  readonly dutyCycle: readonly { readonly gatewayEui: string; readonly subBands: readonly SubBandLoad[] }[];
  readonly field: FieldStatus;
  readonly health: HealthView;
}

/** What the agent runs on, as far as it is known. */
export interface Software {
  readonly node?: string | undefined;
  readonly kernel?: string | undefined;
}

export interface ReportMoment {
  readonly gatewayEui: string;
  readonly wallMs: number;
  /** Between two small reports; undefined: nobody sends them by themselves. */
  readonly intervalMs?: number | undefined;
  /** Stored frames of this gateway that this core has not taken. */
  readonly leftOf: (coreId: string) => number;
  /** Names of voltages that go first: the supply's, by the settings. */
  readonly voltagesFirst?: readonly string[] | undefined;
  /** What the reports themselves cost a month. */
  readonly reportsOctets?: number | undefined;
}

export interface FullMoment extends ReportMoment {
  readonly devices: readonly DeviceView[];
}

/** What may go when a report is too long for its budget, the least missed first. */
const SMALL_DROPS: readonly DroppablePart[] = ["rx", "system", "backhaul", "cores"];
const FULL_DROPS: readonly DroppablePart[] = [
  "newDevices",
  "gapDevices",
  "silentDevices",
  "availability",
  "gnss",
  "rx",
  "tx",
  "system",
  "backhaul",
  "cores",
];

/** @returns JSON of SMALL_OCTETS_MAX at most. */
export function writeSmall(source: ReportSource, moment: ReportMoment): Buffer {
  return writeWithin(smallReport(source, moment), SMALL_DROPS, SMALL_OCTETS_MAX);
}

/** @returns JSON of FULL_OCTETS_MAX at most. */
export function writeFull(source: ReportSource, moment: FullMoment): Buffer {
  return writeWithin(fullReport(source, moment), FULL_DROPS, FULL_OCTETS_MAX);
}

function smallReport(source: ReportSource, moment: ReportMoment): HealthReport {
  const { gatewayEui, leftOf } = moment;
  const { clock, field } = source;
  const forwarder = source.forwarders.find((one) => one.gatewayEui === gatewayEui);
  const radio = source.health.records.radio.find((one) => one.gatewayEui === gatewayEui);
  return compact<HealthReport>({
    ...headOf("small", source, moment),
    clock: { state: clock.state },
    forwarder:
      forwarder &&
      compact({
        alive: forwarder.alive,
        pullAgeS: secondsOr(forwarder.pullDataAgeMs),
        ackMs: roundedOr(forwarder.ackLatency.smoothedMs),
      }),
    rx: radio && { crc: [radio.crc.ok, radio.crc.bad, radio.crc.none] },
    journal: smallJournalOf(source.journal, moment.wallMs),
    cores: source.cores
      .filter((core) => core.gatewayEui === gatewayEui)
      .map((core) => {
        const { id, up, sinceS, roundTripMs, left, leftS } = coreOf(
          core,
          source.health.records,
          leftOf(core.id),
          moment.wallMs,
        );
        return compact({ id, up, sinceS, roundTripMs, left, leftS });
      }),
    backhaul: backhaulOf(field, "small"),
    system: hottestOf(field.system),
    alarms: countsOf(source.health),
  });
}

function fullReport(source: ReportSource, moment: FullMoment): HealthReport {
  const { gatewayEui, devices, leftOf, wallMs } = moment;
  const { clock, field, profile, software } = source;
  const { records } = source.health;
  const mine = devices.filter((device) => device.gatewayEui === gatewayEui);
  const forwarder = source.forwarders.find((one) => one.gatewayEui === gatewayEui);
  const radio = records.radio.find((one) => one.gatewayEui === gatewayEui);
  const tx = records.transmissions.find((one) => one.gatewayEui === gatewayEui);
  return compact<HealthReport>({
    ...headOf("full", source, moment),
    versions: compact({
      agent: source.version,
      ...software,
      firmware: field.system?.firmware,
      profile: profile?.name,
    }),
    clock: compact({
      state: clock.state,
      source: clock.source,
      offsetMs: roundedOr(clock.offsetMs),
      lastJumpMs: roundedOr(clock.lastJumpMs),
    }),
    forwarder: forwarder && forwarderOf(forwarder),
    rx: radio && rxOf(radio),
    tx:
      tx &&
      compact({
        commands: tx.received,
        emitted: tx.emitted,
        byStatus: tx.byStatus as Record<string, number>,
        dutyCycle: dutyCycleOf(source.dutyCycle.find((one) => one.gatewayEui === gatewayEui)?.subBands ?? []),
      }),
    journal: journalOf(source.journal, records.journal, wallMs),
    cores: source.cores
      .filter((core) => core.gatewayEui === gatewayEui)
      .map((core) => coreOf(core, records, leftOf(core.id), wallMs)),
    backhaul: backhaulOf(field, "full"),
    gnss: field.gnss && gnssOf(field.gnss),
    system: field.system && systemOf(field.system, moment.voltagesFirst),
    devices: devicesOf(records.devices.find((one) => one.gatewayEui === gatewayEui)),
    silentDevices: silentOnesOf(mine),
    newDevices: newOnesOf(mine),
    gapDevices: gapsOf(mine),
    availability: availabilityOf(source.health.availability),
    traffic: trafficOf(records.traffic, moment.reportsOctets),
    alarms: countsOf(source.health),
  });
}

function headOf(
  kind: HealthReport["kind"],
  { clock, uptimeMs, health }: ReportSource,
  { gatewayEui, wallMs, intervalMs }: ReportMoment,
): Omit<HealthReport, "clock" | "journal" | "alarms"> {
  const intervalS = secondsOr(intervalMs);
  const isTrusted = clock.state !== "unsynchronised";
  const { maintenance } = health;
  return {
    version: VERSION,
    kind,
    gatewayId: gatewayEui,
    sentAt: isTrusted ? utcText(wallMs) : undefined,
    uptimeS: seconds(uptimeMs),
    intervalS: intervalS === INTERVAL_USUAL_S ? undefined : intervalS,
    bootId: clock.kernelBootId,
    maintenance:
      maintenance &&
      compact({
        until: isTrusted && kind === "full" ? utcText(maintenance.untilWallMs) : undefined,
        leftS: Math.max(0, seconds(maintenance.untilWallMs - wallMs)),
      }),
  };
}

function smallJournalOf(stats: JournalStats, wallMs: number): HealthReport["journal"] {
  const { frames, oldestAgeS, memoryFrames, full, failing } = journalOf(stats, undefined, wallMs);
  return compact({ frames, oldestAgeS, memoryFrames, full, failing });
}

function forwarderOf(forwarder: ForwarderStatus): NonNullable<HealthReport["forwarder"]> {
  const { ackLatency, datagrams } = forwarder;
  return compact({
    alive: forwarder.alive,
    pullAgeS: secondsOr(forwarder.pullDataAgeMs),
    pushAgeS: secondsOr(forwarder.pushDataAgeMs),
    statAgeS: secondsOr(forwarder.statAgeMs),
    pullPeriodS: seconds(forwarder.pullPeriodMs),
    ackMs: roundedOr(ackLatency.smoothedMs),
    ackP95Ms: roundedOr(ackLatency.recent.p95Ms),
    ackLongestMs: roundedOr(ackLatency.recent.longestMs),
    ackClasses: ackLatency.classes,
    pushData: datagrams.pushData,
    pullData: datagrams.pullData,
    brokenBodies: forwarder.brokenBodies || undefined,
    acksWaiting: forwarder.acksWaiting || undefined,
    acksWithheld: forwarder.acksWithheld || undefined,
  });
}

function countsOf({ alarms }: HealthView): AlarmCounts {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of alarms) counts[severity] += 1;
  return counts;
}
