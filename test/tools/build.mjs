/**
 * Compiles the sources and puts beside them the few files that are no TypeScript.
 *
 * Usage: node test/tools/build.mjs [directory [tsc's options]]      default: dist
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "../../agent/packaging/page.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const tsc = join(top, "node_modules", "typescript", "bin", "tsc");
const [directory = join(top, "dist"), ...options] = process.argv.slice(2);
const into = resolve(directory);

rmSync(into, { recursive: true, force: true });
const words = [tsc, "-p", join(top, "tsconfig.build.json"), "--outDir", into, ...options];
execFileSync(process.execPath, words, { stdio: "inherit" });
for (const part of ["agent", "simulator"]) copyPlainFiles(part);
await buildPage(join(into, "agent", "web", "page"));
for (const part of ["agent", "simulator"]) chmodSync(join(into, part, "main.js"), 0o755);

function copyPlainFiles(part) {
  for (const entry of readdirSync(join(top, part), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !(entry.name.endsWith(".js") || entry.name.endsWith(".schema.json"))) continue;
    const from = join(entry.parentPath ?? entry.path, entry.name);
    cpSync(from, join(into, from.slice(top.length)));
  }
}
