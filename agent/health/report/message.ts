/**
 * The shape of the health report, as health.schema.json publishes it. Two sizes of one message: *small* is what somebody
 * wants to see of every gateway every five minutes, *full* is all that is recorded.
 *
 *   [prefix/]edge/<eui>/health        the latest small one, retained
 *   [prefix/]edge/<eui>/health/full   the latest full one, retained: neither takes the other's place
 *
 * Counts are since the agent started (uptimeS) unless said otherwise. Ages and durations are told, and moments only where
 * the clock can be trusted. Absent: nobody knows, or there is none.
 */
import type { GnssState } from "../../field/gnss-view.ts";
import type { ClockState } from "../../frame/frame.ts";
import type { Severity } from "../alarms/alarm.ts";
import type { OutageKind } from "../availability/outages.ts";
import type { Histogram } from "../records/view.ts";

export const VERSION = 1;
/** Between two small reports by default; another interval is told, this one is not: it would cost every month. */
export const INTERVAL_USUAL_S = 300;

/** Of the JSON, whatever happens on the gateway: with these, a month of reports stays within its budget. */
export const SMALL_OCTETS_MAX = 620;
export const FULL_OCTETS_MAX = 4_050;

export interface HealthReport {
  readonly version: typeof VERSION;
  readonly kind: "small" | "full";
  readonly gatewayId: string;
  /** UTC; absent while the clock cannot be trusted. */
  readonly sentAt?: string | undefined;
  /** Of the agent. */
  readonly uptimeS: number;
  /** Between two small reports; absent: INTERVAL_USUAL_S. */
  readonly intervalS?: number | undefined;
  /** The kernel's; the same as long as the box has not booted. */
  readonly bootId: string;
  readonly versions?: VersionsPart | undefined;
  readonly clock: ClockPart;
  /** Absent: no packet forwarder of this gateway has spoken yet. */
  readonly forwarder?: ForwarderPart | undefined;
  readonly rx?: RxPart | undefined;
  readonly tx?: TxPart | undefined;
  readonly journal: JournalPart;
  readonly cores?: readonly CorePart[] | undefined;
  readonly backhaul?: BackhaulPart | undefined;
  readonly gnss?: GnssPart | undefined;
  readonly system?: SystemPart | undefined;
  readonly devices?: DevicesPart | undefined;
  /** DevAddr and seconds: silent although nothing explains it, the longest first. */
  readonly silentDevices?: readonly (readonly [string, number])[] | undefined;
  /** DevAddrs heard first within 24 h, the newest first. */
  readonly newDevices?: readonly string[] | undefined;
  /** DevAddr, counters missed, counters used: the most missed first. */
  readonly gapDevices?: readonly (readonly [string, number, number])[] | undefined;
  readonly availability?: AvailabilityPart | undefined;
  readonly traffic?: TrafficPart | undefined;
  readonly alarms: AlarmCounts;
  readonly maintenance?: { readonly until?: string | undefined; readonly leftS: number } | undefined;
  /** Parts that had to stay away, for want of room. */
  readonly omitted?: readonly DroppablePart[] | undefined;
}

export type DroppablePart =
  | "cores"
  | "backhaul"
  | "gnss"
  | "system"
  | "traffic"
  | "availability"
  | "silentDevices"
  | "newDevices"
  | "gapDevices"
  | "rx"
  | "tx";

export interface VersionsPart {
  readonly agent: string;
  readonly node?: string | undefined;
  readonly kernel?: string | undefined;
  readonly firmware?: string | undefined;
  readonly profile?: string | undefined;
}

export interface ClockPart {
  readonly state: ClockState;
  readonly source?: string | undefined;
  /** What to add to the clock to get UTC. */
  readonly offsetMs?: number | undefined;
  readonly lastJumpMs?: number | undefined;
}

export interface ForwarderPart {
  readonly alive: boolean;
  /** Since the last PULL_DATA, PUSH_DATA, stat. */
  readonly pullAgeS?: number | undefined;
  readonly pushAgeS?: number | undefined;
  readonly statAgeS?: number | undefined;
  readonly pullPeriodS?: number | undefined;
  /** PUSH_DATA to PUSH_ACK, smoothed. */
  readonly ackMs?: number | undefined;
  /** Of the last five minutes. */
  readonly ackP95Ms?: number | undefined;
  readonly ackLongestMs?: number | undefined;
  /** How many took at most 1, 10, 100, 1,000, 3,000 ms, and longer. */
  readonly ackClasses?: readonly number[] | undefined;
  readonly pushData?: number | undefined;
  readonly pullData?: number | undefined;
  readonly brokenBodies?: number | undefined;
  /** PUSH_DATAs that wait for custody, and those never to be acknowledged. */
  readonly acksWaiting?: number | undefined;
  readonly acksWithheld?: number | undefined;
}

/** Frames with a good, a bad and no CRC. */
export type CrcCounts = readonly [ok: number, bad: number, none: number];

export interface RxPart {
  readonly crc: CrcCounts;
  /** Frequency in hertz, then as crc. */
  readonly channels?: readonly (readonly [number, ...CrcCounts])[] | undefined;
  /** By "SF7BW125". */
  readonly rates?: Readonly<Record<string, CrcCounts>> | undefined;
  readonly rssiDbm?: Histogram | undefined;
  readonly snrDb?: Histogram | undefined;
  /** Frames received and found good by the forwarder's own stats: it tells of more than it passes on. */
  readonly told?: readonly [received: number, ok: number] | undefined;
}

export interface TxPart {
  readonly commands: number;
  readonly emitted: number;
  readonly byStatus?: Readonly<Record<string, number>> | undefined;
  /** By ETSI sub-band: milliseconds on air within the last hour, and allowed. */
  readonly dutyCycle?: Readonly<Record<string, readonly [airtimeMs: number, limitMs: number]>> | undefined;
}

export interface JournalPart {
  /** On disk. */
  readonly frames: number;
  readonly octets?: number | undefined;
  readonly oldestAgeS?: number | undefined;
  /** Without custody yet. */
  readonly memoryFrames?: number | undefined;
  /** By reason, over all runs. */
  readonly drops?: Readonly<Record<string, number>> | undefined;
  /** Of the last five minutes. */
  readonly commitP50Ms?: number | undefined;
  readonly commitP95Ms?: number | undefined;
  readonly commitLongestMs?: number | undefined;
  /** What the store was given to write; the flash sees more (system.diskWrittenOctets). */
  readonly givenOctets?: number | undefined;
  readonly lostAtOpen?: number | undefined;
  readonly aside?: number | undefined;
  readonly givenUp?: number | undefined;
  readonly full?: true | undefined;
  readonly failing?: string | undefined;
}

export interface CorePart {
  readonly id: string;
  readonly kind?: string | undefined;
  readonly up: boolean;
  /** How long it has been so. */
  readonly sinceS: number;
  readonly roundTripMs?: number | undefined;
  readonly inFlight?: number | undefined;
  readonly connects?: number | undefined;
  readonly outages?: number | undefined;
  /** Away in all. */
  readonly awayS?: number | undefined;
  /** Frames of this gateway that it has not taken. */
  readonly left?: number | undefined;
  /** When they will have gone, at the present rate or by the replay plan. */
  readonly leftS?: number | undefined;
  readonly replayed?: number | undefined;
  readonly sentOctets?: number | undefined;
  readonly receivedOctets?: number | undefined;
}

export interface BackhaulPart {
  readonly interface?: string | undefined;
  /** Of a cellular modem, or a wireless network. */
  readonly rssiDbm?: number | undefined;
  readonly rsrpDbm?: number | undefined;
  readonly rsrqDb?: number | undefined;
  readonly sinrDb?: number | undefined;
  readonly technology?: string | undefined;
  readonly operator?: string | undefined;
  readonly registration?: string | undefined;
  readonly modem?: string | undefined;
}

export interface GnssPart {
  readonly state: GnssState;
  readonly forS: number;
  readonly latitudeDeg?: number | undefined;
  readonly longitudeDeg?: number | undefined;
  readonly altitudeM?: number | undefined;
  readonly hdop?: number | undefined;
  readonly satellites?: number | undefined;
  readonly inView?: number | undefined;
  readonly clockAheadMs?: number | undefined;
}

export interface SystemPart {
  readonly cpuPercent?: number | undefined;
  readonly load1?: number | undefined;
  readonly memoryFreeOctets?: number | undefined;
  readonly memoryOctets?: number | undefined;
  /** Where the journal lies. */
  readonly diskFreeOctets?: number | undefined;
  readonly diskOctets?: number | undefined;
  /** By the whole box since it booted, to all its disks. */
  readonly diskWrittenOctets?: number | undefined;
  /** Small: the highest. */
  readonly temperatureC?: number | undefined;
  /** By the box's names, cut to 16 characters and then told apart by a number. */
  readonly temperaturesC?: Readonly<Record<string, number>> | undefined;
  /** Those that the settings name for the supply first. */
  readonly voltagesV?: Readonly<Record<string, number>> | undefined;
}

export interface DevicesPart {
  readonly heardIn24h: number;
  readonly heardIn14Days: number;
  readonly newIn24h: number;
  readonly silent: number;
  /** Of those: no join explains it. */
  readonly missing: number;
  /** Counters used, and of those missed, by the devices of the table. */
  readonly counters: number;
  readonly missed: number;
  readonly joining?: number | undefined;
}

/** Of the UTC day, month and year so far: 0..1, or absent. */
export interface Availability {
  readonly day?: number | undefined;
  readonly month?: number | undefined;
  readonly year?: number | undefined;
}

export interface AvailabilityPart {
  readonly gateway?: Availability | undefined;
  readonly forwarder?: Availability | undefined;
  readonly cores?: Readonly<Record<string, Availability>> | undefined;
}

export interface TrafficPart {
  /** UTC, "2026-11". */
  readonly month?: string | undefined;
  readonly sentOctets?: number | undefined;
  readonly receivedOctets?: number | undefined;
  /** Both ways, for the whole month. */
  readonly projectedOctets?: number | undefined;
  /** What our own reports cost in a month, headers included. */
  readonly reportsOctets?: number | undefined;
}

export interface AlarmCounts {
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
}

// ------------------------------------------------------------------------------- alarms and outages

/** alarm.schema.json, on `alarm`: not retained. */
export interface AlarmMessage extends AlarmInMessage {
  readonly version: typeof VERSION;
  readonly gatewayId: string;
  readonly event: "raised" | "worsened" | "cleared";
  readonly at?: string | undefined;
  /** How long ago, when it was sent. */
  readonly ageS: number;
}

export interface AlarmInMessage {
  readonly id: string;
  readonly subject?: string | undefined;
  readonly severity: Severity;
  readonly since?: string | undefined;
  readonly evidence: Readonly<Record<string, number | string>>;
}

/** alarms.schema.json, on `alarms`: the set that stands, retained. */
export interface AlarmsMessage {
  readonly version: typeof VERSION;
  readonly gatewayId: string;
  readonly sentAt?: string | undefined;
  readonly alarms: readonly AlarmInMessage[];
  /** So many more stand, for which there was no room. */
  readonly more?: number | undefined;
}

/** outage.schema.json, on `outage`, once it is over: not retained. */
export interface OutageMessage {
  readonly version: typeof VERSION;
  readonly gatewayId: string;
  readonly number: number;
  readonly kind: OutageKind;
  readonly coreId?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly durationS: number;
  readonly planned?: true | undefined;
  readonly crash?: true | undefined;
  /** The clock could not be trusted: from and to may be wrong, their difference is not. */
  readonly undated?: true | undefined;
}
