/**
 * The judge of the simulator's own cryptography: the same primitives built on node:crypto, slowly and plainly.
 */
import { createCipheriv } from "node:crypto";

function judgeBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false).update(block);
}

/** RFC 4493: the subkeys by whole-number arithmetic, the chain by AES-CBC. */
export function judgeCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(message.length / 16));
  const isWhole = message.length === 16 * blocks;
  const padded = Buffer.alloc(16 * blocks);
  padded.set(message);
  if (!isWhole) padded[message.length] = 0x80;
  const subkey = doubled(judgeBlock(key, Buffer.alloc(16)), isWhole ? 1 : 2);
  for (let at = 0; at < 16; at++) padded[padded.length - 16 + at]! ^= subkey[at]!;
  const cipher = createCipheriv("aes-128-cbc", key, Buffer.alloc(16)).setAutoPadding(false);
  return cipher.update(padded).subarray(-16);
}

function doubled(block: Buffer, times: number): Buffer {
  let value = BigInt(`0x${block.toString("hex")}`);
  for (let time = 0; time < times; time++)
    value = ((value << 1n) & ((1n << 128n) - 1n)) ^ (value >> 127n ? 0x87n : 0n);
  return Buffer.from(value.toString(16).padStart(32, "0"), "hex");
}
