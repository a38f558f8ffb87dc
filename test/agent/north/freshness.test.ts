/**
 * Goal: the core learns when a frame was heard as far as anybody can know it, and never a time that was made up.
 * Method: a frame with its stamps, and a later moment; clocks that were wrong, were set, or began anew between.
 */
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../agent/frame/frame.ts";
import { deriveHeard } from "../../../agent/frame/heard.ts";
import { gpsMsFromUtcMs } from "../../../agent/lorawan/gps-time.ts";
import { isReplay, lifeLeftMs, type Now, toCarried } from "../../../agent/north/freshness.ts";
import { carriedOf } from "./carried.ts";

const BOOT = "0123456789abcdef0123456789abcdef";
const NOON = Date.UTC(2026, 0, 1, 12);
const HOUR_MS = 3_600_000;
const DATA = {
  tmst: 1,
  freq: 868.1,
  stat: 1,
  modu: "LORA",
  datr: "SF7BW125",
  data: "QAQDAgGAAQABppRkJhXWw7WC9DhwV1fNFsc=",
};
const JOIN = { ...DATA, data: Buffer.alloc(23).toString("base64") };

function heardOf(frame: Partial<Frame> = {}, rxpk: object = DATA) {
  const heard = deriveHeard({ ...carriedOf(rxpk, { frame }).heard.frame });
  if (!heard.ok) throw new Error(heard.fault);
  return heard.value;
}

/** So long after it arrived (monotonic 90,000), with the wall clock showing this. */
function nowAt(sinceMs: number, more: Partial<Now> = {}): Now {
  return {
    monotonicMs: 90_000 + sinceMs,
    wallMs: NOON + sinceMs,
    kernelBootId: BOOT,
    clockState: "synchronised",
    ...more,
  };
}

const told = (frame: Partial<Frame>, now: Now, rxpk: object = DATA) => {
  const { heardUtcMs, timeSource, ageMs } = toCarried(heardOf(frame, rxpk), now, undefined);
  return { heardUtcMs, timeSource, ageMs };
};

describe("when it was heard", () => {
  test("by a right clock: the moment of arrival less the age it arrived with", () => {
    expect(told({ ageAtArrivalMs: 30_000 }, nowAt(HOUR_MS))).toEqual({
      heardUtcMs: NOON - 30_000,
      timeSource: "ntp",
      ageMs: HOUR_MS + 30_000,
    });
  });

  test("by GPS where the frame has it, whatever the wall clock says", () => {
    const tmms = gpsMsFromUtcMs(NOON - 250);
    for (const clockState of ["gps", "synchronised", "unsynchronised"] as const) {
      expect(told({ clockState, arrivedWallMs: 0 }, nowAt(HOUR_MS), { ...DATA, tmms })).toMatchObject({
        heardUtcMs: NOON - 250,
        timeSource: "gps",
      });
    }
  });

  test("heard after a boot in 1970: the clock that was set since, less the monotonic time that has passed", () => {
    const frame = { clockState: "unsynchronised", arrivedWallMs: 90_000 } as const;
    expect(told(frame, nowAt(2 * HOUR_MS))).toEqual({
      heardUtcMs: NOON,
      timeSource: "ntp",
      ageMs: 2 * HOUR_MS,
    });
    expect(
      told(frame, nowAt(HOUR_MS, { wallMs: 90_000 + HOUR_MS, clockState: "unsynchronised" })),
    ).toMatchObject({
      heardUtcMs: undefined,
      timeSource: "unsynced",
    });
  });

  test("a clock set forward or back afterwards changes neither the time nor the age of what it stamped", () => {
    for (const stepMs of [-3 * HOUR_MS, 3 * HOUR_MS]) {
      expect(told({}, nowAt(HOUR_MS, { wallMs: NOON + HOUR_MS + stepMs }))).toEqual({
        heardUtcMs: NOON,
        timeSource: "ntp",
        ageMs: HOUR_MS,
      });
    }
  });

  test("heard by a wrong clock, and a reboot before it was right: nobody knows, and nothing is made up", () => {
    const frame = { clockState: "unsynchronised", arrivedWallMs: 90_000 } as const;
    const { heardUtcMs, timeSource, ageMs } = told(
      frame,
      nowAt(0, { kernelBootId: "f".repeat(32), monotonicMs: 5 }),
    );
    expect([heardUtcMs, timeSource]).toEqual([undefined, "unsynced"]);
    expect(ageMs, "a replay, surely").toBeGreaterThan(2_000);
  });

  test("a reboot after a right stamp costs nothing; a clock that has gone back since never makes it live", () => {
    const after = nowAt(HOUR_MS, { kernelBootId: "f".repeat(32), monotonicMs: 5 });
    expect(told({}, after)).toEqual({ heardUtcMs: NOON, timeSource: "ntp", ageMs: HOUR_MS });
    const back = { ...after, wallMs: NOON - HOUR_MS };
    expect(isReplay(heardOf().frame, back)).toBe(true);
  });

  test("the forwarder's own stamp counts with a right clock only", () => {
    const rxpk = { ...DATA, time: "2026-01-01T11:59:59.900000Z" };
    expect(told({}, nowAt(HOUR_MS), rxpk).heardUtcMs).toBe(NOON - 100);
    const wrong = { clockState: "unsynchronised", arrivedWallMs: 90_000 } as const;
    expect(told(wrong, nowAt(0, { kernelBootId: "f".repeat(32) }), rxpk).heardUtcMs).toBeUndefined();
  });
});

describe("live or replayed", () => {
  test("older than two seconds when sent, or held back by its forwarder", () => {
    expect(isReplay(heardOf().frame, nowAt(2_000))).toBe(false);
    expect(isReplay(heardOf().frame, nowAt(2_001))).toBe(true);
    expect(isReplay(heardOf({ ageAtArrivalMs: 1_500 }).frame, nowAt(501))).toBe(true);
    expect(isReplay(heardOf({ delayed: true }).frame, nowAt(0))).toBe(true);
  });
});

describe("a join", () => {
  test("has five seconds less the round trip and 300 ms, counted from when it was heard", () => {
    const left = (frame: Partial<Frame>, sinceMs: number, roundTripMs: number) =>
      lifeLeftMs(heardOf(frame, JOIN), nowAt(sinceMs), () => roundTripMs);
    expect(left({}, 0, 0)).toBe(4_700);
    expect(left({ ageAtArrivalMs: 1_000 }, 500, 200)).toBe(3_000);
    expect(left({}, 4_699, 0)).toBe(1);
    expect(left({}, 4_700, 0)).toBe(0);
    expect(left({ delayed: true }, 0, 0)).toBe(0);
    expect(lifeLeftMs(heardOf(), nowAt(0), () => 0)).toBeUndefined();
  });

  test("is dead after a reboot, whatever the clock says now", () => {
    const now = nowAt(0, { kernelBootId: "f".repeat(32), wallMs: NOON - HOUR_MS });
    expect(lifeLeftMs(heardOf({}, JOIN), now, () => 0)).toBe(0);
  });
});
