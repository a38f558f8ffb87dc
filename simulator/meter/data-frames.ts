/**
 * Data frames of LoRaWAN 1.0.x with their keys, up and down, for both ends.
 *
 * What a frame shows without keys is read by agent/lorawan/phy.ts. Here are MIC, encryption and the upper half of
 * the counter. FOpts travel in the clear; the MICs and encrypted FOpts of 1.1 are not here yet.
 *
 *   B0 (MIC)           49 | 00000000 | Dir | DevAddr 4 | FCnt 4 | 00 | length       before the frame
 *   A_i (encryption)   01 | 00000000 | Dir | DevAddr 4 | FCnt 4 | 00 | i            i from 1, one per 16 octets
 *
 * Source: LoRaWAN 1.0.3, 4.3.3 and 4.4.
 */
import assert from "node:assert/strict";
import { type Phy, type PhyFault, readPhy } from "../../agent/lorawan/phy.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import { type AesKey, BLOCK_OCTETS, encryptBlock } from "./aes.ts";
import { type CmacKey, cmacKey, micAt, micOf, putMic } from "./cmac.ts";
import type { SessionKeys10 } from "./keys.ts";

/** A session's keys, ready for use. NwkSKey signs all, and encrypts where FPort is 0; AppSKey encrypts the rest. */
export interface DataKeys {
  readonly nwkSKey: CmacKey;
  readonly appSKey: CmacKey;
}

export interface DataFrame {
  readonly up: boolean;
  readonly confirmed: boolean;
  /** 8 lower-case hex digits. */
  readonly devAddr: string;
  /** All 32 bits. */
  readonly fCnt: number;
  /** undefined: no FPort, and then no payload. */
  readonly fPort: number | undefined;
  readonly ack?: boolean;
  readonly adr?: boolean;
  readonly adrAckReq?: boolean;
  /** FCtrl bit 4: FPending down, ClassB up. */
  readonly bit4?: boolean;
  /** MAC commands, at most 15 octets, none where FPort is 0. */
  readonly fOpts?: Uint8Array;
  /** FRMPayload in the clear. */
  readonly payload?: Uint8Array;
}

export type DataFault = PhyFault | "notAData" | "micBad";

const FHDR_AT = 1;
const FOPTS_AT = 8;
const FOPTS_OCTETS_MAX = 15;
const MIC_OCTETS = 4;
const DATA_OCTETS_MIN = FOPTS_AT + MIC_OCTETS;
/** The length has one octet in B0. */
const FRAME_OCTETS_MAX = 255 + MIC_OCTETS;
const NOTHING = new Uint8Array(0);

/** MHDR by direction and confirmation. */
const MHDR = { up: 0x40, confirmedUp: 0x80, down: 0x60, confirmedDown: 0xa0 } as const;

/** Expands a session's keys, once per session. */
export function dataKeys({ nwkSKey, appSKey }: SessionKeys10): DataKeys {
  return { nwkSKey: cmacKey(nwkSKey), appSKey: cmacKey(appSKey) };
}

/** Encrypts and signs. Whether the octets fit the data rate is the caller's to know. */
export function writeDataFrame(frame: DataFrame, keys: DataKeys): Buffer {
  const { fPort, fOpts = NOTHING, payload = NOTHING } = frame;
  assert.ok(fOpts.length <= FOPTS_OCTETS_MAX, "FOpts hold 15 octets");
  assert.ok(fPort !== undefined || payload.length === 0, "a payload needs an FPort");
  assert.ok(fPort !== 0 || fOpts.length === 0, "MAC commands in one place only");
  const payloadAt = FOPTS_AT + fOpts.length + (fPort === undefined ? 0 : 1);
  const micStart = payloadAt + payload.length;
  assert.ok(micStart + MIC_OCTETS <= FRAME_OCTETS_MAX, "a frame holds 259 octets");

  const bytes = Buffer.allocUnsafe(micStart + MIC_OCTETS);
  bytes[0] = frame.up
    ? frame.confirmed
      ? MHDR.confirmedUp
      : MHDR.up
    : frame.confirmed
      ? MHDR.confirmedDown
      : MHDR.down;
  bytes.writeUInt32LE(Number.parseInt(frame.devAddr, 16), FHDR_AT);
  bytes[5] =
    (frame.adr ? 0x80 : 0) |
    (frame.adrAckReq ? 0x40 : 0) |
    (frame.ack ? 0x20 : 0) |
    (frame.bit4 ? 0x10 : 0) |
    fOpts.length;
  bytes.writeUInt16LE(frame.fCnt & 0xffff, 6);
  bytes.set(fOpts, FOPTS_AT);
  if (fPort !== undefined) bytes[payloadAt - 1] = fPort;
  bytes.set(payload, payloadAt);
  encryptInPlace(bytes, payloadAt, micStart, frame.fCnt, payloadKey(fPort, keys));
  putMic(bytes, micStart, dataMic(bytes, keys.nwkSKey, frame.fCnt));
  return bytes;
}

/**
 * Whether the MIC is right for this counter; the direction is that of MHDR.
 * @param fCnt all 32 bits, from fullFCnt().
 */
export function isDataMicGood(bytes: Uint8Array, nwkSKey: CmacKey, fCnt: number): boolean {
  if (bytes.length < DATA_OCTETS_MIN || bytes.length > FRAME_OCTETS_MAX) return false;
  return micAt(bytes, bytes.length - MIC_OCTETS) === dataMic(bytes, nwkSKey, fCnt);
}

/** Reads, verifies and decrypts. @param fCnt all 32 bits, from fullFCnt(). @param bytes not changed. */
export function readDataFrame(
  bytes: Buffer,
  keys: DataKeys,
  fCnt: number,
): Read<Required<DataFrame>, DataFault> {
  const read = readPhy(bytes);
  if (!read.ok) return read;
  if (read.value.kind !== "data") return { ok: false, fault: "notAData" };
  if (!isDataMicGood(bytes, keys.nwkSKey, fCnt)) return { ok: false, fault: "micBad" };
  return { ok: true, value: openData(bytes, read.value, keys, fCnt) };
}

/** Decrypts a frame that has been read and whose MIC has been found good. */
export function openData(
  bytes: Buffer,
  data: Extract<Phy, { kind: "data" }>,
  keys: DataKeys,
  fCnt: number,
): Required<DataFrame> {
  const clear = Buffer.from(bytes);
  const micStart = clear.length - MIC_OCTETS;
  const payloadAt = micStart - data.frmPayload.length;
  encryptInPlace(clear, payloadAt, micStart, fCnt, payloadKey(data.fPort, keys));
  return {
    up: data.up,
    confirmed: data.confirmed,
    devAddr: data.devAddr,
    fCnt,
    fPort: data.fPort,
    ack: data.ack,
    adr: data.adr,
    adrAckReq: data.adrAckReq,
    bit4: data.bit4,
    fOpts: data.fOpts,
    payload: clear.subarray(payloadAt, micStart),
  };
}

/**
 * The 32 bits behind the 16 on air: the first counter from `last` on that ends in them. Equal to `last` means a
 * repeat.
 * @param last undefined: none seen in this session.
 */
export function fullFCnt(last: number | undefined, wire: number): number {
  if (last === undefined) return wire;
  return last + ((wire - last) & 0xffff);
}

function payloadKey(fPort: number | undefined, keys: DataKeys): AesKey {
  return fPort === 0 ? keys.nwkSKey.aes : keys.appSKey.aes;
}

/** Both filled anew for each frame: nothing here waits between their use and its end. */
const b0 = new Uint8Array(BLOCK_OCTETS);
const counterBlock = new Uint8Array(BLOCK_OCTETS);
const keyStream = new Uint8Array(BLOCK_OCTETS);
b0[0] = 0x49;
counterBlock[0] = 0x01;

function dataMic(bytes: Uint8Array, nwkSKey: CmacKey, fCnt: number): number {
  const micStart = bytes.length - MIC_OCTETS;
  fillBlock(b0, bytes, fCnt, micStart);
  return micOf(nwkSKey, b0, bytes, 0, micStart);
}

/** XORs octets[from, to) with the key stream: encrypts what is clear and decrypts what is not. */
function encryptInPlace(bytes: Uint8Array, from: number, to: number, fCnt: number, key: AesKey): void {
  fillBlock(counterBlock, bytes, fCnt, 0);
  for (let at = from; at < to; at += BLOCK_OCTETS) {
    counterBlock[15] = counterBlock[15]! + 1;
    encryptBlock(key, counterBlock, 0, keyStream, 0);
    const end = Math.min(at + BLOCK_OCTETS, to);
    for (let octet = at; octet < end; octet++) bytes[octet] = bytes[octet]! ^ keyStream[octet - at]!;
  }
}

/** Direction, DevAddr, counter and the last octet of B0 or A_i; DevAddr is copied as it stands in the frame. */
function fillBlock(block: Uint8Array, bytes: Uint8Array, fCnt: number, last: number): void {
  block[5] = (bytes[0]! >> 5) & 1;
  for (let at = 0; at < 4; at++) {
    block[6 + at] = bytes[FHDR_AT + at]!;
    block[10 + at] = fCnt >>> (8 * at);
  }
  block[15] = last;
}
