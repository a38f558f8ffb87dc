/** What FCnt tells of frames that were missed, with 16 bits of it and devices that begin anew. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BEHIND_MAX,
  GAP_MAX,
  GAP_SURE,
  judgeCounter,
  learnInterval,
} from "../../../../agent/health/records/counter.ts";

const HOUR_MS = 3_600_000;
const stepOf = (before: number, after: number): number => (after - before) & 0xffff;

describe("a step of the counter", () => {
  test.each([
    ["the next one", 10, 11, HOUR_MS, "next"],
    ["the same one: NbTrans", 10, 10, 2_000, "repeat"],
    ["over the 16 bits' end", 0xffff, 0, HOUR_MS, "next"],
    ["a gap over the 16 bits' end", 0xfffe, 5, 7 * HOUR_MS, "next"],
    ["three missed", 10, 14, 4 * HOUR_MS, "next"],
    ["a burst of a few, for what would be hours", 10, 10 + GAP_SURE, 60_000, "next"],
    ["more than the time allows", 10, 1_000, HOUR_MS, "restart"],
    ["back to zero after a join or a reset", 5_000, 0, HOUR_MS, "restart"],
    ["back to zero near the 16 bits' end", 60_000, 3, HOUR_MS, "restart"],
    ["an older one heard before: out of a store", 20, 17, -3 * HOUR_MS, "late"],
    ["one of an earlier life, heard before", 20, 40_000, -3 * HOUR_MS, "stale"],
  ] as const)("%s", (_what, before, after, elapsedMs, verdict) => {
    expect(judgeCounter(stepOf(before, after), elapsedMs, HOUR_MS)).toBe(verdict);
  });

  test("no gap is wider than the standard's MAX_FCNT_GAP, however long the silence", () => {
    const yearMs = 8_760 * HOUR_MS;
    expect(judgeCounter(GAP_MAX, 10 * yearMs, HOUR_MS)).toBe("next");
    expect(judgeCounter(GAP_MAX + 1, 10 * yearMs, HOUR_MS)).toBe("restart");
  });

  test("a late frame is at most so far behind", () => {
    expect(judgeCounter(stepOf(5_000, 5_000 - BEHIND_MAX), -HOUR_MS, HOUR_MS)).toBe("late");
    expect(judgeCounter(stepOf(5_000, 5_000 - BEHIND_MAX - 1), -HOUR_MS, HOUR_MS)).toBe("stale");
  });

  test("of a device whose interval is not known a gap is believed that it can have sent", () => {
    expect(judgeCounter(1_024, 1_024_000, 0)).toBe("next");
    expect(judgeCounter(1_025, 1_025_000_000, 0)).toBe("restart");
    expect(judgeCounter(1_024, 1_023_999, 0)).toBe("restart");
  });
});

describe("the interval", () => {
  test("is the mean at first, also of a device that sends in pairs", () => {
    const samples = [2_000, 86_400_000, 2_000, 86_400_000];
    const learned = samples.reduce((intervalMs, sampleMs, at) => learnInterval(intervalMs, at, sampleMs), 0);
    expect(learned).toBe(43_201_000);
  });

  test("once settled, moves by no more than half of itself with one long pause", () => {
    expect(learnInterval(HOUR_MS, 100, 1_000 * HOUR_MS)).toBeLessThanOrEqual(1.5 * HOUR_MS);
  });

  test("lies between what it was made of", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 100 }), (samples) => {
        let intervalMs = 0;
        for (const [at, sampleMs] of samples.entries()) intervalMs = learnInterval(intervalMs, at, sampleMs);
        expect(intervalMs).toBeGreaterThanOrEqual(Math.min(...samples) * (1 - 1e-9));
        expect(intervalMs).toBeLessThanOrEqual(Math.max(...samples) * (1 + 1e-9));
      }),
    );
  });
});
