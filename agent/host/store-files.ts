/**
 * LevelDB's own files, looked at before LevelDB opens them. Reading and writing the store is in store.ts.
 *
 * LevelDB takes the absence of CURRENT for a new store, and passes over a bad block of its log with a word in a file
 * that nobody reads. Tables (.ldb) are not checked here: whoever reads them checks what he put there.
 *
 *   log file   blocks of 32 KiB; in each, fragments:
 *   octet      0..3               4..5            6       7..
 *              CRC-32C of 6..,    length, little  type    length octets
 *              masked             endian          1..4
 *
 * Source: LevelDB, doc/log_format.md, db/log_reader.cc and util/crc32c.h (mask).
 */
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "../journal/crc32c.ts";

const BLOCK_OCTETS = 32 * 1024;
const HEADER_OCTETS = 7;
const OWN_FILE = /^(?:\d+\.(?:log|ldb|sst)|MANIFEST-\d+)$/;

/** @returns what is wrong, for people; undefined when LevelDB may open it, also when there is nothing yet. */
export async function findStoreDamage(directory: string): Promise<string | undefined> {
  const names: string[] = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
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
  return undefined;
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

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
