/**
 * Join-request and join-accept with their keys, for both ends: the meter and the join server.
 *
 * What a frame shows without keys is read by agent/lorawan/phy.ts; session keys are made in keys.ts.
 *
 *   join-request   MHDR 1 | JoinEUI 8 | DevEUI 8 | DevNonce 2 | MIC 4
 *   join-accept    MHDR 1 | JoinNonce 3 | NetID 3 | DevAddr 4 | DLSettings 1 | RxDelay 1 | [CFList 16] | MIC 4
 *
 * All behind a join-accept's MHDR is run through AES decryption by the server, so that a device, which has only
 * encryption, can read it.
 *
 * Source: LoRaWAN 1.0.3, 6.2; LoRaWAN 1.1, 6.2.
 */
import assert from "node:assert/strict";
import type { Phy } from "../../agent/lorawan/phy.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import { BLOCK_OCTETS, decryptBlock, encryptBlock } from "./aes.ts";
import { type CmacKey, micAt, micOf, putMic } from "./cmac.ts";

export type JoinRequest = Omit<Extract<Phy, { kind: "joinRequest" }>, "kind">;

export interface JoinAccept {
  /** 24 bits; AppNonce in the older texts. */
  readonly joinNonce: number;
  /** 6 lower-case hex digits. */
  readonly netId: string;
  /** 8 lower-case hex digits. */
  readonly devAddr: string;
  /** Both sides speak 1.1. RFU before. */
  readonly optNeg: boolean;
  /** 0..7. */
  readonly rx1DataRateOffset: number;
  /** 0..15. */
  readonly rx2DataRate: number;
  /** Seconds, 0..15; 0 means 1. */
  readonly rxDelayS: number;
  /** 16 octets as they stand; cfListFrequenciesHz() reads them. */
  readonly cfList: Uint8Array | undefined;
}

/**
 * The keys of a join-accept. 1.0.x has one, the AppKey, for all; so does a 1.1 device (NwkKey) when OptNeg is 0.
 */
export interface JoinAcceptKeys {
  /** AppKey or NwkKey; JSEncKey for the answer to a rejoin-request. */
  readonly encryption: CmacKey;
  /** What the MIC covers besides, when OptNeg is 1. */
  readonly optNeg?: {
    /** JSIntKey. */
    readonly integrity: CmacKey;
    /** 0xff for a join-request, else the rejoin-request's type. */
    readonly joinReqType: number;
    readonly joinEui: string;
    /** DevNonce, or the rejoin-request's RJcount. */
    readonly devNonce: number;
  };
}

export type JoinAcceptFault = "notAJoinAccept" | "micBad";

const MHDR_JOIN_ACCEPT = 0x20;
const MIC_OCTETS = 4;
export const JOIN_REQUEST_OCTETS = 23;
const CFLIST_AT = 13;
const CFLIST_OCTETS = 16;
/** Of a CFList that lists frequencies, the only one EU868 has up to RP002-1.0.3. */
const CFLIST_TYPE_FREQUENCIES = 0;
export const CFLIST_FREQUENCIES_MAX = 5;
const FREQUENCY_STEP_HZ = 100;

/** @param key AppKey, or NwkKey of a 1.1 device. */
export function writeJoinRequest(request: JoinRequest, key: CmacKey): Buffer {
  const bytes = Buffer.alloc(JOIN_REQUEST_OCTETS);
  putReversed(bytes, 1, 8, request.joinEui);
  putReversed(bytes, 9, 8, request.devEui);
  bytes.writeUInt16LE(request.devNonce, 17);
  putMic(bytes, JOIN_REQUEST_OCTETS - MIC_OCTETS, plainMic(key, bytes));
  return bytes;
}

/**
 * Whether the last four octets are the CMAC of the others: join-requests (AppKey, or NwkKey) and rejoin-requests
 * (types 0 and 2 SNwkSIntKey, type 1 JSIntKey).
 */
export function isRequestMicGood(bytes: Uint8Array, key: CmacKey): boolean {
  return bytes.length > MIC_OCTETS && micAt(bytes, bytes.length - MIC_OCTETS) === plainMic(key, bytes);
}

export function writeJoinAccept(accept: JoinAccept, keys: JoinAcceptKeys): Buffer {
  const { cfList } = accept;
  assert.ok(cfList === undefined || cfList.length === CFLIST_OCTETS, "a CFList has 16 octets");
  const bytes = Buffer.alloc(CFLIST_AT + (cfList?.length ?? 0) + MIC_OCTETS);
  bytes[0] = MHDR_JOIN_ACCEPT;
  bytes.writeUIntLE(accept.joinNonce, 1, 3);
  putReversed(bytes, 4, 3, accept.netId);
  putReversed(bytes, 7, 4, accept.devAddr);
  bytes[11] =
    (accept.optNeg ? 0x80 : 0) | ((accept.rx1DataRateOffset & 0x07) << 4) | (accept.rx2DataRate & 0x0f);
  bytes[12] = accept.rxDelayS & 0x0f;
  if (cfList !== undefined) bytes.set(cfList, CFLIST_AT);
  putMic(bytes, bytes.length - MIC_OCTETS, joinAcceptMic(bytes, accept.optNeg, keys));
  for (let at = 1; at < bytes.length; at += BLOCK_OCTETS)
    decryptBlock(keys.encryption.aes, bytes, at, bytes, at);
  return bytes;
}

/** Reads a join-accept as the device does. @param bytes not changed. */
export function readJoinAccept(bytes: Uint8Array, keys: JoinAcceptKeys): Read<JoinAccept, JoinAcceptFault> {
  const plainOctets = CFLIST_AT + MIC_OCTETS;
  const isLong = bytes.length === plainOctets + CFLIST_OCTETS;
  if (bytes[0] !== MHDR_JOIN_ACCEPT || (bytes.length !== plainOctets && !isLong))
    return { ok: false, fault: "notAJoinAccept" };
  const clear = Buffer.from(bytes);
  for (let at = 1; at < clear.length; at += BLOCK_OCTETS)
    encryptBlock(keys.encryption.aes, clear, at, clear, at);
  const dlSettings = clear[11]!;
  const optNeg = (dlSettings & 0x80) !== 0;
  if (micAt(clear, clear.length - MIC_OCTETS) !== joinAcceptMic(clear, optNeg, keys))
    return { ok: false, fault: "micBad" };
  return {
    ok: true,
    value: {
      joinNonce: clear.readUIntLE(1, 3),
      netId: reversedHex(clear, 4, 3),
      devAddr: reversedHex(clear, 7, 4),
      optNeg,
      rx1DataRateOffset: (dlSettings >> 4) & 0x07,
      rx2DataRate: dlSettings & 0x0f,
      rxDelayS: clear[12]! & 0x0f,
      cfList: isLong ? clear.subarray(CFLIST_AT, CFLIST_AT + CFLIST_OCTETS) : undefined,
    },
  };
}

/** @param frequenciesHz at most five, multiples of 100 Hz; 0 leaves a place empty. */
export function writeCfList(frequenciesHz: readonly number[]): Buffer {
  assert.ok(frequenciesHz.length <= CFLIST_FREQUENCIES_MAX, "a CFList has five places");
  const cfList = Buffer.alloc(CFLIST_OCTETS);
  frequenciesHz.forEach((frequencyHz, place) => {
    cfList.writeUIntLE(frequencyHz / FREQUENCY_STEP_HZ, 3 * place, 3);
  });
  return cfList;
}

/** @returns the five places, 0 where one is empty; none when the list is of another type, which a device ignores. */
export function cfListFrequenciesHz(cfList: Uint8Array): number[] {
  if (cfList[CFLIST_OCTETS - 1] !== CFLIST_TYPE_FREQUENCIES) return [];
  const bytes = Buffer.from(cfList);
  return Array.from(
    { length: CFLIST_FREQUENCIES_MAX },
    (_, place) => bytes.readUIntLE(3 * place, 3) * FREQUENCY_STEP_HZ,
  );
}

function plainMic(key: CmacKey, bytes: Uint8Array): number {
  return micOf(key, undefined, bytes, 0, bytes.length - MIC_OCTETS);
}

/** @param clear decrypted; its MIC is not looked at. A device without 1.1 keys takes OptNeg for an RFU bit. */
function joinAcceptMic(clear: Buffer, optNeg: boolean, keys: JoinAcceptKeys): number {
  if (!optNeg || keys.optNeg === undefined) return plainMic(keys.encryption, clear);
  const { integrity, joinReqType, joinEui, devNonce } = keys.optNeg;
  const before = Buffer.alloc(11);
  before[0] = joinReqType;
  putReversed(before, 1, 8, joinEui);
  before.writeUInt16LE(devNonce, 9);
  const covered = Buffer.concat([before, clear.subarray(0, -MIC_OCTETS)]);
  return micOf(integrity, undefined, covered, 0, covered.length);
}

function putReversed(bytes: Buffer, at: number, octets: number, hex: string): void {
  assert.equal(hex.length, 2 * octets, "hex of the wrong length");
  for (let place = 0; place < octets; place++)
    bytes[at + octets - 1 - place] = Number.parseInt(hex.slice(2 * place, 2 * place + 2), 16);
}

function reversedHex(bytes: Buffer, at: number, octets: number): string {
  return Buffer.from(bytes.subarray(at, at + octets))
    .reverse()
    .toString("hex");
}
