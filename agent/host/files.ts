/** The few files the agent reads and writes itself, on a real gateway. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AgentError } from "../errors.ts";
import type { Files } from "../ports.ts";

export function openFiles(): Files {
  return {
    read: (path) => unlessAbsent(path, () => readFile(path)),
    stamp: (path) =>
      unlessAbsent(path, async () => {
        // A file replaced by rename has another inode even when its time and size are the same.
        const { mtimeNs, size, ino } = await stat(path, { bigint: true });
        return `${mtimeNs}-${size}-${ino}`;
      }),
    replace: (path, content) => orFileError(path, () => replace(path, content)),
    remove: (path) => orFileError(path, () => rm(path, { force: true })),
  };
}

/** The promise: once it resolves, a power cut leaves the new content; before, the old or the new one, whole. */
async function replace(path: string, content: Uint8Array): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const mode = await modeOf(path);
    const file = await open(beside, "wx", mode);
    try {
      await file.writeFile(content);
      // The mode of a new file is cut by umask; the one of the file it replaces was chosen by somebody.
      if (mode !== NEW_FILE_MODE) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  const directory = await open(dirname(path), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const NEW_FILE_MODE = 0o644;

async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? NEW_FILE_MODE : found.mode & 0o777;
}

async function unlessAbsent<T>(path: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw fileError(path, cause);
  }
}

async function orFileError<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw fileError(path, cause);
  }
}

function fileError(path: string, cause: unknown): AgentError {
  return new AgentError(
    "FILE_IO",
    `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  );
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
