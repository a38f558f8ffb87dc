/** Custody: when it is said, what it costs the disk, and what is handed out afterwards. The world's clock and disk. */
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { FRAME_OVERHEAD_OCTETS } from "../../../agent/journal/custody.ts";
import type { CustodyOutcome, Journal } from "../../../agent/journal/journal.ts";
import { readRecord } from "../../../agent/journal/record.ts";
import {
  DIRECTORY,
  draft,
  EUI,
  INTERVAL_MS,
  keepHeld,
  laneOfMeter,
  makeWorld,
  readAll,
  readLane,
  type World,
} from "./fixtures.ts";

const LANE = laneOfMeter(1);
const MAIN = ["main"];
const ignore = (): void => {};

describe("while the core takes everything at once", () => {
  test("the disk is never touched and no timer runs", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const batchesAtOpen = stores.batches;
    const outcomes: CustodyOutcome[] = [];
    for (let meter = 0; meter < 1_000; meter++) {
      const frame = journal.keep(draft(), laneOfMeter(meter), MAIN, (outcome) => outcomes.push(outcome));
      expect(clock.pendingTimers).toBe(1);
      await clock.advance(INTERVAL_MS - 1);
      expect(outcomes.length).toBe(meter);
      journal.taken("main", frame);
      expect(outcomes.length).toBe(meter + 1);
      expect(clock.pendingTimers).toBe(0);
    }
    await clock.advance(10_000);
    await journal.close();
    expect(stores.batches).toBe(batchesAtOpen);
    expect(new Set(outcomes)).toEqual(new Set(["held"]));
    expect(journal.stats()).toMatchObject({ keptTotal: 1_000, storedTotal: 0, memoryFrames: 0, commits: 0 });
  });

  test("a younger frame waits its own interval when the oldest was taken", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const before = stores.batches;
    const first = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(50);
    journal.keep(draft(), laneOfMeter(2), MAIN, ignore);
    journal.taken("main", first);
    await clock.advance(79);
    expect(stores.batches).toBe(before);
    await clock.advance(1);
    expect(stores.batches).toBe(before + 1);
    await journal.close();
  });
});

describe("while the core is down", () => {
  test("one synced batch per interval takes all that waits", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const before = { batches: stores.batches, syncs: stores.syncs };
    for (let moment = 0; moment < 10; moment++) {
      for (let meter = 0; meter < 8; meter++) {
        journal.keep(draft(), laneOfMeter(meter), MAIN, ignore);
        await clock.advance(10);
      }
      await clock.advance(20);
    }
    expect(stores.batches - before.batches).toBe(10);
    expect(stores.syncs - before.syncs).toBe(10);
    expect(journal.stats()).toMatchObject({
      storedFrames: 80,
      commits: 10,
      memoryFrames: 0,
      memoryOctets: 0,
    });
    expect(clock.pendingTimers).toBe(0);
    await journal.close();
  });

  test("custody is said after the sync has ended and not before", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const release = stores.stall();
    const outcomes: CustodyOutcome[] = [];
    journal.keep(draft(), LANE, MAIN, (outcome) => outcomes.push(outcome));
    await clock.advance(10 * INTERVAL_MS);
    expect(outcomes).toEqual([]);
    release();
    await clock.advance(0);
    expect(outcomes).toEqual(["held"]);
    await journal.close();
  });

  test("frames that come during a commit wait for the next one", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const release = stores.stall();
    const outcomes: string[] = [];
    journal.keep(draft(), LANE, MAIN, () => outcomes.push("first"));
    await clock.advance(INTERVAL_MS);
    journal.keep(draft(), LANE, MAIN, () => outcomes.push("second"));
    await clock.advance(5);
    const { batches } = stores;
    release();
    await clock.advance(0);
    expect(outcomes).toEqual(["first"]);
    await clock.advance(INTERVAL_MS);
    expect(outcomes).toEqual(["first", "second"]);
    expect(stores.batches).toBe(batches + 1);
    await journal.close();
  });

  test("frames survive a power cut after custody, in order, per lane", async () => {
    const { open, cutPower, clock } = makeWorld();
    const journal = await open();
    const kept: Frame[] = [];
    for (let number = 0; number < 60; number++) {
      kept.push(journal.keep(draft(), laneOfMeter(number % 3), MAIN, ignore));
      await clock.advance(30);
    }
    await clock.advance(INTERVAL_MS);
    cutPower();

    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 60, lostAtOpen: 0 });
    expect(again.stats().oldestArrivedWallMs).toBe(kept[0]!.arrivedWallMs);
    const lanes = await readAll(again);
    for (let meter = 0; meter < 3; meter++) {
      expect(lanes.get(laneOfMeter(meter))).toEqual(kept.filter((_, number) => number % 3 === meter));
    }
    const later = again.keep(draft(), LANE, MAIN, ignore);
    expect(later.sequence).toBeGreaterThan(kept.at(-1)!.sequence);
    await again.close();
  });

  test("the backlog names each lane, the one with the oldest frame first", async () => {
    const { open, clock } = makeWorld();
    const journal = await open();
    const first = journal.keep(draft(), laneOfMeter(7), MAIN, ignore);
    journal.keep(draft(), laneOfMeter(3), MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    journal.keep(draft(), laneOfMeter(7), MAIN, ignore);
    const join = journal.keep(draft(), `${EUI}/j70b3d57ed0000001`, MAIN, ignore);
    expect(journal.backlog("main")).toEqual([
      { lane: laneOfMeter(7), frames: 2, oldestSequence: first.sequence },
      { lane: laneOfMeter(3), frames: 1, oldestSequence: first.sequence + 1 },
      { lane: `${EUI}/j70b3d57ed0000001`, frames: 1, oldestSequence: join.sequence },
    ]);
    journal.taken("main", first);
    expect(journal.backlog("main")[1]).toEqual({
      lane: laneOfMeter(7),
      frames: 1,
      oldestSequence: first.sequence + 2,
    });
    expect(journal.backlog("stranger")).toEqual([]);
    await journal.close();
  });

  test("a lane is drained in order while frames are still being committed and kept", async () => {
    const { open, clock } = makeWorld();
    const journal = await open();
    const kept: Frame[] = [];
    const got: Frame[] = [];
    for (let number = 0; number < 40; number++)
      kept.push(await settled(journal.keep(draft(), LANE, MAIN, ignore)));
    async function settled(frame: Frame): Promise<Frame> {
      await clock.advance(33);
      return frame;
    }
    let after = -1;
    for (let number = 0; number < 50; number++) {
      const frame = await journal.next("main", LANE, after);
      if (frame === undefined) break;
      got.push(frame);
      after = frame.sequence;
      if (number < 10) kept.push(journal.keep(draft(), LANE, MAIN, ignore));
      if (number % 7 === 0) await clock.advance(INTERVAL_MS);
      journal.taken("main", frame);
    }
    expect(got).toEqual(kept);
    await clock.advance(1_000);
    expect(journal.backlog("main")).toEqual([]);
    expect(journal.stats()).toMatchObject({
      storedFrames: 0,
      storedOctets: 0,
      memoryFrames: 0,
      removedTotal: 50,
    });
    expect(journal.stats().oldestArrivedWallMs).toBeUndefined();
    await journal.close();
  });

  test("a frame is seen by next() while its commit runs, once", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const first = await keepAndAdvance();
    const release = stores.stall();
    const second = await keepAndAdvance();
    const third = journal.keep(draft(), LANE, MAIN, ignore);
    async function keepAndAdvance(): Promise<Frame> {
      const frame = journal.keep(draft(), LANE, MAIN, ignore);
      await clock.advance(INTERVAL_MS);
      return frame;
    }
    expect(await readLane(journal, LANE)).toEqual([first, second, third]);
    release();
    await clock.advance(0);
    expect(await readLane(journal, LANE)).toEqual([first, second, third]);
    await journal.close();
  });

  test("taken while its commit runs, a frame has custody at once and leaves the disk afterwards", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const release = stores.stall();
    const outcomes: CustodyOutcome[] = [];
    const frame = journal.keep(draft(), LANE, MAIN, (outcome) => outcomes.push(outcome));
    await clock.advance(INTERVAL_MS);
    journal.taken("main", frame);
    expect(outcomes).toEqual(["held"]);
    expect(await journal.next("main", LANE, -1)).toBeUndefined();
    release();
    await clock.advance(1_000);
    expect(outcomes).toEqual(["held"]);
    expect(journal.stats().storedFrames).toBe(0);
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 0, lostAtOpen: 0 });
    await again.close();
  });
});

describe("removal", () => {
  test("is written without sync, 64 at a time, or after a second", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    for (let number = 0; number < 70; number++) journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    const frames = await readLane(journal, LANE);
    const { syncs, batches } = stores;
    for (const frame of frames.slice(0, 64)) journal.taken("main", frame);
    await clock.advance(0);
    expect(stores.batches).toBe(batches + 1);
    for (const frame of frames.slice(64)) journal.taken("main", frame);
    await clock.advance(999);
    expect(stores.batches).toBe(batches + 1);
    await clock.advance(1);
    expect(stores.batches).toBe(batches + 2);
    expect(stores.syncs).toBe(syncs);
    expect(clock.pendingTimers).toBe(0);
    expect([...stores.entriesOf(DIRECTORY).keys()].filter((key) => /^[rl]/.test(key))).toEqual([]);
    await journal.close();
  });

  test("is synced now and then, so that what an error could undo stays bounded", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    for (let number = 0; number < 3_000; number++) {
      journal.keep(draft(), laneOfMeter(number % 50), MAIN, ignore);
      if (number % 1_000 === 0) await clock.advance(INTERVAL_MS);
    }
    await clock.advance(INTERVAL_MS);
    const { syncs } = stores;
    for (const frames of (await readAll(journal)).values()) {
      for (const frame of frames) journal.taken("main", frame);
      await clock.advance(0);
    }
    await clock.advance(1_000);
    expect(journal.stats().storedFrames).toBe(0);
    expect(stores.syncs).toBe(syncs + 1);
    await journal.close();
  });

  test("rides along with a commit", async () => {
    const { open, stores, clock } = makeWorld();
    const journal = await open();
    const first = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    journal.taken("main", first);
    journal.keep(draft(), LANE, MAIN, ignore);
    const { batches } = stores;
    await clock.advance(INTERVAL_MS);
    expect(stores.batches).toBe(batches + 1);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, removedTotal: 1 });
    expect(clock.pendingTimers).toBe(0);
    await journal.close();
  });

  test("said twice, or of a frame that nobody remembers, changes nothing more", async () => {
    const { open, clock } = makeWorld();
    const journal = await open();
    const frame = journal.keep(draft(), LANE, MAIN, ignore);
    const other = journal.keep(draft(), LANE, MAIN, ignore);
    await clock.advance(INTERVAL_MS);
    for (let again = 0; again < 3; again++) {
      journal.taken("main", frame);
      journal.taken("stranger", other);
      await clock.advance(1_000);
    }
    expect(journal.stats()).toMatchObject({ storedFrames: 1, removedTotal: 1 });
    expect(journal.backlog("main")).toEqual([{ lane: LANE, frames: 1, oldestSequence: other.sequence }]);
    await journal.close();
  });

  test("reaches a frame which was handed out so long ago that its state was forgotten", async () => {
    const { open, clock } = makeWorld();
    const journal = await open();
    const frames: Frame[] = [];
    for (let number = 0; number < 9_000; number++) {
      frames.push(journal.keep(draft(), laneOfMeter(number % 10), MAIN, ignore));
      if (number % 1_000 === 0) await clock.advance(INTERVAL_MS);
    }
    await clock.advance(INTERVAL_MS);
    journal.taken("main", frames[0]!);
    journal.taken("main", frames[0]!);
    await clock.advance(1_000);
    expect(journal.stats()).toMatchObject({ storedFrames: 8_999, removedTotal: 1 });
    expect((await journal.next("main", laneOfMeter(0), -1))?.sequence).toBe(frames[10]!.sequence);
    await journal.close();
  });
});

describe("a slow reading", () => {
  /** Four frames on disk; next() has seen the index and stalls, while `meanwhile` runs. */
  async function slowNext(meanwhile: (world: World, journal: Journal, frames: Frame[]) => Promise<void>) {
    const world = makeWorld();
    const journal = await world.open();
    const frames = Array.from({ length: 4 }, () => journal.keep(draft(), LANE, MAIN, ignore));
    await world.clock.advance(INTERVAL_MS);
    const release = world.stores.stallReads();
    const next = journal.next("main", LANE, -1);
    await world.clock.advance(0);
    await meanwhile(world, journal, frames);
    release();
    const got = await next;
    expect(journal.stats()).toMatchObject({ lostAtOpen: 0, asideTotal: 0 });
    await journal.close();
    return { frames, got };
  }

  test("does not hand out what was taken and removed meanwhile", async () => {
    const { frames, got } = await slowNext(async ({ clock }, journal, [first]) => {
      journal.taken("main", first!);
      await clock.advance(1_000);
    });
    expect(got).toEqual(frames[1]);
  });

  test("does not hand out what was taken meanwhile and is not yet removed", async () => {
    const { frames, got } = await slowNext(async (_world, journal, [first]) => journal.taken("main", first!));
    expect(got).toEqual(frames[1]);
  });

  test("finds what was committed meanwhile when all the rest was taken", async () => {
    let late: Frame | undefined;
    const { got } = await slowNext(async ({ clock }, journal, frames) => {
      for (const frame of frames) journal.taken("main", frame);
      late = journal.keep(draft(), LANE, MAIN, ignore);
      await clock.advance(1_000);
    });
    expect(got).toEqual(late);
  });
});

describe("several cores", () => {
  const CORES = ["main", "second"];

  test("the one that is up gets nothing twice, the one that is down loses nothing, over a clean close", async () => {
    const { open, clock } = makeWorld({ cores: CORES });
    const journal = await open();
    const kept: Frame[] = [];
    for (let number = 0; number < 20; number++) {
      const frame = journal.keep(draft(), LANE, CORES, ignore);
      kept.push(frame);
      if (number % 2 === 0) journal.taken("main", frame);
      await clock.advance(INTERVAL_MS);
      // Every fourth is taken late: from disk.
      if (number % 4 === 1) journal.taken("main", frame);
    }
    await journal.close();

    const again = await open();
    const missing = kept.filter((_, number) => number % 4 === 3);
    expect(await readLane(again, LANE, "main")).toEqual(missing);
    expect(await readLane(again, LANE, "second")).toEqual(kept);
    expect(again.backlog("main")).toEqual([
      { lane: LANE, frames: missing.length, oldestSequence: missing[0]!.sequence },
    ]);
    for (const frame of missing) again.taken("main", frame);
    for (const frame of kept) again.taken("second", frame);
    await clock.advance(1_000);
    expect(again.stats()).toMatchObject({ storedFrames: 0, storedOctets: 0, lostAtOpen: 0 });
    await again.close();
  });

  test("custody waits for the slower one, or for the disk", async () => {
    const { open, clock } = makeWorld({ cores: CORES });
    const journal = await open();
    const outcomes: CustodyOutcome[] = [];
    const frame = journal.keep(draft(), LANE, CORES, (outcome) => outcomes.push(outcome));
    journal.taken("main", frame);
    expect(outcomes).toEqual([]);
    expect(await journal.next("main", LANE, -1)).toBeUndefined();
    expect((await journal.next("second", LANE, -1))?.sequence).toBe(frame.sequence);
    await clock.advance(INTERVAL_MS);
    expect(outcomes).toEqual(["held"]);
    await journal.close();
  });

  test("both drain the same lane at their own pace", async () => {
    const { open, clock } = makeWorld({ cores: CORES });
    const journal = await open();
    const kept: number[] = [];
    for (let number = 0; number < 50; number++)
      kept.push(journal.keep(draft(), LANE, CORES, ignore).sequence);
    await clock.advance(INTERVAL_MS);
    const got: Record<string, number[]> = { main: [], second: [] };
    for (let turn = 0; got.second!.length < 50 && turn < 500; turn++) {
      const core = turn % 3 === 0 ? "second" : "main";
      const frame = await journal.next(core, LANE, got[core]!.at(-1) ?? -1);
      if (frame === undefined) continue;
      got[core]!.push(frame.sequence);
      journal.taken(core, frame);
      if (turn % 10 === 0) await clock.advance(1_000);
    }
    await clock.advance(1_000);
    expect(got).toEqual({ main: kept, second: kept });
    expect(journal.stats().storedFrames).toBe(0);
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 0, lostAtOpen: 0 });
    await again.close();
  });

  test("what one takes is known to the other's reading ahead, however much happens in between", async () => {
    const { open, clock } = makeWorld({ cores: CORES });
    const journal = await open();
    const frames = Array.from({ length: 5 }, () => journal.keep(draft(), LANE, CORES, ignore));
    await clock.advance(INTERVAL_MS);
    const first = await journal.next("main", LANE, -1);
    journal.taken("second", frames[3]!);
    await clock.advance(1_000);
    for (let number = 0; number < 9_000; number++) {
      journal.keep(draft(), laneOfMeter(2), CORES, ignore);
      if (number % 1_000 === 0) await clock.advance(INTERVAL_MS);
    }
    await clock.advance(INTERVAL_MS);
    expect(first).toEqual(frames[0]);
    for (const frame of await readLane(journal, LANE, "main")) journal.taken("main", frame);
    await clock.advance(1_000);
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 9_004 });
    expect(await readLane(again, LANE, "second")).toEqual(frames.filter((_, number) => number !== 3));
    await again.close();
  });

  test("one that is removed frees its records, one that is added starts at now", async () => {
    const { open, clock, lines } = makeWorld();
    const journal = await open({ cores: ["old", "stays"] });
    journal.keep(draft(), laneOfMeter(1), ["old"], ignore);
    const shared = journal.keep(draft(), laneOfMeter(2), ["old", "stays"], ignore);
    await clock.advance(INTERVAL_MS);
    await journal.close();

    const again = await open({ cores: ["stays", "new"] });
    expect(again.stats()).toMatchObject({ storedFrames: 1, lostAtOpen: 0 });
    expect(lines).toContainEqual(
      expect.objectContaining({ event: "frames of removed cores freed", frames: 1 }),
    );
    expect(again.backlog("new")).toEqual([]);
    expect(await again.next("new", laneOfMeter(2), -1)).toBeUndefined();
    expect(await readLane(again, laneOfMeter(2), "stays")).toEqual([shared]);
    again.taken("stays", shared);
    await again.close();

    const last = await open({ cores: ["stays", "new"] });
    expect(last.stats()).toMatchObject({ storedFrames: 0, lostAtOpen: 0 });
    await last.close();
  });
});

describe("a repeat", () => {
  test("waits for the custody of the frame it repeats", async () => {
    const { open, clock } = makeWorld();
    const journal = await open();
    const outcomes: string[] = [];
    const frame = journal.keep(draft(), LANE, MAIN, () => outcomes.push("frame"));
    journal.whenCustody(frame.sequence, (outcome) => outcomes.push(`repeat ${outcome}`));
    expect(outcomes).toEqual([]);
    await clock.advance(INTERVAL_MS);
    expect(outcomes).toEqual(["frame", "repeat held"]);
    journal.whenCustody(frame.sequence, (outcome) => outcomes.push(`late ${outcome}`));
    expect(outcomes).toEqual(["frame", "repeat held", "late held"]);
    await journal.close();
  });
});

describe("the bound of memory without custody", () => {
  const text = "x".repeat(600);
  const OCTETS = FRAME_OVERHEAD_OCTETS + text.length;

  test("holds as much as it says, and gives up the oldest beyond", async () => {
    const { open, stores, clock } = makeWorld({ memoryOctetsMax: 10 * OCTETS });
    const journal = await open();
    stores.refuse((operation) => operation !== "repair");
    const told: string[] = [];
    const keep = (name: string): Frame =>
      journal.keep(draft({ rxpkText: text }), LANE, MAIN, (outcome) => told.push(`${name} ${outcome}`));
    const frames = Array.from({ length: 10 }, (_, number) => keep(`${number}`));
    await clock.advance(0);
    expect(journal.stats()).toMatchObject({ memoryFrames: 10, memoryOctets: 10 * OCTETS, givenUpTotal: 0 });
    keep("10");
    expect(told).toEqual([]);
    // A repeat of the one given up, in the same turn, must not be acknowledged either.
    journal.whenCustody(frames[0]!.sequence, (outcome) => told.push(`repeat ${outcome}`));
    await clock.advance(0);
    expect(told).toEqual(["0 givenUp", "repeat givenUp"]);
    expect(journal.stats()).toMatchObject({ memoryFrames: 10, memoryOctets: 10 * OCTETS, givenUpTotal: 1 });
    journal.taken("main", frames[0]!);
    expect((await readLane(journal, LANE)).length).toBe(10);
    stores.refuse(undefined);
    await clock.advance(60_000);
    expect(told.slice(2)).toEqual(Array.from({ length: 10 }, (_, number) => `${number + 1} held`));
    await journal.close();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 10, lostAtOpen: 0 });
    await again.close();
  });

  test("half full, it does not wait for the interval", async () => {
    const { open, stores, clock } = makeWorld({ memoryOctetsMax: 10 * OCTETS });
    const journal = await open();
    const { batches } = stores;
    for (let number = 0; number < 6; number++) journal.keep(draft({ rxpkText: text }), LANE, MAIN, ignore);
    await clock.advance(0);
    expect(stores.batches).toBe(batches + 1);
    expect(journal.stats()).toMatchObject({ memoryFrames: 0, storedFrames: 6 });
    await journal.close();
  });

  test("a frame larger than all of it is given up in a turn of its own", async () => {
    const { open, clock } = makeWorld({ memoryOctetsMax: OCTETS - 1 });
    const journal = await open();
    const told: CustodyOutcome[] = [];
    journal.keep(draft({ rxpkText: text }), LANE, MAIN, (outcome) => told.push(outcome));
    expect(told).toEqual([]);
    await clock.advance(0);
    expect(told).toEqual(["givenUp"]);
    expect(clock.pendingTimers).toBe(0);
    await journal.close();
  });
});

describe("a frame that a core chokes on", () => {
  const asideOf = (entries: Map<string, Buffer>): string[] =>
    [...entries]
      .filter(([key]) => key.startsWith("x"))
      .map(([key, value]) => {
        const read = readRecord(Buffer.from(key, "latin1").readUIntBE(3, 6), value);
        return read.ok ? read.value.frame.rxpkText : read.fault;
      });

  test("has custody only once it lies apart on disk, and is in no lane any more", async () => {
    const { open, cutPower, stores, clock } = makeWorld();
    const journal = await open();
    const told: CustodyOutcome[] = [];
    const frame = journal.keep(draft(), LANE, MAIN, (outcome) => told.push(outcome));
    journal.setAside("main", frame);
    expect(told).toEqual([]);
    expect(await journal.next("main", LANE, -1)).toBeUndefined();
    await clock.advance(INTERVAL_MS);
    expect(told).toEqual(["held"]);
    cutPower();
    const again = await open();
    expect(again.stats()).toMatchObject({ storedFrames: 0, lostAtOpen: 0 });
    expect(again.backlog("main")).toEqual([]);
    expect(asideOf(stores.entriesOf(DIRECTORY))).toEqual([frame.rxpkText]);
    await again.close();
  });

  test("on disk or on its way there, is put apart for that core alone", async () => {
    const { open, stores, clock } = makeWorld({ cores: ["main", "second"] });
    const journal = await open();
    const both = ["main", "second"];
    const onDisk = journal.keep(draft(), LANE, both, ignore);
    await clock.advance(INTERVAL_MS);
    const release = stores.stall();
    const committing = journal.keep(draft(), LANE, both, ignore);
    await clock.advance(INTERVAL_MS);
    journal.setAside("main", onDisk);
    journal.setAside("main", committing);
    release();
    await clock.advance(1_000);
    expect(await readLane(journal, LANE, "main")).toEqual([]);
    expect(await readLane(journal, LANE, "second")).toEqual([onDisk, committing]);
    expect(asideOf(stores.entriesOf(DIRECTORY))).toEqual([onDisk.rxpkText, committing.rxpkText]);
    expect(journal.stats()).toMatchObject({ asideTotal: 2, storedFrames: 2 });
    await journal.close();
  });
});

test("notes outlive the process, and are synced at once", async () => {
  const { open, cutPower, clock } = makeWorld();
  const journal = await open();
  expect(journal.notes.get("session")).toBeUndefined();
  journal.notes.set("session", "7");
  journal.notes.set("session", "8");
  expect(journal.notes.get("session")).toBe("8");
  await clock.advance(0);
  cutPower();
  const again = await open();
  expect(again.notes.get("session")).toBe("8");
  await again.close();
});

test("close() writes what waits and gives up what it cannot write", async () => {
  const { open, cutPower, stores, clock } = makeWorld();
  const journal = await open();
  const kept = keepHeld(journal, LANE);
  await journal.close();
  const frame = await kept;
  cutPower();
  const again = await open();
  expect(await readLane(again, LANE)).toEqual([frame]);
  stores.refuse(() => true);
  const lost = keepHeld(again, LANE);
  await again.close();
  await expect(lost).rejects.toThrow("given up");
  expect(clock.pendingTimers).toBe(0);
});
