/** What each of our commands needs of its own process. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The version in the package's package.json: beside the program in a bundle, above it elsewhere.
 * @param programPath the command's own file.
 */
export function readVersion(programPath: string): string {
  for (const up of ["package.json", "../package.json", "../../package.json"]) {
    try {
      return JSON.parse(readFileSync(join(dirname(programPath), up), "utf8")).version;
    } catch {
      // Not here: further up.
    }
  }
  return "unknown";
}

/** Whoever reads our output may stop reading (`| head`); that is no failure of ours. */
export function endWhenNobodyReads(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
