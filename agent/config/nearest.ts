/** What was probably meant by a word that is not known. */

/** Longer words are compared by their beginning. */
const COMPARED_CHARACTERS_MAX = 64;

/**
 * @param candidates not empty.
 * @returns the candidate with the least cost; of several, the first.
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  cost: (word: string, candidate: string) => number = editDistance,
): string {
  let best = candidates[0]!;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const candidateCost = cost(word, candidate);
    if (candidateCost < bestCost) {
      best = candidate;
      bestCost = candidateCost;
    }
  }
  return best;
}

/** A key put into the wrong table is as near as one wrong letter, and its own spelling counts beside that. */
export function keyDistance(key: string, candidate: string): number {
  const own = (dotted: string): string => dotted.slice(dotted.lastIndexOf(".") + 1);
  return Math.min(editDistance(key, candidate), 1 + editDistance(own(key), own(candidate)));
}

/**
 * Letters to add, drop, change or swap with their neighbour (optimal string alignment), without regard to case.
 */
export function editDistance(a: string, b: string): number {
  const from = a.slice(0, COMPARED_CHARACTERS_MAX).toLowerCase();
  const to = b.slice(0, COMPARED_CHARACTERS_MAX).toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + changed);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, beforeLast[column - 2]! + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
