/**
 * LevelDB's own files, looked at before LevelDB opens them. Reading and writing the store is in store.ts.
 *
 * LevelDB takes the absence of CURRENT for a new store, and passes over a bad block of its log with a word in a file
 * that nobody reads. Tables (store-tables.ts) are looked at only when there is reason to: they may be 512 MB.
 *
 *   log file   blocks of 32 KiB; in each, fragments:
 *   octet      0..3               4..5            6       7..
 *              CRC-32C of 6..,    length, little  type    length octets
 *              masked             endian          1..4
 *
 * Source: LevelDB, doc/log_format.md, db/log_reader.cc and util/crc32c.h (mask).
 */
import { mkdir, open, readdir, readFile, readlink, realpath, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "../journal/crc32c.ts";
import { readTable, unmask } from "./store-tables.ts";

const BLOCK_OCTETS = 32 * 1024;
const HEADER_OCTETS = 7;
const OWN_FILE = /^(?:\d+\.(?:log|ldb|sst)|MANIFEST-\d+)$/;

/**
 * @param thorough also every block of every table.
 * @param onStep called after each of them.
 * @returns what is wrong, for people; undefined when LevelDB may open it, also when there is nothing yet.
 */
export async function findStoreDamage(
  directory: string,
  thorough: boolean,
  onStep?: () => void,
): Promise<string | undefined> {
  const names = await namesIn(directory);
  const own = names.filter((name) => OWN_FILE.test(name));
  if (!names.includes("CURRENT")) {
    return own.length === 0 ? undefined : `CURRENT is missing beside ${own.length} files`;
  }
  const manifest = (await readFile(join(directory, "CURRENT"), "latin1")).trimEnd();
  if (!own.includes(manifest)) return "CURRENT names no manifest that is there";
  for (const name of own) {
    if (name !== manifest && !name.endsWith(".log")) continue;
    const bad = await firstBadFragment(join(directory, name), name === manifest);
    if (bad !== undefined) return `${name} is damaged at octet ${bad}`;
  }
  for (const name of thorough ? names.filter(isTable) : []) {
    const table = readTable(await readFile(join(directory, name)), false);
    // One that was never finished is what a crash left of a compaction; LevelDB does not count it among its own.
    if (table.finished && !table.sound) return `${name} has a damaged block`;
    onStep?.();
  }
  return undefined;
}

/**
 * Takes the tables that have a damaged block out of the store, into `lost`.
 * @returns what their sound blocks had: values, the newest of each key of one table first.
 */
export async function takeOutBadTables(directory: string): Promise<(readonly [Buffer, Buffer])[]> {
  const saved: (readonly [Buffer, Buffer])[] = [];
  for (const name of (await namesIn(directory)).filter(isTable).sort().reverse()) {
    const table = readTable(await readFile(join(directory, name)), true);
    if (table.sound || !table.finished) continue;
    for (const entry of table.entries) saved.push(entry);
    await mkdir(join(directory, "lost"), { recursive: true });
    await rename(join(directory, name), join(directory, "lost", name));
  }
  return saved;
}

/**
 * Who has LevelDB's lock on the directory: LevelDB asks only when it opens, and its repair never does.
 * @returns the process id; undefined when nobody has it, or where there is no /proc/locks.
 * Source: proc(5), /proc/locks: `1: POSIX  ADVISORY  WRITE <pid> <major>:<minor>:<inode> 0 EOF`.
 */
export async function lockedBy(directory: string): Promise<number | undefined> {
  try {
    const path = await realpath(join(directory, "LOCK"));
    const { dev, ino } = await stat(path);
    const locks = await readFile("/proc/locks", "latin1");
    for (const line of locks.split("\n")) {
      const [, , , kind, pid, file] = line.trim().split(/\s+/);
      if (kind !== "WRITE" || !file?.endsWith(`:${ino}`)) continue;
      // Every disk numbers its files from small numbers on: the same number elsewhere is another file.
      if (file === `${deviceOf(dev)}:${ino}` || (await hasOpen(Number(pid), path))) return Number(pid);
    }
  } catch {
    // No store yet, or no such system: LevelDB's own lock decides.
  }
  return undefined;
}

/** As /proc/locks writes it. Source: gnu_dev_major, gnu_dev_minor in sys/sysmacros.h. */
function deviceOf(dev: number): string {
  const high = Math.floor(dev / 2 ** 32);
  const major = ((dev >>> 8) & 0xfff) | (high & ~0xfff);
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfffff00);
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}

/** Where several disks are laid one over the other, files say another device than the kernel's locks do. */
async function hasOpen(pid: number, path: string): Promise<boolean> {
  for (const name of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    if ((await readlink(`/proc/${pid}/fd/${name}`).catch(() => "")) === path) return true;
  }
  return false;
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

function isTable(name: string): boolean {
  return name.endsWith(".ldb") || name.endsWith(".sst");
}

/**
 * @param whole true: the file must also end where a fragment ends. A log may not: the last thing it has may be what
 *        a power cut left of an unfinished write, which was never promised.
 * @returns where the first bad fragment begins.
 */
async function firstBadFragment(path: string, whole: boolean): Promise<number | undefined> {
  const file = await open(path);
  try {
    const block = Buffer.allocUnsafe(BLOCK_OCTETS);
    for (let blockAt = 0; ; blockAt += BLOCK_OCTETS) {
      const { bytesRead } = await file.read(block, 0, BLOCK_OCTETS, blockAt);
      const last = bytesRead < BLOCK_OCTETS;
      let at = 0;
      while (at + HEADER_OCTETS <= bytesRead) {
        const end = at + HEADER_OCTETS + block.readUInt16LE(at + 4);
        const type = block[at + 6]!;
        if (type === 0 && end === at + HEADER_OCTETS) break;
        if (end > bytesRead) {
          if (last && !whole) break;
          return blockAt + at;
        }
        if (unmask(block.readUInt32LE(at)) !== crc32c(block, at + 6, end)) return blockAt + at;
        at = end;
      }
      if (last) return undefined;
    }
  } finally {
    await file.close();
  }
}
