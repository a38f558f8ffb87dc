import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gpsMsFromUtcMs, LEAP_SECONDS, utcMsFromGpsMs } from "../../../agent/lorawan/gps-time.ts";
import { vectors } from "./vectors.ts";

const GPS = vectors("gps-time.json");
const EPOCH_MS = Date.UTC(1980, 0, 6);
const utc = (text: string) => new Date(text).getTime();

describe("times converted by others", () => {
  test("are all here", () => {
    expect([GPS.leapSecondSteps.length, GPS.vectors.length]).toEqual([18, 14]);
  });

  test.each(GPS.vectors as { utc: string; gpsSeconds: number; leapSeconds: number }[])(
    "$utc is GPS second $gpsSeconds",
    ({ utc: text, gpsSeconds, leapSeconds }) => {
      const gpsMs = Math.round(gpsSeconds * 1000);
      expect(gpsMsFromUtcMs(utc(text))).toBe(gpsMs);
      expect(utcMsFromGpsMs(gpsMs)).toBe(utc(text));
      expect(gpsMs - (utc(text) - EPOCH_MS)).toBe(leapSeconds * 1000);
    },
  );

  test("what forwarders with an error of one second wrote is not what we write", () => {
    const wrong = GPS.vectors.filter(
      ({ sourceIsWrong }: { sourceIsWrong?: boolean }) => sourceIsWrong === true,
    );
    expect(wrong.length).toBe(2);
    for (const { utc: text, sourceSaid } of wrong) {
      expect(Math.round(sourceSaid * 1000) - gpsMsFromUtcMs(utc(text))).toBe(1000);
    }
  });

  test("a real datagram's tmms agrees with its time", () => {
    const { expected, tmmsMinusUtcMs } = vectors("gwmp.json").datagrams.find(
      ({ id }: { id: string }) => id === "helium-push-crcfail",
    );
    const { time, tmms } = expected.json.rxpk[0];
    expect(Math.abs(utcMsFromGpsMs(tmms) - utc(time))).toBeLessThan(1);
    expect(tmms - (utc(time) - EPOCH_MS)).toBe(tmmsMinusUtcMs);
  });
});

describe("each leap second", () => {
  test.each(GPS.leapSecondSteps as { from: string; offset: number; gpsSecondOfFirstSecondAfter: number }[])(
    "$from: $offset s",
    ({ from, offset, gpsSecondOfFirstSecondAfter }) => {
      const fromMs = utc(from);
      const afterMs = gpsSecondOfFirstSecondAfter * 1000;
      expect(LEAP_SECONDS).toContainEqual({ fromUtcMs: fromMs, offsetS: offset });
      expect(gpsMsFromUtcMs(fromMs)).toBe(afterMs);
      expect(utcMsFromGpsMs(afterMs)).toBe(fromMs);
      expect(gpsMsFromUtcMs(fromMs - 1)).toBe(afterMs - 1001);
      expect(utcMsFromGpsMs(afterMs - 1001)).toBe(fromMs - 1);
      // The leap second itself has no Unix time: it becomes the second after it.
      expect(utcMsFromGpsMs(afterMs - 1000)).toBe(fromMs);
      expect(utcMsFromGpsMs(afterMs - 1)).toBe(fromMs + 999);
    },
  );

  test("has one row, and the table starts at the epoch", () => {
    expect(LEAP_SECONDS.length).toBe(GPS.leapSecondSteps.length + 1);
    expect(LEAP_SECONDS.at(-1)).toEqual({ fromUtcMs: EPOCH_MS, offsetS: 0 });
  });
});

test("every UTC since the epoch comes back from GPS time", () => {
  fc.assert(
    fc.property(fc.integer({ min: EPOCH_MS, max: Date.UTC(2080, 0, 1) }), (utcMs) => {
      expect(utcMsFromGpsMs(gpsMsFromUtcMs(utcMs))).toBe(utcMs);
    }),
  );
});
