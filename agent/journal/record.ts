/**
 * A record: one frame as it lies on disk. Pure; where it lies is in keys.ts.
 *
 *   octet  0        1..4      5      6..13       14..21   22..29      30..45        46..
 *          version  checksum  flags  gatewayEui  wall ms  monotonic   kernelBootId  session (varint)
 *
 *   then   ageAtArrivalMs (8, only with its flag) · lane address (0, 4 or 8) · cores (count, then length and
 *          UTF-8 each) · the rxpk's JSON text up to the end
 *
 *   flags  bits 0..1 clock state, 2 delayed, 3 repetition, 4 has an age, 5..6 kind of lane
 *
 * The checksum is CRC-32C over the sequence (8 octets, as in the key) and all that follows the checksum: a record
 * found under another's key is as bad as a flipped bit. Times are IEEE doubles, big-endian: what is read again
 * must be the very number that was in memory, or a repeat would carry another context than the first.
 */
import type { ClockState, Frame, Lane } from "../frame/frame.ts";
import type { Read } from "../lorawan/read.ts";
import { crc32c } from "./crc32c.ts";
import { writeHex, writeSequence } from "./keys.ts";

export interface KeptRecord {
  readonly frame: Frame;
  readonly lane: Lane;
  /** The cores that had not taken it when it was written. */
  readonly cores: readonly string[];
}

export type RecordFault = "tooShort" | "unknownVersion" | "badChecksum" | "malformed";

const VERSION = 1;
const FIXED_OCTETS = 46;
const CLOCK_STATES: readonly ClockState[] = ["unsynchronised", "synchronised", "gps"];
const LANE_KINDS = ["x", "d", "j"] as const;
const LANE_ADDRESS_OCTETS = [0, 4, 8] as const;

const DELAYED = 1 << 2;
const REPETITION = 1 << 3;
const AGED = 1 << 4;
const LANE_SHIFT = 5;

/**
 * @param lane of the frame's own gateway.
 * @param cores at most 255, of at most 255 octets each.
 */
export function writeRecord(frame: Frame, lane: Lane, cores: readonly string[]): Buffer {
  const laneKind = LANE_KINDS.indexOf(lane[17] as (typeof LANE_KINDS)[number]);
  const aged = frame.ageAtArrivalMs !== 0;
  const coresOctets = writeCores(cores);
  const headOctets = FIXED_OCTETS + varintOctets(frame.concentratorSession) + (aged ? 8 : 0);
  const sizeOctets = headOctets + LANE_ADDRESS_OCTETS[laneKind]! + coresOctets.length;

  const bytes = Buffer.allocUnsafe(sizeOctets + Buffer.byteLength(frame.rxpkText));
  bytes[0] = VERSION;
  bytes[5] =
    CLOCK_STATES.indexOf(frame.clockState) |
    (frame.delayed ? DELAYED : 0) |
    (frame.repetition ? REPETITION : 0) |
    (aged ? AGED : 0) |
    (laneKind << LANE_SHIFT);
  writeHex(bytes, 6, frame.gatewayEui, 0, 16);
  bytes.writeDoubleBE(frame.arrivedWallMs, 14);
  bytes.writeDoubleBE(frame.arrivedMonotonicMs, 22);
  writeHex(bytes, 30, frame.kernelBootId, 0, 32);
  const at = writeVarint(bytes, frame.concentratorSession, FIXED_OCTETS);
  if (aged) bytes.writeDoubleBE(frame.ageAtArrivalMs, at);
  writeHex(bytes, headOctets, lane, 18, lane.length);
  bytes.set(coresOctets, sizeOctets - coresOctets.length);
  bytes.write(frame.rxpkText, sizeOctets);
  bytes.writeUInt32BE(checksum(frame.sequence, bytes), 1);
  return bytes;
}

/** What the last frames were for, since the next one is for the same (claims.ts gives the same list). */
let lastCores: readonly string[] = [];
let lastCoresOctets = Buffer.from([0]);

function writeCores(cores: readonly string[]): Buffer {
  if (cores === lastCores) return lastCoresOctets;
  const each = cores.map((core) => Buffer.from(core));
  lastCores = cores;
  lastCoresOctets = Buffer.concat([
    Buffer.from([each.length]),
    ...each.flatMap((octets) => [Buffer.from([octets.length]), octets]),
  ]);
  return lastCoresOctets;
}

/** Whether a record says so that need not be sound: a fraction of what reading it costs. */
export function seemsRepetition(bytes: Buffer): boolean {
  return (bytes[5]! & REPETITION) !== 0;
}

/** Never throws, whatever the octets are. */
export function readRecord(sequence: number, bytes: Buffer): Read<KeptRecord, RecordFault> {
  if (bytes.length < FIXED_OCTETS + 2) return { ok: false, fault: "tooShort" };
  if (bytes[0] !== VERSION) return { ok: false, fault: "unknownVersion" };
  if (checksum(sequence, bytes) !== bytes.readUInt32BE(1)) return { ok: false, fault: "badChecksum" };

  const flags = bytes[5]!;
  const clockState = CLOCK_STATES[flags & 3];
  const laneKind = flags >> LANE_SHIFT;
  const addressOctets = LANE_ADDRESS_OCTETS[laneKind];
  const session = readVarint(bytes, FIXED_OCTETS);
  if (clockState === undefined || addressOctets === undefined || session === undefined) return MALFORMED;
  let at = session.end;

  const aged = (flags & AGED) !== 0;
  if (at + (aged ? 8 : 0) + addressOctets + 1 > bytes.length) return MALFORMED;
  const ageAtArrivalMs = aged ? bytes.readDoubleBE(at) : 0;
  if (aged) at += 8;
  const gatewayEui = bytes.toString("hex", 6, 14);
  const lane = `${gatewayEui}/${LANE_KINDS[laneKind]!}${bytes.toString("hex", at, at + addressOctets)}`;
  at += addressOctets;

  const cores: string[] = [];
  for (let left = bytes[at++]!; left > 0; left--) {
    const end = at + 1 + (bytes[at] ?? 0);
    if (end > bytes.length) return MALFORMED;
    cores.push(bytes.toString("utf8", at + 1, end));
    at = end;
  }
  const frame: Frame = {
    sequence,
    gatewayEui,
    rxpkText: bytes.toString("utf8", at),
    arrivedWallMs: bytes.readDoubleBE(14),
    arrivedMonotonicMs: bytes.readDoubleBE(22),
    kernelBootId: bytes.toString("hex", 30, 46),
    ageAtArrivalMs,
    concentratorSession: session.value,
    clockState,
    delayed: (flags & DELAYED) !== 0,
    repetition: (flags & REPETITION) !== 0,
  };
  return { ok: true, value: { frame, lane, cores } };
}

const MALFORMED = { ok: false, fault: "malformed" } as const;

const sequenceOctets = Buffer.alloc(8);

function checksum(sequence: number, bytes: Buffer): number {
  writeSequence(sequenceOctets, sequence, 0);
  return crc32c(bytes, 5, bytes.length, crc32c(sequenceOctets));
}

// LEB128, seven bits an octet, the low ones first; exact up to 2^53 - 1.

function varintOctets(value: number): number {
  let octets = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) octets++;
  return octets;
}

function writeVarint(bytes: Buffer, value: number, from: number): number {
  let at = from;
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = 128 + (left % 128);
  bytes[at++] = left;
  return at;
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let at = from, scale = 1; at < bytes.length && at < from + 8; at++, scale *= 128) {
    value += (bytes[at]! & 127) * scale;
    if (bytes[at]! < 128) return { value, end: at + 1 };
  }
  return undefined;
}
