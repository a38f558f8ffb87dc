/**
 * AES-CMAC, and the four octets of it that LoRaWAN calls MIC. The subkeys are kept with the key; nothing is
 * allocated for a MIC. As little constant-time as aes.ts beneath it.
 *
 * Source: RFC 4493; LoRaWAN 1.0.3, 4.4 and 6.2.4.
 */
import { type AesKey, aesKey, BLOCK_OCTETS, encryptBlock } from "./aes.ts";

/** A key that signs, and that encrypts through `aes`: several LoRaWAN keys do both. */
export interface CmacKey {
  readonly aes: AesKey;
  /** For a last block that is whole (K1) and one that is padded (K2). */
  readonly whole: Uint8Array;
  readonly padded: Uint8Array;
}

/** @param octets the 16 octets of the key. */
export function cmacKey(octets: Uint8Array): CmacKey {
  const aes = aesKey(octets);
  const zero = new Uint8Array(BLOCK_OCTETS);
  encryptBlock(aes, zero, 0, zero, 0);
  const whole = doubled(zero);
  return { aes, whole, padded: doubled(whole) };
}

/** The whole CMAC of a message, 16 octets. */
export function cmac(key: CmacKey, message: Uint8Array): Uint8Array {
  chain(key, undefined, message, 0, message.length);
  return state.slice();
}

/**
 * The first four octets of CMAC(head | octets[from, to)), read little-endian as they stand on the wire.
 * @param head one block before the message, B0 of a data frame; the message is then not empty.
 */
export function micOf(
  key: CmacKey,
  head: Uint8Array | undefined,
  octets: Uint8Array,
  from: number,
  to: number,
): number {
  chain(key, head, octets, from, to);
  return micAt(state, 0);
}

/** The MIC that stands at `at`, comparable with micOf(). */
export function micAt(octets: Uint8Array, at: number): number {
  return (octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24)) >>> 0;
}

export function putMic(octets: Uint8Array, at: number, mic: number): void {
  octets[at] = mic;
  octets[at + 1] = mic >>> 8;
  octets[at + 2] = mic >>> 16;
  octets[at + 3] = mic >>> 24;
}

/** The chaining value, one for all: nothing here waits between its use and its end. */
const state = new Uint8Array(BLOCK_OCTETS);

function chain(
  key: CmacKey,
  head: Uint8Array | undefined,
  octets: Uint8Array,
  from: number,
  to: number,
): void {
  state.fill(0);
  let at = from;
  if (head !== undefined) {
    add(head, 0, BLOCK_OCTETS);
    encryptBlock(key.aes, state, 0, state, 0);
  }
  for (; to - at > BLOCK_OCTETS; at += BLOCK_OCTETS) {
    add(octets, at, BLOCK_OCTETS);
    encryptBlock(key.aes, state, 0, state, 0);
  }
  const left = to - at;
  add(octets, at, left);
  if (left < BLOCK_OCTETS) state[left] = state[left]! ^ 0x80;
  add(left < BLOCK_OCTETS ? key.padded : key.whole, 0, BLOCK_OCTETS);
  encryptBlock(key.aes, state, 0, state, 0);
}

function add(octets: Uint8Array, from: number, count: number): void {
  for (let at = 0; at < count; at++) state[at] = state[at]! ^ octets[from + at]!;
}

/** Times x in GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const out = block.map((octet, at) => (octet << 1) | (at + 1 < BLOCK_OCTETS ? block[at + 1]! >>> 7 : 0));
  if (block[0]! & 0x80) out[BLOCK_OCTETS - 1] = out[BLOCK_OCTETS - 1]! ^ 0x87;
  return out;
}
