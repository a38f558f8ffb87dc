import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFiles } from "../../../agent/host/files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the files of a real gateway", () => {
  const files = openFiles();

  test("a file that is not there is undefined, not an error", async () => {
    expect(await files.read(join(folder, "none"))).toBeUndefined();
    expect(await files.stamp(join(folder, "none/deeper"))).toBeUndefined();
    await files.remove(join(folder, "none"));
  });

  test("of what anybody may have put there only the head is read, and only of a regular file", async () => {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("long"), Buffer.alloc(1_000_000, "x"));
    expect(await files.read(at("long"), 10)).toEqual(Buffer.alloc(10, "x"));
    writeFileSync(at("short"), "abc");
    expect((await files.read(at("short"), 10))?.toString()).toBe("abc");
    expect(await files.read(at("none"), 10)).toBeUndefined();
    // Its size is said to be 0.
    expect((await files.read("/proc/sys/kernel/ostype", 64))?.toString()).toBe("Linux\n");
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("/dev/zero", at("endless"));
    symlinkSync(at("loop"), at("loop"));
    for (const name of ["pipe", "endless", "loop", "."])
      await expect(files.read(at(name), 10), name).rejects.toMatchObject({ code: "FILE_IO" });
  });

  test("what was replaced is read back, and nothing is left beside it", async () => {
    const path = join(folder, "state");
    await files.replace(path, Buffer.from("old"));
    await files.replace(path, Buffer.from("new"));
    expect((await files.read(path))?.toString()).toBe("new");
    expect(readdirSync(folder)).toEqual(["state"]);
    await files.remove(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([0o600, 0o666])("a replaced file keeps its mode, %o", async (mode) => {
    const path = join(folder, "settings");
    writeFileSync(path, "old");
    chmodSync(path, mode);
    await files.replace(path, Buffer.from("new"));
    expect(statSync(path).mode & 0o777).toBe(mode);
  });

  test("the stamp changes when a file of the same size and time takes the place of another", async () => {
    const path = join(folder, "cert.pem");
    const time = new Date(1_700_000_000_000);
    writeFileSync(path, "one");
    utimesSync(path, time, time);
    const before = await files.stamp(path);
    expect(await files.stamp(path)).toBe(before);
    await files.replace(path, Buffer.from("two"));
    utimesSync(path, time, time);
    expect(await files.stamp(path)).not.toBe(before);
  });

  test("a refusal of the disk is FILE_IO, and leaves the old content and no litter", async () => {
    await expect(files.read(folder)).rejects.toMatchObject({ code: "FILE_IO" });
    await expect(files.replace(join(folder, "no/such"), Buffer.from("x"))).rejects.toMatchObject({
      code: "FILE_IO",
    });
    const taken = join(folder, "taken");
    mkdirSync(join(taken, "by-a-folder"), { recursive: true });
    await expect(files.replace(taken, Buffer.from("x"))).rejects.toMatchObject({ code: "FILE_IO" });
    await expect(files.remove(taken)).rejects.toMatchObject({ code: "FILE_IO" });
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});
