import fc from "fast-check";
import { expect, test } from "vitest";
import { tellStory } from "../../../simulator/demo/story.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

test("the same seed tells the same story, another seed another one", () => {
  const story = tellStory(70_000, 22_000, new WorldRng(7));
  expect(tellStory(70_000, 22_000, new WorldRng(7))).toEqual(story);
  expect(tellStory(70_000, 22_000, new WorldRng(8))).not.toEqual(story);
});

test("whatever the seed, every outage begins after the joins, ends before the next, and the kill lies within one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 40, max: 3_600 }),
      (seed, seconds) => {
        const lengthMs = seconds * 1_000;
        const joinMs = Math.round(lengthMs * 0.35);
        const { scenes, common, restMs } = tellStory(lengthMs, joinMs, new WorldRng(seed));
        const timesMs = scenes.map(({ atMs }) => atMs);
        expect(timesMs).toEqual([...timesMs].sort((a, b) => a - b));
        expect(timesMs[0]).toBeGreaterThan(joinMs);
        expect(timesMs.at(-1)).toBe(restMs);
        expect(restMs).toBeLessThan(lengthMs);
        // From a minute on what was stored waits for the shared time axis.
        for (const [from, to] of [
          [0, 1],
          [2, 3],
          [4, 7],
        ] as const)
          expect(timesMs[to]! - timesMs[from]!).toBeLessThan(60_000);
        expect(scenes.map(({ deed }) => deed.kind)).toEqual([
          ...["cut", "restore", "cutAll", "restoreAll"],
          ...["cut", "kill", "start", "restore", "fleetRests"],
        ]);
        expect([common.fromMs, common.toMs]).toEqual([timesMs[2], timesMs[4]]);
      },
    ),
  );
});
