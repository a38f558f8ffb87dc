/** The table of devices: what is heard, lost, silent, and who makes room when it is full. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import {
  createDevices,
  DEVICES_MAX,
  type DeviceFigures,
  type Devices,
  floorDb,
  RECORDS_AGE_MS_MAX,
  SILENT_HEARD_MIN,
} from "../../../../agent/health/records/devices.ts";
import { createListening, type Listening } from "../../../../agent/health/records/listening.ts";
import type { Rxpk } from "../../../../agent/lorawan/rxpk.ts";
import { payloadOf, rxpkOf } from "./frames.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const METER = 0x26_01_12_34;
const GATEWAY = 0;

let listening: Listening;
let devices: Devices;

function made(max = DEVICES_MAX, isForeign = (_devAddr: number): boolean => false): Devices {
  listening = createListening();
  listening.is(true, 0);
  return createDevices({ seed: 7, isForeign, listenedMs: (_gateway, nowMs) => listening.at(nowMs), max });
}

function hear(
  devAddr: number,
  fCnt: number,
  heardMs: number,
  shape: Partial<Rxpk> = {},
  nowMs = heardMs,
): void {
  devices.heard(GATEWAY, fCnt, rxpkOf({ payload: payloadOf(devAddr), ...shape }), heardMs, nowMs);
}

function figuresOf(devAddr: number, nowMs: number): DeviceFigures | undefined {
  let found: DeviceFigures | undefined;
  devices.each(GATEWAY, nowMs, 0, (device) => {
    if (device.devAddr === devAddr) found = device;
  });
  return found;
}

beforeEach(() => {
  devices = made();
});

describe("what is heard and lost", () => {
  test("is exactly what was sent, whichever frames the radio lost and however often others came", () => {
    const frame = fc.record({ heard: fc.boolean(), copies: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 0, max: 0xffff }),
        (frames, first) => {
          devices = made();
          const heard = frames.flatMap((one, at) => (one.heard ? [at] : []));
          for (const at of heard)
            for (let copy = 0; copy < frames[at]!.copies; copy++)
              hear(METER, (first + at) & 0xffff, at * HOUR_MS + copy * 3_000);
          if (heard.length === 0) return;
          const figures = figuresOf(METER, 400 * HOUR_MS)!;
          expect(figures.heard).toBe(heard.length);
          expect(figures.repeats).toBe(heard.reduce((sum, at) => sum + frames[at]!.copies - 1, 0));
          expect(figures.expected).toBeGreaterThanOrEqual(figures.heard);
          // A gap too wide for what was known of the device yet is called a restart, and never made up.
          if (figures.restarts === 0) expect(figures.expected).toBe(heard.at(-1)! - heard[0]! + 1);
          else expect(figures.expected).toBeLessThan(heard.at(-1)! - heard[0]! + 1);
        },
      ),
    );
  });

  test("a device that begins anew has lost nothing by it", () => {
    for (let at = 0; at < 20; at++) hear(METER, 500 + at, at * HOUR_MS);
    for (let at = 0; at < 5; at++) hear(METER, at, (20 + at) * HOUR_MS);
    expect(figuresOf(METER, DAY_MS)).toMatchObject({ heard: 25, expected: 25, restarts: 1, lastFCnt: 4 });
  });

  test("two devices under one DevAddr lose nothing, and show as restarts", () => {
    for (let at = 0; at < 50; at++) {
      hear(METER, 1_000 + at, at * HOUR_MS);
      hear(METER, 9_000 + at, at * HOUR_MS + 600_000);
    }
    const figures = figuresOf(METER, 50 * HOUR_MS)!;
    expect(figures.expected).toBe(figures.heard);
    expect(figures.restarts).toBeGreaterThan(90);
  });

  test("a frame out of the forwarder's store fills the gap that it left", () => {
    for (const at of [0, 1, 2, 6]) hear(METER, at, at * HOUR_MS);
    expect(figuresOf(METER, 6 * HOUR_MS)).toMatchObject({ heard: 4, expected: 7 });
    for (const at of [3, 4]) hear(METER, at, at * HOUR_MS, {}, 6 * HOUR_MS + 1_000);
    const figures = figuresOf(METER, 6 * HOUR_MS + 1_000)!;
    expect(figures).toMatchObject({ heard: 6, expected: 7, lastFCnt: 6 });
    expect(figures.lastAgeMs, "it was not heard now").toBe(1_000);
  });

  test("what nobody could hear is not lost: the forwarder was silent for three hours", () => {
    for (let at = 0; at < 10; at++) hear(METER, at, at * HOUR_MS);
    listening.is(false, 9 * HOUR_MS + 60_000);
    listening.is(true, 12.5 * HOUR_MS);
    hear(METER, 13, 13 * HOUR_MS);
    hear(METER, 15, 15 * HOUR_MS);
    expect(figuresOf(METER, 15 * HOUR_MS)).toMatchObject({ heard: 12, expected: 13, restarts: 0 });
  });
});

describe("how well", () => {
  test("the margin is what is left above the spreading factor's floor, and follows slowly", () => {
    expect([7, 8, 9, 10, 11, 12].map(floorDb)).toEqual([-7.5, -10, -12.5, -15, -17.5, -20]);
    const modulation = { kind: "lora", spreadingFactor: 12, bandwidthHz: 125_000, codeRate: "4/5" } as const;
    hear(METER, 0, 0, { modulation, snrDb: -10, rssiDbm: -120 });
    expect(figuresOf(METER, 0)).toMatchObject({ marginDb: 10, spreadingFactor: 12 });
    hear(METER, 1, HOUR_MS, { modulation, snrDb: -18, rssiDbm: -125 });
    expect(figuresOf(METER, HOUR_MS)).toMatchObject({
      marginDb: 9,
      lastSnrDb: -18,
      bestSnrDb: -10,
      lastRssiDbm: -125,
      bestRssiDbm: -120,
    });
  });

  test("what a forwarder does not tell stays unknown", () => {
    hear(METER, 0, 0, { snrDb: undefined, rssiDbm: undefined });
    const figures = figuresOf(METER, 0)!;
    for (const figure of [figures.marginDb, figures.bestSnrDb, figures.bestRssiDbm]) expect(figure).toBeNaN();
  });
});

describe("silence", () => {
  const talk = (frames: number, everyMs: number): number => {
    for (let at = 0; at < frames; at++) hear(METER, at, at * everyMs);
    return (frames - 1) * everyMs;
  };

  test("begins after a day of an hourly device, not before", () => {
    const lastMs = talk(SILENT_HEARD_MIN, HOUR_MS);
    expect(figuresOf(METER, lastMs + DAY_MS)!.silent).toBe(false);
    expect(figuresOf(METER, lastMs + DAY_MS + 1)!.silent).toBe(true);
    expect(devices.sum(GATEWAY, lastMs + DAY_MS + 1, 0).silent).toHaveLength(1);
    hear(METER, 200, lastMs + DAY_MS + 2);
    expect(figuresOf(METER, lastMs + DAY_MS + 2)!.silent).toBe(false);
  });

  test("begins after three intervals of a device that speaks every second day", () => {
    const lastMs = talk(SILENT_HEARD_MIN, 2 * DAY_MS);
    expect(figuresOf(METER, lastMs + 6 * DAY_MS)!.silent).toBe(false);
    expect(figuresOf(METER, lastMs + 6 * DAY_MS + 1)!.silent).toBe(true);
  });

  test("is not said of one that was never known to talk", () => {
    const lastMs = talk(SILENT_HEARD_MIN - 1, HOUR_MS);
    expect(figuresOf(METER, lastMs + 10 * DAY_MS)!.silent).toBe(false);
  });

  test("is not said of one that is heard by chance: one frame in a hundred", () => {
    for (let at = 0; at < 12; at++) hear(METER, at * 100, at * 100 * HOUR_MS);
    expect(figuresOf(METER, 11 * 100 * HOUR_MS + 2 * DAY_MS)!.silent).toBe(false);
  });

  test("passes only while somebody listens", () => {
    const lastMs = talk(SILENT_HEARD_MIN, HOUR_MS);
    listening.is(false, lastMs + HOUR_MS);
    expect(figuresOf(METER, lastMs + 10 * DAY_MS)!.silent).toBe(false);
    listening.is(true, lastMs + 10 * DAY_MS);
    expect(figuresOf(METER, lastMs + 11 * DAY_MS)!.silent).toBe(true);
  });
});

describe("the limit", () => {
  test("as many as there are places are known, and one more makes room", () => {
    for (let at = 0; at < DEVICES_MAX; at++) hear(at, 0, at);
    expect(devices.size).toBe(DEVICES_MAX);
    expect(devices.evicted).toBe(0);
    hear(DEVICES_MAX, 0, DEVICES_MAX);
    expect(devices.size).toBeLessThanOrEqual(DEVICES_MAX);
    expect(devices.evicted).toBeGreaterThan(0);
    expect(figuresOf(0, DEVICES_MAX), "the one unheard longest").toBeUndefined();
    expect(figuresOf(DEVICES_MAX, DEVICES_MAX)).toBeDefined();
  });

  test("made-up addresses push each other out, and no device that talks", () => {
    devices = made(256);
    for (let fCnt = 0; fCnt < 3; fCnt++)
      for (let meter = 0; meter < 200; meter++) hear(meter, fCnt, fCnt * HOUR_MS + meter);
    for (let noise = 0; noise < 20_000; noise++)
      hear(0x4000_0000 + noise, noise & 0xffff, 3 * HOUR_MS + noise);
    for (let meter = 0; meter < 200; meter++)
      expect(figuresOf(meter, 4 * HOUR_MS), `${meter}`).toMatchObject({ heard: 3 });
    expect(devices.size).toBeLessThanOrEqual(256);
  });

  test("foreign ones heard once go before ours heard once, and before foreign ones that talk", () => {
    devices = made(64, (devAddr) => devAddr >= 1_000);
    for (let at = 0; at < 20; at++) hear(at, 0, at);
    for (let at = 0; at < 20; at++) for (const fCnt of [0, 1]) hear(1_000 + at, fCnt, 100 + fCnt);
    for (let at = 0; at < 24; at++) hear(2_000 + at, 0, 1_000 + at);
    for (let at = 0; at < 24; at++) hear(3_000 + at, 0, 2_000 + at);
    for (let at = 0; at < 20; at++) {
      expect(figuresOf(at, 3_000)).toBeDefined();
      expect(figuresOf(1_000 + at, 3_000)).toBeDefined();
    }
    expect(figuresOf(2_000, 3_000)).toBeUndefined();
  });

  test("whoever was not heard for two weeks goes", () => {
    hear(METER, 0, 0);
    devices.prune(RECORDS_AGE_MS_MAX);
    expect(devices.size).toBe(1);
    devices.prune(RECORDS_AGE_MS_MAX + 1);
    expect(devices.size).toBe(0);
  });

  test("the table finds each of its devices after any coming and going", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 2_000 }), (addresses) => {
        devices = made(32);
        addresses.forEach((devAddr, at) => {
          hear(devAddr, 1, at);
          expect(figuresOf(devAddr, at)!.lastAgeMs).toBe(0);
          if (at % 97 === 0) devices.prune(at - 50 + RECORDS_AGE_MS_MAX);
        });
        expect(devices.size).toBeLessThanOrEqual(32);
      }),
      { numRuns: 20 },
    );
  });
});

test("gateways do not share devices, and one that leaves takes its own along", () => {
  hear(METER, 5, 0);
  devices.heard(1, 900, rxpkOf({ payload: payloadOf(METER) }), 10, 10);
  expect(devices.size).toBe(2);
  expect(devices.sum(1, 10, 0)).toMatchObject({ known: 1, heard: 1, expected: 1 });
  devices.drop(1);
  expect(devices.size).toBe(1);
  expect(figuresOf(METER, 10)).toMatchObject({ lastFCnt: 5 });
});

test("within the first day of the records nobody is called new; later, for a day", () => {
  hear(METER, 0, HOUR_MS);
  expect(devices.sum(GATEWAY, 2 * HOUR_MS, 0).newIn24h).toBe(0);
  hear(METER + 1, 0, 3 * DAY_MS);
  expect(devices.sum(GATEWAY, 3 * DAY_MS, 0).newIn24h).toBe(1);
  expect(devices.sum(GATEWAY, 4 * DAY_MS, 0).newIn24h).toBe(1);
  expect(devices.sum(GATEWAY, 4 * DAY_MS + 1, 0).newIn24h).toBe(0);
});
