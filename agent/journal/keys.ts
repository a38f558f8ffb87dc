/**
 * The keys under which the journal keeps things, and the small sealed values. Records themselves: record.ts.
 *
 *   r <sequence 8>                                   a record
 *   l <eui 8> <kind 1> <address 8> <sequence 8>      the index of lanes: one empty entry per record, so that a
 *     <claims 1> <check 2>                           lane's next frame is one seek and counting reads no record
 *   x <sequence 8>                                   a record that was set aside (aside.ts)
 *   m <name>                                         what the journal knows of itself (opening.ts)
 *   n <name>                                         notes
 *
 * All numbers big-endian, so that keys sort as the sequence does. `claims` has one bit per core that should still
 * get the frame (claims.ts). `check` is the low half of the CRC-32C of what precedes it: LevelDB does not verify
 * the blocks it reads, and a flipped bit in a key would otherwise move a frame to another lane. Pure.
 */
import type { Lane } from "../frame/frame.ts";
import { crc32c } from "./crc32c.ts";

export const RECORD = 0x72;
export const ASIDE = 0x78;
const LANE = 0x6c;
const META = 0x6d;
const NOTE = 0x6e;

/** Octets of a lane's prefix in the index, of the sequence's end, and of a whole index key. */
const PREFIX_OCTETS = 18;
const SEQUENCE_END = PREFIX_OCTETS + 8;
const INDEX_OCTETS = SEQUENCE_END + 3;

const NOTHING = Buffer.alloc(0);
/** An index entry has no value. */
export const NO_VALUE: Uint8Array = NOTHING;

export interface Range {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export const RECORDS: Range = { gte: Buffer.from([RECORD]), lt: Buffer.from([RECORD + 1]) };
export const INDEX: Range = { gte: Buffer.from([LANE]), lt: Buffer.from([LANE + 1]) };
export const ASIDES: Range = { gte: Buffer.from([ASIDE]), lt: Buffer.from([ASIDE + 1]) };
export const NOTES: Range = { gte: Buffer.from([NOTE]), lt: Buffer.from([NOTE + 1]) };

// ------------------------------------------------------------------------------------------- records

export function recordKey(sequence: number, kind: typeof RECORD | typeof ASIDE = RECORD): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = kind;
  writeSequence(key, sequence, 1);
  return key;
}

/** @returns -1 when the key is no record's. */
export function sequenceOfRecordKey(key: Buffer): number {
  return key.length === 9 ? readSequence(key, 1) : -1;
}

/** Eight octets, big-endian; exact up to 2^53 - 1. */
export function writeSequence(bytes: Buffer, sequence: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(sequence / 2 ** 32), at);
  bytes.writeUInt32BE(sequence >>> 0, at + 4);
}

function readSequence(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

// --------------------------------------------------------------------------------------------- lanes

/** @returns the start which all index entries of the lane share. */
export function lanePrefix(lane: Lane): Buffer {
  // Of the pool: alone, its few octets would cost ten times as many.
  const prefix = Buffer.allocUnsafe(PREFIX_OCTETS);
  writePrefix(prefix, lane);
  return prefix;
}

function writePrefix(bytes: Buffer, lane: Lane): void {
  bytes.fill(0, 0, PREFIX_OCTETS);
  bytes[0] = LANE;
  writeHex(bytes, 1, lane, 0, 16);
  bytes[9] = lane.charCodeAt(17);
  writeHex(bytes, 10, lane, 18, lane.length);
}

/** As Buffer's own of `text` from..to; for the few digits of a name that costs a third. Digits only, of either case. */
export function writeHex(bytes: Buffer, at: number, text: string, from: number, to: number): void {
  for (let octet = at, digit = from; digit < to; digit += 2) {
    bytes[octet++] = (hexDigit(text.charCodeAt(digit)) << 4) | hexDigit(text.charCodeAt(digit + 1));
  }
}

/** 0..9 have their value in the low half of the octet, letters nine less, and a bit that tells them. */
function hexDigit(code: number): number {
  return (code & 0xf) + (code & 0x40 ? 9 : 0);
}

/** @returns the start which all index entries of the gateway share. */
export function indexStart(gatewayEui: string): Buffer {
  return Buffer.from(`${LANE.toString(16)}${gatewayEui}`, "hex");
}

/** Whether the text has the shape that laneOf() gives. */
export function isLane(lane: Lane): boolean {
  const kind = lane[17];
  const octets = kind === "d" ? 26 : kind === "j" ? 34 : kind === "x" ? 18 : -1;
  return lane.length === octets && lane[16] === "/";
}

/** @param key an index key that was found sound. */
export function laneOfIndexKey(key: Buffer): Lane {
  const kind = String.fromCharCode(key[9]!);
  const addressEnd = kind === "d" ? 14 : kind === "j" ? 18 : 10;
  return `${key.toString("hex", 1, 9)}/${kind}${key.toString("hex", 10, addressEnd)}`;
}

/** @param of the lane, or its prefix where that is at hand. */
export function indexKey(of: Lane | Buffer, sequence: number, claims: number): Buffer {
  const key = Buffer.allocUnsafe(INDEX_OCTETS);
  if (typeof of === "string") writePrefix(key, of);
  else of.copy(key);
  writeSequence(key, sequence, PREFIX_OCTETS);
  key[SEQUENCE_END] = claims;
  key.writeUInt16BE(crc32c(key, 0, SEQUENCE_END + 1) & 0xffff, SEQUENCE_END + 1);
  return key;
}

/** The index entries of one lane after a sequence (-1: all). */
export function laneRange(prefix: Buffer, afterSequence: number): Range {
  const gte = Buffer.allocUnsafe(SEQUENCE_END);
  prefix.copy(gte);
  writeSequence(gte, afterSequence + 1, PREFIX_OCTETS);
  return { gte, lt: Buffer.concat([prefix, Buffer.from([0xff])]) };
}

export interface IndexEntry {
  readonly sequence: number;
  readonly claims: number;
}

/** @returns undefined when the key is damaged. */
export function readIndexKey(key: Buffer): IndexEntry | undefined {
  if (key.length !== INDEX_OCTETS) return undefined;
  if ((crc32c(key, 0, SEQUENCE_END + 1) & 0xffff) !== key.readUInt16BE(SEQUENCE_END + 1)) return undefined;
  return { sequence: readSequence(key, PREFIX_OCTETS), claims: key[SEQUENCE_END]! };
}

/** Whether two index keys are of one lane. */
export function sameLane(one: Buffer, other: Buffer): boolean {
  for (let at = 0; at < PREFIX_OCTETS; at++) if (one[at] !== other[at]) return false;
  return true;
}

// ---------------------------------------------------------------------------- names and sealed values

export function metaKey(name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(META)}${name}`);
}

export function noteKey(name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(NOTE)}${name}`);
}

export function noteOfKey(key: Buffer): string {
  return key.toString("utf8", 1);
}

/** The value behind its CRC-32C, which also covers the key: no value passes under another name. */
export function seal(key: Buffer, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(4 + value.length);
  sealed.set(value, 4);
  sealed.writeUInt32BE(crc32c(sealed, 4, sealed.length, crc32c(key)));
  return sealed;
}

/** @returns undefined when it is absent or damaged. */
export function unseal(key: Buffer, sealed: Buffer | undefined): Buffer | undefined {
  if (sealed === undefined || sealed.length < 4) return undefined;
  if (crc32c(sealed, 4, sealed.length, crc32c(key)) !== sealed.readUInt32BE()) return undefined;
  return sealed.subarray(4);
}
