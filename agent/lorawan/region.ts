/**
 * EU863-870: the sub-bands in which ETSI limits power and duty cycle.
 *
 * Data only; the account is in agent/downlink/duty-cycle.ts. A duty cycle holds per sub-band and per transmitter, so
 * a gateway counts all its downlinks of a sub-band together. Frequencies in no sub-band may not be used at all.
 *
 * Source: EN 300 220-2 V3.1.1 as The Things Stack and LoRaMac-node have it (test/vectors/eu868.json); the standard
 * limits ERP, EIRP is 2.15 dB more.
 */
export interface SubBand {
  /** The letter of EN 300 220-2; R is Q in older lists. */
  readonly name: string;
  readonly lowHz: number;
  /** Not included. */
  readonly highHz: number;
  /** Share of an hour, 0..1. */
  readonly dutyCycle: number;
  readonly maxEirpDbm: number;
}

export const EU868_SUB_BANDS: readonly SubBand[] = [
  { name: "K", lowHz: 863_000_000, highHz: 865_000_000, dutyCycle: 0.001, maxEirpDbm: 16.15 },
  { name: "L", lowHz: 865_000_000, highHz: 868_000_000, dutyCycle: 0.01, maxEirpDbm: 16.15 },
  { name: "M", lowHz: 868_000_000, highHz: 868_600_000, dutyCycle: 0.01, maxEirpDbm: 16.15 },
  { name: "N", lowHz: 868_700_000, highHz: 869_200_000, dutyCycle: 0.001, maxEirpDbm: 16.15 },
  { name: "P", lowHz: 869_400_000, highHz: 869_650_000, dutyCycle: 0.1, maxEirpDbm: 29.15 },
  { name: "R", lowHz: 869_700_000, highHz: 870_000_000, dutyCycle: 0.01, maxEirpDbm: 16.15 },
];

/** @returns undefined when the frequency lies in no sub-band. */
export function subBandOf(frequencyHz: number): SubBand | undefined {
  for (const subBand of EU868_SUB_BANDS) {
    if (frequencyHz >= subBand.lowHz && frequencyHz < subBand.highHz) return subBand;
  }
  return undefined;
}
