/**
 * What an alarm is: something that somebody should look at, while it lasts, with the figures that say so.
 *
 * When each is raised and cleared: rules.ts; what it means and what to do, in English and French: agent/text/alarms.ts.
 * Names are stable: programs read them.
 */

/** info: good to know; warning: for the morning; critical: readings are lost, or will be. */
export type Severity = "info" | "warning" | "critical";

export const ALARM_IDS = [
  "forwarderSilent",
  "fewerFrames",
  "crcStorm",
  "clockWrong",
  "gnssLost",
  "coreUnreachable",
  "coreRefusing",
  "coreNoSubscriber",
  "clientTakenOver",
  "credentialsExpiring",
  "journalFilling",
  "journalThinning",
  "journalFailing",
  "ackLate",
  "temperature",
  "onBattery",
  "reboot",
  "dutyCycleNear",
  "deviceSilent",
] as const;
export type AlarmId = (typeof ALARM_IDS)[number];

/** The figures that it is raised by, as they are now; names end with their unit. */
export type Evidence = Readonly<Record<string, number | string>>;

export interface Alarm {
  readonly id: AlarmId;
  /** Which one of several: a gateway's EUI, a core's id, a sub-band, a file. Absent where there is only one. */
  readonly subject?: string;
  readonly severity: Severity;
  /** Since when it stands; of a clock that was wrong then, put right when it was. */
  readonly sinceWallMs: number;
  readonly evidence: Evidence;
}

export interface AlarmEvent {
  /** worsened: the same alarm with a higher severity. */
  readonly event: "raised" | "worsened" | "cleared";
  readonly alarm: Alarm;
  readonly atWallMs: number;
}
