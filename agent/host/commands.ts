/** Programs of a real gateway. */
import { execFile } from "node:child_process";
import type { Commands } from "../ports.ts";

/** What a probe prints is a line or two; a program that prints more is ended. */
const STDOUT_OCTETS_MAX = 64 * 1024;
const NO_SUCH_PROGRAM = 127;
const TOOK_TOO_LONG = 124;

export function openCommands(): Commands {
  return {
    run: ([program = "", ...rest], timeoutMs) =>
      new Promise((resolve) => {
        const options = { timeout: timeoutMs, maxBuffer: STDOUT_OCTETS_MAX, killSignal: "SIGKILL" as const };
        execFile(program, rest, options, (error, stdout) => {
          resolve({ exitCode: error === null ? 0 : exitCodeOf(error), stdout });
        });
      }),
  };
}

function exitCodeOf(error: { code?: string | number | null; killed?: boolean }): number {
  if (typeof error.code === "number") return error.code;
  return error.killed === true ? TOOK_TOO_LONG : NO_SUCH_PROGRAM;
}
