import { describe, expect, test } from "vitest";
import { HISTORY_DAYS_MIN, type Hours, openHours } from "../../../../agent/health/alarms/hours.ts";
import { ALARM_TIMES } from "../../../../agent/health/alarms/rules.ts";
import { WorldRng } from "../../../../simulator/world/rng.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS = 60_000;
const MIDNIGHT = Date.UTC(2026, 10, 22);

/** A gateway that hears frames by a rate, and what it thinks of each hour. */
class Listener {
  readonly hours: Hours;
  nowMs = 0;
  frames = 0;
  /** Hours since the start at which fewer were found. */
  readonly bad: number[] = [];
  #rest = 0;

  constructor(hours = openHours()) {
    this.hours = hours;
    this.#look(true, true);
  }

  /** @param framesOf how many come in the minute that begins then. */
  listen(forMs: number, framesOf: (ms: number) => number, { watched = true, trusted = true } = {}): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; ) {
      this.#rest += framesOf(this.nowMs);
      const whole = Math.floor(this.#rest);
      this.#rest -= whole;
      this.frames += whole;
      this.nowMs += STEP_MS;
      this.#look(watched, trusted);
      if (this.nowMs % HOUR_MS === 0 && this.hours.verdict().verdict === "bad")
        this.bad.push(this.nowMs / HOUR_MS);
    }
  }

  /** Frames an hour that are expected at each hour of the day, the least of it and those beside it. */
  get expected(): number[] {
    const { history } = JSON.parse(this.hours.write()) as { history: number[][] };
    return history.map((counts) => counts.toSorted((one, other) => one - other)[counts.length >> 1]!);
  }

  get verdict(): string {
    return this.hours.verdict().verdict;
  }

  #look(isWatched: boolean, trusted: boolean): void {
    const { nowMs, frames } = this;
    this.hours.look({ utcMs: trusted ? MIDNIGHT + nowMs : undefined, monotonicMs: nowMs, frames, isWatched });
  }
}

/** Frames of a minute. */
const perHour = (frames: number) => () => frames / 60;
const NOTHING = () => 0;

/** Meters that report at their own fixed time, some at the same, with a jitter, each reading heard with a chance. */
function fleet(
  seed: number,
  meters: number,
  intervalMs: number,
  sharedShare: number,
): (ms: number) => number {
  const rng = new WorldRng(seed).stream("fleet");
  const byMinute = new Map<number, number>();
  const shared = rng.unit() * intervalMs;
  for (let meter = 0; meter < meters; meter++) {
    const phaseMs = rng.unit() < sharedShare ? shared : rng.unit() * intervalMs;
    const driftPpm = (rng.unit() - 0.5) * 100;
    for (let ms = phaseMs; ms < 40 * DAY_MS; ms += intervalMs * (1 + driftPpm / 1e6)) {
      if (rng.unit() > 0.9) continue;
      const minute = Math.floor((ms + rng.unit() * 600_000) / STEP_MS);
      byMinute.set(minute, (byMinute.get(minute) ?? 0) + 1);
    }
  }
  return (ms) => byMinute.get(Math.floor(ms / STEP_MS)) ?? 0;
}

describe("fewer frames than at this hour on other days", () => {
  test("says nothing before there are three days of history", () => {
    const gateway = new Listener();
    gateway.listen(HISTORY_DAYS_MIN * DAY_MS, perHour(100));
    gateway.listen(DAY_MS, NOTHING);
    const early = new Listener();
    early.listen((HISTORY_DAYS_MIN - 1) * DAY_MS, perHour(100));
    early.listen(DAY_MS - HOUR_MS, NOTHING);
    expect(gateway.bad.length).toBeGreaterThan(0);
    expect(early.bad).toEqual([]);
  });

  test.each([20, 30, 100, 2_000])(
    "with %i frames an hour, silence is told within the time stated",
    (rate) => {
      const gateway = new Listener();
      gateway.listen(7 * DAY_MS + 40 * 60_000, perHour(rate));
      const fromMs = gateway.nowMs;
      gateway.listen(12 * HOUR_MS, NOTHING);
      expect(gateway.bad[0]! * HOUR_MS - fromMs).toBeLessThanOrEqual(ALARM_TIMES.fewerFrames.appearsWithinMs);
      const untilMs = gateway.nowMs;
      gateway.listen(12 * HOUR_MS, perHour(rate));
      expect(gateway.bad.at(-1)! * HOUR_MS - untilMs).toBeLessThan(ALARM_TIMES.fewerFrames.clearsWithinMs);
      expect(gateway.verdict).toBe("good");
    },
  );

  test("thirty frames a day are enough to tell a day of silence", () => {
    const gateway = new Listener();
    gateway.listen(7 * DAY_MS, perHour(30 / 24 + 0.001));
    gateway.listen(26 * HOUR_MS, NOTHING);
    expect(gateway.bad.length).toBeGreaterThan(0);
  });

  test("a handful of frames a day is never judged by its number", () => {
    const gateway = new Listener();
    gateway.listen(7 * DAY_MS, perHour(0.5));
    gateway.listen(7 * DAY_MS, NOTHING);
    expect(gateway.bad).toEqual([]);
  });

  test("meters that all report at one time may drift over the border of an hour", () => {
    const gateway = new Listener();
    const together = (minute: number) => (ms: number) => (ms % (4 * HOUR_MS) === minute * 60_000 ? 200 : 0.5);
    gateway.listen(7 * DAY_MS, together(50));
    gateway.listen(2 * DAY_MS, together(70));
    expect(gateway.bad).toEqual([]);
  });

  test("half of a thousand meters gone are told within a day, a third is not fewer", () => {
    const gateway = new Listener();
    gateway.listen(7 * DAY_MS, perHour(1_000));
    gateway.listen(DAY_MS, perHour(660));
    expect(gateway.bad).toEqual([]);
    gateway.listen(DAY_MS, perHour(490));
    expect(gateway.bad.length).toBeGreaterThan(0);
  });

  test("a loss in part of a small gateway is told within two days", () => {
    const gateway = new Listener();
    gateway.listen(7 * DAY_MS, perHour(20));
    gateway.listen(2 * DAY_MS, perHour(8));
    expect(gateway.bad.length).toBeGreaterThan(0);
  });

  test("hours that were not listened to say nothing, and are no history", () => {
    const gateway = new Listener();
    gateway.listen(7 * DAY_MS, perHour(100));
    gateway.listen(DAY_MS, NOTHING, { watched: false });
    gateway.listen(DAY_MS, NOTHING, { trusted: false });
    expect(gateway.bad).toEqual([]);
    const { history } = JSON.parse(gateway.hours.write()) as { history: number[][] };
    expect(history.every((counts) => counts.every((count) => count > 0))).toBe(true);
  });

  test.each([
    ["silence", 100, 0],
    ["the loss of three in five frames", 100, 40],
    ["silence where there is little to hear", 3, 0],
  ])("%s does not become what is usual, and its end is seen at once", (_what, usual, left) => {
    const gateway = new Listener();
    gateway.listen(14 * DAY_MS, perHour(usual));
    gateway.listen(26 * DAY_MS, perHour(left));
    expect(gateway.verdict).toBe("bad");
    const daysBad = gateway.bad.length / 24;
    expect(daysBad).toBeGreaterThan(24.5);
    gateway.listen(DAY_MS + HOUR_MS, perHour(usual));
    expect(gateway.verdict).toBe("good");
    expect(Math.min(...gateway.expected)).toBe(usual);
  });

  test("nor do the better hours of a bad day, which could pass alone", () => {
    const gateway = new Listener();
    gateway.listen(14 * DAY_MS, perHour(150));
    gateway.listen(26 * DAY_MS, (ms) => (Math.floor(ms / HOUR_MS) % 2 === 0 ? 40 : 80) / 60);
    expect(gateway.bad.filter((hour) => hour > 39 * 24)).toHaveLength(12);
    expect(Math.min(...gateway.expected)).toBe(150);
  });

  test.each([0, 40])(
    "but meters do go: a month after the fall from 100 frames to %i, that is usual",
    (left) => {
      const gateway = new Listener();
      gateway.listen(14 * DAY_MS, perHour(100));
      const fromMs = gateway.nowMs;
      gateway.listen(32 * DAY_MS, perHour(left));
      expect(gateway.verdict).toBe("unknown");
      expect(gateway.bad.at(-1)! * HOUR_MS - fromMs).toBeGreaterThan(29.9 * DAY_MS);
      gateway.listen(3 * DAY_MS, perHour(left));
      expect(gateway.verdict).toBe("good");
      gateway.listen(10 * DAY_MS, perHour(100));
      gateway.listen(6 * HOUR_MS, NOTHING);
      expect(gateway.verdict).toBe("bad");
    },
  );

  test("the month goes on over restarts, and begins anew with the next fault", () => {
    const before = new Listener();
    before.listen(14 * DAY_MS, perHour(100));
    before.listen(20 * DAY_MS, NOTHING);
    const hours = openHours();
    hours.read(before.hours.write());
    const after = new Listener(hours);
    after.listen(9 * DAY_MS, NOTHING);
    expect(after.verdict).toBe("bad");
    after.listen(2 * DAY_MS, NOTHING);
    expect(after.verdict).toBe("unknown");

    const healed = new Listener();
    healed.listen(14 * DAY_MS, perHour(100));
    for (let fault = 0; fault < 3; fault++) {
      healed.listen(20 * DAY_MS, NOTHING);
      expect(healed.verdict).toBe("bad");
      healed.listen(3 * DAY_MS, perHour(100));
      expect(healed.verdict).toBe("good");
    }
  });

  test("a history of before, without the count of hours left out, is read", () => {
    const hours = openHours();
    hours.read(JSON.stringify(Array.from({ length: 24 }, () => [100, 100, 100])));
    const gateway = new Listener(hours);
    gateway.listen(2 * HOUR_MS, NOTHING);
    expect(gateway.verdict).toBe("bad");
  });

  test("a restart keeps the history, and waits for its first whole hour", () => {
    const before = new Listener();
    before.listen(7 * DAY_MS, perHour(100));
    const note = before.hours.write();
    expect(note.length).toBeLessThan(16_384);
    const hours = openHours();
    hours.read(note);
    const after = new Listener(hours);
    expect(after.verdict).toBe("unknown");
    after.listen(2 * HOUR_MS, NOTHING);
    expect(after.bad).toEqual([1, 2]);
    const damaged = openHours();
    damaged.read("[[1],{torn");
    damaged.read('[["x"]]');
    expect(damaged.verdict().verdict).toBe("unknown");
  });
});

/**
 * Goal: no gateway is called quiet that is not.
 * Method: forty days of fleets of every size and rhythm; all in all a million frames, and 50,000 hours.
 */
describe("forty quiet days", () => {
  const fleets = [1, 3, 8, 20, 60, 300].flatMap((meters) =>
    [HOUR_MS, 12 * HOUR_MS, DAY_MS].flatMap((intervalMs) =>
      [0, 0.5, 1].map((shared) => ({ meters, intervalH: intervalMs / HOUR_MS, shared })),
    ),
  );
  test.each(fleets)("$meters meters, one frame in $intervalH h, $shared of them together", (given) => {
    const { meters, intervalH, shared } = given;
    const seed = meters * 100 + intervalH + shared;
    const gateway = new Listener();
    gateway.listen(39 * DAY_MS, fleet(seed, meters, intervalH * HOUR_MS, shared));
    expect(gateway.bad, `seed ${seed}`).toEqual([]);
  });
});
