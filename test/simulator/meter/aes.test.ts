import { createCipheriv, createDecipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aesKey, decryptBlock, encryptBlock } from "../../../simulator/meter/aes.ts";

const octets16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("AES-128", () => {
  test("the example of FIPS 197, appendix C.1, both ways", () => {
    const key = aesKey(Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"));
    const block = Buffer.from("00112233445566778899aabbccddeeff", "hex");
    encryptBlock(key, block, 0, block, 0);
    expect(block.toString("hex")).toBe("69c4e0d86a7b0430d8cdb78070b4c55a");
    decryptBlock(key, block, 0, block, 0);
    expect(block.toString("hex")).toBe("00112233445566778899aabbccddeeff");
  });

  test("says what node:crypto says, in both directions", () => {
    fc.assert(
      fc.property(octets16, octets16, (keyOctets, block) => {
        const key = aesKey(keyOctets);
        const to = new Uint8Array(16);
        encryptBlock(key, block, 0, to, 0);
        const cipher = createCipheriv("aes-128-ecb", keyOctets, null).setAutoPadding(false);
        expect(Buffer.from(to)).toEqual(cipher.update(block));
        decryptBlock(key, block, 0, to, 0);
        const decipher = createDecipheriv("aes-128-ecb", keyOctets, null).setAutoPadding(false);
        expect(Buffer.from(to)).toEqual(Buffer.concat([decipher.update(block), decipher.final()]));
      }),
      { numRuns: 500 },
    );
  });

  test("writes its sixteen octets and no other", () => {
    const key = aesKey(Buffer.alloc(16, 7));
    const to = new Uint8Array(20).fill(0xee);
    encryptBlock(key, new Uint8Array(30), 9, to, 2);
    expect([to[0], to[1], to[18], to[19]]).toEqual([0xee, 0xee, 0xee, 0xee]);
    expect(to.subarray(2, 18)).not.toContain(undefined);
  });

  test.each([15, 17])("a key of %d octets is a bug", (length) => {
    expect(() => aesKey(new Uint8Array(length))).toThrow("16 octets");
  });
});
