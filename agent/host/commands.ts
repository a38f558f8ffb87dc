/**
 * Programs of a real gateway.
 *
 * With a root other than "/" only a program that lies beneath it is run: a made-up box must not restart this machine's
 * services.
 */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join, resolve } from "node:path";
import type { Commands } from "../ports.ts";

/** What a probe prints is a line or two; a program that prints more is ended. */
const STDOUT_OCTETS_MAX = 64 * 1024;
const NO_SUCH_PROGRAM = 127;
const TOOK_TOO_LONG = 124;

/** Where a made-up box has its programs. */
const PROGRAM_FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export function openCommands(root = "/"): Commands {
  const isMadeUp = resolve(root) !== "/";
  return {
    run: ([word = "", ...rest], timeoutMs) =>
      new Promise((done) => {
        const program = isMadeUp ? programBeneath(root, word) : word;
        if (program === undefined) return done({ exitCode: NO_SUCH_PROGRAM, stdout: "" });
        const options = { timeout: timeoutMs, maxBuffer: STDOUT_OCTETS_MAX, killSignal: "SIGKILL" as const };
        execFile(program, rest, options, (error, stdout) => {
          done({ exitCode: error === null ? 0 : exitCodeOf(error), stdout });
        });
      }),
  };
}

/** @returns its path on this machine; undefined when the made-up box has none. */
function programBeneath(root: string, word: string): string | undefined {
  const places = word.includes("/") ? [word] : PROGRAM_FOLDERS.map((folder) => `${folder}/${word}`);
  // Made absolute first, so that no .. leads out of the root.
  const paths = places.map((place) => join(resolve(root), join("/", place)));
  return paths.find(mayBeRun);
}

function mayBeRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function exitCodeOf(error: { code?: string | number | null; killed?: boolean }): number {
  if (typeof error.code === "number") return error.code;
  return error.killed === true ? TOOK_TOO_LONG : NO_SUCH_PROGRAM;
}
