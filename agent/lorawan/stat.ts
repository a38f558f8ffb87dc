/**
 * stat: what a packet forwarder says of itself in a PUSH_DATA. Counters are per period, not cumulative.
 */
import type { Read } from "./read.ts";

export interface Stat {
  readonly timeUtcMs: number | undefined;
  /** undefined when there is none or it is a placeholder such as 0/0. */
  readonly location:
    | { readonly latitudeDeg: number; readonly longitudeDeg: number; readonly altitudeM: number | undefined }
    | undefined;
  readonly rxReceived: number | undefined;
  readonly rxOk: number | undefined;
  readonly rxForwarded: number | undefined;
  readonly ackRatePercent: number | undefined;
  readonly downlinksReceived: number | undefined;
  readonly txEmitted: number | undefined;
  readonly temperatureC: number | undefined;
}

export type StatFault = "notImplemented";

export function readStat(_text: string): Read<Stat, StatFault> {
  return { ok: false, fault: "notImplemented" };
}
