/** The box's own files, on a real disk: what keeps a file the box's own is kept. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBox } from "../../../agent/host/box.ts";
import { mountSmallDisk } from "../../small-disk.ts";

const NOBODY = 65_534;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "box-"));
  mkdirSync(join(root, "etc"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a replaced file keeps owner, mode and link; nothing is left beside it", async () => {
  const box = openBox(root);
  mkdirSync(join(root, "user"));
  writeFileSync(join(root, "user/real.toml"), "old");
  chownSync(join(root, "user/real.toml"), 12, 34);
  chmodSync(join(root, "user/real.toml"), 0o4640);
  symlinkSync("../user/real.toml", join(root, "etc/f.toml"));
  const before = await box.look("/etc/f.toml");
  expect(before).toEqual({ content: Buffer.from("old"), mode: 0o4640, uid: 12, gid: 34 });
  await box.replace("/etc/f.toml", { ...before!, content: Buffer.from("new") });
  expect(lstatSync(join(root, "etc/f.toml")).isSymbolicLink()).toBe(true);
  expect(await box.look("/etc/f.toml")).toEqual({ ...before, content: Buffer.from("new") });
  expect([readdirSync(join(root, "etc")), readdirSync(join(root, "user"))]).toEqual([
    ["f.toml"],
    ["real.toml"],
  ]);
});

test("a new file is made with its folders; what is removed leaves an empty folder that can be removed too", async () => {
  const box = openBox(root);
  await box.replace("/var/lib/kept/a", { content: Buffer.from("x"), mode: 0o600 });
  expect(statSync(join(root, "var/lib/kept/a")).mode & 0o777).toBe(0o600);
  await box.remove("/var/lib/kept");
  expect(await box.names("/var/lib/kept"), "not while something is in it").toEqual(["a"]);
  await box.remove("/var/lib/kept/a");
  await box.remove("/var/lib/kept");
  expect(await box.names("/var/lib")).toEqual([]);
  await box.remove("/var/lib/none");
});

test("what is not there is undefined, and a folder without files has no names", async () => {
  const box = openBox(root);
  expect(await box.look("/etc/none")).toBeUndefined();
  expect(await box.names("/none")).toEqual([]);
  expect(await box.processes(), "no /proc").toEqual([]);
});

test("the processes that run, with their words and their folder", async () => {
  const mine = (await openBox().processes()).filter(({ directory }) => directory === process.cwd());
  expect(mine.some(({ argv }) => argv[0]?.includes("node"))).toBe(true);
});

test("an obstacle is known before anything is written: a read-only disk, and one in memory", async () => {
  const box = openBox(root);
  expect(await box.obstacle("/etc/f.toml")).toBeUndefined();
  expect(await box.obstacle("/var/lib/deeper/f"), "folders that are yet to be made").toBeUndefined();
  const disk = mountSmallDisk(1 << 20);
  expect(await openBox(disk.path).obstacle("/f.toml")).toBe("volatile");
  disk.readOnly(true);
  expect(await openBox(disk.path).obstacle("/f.toml")).toBe("readOnly");
});

test("somebody without rights is told before he has written anything", () => {
  const program = join(root, "obstacle.mjs");
  buildSync({
    stdin: {
      contents: `import { openBox } from "./agent/host/box.ts";
        const box = openBox(process.argv[2]);
        for (const path of process.argv.slice(3)) console.log(await box.obstacle(path));`,
      resolveDir: join(import.meta.dirname, "../../.."),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
  });
  chmodSync(root, 0o755);
  mkdirSync(join(root, "his"));
  chownSync(join(root, "his"), NOBODY, NOBODY);
  writeFileSync(join(root, "his/ours"), "");
  writeFileSync(join(root, "etc/f"), "");
  const words = [program, root, "/etc/f", "/etc/none/f", "/his/new", "/his/ours"];
  const said = execFileSync(process.execPath, words, {
    uid: NOBODY,
    gid: NOBODY,
    cwd: root,
    encoding: "utf8",
  });
  expect(said.trim().split("\n")).toEqual(["rights", "rights", "undefined", "rights"]);
  expect(readFileSync(join(root, "etc/f"), "utf8")).toBe("");
});
