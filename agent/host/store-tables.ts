/**
 * LevelDB's tables, read without LevelDB: which blocks are sound, and what is in those. Pure.
 *
 * LevelDB does not verify the blocks it reads, and when a flipped bit has put keys out of order its compaction ends
 * the whole process by an assertion, again and again. So a table with a bad block must be gone before LevelDB sees it.
 *
 *   file    data blocks, meta blocks, index block, footer of 48 octets (two handles, padding, magic)
 *   block   contents, type (0 plain, 1 Snappy), CRC-32C of both, masked
 *   inside  entries (octets shared with the key before, octets of its own, octets of the value: varints; the
 *           key's own octets; the value), then restart points: 4 octets each and their count
 *   key     the key as we know it, then 8 octets, of which the first is 1 for a value and 0 for a removal
 *
 * Source: LevelDB, doc/table_format.md, table/format.cc, db/dbformat.h; Snappy, format_description.txt.
 */
import { crc32c } from "../journal/crc32c.ts";

const FOOTER_OCTETS = 48;
const TRAILER_OCTETS = 5;
const MAGIC = 0xdb4775248b80fb57n;
const KEY_SUFFIX_OCTETS = 8;

export interface Table {
  /** There is a footer: LevelDB had come to the end of writing it. */
  readonly finished: boolean;
  /** Every block is as it was written. */
  readonly sound: boolean;
  /** The values of its sound blocks, in order of key; of one key the newest first. */
  readonly entries: readonly (readonly [key: Buffer, value: Buffer])[];
}

/** @param withEntries false: only whether it is sound. */
export function readTable(bytes: Buffer, withEntries: boolean): Table {
  const entries: [Buffer, Buffer][] = [];
  const footer = readFooter(bytes);
  if (footer === undefined) return { finished: false, sound: false, entries };
  const index = readBlock(bytes, footer.index);
  let sound = index !== undefined && areMetaBlocksSound(bytes, footer.meta);
  for (const handle of index === undefined ? findBlocks(bytes) : handlesIn(index)) {
    const block = readBlock(bytes, handle);
    if (block === undefined) sound = false;
    else if (withEntries) collect(block, entries);
  }
  return { finished: true, sound, entries };
}

function collect(block: Buffer, into: [Buffer, Buffer][]): void {
  try {
    for (const [key, value] of entriesOf(block)) {
      const at = key.length - KEY_SUFFIX_OCTETS;
      if (at > 0 && key[at] === 1) into.push([key.subarray(0, at), value]);
    }
  } catch (error) {
    // Only where blocks were found without an index: not all of them hold entries.
    if (!(error instanceof RangeError)) throw error;
  }
}

function handlesIn(index: Buffer): Handle[] {
  const handles: Handle[] = [];
  for (const [, handle] of entriesOf(index)) handles.push(readHandle(handle, 0));
  return handles;
}

/** Without an index: blocks lie one behind the other from the start, and each ends where its checksum says so. */
function findBlocks(bytes: Buffer): Handle[] {
  const handles: Handle[] = [];
  let offset = 0;
  let sum = 0;
  for (let end = 0; end + TRAILER_OCTETS <= bytes.length - FOOTER_OCTETS; end++) {
    const whole = crc32c(bytes, end, end + 1, sum);
    if (bytes[end]! <= 1 && end > offset && unmask(bytes.readUInt32LE(end + 1)) === whole) {
      handles.push({ offset, octets: end - offset, end: 0 });
      offset = end + TRAILER_OCTETS;
      end = offset - 1;
      sum = 0;
    } else sum = whole;
  }
  return handles;
}

interface Handle {
  readonly offset: number;
  readonly octets: number;
  readonly end: number;
}

/** @returns where the block that lists the meta blocks is, and where the index block is. */
function readFooter(bytes: Buffer): { meta: Handle; index: Handle } | undefined {
  const at = bytes.length - FOOTER_OCTETS;
  if (at < 0 || bytes.readBigUInt64LE(bytes.length - 8) !== MAGIC) return undefined;
  try {
    const meta = readHandle(bytes, at);
    return { meta, index: readHandle(bytes, meta.end) };
  } catch {
    return undefined;
  }
}

/** A filter that is damaged says of keys which are there that they are not. */
function areMetaBlocksSound(bytes: Buffer, meta: Handle): boolean {
  const handles = readBlock(bytes, meta);
  return (
    handles !== undefined && handlesIn(handles).every((handle) => readBlock(bytes, handle) !== undefined)
  );
}

function readHandle(bytes: Buffer, at: number): Handle {
  const offset = readVarint(bytes, at);
  const octets = readVarint(bytes, offset.end);
  return { offset: offset.value, octets: octets.value, end: octets.end };
}

/** @returns its contents, unpacked; undefined when it is damaged. */
function readBlock(bytes: Buffer, { offset, octets }: Handle): Buffer | undefined {
  const end = offset + octets;
  if (end + TRAILER_OCTETS > bytes.length) return undefined;
  if (unmask(bytes.readUInt32LE(end + 1)) !== crc32c(bytes, offset, end + 1)) return undefined;
  const contents = bytes.subarray(offset, end);
  if (bytes[end] === 0) return contents;
  return bytes[end] === 1 ? unpackSnappy(contents) : undefined;
}

function* entriesOf(block: Buffer): Generator<[Buffer, Buffer]> {
  const entriesEnd = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  let key: Buffer = Buffer.alloc(0);
  for (let at = 0; at < entriesEnd; ) {
    const shared = readVarint(block, at);
    const own = readVarint(block, shared.end);
    const value = readVarint(block, own.end);
    const keyEnd = value.end + own.value;
    key = Buffer.concat([key.subarray(0, shared.value), block.subarray(value.end, keyEnd)]);
    at = keyEnd + value.value;
    yield [key, block.subarray(keyEnd, at)];
  }
}

/** @throws RangeError where the octets end first. */
function readVarint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < from + 8; at++, scale *= 128) {
    const octet = bytes.readUInt8(at);
    value += (octet & 127) * scale;
    if (octet < 128) return { value, end: at + 1 };
  }
  throw new RangeError("a varint too long");
}

/** @throws RangeError when it is no Snappy. */
export function unpackSnappy(packed: Buffer): Buffer {
  const size = readVarint(packed, 0);
  if (size.value > packed.length * 64) throw new RangeError("larger than Snappy can pack");
  const bytes = Buffer.alloc(size.value);
  let filled = 0;
  for (let at = size.end; at < packed.length; ) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const octets = (extra === 0 ? tag >> 2 : packed.readUIntLE(at, extra)) + 1;
      at += extra;
      filled += packed.copy(bytes, filled, at, at + octets);
      at += octets;
      continue;
    }
    const octets = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back =
      kind === 1 ? ((tag >> 5) << 8) | packed.readUInt8(at) : packed.readUIntLE(at, kind === 2 ? 2 : 4);
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (back === 0 || back > filled || filled + octets > bytes.length)
      throw new RangeError("a copy from nowhere");
    // Octet by octet: a copy may run into what it has just made.
    for (const end = filled + octets; filled < end; filled++) bytes[filled] = bytes[filled - back]!;
  }
  if (filled !== bytes.length) throw new RangeError("shorter than it says");
  return bytes;
}

/** Source: LevelDB, util/crc32c.h. */
export function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
