/**
 * The journal on LevelDB and a real disk: what power cuts and bad flash do to the files.
 *
 * A journal is made once, cleanly closed; each case spoils a copy of it.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { openStores } from "../../../agent/host/store.ts";
import type { KeyValueStores } from "../../../agent/ports.ts";
import { testFolder } from "../../test-folder.ts";
import { keepHeld, type LogLine, laneOfMeter, openRealJournal, readAll } from "./fixtures.ts";

const LANES = 20;
const FRAMES_PER_PART = 300;

let template: string;
/** What the template contains, by sequence. */
const contained = new Map<number, Frame>();

beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), "journal-template-"));
  // A first part that lies in a table, a second one in the log, removals in both.
  for (let part = 0; part < 2; part++) {
    const { journal } = await openRealJournal(template);
    journal.notes.set("session", `${part}`);
    const kept: Promise<Frame>[] = [];
    for (let number = 0; number < FRAMES_PER_PART; number++) {
      kept.push(keepHeld(journal, laneOfMeter(number % LANES)));
      if (number % 25 === 24) await Promise.all(kept);
    }
    for (const frame of await Promise.all(kept)) contained.set(frame.sequence, frame);
    for (const frame of [...contained.values()].slice(0, 50)) {
      journal.taken("main", frame);
      contained.delete(frame.sequence);
    }
    await journal.close();
  }
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

function copyOf(directory: string): string {
  const copy = join(testFolder("journal"), "journal");
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** A copy of a directory in which LevelDB may be at work: of one moment, when nothing changed meanwhile. */
function copyOfMoment(directory: string): string {
  const list = (): string =>
    JSON.stringify(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).size]));
  for (;;) {
    try {
      const before = list();
      const copy = copyOf(directory);
      if (list() === before) return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** LevelDB may remove a file while we look. */
function sizesIn(directory: string): Map<string, number> {
  const sizes = readdirSync(directory).map(
    (name) => [name, statSync(join(directory, name), { throwIfNoEntry: false })?.size] as const,
  );
  return new Map(sizes.filter((each): each is [string, number] => each[1] !== undefined));
}

const isStoreFile = (name: string): boolean => /^(?:CURRENT|MANIFEST-.*|.*\.log|.*\.ldb)$/.test(name);

interface Outcome {
  readonly missing: number;
  readonly lost: number;
  readonly lines: readonly LogLine[];
}

/** Opens a spoilt copy, reads all that is readable, opens it once more. */
async function survey(directory: string): Promise<Outcome> {
  const { journal, lines } = await openRealJournal(directory);
  const found = [...(await readAll(journal)).values()].flat();
  const sequences = new Set(found.map((frame) => frame.sequence));
  let missing = 0;
  for (const sequence of contained.keys()) if (!sequences.has(sequence)) missing++;
  for (const frame of found) {
    // A repair may bring back what had been taken; nothing may be invented or altered.
    const original = contained.get(frame.sequence);
    if (original !== undefined) expect(frame).toEqual(original);
  }
  for (const frames of (await readAll(journal)).values()) {
    const order = frames.map((frame) => frame.sequence);
    expect(order).toEqual([...order].sort((one, other) => one - other));
  }
  const kept = await keepHeld(journal, laneOfMeter(999));
  expect(contained.has(kept.sequence)).toBe(false);
  const { lostAtOpen, storedFrames } = journal.stats();
  await journal.close();

  const again = await openRealJournal(directory);
  expect(again.journal.stats()).toMatchObject({ lostAtOpen: 0 });
  expect([...(await readAll(again.journal)).values()].flat().length).toBeGreaterThanOrEqual(found.length);
  expect(again.journal.stats().storedFrames).toBeLessThanOrEqual(storedFrames + 1);
  await again.journal.close();
  return { missing, lost: lostAtOpen, lines };
}

test("an undamaged copy has every frame and loses none", async () => {
  const outcome = await survey(copyOf(template));
  expect(outcome).toEqual({ missing: 0, lost: 0, lines: [] });
  const { journal } = await openRealJournal(copyOf(template));
  expect(journal.notes.get("session")).toBe("1");
  await journal.close();
});

describe("a flipped bit", () => {
  const positions = process.env.LONG ? 120 : 12;
  test.each(["CURRENT", "MANIFEST", "log", "holder"])(
    "in %s: opens, keeps what is readable, and says at least what is missing",
    async (kind) => {
      let said = 0;
      for (const name of readdirSync(template)) {
        if (!name.includes(kind)) continue;
        const { size } = statSync(join(template, name));
        for (let position = 0; position < positions; position++) {
          const copy = copyOf(template);
          const at = Math.floor(((position + 0.5) * size) / positions);
          const bytes = readFileSync(join(copy, name));
          bytes[at]! ^= 1 << (position % 8);
          writeFileSync(join(copy, name), bytes);
          const { missing, lost, lines } = await survey(copy);
          expect(missing, `${name}, octet ${at}`).toBeLessThanOrEqual(lost);
          // One bit costs at most what shares its block in a table, and one record in the log.
          expect(missing, `${name}, octet ${at}`).toBeLessThan(100);
          if (lines.length > 0) said++;
        }
      }
      if (kind !== "holder") expect(said).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe("a flipped bit in a table", () => {
  // LevelDB may end the whole process over it. So each start is a process of its own, as it is on a gateway.
  const positions = process.env.LONG ? 60 : 6;
  const start = (directory: string) =>
    spawnSync(
      process.execPath,
      ["--import", "tsx", join(import.meta.dirname, "drain-program.ts"), directory],
      {
        cwd: join(import.meta.dirname, "../../.."),
        encoding: "utf8",
      },
    );

  test("costs its block, and at most one start", async () => {
    for (const name of readdirSync(template).filter((each) => each.endsWith(".ldb"))) {
      const { size } = statSync(join(template, name));
      for (let position = 0; position < positions; position++) {
        const copy = copyOf(template);
        const at = Math.floor(((position + 0.5) * size) / positions);
        const bytes = readFileSync(join(copy, name));
        bytes[at]! ^= 1 << (position % 8);
        writeFileSync(join(copy, name), bytes);
        let lost = 0;
        let ended = start(copy);
        for (const line of ended.stdout.split("\n"))
          if (line.startsWith("lost ")) lost = Number(line.slice(5));
        if (ended.status !== 0) {
          ended = start(copy);
          for (const line of ended.stdout.split("\n"))
            if (line.startsWith("lost ")) lost += Number(line.slice(5));
        }
        expect(ended, `${name}, octet ${at}`).toMatchObject({ status: 0 });
        const found = JSON.parse(ended.stdout.slice(ended.stdout.indexOf("["))) as Frame[];
        const sequences = new Set(found.map((frame) => frame.sequence));
        const missing = [...contained.keys()].filter((sequence) => !sequences.has(sequence)).length;
        for (const frame of found) {
          const original = contained.get(frame.sequence);
          if (original !== undefined) expect(frame).toEqual(original);
        }
        expect(missing, `${name}, octet ${at}`).toBeLessThanOrEqual(lost);
        expect(missing).toBeLessThan(100);
      }
    }
  }, 600_000);
});

describe("a log cut short", () => {
  test("anywhere: opens, and says exactly what is missing", async () => {
    const [log] = readdirSync(template).filter((name) => name.endsWith(".log"));
    const { size } = statSync(join(template, log!));
    for (let part = 0; part < 10; part++) {
      const copy = copyOf(template);
      const to = Math.floor((size * part) / 10) + part;
      truncateSync(join(copy, log!), to);
      const { missing, lost } = await survey(copy);
      expect(missing).toBeGreaterThan(0);
      expect(lost, `cut at ${to}`).toBe(missing);
    }
  }, 120_000);
});

describe("a file that is gone", () => {
  test("CURRENT or MANIFEST: every frame is still there", async () => {
    for (const name of readdirSync(template).filter((each) => /^(?:CURRENT|MANIFEST)/.test(each))) {
      const copy = copyOf(template);
      rmSync(join(copy, name));
      const { missing, lost, lines } = await survey(copy);
      expect({ name, missing, lost }).toEqual({ name, missing: 0, lost: 0 });
      expect(lines.map((line) => line.event)).toContain("journal repaired");
    }
  });

  test("a table or the log: what was in it is counted, the rest is there", async () => {
    for (const name of readdirSync(template).filter((each) => /\.(?:log|ldb)$/.test(each))) {
      const copy = copyOf(template);
      rmSync(join(copy, name));
      const { missing, lost } = await survey(copy);
      expect(missing, name).toBeGreaterThan(0);
      expect(missing, name).toBeLessThan(contained.size);
      expect(lost, name).toBeGreaterThanOrEqual(missing);
    }
  }, 120_000);

  test("all of them: the journal starts empty, and says what it had", async () => {
    const copy = copyOf(template);
    for (const name of readdirSync(copy).filter(isStoreFile)) rmSync(join(copy, name));
    const { missing, lost, lines } = await survey(copy);
    expect(missing).toBe(contained.size);
    expect(lost).toBe(contained.size);
    expect(lines).toContainEqual(expect.objectContaining({ event: "journal audited", lost }));
  });
});

test("copies cut to the length last synced open with every acknowledged frame", async () => {
  const directory = join(testFolder("journal"), "journal");
  const real = openStores();
  let synced = new Map<string, number>();
  const watching: KeyValueStores = {
    repair: (path) => real.repair(path),
    open: async (path) => {
      const store = await real.open(path);
      return {
        ...store,
        batch: async (operations, options) => {
          await store.batch(operations, options);
          if (!options.sync) return;
          synced = sizesIn(path);
        },
      };
    },
  };
  const { journal } = await openRealJournal(directory, { stores: watching });
  const acknowledged = new Map<number, Frame>();
  // Large texts, so that LevelDB begins a new log twice on the way.
  const rxpkText = `{"data":"${"A".repeat(6_000)}"}`;
  for (let round = 0; round < 12; round++) {
    const kept = Array.from({ length: 130 }, (_, number) =>
      keepHeld(journal, laneOfMeter(number % LANES), ["main"], { rxpkText }),
    );
    for (const frame of await Promise.all(kept)) acknowledged.set(frame.sequence, frame);
    const before = new Map(acknowledged);
    // Removals follow unsynced: a cut may undo them.
    for (const frame of [...acknowledged.values()].slice(0, 70)) {
      journal.taken("main", frame);
      acknowledged.delete(frame.sequence);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));

    const copy = copyOfMoment(directory);
    for (const [name, octets] of synced) {
      if (name.endsWith(".log") && readdirSync(copy).includes(name)) truncateSync(join(copy, name), octets);
    }
    const { journal: cut } = await openRealJournal(copy);
    const found = new Map([...(await readAll(cut)).values()].flat().map((frame) => [frame.sequence, frame]));
    for (const [sequence, frame] of acknowledged) expect(found.get(sequence)).toEqual(frame);
    for (const sequence of found.keys()) expect(before.has(sequence)).toBe(true);
    expect(cut.stats().lostAtOpen).toBe(0);
    await cut.close();
  }
  expect(journal.stats().storedOctets).toBeGreaterThan(4 * 1024 * 1024);
  await journal.close();
}, 120_000);

test("a journal of a newer version is refused and not a single octet of it changes", async () => {
  const copy = copyOf(template);
  const holder = JSON.parse(readFileSync(join(copy, "holder.json"), "utf8"));
  writeFileSync(join(copy, "holder.json"), JSON.stringify({ ...holder, format: 2 }));
  const octets = (): [string, string][] =>
    readdirSync(copy).map((name) => [name, readFileSync(join(copy, name), "latin1")]);
  const before = octets();
  await expect(openRealJournal(copy)).rejects.toMatchObject({ code: "STORE_NEWER" });
  expect(octets()).toEqual(before);
});

test("a second process is told who holds the journal", async () => {
  const directory = copyOf(template);
  const { journal } = await openRealJournal(directory);
  const second = `
    import { openRealJournal } from ${JSON.stringify(join(import.meta.dirname, "fixtures.ts"))};
    await openRealJournal(${JSON.stringify(directory)}).catch((error) => console.log(error.code, error.message));
  `;
  const script = join(testFolder("journal"), "second.mts");
  writeFileSync(script, second);
  const { stdout } = spawnSync(process.execPath, ["--import", "tsx", script], {
    cwd: join(import.meta.dirname, "../../.."),
    encoding: "utf8",
  });
  expect(stdout).toContain(`STORE_LOCKED the journal ${directory} is held by process ${process.pid} (`);
  expect((await readAll(journal)).size).toBe(LANES);
  await journal.close();
}, 60_000);

test("a journal that is closed while frames are being read puts none of them aside, and complains of nothing", async () => {
  const { journal, lines } = await openRealJournal(copyOf(template));
  const reads = Array.from({ length: LANES }, async (_, meter) => {
    for (let after = -1; ; ) {
      const frame = await journal.next("main", laneOfMeter(meter), after);
      if (frame === undefined) return;
      after = frame.sequence;
    }
  });
  await journal.next("main", laneOfMeter(0), -1);
  await journal.close();
  await Promise.all(reads);
  expect(lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
});
