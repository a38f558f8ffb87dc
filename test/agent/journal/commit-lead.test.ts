/**
 * Goal: with the core down, a frame is on disk within the commit interval and not merely begun to be written, unless
 * the disk is so slow that this would cost flash when the core is up.
 * Method: the world's clock, and its disk with fsyncs that take their time.
 */
import { expect, test } from "vitest";
import type { Journal } from "../../../agent/journal/journal.ts";
import { INTERVAL_MS, keepHeld, laneOfMeter, makeWorld, type World } from "./fixtures.ts";

/** Enough for what is learnt with each commit to settle. */
const COMMITS = 40;
/** An eighth of the interval. */
const LEAD_MS_MAX = INTERVAL_MS / 8;

interface Commit {
  /** From keep() to the begin of its fsync, and to its custody. */
  readonly begunMs: number;
  readonly heldMs: number;
}

/** Keeps one frame after the other, each when the one before has custody. @returns the last commit. */
async function settled(world: World, journal: Journal, syncMs: () => number): Promise<Commit> {
  const { clock, stores } = world;
  let begunAtMs = 0;
  stores.sync = () => {
    begunAtMs = clock.monotonicMs();
    return clock.sleep(syncMs());
  };
  let last: Commit | undefined;
  for (let meter = 0; meter < COMMITS; meter++) {
    const keptAtMs = clock.monotonicMs();
    const held = keepHeld(journal, laneOfMeter(meter)).then(() => clock.monotonicMs());
    await clock.advance(1_000);
    last = { begunMs: begunAtMs - keptAtMs, heldMs: (await held) - keptAtMs };
  }
  stores.sync = undefined;
  await journal.close();
  return last!;
}

test("once it is known what a commit takes, a frame is on disk within the interval", async () => {
  const world = makeWorld();
  const { heldMs } = await settled(world, await world.open(), () => 4);
  expect(heldMs).toBeLessThan(INTERVAL_MS + 0.1);
  expect(heldMs).toBeGreaterThan(INTERVAL_MS - 1);
});

test("a commit begins an eighth of the interval early at most", async () => {
  const world = makeWorld();
  // What grows slowly is learnt as far as it may be, and what then jumps beyond changes nothing.
  let syncMs = 4;
  const { begunMs } = await settled(world, await world.open(), () => {
    syncMs += 0.5;
    return syncMs;
  });
  expect(begunMs).toBeGreaterThanOrEqual(INTERVAL_MS - LEAD_MS_MAX);
  expect(begunMs).toBeLessThan(INTERVAL_MS - LEAD_MS_MAX / 2);
});

test("a disk that takes longer than that is not run after", async () => {
  const world = makeWorld();
  const { begunMs } = await settled(world, await world.open(), () => 50);
  expect(begunMs).toBe(INTERVAL_MS);
});

test("when commits become quick again they are no longer begun early", async () => {
  const world = makeWorld();
  let commits = 0;
  const { begunMs } = await settled(world, await world.open(), () => (++commits < COMMITS / 2 ? 8 : 0));
  expect(begunMs).toBeGreaterThan(INTERVAL_MS - 0.1);
});
