import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ahead, aheadSigned, createCounter } from "../../../simulator/gateway/counter.ts";

const WRAP_US = 2 ** 32;

describe("the concentrator's counter", () => {
  test("is 0 when the concentrator starts and counts true microseconds", () => {
    const counter = createCounter(5_000_000, 0);
    expect(counter.at(5_000_000)).toBe(0);
    expect(counter.at(5_000_001)).toBe(1);
    expect(counter.at(6_234_567)).toBe(1_234_567);
  });

  test("wraps after 4,294.967296 s, and again after as long", () => {
    const counter = createCounter(1_000, 0);
    expect(counter.at(1_000 + WRAP_US - 1)).toBe(WRAP_US - 1);
    expect(counter.at(1_000 + WRAP_US)).toBe(0);
    expect(counter.at(1_000 + 7 * WRAP_US + 42)).toBe(42);
  });

  test("gains 20 microseconds a second at 20 ppm, and loses as much at -20 ppm", () => {
    expect(createCounter(0, 20).at(1_000_000)).toBe(1_000_020);
    expect(createCounter(0, -20).at(1_000_000)).toBe(999_980);
  });

  test("any count within half a wrap gives back its true time, through wraps and drift", () => {
    const times = fc.record({
      startUs: fc.nat(10 ** 9),
      sinceUs: fc.nat(10 ** 14),
      aheadUs: fc.integer({ min: -(2 ** 30), max: 2 ** 30 }),
      driftPpm: fc.double({ min: -50, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(times, ({ startUs, sinceUs, aheadUs, driftPpm }) => {
        const counter = createCounter(startUs, driftPpm);
        const nowUs = startUs + sinceUs;
        const found = counter.trueUsOf(counter.at(nowUs + aheadUs), nowUs);
        expect(Math.abs(found - (nowUs + aheadUs))).toBeLessThanOrEqual(driftPpm === 0 ? 0 : 1);
      }),
    );
  });

  test("counts are compared modulo 2^32", () => {
    expect(ahead(WRAP_US - 10, 5)).toBe(15);
    expect(ahead(5, WRAP_US - 10)).toBe(WRAP_US - 15);
    expect(aheadSigned(5, WRAP_US - 10)).toBe(-15);
  });
});
