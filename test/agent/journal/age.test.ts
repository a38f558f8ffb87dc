import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClockState } from "../../../agent/frame/frame.ts";
import { type Arrived, ageOf, DARK_MS_MAX, type Moment, VOUCHED } from "../../../agent/journal/age.ts";

const HOUR_MS = 3_600_000;
const HEARD_MS = Date.UTC(2026, 2, 1);
const BOOT = "a".repeat(32);
const LATER_BOOT = "b".repeat(32);

function arrived(changes: Partial<Arrived> = {}): Arrived {
  return {
    arrivedWallMs: HEARD_MS,
    arrivedMonotonicMs: 5 * HOUR_MS,
    kernelBootId: BOOT,
    clockState: "synchronised",
    ageAtArrivalMs: 0,
    ...changes,
  };
}

type Now = Omit<Moment, "comparable"> & { readonly clockState: ClockState };

function now({ clockState = "synchronised", ...changes }: Partial<Now> = {}): Moment {
  return {
    wallMs: HEARD_MS + 10 * HOUR_MS,
    monotonicMs: HOUR_MS,
    kernelBootId: LATER_BOOT,
    comparable: clockState === "unsynchronised" ? [] : VOUCHED,
    ...changes,
  };
}

describe("the age of a stored frame", () => {
  test("is a monotonic difference within one boot, whatever the wall clock was set to", () => {
    for (const wallMs of [0, HEARD_MS, HEARD_MS + 1e12]) {
      for (const clockState of ["gps", "unsynchronised"] as const) {
        const moment = now({ kernelBootId: BOOT, monotonicMs: 7 * HOUR_MS, wallMs, clockState });
        const age = ageOf(arrived({ clockState: "unsynchronised" }), moment, undefined);
        expect(age).toEqual({ ageMs: 2 * HOUR_MS, sinceArrivalMs: 2 * HOUR_MS, exact: true });
      }
    }
  });

  test("counts what the forwarder had kept it for", () => {
    const frame = arrived({ ageAtArrivalMs: HOUR_MS });
    const moment = now({ kernelBootId: BOOT, monotonicMs: 7 * HOUR_MS });
    expect(ageOf(frame, moment, undefined)).toMatchObject({
      ageMs: 3 * HOUR_MS,
      sinceArrivalMs: 2 * HOUR_MS,
    });
    expect(ageOf(frame, now(), undefined)).toMatchObject({
      ageMs: 11 * HOUR_MS,
      sinceArrivalMs: 10 * HOUR_MS,
    });
  });

  test("is a wall difference across boots, where both moments could be trusted", () => {
    expect(ageOf(arrived(), now(), undefined)).toMatchObject({ ageMs: 10 * HOUR_MS, exact: true });
    expect(ageOf(arrived({ clockState: "unsynchronised" }), now(), undefined)).toMatchObject({
      exact: false,
    });
    expect(ageOf(arrived(), now({ clockState: "unsynchronised" }), undefined)).toMatchObject({
      exact: false,
    });
  });

  test("of a frame heard before the clock was right is told by a later one of the same run", () => {
    const frame = arrived({ clockState: "unsynchronised", arrivedWallMs: 0, arrivedMonotonicMs: HOUR_MS });
    expect(ageOf(frame, now(), arrived())).toMatchObject({ ageMs: 14 * HOUR_MS, exact: true });
    expect(ageOf(frame, now(), arrived({ clockState: "unsynchronised" }))).toMatchObject({ exact: false });
    expect(ageOf(frame, now(), arrived({ kernelBootId: "c".repeat(32) }))).toMatchObject({ exact: false });
  });

  test("of a frame of another boot is at least the time since this one", () => {
    const frame = arrived({ clockState: "unsynchronised" });
    expect(ageOf(frame, now({ monotonicMs: 50 * HOUR_MS }), undefined).ageMs).toBe(50 * HOUR_MS);
    // NTP went back: the wall says that it comes from the future.
    const back = now({ wallMs: HEARD_MS - 100 * HOUR_MS });
    expect(ageOf(arrived(), back, undefined).ageMs).toBe(HOUR_MS);
  });

  test("across boots is told only by those frames whose clock can be compared with the one now", () => {
    const moment = { ...now(), comparable: ["gps"] as const };
    expect(ageOf(arrived({ clockState: "gps" }), moment, undefined)).toMatchObject({ exact: true });
    expect(ageOf(arrived(), moment, undefined)).toMatchObject({ ageMs: HOUR_MS, exact: false });
    expect(ageOf(arrived(), moment, arrived())).toMatchObject({ ageMs: HOUR_MS, exact: false });
  });

  test("across boots is never taken for years: a server that is wrong by ten costs no backlog", () => {
    const at = (sinceMs: number) => ageOf(arrived(), now({ wallMs: HEARD_MS + sinceMs }), undefined);
    expect(at(DARK_MS_MAX)).toMatchObject({ ageMs: DARK_MS_MAX, exact: true });
    const GPS_ROLLOVER_MS = 1_024 * 7 * 24 * HOUR_MS;
    for (const sinceMs of [DARK_MS_MAX + 1, 10 * 8_766 * HOUR_MS, GPS_ROLLOVER_MS])
      expect(at(sinceMs)).toMatchObject({ ageMs: HOUR_MS, exact: false });
  });

  test("is never more than it truly is, whatever an untrusted clock shows", () => {
    const state = fc.constantFrom<ClockState>("gps", "synchronised", "unsynchronised");
    const wall = fc.integer({ min: 0, max: 4e12 });
    const hours = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(
        fc.record({
          state,
          anchorState: state,
          nowState: state,
          wrong: wall,
          wrongNow: wall,
          up: hours,
          off: hours,
          sameBoot: fc.boolean(),
        }),
        ({ state, anchorState, nowState, wrong, wrongNow, up, off, sameBoot }) => {
          const trueMs = (up + off) * HOUR_MS;
          const shown = (is: ClockState, right: number, other: number) =>
            is === "unsynchronised" ? other : right;
          const frame = arrived({ clockState: state, arrivedWallMs: shown(state, HEARD_MS, wrong) });
          // Half an hour after it.
          const anchor = arrived({
            clockState: anchorState,
            arrivedWallMs: shown(anchorState, HEARD_MS + HOUR_MS / 2, wrong),
            arrivedMonotonicMs: 5.5 * HOUR_MS,
          });
          const moment = now({
            clockState: nowState,
            wallMs: shown(nowState, HEARD_MS + trueMs, wrongNow),
            monotonicMs: sameBoot ? 5 * HOUR_MS + trueMs : up * HOUR_MS,
            kernelBootId: sameBoot ? BOOT : LATER_BOOT,
          });
          const { ageMs, exact } = ageOf(frame, moment, anchor);
          expect(ageMs).toBeLessThanOrEqual(trueMs);
          if (exact) expect(ageMs).toBe(trueMs);
        },
      ),
    );
  });
});
