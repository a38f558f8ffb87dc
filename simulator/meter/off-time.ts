/**
 * The duty cycle as a device keeps it: after each transmission its sub-band rests, so that air time is at most the
 * sub-band's share of the whole.
 *
 * A gateway's account, which counts an hour, is the agent's own affair. Source: LoRaWAN 1.0.3, chapter 7;
 * sub-bands: agent/lorawan/region.ts.
 */
import { subBandOf } from "../../agent/lorawan/region.ts";

/** Of one device: when each sub-band, by name, may be used again. */
export type OffTimes = Map<string, number>;

/** @returns when this frequency is free; never, where no sub-band has it. */
export function freeUs(offTimes: OffTimes, frequencyHz: number): number {
  const subBand = subBandOf(frequencyHz);
  if (subBand === undefined) return Number.POSITIVE_INFINITY;
  return offTimes.get(subBand.name) ?? Number.NEGATIVE_INFINITY;
}

/** Enters a transmission. */
export function rest(offTimes: OffTimes, frequencyHz: number, startUs: number, airtimeUs: number): void {
  const subBand = subBandOf(frequencyHz);
  if (subBand !== undefined) offTimes.set(subBand.name, startUs + airtimeUs / subBand.dutyCycle);
}
