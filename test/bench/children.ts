/** The bench's own processes and its own directory: whatever becomes of the bench, they go with it. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";

const running = new Set<ChildProcess>();
const scratch = mkdtempSync(join(tmpdir(), "edge-agent-bench-"));
let directories = 0;

process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** @returns a new, empty directory on the disk that the bench measures. */
export function newDirectory(): string {
  const directory = join(scratch, String(directories++));
  mkdirSync(directory);
  return directory;
}

export function start(command: string, words: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, words, options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends it. @returns when it has ended. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

const MODULES = new URL("../../node_modules", import.meta.url);
const builds = new Map<string, string>();

/**
 * Made into JavaScript as the shipped program is. What runs TypeScript as it is gives each function its name whenever it
 * is made: for code with many small ones that costs more than the code.
 */
function built({ pathname }: URL): string {
  const before = builds.get(pathname);
  if (before !== undefined) return before;
  if (builds.size === 0) symlinkSync(MODULES, join(scratch, "node_modules"));
  const outfile = join(scratch, basename(pathname).replace(/ts$/, "mjs"));
  buildSync({
    entryPoints: [pathname],
    outfile,
    ...{ bundle: true, minify: true, packages: "external", logLevel: "warning" },
    ...{ platform: "node", target: "node20", format: "esm" },
  });
  builds.set(pathname, outfile);
  return outfile;
}

/** A process of ours that answers one question at a time, with whatever it measures. */
export interface Helper<Question, Answer> {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
  end(): Promise<void>;
}

/**
 * @param url of the TypeScript module that the process runs; it answers with `process.send`.
 * @param flags of Node.
 */
export function startHelper<Question extends object, Answer>(
  url: URL,
  flags: readonly string[] = [],
): Helper<Question, Answer> {
  const child = start(process.execPath, [...flags, built(url)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return {
    pid: child.pid!,
    ask: (question) =>
      new Promise((resolve, reject) => {
        const died = (): void => reject(new Error(`${url.pathname} ended before it answered`));
        child.once("exit", died);
        child.once("message", (answer) => {
          child.off("exit", died);
          resolve(answer as Answer);
        });
        child.send(question);
      }),
    end: () => end(child),
  };
}
