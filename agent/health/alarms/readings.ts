/**
 * Readings: all that alarms are judged by, of one moment. health.ts puts them together from what the parts of the agent
 * tell; findings.ts judges, and asks nobody. Figures over a while (CRC, drops, PUSH_ACKs) are kept in windows.ts.
 */
import type { GnssStatus } from "../../field/field.ts";
import type { JournalStats } from "../../journal/journal.ts";
import type { ClockView } from "../../south/clock-state.ts";
import type { HoursVerdict } from "./hours.ts";

/** One of our gateways, as its forwarder is heard. */
export interface ForwarderReading {
  readonly gatewayEui: string;
  readonly alive: boolean;
  /** undefined: not since the agent started. */
  readonly pullDataAgeMs: number | undefined;
  /** Of the last minutes. */
  readonly crcBad: number;
  readonly received: number;
  /** PUSH_ACKs of the last minutes, and how long the slowest twentieth of them waited at least. */
  readonly acks: number;
  readonly ackP95Ms: number | undefined;
  readonly temperatureC: number | undefined;
}

/** All links to one core, together: it is up while one of them is. */
export interface CoreReading {
  readonly coreId: string;
  readonly state: "up" | "down" | "unknown";
  readonly downMs: number;
  readonly lastError: string | undefined;
  /** The links' own alarms (north/), once each. */
  readonly linkAlarms: readonly string[];
  /** A frame not taken so long is given up. */
  readonly maxAgeMs: number;
}

/** A file of credentials with an end. */
export interface CredentialReading {
  /** Such as "main cert". */
  readonly subject: string;
  readonly path: string;
  readonly endsWallMs: number;
}

export interface Readings {
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** How long the agent has run. */
  readonly uptimeMs: number;
  readonly clock: ClockView;
  readonly forwarders: readonly ForwarderReading[];
  readonly hours: HoursVerdict;
  readonly cores: readonly CoreReading[];
  readonly credentials: readonly CredentialReading[] | undefined;
  readonly journal: Pick<JournalStats, "storedOctets" | "storedFrames" | "failing" | "full">;
  readonly journalMaxOctets: number;
  /** Frames dropped within the last while, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly commitIntervalMs: number;
  readonly gnss: Pick<GnssStatus, "state" | "forMs" | "reason" | "clockAheadMs"> | undefined;
  /** Degrees Celsius, by sensor; undefined: not read yet. */
  readonly temperatures: readonly { readonly name: string; readonly value: number }[] | undefined;
  readonly power:
    | {
        readonly state: "unwatched" | "unknown" | "mains" | "battery";
        readonly supplyV?: number | undefined;
        readonly backupV?: number | undefined;
      }
    | undefined;
  /** The boot id of the run before, when it was another one; undefined: the same, or none is known. */
  readonly rebootedFrom: string | undefined;
  readonly subBands: readonly {
    readonly gatewayEui: string;
    readonly subBand: string;
    readonly airtimeUs: number;
    readonly limitUs: number;
  }[];
  /** undefined: nothing counts devices. */
  readonly devices:
    | { readonly silent: number; readonly known: number; readonly first: readonly string[] }
    | undefined;
  readonly limits: AlarmLimits;
}

/** Of the settings. */
export interface AlarmLimits {
  readonly coreUnreachableAfterMs: number;
  readonly temperatureMaxC: number;
  readonly journalFillingPercent: number;
  readonly dutyCyclePercent: number;
  readonly crcBadPercent: number;
}
