/**
 * Upgrades: what an earlier version left is read by this one and tried again where it may know better; what a later one
 * left is not touched.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { seal, unseal } from "../../../agent/journal/keys.ts";
import { testFolder } from "../../test-folder.ts";
import {
  DIRECTORY,
  draft,
  INTERVAL_MS,
  laneOfMeter,
  makeWorld,
  openRealJournal,
  readAll,
  readLane,
  type World,
} from "./fixtures.ts";

interface EarlierJournal {
  readonly cores: readonly string[];
  readonly notes: Readonly<Record<string, string>>;
  readonly aside: readonly { readonly sequence: number }[];
  readonly holds: readonly {
    readonly lane: string;
    readonly cores: readonly string[];
    readonly frame: Frame;
  }[];
  /** Base64. */
  readonly files: Readonly<Record<string, string>>;
}

const FORMAT_1: EarlierJournal = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/journal-1.json"), "utf8"),
);

/** The files of a journal as its version left them. */
function unpack({ files }: EarlierJournal): string {
  const directory = join(testFolder("journal"), "journal");
  mkdirSync(directory);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), Buffer.from(content, "base64"));
  }
  return directory;
}

function hashesOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(directory, name)))
        .digest("hex"),
    ]),
  );
}

describe("a journal of format 1", () => {
  test("is read to the last frame, core by core, with its notes", async () => {
    const { journal, lines } = await openRealJournal(unpack(FORMAT_1), { cores: FORMAT_1.cores });
    expect(lines).toEqual([]);
    for (const core of FORMAT_1.cores) {
      const mine = FORMAT_1.holds.filter(({ cores }) => cores.includes(core));
      for (const [lane, frames] of await readAll(journal, core)) {
        expect(frames).toEqual(mine.filter((each) => each.lane === lane).map(({ frame }) => frame));
      }
      const found = [...(await readAll(journal, core)).values()].flat();
      expect(found).toHaveLength(mine.length);
    }
    for (const [name, value] of Object.entries(FORMAT_1.notes)) expect(journal.notes.get(name)).toBe(value);
    expect(journal.stats()).toMatchObject({ storedFrames: FORMAT_1.holds.length, lostAtOpen: 0 });
    const numbers = FORMAT_1.holds.map(({ frame }) => frame.sequence);
    const young = journal.keep(draft(), laneOfMeter(1), FORMAT_1.cores, () => {});
    expect(young.sequence).toBeGreaterThan(Math.max(...numbers));
    await journal.close();
  });
});

test("a journal of a newer format is refused, and every octet of it left as it was", async () => {
  const directory = unpack(FORMAT_1);
  writeFileSync(join(directory, "holder.json"), '{"format":2,"openCount":9}\n');
  const before = hashesOf(directory);
  await expect(openRealJournal(directory, { cores: FORMAT_1.cores })).rejects.toMatchObject({
    code: "STORE_NEWER",
  });
  expect(hashesOf(directory)).toEqual(before);
});

test("a newer format that only the store tells of is refused, and no entry of it changed", async () => {
  const world = makeWorld();
  const journal = await world.open();
  journal.keep(draft(), laneOfMeter(1), ["main"], () => {});
  await world.clock.advance(INTERVAL_MS);
  await journal.close();
  world.files.contents.delete(`${DIRECTORY}/holder.json`);
  const entries = world.stores.entriesOf(DIRECTORY);
  const key = Buffer.from("midentity");
  const identity = JSON.parse(unseal(key, entries.get("midentity"))!.toString());
  entries.set("midentity", seal(key, Buffer.from(JSON.stringify({ ...identity, format: 2 }))));
  const before = new Map(entries);
  await expect(world.open()).rejects.toMatchObject({ code: "STORE_NEWER" });
  expect(world.stores.entriesOf(DIRECTORY)).toEqual(before);
});

describe("what was set aside", () => {
  const LANE = laneOfMeter(1);
  let world: World;
  let kept: Frame[];

  const open = (version: string, cores: readonly string[] = ["main", "second"]) =>
    world.open({ version, cores });
  const asides = (): string[] =>
    [...world.stores.entriesOf(DIRECTORY).keys()].filter((key) => key.startsWith("x"));

  /** Five frames, of which one core chokes on the third, before it came to disk or after. */
  async function choke(when: "in memory" | "on disk"): Promise<void> {
    const journal = await open("1.0.0");
    kept = Array.from({ length: 5 }, () => journal.keep(draft(), LANE, ["main", "second"], () => {}));
    if (when === "in memory") journal.setAside("main", kept[2]!);
    await world.clock.advance(INTERVAL_MS);
    if (when === "on disk") {
      await readLane(journal, LANE);
      journal.setAside("main", kept[2]!);
      await world.clock.advance(2_000);
    }
    await journal.close();
    expect(asides()).toHaveLength(1);
  }
  const others = (): Frame[] => kept.filter((_, number) => number !== 2);

  beforeEach(() => {
    world = makeWorld();
  });

  test.each(["in memory", "on disk"] as const)(
    "%s is tried again by another version, once, in its place, for the core that choked",
    async (when) => {
      await choke(when);
      const same = await open("1.0.0");
      expect(await readLane(same, LANE, "main")).toEqual(others());
      expect(same.stats().retriedTotal).toBe(0);
      await same.close();

      const next = await open("1.1.0");
      expect(await readLane(next, LANE, "main")).toEqual(kept);
      expect(await readLane(next, LANE, "second")).toEqual(kept);
      expect(next.stats()).toMatchObject({ storedFrames: 5, lostAtOpen: 0 });
      expect(asides()).toEqual([]);
      for (const frame of kept) next.taken("second", frame);
      next.setAside("main", kept[2]!);
      await world.clock.advance(2_000);
      await next.close();
      expect(asides()).toHaveLength(1);

      const still = await open("1.1.0");
      expect(await readLane(still, LANE, "main")).toEqual(others());
      await still.close();
      const later = await open("1.2.0");
      expect(await readLane(later, LANE, "main")).toEqual(kept);
      expect(await readLane(later, LANE, "second")).toEqual([]);
      expect(later.stats()).toMatchObject({ storedFrames: 5, lostAtOpen: 0, retriedTotal: 1 });
      await later.close();
    },
  );

  test("survives a power cut while it is put back", async () => {
    await choke("on disk");
    world.stores.refuse(
      (() => {
        let batches = 0;
        return (operation) => operation === "batch" && ++batches > 1;
      })(),
    );
    const refused = await open("1.1.0");
    world.cutPower();
    world.stores.refuse(undefined);
    await refused.close();
    const again = await open("1.1.0");
    expect(await readLane(again, LANE, "main")).toEqual(kept);
    expect(again.stats()).toMatchObject({ lostAtOpen: 0, storedFrames: 5 });
    await again.close();
  });

  test("stays where it is when its checksum fails, or none of its cores is there any more", async () => {
    await choke("on disk");
    const entries = world.stores.entriesOf(DIRECTORY);
    const [key] = asides();
    const sound = entries.get(key!)!;
    const spoilt = Buffer.from(sound);
    spoilt[20]! ^= 1;
    entries.set(key!, spoilt);
    const next = await open("1.1.0");
    expect(await readLane(next, LANE, "main")).toEqual(others());
    await next.close();
    expect(asides()).toEqual([key]);
    world.stores.entriesOf(DIRECTORY).set(key!, sound);
    const renamed = await open("1.2.0", ["second", "other"]);
    expect(renamed.stats()).toMatchObject({ retriedTotal: 0, lostAtOpen: 0 });
    await renamed.close();
    expect(asides()).toEqual([key]);
  });
});
