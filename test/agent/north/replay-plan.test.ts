/**
 * Goal: all gateways follow one plan, and none that could hold their frames back for long.
 * Method: the plan's readers and rules by themselves, at their edges; octets from anybody.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueAtMs, RIDE_MS_MAX } from "../../../agent/north/axis.ts";
import {
  AHEAD_MS_MAX,
  AXIS_MS_MAX,
  axisLengthMs,
  boundaryPlan,
  caughtUpAtMs,
  faultOf,
  kOf,
  OUTAGE_MS_MAX,
  OVER_MS_MAX,
  PLAN_OCTETS_MAX,
  proposedPlan,
  type ReplayPlan,
  readReplayPlan,
  winsOver,
  writeReplayPlan,
} from "../../../agent/north/replay-plan.ts";
import { fits } from "../config/json-schema.ts";

const HOUR_MS = 3_600_000;
const T0 = Date.UTC(2026, 0, 2, 3, 5);
const PLAN: ReplayPlan = { t0Ms: T0, tFromMs: T0 - 24 * HOUR_MS, k: 300, by: "operator", ratePerS: 40 };
const SCHEMA = JSON.parse(
  readFileSync(
    join(import.meta.dirname, "..", "..", "..", "agent", "north", "replay-plan.schema.json"),
    "utf8",
  ),
);

const said = (changes: object): Buffer =>
  Buffer.from(JSON.stringify({ ...JSON.parse(writeReplayPlan(PLAN).toString()), ...changes }));
const faultIn = (payload: Buffer): string => {
  const read = readReplayPlan(payload);
  return read.ok ? "none" : read.fault;
};

describe("the message", () => {
  test("reads back as it was written, and is what the schema says", () => {
    expect(readReplayPlan(writeReplayPlan(PLAN))).toEqual({ ok: true, value: PLAN });
    expect(fits(JSON.parse(writeReplayPlan(PLAN).toString()), SCHEMA)).toBe(true);
    const proposed = proposedPlan(T0 - HOUR_MS, T0, "7276ff002e062701");
    expect(fits(JSON.parse(writeReplayPlan(proposed).toString()), SCHEMA)).toBe(true);
  });

  test("as an operator would write it, without what may be absent", () => {
    const read = readReplayPlan(
      Buffer.from(
        '{"version":1,"t0":"2026-01-02T03:05:00Z","tFrom":"2026-01-01T03:05:00Z","k":300,"note":"x"}',
      ),
    );
    expect(read).toEqual({ ok: true, value: { ...PLAN, by: "", ratePerS: undefined } });
  });

  test.each([
    [{ version: 2 }, "badVersion"],
    [{ t0: T0 }, "badTime"],
    [{ t0: "2026-01-02 03:05:00Z" }, "badTime"],
    [{ t0: "2026-01-02T03:05:00+01:00" }, "badTime"],
    [{ tFrom: "2026-02-30T03:05:00Z" }, "badTime"],
    [{ k: 0 }, "badK"],
    [{ k: 299 }, "badK"],
    [{ k: "300" }, "badK"],
    [{ by: 7 }, "badBy"],
    [{ by: "x".repeat(65) }, "badBy"],
    [{ ratePerS: 0 }, "badRate"],
    [{ ratePerS: 10_001 }, "badRate"],
    [{ ratePerS: 1.5 }, "badRate"],
    [{ tFrom: "2026-01-02T03:04:01Z" }, "outageTooShort"],
    [{ tFrom: "2026-01-03T03:05:00Z" }, "outageTooShort"],
    [{ tFrom: "2025-12-01T03:05:00Z" }, "axisTooLong"],
    [{ tFrom: "2025-12-30T03:05:00Z", k: 60 }, "axisTooLong"],
  ])("with %o is refused: %s", (changes, fault) => {
    expect(faultIn(said(changes))).toBe(fault);
  });

  test("is refused beyond so many octets, and what is no object is no plan", () => {
    const padded = (octets: number): Buffer =>
      Buffer.concat([writeReplayPlan(PLAN), Buffer.alloc(octets - writeReplayPlan(PLAN).length, " ")]);
    expect(faultIn(padded(PLAN_OCTETS_MAX))).toBe("none");
    expect(faultIn(padded(PLAN_OCTETS_MAX + 1))).toBe("tooLong");
    for (const text of ["", "null", "7", "{", "[1]"]) {
      expect(["notJson", "badVersion"], text).toContain(faultIn(Buffer.from(text)));
    }
  });

  test("whatever stands there, reading never throws, and what is read never holds a frame for long", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets)),
      fc.record({ t0: fc.string(), k: fc.anything(), tFrom: fc.anything(), by: fc.anything() }).map(said),
      fc
        .record({ t0: fc.date(), tFrom: fc.date(), k: fc.constantFrom(60, 150, 300) })
        .filter(({ t0, tFrom }) => !Number.isNaN(t0.getTime() + tFrom.getTime()))
        .map(said),
    );
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 4e12 }), (payload, nowMs) => {
        const read = readReplayPlan(payload);
        if (!read.ok || faultOf(read.value, nowMs) !== undefined) return;
        expect(caughtUpAtMs(read.value) - nowMs).toBeLessThanOrEqual(AHEAD_MS_MAX + AXIS_MS_MAX);
      }),
    );
  });
});

describe("when it may be followed", () => {
  test("up to a quarter of an hour ahead, and for as long after it has caught up", () => {
    expect(faultOf(PLAN, T0 - AHEAD_MS_MAX)).toBeUndefined();
    expect(faultOf(PLAN, T0 - AHEAD_MS_MAX - 1)).toBe("tooFarAhead");
    expect(faultOf(PLAN, caughtUpAtMs(PLAN) + OVER_MS_MAX)).toBeUndefined();
    expect(faultOf(PLAN, caughtUpAtMs(PLAN) + OVER_MS_MAX + 1)).toBe("over");
  });

  test("of several the earliest wins with everybody, and one does not win over itself", () => {
    const plans = [0, 1, 2].flatMap((s) =>
      [0, 1].map((m): ReplayPlan => ({ ...PLAN, t0Ms: T0 + s * 1e3, tFromMs: PLAN.tFromMs + m * 60_000 })),
    );
    for (const plan of plans) {
      expect(winsOver(plan, { ...plan, by: "another" })).toBe(false);
      for (const other of plans) {
        if (plan !== other) expect(winsOver(plan, other)).toBe(!winsOver(other, plan));
        if (plan.t0Ms < other.t0Ms) expect(winsOver(plan, other)).toBe(true);
      }
    }
  });
});

describe("how fast", () => {
  test("60 up to 10 h, 150 up to 24 h, 300 beyond: some ten minutes whatever the outage", () => {
    expect([kOf(60_001), kOf(10 * HOUR_MS), kOf(10 * HOUR_MS + 1)]).toEqual([60, 60, 150]);
    expect([kOf(24 * HOUR_MS), kOf(24 * HOUR_MS + 1), kOf(48 * HOUR_MS)]).toEqual([150, 300, 300]);
    for (let hours = 1; hours <= 48; hours++) {
      const plan = proposedPlan(T0 - hours * HOUR_MS, T0, "");
      expect(axisLengthMs(plan), `${hours} h`).toBeLessThan(11 * 60_000);
    }
  });

  test("an outage of months is replayed like one of a week: what is older goes lane by lane", () => {
    const plan = boundaryPlan(T0 - 90 * 24 * HOUR_MS, T0);
    expect(plan.t0Ms - plan.tFromMs).toBe(OUTAGE_MS_MAX);
    expect(readReplayPlan(writeReplayPlan(plan)).ok).toBe(true);
    expect(dueAtMs(plan, T0 - 89 * 24 * HOUR_MS)).toBeLessThan(plan.t0Ms);
  });

  test("boundaries are those that others choose who lost and found the core in the same five minutes", () => {
    const plan = boundaryPlan(T0 - 5 * HOUR_MS + 1, T0 + 1);
    expect(plan).toEqual(boundaryPlan(T0 - 5 * HOUR_MS + 299_999, T0 + 300_000));
    expect(plan).toMatchObject({ t0Ms: T0 + 300_000, tFromMs: T0 - 5 * HOUR_MS, k: 60 });
    expect(boundaryPlan(T0 - 5 * HOUR_MS, T0).t0Ms).toBe(T0);
  });

  test("every plan that is made here may be followed by those who hear of it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60_001, max: 4e10 }),
        fc.integer({ min: 1.7e12, max: 2e12 }),
        (outageMs, nowMs) => {
          for (const plan of [
            proposedPlan(nowMs - outageMs, nowMs, "x"),
            boundaryPlan(nowMs - outageMs, nowMs),
          ]) {
            expect(readReplayPlan(writeReplayPlan(plan))).toEqual({ ok: true, value: plan });
            expect(faultOf(plan, nowMs)).toBeUndefined();
          }
        },
      ),
    );
  });
});

describe("the axis", () => {
  test("what was heard first is due first, and what was heard when the outage began is due at t0", () => {
    expect(dueAtMs(PLAN, PLAN.tFromMs)).toBe(T0);
    expect(dueAtMs(PLAN, PLAN.tFromMs + HOUR_MS)).toBe(T0 + 12_000);
    expect(dueAtMs(PLAN, PLAN.tFromMs - HOUR_MS)).toBe(T0 - 12_000);
  });

  test("a live frame is held ever less, and not at all once the axis has caught up", () => {
    const heldMs = (heardMs: number): number => dueAtMs(PLAN, heardMs) - heardMs;
    expect(heldMs(T0)).toBe(288_000);
    expect(heldMs(T0 + 120_000)).toBeCloseTo(168_400, 0);
    expect(heldMs(caughtUpAtMs(PLAN))).toBeCloseTo(0, 3);
    expect(heldMs(caughtUpAtMs(PLAN) + 1_000)).toBeLessThan(0);
  });

  test("two frames keep their order, on every axis of no more than three days' outage", () => {
    const outage = fc.integer({ min: 60_001, max: 3 * 24 * HOUR_MS });
    const twoTimes = fc.tuple(
      fc.double({ min: -0.2, max: 1.2, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(outage, twoTimes, (outageMs, [at, later]) => {
        const plan = proposedPlan(T0 - outageMs, T0, "");
        const heardMs = plan.tFromMs + at * outageMs;
        expect(dueAtMs(plan, heardMs + later * outageMs)).toBeGreaterThanOrEqual(dueAtMs(plan, heardMs));
      }),
    );
  });

  test("no live frame is held for more than a quarter of an hour, on the longest axis there may be", () => {
    const longest = { ...PLAN, tFromMs: T0 - AXIS_MS_MAX * 59, k: 60 };
    expect(readReplayPlan(writeReplayPlan(longest)).ok).toBe(true);
    for (let atMs = T0; atMs < T0 + AXIS_MS_MAX; atMs += 60_000) {
      expect(dueAtMs(longest, atMs) - atMs).toBeLessThanOrEqual(RIDE_MS_MAX);
    }
    expect(dueAtMs(longest, T0) - T0).toBe(RIDE_MS_MAX);
  });
});
