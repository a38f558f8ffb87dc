/**
 * EU863-870 as a meter needs it: its data rates, the channels it joins on, its receive windows before a core says
 * otherwise.
 *
 * Sub-bands and their duty cycles are in agent/lorawan/region.ts. FSK and LR-FHSS are left out: no meter here uses
 * them.
 *
 * Source: RP002-1.0.3, 2.4; each row is walked against test/vectors/eu868.json.
 */
import { subBandOf } from "../../agent/lorawan/region.ts";

export interface DataRate {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** N of the tables: FRMPayload without FOpts, behind a repeater. */
  readonly payloadOctetsMax: number;
}

/** DR0..DR6. */
export const DATA_RATES: readonly DataRate[] = [
  { spreadingFactor: 12, bandwidthHz: 125_000, payloadOctetsMax: 51 },
  { spreadingFactor: 11, bandwidthHz: 125_000, payloadOctetsMax: 51 },
  { spreadingFactor: 10, bandwidthHz: 125_000, payloadOctetsMax: 51 },
  { spreadingFactor: 9, bandwidthHz: 125_000, payloadOctetsMax: 115 },
  { spreadingFactor: 8, bandwidthHz: 125_000, payloadOctetsMax: 222 },
  { spreadingFactor: 7, bandwidthHz: 125_000, payloadOctetsMax: 222 },
  { spreadingFactor: 7, bandwidthHz: 250_000, payloadOctetsMax: 222 },
];

/** Always on, and the only ones for joining. */
export const JOIN_CHANNELS_HZ: readonly number[] = [868_100_000, 868_300_000, 868_500_000];

export const JOIN_DATA_RATES: readonly number[] = [0, 1, 2, 3, 4, 5];

/** RFU above. */
const RX1_OFFSET_MAX = 5;

/** What a meter knows of its receive windows. */
export interface ReceiveParameters {
  /** From the end of the uplink to RX1; RX2 follows a second later. */
  readonly rx1DelayUs: number;
  readonly rx1DataRateOffset: number;
  readonly rx2FrequencyHz: number;
  readonly rx2DataRate: number;
}

const RX2_DEFAULT = { rx2FrequencyHz: 869_525_000, rx2DataRate: 0 } as const;

/** JOIN_ACCEPT_DELAY1 of 5 s, JOIN_ACCEPT_DELAY2 of 6 s. */
export const JOIN_RECEIVE: ReceiveParameters = {
  rx1DelayUs: 5_000_000,
  rx1DataRateOffset: 0,
  ...RX2_DEFAULT,
};

/** What a join-accept sets. Values that the plan does not have leave the default. */
export function receiveParametersOf(accept: {
  readonly rxDelayS: number;
  readonly rx1DataRateOffset: number;
  readonly rx2DataRate: number;
}): ReceiveParameters {
  return {
    rx1DelayUs: Math.max(1, accept.rxDelayS) * 1_000_000,
    rx1DataRateOffset: accept.rx1DataRateOffset <= RX1_OFFSET_MAX ? accept.rx1DataRateOffset : 0,
    rx2FrequencyHz: RX2_DEFAULT.rx2FrequencyHz,
    rx2DataRate: accept.rx2DataRate in DATA_RATES ? accept.rx2DataRate : RX2_DEFAULT.rx2DataRate,
  };
}

/** DR of RX1 after an uplink at `dataRate`. */
export function rx1DataRate(dataRate: number, offset: number): number {
  return Math.max(0, dataRate - offset);
}

/** The channels after a join: the default ones and those of the CFList that lie in a sub-band. */
export function channelsAfterJoin(cfListFrequenciesHz: readonly number[]): readonly number[] {
  return [...JOIN_CHANNELS_HZ, ...cfListFrequenciesHz.filter((hz) => subBandOf(hz) !== undefined)];
}
