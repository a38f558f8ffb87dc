import fc from "fast-check";
import { expect, test } from "vitest";
import { readSntpAnswer, sntpPeer, writeSntpRequest } from "../../../agent/south/sntp.ts";

const NONCE = Buffer.from("0102030405060708", "hex");

/** 2026-01-01T00:00:00Z is 3,976,214,400 s after 1900. */
function answer(
  changes: { first?: number; stratum?: number; seconds?: number; nonce?: Buffer } = {},
): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = changes.first ?? 0x24;
  bytes[1] = changes.stratum ?? 2;
  (changes.nonce ?? NONCE).copy(bytes, 24);
  for (const at of [32, 40]) {
    bytes.writeUInt32BE(changes.seconds ?? 3_976_214_400, at);
    bytes.writeUInt32BE(0x8000_0000, at + 4);
  }
  return bytes;
}

const UTC_MS = Date.UTC(2026, 0, 1) + 500;

test("a request is version 4, client, with the nonce as its time, and nothing else", () => {
  expect(writeSntpRequest(NONCE).toString("hex")).toBe(`23${"00".repeat(39)}0102030405060708`);
});

test("the offset is the mean of both ways", () => {
  // Sent when our clock said 100 ms before, received when it said 140 ms after: we are 20 ms ahead.
  expect(readSntpAnswer(answer(), NONCE, UTC_MS - 100, UTC_MS + 140)).toEqual({ ok: true, value: -20 });
});

test("after 2036 the seconds begin anew", () => {
  const read = readSntpAnswer(answer({ seconds: 0 }), NONCE, 0, 0);
  expect(read.ok && read.value).toBe(Date.UTC(2036, 1, 7, 6, 28, 16) + 500);
});

test.each([
  ["too short", answer().subarray(0, 47), "tooShort"],
  ["no server's", answer({ first: 0x23 }), "notServer"],
  ["for another", answer({ nonce: Buffer.alloc(8) }), "notAsked"],
  ["a kiss of death", answer({ stratum: 0 }), "kissOfDeath"],
  ["of a server without time", answer({ first: 0xe4 }), "unsynchronised"],
  ["of stratum 16", answer({ stratum: 16 }), "unsynchronised"],
])("an answer %s is none", (_what, bytes, fault) => {
  expect(readSntpAnswer(bytes, NONCE, UTC_MS, UTC_MS)).toEqual({ ok: false, fault });
});

test("arbitrary octets never crash it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      readSntpAnswer(Buffer.from(bytes), NONCE, 0, 0);
    }),
  );
});

test.each([
  ["pool.ntp.org", { host: "pool.ntp.org", port: 123 }],
  ["10.0.0.1:1123", { host: "10.0.0.1", port: 1123 }],
  ["[2001:db8::1]:1123", { host: "2001:db8::1", port: 1123 }],
  ["[2001:db8::1]", { host: "2001:db8::1", port: 123 }],
  ["2001:db8::1", { host: "2001:db8::1", port: 123 }],
])("the server %s is understood", (text, peer) => {
  expect(sntpPeer(text)).toEqual(peer);
});
