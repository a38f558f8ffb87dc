/** A histogram with classes of one width, which its name or its owner tells. Pure. */
import type { Histogram } from "./view.ts";

export interface Counting {
  add(value: number): void;
  view(): Histogram;
}

/** @param from where the second class would begin one step earlier: below `from + step` is all one. */
export function createHistogram(from: number, step: number, classes: number): Counting {
  const counts = new Float64Array(classes);
  return {
    add: (value) => {
      const at = Math.floor((value - from) / step);
      counts[at < 0 ? 0 : at >= classes ? classes - 1 : at]! += 1;
    },
    view: () => ({ from, step, counts: [...counts] }),
  };
}
