/** The person before the terminal: what is asked of him, and when he has had enough. */
import { createInterface } from "node:readline/promises";

/** Aborted by the first SIGINT or SIGTERM, with its name as the reason; the second ends the process. */
export function watchInterruption(): AbortSignal {
  const given = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => given.abort(signal));
  return given.signal;
}

/** @returns undefined when nobody is there to be asked. */
export function openQuestion(): ((question: string) => Promise<boolean>) | undefined {
  if (process.stdin.isTTY !== true) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^[yo]/i.test((await lines.question(question)).trim());
    } finally {
      lines.close();
    }
  };
}

/** Resolves when standard output has taken it. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
