/** The few files the agent reads and writes itself, on a real gateway. */
import { randomBytes } from "node:crypto";
import { constants, readFileSync } from "node:fs";
import { type FileHandle, open, readFile, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskSpace, Files } from "../ports.ts";
import { orFileError, unlessAbsent } from "./file-error.ts";
import { replaceWhole } from "./whole-file.ts";

const PROC = "/proc/";

export function openFiles(): Files {
  return {
    read: (path, octetsMax) =>
      unlessAbsent(path, async () => {
        if (path.startsWith(PROC)) return readProc(path, octetsMax);
        return octetsMax === undefined ? readFile(path) : readHead(path, octetsMax);
      }),
    stamp: (path) =>
      unlessAbsent(path, async () => {
        // A file replaced by rename has another inode even when its time and size are the same.
        const { mtimeNs, size, ino } = await stat(path, { bigint: true });
        return `${mtimeNs}-${size}-${ino}`;
      }),
    replace: (path, content) => orFileError(path, () => replace(path, content)),
    remove: (path) => orFileError(path, () => rm(path, { force: true })),
    space: (path) => orFileError(path, () => spaceOf(path)),
    allocate: (path, octets) => orFileError(path, () => allocate(path, octets)),
  };
}

/**
 * At once: the kernel has it in memory, and five trips to another thread and back for each file, every minute, were most
 * of what woke the processor of an agent at rest.
 */
function readProc(path: string, octetsMax?: number): Buffer {
  return readFileSync(path).subarray(0, octetsMax);
}

/** Without waiting at a pipe for somebody who writes. A file of procfs says that it is empty, and is not. */
async function readHead(path: string, octetsMax: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw Object.assign(new Error("EISDIR: is a directory"), { code: "EISDIR" });
    if (!found.isFile()) throw new Error("not a regular file");
    const head = Buffer.alloc(octetsMax);
    let length = 0;
    while (length < octetsMax) {
      const { bytesRead } = await file.read(head, length, octetsMax - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return Buffer.from(head.subarray(0, length));
  } finally {
    await file.close();
  }
}

async function spaceOf(path: string): Promise<DiskSpace> {
  for (let at = path; ; at = dirname(at)) {
    const found = await unlessAbsent(at, () => statfs(at));
    // What only root may use does not count: LevelDB would stop there.
    if (found !== undefined) {
      return {
        freeOctets: found.bavail * found.bsize,
        totalOctets: found.blocks * found.bsize,
        freeInodes: found.ffree,
        totalInodes: found.files,
      };
    }
  }
}

/** UBIFS and Btrfs pack what they write: only chance fills a disk as much as it says. */
async function allocate(path: string, octets: number): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.size === octets) return;
  const chance = randomBytes(Math.min(octets, CHUNK_OCTETS));
  await replaceBy(path, async (file) => {
    for (let at = 0; at < octets; at += chance.length) {
      // A file system that shares equal blocks must not find any.
      chance.writeUInt32LE(at);
      await file.write(chance, 0, Math.min(chance.length, octets - at), at);
    }
  });
}

const CHUNK_OCTETS = 64 * 1024;

function replace(path: string, content: Uint8Array): Promise<void> {
  return replaceBy(path, (file) => file.writeFile(content));
}

async function replaceBy(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const mode = await modeOf(path);
  await replaceWhole(path, mode, async (file) => {
    await fill(file);
    // The mode of a new file is cut by umask; the one of the file it replaces was chosen by somebody.
    if (mode !== NEW_FILE_MODE) await file.chmod(mode);
  });
}

const NEW_FILE_MODE = 0o644;

async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? NEW_FILE_MODE : found.mode & 0o777;
}
