/**
 * How much of something is given: a bucket that holds so much, and gains one every so often. Pure.
 */
export interface Budget {
  /** @returns false when there is not so much left; nothing is taken then. */
  take(monotonicMs: number, amount?: number): boolean;
}

export function createBudget(max: number, everyMs: number): Budget {
  let left = max;
  let filledMs = Number.NEGATIVE_INFINITY;
  return {
    take: (monotonicMs, amount = 1) => {
      const gained = Math.floor((monotonicMs - filledMs) / everyMs);
      if (left + gained >= max) {
        left = max;
        filledMs = monotonicMs;
      } else if (gained > 0) {
        left += gained;
        filledMs += gained * everyMs;
      }
      if (left < amount) return false;
      left -= amount;
      return true;
    },
  };
}
