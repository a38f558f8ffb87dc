import { describe, expect, test } from "vitest";
import { type DownlinkMoment, judge, type TimedItem } from "../../../agent/downlink/freshness.ts";
import type { DownlinkTiming } from "../../../agent/north/core.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { contextHeard, delay, type Heard, IMMEDIATELY, itemOf, SESSION } from "./given.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const WRAP_US = 2 ** 32;
const WRAP_MS = WRAP_US / 1_000;

/** Judges the answer to an uplink that is so old. */
function judgeAnswer(
  ageMs: number,
  delayMs: number,
  heard: Partial<Heard> = {},
  session: number | undefined = SESSION,
) {
  const clock = new WorldClock(Date.UTC(2026, 0, 1), 10 * MINUTE_MS);
  const context = contextHeard(clock, heard);
  const moment: DownlinkMoment = {
    monotonicMs: clock.monotonicMs() + ageMs,
    kernelBootId: clock.kernelBootId(),
    gpsMs: undefined,
    gpsFloorMs: 0,
  };
  const arrival = { arrivedMonotonicMs: moment.monotonicMs, unansweredMs: 0 };
  return judge(itemOf({ timing: delay(delayMs), context }), arrival, moment, () => session);
}

describe("the answer to an uplink", () => {
  test.each([
    ["at once", 0, 1_000],
    ["with 50 ms left", 950, 1_000],
    ["RX2 when RX1 is over", 1_500, 2_000],
    ["a join-accept", 4_950, 5_000],
    ["with the longest RX1 delay", 14_950, 15_000],
  ])("is fresh %s", (_name, ageMs, delayMs) => {
    expect(judgeAnswer(ageMs, delayMs)).toMatchObject({ ok: true });
  });

  test.each([
    ["with 49 ms left", 951, 1_000],
    ["at the moment itself", 1_000, 1_000],
    ["an hour later", 60 * MINUTE_MS, 1_000],
    ["when the delay is zero", 0, 0],
    ["when the delay is negative", 0, -1_000],
    ["when the delay is no number", 0, Number.NaN],
  ])("is too late %s", (_name, ageMs, delayMs) => {
    expect(judgeAnswer(ageMs, delayMs)).toEqual({ ok: false, status: "TOO_LATE", reason: "age" });
  });

  // The forwarder takes an answer whose moment, modulo 2^32 us, is 42.5 ms to 512 s ahead of its counter.
  const trapFromMs = WRAP_MS - 512_000 + 1_000;
  const trapUntilMs = WRAP_MS - 42.5 + 1_000;
  test("the trap of the wrap is where the facts say: 63 min 4 s to 71 min 36 s", () => {
    expect(Math.round(trapFromMs / SECOND_MS)).toBe(63 * 60 + 4);
    expect(Math.round(trapUntilMs / SECOND_MS)).toBe(71 * 60 + 36);
  });
  test.each(
    [0, 1, 2, 19].flatMap((wraps) =>
      [
        trapFromMs - 1,
        trapFromMs,
        trapFromMs + 1,
        (trapFromMs + trapUntilMs) / 2,
        WRAP_MS,
        trapUntilMs - 1,
        trapUntilMs,
        trapUntilMs + 1,
      ].map((ageMs) => [Math.round(ageMs + wraps * WRAP_MS)]),
    ),
  )("%d ms old, when a forwarder could take it for fresh, is too late", (ageMs) => {
    expect(judgeAnswer(ageMs, 1_000)).toMatchObject({ ok: false, status: "TOO_LATE" });
  });

  test.each<[string, Partial<Heard>, number | undefined, string]>([
    ["the concentrator restarted since", { concentratorSession: SESSION - 1 }, SESSION, "otherSession"],
    ["no session is known yet", {}, undefined, "otherSession"],
    ["the kernel booted since", { kernelBootId: "f".repeat(32) }, SESSION, "otherBoot"],
    ["its forwarder had held the uplink back", { delayed: true }, SESSION, "delayed"],
    ["the uplink is from the future", { heardMonotonicMs: 10 * MINUTE_MS + 2 }, SESSION, "fromFuture"],
  ])("is too late when %s", (_name, heard, session, reason) => {
    // Not by a default parameter: undefined is the point.
    const judged = session === undefined ? judgeWithoutSession() : judgeAnswer(0, 1_000, heard, session);
    expect(judged).toEqual({ ok: false, status: "TOO_LATE", reason });
  });

  function judgeWithoutSession() {
    const clock = new WorldClock();
    const item = itemOf({ timing: delay(1_000), context: contextHeard(clock) });
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    return judge(item, arrival, momentOf(clock), () => undefined);
  }

  test("an uplink whose time was rounded up is not from the future", () => {
    expect(judgeAnswer(0, 1_000, { heardMonotonicMs: 10 * MINUTE_MS + 1 })).toMatchObject({ ok: true });
  });

  test.each([
    ["an empty context", Buffer.alloc(0), "noContext"],
    ["ChirpStack's own four octets", Buffer.from("00000001", "hex"), "foreignContext"],
    ["another version of ours", Buffer.alloc(26, 0x09), "foreignContext"],
    ["a long one", Buffer.alloc(300), "foreignContext"],
  ])("is too late with %s", (_name, context, reason) => {
    const clock = new WorldClock();
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    const judged = judge(itemOf({ timing: delay(1_000), context }), arrival, momentOf(clock), () => SESSION);
    expect(judged).toEqual({ ok: false, status: "TOO_LATE", reason });
  });

  test.each([
    [1_000_000, 1_000, 2_000_000],
    [WRAP_US - 1_000_000, 1_000, 0],
    [WRAP_US - 1_000_000, 1_001, 1_000],
    [WRAP_US - 1, 5_000, 4_999_999],
    [0, 2_000, 2_000_000],
  ])("to tmst %d after %d ms goes out at tmst %d", (tmstUs, delayMs, expectedUs) => {
    expect(judgeAnswer(0, delayMs, { tmstUs })).toMatchObject({ at: { kind: "tmst", tmstUs: expectedUs } });
  });

  test("is too early 512 s ahead, where the counter would wrap into another meaning", () => {
    expect(judgeAnswer(0, 512_000)).toMatchObject({ ok: true });
    expect(judgeAnswer(0, 512_001)).toEqual({ ok: false, status: "TOO_EARLY", reason: "tooFarAhead" });
    expect(judgeAnswer(0, WRAP_MS + 1_000)).toMatchObject({ ok: false, status: "TOO_EARLY" });
  });

  test("goes out on the board that heard the uplink, whose session is asked for", () => {
    const clock = new WorldClock();
    const context = contextHeard(clock, { board: 3, antenna: 1 });
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    const item = itemOf({ timing: delay(1_000), context, board: 0, antenna: 0 });
    const sessionOf = (board: number) => (board === 3 ? SESSION : undefined);
    const judged = judge(item, arrival, momentOf(clock), sessionOf);
    expect(judged).toMatchObject({ ok: true, board: 3, antenna: 1 });
  });

  test("does not care how long the connection was silent: its context tells its age", () => {
    const clock = new WorldClock();
    const item = itemOf({ timing: delay(1_000), context: contextHeard(clock) });
    const arrival = { arrivedMonotonicMs: clock.monotonicMs() - 60_000, unansweredMs: 60_000 };
    expect(judge(item, arrival, momentOf(clock), () => SESSION)).toMatchObject({ ok: true });
  });
});

describe.each<[string, DownlinkTiming]>([
  ["at once (class C)", IMMEDIATELY],
  ["at a GPS time (class B)", { kind: "gpsEpoch", gpsMs: 1_451_000_000_000 }],
])("a downlink %s", (_name, timing) => {
  const judgeUntimed = (context: Buffer, waitedMs: number, unansweredMs: number) => {
    const clock = new WorldClock();
    const arrival = { arrivedMonotonicMs: clock.monotonicMs() - waitedMs, unansweredMs };
    return judge(
      itemOf({ timing, context, board: 2, antenna: 1 }),
      arrival,
      momentOf(clock),
      () => undefined,
    );
  };

  test.each([
    ["no context", () => Buffer.alloc(0)],
    ["a foreign context", () => Buffer.from("0102", "hex")],
    [
      "the context of an uplink days before, of another boot and session",
      () =>
        contextHeard(new WorldClock(), {
          heardMonotonicMs: -3 * 86_400_000,
          kernelBootId: "e".repeat(32),
          concentratorSession: 1,
          delayed: true,
        }),
    ],
  ])("goes out with %s, on the board it names", (_context, context) => {
    expect(judgeUntimed(context(), 0, 0)).toMatchObject({ ok: true, board: 2, antenna: 1 });
  });

  test("is too late when it has waited in the agent for more than 2 s", () => {
    expect(judgeUntimed(Buffer.alloc(0), 2_000, 0)).toMatchObject({ ok: true });
    expect(judgeUntimed(Buffer.alloc(0), 2_001, 0)).toEqual({
      ok: false,
      status: "TOO_LATE",
      reason: "waitedHere",
    });
  });

  test("is too late when the connection it came by had been silent for more than 5 s", () => {
    expect(judgeUntimed(Buffer.alloc(0), 0, 5_000)).toMatchObject({ ok: true });
    expect(judgeUntimed(Buffer.alloc(0), 0, 5_001)).toEqual({
      ok: false,
      status: "TOO_LATE",
      reason: "silentConnection",
    });
  });
});

describe("a GPS time", () => {
  const GPS_NOW_MS = 1_451_000_000_000;
  const judgeGps = (aheadMs: number, gpsMs: number | undefined = GPS_NOW_MS) => {
    const clock = new WorldClock();
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    const item: TimedItem = itemOf({ timing: { kind: "gpsEpoch", gpsMs: GPS_NOW_MS + aheadMs } as const });
    return judge(item, arrival, { ...momentOf(clock), gpsMs }, () => undefined);
  };

  test("is handed to the forwarder as it is", () => {
    expect(judgeGps(2_000)).toMatchObject({ at: { kind: "tmms", tmmsMs: GPS_NOW_MS + 2_000 } });
  });

  test("that has passed is too late, also where the forwarder's counter wraps", () => {
    expect(judgeGps(-10_001)).toEqual({ ok: false, status: "TOO_LATE", reason: "gpsTimePassed" });
    expect(judgeGps(-65 * MINUTE_MS)).toMatchObject({ status: "TOO_LATE" });
    expect(judgeGps(Number.NaN)).toMatchObject({ status: "TOO_LATE" });
  });

  test("too far ahead is too early, before the forwarder's counter wraps", () => {
    expect(judgeGps(522_001)).toEqual({ ok: false, status: "TOO_EARLY", reason: "tooFarAhead" });
  });

  test("within 10 s of either limit is the forwarder's to judge, whose clock is better", () => {
    expect(judgeGps(-10_000)).toMatchObject({ ok: true });
    expect(judgeGps(522_000)).toMatchObject({ ok: true });
  });

  test("is left to the forwarder while our own clock is not to be trusted", () => {
    const clock = new WorldClock();
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    const item = itemOf({ timing: { kind: "gpsEpoch", gpsMs: 5_000 } as const });
    const judged = judge(item, arrival, momentOf(clock), () => undefined);
    expect(judged).toMatchObject({ ok: true, onAirMonotonicMs: undefined });
  });

  test.each([
    ["in 1980", 1, false],
    ["a millisecond before this program was made", GPS_NOW_MS - 1, false],
    ["no number", Number.NaN, false],
    ["when this program was made", GPS_NOW_MS, true],
  ])("%s is judged without a clock, too", (_name, gpsMs, isFresh) => {
    const clock = new WorldClock();
    const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
    const item = itemOf({ timing: { kind: "gpsEpoch", gpsMs } as const });
    const moment = { ...momentOf(clock), gpsFloorMs: GPS_NOW_MS };
    const tooLate = { ok: false, status: "TOO_LATE", reason: "gpsTimePassed" };
    expect(judge(item, arrival, moment, () => undefined)).toMatchObject(isFresh ? { ok: true } : tooLate);
  });
});

function momentOf(clock: WorldClock): DownlinkMoment {
  return {
    monotonicMs: clock.monotonicMs(),
    kernelBootId: clock.kernelBootId(),
    gpsMs: undefined,
    gpsFloorMs: 0,
  };
}
