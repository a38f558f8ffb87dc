/**
 * The bundle for arm64 does its work on that processor: Debian's qemu-aarch64, with the C and C++ libraries of a
 * Debian for arm64, which is what the .deb asks of the box.
 */
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { launcherUnder, makePackages, scratch, TOP } from "./packages.ts";
import { passThrough } from "./pipeline.ts";

const STORED = process.env.LONG ? 30_000 : 300;

test(`the bundle for arm64 stores ${STORED} frames, starts again, and delivers old and new`, {
  timeout: 1_200_000,
}, async () => {
  const out = scratch(onTestFinished);
  const bundle = makePackages(out, ["--arch", "arm64", "--form", "bundle"]).pathOf("bundle");
  const box = join(out, "box");
  for (const name of ["libc6", "libstdc++6", "libgcc-s1"])
    cpSync(libraryFolder(name), box, { recursive: true });

  const program = [launcherUnder(bundle, ["qemu-aarch64", "-L", box])];
  const { tables } = await passThrough({ stored: STORED, live: 40, replayed: 20, program });
  if (process.env.LONG) expect(tables).toBeGreaterThan(0);
});

function libraryFolder(name: string): string {
  const parts = join(TOP, "agent", "packaging", "parts.mjs");
  const script = `import { newestLibraryFolder } from ${JSON.stringify(parts)};
process.stdout.write(newestLibraryFolder(${JSON.stringify(name)}, "arm64"));`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
}
