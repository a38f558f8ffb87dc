/** What each of our commands needs of its own process. */
import { existsSync, readFileSync, statSync } from "node:fs";
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

/**
 * When the program was built, wall time: as its bundle says, for copying a file gives it another date; elsewhere the
 * date of its own file.
 * @param programPath the command's own file.
 */
export function readBuiltWallMs(programPath: string): number {
  try {
    const { built } = JSON.parse(readFileSync(join(dirname(programPath), "package.json"), "utf8"));
    const builtWallMs = Date.parse(built);
    if (Number.isFinite(builtWallMs)) return builtWallMs;
  } catch {
    // No bundle.
  }
  return statSync(programPath).mtimeMs;
}

/**
 * The folder of gateway profiles: beside the program in a bundle, above it elsewhere.
 * @param programPath the command's own file.
 * @returns an absolute path; undefined when there are none.
 */
export function findProfiles(programPath: string): string | undefined {
  const ups = [".", "..", "../.."].map((up) =>
    join(dirname(programPath), up, "firmware-profiles", "gateways"),
  );
  return ups.find((folder) => existsSync(folder));
}

/**
 * The folder of the built local page: in a bundle beside the program, as among the compiled sources.
 * @param programPath the command's own file.
 * @returns an absolute path; undefined when it was not built.
 */
export function findPage(programPath: string): string | undefined {
  const folder = join(dirname(programPath), "web", "page");
  return existsSync(join(folder, "files.json")) ? folder : undefined;
}

/** Whoever reads our output may stop reading (`| head`); that is no failure of ours. */
export function endWhenNobodyReads(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
