/** A record whose conversion ends the process: set aside at the second time in a row, and only then. */
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { openMarks } from "../../../agent/host/marks.ts";
import type { Journal } from "../../../agent/journal/journal.ts";
import { watchForPoison } from "../../../agent/journal/poison.ts";
import type { Mark } from "../../../agent/ports.ts";
import { testFolder } from "../../test-folder.ts";
import { draft, INTERVAL_MS, laneOfMeter, makeWorld, readLane } from "./fixtures.ts";

const LANE = laneOfMeter(1);
const BOOT = "0123456789abcdef0123456789abcdef";

/** A file in memory: it outlives a process, and no power cut. */
function makeTmpfs(): { open(): Mark; cutPower(): void } {
  let octets = Buffer.alloc(0);
  return {
    open: () => ({
      before: Buffer.from(octets),
      write: (bytes) => {
        const next = Buffer.alloc(Math.max(octets.length, bytes.length));
        next.set(octets);
        next.set(bytes);
        octets = next;
      },
      close: () => {},
    }),
    cutPower: () => {
      octets = Buffer.alloc(0);
    },
  };
}

describe("the mark", () => {
  const start = (mark: Mark, boot = BOOT) => watchForPoison(mark, boot);

  test("condemns a record at the second end in a row, not at the first", () => {
    const tmpfs = makeTmpfs();
    start(tmpfs.open()).begin(7);
    const second = start(tmpfs.open());
    expect(second.condemned).toBeUndefined();
    second.begin(6);
    second.end();
    second.begin(7);
    expect(start(tmpfs.open()).condemned).toBe(7);
  });

  test("two ends at two records condemn neither", () => {
    const tmpfs = makeTmpfs();
    start(tmpfs.open()).begin(7);
    start(tmpfs.open()).begin(8);
    expect(start(tmpfs.open()).condemned).toBeUndefined();
  });

  test.each([
    ["that went well meanwhile", (watch: ReturnType<typeof start>) => [watch.begin(7), watch.end()]],
    ["of a process that ended elsewhere meanwhile", () => []],
  ])("a record %s is not suspected any more", (_, live) => {
    const tmpfs = makeTmpfs();
    start(tmpfs.open()).begin(7);
    live(start(tmpfs.open()));
    start(tmpfs.open()).begin(7);
    expect(start(tmpfs.open()).condemned).toBeUndefined();
  });

  test("says nothing about another boot, nor after a power cut", () => {
    const tmpfs = makeTmpfs();
    start(tmpfs.open()).begin(7);
    start(tmpfs.open(), BOOT.replace("0", "f")).begin(7);
    expect(start(tmpfs.open()).condemned).toBeUndefined();
    tmpfs.cutPower();
    start(tmpfs.open()).begin(7);
    expect(start(tmpfs.open()).condemned).toBeUndefined();
  });

  test("is kept by a real file in place, and is no harm where there can be none", () => {
    const path = `${testFolder("journal")}/new/folder/mark`;
    const open = (): Mark => openMarks().open(path)!;
    start(open()).begin(7);
    const second = start(open());
    second.begin(7);
    second.close();
    expect(start(open()).condemned).toBe(7);
    expect(openMarks().open(`${path}/below a file`)).toBeUndefined();
    expect(watchForPoison(undefined, BOOT).condemned).toBeUndefined();
  });
});

describe("a condemned record", () => {
  test("is set aside at the next start, exportable, and the lane goes on behind it", async () => {
    const world = makeWorld();
    const tmpfs = makeTmpfs();
    let journal: Journal = await world.open({ mark: tmpfs.open() });
    const kept: Frame[] = [];
    for (let number = 0; number < 3; number++) kept.push(journal.keep(draft(), LANE, ["main"], () => {}));
    await world.clock.advance(INTERVAL_MS);
    for (let crash = 0; crash < 2; crash++) {
      const frame = (await journal.next("main", LANE, -1))!;
      expect(frame).toEqual(kept[0]);
      journal.converting(frame);
      world.stores.endProcess("/user/edge-agent/journal");
      journal = await world.open({ mark: tmpfs.open() });
    }
    expect(await readLane(journal, LANE)).toEqual(kept.slice(1));
    expect(journal.stats()).toMatchObject({ storedFrames: 2, lostAtOpen: 0 });
    const asides = [...world.stores.entriesOf("/user/edge-agent/journal").keys()].filter((key) =>
      key.startsWith("x"),
    );
    expect(asides).toHaveLength(1);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: "error", sequence: kept[0]!.sequence }),
    );
    await journal.close();
    const again = await world.open({ mark: tmpfs.open() });
    expect(await readLane(again, LANE)).toEqual(kept.slice(1));
    await again.close();
  });

  test("after a power cut between two ends nothing is set aside", async () => {
    const world = makeWorld();
    const tmpfs = makeTmpfs();
    let journal: Journal = await world.open({ mark: tmpfs.open() });
    const frame = journal.keep(draft(), LANE, ["main"], () => {});
    await world.clock.advance(INTERVAL_MS);
    for (let crash = 0; crash < 3; crash++) {
      journal.converting(frame);
      world.cutPower();
      tmpfs.cutPower();
      journal = await world.open({ mark: tmpfs.open() });
    }
    expect(await readLane(journal, LANE)).toEqual([frame]);
    await journal.close();
  });
});
