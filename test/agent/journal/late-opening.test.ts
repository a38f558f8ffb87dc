/**
 * A start with a disk that refuses, hangs, or is not there yet: frames are kept in memory and taken, nothing is said to
 * have custody that has none, and when the disk comes the journal takes its place behind what was there.
 */
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { STALLED_MS } from "../../../agent/journal/disk.ts";
import type { CustodyOutcome, Journal } from "../../../agent/journal/journal.ts";
import { CLOSE_MS_MAX, OPENING_PATIENCE_MS } from "../../../agent/journal/store-journal.ts";
import type { KeyValueStores } from "../../../agent/ports.ts";
import { moving } from "../../../simulator/world/doors.ts";
import { DIRECTORY, draft, INTERVAL_MS, laneOfMeter, makeWorld, readLane, type World } from "./fixtures.ts";

const LANE = laneOfMeter(1);
const OTHER = laneOfMeter(2);
const MAIN = ["main"];
const ignore = (): void => {};

/** A disk with frames of earlier runs, of which the last one was the third. */
async function earlierRuns(world: World, cores: readonly string[] = MAIN): Promise<Frame[]> {
  const kept: Frame[] = [];
  for (let run = 0; run < 3; run++) {
    const journal = await world.open({ cores });
    kept.push(journal.keep(draft(), LANE, cores, ignore));
    journal.notes.set("session", `${run}`);
    await world.clock.advance(INTERVAL_MS);
    await journal.close();
  }
  return kept;
}

function hangingStores(world: World): { stores: KeyValueStores; release(): void } {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    stores: {
      open: async (directory, options) => {
        await gate;
        return world.stores.open(directory, options);
      },
      repair: (directory) => world.stores.repair(directory),
    },
    release,
  };
}

describe("a start with a disk that refuses", () => {
  test("carries frames, says nothing of custody that it has not, and says aloud that it fails", async () => {
    const world = makeWorld();
    world.stores.refuse(() => true);
    const journal = await world.open();
    const told: CustodyOutcome[] = [];
    const waiting = journal.keep(draft(), LANE, MAIN, (outcome) => told.push(outcome));
    await world.clock.advance(600_000);
    expect(told).toEqual([]);
    expect(journal.stats().failing).toContain("open refused");
    expect(world.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(await journal.next("main", LANE, -1)).toEqual(waiting);
    journal.taken("main", waiting);
    expect(told).toEqual(["held"]);
    expect(journal.stats()).toMatchObject({ memoryFrames: 0, storedFrames: 0 });
    expect(await journal.close()).toBe(true);
  });

  test("tries again after 1, 2, 4 … 60 seconds", async () => {
    const world = makeWorld();
    world.stores.refuse(() => true);
    const journal = await world.open();
    const opensAt: number[] = [];
    let seen = world.stores.opens;
    for (let second = 1; second <= 250; second++) {
      await world.clock.advance(1_000);
      if (world.stores.opens > seen) opensAt.push(second);
      seen = world.stores.opens;
    }
    expect(opensAt).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
    await journal.close();
  });

  test("bounds what it keeps, and gives up the oldest", async () => {
    const world = makeWorld();
    world.stores.refuse(() => true);
    const journal = await world.open({ memoryOctetsMax: 20_000 });
    const told: CustodyOutcome[] = [];
    for (let number = 0; number < 1_000; number++) {
      journal.keep(draft(), LANE, MAIN, (outcome) => told.push(outcome));
      expect(journal.stats().memoryOctets).toBeLessThanOrEqual(20_000);
    }
    await world.clock.advance(0);
    expect(told.length).toBe(1_000 - journal.stats().memoryFrames);
    expect(new Set(told)).toEqual(new Set(["givenUp"]));
    await journal.close();
  });

  test("takes custody when it obeys: behind what was there, under numbers that nobody has had", async () => {
    const world = makeWorld();
    const stored = await earlierRuns(world);
    world.stores.refuse(() => true);
    const journal = await world.open();
    let found = 0;
    journal.whenFound(() => {
      found++;
      expect(journal.backlog("main").map(({ frames }) => frames)).toEqual([5, 1]);
    });
    const told: CustodyOutcome[] = [];
    const keep = (lane: string): Frame => journal.keep(draft(), lane, MAIN, (outcome) => told.push(outcome));
    const young = [keep(LANE), keep(LANE)];
    const other = keep(OTHER);
    expect(journal.backlog("main").map(({ frames }) => frames)).toEqual([2, 1]);
    await world.clock.advance(500);
    world.stores.refuse(undefined);
    await world.clock.advance(60_000);
    expect(found).toBe(1);
    expect(told).toEqual(["held", "held", "held"]);
    expect(journal.stats()).toMatchObject({ storedFrames: 6, memoryFrames: 0, failing: undefined });
    const all = await readLane(journal, LANE);
    expect(all.map(({ rxpkText }) => rxpkText)).toEqual(
      [...stored, ...young].map(({ rxpkText }) => rxpkText),
    );
    const sequences = all.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((one, two) => one - two));
    // Whoever was given a number before is understood by it.
    expect(await journal.next("main", LANE, young[0]!.sequence)).toEqual(all[4]);
    for (const frame of [...young, other]) journal.taken("main", frame);
    await world.clock.advance(2_000);
    expect(await readLane(journal, LANE)).toEqual(stored);
    expect(journal.stats().storedFrames).toBe(3);
    expect(journal.keep(draft(), LANE, MAIN, ignore).sequence).toBeGreaterThan(sequences.at(-1)!);
    await journal.close();
    const again = await world.open();
    expect(again.stats()).toMatchObject({ storedFrames: 4, lostAtOpen: 0 });
    expect(again.keep(draft(), LANE, MAIN, ignore).sequence).toBeGreaterThan(sequences.at(-1)!);
    await again.close();
  });

  test("a frame handed out before the disk came is taken, set aside or asked after by its old number", async () => {
    const world = makeWorld();
    await earlierRuns(world);
    world.stores.refuse(() => true);
    const journal = await world.open();
    const told: string[] = [];
    const keep = (name: string): Frame =>
      journal.keep(draft(), OTHER, MAIN, (outcome) => told.push(`${name} ${outcome}`));
    const [one, two, three] = [keep("one"), keep("two"), keep("three")];
    await world.clock.advance(100);
    world.stores.refuse(undefined);
    const release = world.stores.stall();
    await world.clock.advance(1_000);
    journal.taken("main", one);
    journal.setAside("main", two);
    journal.whenCustody(three.sequence, (outcome) => told.push(`repeat ${outcome}`));
    release();
    await world.clock.advance(5_000);
    expect(told.sort()).toEqual(["one held", "repeat held", "three held", "two held"]);
    expect((await readLane(journal, OTHER)).map(({ rxpkText }) => rxpkText)).toEqual([three.rxpkText]);
    await journal.close();
  });

  test("cores keep the bits that the disk gave them, in whatever order the settings now name them", async () => {
    const world = makeWorld();
    await earlierRuns(world, ["main", "second"]);
    world.stores.refuse(() => true);
    const cores = ["third", "second", "main"];
    const journal = await world.open({ cores });
    const forThird = journal.keep(draft(), OTHER, ["third"], ignore);
    const forAll = journal.keep(draft(), OTHER, cores, ignore);
    journal.taken("second", forAll);
    world.stores.refuse(undefined);
    await world.clock.advance(60_000);
    const textsOf = async (core: string, lane: string): Promise<string[]> =>
      (await readLane(journal, lane, core)).map(({ rxpkText }) => rxpkText);
    expect(await textsOf("third", OTHER)).toEqual([forThird.rxpkText, forAll.rxpkText]);
    expect(await textsOf("main", OTHER)).toEqual([forAll.rxpkText]);
    expect(await textsOf("second", OTHER)).toEqual([]);
    expect(await textsOf("second", LANE)).toHaveLength(3);
    expect(await textsOf("third", LANE)).toHaveLength(0);
    await journal.close();
  });

  test("the notes of earlier runs win over those made meanwhile; new ones are added", async () => {
    const world = makeWorld();
    await earlierRuns(world);
    world.stores.refuse(() => true);
    const journal = await world.open();
    expect(journal.notes.get("session")).toBeUndefined();
    journal.notes.set("session", "mine");
    journal.notes.set("other", "mine");
    journal.whenFound(() => journal.notes.set("session", `${journal.notes.get("session")} and on`));
    world.stores.refuse(undefined);
    await world.clock.advance(60_000);
    world.cutPower();
    const again = await world.open();
    expect([again.notes.get("session"), again.notes.get("other")]).toEqual(["2 and on", "mine"]);
    await again.close();
  });

  test("is refused by another agent's journal and by a newer one, at once", async () => {
    const world = makeWorld();
    const journal = await world.open();
    await expect(world.open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await journal.close();
    world.files.contents.set(
      `${DIRECTORY}/holder.json`,
      Buffer.from(JSON.stringify({ format: 99, openCount: 1 })),
    );
    const opens = world.stores.opens;
    await expect(world.open()).rejects.toMatchObject({ code: "STORE_NEWER" });
    expect(world.stores.opens).toBe(opens);
  });
});

describe("a start with a disk that does not answer for half a minute", () => {
  async function startHanging(world: World): Promise<{ journal: Journal; release(): void }> {
    const { stores, release } = hangingStores(world);
    return { journal: await moving(world.clock, world.open({ stores })), release };
  }

  test("waits two seconds for it, then carries without, and takes custody when it answers", async () => {
    const world = makeWorld();
    const stored = await earlierRuns(world);
    const fromMs = world.clock.monotonicMs();
    const { journal, release } = await startHanging(world);
    expect(world.clock.monotonicMs() - fromMs).toBeLessThanOrEqual(OPENING_PATIENCE_MS + 1);
    const told: CustodyOutcome[] = [];
    journal.keep(draft(), OTHER, MAIN, (outcome) => told.push(outcome));
    await world.clock.advance(28_000);
    expect(journal.stats().failing).toContain("has not answered");
    expect(told).toEqual([]);
    release();
    await world.clock.advance(INTERVAL_MS);
    expect(told).toEqual(["held"]);
    expect(journal.stats().failing).toBeUndefined();
    expect(await readLane(journal, LANE)).toEqual(stored);
    await journal.close();
  });

  test("a stop does not wait for it, says what is given up, and leaves no store open behind", async () => {
    const world = makeWorld();
    const { journal, release } = await startHanging(world);
    const told: CustodyOutcome[] = [];
    journal.keep(draft(), OTHER, MAIN, (outcome) => told.push(outcome));
    const fromMs = world.clock.monotonicMs();
    expect(await moving(world.clock, journal.close())).toBe(false);
    expect(world.clock.monotonicMs() - fromMs).toBeLessThanOrEqual(CLOSE_MS_MAX + 1);
    expect(told).toEqual(["givenUp"]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ frames: 1, event: "frames given up: they were never acknowledged" }),
    );
    release();
    await world.clock.advance(1_000);
    await (await world.open()).close();
  });
});

test("another journal that appears where ours was is left as it is, and said", async () => {
  const world = makeWorld();
  const stored = await earlierRuns(world);
  const theirs = new Map(world.stores.entriesOf(DIRECTORY));
  world.stores.entriesOf(DIRECTORY).clear();
  world.files.contents.clear();
  const replaced: string[] = [];
  const journal = await world.open({ onReplaced: ({ code }) => replaced.push(code) });
  journal.keep(draft(), LANE, MAIN, ignore);
  await world.clock.advance(INTERVAL_MS);
  // The mount comes: LevelDB's next sync finds another store at its path.
  world.stores.refuse((operation) => operation === "batch");
  journal.keep(draft(), LANE, MAIN, ignore);
  await world.clock.advance(INTERVAL_MS);
  const entries = world.stores.entriesOf(DIRECTORY);
  entries.clear();
  for (const [key, value] of theirs) entries.set(key, value);
  world.stores.refuse(undefined);
  await world.clock.advance(1_000);
  expect(replaced).toEqual(["STORE_REPLACED"]);
  expect([...world.stores.entriesOf(DIRECTORY)]).toEqual([...theirs]);
  await journal.close();
  expect([...world.stores.entriesOf(DIRECTORY)]).toEqual([...theirs]);
  const again = await world.open();
  expect(await readLane(again, LANE)).toEqual(stored);
  await again.close();
});

describe("a start that takes long", () => {
  /** Each step of the disk takes so long. */
  function slowStores(world: World, stepMs: number): KeyValueStores {
    return {
      repair: (directory) => world.stores.repair(directory),
      open: async (directory, options) => {
        for (let table = 0; table < 5; table++) {
          await world.clock.sleep(stepMs);
          options?.onStep?.();
        }
        const store = await world.stores.open(directory, options);
        return {
          ...store,
          keys: async (range) => {
            await world.clock.sleep(stepMs);
            return store.keys(range);
          },
        };
      },
    };
  }

  test("is no failure as long as the disk does something", async () => {
    const world = makeWorld();
    await earlierRuns(world);
    const opening = world.open({ stores: slowStores(world, STALLED_MS - 1_000) });
    await world.clock.advance(4 * STALLED_MS);
    const journal = await opening;
    expect(journal.stats().failing).toBeUndefined();
    await world.clock.advance(6 * STALLED_MS);
    expect(journal.stats().storedFrames).toBe(3);
    expect(world.lines.filter(({ level }) => level === "error")).toEqual([]);
    await journal.close();
  });

  test("is one when a single step does not end", async () => {
    const world = makeWorld();
    await earlierRuns(world);
    const opening = world.open({ stores: slowStores(world, STALLED_MS + 1_000) });
    await world.clock.advance(STALLED_MS);
    const journal = await opening;
    expect(journal.stats().failing).toContain("has not answered");
    await world.clock.advance(12 * STALLED_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 3, failing: undefined });
    await journal.close();
  });
});
