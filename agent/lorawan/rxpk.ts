/**
 * rxpk: one received frame in a PUSH_DATA's JSON.
 *
 * Pure: text in, values out. Which frames are wanted is decided in agent/frame/, not here.
 */
import type { Read } from "./read.ts";

export type LoraCodeRate = "4/5" | "4/6" | "4/7" | "4/8" | "4/5LI" | "4/6LI" | "4/8LI";
export type LrFhssCodeRate = "1/3" | "2/3" | "1/2" | "5/6";

export type Modulation =
  | {
      readonly kind: "lora";
      readonly spreadingFactor: number;
      readonly bandwidthHz: number;
      /** undefined: "OFF", absent or unknown. */
      readonly codeRate: LoraCodeRate | undefined;
    }
  | { readonly kind: "fsk"; readonly bitrate: number; readonly deviationHz: number | undefined }
  | {
      readonly kind: "lrFhss";
      readonly channelWidthHz: number;
      readonly gridSteps: number;
      readonly codeRate: LrFhssCodeRate | undefined;
    };

export type CrcStatus = "ok" | "bad" | "none";

export interface Rxpk {
  readonly jver: number;
  /** Microseconds of the concentrator's counter at the end of the frame; wraps at 2^32. */
  readonly tmstUs: number;
  /** UTC, milliseconds since the Unix epoch (may carry a fraction). */
  readonly timeUtcMs: number | undefined;
  /** Milliseconds since the GPS epoch. */
  readonly tmmsMs: number | undefined;
  /** Nanoseconds in the GPS second, 0..999999999. */
  readonly fineTimeNs: number | undefined;
  readonly frequencyHz: number;
  readonly crc: CrcStatus;
  readonly modulation: Modulation;
  /** Of the best antenna where there are several (rsig). */
  readonly rssiDbm: number | undefined;
  readonly snrDb: number | undefined;
  readonly channel: number | undefined;
  readonly rfChain: number | undefined;
  readonly board: number | undefined;
  readonly antenna: number | undefined;
  readonly frequencyOffsetHz: number | undefined;
  readonly delayed: boolean;
  readonly metadata: ReadonlyMap<string, string>;
  /** The PHYPayload. */
  readonly payload: Buffer;
}

export type RxpkFault = "notImplemented";

export function readRxpk(_text: string): Read<Rxpk, RxpkFault> {
  return { ok: false, fault: "notImplemented" };
}
