/** Files too large for memory, on a real gateway. */
import { createReadStream } from "node:fs";
import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentError } from "../errors.ts";
import type { FileDraft, FolderUse, LargeFiles } from "../ports.ts";
import { fileError, reasonOf } from "./file-error.ts";
import { besideOf, syncFolder } from "./whole-file.ts";

export function openLargeFiles(): LargeFiles {
  return { read, draft, folder };
}

async function* read(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of path === "-" ? process.stdin : createReadStream(path)) yield piece as Buffer;
  } catch (cause) {
    throw draftError(path, cause);
  }
}

/** As Files.replace: a power cut leaves the old file or the new one, whole. */
async function draft(path: string): Promise<FileDraft> {
  const beside = besideOf(path);
  const file = await open(beside, "wx", 0o644).catch((cause) => {
    throw draftError(path, cause);
  });
  let isOpen = true;
  const abandon = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close().catch(() => {});
    await rm(beside, { force: true }).catch(() => {});
  };
  const orAbandon = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (cause) {
      await abandon();
      throw draftError(path, cause);
    }
  };
  return {
    write: (text) => orAbandon(() => file.writeFile(text)),
    finish: () =>
      orAbandon(async () => {
        await file.sync();
        await rename(beside, path);
        isOpen = false;
        await file.close();
        await syncFolder(dirname(path));
      }),
    abandon,
  };
}

async function folder(path: string): Promise<FolderUse | undefined> {
  try {
    const names = await readdir(path);
    let sizeOctets = 0;
    for (const name of names) {
      // LevelDB removes files while we look.
      const found = await stat(join(path, name)).catch(() => undefined);
      if (found?.isFile()) sizeOctets += found.size;
    }
    const { bavail, bsize } = await statfs(path);
    return { names, sizeOctets, freeOctets: bavail * bsize };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw draftError(path, cause);
  }
}

/** Node ends with the call and its path, which may be the draft's own name. */
function draftError(path: string, cause: unknown): AgentError {
  return fileError(path, cause, reasonOf(cause).replace(/, \w+ '.*'$/s, ""));
}
