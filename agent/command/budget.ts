/**
 * How many commands are taken: a bucket that holds so many, and gains one every so often. Pure.
 */
export interface Budget {
  /** @returns false when there is none left. */
  take(monotonicMs: number): boolean;
}

export function createBudget(max: number, everyMs: number): Budget {
  let left = max;
  let filledMs = Number.NEGATIVE_INFINITY;
  return {
    take: (monotonicMs) => {
      const gained = Math.floor((monotonicMs - filledMs) / everyMs);
      if (left + gained >= max) {
        left = max;
        filledMs = monotonicMs;
      } else if (gained > 0) {
        left += gained;
        filledMs += gained * everyMs;
      }
      if (left === 0) return false;
      left -= 1;
      return true;
    },
  };
}
