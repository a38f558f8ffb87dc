/** The person before the terminal: what is asked of him, and when he has had enough. */
import { createInterface } from "node:readline/promises";
import { EXIT } from "../errors.ts";

/** Aborted by the first SIGINT or SIGTERM, with its name as the reason; the second ends the process. */
export function watchInterruption(): AbortSignal {
  const given = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => given.abort(signal));
  return given.signal;
}

/**
 * Ctrl-D is a no; Ctrl-C too, and the program ends as shells expect it then, whatever the command makes of the no.
 * @returns undefined when nobody is there to be asked.
 */
export function openQuestion(): ((question: string) => Promise<boolean>) | undefined {
  if (process.stdin.isTTY !== true) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const given = lines.question(question).catch((error: Error) => {
      if (error.name !== "AbortError") throw error;
      return NO;
    });
    let isAnswered = false;
    const refused = new Promise<string>((resolve) => {
      lines.once("SIGINT", () => {
        process.once("exit", () => {
          process.exitCode = EXIT.interrupted;
        });
        lines.close();
      });
      lines.once("close", () => {
        // What is said next begins a line of its own, as after an answer.
        if (!isAnswered) process.stderr.write("\n");
        resolve(NO);
      });
    });
    try {
      const answer = await Promise.race([given, refused]);
      return /^[yo]/i.test(answer.trim());
    } finally {
      isAnswered = true;
      lines.close();
    }
  };
}

const NO = "";

/** Resolves when standard output has taken it. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
