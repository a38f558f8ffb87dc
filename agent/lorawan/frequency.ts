/**
 * Carrier frequencies: MHz with decimals on the wire, whole Hz everywhere else.
 */
import { numberOf, UINT32_MAX } from "./fields.ts";

/** LoRaWAN writes channel frequencies in steps of 100 Hz. */
const STEP_HZ = 100;

/**
 * Reads `freq`. It is rounded to whole Hz, except that a value which is a multiple of 100 Hz in 32-bit floating
 * point (868.099975 or 926.9000244140625, as some forwarders and routers write) becomes that multiple: cores take
 * copies of a frame for one only when their frequencies are equal.
 *
 * @param mhz what stood in the JSON.
 * @returns 1..2^32-1 Hz, or undefined.
 */
export function readFrequencyHz(mhz: unknown): number | undefined {
  const number = numberOf(mhz);
  if (number === undefined) return undefined;
  const exactHz = Math.round(number * 1e6);
  if (exactHz < 1 || exactHz > UINT32_MAX) return undefined;
  const stepHz = Math.round(exactHz / STEP_HZ) * STEP_HZ;
  // Forwarders print six decimals, cut or rounded: 1 Hz of tolerance.
  return Math.abs(Math.fround(stepHz / 1e6) - number) < 1e-6 ? stepHz : exactHz;
}

/** MHz with at most six decimals, as JSON.stringify writes it; the reference forwarder truncates what it reads to Hz. */
export function frequencyMhz(frequencyHz: number): number {
  return frequencyHz / 1e6;
}
