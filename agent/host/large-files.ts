/** Files too large for memory, on a real gateway. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AgentError } from "../errors.ts";
import type { FileDraft, FolderUse, LargeFiles } from "../ports.ts";

export function openLargeFiles(): LargeFiles {
  return { read, draft, folder };
}

async function* read(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of path === "-" ? process.stdin : createReadStream(path)) yield piece as Buffer;
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** As Files.replace: a power cut leaves the old file or the new one, whole. */
async function draft(path: string): Promise<FileDraft> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  const file = await open(beside, "wx", 0o644).catch((cause) => {
    throw fileError(path, cause);
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
      throw fileError(path, cause);
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
        const directory = await open(dirname(path), "r");
        await directory.sync().finally(() => directory.close());
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
    throw fileError(path, cause);
  }
}

function fileError(path: string, cause: unknown): AgentError {
  // Node ends with the call and its path, which may be the draft's own name.
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/, \w+ '.*'$/s, "");
  return new AgentError("FILE_IO", `${path}: ${reason}`, cause, reason);
}
