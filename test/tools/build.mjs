/** Compiles the sources into dist/ and puts beside them the few files that are no TypeScript. */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const tsc = join(top, "node_modules", "typescript", "bin", "tsc");

rmSync(join(top, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(top, "tsconfig.build.json")], { stdio: "inherit" });
for (const part of ["agent", "simulator"]) copyPlainFiles(part);
for (const part of ["agent", "simulator"]) chmodSync(join(top, "dist", part, "main.js"), 0o755);

function copyPlainFiles(part) {
  for (const entry of readdirSync(join(top, part), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const from = join(entry.parentPath ?? entry.path, entry.name);
    cpSync(from, join(top, "dist", from.slice(top.length)));
  }
}
