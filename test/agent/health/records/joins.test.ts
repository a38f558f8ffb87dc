/** Joins by DevEUI, and the silence that they explain. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJoins, explain, JOINS_MAX, TIMES_MAX } from "../../../../agent/health/records/joins.ts";
import { rxpkOf } from "./frames.ts";

const EUI = "7276ff0044010010";
const HOUR_MS = 3_600_000;
const devEui = (at: number): string => at.toString(16).padStart(16, "0");

describe("the table of joins", () => {
  test("requests of one hour are one join, and all are counted", () => {
    const joins = createJoins();
    for (const atMs of [0, 10_000, 20_000, 5 * HOUR_MS]) joins.heard(EUI, devEui(1), rxpkOf(), atMs);
    expect([...joins.all()]).toMatchObject([{ joins: 4, firstMs: 0, timesMs: [20_000, 5 * HOUR_MS] }]);
  });

  test("the newest joins of a device are remembered", () => {
    const joins = createJoins();
    for (let at = 0; at < TIMES_MAX + 2; at++) joins.heard(EUI, devEui(1), rxpkOf(), at * 2 * HOUR_MS);
    const [join] = joins.all();
    expect(join!.timesMs).toHaveLength(TIMES_MAX);
    expect(join!.timesMs.at(-1)).toBe((TIMES_MAX + 1) * 2 * HOUR_MS);
  });

  test("when it is full, one heard once goes, and none heard twice", () => {
    const joins = createJoins();
    for (let at = 0; at < JOINS_MAX - 1; at++)
      for (const againMs of [0, 60_000]) joins.heard(EUI, devEui(at), rxpkOf(), at + againMs);
    for (let noise = 0; noise < 1_000; noise++)
      joins.heard(EUI, devEui(10_000 + noise), rxpkOf(), 100_000 + noise);
    const all = [...joins.all()];
    expect(all).toHaveLength(JOINS_MAX);
    expect(all.filter((join) => join.joins === 2)).toHaveLength(JOINS_MAX - 1);
  });
});

describe("a silence", () => {
  const silent = { lastMs: 10 * HOUR_MS, intervalMs: HOUR_MS };

  test("is explained by a join that came before the device was missed", () => {
    expect(explain([silent], [10.5 * HOUR_MS])).toEqual([true]);
    expect(explain([silent], [12 * HOUR_MS])).toEqual([true]);
  });

  test("is not explained by a join before its last frame, or long after", () => {
    expect(explain([silent], [10 * HOUR_MS - 1])).toEqual([false]);
    expect(explain([silent], [12 * HOUR_MS + 1])).toEqual([false]);
  });

  test("each join explains one, and as many as it can be", () => {
    const slow = { lastMs: 9 * HOUR_MS, intervalMs: 4 * HOUR_MS };
    expect(explain([slow, silent], [10.5 * HOUR_MS])).toEqual([false, true]);
    expect(explain([slow, silent], [13 * HOUR_MS, 10.5 * HOUR_MS])).toEqual([true, true]);
  });

  test("no choice would explain more", () => {
    const one = fc.record({
      lastMs: fc.integer({ min: 0, max: 8 }),
      intervalMs: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }),
        (drawn, joins) => {
          const all = drawn.map(({ lastMs, intervalMs }) => ({
            lastMs: lastMs * HOUR_MS,
            intervalMs: intervalMs * HOUR_MS,
          }));
          const joinsMs = joins.map((at) => at * HOUR_MS);
          expect(explain(all, joinsMs).filter(Boolean)).toHaveLength(most(all, joinsMs));
        },
      ),
    );
  });

  /** By trying everything. */
  function most(all: readonly { lastMs: number; intervalMs: number }[], joinsMs: readonly number[]): number {
    const [joinMs, ...rest] = joinsMs;
    if (joinMs === undefined) return 0;
    let best = most(all, rest);
    all.forEach(({ lastMs, intervalMs }, at) => {
      if (joinMs < lastMs || joinMs > lastMs + 2 * intervalMs) return;
      best = Math.max(best, 1 + most(all.toSpliced(at, 1), rest));
    });
    return best;
  }
});
