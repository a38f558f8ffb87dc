import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cmac, cmacKey, micAt, micOf, putMic } from "../../../simulator/meter/cmac.ts";
import vectors from "../../vectors/data-frames.json" with { type: "json" };
import { judgeCmac } from "./judge-crypto.ts";

const octets16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("AES-CMAC", () => {
  const published = vectors.micOnly.filter(({ id }) => id.startsWith("cmac-rfc4493"));

  test("three examples of RFC 4493 are at hand", () => expect(published).toHaveLength(3));

  test.each(published)("$id", ({ key, msg, mic }) => {
    expect(Buffer.from(cmac(cmacKey(Buffer.from(key, "hex")), Buffer.from(msg, "hex"))).toString("hex")).toBe(
      mic,
    );
  });

  test("says what one made of node:crypto says, at every length", () => {
    fc.assert(
      fc.property(octets16, fc.uint8Array({ maxLength: 70 }), (key, message) => {
        expect(Buffer.from(cmac(cmacKey(key), message))).toEqual(judgeCmac(key, message));
      }),
      { numRuns: 300 },
    );
  });

  test("a MIC is its first four octets, over a part of the octets and a block before it", () => {
    fc.assert(
      fc.property(
        octets16,
        octets16,
        fc.uint8Array({ minLength: 1, maxLength: 70 }),
        (key, head, message) => {
          const framed = Buffer.concat([Buffer.from("aa", "hex"), message, Buffer.from("bbbbbbbb", "hex")]);
          const mic = micOf(cmacKey(key), head, framed, 1, 1 + message.length);
          putMic(framed, 1 + message.length, mic);
          const judged = judgeCmac(key, Buffer.concat([head, message]));
          expect(framed.subarray(1 + message.length)).toEqual(judged.subarray(0, 4));
          expect(micAt(framed, 1 + message.length)).toBe(mic);
        },
      ),
    );
  });
});
