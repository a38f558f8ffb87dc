/**
 * AES-128, one block at a time, with table look-ups: what a fleet of meters and its join server can afford.
 *
 * NOT constant-time: an observer of the caches could learn the key. That is good enough for the made-up keys of a
 * simulation and for nothing else; where real keys are handled, node:crypto is used instead. A block costs no
 * allocation, and a key is expanded once.
 *
 * Source: FIPS 197; the inverse is the "equivalent inverse cipher" of its section 5.3.5.
 */
import assert from "node:assert/strict";

export const BLOCK_OCTETS = 16;
const ROUNDS = 10;
const SCHEDULE_WORDS = 4 * (ROUNDS + 1);

/** A key, expanded. Opaque: made by aesKey() and handed to the functions here. */
export interface AesKey {
  readonly encryption: Int32Array;
  /** Expanded when first needed: only the side that writes join-accepts decrypts. */
  decryption: Int32Array | undefined;
}

/** @param octets the 16 octets of the key. */
export function aesKey(octets: Uint8Array): AesKey {
  assert.equal(octets.length, BLOCK_OCTETS, "an AES-128 key has 16 octets");
  return { encryption: expand(octets), decryption: undefined };
}

/** Encrypts the 16 octets of `from` at `fromAt` into `to` at `toAt`; both may be the same. */
export function encryptBlock(
  key: AesKey,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
): void {
  transform(key.encryption, ENCRYPTION, from, fromAt, to, toAt, 4, 12);
}

/** The inverse of encryptBlock. */
export function decryptBlock(
  key: AesKey,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
): void {
  key.decryption ??= invert(key.encryption);
  transform(key.decryption, DECRYPTION, from, fromAt, to, toAt, 12, 4);
}

/** One direction: SubBytes with MixColumns as four tables (each the one before, turned by an octet), and SubBytes. */
interface Tables {
  readonly mix0: Int32Array;
  readonly mix1: Int32Array;
  readonly mix2: Int32Array;
  readonly mix3: Int32Array;
  readonly box: Uint8Array;
}

/**
 * Both directions. Shifting rows the other way is the same as shifting them this way with the columns in mirrored
 * order, so decryption reads and writes its second and fourth columns exchanged (`secondAt`, `fourthAt`).
 */
function transform(
  schedule: Int32Array,
  { mix0, mix1, mix2, mix3, box }: Tables,
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  secondAt: number,
  fourthAt: number,
): void {
  let a = wordAt(from, fromAt) ^ schedule[0]!;
  let b = wordAt(from, fromAt + secondAt) ^ schedule[1]!;
  let c = wordAt(from, fromAt + 8) ^ schedule[2]!;
  let d = wordAt(from, fromAt + fourthAt) ^ schedule[3]!;
  let at = 4;
  for (let round = 1; round < ROUNDS; round++, at += 4) {
    const nextA =
      mix0[a >>> 24]! ^ mix1[(b >>> 16) & 255]! ^ mix2[(c >>> 8) & 255]! ^ mix3[d & 255]! ^ schedule[at]!;
    const nextB =
      mix0[b >>> 24]! ^ mix1[(c >>> 16) & 255]! ^ mix2[(d >>> 8) & 255]! ^ mix3[a & 255]! ^ schedule[at + 1]!;
    const nextC =
      mix0[c >>> 24]! ^ mix1[(d >>> 16) & 255]! ^ mix2[(a >>> 8) & 255]! ^ mix3[b & 255]! ^ schedule[at + 2]!;
    d =
      mix0[d >>> 24]! ^ mix1[(a >>> 16) & 255]! ^ mix2[(b >>> 8) & 255]! ^ mix3[c & 255]! ^ schedule[at + 3]!;
    a = nextA;
    b = nextB;
    c = nextC;
  }
  putWord(to, toAt, substituted(box, a, b, c, d) ^ schedule[at]!);
  putWord(to, toAt + secondAt, substituted(box, b, c, d, a) ^ schedule[at + 1]!);
  putWord(to, toAt + 8, substituted(box, c, d, a, b) ^ schedule[at + 2]!);
  putWord(to, toAt + fourthAt, substituted(box, d, a, b, c) ^ schedule[at + 3]!);
}

function substituted(box: Uint8Array, a: number, b: number, c: number, d: number): number {
  return (
    (box[a >>> 24]! << 24) | (box[(b >>> 16) & 255]! << 16) | (box[(c >>> 8) & 255]! << 8) | box[d & 255]!
  );
}

function wordAt(octets: Uint8Array, at: number): number {
  return (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
}

function putWord(octets: Uint8Array, at: number, word: number): void {
  octets[at] = word >>> 24;
  octets[at + 1] = word >>> 16;
  octets[at + 2] = word >>> 8;
  octets[at + 3] = word;
}

function expand(octets: Uint8Array): Int32Array {
  const { box } = ENCRYPTION;
  const schedule = new Int32Array(SCHEDULE_WORDS);
  for (let at = 0; at < 4; at++) schedule[at] = wordAt(octets, 4 * at);
  let roundConstant = 1;
  for (let at = 4; at < SCHEDULE_WORDS; at++) {
    let word = schedule[at - 1]!;
    if (at % 4 === 0) {
      word = (word << 8) | (word >>> 24);
      word = substituted(box, word, word, word, word) ^ (roundConstant << 24);
      roundConstant = doubled(roundConstant);
    }
    schedule[at] = schedule[at - 4]! ^ word;
  }
  return schedule;
}

/** Rounds backwards, the inner ones through the inverse MixColumns, second and fourth columns exchanged. */
function invert(encryption: Int32Array): Int32Array {
  const { mix0, mix1, mix2, mix3 } = DECRYPTION;
  const { box } = ENCRYPTION;
  const schedule = new Int32Array(SCHEDULE_WORDS);
  for (let round = 0; round <= ROUNDS; round++) {
    for (let column = 0; column < 4; column++) {
      const word = encryption[4 * (ROUNDS - round) + column]!;
      const inner = round > 0 && round < ROUNDS;
      // The tables hold the inverse S-box too; the S-box before them takes it away again.
      schedule[4 * round + ((4 - column) % 4)] = inner
        ? mix0[box[word >>> 24]!]! ^
          mix1[box[(word >>> 16) & 255]!]! ^
          mix2[box[(word >>> 8) & 255]!]! ^
          mix3[box[word & 255]!]!
        : word;
    }
  }
  return schedule;
}

/** Times x in GF(2^8). */
function doubled(octet: number): number {
  return ((octet << 1) ^ (octet & 0x80 ? 0x11b : 0)) & 255;
}

function times(octet: number, factor: number): number {
  let product = 0;
  for (let power = octet, bits = factor; bits > 0; bits >>= 1, power = doubled(power))
    if (bits & 1) product ^= power;
  return product;
}

/** The S-box: the inverse in GF(2^8), found by walking the powers of 3 and of its inverse, then the affine map. */
function substitutionBox(): Uint8Array {
  const box = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    power = times(power, 3);
    inverse = times(inverse, 0xf6);
    const spread = inverse ^ (inverse << 1) ^ (inverse << 2) ^ (inverse << 3) ^ (inverse << 4);
    box[power] = (spread ^ (spread >>> 8) ^ 0x63) & 255;
  } while (power !== 1);
  box[0] = 0x63;
  return box;
}

function tablesOf(box: Uint8Array, column: readonly [number, number, number, number]): Tables {
  const mix0 = Int32Array.from(box, (octet) =>
    column.reduce((word, factor) => (word << 8) | times(octet, factor), 0),
  );
  const turned = (table: Int32Array): Int32Array => table.map((word) => (word >>> 8) | (word << 24));
  const mix1 = turned(mix0);
  const mix2 = turned(mix1);
  return { mix0, mix1, mix2, mix3: turned(mix2), box };
}

function inverseOf(box: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(256);
  box.forEach((octet, at) => {
    inverse[octet] = at;
  });
  return inverse;
}

const ENCRYPTION = tablesOf(substitutionBox(), [2, 1, 1, 3]);
const DECRYPTION = tablesOf(inverseOf(ENCRYPTION.box), [14, 9, 13, 11]);
