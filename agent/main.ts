#!/usr/bin/env node
/**
 * The `edge-agent` command. Each command's code is loaded when it is called; a plain `edge-agent run` does not even
 * load yargs, for a running agent keeps what it has loaded.
 *
 * Results go to standard output, everything else to standard error. Exit codes: errors.ts.
 */
import { fileURLToPath } from "node:url";
import { SETTINGS_PATH } from "./config/settings.ts";
import { exitCodeOf, isAgentError } from "./errors.ts";
import { endWhenNobodyReads, readVersion } from "./host/program.ts";
import type { Translate } from "./text/text.ts";

const PROGRAM = fileURLToPath(import.meta.url);

const WORDS = process.argv.slice(2);

/** @returns the path of the settings where `run` has nothing but its own options; undefined for everything else. */
function readPlainRun(words: readonly string[]): string | undefined {
  if (words[0] !== "run") return undefined;
  let settingsPath = SETTINGS_PATH;
  let isSet = false;
  for (let at = 1; at < words.length; at += 2) {
    const value = words[at + 1];
    if (value === undefined || value.startsWith("-")) return undefined;
    if (words[at] === "--config" || words[at] === "-c") {
      if (isSet) return undefined;
      isSet = true;
      settingsPath = value;
    } else if (words[at] !== "--lang" || (value !== "en" && value !== "fr")) return undefined;
  }
  return settingsPath;
}

async function main(): Promise<void> {
  const settingsPath = readPlainRun(WORDS);
  const version = readVersion(PROGRAM);
  if (settingsPath !== undefined) {
    // Its settings are about to be read anyway; until the agent listens, a reload must not end it.
    process.on("SIGHUP", () => undefined);
    const { run } = await import("./run.ts");
    await run({ settingsPath, version, programPath: PROGRAM, speak });
    return;
  }
  const { readCommandLine } = await import("./command-line.ts");
  await readCommandLine(WORDS, { version, path: PROGRAM });
}

async function speak(): Promise<Translate> {
  const { chooseLanguage, languageFlag, makeText } = await import("./text/text.ts");
  return makeText(chooseLanguage({ flag: languageFlag(WORDS), env: process.env }));
}

async function messageOf(error: unknown, t: Translate): Promise<string> {
  if (!isAgentError(error)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return t("error.unexpected", { detail });
  }
  const [{ sayRefusal }, { wrapFor }] = await Promise.all([
    import("./config/file-refusal.ts"),
    import("./technician/words.ts"),
  ]);
  return wrapFor(process.stderr, sayRefusal(error, t).message);
}

async function fail(error: unknown, t: Translate): Promise<void> {
  process.stderr.write(`${await messageOf(error, t)}\n`);
  process.exitCode = exitCodeOf(error);
}

endWhenNobodyReads(process.stdout);
try {
  await main();
} catch (error) {
  await fail(error, await speak());
}
