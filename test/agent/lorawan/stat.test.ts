import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitPushBody } from "../../../agent/lorawan/push-body.ts";
import { readStat } from "../../../agent/lorawan/stat.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

interface StatVector {
  id: string;
  text: string;
}

const GWMP = vectors("gwmp.json");
const STATS: StatVector[] = [
  ...GWMP.bodies.map(({ id, json }: { id: string; json: string }) => ({ id, text: json })),
  ...GWMP.datagrams.map(({ id, hex }: { id: string; hex: string }) => ({
    id,
    text: Buffer.from(hex, "hex").subarray(12).toString(),
  })),
].filter(({ text }) => text.startsWith('{"stat"'));

const NONE = {
  timeUtcMs: undefined,
  location: undefined,
  rxReceived: undefined,
  rxOk: undefined,
  rxForwarded: undefined,
  ackRatePercent: undefined,
  downlinksReceived: undefined,
  txEmitted: undefined,
  temperatureC: undefined,
};
const statOf = (fields: object) => valueOrFault(readStat(JSON.stringify(fields)));

const EXPECTED: Record<string, object> = {
  "proto-stat": {
    timeUtcMs: Date.UTC(2014, 0, 12, 8, 59, 28),
    location: { latitudeDeg: 46.24, longitudeDeg: 3.2523, altitudeM: 145 },
    rxReceived: 2,
    rxOk: 2,
    rxForwarded: 2,
    ackRatePercent: 100,
    downlinksReceived: 2,
    txEmitted: 2,
    temperatureC: 23.2,
  },
  "tts-stat-full": {
    timeUtcMs: Date.UTC(2017, 5, 8, 9, 40, 42),
    location: { latitudeDeg: 52.34223, longitudeDeg: 5.29685, altitudeM: 66 },
    rxReceived: 0,
    ackRatePercent: 0,
    temperatureC: 30.5,
  },
  "tts-stat-negative-temp": { temperatureC: -23.5, rxOk: 0 },
  "push-data-stat-mqttfwd": {
    timeUtcMs: Date.UTC(2022, 8, 10, 12, 30, 15),
    location: { latitudeDeg: 46.24, longitudeDeg: 3.2523, altitudeM: 145 },
    rxReceived: 1,
    txEmitted: 1,
    temperatureC: undefined,
  },
  "helium-stat-null-ackr": {
    timeUtcMs: Date.UTC(2021, 2, 17, 18, 47, 1),
    location: undefined,
    ackRatePercent: undefined,
    rxReceived: 0,
    downlinksReceived: 0,
  },
};

describe("stats written by others", () => {
  test("are all here", () => {
    expect(STATS.map(({ id }) => id)).toEqual(Object.keys(EXPECTED));
  });

  test.each(STATS)("$id is read", ({ id, text }) => {
    const { stat, faults } = splitPushBody(Buffer.from(text));
    expect(faults).toEqual([]);
    expect(valueOrFault(readStat(stat!))).toMatchObject(EXPECTED[id]!);
  });
});

describe("a stat's quirks", () => {
  test("nothing is mandatory, and what makes no sense is not said", () => {
    expect(statOf({})).toEqual(NONE);
    const nonsense = {
      time: 5,
      lati: "north",
      long: 3,
      rxnb: -1,
      rxok: 2 ** 32,
      rxfw: null,
      ackr: [],
      dwnb: {},
      txnb: true,
    };
    expect(statOf({ ...nonsense, temp: "warm" })).toEqual(NONE);
  });

  test("counters that are floats are rounded, rates and temperatures are not", () => {
    expect(statOf({ rxnb: 2.0, rxok: 1.6, ackr: 66.7, temp: 23.25 })).toMatchObject({
      rxReceived: 2,
      rxOk: 2,
      ackRatePercent: 66.7,
      temperatureC: 23.25,
    });
  });

  test("the time may be written as an rxpk's", () => {
    expect(statOf({ time: "2021-03-17T18:47:01Z" }).timeUtcMs).toBe(Date.UTC(2021, 2, 17, 18, 47, 1));
  });

  test.each([
    [0, 0],
    [10, 10],
    [10, 20],
    [90.1, 3],
    [46, -180.1],
  ])("%d/%d is no place", (lati, long) => {
    expect(statOf({ lati, long, alti: 5 }).location).toBe(undefined);
  });

  test("half a position is no place; a place may lie below the sea, or be without altitude", () => {
    expect(statOf({ lati: 46.24, alti: 145 }).location).toBe(undefined);
    expect(statOf({ lati: 0, long: 9.5, alti: -3 }).location).toEqual({
      latitudeDeg: 0,
      longitudeDeg: 9.5,
      altitudeM: -3,
    });
    expect(statOf({ lati: -90, long: 180 }).location).toEqual({
      latitudeDeg: -90,
      longitudeDeg: 180,
      altitudeM: undefined,
    });
  });

  test("what is no JSON object is a fault, and nothing makes it throw", () => {
    expect(faultOf(readStat('{"time":?}'))).toBe("badJson");
    expect(faultOf(readStat("[]"))).toBe("notAnObject");
    fc.assert(fc.property(fc.json(), (text) => void readStat(text)));
  });
});
