import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCommands } from "../../../agent/host/commands.ts";
import { testFolder } from "../../test-folder.ts";

const commands = openCommands();

test("a program's exit code and what it prints come back", async () => {
  expect(await commands.run(["true"], 5_000)).toEqual({ exitCode: 0, stdout: "" });
  expect((await commands.run(["false"], 5_000)).exitCode).toBe(1);
  expect((await commands.run(["echo", "yes"], 5_000)).stdout).toBe("yes\n");
});

test("no shell reads its arguments", async () => {
  expect((await commands.run(["echo", "$HOME;", "`id`"], 5_000)).stdout).toBe("$HOME; `id`\n");
});

test("a program that is not there, or takes too long, is told by its code", async () => {
  expect(await commands.run(["/nowhere/at-all"], 5_000)).toEqual({ exitCode: 127, stdout: "" });
  expect((await commands.run(["sleep", "60"], 50)).exitCode).toBe(124);
});

test("on a made-up box only its own programs are run, and none of this machine's", async () => {
  const root = testFolder("box");
  const onBox = openCommands(root);
  for (const program of ["true", "/bin/true", "../../../../../../bin/true"]) {
    expect(await onBox.run([program], 5_000), program).toEqual({ exitCode: 127, stdout: "" });
  }
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  writeFileSync(join(root, "usr/bin/true"), '#!/bin/sh\necho "made up"\n');
  chmodSync(join(root, "usr/bin/true"), 0o755);
  expect(await onBox.run(["true"], 5_000)).toEqual({ exitCode: 0, stdout: "made up\n" });
});
