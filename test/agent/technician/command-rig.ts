/** Commands that follow: the built program as a process of its own, while the test goes on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { inject } from "vitest";

export interface Spawned {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What it says when it has come so far. */
  readonly said?: RegExp;
  /** Then, once. Absent: it is ended, as Ctrl-C does. */
  readonly act?: () => void;
}

/** @returns when it has ended. */
export async function spawnCommand(
  words: readonly string[],
  { env = {}, said, act }: SpawnOptions = {},
): Promise<Spawned> {
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(process.execPath, [inject("builtAgent"), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, LANG: "C", TZ: "UTC", ...env },
  });
  let stdout = "";
  let stderr = "";
  let isAwaited = said !== undefined;
  const look = (): void => {
    if (!isAwaited || !(said!.test(stdout) || said!.test(stderr))) return;
    isAwaited = false;
    if (act === undefined) child.kill("SIGINT");
    else act();
  };
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
    look();
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
    look();
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}
