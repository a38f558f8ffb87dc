/**
 * What was brought into this journal from elsewhere: a small file beside the store, so that a file imported twice is
 * imported once, also when its frames have long been carried on. It is read when something is imported, at no other
 * time; missing or unreadable, what it knew may come in a second time.
 *
 *   octet  0..3    4..        the last 4
 *          "EAI1"  8 each     CRC-32C of all before
 *
 * Fingerprints in the order in which they came, big-endian; of more than IMPORTED_MAX the oldest are forgotten.
 */
import type { Files } from "../ports.ts";
import { crc32c } from "./crc32c.ts";
import { type Fingerprint, type Fingerprints, makeFingerprints } from "./fingerprint.ts";

/** 8 MB on disk, and 24 MB of memory while an import runs. */
export const IMPORTED_MAX = 2 ** 20;

const NAME = "imported";
const MAGIC = Buffer.from("EAI1");
const CRC_OCTETS = 4;
const ENTRY_OCTETS = 8;

export interface Imported {
  readonly known: Fingerprints;
  add(of: Fingerprint): void;
  /** Remembers on disk what was added. @throws AgentError FILE_IO */
  save(): Promise<void>;
}

/** @param max for tests. */
export async function readImported(files: Files, directory: string, max = IMPORTED_MAX): Promise<Imported> {
  const path = `${directory}/${NAME}`;
  const known = makeFingerprints();
  let entries = sound(await files.read(path).catch(() => undefined));
  for (let at = 0; at < entries.length; at += ENTRY_OCTETS) {
    known.add({ high: entries.readUInt32BE(at), low: entries.readUInt32BE(at + 4) });
  }
  /** High and low of each. */
  let added: number[] = [];
  return {
    known,
    add: (of) => {
      if (known.add(of)) added.push(of.high, of.low);
    },
    save: async () => {
      if (added.length === 0) return;
      const all = Buffer.allocUnsafe(entries.length + 4 * added.length);
      entries.copy(all);
      for (const [at, half] of added.entries()) all.writeUInt32BE(half, entries.length + 4 * at);
      entries = all.subarray(Math.max(0, all.length - max * ENTRY_OCTETS));
      added = [];
      const content = Buffer.concat([MAGIC, entries, Buffer.alloc(CRC_OCTETS)]);
      const end = content.length - CRC_OCTETS;
      content.writeUInt32BE(crc32c(content, 0, end), end);
      await files.replace(path, content);
    },
  };
}

function sound(content: Buffer | undefined): Buffer {
  const nothing = Buffer.alloc(0);
  if (content === undefined || content.length < MAGIC.length + CRC_OCTETS) return nothing;
  const end = content.length - CRC_OCTETS;
  if ((end - MAGIC.length) % ENTRY_OCTETS !== 0 || !content.subarray(0, MAGIC.length).equals(MAGIC))
    return nothing;
  return crc32c(content, 0, end) === content.readUInt32BE(end)
    ? content.subarray(MAGIC.length, end)
    : nothing;
}
