/**
 * The concentrator's counter: 32 bits of microseconds since it was started, by a crystal that is never quite right.
 *
 * Pure. True time is what the air counts in (simulator/air/air.ts); a count is what rxpk.tmst and txpk.tmst carry.
 * It wraps after 4,294.967296 s (71 min 35 s).
 */

/** Counts are compared modulo 2^32. @returns microseconds from one count forward to another, 0 … 2^32 − 1. */
export function ahead(fromCountUs: number, toCountUs: number): number {
  return (toCountUs - fromCountUs) >>> 0;
}

/** The same for counts near to each other. @returns negative when `toCountUs` is past, within ±2^31. */
export function aheadSigned(fromCountUs: number, toCountUs: number): number {
  return (toCountUs - fromCountUs) | 0;
}

export interface Counter {
  /** What it shows at this true time, 0 … 2^32 − 1. */
  at(trueUs: number): number;
  /** The true time, whole microseconds, at which it shows `countUs`, of those the nearest to `nearTrueUs`. */
  trueUsOf(countUs: number, nearTrueUs: number): number;
}

/**
 * @param startUs true time at which it was 0.
 * @param driftPpm how much faster than true it runs; negative for slower.
 */
export function createCounter(startUs: number, driftPpm: number): Counter {
  const gain = driftPpm / 1e6;
  const elapsedUs = (trueUs: number): number => Math.floor(trueUs - startUs + (trueUs - startUs) * gain);
  return {
    at: (trueUs) => elapsedUs(trueUs) >>> 0,
    trueUsOf: (countUs, nearTrueUs) => {
      const nearUs = elapsedUs(nearTrueUs);
      return Math.round(startUs + (nearUs + aheadSigned(nearUs >>> 0, countUs)) / (1 + gain));
    },
  };
}
