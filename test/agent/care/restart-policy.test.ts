/** How often a forwarder may be restarted, whatever becomes of the clock, the process and the box meanwhile. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ageMs,
  COMMAND_PAUSE_MS,
  COMMANDS_PER_DAY_MAX,
  DAY_MS,
  FIRST_PAUSE_MS,
  type Moment,
  mayRestart,
  PAUSE_MS_MAX,
  pauseMs,
  type Restart,
  remembered,
} from "../../../agent/care/restart-policy.ts";

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 22, 12);

function at(minutes: number, more: Partial<Restart> = {}): Restart {
  const monotonicMs = minutes * MINUTE_MS;
  return { kernelBootId: "a", monotonicMs, wallMs: NOON + monotonicMs, trusted: true, by: "care", ...more };
}

describe("a restart by care", () => {
  test("is allowed at once, then after 10, 30 and 90 minutes, and four times a day", () => {
    const done: Restart[] = [];
    const allowedAt: number[] = [];
    for (let minute = 0; minute < 3 * 1_440; minute++) {
      if (!mayRestart(done, "care", at(minute), 4).ok) continue;
      allowedAt.push(minute);
      done.push(at(minute));
    }
    expect(allowedAt.slice(0, 4)).toEqual([0, 10, 40, 130]);
    // The first of them is a day old then; the others count for the pause.
    expect(allowedAt[4]).toBe(1_440);
    expect(allowedAt.filter((minute) => minute < 1_440)).toHaveLength(4);
  });

  test("is refused with the time until it may be asked again", () => {
    expect(mayRestart([at(0)], "care", at(3), 4)).toEqual({
      ok: false,
      fault: "tooSoon",
      waitMs: 7 * MINUTE_MS,
    });
    const four = [0, 10, 40, 130].map((minute) => at(minute));
    expect(mayRestart(four, "care", at(200), 4)).toEqual({
      ok: false,
      fault: "dailyLimit",
      waitMs: DAY_MS - 200 * MINUTE_MS,
    });
    expect(mayRestart([], "care", at(0), 0)).toMatchObject({ ok: false, fault: "dailyLimit" });
  });

  test("minds those that were asked for, and they not it, but one another", () => {
    const asked = at(0, { by: "command" });
    expect(mayRestart([asked], "care", at(5), 4)).toMatchObject({ fault: "tooSoon" });
    expect(mayRestart([at(0)], "command", at(0), 4)).toEqual({ ok: true });
    expect(mayRestart([asked], "command", at(0), 4)).toEqual({
      ok: false,
      fault: "tooSoon",
      waitMs: COMMAND_PAUSE_MS,
    });
    const many = Array.from({ length: COMMANDS_PER_DAY_MAX }, (_, n) => at(n, { by: "command" }));
    expect(mayRestart(many, "command", at(100), 4)).toMatchObject({ fault: "dailyLimit" });
    expect(mayRestart(many.slice(1), "command", at(100), 4)).toEqual({ ok: true });
  });

  test("pauses grow three times each, to six hours", () => {
    expect([1, 2, 3, 4, 5, 50].map(pauseMs)).toEqual([
      FIRST_PAUSE_MS,
      3 * FIRST_PAUSE_MS,
      9 * FIRST_PAUSE_MS,
      27 * FIRST_PAUSE_MS,
      PAUSE_MS_MAX,
      PAUSE_MS_MAX,
    ]);
  });
});

describe("the age of a restart of another boot", () => {
  const before = at(600);
  const now = (more: Partial<Moment>): Moment => ({ ...at(2), kernelBootId: "b", ...more });

  test("is a difference of wall times where both were right", () => {
    expect(ageMs(before, now({ wallMs: before.wallMs + 5 * MINUTE_MS }))).toBe(5 * MINUTE_MS);
  });

  test("is that of this boot where either was not, or they contradict each other", () => {
    const later = before.wallMs + DAY_MS;
    expect(ageMs(before, now({ wallMs: later, trusted: false }))).toBe(2 * MINUTE_MS);
    expect(ageMs({ ...before, trusted: false }, now({ wallMs: later }))).toBe(2 * MINUTE_MS);
    expect(ageMs(before, now({ wallMs: before.wallMs - DAY_MS }))).toBe(2 * MINUTE_MS);
  });
});

/**
 * Goal: never more restarts than allowed in any 24 hours of true time, never closer than the pause.
 * Method: a box that reboots, loses its clock to 1970 and gets it back, and asks for a restart all the time.
 */
test("whatever the box does, no day has more than its share and no pause is shorter than its plan", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 300 }) }) },
    { weight: 1, arbitrary: fc.record({ reboot: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ clock: fc.boolean() }) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 10, maxLength: 200 }),
      fc.integer({ min: 1, max: 6 }),
      (steps, perDay) => {
        let trueMs = NOON;
        let bootMs = NOON - MINUTE_MS;
        let boots = 0;
        let trusted = true;
        let done: Restart[] = [];
        const doneAtMs: number[] = [];
        for (const one of steps) {
          if ("wait" in one) trueMs += one.wait * MINUTE_MS;
          else if ("reboot" in one) {
            boots += 1;
            bootMs = trueMs;
            trusted &&= one.reboot;
          } else trusted = one.clock;
          const now: Restart = {
            kernelBootId: `boot ${boots}`,
            monotonicMs: trueMs - bootMs,
            wallMs: trusted ? trueMs : trueMs - bootMs,
            trusted,
            by: "care",
          };
          if (!mayRestart(done, "care", now, perDay).ok) continue;
          done = remembered([...done, now], now, 64);
          doneAtMs.push(trueMs);
        }
        doneAtMs.forEach((ms, index) => {
          const ofDay = doneAtMs.filter((other) => other <= ms && ms - other < DAY_MS);
          expect(ofDay.length).toBeLessThanOrEqual(perDay);
          if (index > 0) {
            const before = doneAtMs.filter((other) => other < ms && ms - other < DAY_MS);
            if (before.length > 0) {
              expect(ms - doneAtMs[index - 1]!).toBeGreaterThanOrEqual(pauseMs(before.length));
            }
          }
        });
      },
    ),
    { numRuns: 300 },
  );
});
