import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWater, drawHousehold, type Household } from "../../../simulator/meter/water.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM_MS = Date.UTC(2026, 2, 2, 15, 20);

const households = (count: number): Household[] => {
  const stream = new WorldRng(11).stream("water");
  return Array.from({ length: count }, () => drawHousehold(stream, FROM_MS));
};
const typical: Household = {
  seed: 5,
  firstMl: 80_000_000,
  fromMs: FROM_MS,
  usePerDayMl: 329_000,
  leakPerDayMl: 0,
};

describe("the water of a household", () => {
  test("the index is the same whenever and in whatever order it is asked for, and never falls", () => {
    const times = fc.array(fc.integer({ min: -40 * DAY_MS, max: 90 * DAY_MS }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.constantFrom(0, 30_000, 316_000),
        times,
        (seed, leakPerDayMl, asked) => {
          const household = { ...typical, seed, leakPerDayMl };
          const water = createWater(household);
          const answers = asked.map((time) => water.litresAt(FROM_MS + time));
          const alone = asked.map((time) => createWater(household).litresAt(FROM_MS + time));
          expect(answers).toEqual(alone);
          const inOrder = asked.toSorted((a, b) => a - b).map((time) => water.litresAt(FROM_MS + time));
          expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  test("two households asked in turn do not mix", () => {
    const [one, other] = households(2).map((household) => createWater(household));
    const alone = createWater(households(1)[0]!);
    for (let hour = 0; hour < 100; hour++) {
      other!.litresAt(FROM_MS + hour * HOUR_MS);
      expect(one!.litresAt(FROM_MS + hour * HOUR_MS)).toBe(alone.litresAt(FROM_MS + hour * HOUR_MS));
    }
  });

  test("it starts from the index that was drawn", () => {
    expect(createWater(typical).litresAt(FROM_MS)).toBe(80_000);
  });

  test("a thousand households use about 329 litres a day each, over a year", () => {
    const used = households(1_000).map((household) => {
      const water = createWater({ ...household, leakPerDayMl: 0 });
      return (water.litresAt(FROM_MS + 364 * DAY_MS) - water.litresAt(FROM_MS)) / 364;
    });
    const mean = used.reduce((sum, litres) => sum + litres, 0) / used.length;
    expect(mean).toBeGreaterThan(290);
    expect(mean).toBeLessThan(370);
    expect(Math.min(...used)).toBeGreaterThan(80);
    expect(Math.max(...used)).toBeLessThan(800);
  });

  test("mornings and evenings draw most, nights next to nothing", () => {
    const water = createWater(typical);
    const byHour = Array.from({ length: 24 }, () => 0);
    const midnight = Math.floor(FROM_MS / DAY_MS) * DAY_MS;
    for (let hour = 0; hour < 365 * 24; hour++) {
      const at = midnight + hour * HOUR_MS;
      byHour[hour % 24]! += water.litresAt(at + HOUR_MS) - water.litresAt(at);
    }
    const rank = byHour.map((litres, hour) => ({ litres, hour })).toSorted((a, b) => b.litres - a.litres);
    expect(rank.slice(0, 4).map(({ hour }) => hour)).toEqual(expect.arrayContaining([8, 20]));
    expect(byHour[2]! + byHour[3]! + byHour[4]!).toBeLessThan(0.02 * 365 * 329);
  });

  test("a leak flows at night too, and three meters in a hundred have one", () => {
    const leaking = createWater({ ...typical, usePerDayMl: 0, leakPerDayMl: 316_000 });
    expect(leaking.litresAt(FROM_MS + 10 * DAY_MS) - leaking.litresAt(FROM_MS)).toBeCloseTo(3_160, -1);
    const share = households(5_000).filter(({ leakPerDayMl }) => leakPerDayMl > 0).length / 5_000;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.04);
  });
});
