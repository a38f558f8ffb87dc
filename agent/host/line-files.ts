/** Files that grow line by line, on a real gateway. */
import { constants } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { LineFiles } from "../ports.ts";
import { orFileError } from "./file-error.ts";
import { syncFolder } from "./whole-file.ts";

/** Who commanded what is for the agent's own group. */
const MODE = 0o640;

export function openLineFiles(): LineFiles {
  return { append: (path, lines, octetsMax) => orFileError(path, () => append(path, lines, octetsMax)) };
}

/** A link is not followed: what stands there is written by whoever may write in that folder. */
const APPENDED = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

async function append(path: string, lines: string, octetsMax: number): Promise<void> {
  const isFull = await write(path, lines, octetsMax);
  if (!isFull) return;
  await rename(path, `${path}.1`);
  await write(path, lines, Number.POSITIVE_INFINITY);
  await syncFolder(dirname(path));
}

/** @returns true when there was no room: nothing was written. */
async function write(path: string, lines: string, octetsMax: number): Promise<boolean> {
  const file = await open(path, APPENDED, MODE);
  try {
    const { size } = await file.stat();
    if (size > 0 && size + Buffer.byteLength(lines) > octetsMax) return true;
    // What a power cut left of a line must not spoil the next one: its reader passes over it.
    await file.writeFile(lines);
    await file.sync();
    return false;
  } finally {
    await file.close();
  }
}
