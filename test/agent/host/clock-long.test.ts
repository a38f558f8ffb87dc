import sinon from "sinon";
import { afterEach, expect, test } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";

const DAY_MS = 86_400_000;
let timers: sinon.SinonFakeTimers | undefined;

afterEach(() => timers?.restore());

test("a timer of sixty days, longer than setTimeout can count, runs after sixty days and not before", () => {
  timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let runs = 0;
  openClock().after(60 * DAY_MS, () => {
    runs += 1;
  });
  timers.tick(60 * DAY_MS - 1);
  expect(runs).toBe(0);
  timers.tick(1);
  expect(runs).toBe(1);
  timers.tick(100 * DAY_MS);
  expect(runs).toBe(1);
});

test("a timer of sixty days can be called off on its fiftieth", () => {
  timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let runs = 0;
  const timer = openClock().after(60 * DAY_MS, () => {
    runs += 1;
  });
  timers.tick(50 * DAY_MS);
  timer.cancel();
  timers.tick(50 * DAY_MS);
  expect(runs).toBe(0);
});
