import { expect, test } from "vitest";
import { type Rxpk, readRxpk } from "../../../agent/lorawan/rxpk.ts";
import { readStat, type Stat } from "../../../agent/lorawan/stat.ts";
import { createAckLatency, LATENCY_CLASSES_MS } from "../../../agent/south/ack-latency.ts";
import { createRxCounts, RX_KINDS_MAX } from "../../../agent/south/rx-statistics.ts";
import { type RxpkShape, rxpkOf } from "./south-rig.ts";

function rxpk(shape: RxpkShape = {}): Rxpk {
  const read = readRxpk(rxpkOf(shape));
  if (!read.ok) throw new Error(read.fault);
  return read.value;
}

function stat(fields: object): Stat {
  const read = readStat(JSON.stringify(fields));
  if (!read.ok) throw new Error(read.fault);
  return read.value;
}

test("without stat what we heard is what was received", () => {
  const counts = createRxCounts();
  counts.heard(rxpk());
  counts.heard(rxpk({ stat: -1 }));
  expect(counts.take()).toMatchObject({ rxReceived: 2, rxReceivedOk: 1 });
});

test("a forwarder's stat adds what it heard and did not send, whatever its period is", () => {
  const counts = createRxCounts();
  let received = 0;
  let receivedOk = 0;
  // Ten readings of ours to each stat of its own, and five frames in each.
  for (let period = 0; period < 10; period++) {
    for (let i = 0; i < 5; i++) counts.heard(rxpk());
    if (period === 9) counts.stat(stat({ rxnb: 120, rxok: 52 }));
    const taken = counts.take();
    received += taken.rxReceived;
    receivedOk += taken.rxReceivedOk;
  }
  expect({ received, receivedOk }).toEqual({ received: 120, receivedOk: 52 });
});

test("a store that is drained does not make the counts negative", () => {
  const counts = createRxCounts();
  for (let i = 0; i < 200; i++) counts.heard(rxpk());
  counts.stat(stat({ rxnb: 3, rxok: 2 }));
  expect(counts.take()).toMatchObject({ rxReceived: 200, rxReceivedOk: 200 });
  counts.stat(stat({ rxnb: 3, rxok: 2 }));
  expect(counts.take()).toMatchObject({ rxReceived: 3, rxReceivedOk: 2 });
});

test("modulations are told apart, code rates too", () => {
  const counts = createRxCounts();
  counts.heard(rxpk());
  counts.heard(rxpk());
  counts.heard(rxpk({ codr: "4/6" }));
  counts.heard(rxpk({ codr: "OFF" }));
  counts.heard(rxpk({ datr: "SF12BW125" }));
  counts.heard(rxpk({ modu: "FSK", datr: 50_000 }));
  counts.heard(rxpk({ modu: "LR-FHSS", datr: "M0CW137", codr: "4/6", hpw: 8 }));
  expect(counts.take().rxPerModulation.map(({ count }) => count)).toEqual([2, 1, 1, 1, 1, 1]);
});

test("frequencies are told apart up to a bound, the rest is in the total", () => {
  const counts = createRxCounts();
  for (let i = 0; i < RX_KINDS_MAX + 10; i++) counts.heard(rxpk({ freq: 863 + i / 100 }));
  const taken = counts.take();
  expect(taken.rxPerFrequencyHz.size).toBe(RX_KINDS_MAX);
  expect(taken.rxReceived).toBe(RX_KINDS_MAX + 10);
});

test("the last location and temperature stay until a stat tells others", () => {
  const counts = createRxCounts();
  counts.stat(stat({ lati: 46.24, long: 3.25, alti: -5, temp: 41.5, ackr: 99.5 }));
  counts.stat(stat({ lati: 0, long: 0, temp: 42 }));
  counts.take();
  const { location, metadata } = counts.take();
  expect(location).toEqual({ latitudeDeg: 46.24, longitudeDeg: 3.25, altitudeM: -5 });
  expect([...metadata]).toEqual([["temperature_c", "42"]]);
});

test("latencies are smoothed, the longest kept, and each counted in its class", () => {
  const latency = createAckLatency();
  expect(latency.view(0)).toMatchObject({ smoothedMs: undefined, longestMs: 0 });
  for (const ms of [0, 1, 1.5, 100, 3_000, 3_001]) latency.add(ms, 0);
  expect(latency.view(0).classes).toEqual([2, 1, 1, 0, 1, 1]);
  expect(latency.view(0).classes).toHaveLength(LATENCY_CLASSES_MS.length);
  expect(latency.view(0).longestMs).toBe(3_001);
});
