import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../../agent/journal/crc32c.ts";
import {
  indexKey,
  isLane,
  laneOfIndexKey,
  lanePrefix,
  laneRange,
  readIndexKey,
  recordKey,
  sameLane,
  seal,
  sequenceOfRecordKey,
  unseal,
  writeHex,
} from "../../../agent/journal/keys.ts";
import { EUI, laneOfMeter } from "./fixtures.ts";

describe("crc32c", () => {
  // Source: RFC 3720, appendix B.4; the last one is the check value of the Rocksoft catalogue.
  test.each([
    ["32 octets of zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 octets of ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["32 octets rising", Buffer.from(Array.from({ length: 32 }, (_, octet) => octet)), 0x46dd794e],
    ["123456789", Buffer.from("123456789"), 0xe3069283],
  ])("%s", (_name, bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
    expect(crc32c(bytes, 5, bytes.length, crc32c(bytes, 0, 5))).toBe(sum);
  });
});

describe("crc32c of any part of anything", () => {
  test("is what the polynomial says, octet by octet and bit by bit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), fc.nat(70), (bytes, one, other) => {
        const [from, to] = [Math.min(one, other, bytes.length), Math.min(Math.max(one, other), bytes.length)];
        expect(crc32c(bytes, from, to)).toBe(bitByBit(bytes.subarray(from, to)));
      }),
    );
  });

  function bitByBit(bytes: Uint8Array): number {
    let crc = ~0;
    for (const octet of bytes) {
      crc ^= octet;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  }
});

describe("keys", () => {
  test("sort as their sequences do", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
        expect(Math.sign(recordKey(one).compare(recordKey(other)))).toBe(Math.sign(one - other));
        expect(sequenceOfRecordKey(recordKey(one))).toBe(one);
      }),
    );
  });

  test.each([`${EUI}/d26011bda`, `${EUI}/j70b3d57ed0000001`, `${EUI}/x`])("tell the lane %s", (lane) => {
    const key = indexKey(lanePrefix(lane), 2 ** 40 + 1, 5);
    expect(indexKey(lane, 2 ** 40 + 1, 5)).toEqual(key);
    expect(isLane(lane)).toBe(true);
    expect(laneOfIndexKey(key)).toBe(lane);
    expect(readIndexKey(key)).toEqual({ sequence: 2 ** 40 + 1, claims: 5 });
  });

  test("write hexadecimal digits as Buffer does, of either case", () => {
    const digits = fc.string({
      unit: fc.constantFrom(..."0123456789abcdefABCDEF"),
      minLength: 0,
      maxLength: 40,
    });
    fc.assert(
      fc.property(digits, (text) => {
        const whole = text.slice(0, text.length & ~1);
        const bytes = Buffer.alloc(24);
        writeHex(bytes, 2, `/${whole}`, 1, 1 + whole.length);
        expect(bytes.toString("hex", 2, 2 + whole.length / 2)).toBe(whole.toLowerCase());
        expect(bytes.subarray(2 + whole.length / 2).every((octet) => octet === 0)).toBe(true);
      }),
    );
  });

  test.each(["", EUI, `${EUI}/d26011b`, `${EUI}/j26011bda`, `${EUI}/y26011bda`, `${EUI}-d26011bda`])(
    "refuse %j as a lane",
    (lane) => expect(isLane(lane)).toBe(false),
  );

  test("of one lane lie in its range from the sequence on, those of others do not", () => {
    const prefix = lanePrefix(laneOfMeter(5));
    const { gte, lt } = laneRange(prefix, 41);
    const within = (key: Buffer): boolean => key.compare(gte) >= 0 && key.compare(lt) < 0;
    expect(within(indexKey(prefix, 41, 255))).toBe(false);
    expect(within(indexKey(prefix, 42, 1))).toBe(true);
    expect(within(indexKey(prefix, Number.MAX_SAFE_INTEGER, 255))).toBe(true);
    expect(within(indexKey(lanePrefix(laneOfMeter(6)), 42, 1))).toBe(false);
    expect(sameLane(indexKey(prefix, 1, 1), indexKey(prefix, 2, 1))).toBe(true);
    expect(sameLane(indexKey(prefix, 1, 1), indexKey(lanePrefix(laneOfMeter(6)), 1, 1))).toBe(false);
  });

  test("with any one bit flipped are no index keys", () => {
    const key = indexKey(lanePrefix(laneOfMeter(0x26011bda)), 2 ** 33 + 5, 1);
    for (let bit = 0; bit < key.length * 8; bit++) {
      const flipped = Buffer.from(key);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(readIndexKey(flipped), `bit ${bit}`).toBeUndefined();
    }
  });

  test("a sealed value opens under its own key only, and undamaged only", () => {
    const sealed = seal(Buffer.from("na"), Buffer.from("value"));
    expect(unseal(Buffer.from("na"), sealed)?.toString()).toBe("value");
    expect(unseal(Buffer.from("nb"), sealed)).toBeUndefined();
    sealed[6]! ^= 1;
    expect(unseal(Buffer.from("na"), sealed)).toBeUndefined();
    expect(unseal(Buffer.from("na"), Buffer.from("abc"))).toBeUndefined();
    expect(unseal(Buffer.from("na"), undefined)).toBeUndefined();
  });
});
