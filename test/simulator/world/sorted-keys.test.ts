import fc from "fast-check";
import { expect, test } from "vitest";
import { CHUNK_KEYS_MAX, createSortedKeys } from "../../../simulator/world/sorted-keys.ts";

const key = fc.integer({ min: 0, max: 3 * CHUNK_KEYS_MAX }).map((number) => String(number).padStart(4, "0"));
const range = fc.record({
  from: fc.option(key, { nil: undefined }),
  fromIncluded: fc.boolean(),
  to: fc.option(key, { nil: undefined }),
  limit: fc.integer({ min: 0, max: 2 * CHUNK_KEYS_MAX }),
  reverse: fc.boolean(),
});

/**
 * Goal: keys come out as from a list that is sorted each time. Method: the same keys toggled in both, more of them than
 * a chunk holds, then the same ranges asked of both.
 */
test("keys added and removed in any order come out in order, by any range", () => {
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 4 * CHUNK_KEYS_MAX, size: "max" }),
      fc.array(key, { maxLength: 2 * CHUNK_KEYS_MAX, size: "max" }),
      fc.array(range, { minLength: 1, maxLength: 20 }),
      (first, toggled, ranges) => {
        const there = new Set(first);
        const sorted = createSortedKeys(there);
        for (const one of toggled) {
          if (there.delete(one)) sorted.remove(one);
          else {
            there.add(one);
            sorted.add(one);
          }
        }
        for (const { from, fromIncluded, to, limit, reverse } of ranges) {
          const meant = [...there].sort().filter((one) => {
            const isAfter = from === undefined || one > from || (fromIncluded && one === from);
            return isAfter && (to === undefined || one < to);
          });
          if (reverse) meant.reverse();
          expect(sorted.select({ from, fromIncluded, to, limit, reverse })).toEqual(meant.slice(0, limit));
        }
      },
    ),
    { numRuns: 60 },
  );
});
