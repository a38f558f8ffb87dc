/**
 * Suspicion: which frame the far side chokes on. A frame that is refused, or on which the connection ends, three
 * times while others pass, is to be set aside, or it would stop its neighbours for ever.
 *
 * A frame that has left the journal otherwise (given up by its bounded memory) is blamed no more: beyond BLAMED_MAX the
 * oldest blame is forgotten.
 *
 * Pure: it counts, and knows neither the clock nor the connection. Where nothing else passes either, the fault is
 * the road's and no frame is blamed.
 */

/** This often: aside. */
const BLAME_MAX = 3;
/** More frames than can be in flight at two ends of a connection. */
const BLAMED_MAX = 512;

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

  function absolve(sequence: number): void {
    if ((blamed.get(sequence)?.times ?? 0) > 1) strong -= 1;
    blamed.delete(sequence);
  }

  function forgetOldest(): void {
    const [oldest] = blamed.keys();
    if (oldest !== undefined && blamed.size > BLAMED_MAX) absolve(oldest);
  }

  return {
    blame: (sequence, passed) => {
      const known = blamed.get(sequence);
      if (known === undefined) {
        blamed.set(sequence, { times: 1, passed });
        forgetOldest();
        return false;
      }
      if (passed === known.passed) return false;
      known.times += 1;
      known.passed = passed;
      if (known.times === 2) strong += 1;
      return known.times >= BLAME_MAX;
    },
    absolve,
    get strong() {
      return strong > 0;
    },
  };
}
