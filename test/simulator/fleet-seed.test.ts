/**
 * Goal: a seed is the whole fleet: whoever starts with it has the same meters, keys, readings and moments, in whatever
 * process.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROCESS = new URL("seed-process.ts", import.meta.url);
const METERS = 10;
const SEEDS = { one: "42", other: "43" };

test("two processes with one seed print the same octets: meters, keys, readings, frames and moments", async () => {
  const [one, again, other] = await Promise.all([SEEDS.one, SEEDS.one, SEEDS.other].map(printed));
  expect(again === one).toBe(true);
  const lines = linesOf(one!);
  expect(lines.filter(({ identity }) => identity?.appKey.length === 32)).toHaveLength(METERS);
  expect(lines.filter(({ reading }) => reading !== undefined).length).toBeGreaterThan(20 * METERS);
  const shared = new Set(one!.split("\n"));
  expect(
    other!
      .trim()
      .split("\n")
      .filter((line) => shared.has(line)),
  ).toEqual([]);
});

async function printed(seed: string): Promise<string> {
  const words = ["--import", import.meta.resolve("tsx"), PROCESS.pathname, seed];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** A meter, an event, or a transmission. */
interface Line {
  readonly identity?: { readonly appKey: string };
  readonly reading?: object;
}

function linesOf(text: string): Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
