/**
 * Goal: copies are collected, swallowed and begin anew at the very moments at which ChirpStack's do.
 * Method: copies named by the moment at which they come; the clock is moved to each.
 */
import { expect, test } from "vitest";
import { createDeduplication } from "../../../simulator/core/deduplication.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";

async function story(delayMs: number, momentsMs: readonly number[]) {
  const clock = new WorldClock();
  const startMs = clock.monotonicMs();
  const collected: { atMs: number; copies: readonly number[] }[] = [];
  const swallowed: number[] = [];
  const deduplication = createDeduplication<number>({
    clock,
    delayMs,
    onCollected: (copies) => collected.push({ atMs: clock.monotonicMs() - startMs, copies }),
    onSwallowed: (copy) => swallowed.push(copy),
  });
  for (const momentMs of momentsMs) {
    await clock.advance(startMs + momentMs - clock.monotonicMs());
    deduplication.put("one", momentMs);
  }
  await clock.advance(10_000);
  return { collected, swallowed, deduplication };
}

test.each([
  ["a copy within the delay is collected", [0, 199], [{ atMs: 200, copies: [0, 199] }], []],
  ["a copy at its end comes too late", [0, 200], [{ atMs: 200, copies: [0] }], [200]],
  ["a copy before twice the delay is swallowed", [0, 399], [{ atMs: 200, copies: [0] }], [399]],
  [
    "a copy at twice the delay begins anew",
    [0, 400],
    [
      { atMs: 200, copies: [0] },
      { atMs: 600, copies: [400] },
    ],
    [],
  ],
  [
    "one that begins anew finds the copies that were swallowed shortly before",
    [0, 300, 450],
    [
      { atMs: 200, copies: [0] },
      { atMs: 650, copies: [0, 300, 450] },
    ],
    [300],
  ],
])("%s", async (_what, momentsMs, collected, swallowed) => {
  expect(await story(200, momentsMs)).toMatchObject({ collected, swallowed });
});

test("the lock lasts 200 ms however short the delay is", async () => {
  const { collected, swallowed } = await story(50, [0, 150, 200]);
  expect(collected.map(({ atMs }) => atMs)).toEqual([50, 250]);
  expect(swallowed).toEqual([150]);
});

test("different transmissions do not meet, and what is over is forgotten", async () => {
  const clock = new WorldClock();
  const collected: string[][] = [];
  const deduplication = createDeduplication<string>({
    clock,
    delayMs: 200,
    onCollected: (copies) => collected.push([...copies]),
    onSwallowed: () => undefined,
  });
  for (let number = 0; number < 1_000; number++) deduplication.put(`key ${number}`, `copy ${number}`);
  expect(deduplication.size).toBe(1_000);
  await clock.advance(400);
  expect(collected).toHaveLength(1_000);
  expect(collected[7]).toEqual(["copy 7"]);
  deduplication.put("another", "copy");
  expect(deduplication.size).toBe(1);
});
