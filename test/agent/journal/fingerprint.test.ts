/** By what a reception is known again: all that makes a repeat a repeat, and nothing else. */
import { expect, test } from "vitest";
import { fingerprintOf, makeFingerprints } from "../../../agent/journal/fingerprint.ts";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";

const RXPK = {
  tmst: 5_000_000,
  chan: 2,
  rfch: 0,
  freq: 868.5,
  stat: 1,
  modu: "LORA",
  datr: "SF9BW125",
  codr: "4/5",
  rssi: -101,
  lsnr: 3.5,
  size: 14,
  data: "QAEAASYAAQACAQIDBAU=",
};

function of(changes: object = {}, gatewayEui = "7276ff002e062701") {
  const read = readRxpk(JSON.stringify({ ...RXPK, ...changes }));
  if (!read.ok) throw new Error(read.fault);
  return fingerprintOf(gatewayEui, read.value);
}

test.each([
  ["tmst", of({ tmst: 5_000_001 })],
  ["frequency", of({ freq: 868.3 })],
  ["spreading factor", of({ datr: "SF8BW125" })],
  ["bandwidth", of({ datr: "SF9BW250" })],
  ["modulation", of({ modu: "FSK", datr: 50_000 })],
  ["board", of({ brd: 1 })],
  ["one bit of the payload", of({ data: "QAEAASYAAQACAQIDBAQ=" })],
  ["one octet more", of({ size: 15, data: "QAEAASYAAQACAQIDBAUA" })],
  ["gateway", of({}, "7276ff002e062702")],
])("another %s is another reception", (_, other) => {
  expect(other).not.toEqual(of());
  const known = makeFingerprints();
  expect([known.add(of()), known.add(other), known.add(of()), known.add(other)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("how well it was heard, and by which channel's number, makes no other", () => {
  expect(of({ rssi: -90, lsnr: 9, chan: 5, rfch: 1 })).toEqual(of());
});
