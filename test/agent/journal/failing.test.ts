/** A disk that refuses: nothing is acknowledged meanwhile, live traffic goes on, everything is written afterwards. */

import { describe, expect, test } from "vitest";
import { AgentError, LOCKED_BY_US } from "../../../agent/errors.ts";
import type { Frame } from "../../../agent/frame/frame.ts";
import { STALLED_MS } from "../../../agent/journal/disk.ts";
import type { CustodyOutcome } from "../../../agent/journal/journal.ts";
import type { KeyValueStores } from "../../../agent/ports.ts";
import {
  DIRECTORY,
  draft,
  INTERVAL_MS,
  keepHeld,
  laneOfMeter,
  makeWorld,
  nextPatiently,
  readLane,
} from "./fixtures.ts";

const LANE = laneOfMeter(1);
const MAIN = ["main"];
const ignore = (): void => {};

describe("when the disk refuses to write", () => {
  test("nothing is acknowledged until it obeys, then all is written", async () => {
    const { open, cutPower, stores, clock, lines } = makeWorld();
    const journal = await open();
    const told: CustodyOutcome[] = [];
    stores.refuse((operation) => operation === "batch");
    const kept: Frame[] = [];
    for (let number = 0; number < 30; number++) {
      kept.push(journal.keep(draft(), LANE, MAIN, (outcome) => told.push(outcome)));
      await clock.advance(INTERVAL_MS * 3);
    }
    expect(told).toEqual([]);
    expect(journal.stats().failing).toContain("batch refused");
    expect(lines.filter((line) => line.level === "error").length).toBe(1);
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect(told).toEqual(Array.from({ length: 30 }, () => "held"));
    expect(journal.stats().failing).toBeUndefined();
    cutPower();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 30, lostAtOpen: 0 });
    expect(await readLane(again, LANE)).toEqual(kept);
    await again.close();
  });

  test.each([
    ["itself: it goes on saying what it was closed for", LOCKED_BY_US, /batch refused/],
    ["another process: it says which", "process 4711", /is held by process 4711$/],
  ])("while the lock is held by %s", async (_, reason, expected) => {
    const { open, stores, clock } = makeWorld();
    let isLocked = false;
    const locking: KeyValueStores = {
      repair: (directory) => stores.repair(directory),
      open: async (directory) => {
        if (isLocked) throw new AgentError("STORE_LOCKED", "locked", undefined, reason);
        return stores.open(directory);
      },
    };
    const journal = await open({ stores: locking });
    stores.refuse((operation) => operation === "batch");
    isLocked = true;
    const kept = keepHeld(journal, LANE);
    await clock.advance(5_000);
    expect(journal.stats().failing).toMatch(expected);
    stores.refuse(undefined);
    isLocked = false;
    await clock.advance(60_000);
    await kept;
    expect(journal.stats().failing).toBeUndefined();
    await journal.close();
  });

  test("who waits for a removal no longer than until it refuses is told what it says, and it is removed later", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const keeping = keepHeld(journal, LANE);
    await clock.advance(INTERVAL_MS * 3);
    const frame = await keeping;
    stores.refuse((operation) => operation === "batch");
    journal.taken("main", frame);
    const told = journal.tryFlush();
    await clock.advance(1);
    expect(await told).toContain("batch refused");
    expect(await journal.tryFlush()).toContain("batch refused");
    expect(journal.stats().storedFrames).toBe(1);
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect(journal.stats().storedFrames).toBe(0);
    expect(await journal.tryFlush()).toBeUndefined();
    await journal.close();
  });

  test("live frames still have custody by being taken", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    stores.refuse(() => true);
    const told: CustodyOutcome[] = [];
    journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(5_000);
    const live = journal.keep(draft(), laneOfMeter(2), MAIN, (outcome) => told.push(outcome));
    expect((await journal.next("main", laneOfMeter(2), -1))?.sequence).toBe(live.sequence);
    journal.taken("main", live);
    expect(told).toEqual(["held"]);
    await journal.close();
  });

  test("it is tried again after 1, 2, 4 … 60 seconds", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    stores.refuse(() => true);
    journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    const opensAt: number[] = [];
    const { opens } = stores;
    let seen = opens;
    for (let second = 1; second <= 250; second++) {
      await clock.advance(1_000);
      if (stores.opens > seen) opensAt.push(second);
      seen = stores.opens;
    }
    expect(opensAt).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
    await journal.close();
  });

  test("a failed batch that is on disk nonetheless leaves no double and no stray", async () => {
    const { open, stores, clock } = makeWorld({ cores: ["main", "second"] });
    const journal = await open();
    const both = ["main", "second"];
    stores.refusedBatchesLand = true;
    stores.refuse((operation) => operation === "batch");
    const gone = journal.keep(draft(), LANE, both, ignore);
    const half = journal.keep(draft(), LANE, both, ignore);
    await clock.advance(INTERVAL_MS);
    journal.taken("main", gone);
    journal.taken("second", gone);
    journal.taken("main", half);
    stores.refuse(undefined);
    await clock.advance(1_000);
    expect(await readLane(journal, LANE, "main")).toEqual([]);
    expect(await readLane(journal, LANE, "second")).toEqual([half]);
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 1, lostAtOpen: 0 });
    expect([...stores.entriesOf(DIRECTORY).keys()].filter((key) => /^[rl]/.test(key)).length).toBe(2);
    await again.close();
  });

  test("a frame that was taken while its commit failed is not written again", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const release = stores.stall();
    const frame = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    journal.taken("main", frame);
    release(true);
    await clock.advance(0);
    expect(journal.stats()).toMatchObject({ memoryFrames: 0, memoryOctets: 0, failing: expect.anything() });
    await clock.advance(2_000);
    expect(journal.stats()).toMatchObject({ storedFrames: 0, asideTotal: 0, failing: undefined });
    expect([...stores.entriesOf(DIRECTORY).keys()].filter((key) => /^[rlx]/.test(key))).toEqual([]);
    await journal.close();
  });

  test("removals that were confirmed without sync and went missing behind the error are made again", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    for (let number = 0; number < 10; number++) journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    for (const frame of await readLane(journal, LANE)) journal.taken("main", frame);
    await clock.advance(1_000);
    expect(journal.stats().storedFrames).toBe(0);
    const kept = journal.keep(draft(), LANE, MAIN, ignore);
    stores.refuse((operation) => operation === "batch");
    await clock.advance(INTERVAL_MS);
    stores.cutPower(DIRECTORY);
    stores.refuse(undefined);
    await clock.advance(1_000);
    expect(await readLane(journal, LANE)).toEqual([kept]);
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 1, lostAtOpen: 0 });
    await again.close();
  });

  test("a damaged store is repaired on the way and its lanes are read anew", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const kept: Frame[] = [];
    for (let number = 0; number < 6; number++) kept.push(journal.keep(draft(), LANE, MAIN, ignore));
    await clock.advance(INTERVAL_MS);
    journal.taken("main", kept[0]!);
    stores.refuse((operation) => operation === "batch");
    await clock.advance(1_000);
    stores.damage(DIRECTORY);
    const entries = stores.entriesOf(DIRECTORY);
    const [spoilt] = [...entries.keys()].filter((key) => key.startsWith("r")).slice(2);
    entries.delete(spoilt!);
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect(stores.repairs).toBe(1);
    expect(await readLane(journal, LANE)).toEqual(kept.filter((_, number) => number !== 0 && number !== 2));
    expect(journal.stats()).toMatchObject({ lostAtOpen: 1, storedFrames: 4, failing: undefined });
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 4, lostAtOpen: 0 });
    await again.close();
  });

  test("while a repaired store is read anew, frames are taken and none overtakes", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const kept = Array.from({ length: 6 }, () => journal.keep(draft(), LANE, MAIN, ignore));
    await clock.advance(INTERVAL_MS);
    stores.damage(DIRECTORY);
    stores.refuse((operation) => operation === "batch");
    journal.notes.set("any", "write");
    await clock.advance(0);
    stores.refuse(undefined);
    const release = stores.stallReads();
    await clock.advance(1_000);
    expect(stores.repairs).toBe(1);
    journal.keep(draft(), LANE, MAIN, ignore);
    let got: Frame | undefined;
    void nextPatiently(journal, clock, LANE).then((frame) => {
      got = frame;
    });
    await clock.advance(0);
    expect(got).toBeUndefined();
    expect(journal.backlog("main")[0]).toMatchObject({ frames: 7, oldestSequence: kept[0]!.sequence });
    journal.taken("main", kept[0]!);
    journal.taken("main", kept[1]!);
    release();
    await clock.advance(60_000);
    expect(got?.sequence).toBe(kept[2]!.sequence);
    expect((await readLane(journal, LANE)).length).toBe(5);
    expect(journal.backlog("main")[0]).toMatchObject({ frames: 5 });
    expect(journal.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 5 });
    await journal.close();
  });

  test("what is taken when a repaired store has just been read anew is not counted any more", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const kept = Array.from({ length: 6 }, () => journal.keep(draft(), LANE, MAIN, ignore));
    await clock.advance(INTERVAL_MS);
    stores.damage(DIRECTORY);
    stores.refuse((operation) => operation === "batch");
    journal.notes.set("any", "write");
    await clock.advance(0);
    stores.refuse(undefined);
    // The first batch after the repair clears up; the second one follows the reading.
    const clearedUp = stores.stall();
    await clock.advance(1_000);
    clearedUp();
    const read = stores.stall();
    await clock.advance(0);
    journal.taken("main", kept[0]!);
    read();
    await clock.advance(60_000);
    expect(stores.repairs).toBe(1);
    expect(journal.backlog("main")).toEqual([{ lane: LANE, frames: 5, oldestSequence: expect.any(Number) }]);
    expect(await readLane(journal, LANE)).toEqual(kept.slice(1));
    expect(journal.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 5 });
    await journal.close();
  });

  test("a change that waits meets an index that was made anew", async () => {
    const cores = ["one", "two", "three"];
    const { open, stores, clock } = makeWorld({ cores });
    const journal = await open();
    const frame = journal.keep(draft(), LANE, cores, ignore);
    await clock.advance(INTERVAL_MS);
    journal.taken("one", frame);
    await clock.advance(1_000);
    journal.notes.set("a sync", "covers what was written so far");
    await clock.advance(0);
    stores.refuse((operation) => operation === "batch");
    journal.taken("two", frame);
    await clock.advance(1_000);
    // The record still names all three: that is how the audit makes the entry again.
    const entries = stores.entriesOf(DIRECTORY);
    for (const key of [...entries.keys()].filter((each) => each.startsWith("l"))) entries.delete(key);
    stores.damage(DIRECTORY);
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect([...stores.entriesOf(DIRECTORY).keys()].filter((key) => key.startsWith("l")).length).toBe(1);
    expect(await readLane(journal, LANE, "two")).toEqual([]);
    expect(await readLane(journal, LANE, "three")).toEqual([frame]);
    await journal.close();
  });

  test("a note waits for the disk, and is not forgotten", async () => {
    const { open, cutPower, stores, clock } = makeWorld();
    const journal = await open();
    stores.refuse((operation) => operation === "batch");
    journal.notes.set("session", "9");
    await clock.advance(100);
    stores.refuse(undefined);
    await clock.advance(60_000);
    cutPower();
    const again = await open();
    expect(again.notes.get("session")).toBe("9");
    await again.close();
  });
});

describe("when the disk refuses to read", () => {
  test("next() says so at once rather than let a younger frame overtake, and other lanes go on", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const stored = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    const young = journal.keep(draft(), LANE, MAIN, ignore);
    const other = journal.keep(draft(), laneOfMeter(2), MAIN, ignore);
    stores.refuse(() => true);
    for (const atMs of [0, 500, 5_000]) {
      await clock.advance(atMs);
      await expect(journal.next("main", LANE, -1)).rejects.toMatchObject({ code: "STORE_IO" });
      expect((await journal.next("main", laneOfMeter(2), -1))?.sequence).toBe(other.sequence);
    }
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect((await journal.next("main", LANE, -1))?.sequence).toBe(stored.sequence);
    expect((await journal.next("main", LANE, stored.sequence))?.sequence).toBe(young.sequence);
    await journal.close();
  });

  test("a closed journal has nothing more to say", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    stores.refuse(() => true);
    await expect(journal.next("main", LANE, -1)).rejects.toMatchObject({ code: "STORE_IO" });
    await journal.close();
    expect(await journal.next("main", LANE, -1)).toBeUndefined();
  });

  test("one record that is never readable is passed over", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    journal.keep(draft(), LANE, MAIN, ignore);
    const second = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    let refused = 0;
    const obeys = (): boolean => journal.stats().failing === undefined;
    stores.refuse((operation) => operation === "get" && obeys() && refused++ < 3);
    let got: Frame | undefined;
    void nextPatiently(journal, clock, LANE).then((frame) => {
      got = frame;
    });
    await clock.advance(60_000);
    expect(got?.sequence).toBe(second.sequence);
    expect(journal.stats()).toMatchObject({ lostAtOpen: 1 });
    await journal.close();
  });
});

describe("when the disk hangs in the middle of life", () => {
  test.each(["over the commit", "over the look whether there is room", "over a reading after it"] as const)(
    "%s, it says so after ten seconds, and that it obeys when it does",
    async (over) => {
      const world = makeWorld({ ballast: true });
      const journal = await world.open();
      const first = keepHeld(journal, laneOfMeter(1));
      await world.clock.advance(INTERVAL_MS);
      let release = (): void => {};
      if (over === "over the commit") release = world.stores.stall();
      else if (over === "over a reading after it") release = world.stores.stallReads();
      else {
        const room = world.files.space.bind(world.files);
        const answered = new Promise<void>((resolve) => {
          release = resolve;
        });
        world.files.space = async () => answered.then(room);
      }
      journal.taken("main", await first);
      let held = false;
      void keepHeld(journal, laneOfMeter(2)).then(() => {
        held = true;
      });
      await world.clock.advance(STALLED_MS - 1);
      expect(journal.stats().failing).toBeUndefined();
      await world.clock.advance(3_000);
      expect(journal.stats().failing).toContain("has not answered");
      release();
      await world.clock.advance(INTERVAL_MS);
      expect(journal.stats().failing).toBeUndefined();
      expect(held).toBe(true);
      await journal.close();
    },
  );
});

test("a store that was removed is made anew: it knows whose it is, and what is gone is counted", async () => {
  const { open, stores, clock, cutPower } = makeWorld({ cores: ["main", "second"] });
  const journal = await open();
  journal.notes.set("session", "9");
  for (let number = 0; number < 3; number++) journal.keep(draft(), LANE, MAIN, ignore);
  await clock.advance(INTERVAL_MS);
  stores.refuse((operation) => operation === "batch");
  const told: CustodyOutcome[] = [];
  const kept = journal.keep(draft(), LANE, ["second"], (outcome) => told.push(outcome));
  await clock.advance(INTERVAL_MS);
  stores.entriesOf(DIRECTORY).clear();
  stores.refuse(undefined);
  expect(told).toEqual([]);
  await clock.advance(60_000);
  expect(told).toEqual(["held"]);
  expect(journal.stats()).toMatchObject({ lostAtOpen: 3, storedFrames: 1, failing: undefined });
  expect(journal.backlog("main")).toEqual([]);
  cutPower();
  const again = await open();
  expect(again.stats()).toMatchObject({ storedFrames: 1, lostAtOpen: 0 });
  expect(await readLane(again, LANE, "main")).toEqual([]);
  expect(await readLane(again, LANE, "second")).toEqual([kept]);
  expect(again.notes.get("session")).toBe("9");
  await again.close();
});
