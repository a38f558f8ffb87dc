/**
 * Milliseconds as google.protobuf.Timestamp and Duration, and back. Pure; GPS time is in agent/lorawan/gps-time.ts.
 */
import type { gw } from "../lorawan/gw.js";

type SecondsAndNanos = gw.Duration.$Properties;

/** @param ms may carry a fraction, and be negative: nanos stay within 0..999,999,999 as a Timestamp demands. */
export function fromMs(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1e3);
  const nanos = Math.round((ms - seconds * 1e3) * 1e6);
  return nanos < 1e9 ? { seconds, nanos } : { seconds: seconds + 1, nanos: 0 };
}

/** What is read may hold a Long where 64 bits are due; a second beyond 2^53 is nonsense in any case. */
export function toMs({ seconds, nanos }: SecondsAndNanos): number {
  return Number(seconds ?? 0) * 1e3 + (nanos ?? 0) / 1e6;
}
