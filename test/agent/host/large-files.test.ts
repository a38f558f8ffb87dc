/** Files too large for memory, on a real disk: whole or not there. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLargeFiles } from "../../../agent/host/large-files.ts";
import { testFolder } from "../../test-folder.ts";

const files = openLargeFiles();

test("a file gets its name when it is finished, and what had it before stays until then", async () => {
  const path = join(testFolder("large"), "out");
  writeFileSync(path, "old");
  const draft = await files.draft(path);
  await draft.write("new ");
  await draft.write("é");
  expect(readFileSync(path, "utf8")).toBe("old");
  await draft.finish();
  await draft.abandon();
  expect(readFileSync(path, "utf8")).toBe("new é");
  expect(readdirSync(join(path, ".."))).toEqual(["out"]);
});

test("one that is abandoned, or cannot be finished, leaves nothing", async () => {
  const directory = testFolder("large");
  const draft = await files.draft(join(directory, "out"));
  await draft.write("half");
  await draft.abandon();
  expect(readdirSync(directory)).toEqual([]);
  mkdirSync(join(directory, "taken"));
  const onFolder = await files.draft(join(directory, "taken"));
  await expect(onFolder.finish()).rejects.toMatchObject({ code: "FILE_IO" });
  expect(readdirSync(directory)).toEqual(["taken"]);
  await expect(files.draft("/nowhere/out")).rejects.toMatchObject({ code: "FILE_IO" });
});

test("a large file is read in pieces; one that is not there is an error of the world", async () => {
  const path = join(testFolder("large"), "in");
  writeFileSync(path, Buffer.alloc(300_000, "x"));
  const sizes: number[] = [];
  for await (const piece of files.read(path)) sizes.push(piece.length);
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300_000);
  const reading = (async () => {
    for await (const _piece of files.read("/nowhere"));
  })();
  await expect(reading).rejects.toMatchObject({ code: "FILE_IO" });
});

test("a folder says what it takes and what is left", async () => {
  const directory = testFolder("large");
  writeFileSync(join(directory, "a"), "12345");
  writeFileSync(join(directory, "b"), "123");
  expect(await files.folder(directory)).toMatchObject({ sizeOctets: 8, freeOctets: expect.any(Number) });
  expect(await files.folder("/nowhere")).toBeUndefined();
});
