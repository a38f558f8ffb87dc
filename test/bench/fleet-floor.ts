/**
 * The fleet's floors: the AES of a join and of an uplink, done by node:crypto in as few calls as there can be, and
 * nothing else: no frame is built or read.
 *
 * Ciphers are kept as long as their key lives, which is what makes node:crypto fast: a MIC is one call of a CBC cipher
 * that goes on from the last, a key stream one call of an ECB cipher.
 */
import { type Cipher, createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const BLOCK = 16;
/** A 47-octet reading: 3 blocks of key stream; B0 and 56 octets of frame: 5 blocks of CMAC. */
const KEY_STREAM = Buffer.alloc(3 * BLOCK, 1);
const UPLINK_MIC = Buffer.alloc(5 * BLOCK, 2);
/** 19 octets of request and 29 of accept, CFList included: 2 blocks of CMAC each. */
const JOIN_MIC = Buffer.alloc(2 * BLOCK, 3);
/** 32 octets behind the accept's MHDR; two session keys. */
const TWO_BLOCKS = Buffer.alloc(2 * BLOCK, 4);
const ONE_BLOCK = Buffer.alloc(BLOCK, 5);

export function uplinkFloor(): () => void {
  const ends = [0, 1].map(() => ({ stream: ecb(randomBytes(BLOCK)), mic: cbc(randomBytes(BLOCK)) }));
  return () => {
    for (const { stream, mic } of ends) {
      stream.update(KEY_STREAM);
      mic.update(UPLINK_MIC);
    }
  };
}

export function joinFloor(): () => void {
  const appKey = randomBytes(BLOCK);
  const ends = [0, 1].map(() => ({ key: ecb(appKey), mic: cbc(appKey) }));
  const wrap = createDecipheriv("aes-128-ecb", appKey, null).setAutoPadding(false);
  return () => {
    wrap.update(TWO_BLOCKS);
    ends[1]!.key.update(TWO_BLOCKS);
    for (const { key, mic } of ends) {
      mic.update(JOIN_MIC);
      mic.update(JOIN_MIC);
      const sessionKeys = key.update(TWO_BLOCKS);
      // Ready for use: the subkeys of CMAC.
      ecb(sessionKeys.subarray(0, BLOCK)).update(ONE_BLOCK);
      ecb(sessionKeys.subarray(BLOCK)).update(ONE_BLOCK);
    }
  };
}

function ecb(key: Buffer): Cipher {
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
}

function cbc(key: Buffer): Cipher {
  return createCipheriv("aes-128-cbc", key, Buffer.alloc(BLOCK)).setAutoPadding(false);
}
