/**
 * The date that a build carries: of its commit, so that two builds of one commit are the same octets.
 *
 * The agent takes it for the earliest that a right clock can show, and would not believe a file's own date: copying
 * changes that.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** SOURCE_DATE_EPOCH (seconds, reproducible-builds.org), else the commit's date, else that of package.json. */
export function builtDate(env = process.env) {
  const given = env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (!/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${given}`);
    return new Date(Number(given) * 1_000);
  }
  const { status, stdout } = spawnSync("git", ["-C", TOP, "log", "-1", "--format=%ct"], { encoding: "utf8" });
  if (status === 0 && /^\d+\s*$/.test(stdout)) return new Date(Number(stdout) * 1_000);
  return new Date(Math.floor(statSync(join(TOP, "package.json")).mtimeMs / 1_000) * 1_000);
}
