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
  /** As Ctrl-C does. */
  readonly endAfterMs?: number;
}

/** @returns when it has ended. */
export async function spawnCommand(
  words: readonly string[],
  { env = {}, endAfterMs }: SpawnOptions = {},
): Promise<Spawned> {
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(process.execPath, [inject("builtAgent"), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, LANG: "C", TZ: "UTC", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const timer = endAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), endAfterMs);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}
