import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { readRecord, writeRecord } from "../../../agent/journal/record.ts";
import { draft, EUI, laneOfMeter } from "./fixtures.ts";

const LANE = laneOfMeter(0x26011bda);
const frame: Frame = { ...draft(), sequence: 2 ** 32 + 7 };

const hex = (octets: number) =>
  fc.uint8Array({ minLength: octets, maxLength: octets }).map((bytes) => Buffer.from(bytes).toString("hex"));
const milliseconds = fc.double({ min: 0, max: 1e13, noNaN: true, noDefaultInfinity: true });
const anyFrame: fc.Arbitrary<Frame> = fc.record({
  sequence: fc.maxSafeNat(),
  gatewayEui: hex(8),
  rxpkText: fc.string({ unit: "binary", maxLength: 600 }),
  arrivedWallMs: milliseconds,
  arrivedMonotonicMs: milliseconds,
  kernelBootId: hex(16),
  ageAtArrivalMs: fc.oneof(fc.constant(0), milliseconds),
  concentratorSession: fc.maxSafeNat(),
  clockState: fc.constantFrom("gps", "synchronised", "unsynchronised"),
  delayed: fc.boolean(),
  repetition: fc.boolean(),
});

describe("a record", () => {
  test("gives back every field of the frame, its lane and its cores", () => {
    const address = fc.oneof(
      hex(4).map((devAddr) => `d${devAddr}`),
      hex(8).map((devEui) => `j${devEui}`),
      fc.constant("x"),
    );
    const cores = fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(anyFrame, address, cores, (any, kind, names) => {
        const written = { ...any, rxpkText: Buffer.from(any.rxpkText).toString() };
        const lane = `${any.gatewayEui}/${kind}`;
        const read = readRecord(any.sequence, writeRecord(written, lane, names));
        expect(read).toEqual({
          ok: true,
          value: { frame: { ...written, arrivedWallMs: written.arrivedWallMs }, lane, cores: names },
        });
      }),
    );
  });

  test("of a live frame for one core costs under 60 octets beside the text", () => {
    const overhead = writeRecord(frame, LANE, ["main"]).length - Buffer.byteLength(frame.rxpkText);
    expect(overhead).toBe(57);
  });

  test("with any one bit flipped is refused", () => {
    const bytes = writeRecord({ ...frame, ageAtArrivalMs: 3 }, LANE, ["main", "second"]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(readRecord(frame.sequence, bytes).ok, `bit ${bit}`).toBe(false);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(readRecord(frame.sequence, bytes).ok).toBe(true);
  });

  test("cut anywhere is refused", () => {
    const bytes = writeRecord(frame, LANE, ["main"]);
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(readRecord(frame.sequence, bytes.subarray(0, cut)).ok, `cut at ${cut}`).toBe(false);
    }
  });

  test("found under another sequence is refused", () => {
    const bytes = writeRecord(frame, LANE, ["main"]);
    expect(readRecord(frame.sequence + 1, bytes)).toEqual({ ok: false, fault: "badChecksum" });
  });

  test("of an unknown version is refused as such", () => {
    const bytes = writeRecord(frame, LANE, ["main"]);
    bytes[0] = 2;
    expect(readRecord(frame.sequence, bytes)).toEqual({ ok: false, fault: "unknownVersion" });
  });

  test("never throws, whatever its octets are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readRecord(1, Buffer.from(bytes)).ok).toBe(false);
      }),
    );
  });

  test("takes an rxpk with text beyond ASCII as it was heard", () => {
    const text = '{"meta":"Pompe à eau n° 7 — 🚰"}';
    const read = readRecord(5, writeRecord({ ...frame, sequence: 5, rxpkText: text }, `${EUI}/x`, ["main"]));
    expect(read.ok && read.value.frame.rxpkText).toBe(text);
  });
});
