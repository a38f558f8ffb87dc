/** What a start makes of what it finds. The world's disk, spoilt by hand; real files in real-disk.test.ts. */
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import {
  DIRECTORY,
  draft,
  INTERVAL_MS,
  laneOfMeter,
  makeWorld,
  nextPatiently,
  readAll,
  readLane,
  type World,
} from "./fixtures.ts";

const MAIN = ["main"];
const ignore = (): void => {};

/** A journal with `frames` frames in three lanes, cleanly closed. */
async function filled(world: World, frames: number): Promise<Frame[]> {
  const journal = await world.open();
  const kept: Frame[] = [];
  for (let number = 0; number < frames; number++) {
    kept.push(journal.keep(draft(), laneOfMeter(number % 3), MAIN, ignore));
  }
  await world.clock.advance(INTERVAL_MS);
  await journal.close();
  return kept;
}

const keysOf = (entries: Map<string, Buffer>, kind: string): string[] =>
  [...entries.keys()].filter((key) => key.startsWith(kind)).sort();

function flip(entries: Map<string, Buffer>, key: string, octet: number): void {
  const value = Buffer.from(entries.get(key)!);
  value[octet]! ^= 1;
  entries.set(key, value);
}

describe("a start after damage", () => {
  test("counts records that are missing, and says so", async () => {
    const world = makeWorld();
    const kept = await filled(world, 12);
    const entries = world.stores.entriesOf(DIRECTORY);
    for (const key of keysOf(entries, "r").slice(3, 5)) entries.delete(key);
    for (const key of keysOf(entries, "l")
      .filter((each) => each.charCodeAt(17) === 0)
      .slice(1, 2)) {
      entries.delete(key);
    }
    const journal = await world.open();
    expect(journal.stats().lostAtOpen).toBe(2);
    expect(world.lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        event: "journal audited",
        lost: 2,
        promisedFrames: 12,
        frames: 10,
      }),
    );
    const found = [...(await readAll(journal)).values()].flat();
    expect(found.length).toBe(10);
    for (const frame of found) expect(kept).toContainEqual(frame);
    await journal.close();
    expect((await world.open()).stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 10 });
  });

  test("gives a record whose index entry is gone, or damaged, its place in its lane again", async () => {
    const world = makeWorld();
    const kept = await filled(world, 12);
    const entries = world.stores.entriesOf(DIRECTORY);
    const [first, second, third] = keysOf(entries, "l");
    entries.delete(first!);
    for (const [key, at] of [
      [second!, 12],
      [third!, 24],
    ] as const) {
      entries.delete(key);
      entries.set(
        key.slice(0, at) + String.fromCharCode(key.charCodeAt(at) ^ 4) + key.slice(at + 1),
        Buffer.alloc(0),
      );
    }
    const journal = await world.open();
    expect(journal.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 12 });
    for (let meter = 0; meter < 3; meter++) {
      const lane = kept.filter((_, number) => number % 3 === meter);
      expect(await readLane(journal, laneOfMeter(meter))).toEqual(lane);
    }
    await journal.close();
  });

  test.each(["midentity", "mtally"])("keeps every frame when %s is spoilt or gone", async (name) => {
    for (const spoil of ["flip", "delete"]) {
      const world = makeWorld();
      const kept = await filled(world, 9);
      const entries = world.stores.entriesOf(DIRECTORY);
      if (spoil === "flip") flip(entries, name, 9);
      else entries.delete(name);
      if (spoil === "delete") world.files.contents.clear();
      const journal = await world.open();
      expect([...(await readAll(journal)).values()].flat().length).toBe(9);
      const later = journal.keep(draft(), laneOfMeter(9), MAIN, ignore);
      expect(later.sequence).toBeGreaterThan(kept.at(-1)!.sequence);
      expect(journal.stats()).toMatchObject({ storedFrames: 9, lostAtOpen: 0 });
      await journal.close();
    }
  });

  test("tells of a loss at the very end of a cleanly closed journal from what its holder remembers", async () => {
    const world = makeWorld();
    await filled(world, 9);
    world.stores.entriesOf(DIRECTORY).clear();
    const journal = await world.open();
    expect(journal.stats()).toMatchObject({ lostAtOpen: 9, storedFrames: 0 });
    expect(world.lines).toContainEqual(expect.objectContaining({ event: "journal audited", lost: 9 }));
    await journal.close();
    const again = await world.open();
    expect(again.stats()).toMatchObject({ lostAtOpen: 0 });
    await again.close();
  });

  test("repairs a store that does not open, and reads every record", async () => {
    const world = makeWorld();
    const kept = await filled(world, 9);
    world.stores.damage(DIRECTORY);
    const journal = await world.open();
    expect(world.stores.repairs).toBe(1);
    expect(world.lines.map((line) => line.event)).toEqual([
      "journal damaged",
      "journal repaired",
      "journal audited",
    ]);
    expect([...(await readAll(journal)).values()].flat().length).toBe(kept.length);
    await journal.close();
  });

  test("takes back what a repair brought back, and counts no loss", async () => {
    const world = makeWorld();
    await filled(world, 3);
    const before = new Map(world.stores.entriesOf(DIRECTORY));
    const journal = await world.open();
    for (const frame of [...(await readAll(journal)).values()].flat()) journal.taken("main", frame);
    await journal.close();
    const entries = world.stores.entriesOf(DIRECTORY);
    for (const [key, value] of before) if (/^[rl]/.test(key)) entries.set(key, value);
    const again = await world.open();
    expect(again.stats()).toMatchObject({ storedFrames: 3, lostAtOpen: 0 });
    await again.close();
    expect((await world.open()).stats()).toMatchObject({ storedFrames: 3, lostAtOpen: 0 });
  });

  test("does not let a frame that came back hide one that went", async () => {
    const world = makeWorld();
    const journal = await world.open();
    const [first] = Array.from({ length: 4 }, () => journal.keep(draft(), laneOfMeter(1), MAIN, ignore));
    await world.clock.advance(INTERVAL_MS);
    const before = new Map(world.stores.entriesOf(DIRECTORY));
    journal.taken("main", first!);
    await journal.close();
    const entries = world.stores.entriesOf(DIRECTORY);
    const [gone] = keysOf(entries, "r");
    entries.delete(gone!);
    for (const kind of ["r", "l"])
      entries.set(keysOf(before, kind)[0]!, before.get(keysOf(before, kind)[0]!)!);
    const again = await world.open();
    expect(again.stats()).toMatchObject({ lostAtOpen: 1, storedFrames: 3 });
    await again.close();
  });

  test("verifies every octet first when the last run crashed, but not after a power cut or a clean end", async () => {
    const world = makeWorld();
    const stat = (ticks: number): Buffer => Buffer.from(`7 (node) S 1 ${"0 ".repeat(17)}${ticks} 0\n`);
    world.files.contents.set("/proc/self/stat", stat(1));
    await (await world.open()).close();
    await world.open();
    expect(world.stores.thoroughOpens).toBe(0);
    world.cutPower();
    await world.open();
    expect(world.stores.thoroughOpens).toBe(1);
    world.cutPower();
    const holder = `${DIRECTORY}/holder.json`;
    const said = world.files.contents.get(holder)!.toString();
    world.files.contents.set(
      holder,
      Buffer.from(said.replace(/"kernelBootId":"\w+"/, '"kernelBootId":"another"')),
    );
    await world.open();
    expect(world.stores.thoroughOpens).toBe(1);
  });

  test("verifies every octet first when the last start never came to its end", async () => {
    const world = makeWorld();
    await filled(world, 3);
    const mark = `${DIRECTORY}/opening`;
    world.files.contents.set(mark, Buffer.from("\n"));
    await (await world.open()).close();
    expect(world.stores.thoroughOpens).toBe(1);
    expect(world.files.contents.has(mark)).toBe(false);
    world.stores.refuse(() => true);
    const refused = await world.open();
    expect(refused.stats().failing).toContain("open refused");
    expect(world.files.contents.has(mark)).toBe(false);
    expect(world.stores.thoroughOpens).toBe(1);
    await refused.close();
  });

  test("keeps one of two index entries of a frame, the one with more claims", async () => {
    const world = makeWorld({ cores: ["main", "second"] });
    const journal = await world.open();
    const frame = journal.keep(draft(), laneOfMeter(1), ["main", "second"], ignore);
    await world.clock.advance(INTERVAL_MS);
    const [old] = keysOf(world.stores.entriesOf(DIRECTORY), "l");
    journal.taken("main", frame);
    await journal.close();
    world.stores.entriesOf(DIRECTORY).set(old!, Buffer.alloc(0));
    const again = await world.open();
    expect(await readLane(again, laneOfMeter(1), "main")).toEqual([frame]);
    expect(await readLane(again, laneOfMeter(1), "second")).toEqual([frame]);
    expect(again.stats()).toMatchObject({ storedFrames: 1, lostAtOpen: 0 });
    expect(keysOf(world.stores.entriesOf(DIRECTORY), "l")).toEqual([old]);
    await again.close();
  });
});

describe("a record that turns out unreadable when its turn comes", () => {
  test("is put aside as it is, counted, and passed over", async () => {
    const world = makeWorld();
    const kept = await filled(world, 9);
    const entries = world.stores.entriesOf(DIRECTORY);
    const spoilt = keysOf(entries, "r")[3]!;
    flip(entries, spoilt, 60);
    const raw = entries.get(spoilt)!;
    entries.delete(keysOf(entries, "r")[6]!);
    const journal = await world.open();
    expect(journal.stats().lostAtOpen).toBe(0);
    expect(await readLane(journal, laneOfMeter(0))).toEqual([kept[0]]);
    expect(journal.stats()).toMatchObject({ lostAtOpen: 2, asideTotal: 0 });
    await world.clock.advance(1_000);
    expect(journal.stats()).toMatchObject({ storedFrames: 7, asideTotal: 1 });
    expect(world.stores.entriesOf(DIRECTORY).get(`x${spoilt.slice(1)}`)).toEqual(raw);
    expect(journal.backlog("main").map((lane) => lane.frames)).toEqual([1, 3, 3]);
    await journal.close();
    expect((await world.open()).stats()).toMatchObject({ storedFrames: 7, lostAtOpen: 0 });
  });

  test("behind a damaged index entry, the index is made anew once", async () => {
    const world = makeWorld();
    const journal = await world.open();
    const kept: Frame[] = [];
    for (let number = 0; number < 5; number++) kept.push(journal.keep(draft(), laneOfMeter(1), MAIN, ignore));
    await world.clock.advance(INTERVAL_MS);
    const entries = world.stores.entriesOf(DIRECTORY);
    const key = keysOf(entries, "l")[1]!;
    entries.delete(key);
    entries.set(`${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(28) ^ 1)}`, Buffer.alloc(0));
    const next = journal.next("main", laneOfMeter(1), -1);
    await expect(next).rejects.toMatchObject({ code: "STORE_IO" });
    await world.clock.advance(60_000);
    expect(world.stores.repairs).toBe(1);
    expect(await readLane(journal, laneOfMeter(1))).toEqual(kept);
    await journal.close();
  });
});

test("index entries that are left out of a scan are made anew, once", async () => {
  const world = makeWorld();
  const journal = await world.open();
  const kept: Frame[] = [];
  for (let number = 0; number < 5; number++) kept.push(journal.keep(draft(), laneOfMeter(1), MAIN, ignore));
  await world.clock.advance(INTERVAL_MS);
  const entries = world.stores.entriesOf(DIRECTORY);
  for (const key of keysOf(entries, "l").slice(2)) entries.delete(key);
  const got: Frame[] = [];
  void (async () => {
    for (;;) {
      const frame = await nextPatiently(journal, world.clock, laneOfMeter(1));
      if (frame === undefined) return;
      got.push(frame);
      journal.taken("main", frame);
    }
  })();
  await world.clock.advance(120_000);
  expect(got).toEqual(kept);
  expect(world.stores.repairs).toBe(1);
  expect(journal.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 0 });
  await journal.close();
});

describe("a journal written by a newer version", () => {
  test("is refused before the store is even opened", async () => {
    const world = makeWorld();
    await filled(world, 3);
    const path = `${DIRECTORY}/holder.json`;
    const holder = JSON.parse(world.files.contents.get(path)!.toString());
    world.files.contents.set(path, Buffer.from(JSON.stringify({ ...holder, format: 2 })));
    const { opens, batches } = world.stores;
    await expect(world.open()).rejects.toMatchObject({ code: "STORE_NEWER" });
    expect(world.stores).toMatchObject({ opens, batches });
  });

  test("is refused by its own word when the holder is gone, and nothing is written", async () => {
    const world = makeWorld();
    await filled(world, 3);
    const { seal } = await import("../../../agent/journal/keys.ts");
    const identity = { format: 2, somethingNew: true };
    const key = Buffer.from("midentity");
    world.stores.entriesOf(DIRECTORY).set("midentity", seal(key, Buffer.from(JSON.stringify(identity))));
    world.files.contents.clear();
    const { batches } = world.stores;
    await expect(world.open()).rejects.toMatchObject({ code: "STORE_NEWER" });
    expect(world.stores.batches).toBe(batches);
    await (await world.stores.open(DIRECTORY)).close();
  });
});

test("a journal is held by one only, and the error says by whom", async () => {
  const world = makeWorld();
  const stat = (pid: number, ticks: number): Buffer =>
    Buffer.from(`${pid} (node (main)) S 1 ${"0 ".repeat(17)}${ticks} 0 0\n`);
  world.files.contents.set("/proc/self/stat", stat(4711, 99));
  const journal = await world.open();
  world.files.contents.set("/proc/4711/stat", stat(4711, 99));
  await expect(world.open()).rejects.toMatchObject({
    code: "STORE_LOCKED",
    message: expect.stringContaining("held by process 4711"),
  });
  world.files.contents.set("/proc/4711/cmdline", Buffer.from("edge-agent\0run\0"));
  await expect(world.open()).rejects.toThrow("process 4711 (edge-agent run)");
  world.files.contents.set("/proc/4711/stat", stat(4711, 100));
  await expect(world.open()).rejects.toThrow("another process (last held by process 4711)");
  await journal.close();
});

test("an empty, an unreadable and a foreign holder are no help and no harm", async () => {
  for (const text of ["", "{", "null", '{"format":"1"}', "[]"]) {
    const world = makeWorld();
    await filled(world, 3);
    world.files.contents.set(`${DIRECTORY}/holder.json`, Buffer.from(text));
    const journal = await world.open();
    expect(journal.stats()).toMatchObject({ storedFrames: 3, lostAtOpen: 0 });
    await journal.close();
  }
});
