/**
 * Whether a data uplink's counter may be taken: the rule by which late frames live or die.
 *
 * Pure. Only 16 bits of the counter are on air; the MIC tells which 32 were meant. Above 65,535 a frame that comes
 * late looks like one that is a whole round ahead: ChirpStack then finds no good MIC and does not even know whose it
 * was. It is told apart here for those who judge, and refused all the same.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/storage/device.rs, get_for_phypayload_and_incr_f_cnt_up.
 */
import { fullFCnt } from "../meter/data-frames.ts";

export type CounterRefusal =
  /** The counter that was accepted last. */
  | "retransmission"
  /** A lower one. */
  | "reset"
  /** A lower one, taken for the next round. */
  | "readAsRollover";

export type CounterVerdict =
  | { readonly kind: "accepted"; readonly fCnt: number }
  | { readonly kind: "refused"; readonly fCnt: number; readonly reason: CounterRefusal }
  | { readonly kind: "micBad" };

const ROUND = 0x10000;

/**
 * @param next the lowest counter that is accepted: one above the last, 0 in a new session.
 * @param wire the 16 bits on air.
 * @param isMicGood for a counter of 32 bits.
 */
export function judgeCounter(
  next: number,
  wire: number,
  isMicGood: (fCnt: number) => boolean,
): CounterVerdict {
  const full = fullFCnt(next === 0 ? undefined : next - 1, wire);
  // The 16 bits as they are: a device that began anew without a join.
  for (const fCnt of full === wire ? [full] : [full, wire]) {
    if (!isMicGood(fCnt)) continue;
    if (fCnt >= next) return { kind: "accepted", fCnt };
    return { kind: "refused", fCnt, reason: fCnt === next - 1 ? "retransmission" : "reset" };
  }
  const roundBefore = full - ROUND;
  if (roundBefore > wire && isMicGood(roundBefore))
    return { kind: "refused", fCnt: roundBefore, reason: "readAsRollover" };
  return { kind: "micBad" };
}
