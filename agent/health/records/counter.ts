/**
 * What a frame's FCnt says against the one before it. Pure.
 *
 * On air there are 16 bits of a 32-bit counter; it begins anew at each join (usually with another DevAddr, which is
 * another device here, for only keys could tell) and, with ABP, at each reset of the device. So a step is reckoned
 * modulo 65,536, and it is a *gap* only where the device may have sent so many frames since:
 *
 *   repeat   the same counter: NbTrans, or a confirmed uplink again.
 *   late     heard before the last one (a forwarder's store), a little behind it: it fills a gap.
 *   stale    heard before the last one, and of no use.
 *   next     step 1, or a gap of step - 1 that can be believed: up to GAP_SURE at any time; beyond it no more than four
 *            times what the device's own interval gives in the time that has passed, and never more than the
 *            standard's MAX_FCNT_GAP. While its interval is not known: up to 1,024, none within a second.
 *   restart  all else. How many frames were missed before it, nobody can say: none is counted.
 *
 * Two devices that share a DevAddr restart each other with every frame: no loss is invented, and `restarts` shows it.
 *
 * Source: LoRaWAN 1.0.2, 4.3.1.5; MAX_FCNT_GAP: LoRaWAN Regional Parameters 1.0.2, 2.1.8.
 */

/** So many may be missed in a burst, however slow the device is otherwise. */
export const GAP_SURE = 8;
export const GAP_MAX = 16_384;
const GAP_UNKNOWN_MAX = 1_024;
const INTERVAL_MS_MIN = 1_000;
const HASTE = 4;
/** A late frame may be so many counters behind. */
export const BEHIND_MAX = 1_024;

export type CounterVerdict = "repeat" | "late" | "stale" | "next" | "restart";

/**
 * @param step (FCnt - last FCnt) modulo 65,536.
 * @param elapsedMs since the last one was heard; negative: this one was heard before it.
 * @param intervalMs of its counters; 0: not known.
 */
export function judgeCounter(step: number, elapsedMs: number, intervalMs: number): CounterVerdict {
  if (step === 0) return "repeat";
  if (elapsedMs < 0) return 0x1_0000 - step <= BEHIND_MAX ? "late" : "stale";
  if (step <= GAP_SURE) return "next";
  if (intervalMs === 0)
    return step <= GAP_UNKNOWN_MAX && elapsedMs >= step * INTERVAL_MS_MIN ? "next" : "restart";
  return step <= GAP_MAX && step <= GAP_SURE + (HASTE * elapsedMs) / intervalMs ? "next" : "restart";
}

/** Samples of which the interval is the plain mean; from then on each weighs this part. */
const SETTLED = 16;
/** A pause of the device moves it no more than this many intervals would. */
const SAMPLE_INTERVALS_MAX = 8;

/** @param samples that `intervalMs` is made of. @returns the interval with one sample more. */
export function learnInterval(intervalMs: number, samples: number, sampleMs: number): number {
  const isSettled = samples >= SETTLED;
  const bounded = isSettled ? Math.min(sampleMs, SAMPLE_INTERVALS_MAX * intervalMs) : sampleMs;
  return intervalMs + (bounded - intervalMs) / (isSettled ? SETTLED : samples + 1);
}
