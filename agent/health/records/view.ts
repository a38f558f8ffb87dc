/**
 * What the records tell: the shapes that the health report, the alarms, the status and the pages are made of. JSON as
 * they stand; nothing here counts (records.ts).
 *
 * Totals are since the agent started unless said otherwise, and only rise, so that whoever wants a rate takes two.
 * Times ending in WallMs are as right as the wall clock is now: they are reckoned from monotonic ages when asked.
 */
import type { CrcStatus } from "../../lorawan/rxpk.ts";
import type { TxStatus } from "../../lorawan/tx-status.ts";
import type { LatencyView } from "./latency-window.ts";

export interface RecordsView {
  /** For how long it has counted. */
  readonly countedMs: number;
  /** By gateway, as the following two. */
  readonly radio: readonly RadioView[];
  readonly transmissions: readonly TransmissionsView[];
  readonly devices: readonly DevicesSummary[];
  /** By core and gateway. */
  readonly cores: readonly CoreLinkView[];
  readonly traffic: TrafficView;
  readonly journal: JournalRecordsView;
}

// --------------------------------------------------------------------------------------------- radio

export type ByCrc = Readonly<Record<CrcStatus, number>>;

/** Frames as the forwarder told them, its repeats once. */
export interface RadioView {
  readonly gatewayEui: string;
  readonly crc: ByCrc;
  readonly channels: readonly (ByCrc & { readonly frequencyHz: number })[];
  /** `rate` is "SF7BW125", "FSK50000", "LRFHSS137". */
  readonly rates: readonly (ByCrc & { readonly rate: string })[];
  /** Frames of channels, and of rates, beyond those that are told apart. */
  readonly otherChannels: number;
  readonly otherRates: number;
  /** Of frames with a good CRC whose forwarder told it. */
  readonly rssiDbm: Histogram;
  readonly snrDb: Histogram;
  /** By the forwarder's own stats, which know of frames that it did not pass on; their totals. */
  readonly told: {
    readonly stats: number;
    readonly received: number;
    readonly ok: number;
    readonly forwarded: number;
  };
}

/**
 * counts[0] holds all below from + step, counts[i] those from `from + i * step` to below the next, the last all above.
 * In RSSI's dBm or SNR's dB.
 */
export interface Histogram {
  readonly from: number;
  readonly step: number;
  readonly counts: readonly number[];
}

// ------------------------------------------------------------------------------------- transmissions

export interface TransmissionsView {
  readonly gatewayEui: string;
  /** Commands that came from cores. */
  readonly received: number;
  /** Packets that the forwarder took. */
  readonly emitted: number;
  /** Answers given, by status; those that never occurred are absent. IGNORED items are not counted. */
  readonly byStatus: Readonly<Partial<Record<TxStatus, number>>>;
}

// ----------------------------------------------------------------------------------- cores, and octets

export interface CoreLinkView {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly connected: boolean;
  /** How long it has been as it is now; since the start where it never was connected. */
  readonly sinceMs: number;
  readonly sinceWallMs: number;
  readonly connects: number;
  /** How often a connection was lost, and for how long it was away in all, now included. */
  readonly outages: number;
  readonly awayMs: number;
  /** Since the start: those of TrafficView, for this gateway alone. */
  readonly sentOctets: number;
  readonly receivedOctets: number;
}

/**
 * What went over the backhaul. Of TCP the octets of the stream, TLS included: headers and repeats of IP and TCP come on
 * top (some 40 octets a packet). Of UDP the datagrams with their IP and UDP headers. DNS, time servers and what others on
 * the gateway send are not in it.
 */
export interface TrafficView {
  readonly month: MonthView | undefined;
  /** The one before, as far as it was seen. */
  readonly lastMonth:
    | { readonly month: string; readonly sentOctets: number; readonly receivedOctets: number }
    | undefined;
  /** Waits to be booked to a month until the clock can be trusted. */
  readonly undatedOctets: number;
}

/** Kept over restarts. */
export interface MonthView {
  /** UTC, such as "2026-11". */
  readonly month: string;
  readonly sentOctets: number;
  readonly receivedOctets: number;
  readonly byCore: Readonly<Record<string, { readonly sentOctets: number; readonly receivedOctets: number }>>;
  /** For how long of it an agent ran and counted. */
  readonly watchedMs: number;
  /** Both ways, were the rest of it as the part that was watched; undefined in its first watched hour. */
  readonly projectedOctets: number | undefined;
}

// ------------------------------------------------------------------------------------------- journal

export interface JournalRecordsView {
  /** From handing a batch to the store until it was fsynced. */
  readonly commitLatency: LatencyView;
  /** What LevelDB was given: keys and values. What of it reaches the flash, and how often, is LevelDB's. */
  readonly givenOctets: number;
  /** By reason, over all runs of the agent; `lastAgeMs` undefined: in none that is remembered. */
  readonly drops: readonly {
    readonly reason: string;
    readonly frames: number;
    readonly lastAgeMs: number | undefined;
    readonly lastWallMs: number | undefined;
  }[];
}

// ------------------------------------------------------------------------------------------- devices

export interface DevicesSummary {
  readonly gatewayEui: string;
  /** In the table, that is within 14 days, unless there were too many. */
  readonly known: number;
  readonly heardIn24h: number;
  readonly heardIn14Days: number;
  readonly newIn24h: number;
  readonly silent: number;
  /** Of the silent those whom no join explains (DeviceView.mayHaveJoined). */
  readonly missing: number;
  /** Sums over the table. */
  readonly heard: number;
  readonly expected: number;
  /** Devices that left the table for others, since the start. */
  readonly evicted: number;
  readonly joining: number;
}

/** devices.ts says what is counted, and what is a gap. */
export interface DeviceView {
  readonly gatewayEui: string;
  readonly devAddr: string;
  /** Outside journal.home_net_ids. */
  readonly foreign: boolean;
  readonly firstHeardWallMs: number;
  readonly lastHeardWallMs: number;
  readonly lastHeardAgeMs: number;
  /** Counters heard, and counters that the device used while somebody listened. */
  readonly heard: number;
  readonly expected: number;
  readonly lost: number;
  /** The same counter again. */
  readonly repeats: number;
  /** Times at which the counter began anew. */
  readonly restarts: number;
  readonly lastFCnt: number;
  /** Of the last frame; undefined: not LoRa. */
  readonly spreadingFactor: number | undefined;
  readonly lastRssiDbm: number | undefined;
  readonly lastSnrDb: number | undefined;
  readonly bestRssiDbm: number | undefined;
  readonly bestSnrDb: number | undefined;
  /** SNR above what its SF needs, smoothed over some eight frames. */
  readonly marginDb: number | undefined;
  /** Between frames heard, over all its time. */
  readonly meanIntervalMs: number | undefined;
  /** From counter to counter, of late. */
  readonly typicalIntervalMs: number | undefined;
  readonly isNew: boolean;
  readonly silent: boolean;
  /** How long it has been silent while somebody listened. */
  readonly silentMs: number;
  /** A device joined when this one fell silent, and has another DevAddr since. */
  readonly mayHaveJoined: boolean;
}

export interface JoinView {
  readonly gatewayEui: string;
  readonly devEui: string;
  /** Requests and rejoins heard. */
  readonly joins: number;
  readonly firstHeardWallMs: number;
  readonly lastHeardWallMs: number;
  readonly lastHeardAgeMs: number;
  readonly lastRssiDbm: number | undefined;
  readonly lastSnrDb: number | undefined;
}
