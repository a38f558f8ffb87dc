/**
 * Suspicion: which frame the far side chokes on. A frame that is refused, or on which the connection ends, three
 * times while others pass, is to be set aside, or it would stop its neighbours for ever.
 *
 * Pure: it counts, and knows neither the clock nor the connection. Where nothing else passes either, the fault is
 * the road's and no frame is blamed.
 */

/** This often: aside. */
const BLAME_MAX = 3;

interface Blame {
  times: number;
  /** How many frames had passed when it was last blamed. */
  passed: number;
}

export interface Suspicion {
  /**
   * @param sequence the frame on which it failed.
   * @param passed how many frames have been taken so far.
   * @returns true when the frame is to be set aside.
   */
  blame(sequence: number, passed: number): boolean;
  absolve(sequence: number): void;
  /** A frame was blamed twice: it should fly alone, so that the next failure can only be its own. */
  readonly strong: boolean;
}

export function createSuspicion(): Suspicion {
  const blamed = new Map<number, Blame>();
  let strong = 0;
  return {
    blame: (sequence, passed) => {
      const known = blamed.get(sequence);
      if (known === undefined) {
        blamed.set(sequence, { times: 1, passed });
        return false;
      }
      if (passed === known.passed) return false;
      known.times += 1;
      known.passed = passed;
      if (known.times === 2) strong += 1;
      return known.times >= BLAME_MAX;
    },
    absolve: (sequence) => {
      if ((blamed.get(sequence)?.times ?? 0) > 1) strong -= 1;
      blamed.delete(sequence);
    },
    get strong() {
      return strong > 0;
    },
  };
}
