/** Goal: whoever is due first goes first, and those due together in turn, however many they are. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createLanes } from "../../../agent/north/lanes.ts";

test("lanes leave the queue in the order in which they are due, those of one moment as they came", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (dues) => {
      const lanes = createLanes();
      const expected = dues
        .map((dueMs, at) => ({ dueMs, at }))
        .sort((one, other) => one.dueMs - other.dueMs || one.at - other.at);
      for (const [at, dueMs] of dues.entries()) lanes.wait(lanes.of(`lane-${at}`, 0), dueMs);
      expect(dues.map(() => lanes.shift()?.lane)).toEqual(expected.map(({ at }) => `lane-${at}`));
      expect(lanes.shift()).toBeUndefined();
    }),
  );
});

test("a lane stands in the queue once: to wait again is to move", () => {
  const lanes = createLanes();
  const [one, other, third] = ["a", "b", "c"].map((name) => lanes.of(name, 0));
  lanes.wait(one!, 10);
  lanes.wait(other!, 20);
  lanes.wait(third!, 30);
  lanes.wait(one!, 25);
  lanes.wait(third!, 1);
  expect([lanes.shift(), lanes.shift(), lanes.shift(), lanes.shift()]).toEqual([
    third,
    other,
    one,
    undefined,
  ]);
  expect([one, other, third].map((state) => state!.place)).toEqual([-1, -1, -1]);
});

test("hastened, all are due now, in the order they stood, and nobody later than he was", () => {
  const lanes = createLanes();
  for (const [name, dueMs] of [
    ["a", 900],
    ["b", 50],
    ["c", 700],
    ["d", 60],
  ] as const)
    lanes.wait(lanes.of(name, 0), dueMs);
  lanes.hasten(100);
  lanes.wait(lanes.of("e", 0), 100);
  expect(lanes.first()!.dueMs).toBe(50);
  const order = Array.from({ length: 5 }, () => lanes.shift()!);
  expect(order.map(({ lane }) => lane)).toEqual(["b", "d", "c", "a", "e"]);
  expect(order.every(({ dueMs }) => dueMs <= 100)).toBe(true);
});

test("how many are behind is known without counting", () => {
  const lanes = createLanes();
  const [one, other] = ["a", "b"].map((name) => lanes.of(name, 0));
  one!.behind = true;
  one!.behind = true;
  other!.behind = true;
  expect(lanes.behind()).toBe(2);
  one!.behind = false;
  expect(lanes.behind()).toBe(1);
});

test("of idle lanes so many are remembered, and none that rests or waits is forgotten", () => {
  const lanes = createLanes();
  const waits = lanes.of("waits", 0);
  waits.lastAnsweredMs = 0;
  lanes.wait(waits, 5);
  const rests = lanes.of("rests", 0);
  rests.lastAnsweredMs = 990;
  const idle = lanes.of("idle", 0);
  idle.lastAnsweredMs = 10;
  for (let at = 0; at < 5_000; at++) lanes.of(`more-${at}`, 500).lastAnsweredMs = 1_000;
  expect(lanes.of("waits", 500)).toBe(waits);
  expect(lanes.of("rests", 500)).toBe(rests);
  expect(lanes.of("idle", 500)).not.toBe(idle);
});
