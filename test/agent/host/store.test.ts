/** What LevelDB would do behind our back; the rest is in test/contracts/store.ts. */
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { LOCKED_BY_US } from "../../../agent/errors.ts";
import { openStores } from "../../../agent/host/store.ts";
import { readTable, unpackSnappy } from "../../../agent/host/store-tables.ts";
import { testFolder } from "../../test-folder.ts";

const stores = openStores();
const keyOf = (number: number): Buffer => Buffer.from(`k${String(number).padStart(6, "0")}`);
const COUNT = 2_000;
let directory: string;

beforeEach(async () => {
  directory = testFolder("host-store");
  const store = await stores.open(directory);
  for (let number = 0; number < COUNT; number += 20) {
    const operations = Array.from({ length: 20 }, (_, at) => ({
      type: "put" as const,
      key: keyOf(number + at),
      value: Buffer.alloc(100, number),
    }));
    await store.batch(operations, { sync: true });
  }
  await store.close();
});

const fileOf = (ending: RegExp): string =>
  join(directory, readdirSync(directory).find((name) => ending.test(name))!);

function flip(path: string, octet: number): void {
  const bytes = readFileSync(path);
  bytes[octet]! ^= 1;
  writeFileSync(path, bytes);
}

describe("damage that LevelDB would pass over in silence is an error", () => {
  test("a flipped bit in the log, after which a repair keeps all but the batch it hit", async () => {
    const log = fileOf(/\.log$/);
    flip(log, 100_000);
    await expect(stores.open(directory)).rejects.toMatchObject({
      code: "STORE_DAMAGED",
      message: expect.stringContaining(".log is damaged at octet"),
    });
    await stores.repair(directory);
    const store = await stores.open(directory);
    const { length } = await store.keys({ limit: COUNT });
    expect(length).toBeGreaterThanOrEqual(COUNT - 20);
    await store.close();
  });

  test("a missing CURRENT, which would begin a new store and delete the old one's files", async () => {
    const before = readdirSync(directory).length;
    rmSync(join(directory, "CURRENT"));
    await expect(stores.open(directory)).rejects.toMatchObject({ code: "STORE_DAMAGED" });
    expect(readdirSync(directory).length).toBe(before - 1);
  });

  test("a missing manifest", async () => {
    rmSync(fileOf(/^MANIFEST/));
    await expect(stores.open(directory)).rejects.toMatchObject({ code: "STORE_DAMAGED" });
  });

  test("a manifest cut within a fragment, which would bring back an older state of the store", async () => {
    const store = await stores.open(directory);
    // Its last word is then where the only table lies.
    await store.compact(keyOf(0), keyOf(COUNT));
    await store.close();
    const manifest = fileOf(/^MANIFEST/);
    truncateSync(manifest, readFileSync(manifest).length - 1);
    await expect(stores.open(directory)).rejects.toMatchObject({
      code: "STORE_DAMAGED",
      message: expect.stringContaining("MANIFEST"),
    });
    await stores.repair(directory);
    const repaired = await stores.open(directory);
    expect((await repaired.keys({ limit: COUNT })).length).toBe(COUNT);
    await repaired.close();
  });

  test("a table of which a block cannot be read: who scans to the end of the range is told", async () => {
    const store = await stores.open(directory);
    await store.compact(keyOf(0), keyOf(COUNT));
    await store.close();
    const table = fileOf(/\.ldb$/);
    const bytes = readFileSync(table);
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
    writeFileSync(table, bytes);
    const spoilt = await stores.open(directory);
    const damaged = { code: "STORE_DAMAGED" };
    await expect(spoilt.keys({ limit: COUNT })).rejects.toMatchObject(damaged);
    await expect(spoilt.entries({ limit: COUNT })).rejects.toMatchObject(damaged);
    expect((await spoilt.keys({ limit: 100 })).length).toBe(100);
    await spoilt.close();
    await stores.repair(directory);
    const repaired = await stores.open(directory);
    const { length } = await repaired.keys({ limit: COUNT });
    expect(length).toBeGreaterThan(COUNT - 200);
    expect(length).toBeLessThan(COUNT);
    await repaired.close();
  });
});

test("what another is writing at this moment is not taken for damage", async () => {
  const store = await stores.open(directory);
  const manifest = fileOf(/^MANIFEST/);
  appendFileSync(manifest, Buffer.from([1, 2, 3, 4, 100, 0, 1, 9]));
  await expect(stores.open(directory)).rejects.toMatchObject({
    code: "STORE_LOCKED",
    message: expect.stringContaining(`process ${process.pid}`),
    reason: LOCKED_BY_US,
  });
  await expect(stores.repair(directory)).rejects.toMatchObject({ code: "STORE_LOCKED" });
  await store.close();
});

describe("a flipped bit in a table", () => {
  /** In one table, with values that Snappy packs and others that it does not. */
  async function makeTable(): Promise<string> {
    const store = await stores.open(directory);
    for (let number = 0; number < COUNT; number += 3) {
      const value = createHash("sha512").update(`${number}`).digest();
      await store.batch([{ type: "put", key: keyOf(number), value }], { sync: false });
    }
    await store.batch([{ type: "del", key: keyOf(5) }], { sync: true });
    await store.compact(keyOf(0), keyOf(COUNT));
    await store.close();
    return fileOf(/\.ldb$/);
  }
  const bits = process.env.LONG ? 400 : 40;

  test("is found by a thorough opening alone, wherever it is", async () => {
    const path = await makeTable();
    const sound = readFileSync(path);
    expect(readTable(sound, true).sound).toBe(true);
    // The footer has some twenty octets of padding that nobody reads, and makes itself felt when it is opened.
    const read = sound.length - 48;
    for (let bit = 0; bit < bits; bit++) {
      flip(path, Math.floor((bit * read) / bits));
      await expect(stores.open(directory, { thorough: true })).rejects.toMatchObject({
        code: "STORE_DAMAGED",
        message: expect.stringContaining("damaged block"),
      });
      writeFileSync(path, sound);
    }
    await (await stores.open(directory, { thorough: true })).close();
  });

  test("costs its block and no more, and never ends the process", async () => {
    const path = await makeTable();
    const sound = readFileSync(path);
    const entries = readTable(sound, true).entries;
    expect(entries.length).toBe(COUNT - 1);
    flip(path, sound.length >> 1);
    await stores.repair(directory);
    const store = await stores.open(directory, { thorough: true });
    const kept = await store.entries({ limit: COUNT });
    expect(kept.length).toBeGreaterThan(COUNT - 200);
    const all = new Map(entries.map(([key, value]) => [String(key), value]));
    for (const [key, value] of kept) expect(value).toEqual(all.get(String(key)));
    await store.compact(keyOf(0), keyOf(COUNT));
    await store.close();
  });

  test("in its index costs nothing: the blocks are found without", async () => {
    const path = await makeTable();
    const sound = readFileSync(path);
    const { entries } = readTable(sound, true);
    flip(path, sound.length - 48 - 20);
    const damaged = readTable(readFileSync(path), true);
    expect(damaged.sound).toBe(false);
    expect(damaged.entries.map(([key]) => String(key))).toEqual(entries.map(([key]) => String(key)));
    await stores.repair(directory);
    const store = await stores.open(directory, { thorough: true });
    expect((await store.keys({ limit: COUNT })).length).toBe(COUNT - 1);
    await store.close();
  });

  test("is not what a crash left of a table that was being written", async () => {
    const path = await makeTable();
    writeFileSync(join(directory, "999999.ldb"), readFileSync(path).subarray(0, 20_000));
    const store = await stores.open(directory, { thorough: true });
    expect((await store.keys({ limit: COUNT })).length).toBe(COUNT - 1);
    await store.close();
  });

  test("or any other octets never make the reader throw", () => {
    const magic = Buffer.from("57fb808b247547db", "hex");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(readTable(Buffer.concat([octets, magic]), true).sound).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        try {
          unpackSnappy(Buffer.from(octets));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe("what a power cut leaves is no damage", () => {
  test("a log that ends within a fragment loses that fragment only", async () => {
    const log = fileOf(/\.log$/);
    truncateSync(log, readFileSync(log).length - 5);
    const store = await stores.open(directory);
    expect((await store.keys({ limit: COUNT })).length).toBe(COUNT - 20);
    await store.close();
  });

  test("zeros behind the end of the log", async () => {
    appendFileSync(fileOf(/\.log$/), Buffer.alloc(10_000));
    const store = await stores.open(directory);
    expect((await store.keys({ limit: COUNT })).length).toBe(COUNT);
    await store.close();
  });
});

test("a repair leaves no more behind than one repair's leavings", async () => {
  for (let time = 0; time < 3; time++) {
    await stores.repair(directory);
    const store = await stores.open(directory);
    await store.batch([{ type: "put", key: keyOf(time), value: Buffer.alloc(10) }], { sync: true });
    await store.close();
  }
  await stores.repair(directory);
  expect(readdirSync(join(directory, "lost")).length).toBeLessThanOrEqual(2);
});

test("a directory in which nothing can be made is STORE_IO", async () => {
  await expect(stores.open(join(directory, "CURRENT", "journal"))).rejects.toMatchObject({
    code: "STORE_IO",
  });
});

describe("a store whose directory was taken away while it was open", () => {
  const put = (number: number) => [{ type: "put" as const, key: keyOf(number), value: Buffer.alloc(10) }];

  test("confirms nothing more as synced, and one is made anew in its place", async () => {
    const store = await stores.open(directory);
    await store.batch(put(COUNT), { sync: true });
    rmSync(directory, { recursive: true });
    await expect(store.batch(put(COUNT + 1), { sync: true })).rejects.toMatchObject({ code: "STORE_IO" });
    await store.close();
    const anew = await stores.open(directory);
    expect(await anew.keys({ limit: COUNT })).toEqual([]);
    await anew.batch(put(1), { sync: true });
    await anew.close();
  });

  test("confirms nothing either when another store lies there by now", async () => {
    const store = await stores.open(directory);
    renameSync(directory, `${directory}-moved`);
    const moved = `${directory}-moved`;
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    cpSync(moved, directory, { recursive: true });
    await expect(store.batch(put(COUNT), { sync: true })).rejects.toMatchObject({ code: "STORE_IO" });
    await store.close();
  });
});
