/** Goal: lines are there, whole and in order, and a file never grows beyond its limit. Method: a real disk. */
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLineFiles } from "../../../agent/host/line-files.ts";
import { WorldLineFiles } from "../../../simulator/world/line-files.ts";
import { testFolder } from "../../test-folder.ts";

const { append } = openLineFiles();

function path(): string {
  const folder = testFolder("lines");
  return join(folder, "audit.jsonl");
}

test("a file is made for its owner and his group, and grows", async () => {
  const at = path();
  await append(at, "one\n", 100);
  await append(at, "two\n", 100);
  expect(readFileSync(at, "utf8")).toBe("one\ntwo\n");
  expect(statSync(at).mode & 0o007).toBe(0);
});

test("at its limit it begins anew, the one before it stays, and the one before that goes", async () => {
  const at = path();
  const world = new WorldLineFiles();
  for (let line = 0; line < 25; line++) {
    await append(at, `line ${line + 10}\n`, 80);
    await world.append(at, `line ${line + 10}\n`, 80);
    expect(statSync(at).size).toBeLessThanOrEqual(80);
  }
  expect(readFileSync(at, "utf8")).toBe("line 30\nline 31\nline 32\nline 33\nline 34\n");
  expect(readFileSync(`${at}.1`, "utf8").split("\n")).toHaveLength(11);
  expect(existsSync(`${at}.2`)).toBe(false);
  // In the simulated world it does the same.
  expect([world.text(at), world.text(`${at}.1`)]).toEqual([
    readFileSync(at, "utf8"),
    readFileSync(`${at}.1`, "utf8"),
  ]);
});

test("a piece that is longer than the limit by itself is written all the same", async () => {
  const at = path();
  await append(at, "0123456789\n", 5);
  await append(at, "x\n", 5);
  expect(readFileSync(at, "utf8")).toBe("x\n");
  expect(readFileSync(`${at}.1`, "utf8")).toBe("0123456789\n");
});

test("a folder that is not there, and a link that somebody has left, are errors of the world", async () => {
  const at = path();
  await expect(append(join(at, "deeper"), "a\n", 5)).rejects.toMatchObject({ code: "FILE_IO" });
  const target = `${at}-target`;
  writeFileSync(target, "");
  symlinkSync(target, at);
  await expect(append(at, "a\n", 5)).rejects.toMatchObject({ code: "FILE_IO" });
  expect(readFileSync(target, "utf8")).toBe("");
});
