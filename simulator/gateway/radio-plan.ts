/**
 * What a concentrator's radios are set to: what it hears, and what its TX chains can send. Facts only.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/global_conf.json.sx1250.EU868.
 */
export interface RxChannel {
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  /** undefined: all at once, as the eight multi-SF channels do. */
  readonly spreadingFactor: number | undefined;
  /** rxpk.chan and rxpk.rfch. */
  readonly channel: number;
  readonly rfChain: number;
}

export interface TxChain {
  readonly minHz: number;
  readonly maxHz: number;
}

export interface RadioPlan {
  readonly rxChannels: readonly RxChannel[];
  /** By txpk.rfch; undefined: it cannot send. */
  readonly txChains: readonly (TxChain | undefined)[];
  /** Conducted powers it can be set to, rising. */
  readonly powersDbm: readonly number[];
  /** Whole dB: the reference takes it off txpk.powe, which is EIRP. */
  readonly antennaGainDb: number;
}

function multiSf(channel: number, rfChain: number, frequencyHz: number): RxChannel {
  return { channel, rfChain, frequencyHz, bandwidthHz: 125_000, spreadingFactor: undefined };
}

export const EU868_PLAN: RadioPlan = {
  rxChannels: [
    multiSf(0, 1, 868_100_000),
    multiSf(1, 1, 868_300_000),
    multiSf(2, 1, 868_500_000),
    multiSf(3, 0, 867_100_000),
    multiSf(4, 0, 867_300_000),
    multiSf(5, 0, 867_500_000),
    multiSf(6, 0, 867_700_000),
    multiSf(7, 0, 867_900_000),
    { channel: 8, rfChain: 1, frequencyHz: 868_300_000, bandwidthHz: 250_000, spreadingFactor: 7 },
  ],
  txChains: [{ minHz: 863_000_000, maxHz: 870_000_000 }, undefined],
  powersDbm: [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
  antennaGainDb: 0,
};

/** A demodulator still locks when the sender is this share of its bandwidth beside the channel. */
const OFFSET_SHARE_MAX = 0.25;

/** @returns the channel that hears this, or undefined. */
export function rxChannelOf(
  plan: RadioPlan,
  signal: { readonly frequencyHz: number; readonly bandwidthHz: number; readonly spreadingFactor: number },
): RxChannel | undefined {
  return plan.rxChannels.find(
    (channel) =>
      channel.bandwidthHz === signal.bandwidthHz &&
      (channel.spreadingFactor ?? signal.spreadingFactor) === signal.spreadingFactor &&
      Math.abs(channel.frequencyHz - signal.frequencyHz) <= OFFSET_SHARE_MAX * channel.bandwidthHz,
  );
}

/** @returns the power it really sends with: the one asked for or the next lower one, else the lowest it has. */
export function settablePowerDbm(plan: RadioPlan, askedDbm: number): number {
  return plan.powersDbm.findLast((power) => power <= askedDbm) ?? plan.powersDbm[0]!;
}
