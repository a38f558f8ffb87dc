/** Goal: a backlog shrinks, copies meet on the axis, and a core that is slow is not trampled down. */
import { describe, expect, test } from "vitest";
import { createPace, THROTTLE_MIN } from "../../../agent/north/pace.ts";

type Pace = ReturnType<typeof createPace>;

/** How many replays get leave within so long, by somebody who asks whenever told to. */
function sentWithin(pace: Pace, fromMs: number, forMs: number): number {
  let sent = 0;
  for (let nowMs = fromMs; nowMs < fromMs + forMs; ) {
    if (pace.take(nowMs)) sent += 1;
    else nowMs = Math.max(pace.readyAtMs(nowMs), nowMs + 1e-3);
  }
  return sent;
}

describe("the replay rate", () => {
  test("is 20 a second when nothing wants more", () => {
    const sent = sentWithin(createPace(0), 0, 10_000);
    expect(sent).toBeGreaterThanOrEqual(199);
    expect(sent).toBeLessThanOrEqual(206);
  });

  test("is twice the arrival rate of the last minute, or a backlog would never shrink", () => {
    const pace = createPace(0);
    for (let nowMs = 0; nowMs < 120_000; nowMs += 20) pace.arrived(nowMs);
    expect(pace.ratePerS(120_000)).toBeGreaterThan(80);
    expect(pace.ratePerS(120_000)).toBeLessThanOrEqual(100);
    expect(pace.ratePerS(181_000)).toBe(20);
  });

  test("is twice what the axis demands, for meters keep to the hour", () => {
    const pace = createPace(0);
    pace.demand(24_000, 288_000);
    expect(pace.ratePerS(0)).toBeCloseTo(166.7, 1);
    pace.demand(0, 60_000);
    expect(pace.ratePerS(0)).toBe(20);
  });

  test("is never more than the core, or the setting, allows", () => {
    const pace = createPace(30);
    pace.demand(24_000, 1);
    expect(pace.ratePerS(0)).toBe(30);
    pace.limit(5);
    expect(pace.ratePerS(0)).toBe(5);
    expect(sentWithin(pace, 0, 20_000)).toBeLessThanOrEqual(102);
    pace.limit(undefined);
    expect(pace.ratePerS(0)).toBe(30);
  });

  test("what is saved up in quiet is a quarter of a second's worth", () => {
    const pace = createPace(0);
    expect(pace.take(0)).toBe(true);
    let burst = 0;
    while (pace.take(3_600_000)) burst += 1;
    expect(burst).toBe(5);
  });

  test("what is not used may be used by the next", () => {
    const pace = createPace(0);
    while (pace.take(0));
    pace.giveBack();
    expect(pace.take(0)).toBe(true);
    expect(pace.take(0)).toBe(false);
  });
});

describe("a core that is slow to answer", () => {
  const answers = (pace: Pace, fromMs: number, forMs: number, roundTripMs: number): void => {
    for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 50) pace.answered(nowMs, roundTripMs);
  };

  test("gets ever fewer, but never none, and all again when it is quick", () => {
    const pace = createPace(0);
    answers(pace, 0, 10_000, 60);
    expect(pace.ratePerS(10_000)).toBe(20);
    answers(pace, 10_000, 3_000, 2_000);
    expect(pace.ratePerS(13_000)).toBeLessThanOrEqual(5);
    answers(pace, 13_000, 60_000, 2_000);
    expect(pace.ratePerS(73_000)).toBe(1);
    pace.demand(64_000 / THROTTLE_MIN, 64_000);
    expect(pace.ratePerS(73_000), "the share has a floor").toBeCloseTo(2_000, 0);
    answers(pace, 73_000, 15_000, 60);
    pace.demand(0, 1);
    expect(pace.ratePerS(88_000)).toBe(20);
  });

  test("is not slow because its road is long, nor for ever because it has become so", () => {
    const satellite = createPace(0);
    answers(satellite, 0, 60_000, 900);
    expect(satellite.ratePerS(60_000)).toBe(20);
    const moved = createPace(0);
    answers(moved, 0, 60_000, 60);
    answers(moved, 60_000, 30_000, 900);
    expect(moved.ratePerS(90_000)).toBe(1);
    answers(moved, 90_000, 11 * 60_000, 900);
    expect(moved.ratePerS(750_000)).toBe(20);
  });

  test("a few milliseconds are not slowness, however many times the best they are", () => {
    const pace = createPace(0);
    answers(pace, 0, 5_000, 1);
    answers(pace, 5_000, 20_000, 40);
    expect(pace.ratePerS(25_000)).toBe(20);
  });
});
