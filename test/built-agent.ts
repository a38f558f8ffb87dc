/**
 * The agent as it is shipped, compiled once for all tests that start it as a process. vitest runs this before the
 * first test; `inject("builtAgent")` is the compiled main.js.
 *
 * Types are not checked here, or one wrong type would fail every test; `npm run typecheck` does that.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    builtAgent: string;
  }
}

const TOP = join(import.meta.dirname, "..");

/** Within the tree, so that Node finds the packages. */
export default function setup(project: TestProject): () => void {
  mkdirSync(join(TOP, ".edge-agent"), { recursive: true });
  const directory = mkdtempSync(join(TOP, ".edge-agent", "built-"));
  const words = [join(TOP, "test", "tools", "build.mjs"), directory, "--noCheck"];
  execFileSync(process.execPath, words, { stdio: "inherit" });
  copyFileSync(join(TOP, "package.json"), join(directory, "package.json"));
  cpSync(join(TOP, "firmware-profiles"), join(directory, "firmware-profiles"), { recursive: true });
  project.provide("builtAgent", join(directory, "agent", "main.js"));
  return () => rmSync(directory, { recursive: true, force: true });
}
