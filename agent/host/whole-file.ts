/**
 * A file that is there whole or not at all: written beside, fsynced, renamed. Once it has its name, a power cut leaves
 * the new content; before, the old or the new one.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A name beside the file which nobody else has. */
export function besideOf(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.new`;
}

/** @param mode of the new file, before umask. @param fill writes it, and may give it another mode or owner. */
export async function replaceWhole(
  path: string,
  mode: number,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const beside = besideOf(path);
  try {
    const file = await open(beside, "wx", mode);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** What was renamed or removed in it stays so. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, "r");
  await directory.sync().finally(() => directory.close());
}
