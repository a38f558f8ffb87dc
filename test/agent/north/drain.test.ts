/**
 * Goal: after an outage all gateways follow one plan, and no frame ever waits without an end.
 * Method: the drain by itself, told what happens and when; each rule at its limit.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RIDE_MS_MAX } from "../../../agent/north/axis.ts";
import {
  createDrain,
  DECIDE_MS_MAX,
  type Drain,
  ECHO_MS,
  LISTEN_MS,
  PLAN_CHANGES_MAX,
  PROPOSE_SPREAD_MS,
} from "../../../agent/north/drain.ts";
import { AFTER_MS } from "../../../agent/north/followed.ts";
import type { Moment } from "../../../agent/north/moment.ts";
import {
  AHEAD_MS_MAX,
  AXIS_MS_MAX,
  axisLengthMs,
  caughtUpAtMs,
  proposedPlan,
  type ReplayPlan,
  writeReplayPlan,
} from "../../../agent/north/replay-plan.ts";

const HOUR_MS = 3_600_000;
const EUI = "7276ff002e062701";
const START_UTC = Date.UTC(2026, 0, 1, 2, 1, 40);
const BOOT = "0".repeat(32);

interface DrainRig {
  drain: Drain;
  nowMs: number;
  clockGood: boolean;
  bootId: string;
  note: string | undefined;
  readonly proposed: ReplayPlan[];
  changes: number;
  at(): Moment;
  wait(ms: number): void;
  hear(plan: ReplayPlan): string | undefined;
  /** Milliseconds that a frame heard so long ago has still to wait. */
  waitsMs(ageMs: number, known?: boolean): number;
  /** The core goes away for so long, and takes the oldest frame when it is back. */
  outage(ms: number): void;
  source(): string | undefined;
  restart(): void;
}

function drainRig({ mayPropose = false } = {}): DrainRig {
  const make = (): Drain =>
    createDrain({
      gatewayEui: EUI,
      mayPropose,
      note: rig.note,
      remember: (note) => {
        rig.note = note;
      },
      propose: (plan) => rig.proposed.push(plan),
      onChange: () => {
        rig.changes += 1;
      },
    });
  const rig: DrainRig = {
    drain: undefined as never,
    nowMs: 100_000,
    clockGood: true,
    bootId: BOOT,
    note: undefined,
    proposed: [],
    changes: 0,
    at: () => ({
      monotonicMs: rig.nowMs,
      utcMs: START_UTC + rig.nowMs,
      clockGood: rig.clockGood,
      kernelBootId: rig.bootId,
    }),
    wait: (ms) => {
      const untilMs = rig.nowMs + ms;
      for (let next = rig.drain.tick(rig.at()); next !== undefined && next <= untilMs; ) {
        rig.nowMs = Math.max(next, rig.nowMs + 1);
        next = rig.drain.tick(rig.at());
      }
      rig.nowMs = Math.max(rig.nowMs, untilMs);
      rig.drain.tick(rig.at());
    },
    hear: (plan) => rig.drain.hear(rig.at(), writeReplayPlan(plan)),
    waitsMs: (ageMs, known = true) => {
      const at = rig.at();
      const heard = { heardUtcMs: known ? at.utcMs - ageMs : undefined, ageMs };
      return Math.max(0, rig.drain.mayGoAtMs(at, heard) - at.monotonicMs);
    },
    outage: (ms) => {
      rig.drain.lost(rig.at());
      rig.wait(ms);
      rig.drain.up(rig.at(), true);
      rig.drain.passed(rig.at(), { heardUtcMs: rig.at().utcMs - ms, ageMs: ms });
    },
    source: () => rig.drain.status(rig.at()).plan?.source,
    restart: () => {
      rig.drain = make();
    },
  };
  rig.drain = make();
  rig.drain.up(rig.at(), false);
  return rig;
}

const DECIDED_MS = LISTEN_MS + PROPOSE_SPREAD_MS + ECHO_MS;

describe("an outage", () => {
  test("of a minute starts no axis, one of a millisecond more does", () => {
    const short = drainRig();
    short.outage(60_000);
    expect(short.drain.status(short.at()).phase).toBe("calm");
    expect(short.waitsMs(60_000)).toBe(0);
    const long = drainRig();
    long.outage(60_001);
    expect(long.drain.status(long.at()).phase).toBe("deciding");
    expect(long.waitsMs(60_000)).toBe(LISTEN_MS);
  });

  test("ends with the first frame that is taken, not with the connection", () => {
    const rig = drainRig();
    rig.drain.lost(rig.at());
    rig.wait(HOUR_MS);
    rig.drain.up(rig.at(), true);
    expect(rig.drain.probing).toBe(true);
    rig.drain.lost(rig.at());
    rig.wait(10 * 60_000);
    expect(rig.source()).toBeUndefined();
    rig.drain.passed(rig.at(), { heardUtcMs: START_UTC + 100_000, ageMs: HOUR_MS + 600_000 });
    expect(rig.drain.probing).toBe(false);
    rig.wait(LISTEN_MS);
    expect(rig.drain.plan!.t0Ms).toBeGreaterThanOrEqual(rig.at().utcMs);
    expect(rig.drain.plan!.t0Ms - rig.drain.plan!.tFromMs).toBeGreaterThan(HOUR_MS + 600_000);
  });

  test("with nothing stored needs no probe: a neighbour may have stored what we did not hear", () => {
    const rig = drainRig();
    rig.drain.lost(rig.at());
    rig.wait(HOUR_MS);
    rig.drain.up(rig.at(), false);
    expect(rig.drain.probing).toBe(false);
    rig.wait(LISTEN_MS);
    expect(rig.waitsMs(0)).toBeGreaterThan(30_000);
  });

  test("that a new process finds is as old as its oldest frame; a join tells nothing of it", () => {
    const rig = drainRig();
    rig.restart();
    rig.drain.up(rig.at(), true);
    expect(rig.drain.probing).toBe(true);
    rig.drain.passed(rig.at(), undefined);
    expect(rig.drain.probing).toBe(true);
    rig.drain.passed(rig.at(), { heardUtcMs: undefined, ageMs: 2 * HOUR_MS });
    rig.wait(LISTEN_MS);
    const { t0Ms, tFromMs } = rig.drain.plan!;
    expect(t0Ms - tFromMs).toBeGreaterThan(2 * HOUR_MS);
    expect(t0Ms - tFromMs).toBeLessThan(2 * HOUR_MS + 900_000);
  });

  test("a new process with nothing stored and no outage is calm", () => {
    const rig = drainRig();
    rig.restart();
    rig.drain.up(rig.at(), false);
    expect(rig.drain.status(rig.at())).toEqual({ phase: "calm", plan: undefined });
    expect(rig.waitsMs(0)).toBe(0);
  });
});

describe("which plan", () => {
  test("one that stands there is followed at once", () => {
    const rig = drainRig({ mayPropose: true });
    rig.drain.lost(rig.at());
    rig.wait(HOUR_MS);
    const plan = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs - 5_000, "another");
    rig.drain.up(rig.at(), true);
    rig.hear(plan);
    expect(rig.source()).toBeUndefined();
    rig.drain.passed(rig.at(), { heardUtcMs: rig.at().utcMs - HOUR_MS, ageMs: HOUR_MS });
    expect(rig.drain.plan).toEqual(plan);
    expect(rig.proposed).toEqual([]);
  });

  test("none: proposed, a minute ahead, and followed when the broker says it back", () => {
    const rig = drainRig({ mayPropose: true });
    rig.outage(10 * HOUR_MS - 120_000);
    for (let ms = 0; ms < LISTEN_MS + PROPOSE_SPREAD_MS && rig.proposed.length === 0; ms += 100)
      rig.wait(100);
    expect(rig.proposed).toHaveLength(1);
    expect(rig.source()).toBeUndefined();
    expect(rig.proposed[0]).toMatchObject({ k: 60, by: EUI });
    rig.hear(rig.proposed[0]!);
    expect(rig.drain.plan).toEqual(rig.proposed[0]);
    expect(rig.source()).toBe("message");
  });

  test("not said back, because an access list throws it away: boundaries, of the return and not of the deciding", () => {
    const rig = drainRig({ mayPropose: true });
    // 29 s before a boundary: who decides quickly would still be on this side of it.
    rig.outage(HOUR_MS + 71_000);
    const returnUtcMs = rig.at().utcMs;
    expect(returnUtcMs % 300_000).toBe(271_000);
    rig.wait(DECIDED_MS);
    expect(rig.source()).toBe("boundaries");
    const { t0Ms, tFromMs } = rig.drain.plan!;
    expect([t0Ms % 300_000, tFromMs % 300_000]).toEqual([0, 0]);
    expect(t0Ms).toBe(Math.ceil((returnUtcMs + DECIDE_MS_MAX) / 300_000) * 300_000);
    expect(DECIDED_MS).toBeLessThanOrEqual(DECIDE_MS_MAX);
  });

  test("a plan that comes after boundaries were chosen is followed all the same", () => {
    const rig = drainRig();
    rig.outage(HOUR_MS);
    rig.wait(LISTEN_MS);
    expect(rig.source()).toBe("boundaries");
    const plan = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs, "operator");
    rig.hear(plan);
    expect(rig.drain.plan).toEqual(plan);
  });

  test("of several the earliest t0 wins, whichever comes first", () => {
    const rig = drainRig();
    rig.outage(HOUR_MS);
    const [early, late] = [0, 4_000].map((ms) =>
      proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs + ms, `gateway-${ms}`),
    );
    rig.hear(late!);
    rig.hear(early!);
    expect(rig.drain.plan).toEqual(early);
    rig.hear(late!);
    expect(rig.drain.plan).toEqual(early);
  });

  test("its proposer says it again to one that proposes later for the same outage, three times at most", () => {
    const rig = drainRig({ mayPropose: true });
    rig.outage(HOUR_MS);
    rig.wait(LISTEN_MS + PROPOSE_SPREAD_MS);
    const own = rig.proposed[0]!;
    rig.hear(own);
    for (let ms = 1_000; ms <= 9_000; ms += 1_000) rig.hear({ ...own, t0Ms: own.t0Ms + ms, by: "another" });
    expect(rig.proposed).toEqual([own, own, own, own]);
    rig.hear({ ...own, t0Ms: own.t0Ms + 1_000, tFromMs: own.tFromMs - 2 * HOUR_MS, by: "another outage" });
    expect(rig.proposed).toHaveLength(4);
  });

  test("of an earlier outage is left alone, of a moment too far off or long past is refused", () => {
    const rig = drainRig();
    const before = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs - 120_000, "before");
    rig.hear(before);
    rig.outage(5 * 60_000);
    expect(rig.drain.plan).toBeUndefined();
    rig.wait(LISTEN_MS);
    expect(rig.source()).toBe("boundaries");
    rig.hear(before);
    expect(rig.source()).toBe("boundaries");
    const nowMs = rig.at().utcMs;
    expect(rig.hear(proposedPlan(nowMs - HOUR_MS, nowMs + AHEAD_MS_MAX, "x"))).toBe("tooFarAhead");
    expect(rig.hear(proposedPlan(nowMs - 3 * HOUR_MS, nowMs - 2 * HOUR_MS, "x"))).toBe("over");
    expect(rig.drain.hear(rig.at(), Buffer.from("{}"))).toBe("badVersion");
    expect(rig.source()).toBe("boundaries");
  });

  test("heard by a gateway that was never out changes nothing for it", () => {
    const rig = drainRig();
    rig.hear(proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs, "another"));
    expect(rig.waitsMs(0)).toBe(0);
    expect(rig.drain.status(rig.at()).phase).toBe("calm");
  });

  test("taken back is no plan any more for those who come, and stays one for those who follow", () => {
    const rig = drainRig();
    rig.outage(HOUR_MS);
    const plan = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs, "operator");
    rig.hear(plan);
    expect(rig.drain.hear(rig.at(), Buffer.alloc(0))).toBeUndefined();
    expect(rig.drain.plan).toEqual(plan);
  });

  test("is changed so often at most, however many earlier ones somebody invents", () => {
    const rig = drainRig();
    rig.outage(HOUR_MS);
    const first = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs, "x");
    rig.hear(first);
    for (let ms = 1; ms <= 100; ms++) rig.hear({ ...first, t0Ms: first.t0Ms - ms });
    expect(rig.drain.plan!.t0Ms).toBe(first.t0Ms - PLAN_CHANGES_MAX);
  });
});

describe("on the axis", () => {
  /** Back from ten hours, following a plan that begins in a minute. */
  function following(): DrainRig & { readonly plan: ReplayPlan } {
    const rig = drainRig();
    rig.outage(10 * HOUR_MS - 60_000);
    const plan = proposedPlan(rig.at().utcMs - 10 * HOUR_MS + 60_000, rig.at().utcMs, "operator");
    rig.hear(plan);
    return Object.assign(rig, { plan });
  }

  test("what was heard first goes first; what is heard now rides until it has caught up", () => {
    const rig = following();
    expect(rig.waitsMs(10 * HOUR_MS - 60_000)).toBe(60_000);
    expect(rig.waitsMs(5 * HOUR_MS)).toBeCloseTo(60_000 + (5 * HOUR_MS - 60_000) / 60, 3);
    expect(rig.waitsMs(0)).toBeCloseTo(60_000 + (10 * HOUR_MS - 60_000) / 60, 3);
    rig.wait(caughtUpAtMs(rig.plan) - rig.at().utcMs + 1);
    expect(rig.waitsMs(0)).toBe(0);
    expect(rig.drain.status(rig.at()).phase).toBe("calm");
  });

  test("a new outage changes nothing of the plan: what fell due meanwhile is due", () => {
    const rig = following();
    rig.wait(90_000);
    rig.outage(120_000);
    expect(rig.drain.plan).toEqual(rig.plan);
    expect(rig.waitsMs(10 * HOUR_MS)).toBe(0);
    expect(rig.waitsMs(HOUR_MS)).toBeGreaterThan(0);
    rig.wait(DECIDED_MS);
    expect(rig.drain.plan).toEqual(rig.plan);
  });

  test("an outage that outlasts it has an axis of its own, from which the frames of before are free", () => {
    const rig = following();
    rig.wait(90_000);
    const { t0Ms } = rig.plan;
    rig.outage(20 * HOUR_MS);
    rig.wait(LISTEN_MS);
    expect(rig.source()).toBe("boundaries");
    expect(rig.drain.plan!.k).toBe(150);
    const sinceT0Ms = rig.at().utcMs - t0Ms;
    expect(rig.waitsMs(sinceT0Ms + 1)).toBe(0);
    expect(rig.waitsMs(sinceT0Ms - 60_000)).toBeGreaterThan(0);
  });

  test("nothing stored any more and the axis over: forgotten, also by the notes", () => {
    const rig = following();
    rig.drain.drained(rig.at());
    expect(rig.drain.plan).toEqual(rig.plan);
    rig.wait(rig.drain.endsMs! + AFTER_MS - rig.nowMs - 1);
    rig.drain.drained(rig.at());
    expect(rig.drain.plan).toEqual(rig.plan);
    rig.wait(1);
    rig.drain.drained(rig.at());
    expect(rig.drain.plan).toBeUndefined();
    expect(rig.note).toBe("");
  });

  test("a stamp from the future holds its lane until the axis is over, and not until then", () => {
    const rig = following();
    const at = rig.at();
    const dueMs = rig.drain.mayGoAtMs(at, { heardUtcMs: at.utcMs + 9_000 * HOUR_MS, ageMs: 9 * HOUR_MS });
    expect(dueMs).toBe(rig.drain.endsMs! + AFTER_MS);
  });
});

describe("a clock that cannot be trusted", () => {
  test("comes after the others: when their axis has caught up, by the monotonic clock alone", () => {
    const rig = drainRig({ mayPropose: true });
    rig.clockGood = false;
    rig.drain.lost(rig.at());
    rig.wait(HOUR_MS);
    const plan = proposedPlan(rig.at().utcMs - HOUR_MS, rig.at().utcMs, "another");
    rig.drain.up(rig.at(), true);
    rig.drain.passed(rig.at(), { heardUtcMs: undefined, ageMs: HOUR_MS });
    rig.hear(plan);
    const leftMs = rig.waitsMs(HOUR_MS, false);
    expect(leftMs).toBeGreaterThan(60_000 + axisLengthMs(plan) + AFTER_MS);
    expect(leftMs).toBeLessThan(RIDE_MS_MAX);
    expect(rig.waitsMs(HOUR_MS)).toBe(leftMs);
    rig.wait(leftMs);
    expect(rig.waitsMs(HOUR_MS, false)).toBe(0);
  });

  test("without any plan waits as long as others could take, and proposes none", () => {
    const rig = drainRig({ mayPropose: true });
    rig.clockGood = false;
    rig.outage(24 * HOUR_MS);
    rig.wait(DECIDED_MS);
    expect(rig.proposed).toEqual([]);
    expect(rig.source()).toBe("blind");
    const leftMs = rig.waitsMs(24 * HOUR_MS, false);
    expect(leftMs).toBeGreaterThan(24 * 12_000);
    expect(leftMs).toBeLessThan(20 * 60_000);
  });

  test("a frame of unknown time waits like that in a gateway that is right now; one heard since, a quarter of an hour", () => {
    const rig = drainRig();
    rig.outage(40 * HOUR_MS);
    const longest = { ...proposedPlan(rig.at().utcMs - 40 * HOUR_MS, rig.at().utcMs, "operator"), k: 60 };
    rig.hear(longest);
    rig.wait(10_000);
    expect(rig.waitsMs(9_000, false)).toBe(RIDE_MS_MAX - 9_000);
    expect(rig.waitsMs(20_000, false)).toBe(rig.drain.endsMs! + AFTER_MS - rig.nowMs);
  });
});

describe("a restart in the drain", () => {
  test("resumes the plan, whether or not anybody says it again", () => {
    const rig = drainRig();
    rig.outage(10 * HOUR_MS);
    rig.wait(LISTEN_MS);
    const { plan, endsMs } = rig.drain;
    rig.wait(330_000);
    rig.restart();
    rig.drain.up(rig.at(), true);
    expect([rig.drain.plan, rig.drain.endsMs, rig.drain.probing]).toEqual([plan, endsMs, false]);
    expect(rig.source()).toBe("boundaries");
  });

  test("after a reboot too, by a clock that is right; by one that is not, three times over", () => {
    const rig = drainRig();
    rig.outage(10 * HOUR_MS);
    rig.wait(LISTEN_MS);
    const { plan } = rig.drain;
    const endsUtcMs = caughtUpAtMs(plan!);
    const reboot = (at: number): void => {
      rig.bootId = String(at).padStart(32, "0");
      rig.restart();
      rig.drain.up(rig.at(), true);
    };
    reboot(1);
    expect(rig.drain.plan).toEqual(plan);
    expect(rig.drain.endsMs! - rig.nowMs).toBeCloseTo(endsUtcMs - rig.at().utcMs, 3);
    rig.clockGood = false;
    for (const at of [2, 3]) {
      reboot(at);
      expect(rig.drain.endsMs! - rig.nowMs).toBeCloseTo(axisLengthMs(plan!), 3);
    }
    reboot(4);
    expect(rig.drain.endsMs).toBe(rig.nowMs);
  });

  test.each(["", "{", "null", '{"version":2}', '{"version":1,"plan":{}}', "x".repeat(5_000)])(
    "a note that says nothing (%s) is no plan",
    (note) => {
      const rig = drainRig();
      rig.note = note;
      rig.restart();
      rig.drain.up(rig.at(), false);
      expect(rig.drain.plan).toBeUndefined();
      expect(rig.waitsMs(0)).toBe(0);
    },
  );
});

/** What may happen to a drain, drawn by chance. */
const eventOf = fc.oneof(
  fc.record({ kind: fc.constantFrom("lost" as const, "up" as const, "passed" as const, "restart" as const) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
  fc.record({ kind: fc.constant("clock" as const), good: fc.boolean() }),
  fc.record({
    kind: fc.constant("plan" as const),
    aheadMs: fc.integer({ min: -2 * HOUR_MS, max: HOUR_MS }),
    outageMs: fc.integer({ min: 60_001, max: 300 * HOUR_MS }),
    k: fc.constantFrom(60, 150, 300),
  }),
);

test("whatever happens, no frame waits longer than the longest plan may hold it, twice", () => {
  const longestMs = 2 * (AHEAD_MS_MAX + AXIS_MS_MAX + AFTER_MS + DECIDE_MS_MAX);
  fc.assert(
    fc.property(fc.array(eventOf, { maxLength: 60 }), fc.boolean(), (events, mayPropose) => {
      const rig = drainRig({ mayPropose });
      let connected = true;
      for (const event of events) {
        if (event.kind === "wait") rig.wait(event.ms);
        else if (event.kind === "clock") rig.clockGood = event.good;
        else if (event.kind === "restart") {
          rig.restart();
          connected = false;
        } else if (event.kind === "lost") {
          rig.drain.lost(rig.at());
          connected = false;
        } else if (event.kind === "up" && !connected) {
          rig.drain.up(rig.at(), true);
          connected = true;
        } else if (event.kind === "passed" && connected) {
          rig.drain.passed(rig.at(), { heardUtcMs: rig.at().utcMs - HOUR_MS, ageMs: HOUR_MS });
        } else if (event.kind === "plan" && connected) {
          const t0Ms = rig.at().utcMs + event.aheadMs;
          rig.hear({ t0Ms, tFromMs: t0Ms - event.outageMs, k: event.k, by: "x", ratePerS: undefined });
        }
        for (const [ageMs, known] of [
          [0, true],
          [0, false],
          [HOUR_MS, true],
          [HOUR_MS, false],
        ] as const) {
          expect(rig.waitsMs(ageMs, known)).toBeLessThanOrEqual(longestMs / 2);
        }
      }
      rig.wait(longestMs);
      for (const known of [true, false]) expect(rig.waitsMs(longestMs + HOUR_MS, known)).toBe(0);
    }),
    { numRuns: process.env.LONG ? 20_000 : 500 },
  );
});

test("flapping of any rhythm never keeps a frame for good: in the end it is due while the road is up", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 200_000 }),
      fc.integer({ min: 1_000, max: 400_000 }),
      fc.boolean(),
      fc.boolean(),
      (upMs, downMs, mayPropose, clockGood) => {
        const rig = drainRig({ mayPropose });
        rig.clockGood = clockGood;
        rig.outage(HOUR_MS);
        const heardUtcMs = rig.at().utcMs - 1_000;
        let due = false;
        for (let sinceMs = 0; sinceMs < 4 * HOUR_MS && !due; sinceMs += upMs + downMs) {
          rig.wait(upMs);
          const at = rig.at();
          const heard = {
            heardUtcMs: clockGood ? heardUtcMs : undefined,
            ageMs: at.utcMs - heardUtcMs,
          };
          due = rig.drain.mayGoAtMs(at, heard) <= at.monotonicMs;
          rig.outage(downMs);
        }
        expect(due).toBe(true);
      },
    ),
    { numRuns: process.env.LONG ? 5_000 : 300 },
  );
});

describe("an outage that outlasts the process", () => {
  /** Away for two hours, then a new process that is away for nine more; its oldest frame is an hour old. */
  function restartedRig(between: (rig: DrainRig) => void): DrainRig {
    const rig = drainRig();
    rig.drain.lost(rig.at());
    rig.wait(2 * HOUR_MS);
    rig.drain.kept(rig.at());
    between(rig);
    rig.restart();
    rig.nowMs += 9 * HOUR_MS;
    rig.drain.kept(rig.at());
    rig.drain.up(rig.at(), true);
    rig.drain.passed(rig.at(), { heardUtcMs: rig.at().utcMs - HOUR_MS, ageMs: HOUR_MS });
    rig.wait(DECIDED_MS);
    return rig;
  }

  test("is as long as it was, and its plan as fast as the neighbours'", () => {
    const rig = restartedRig(() => undefined);
    const { plan } = rig.drain;
    expect(plan?.k).toBe(150);
    expect(plan!.t0Ms - plan!.tFromMs).toBeGreaterThan(11 * HOUR_MS);
  });

  test("without its note would seem to have begun with the oldest frame", () => {
    const rig = restartedRig((before) => {
      before.note = "";
    });
    expect(rig.drain.plan?.k).toBe(60);
  });

  test("after a boot is known by the clock, where that is right before and after", () => {
    const booted = (clockGood: boolean) =>
      restartedRig((rig) => {
        rig.bootId = "1".repeat(32);
        rig.clockGood = clockGood;
      });
    expect(booted(true).drain.plan?.k).toBe(150);
    expect(booted(false).drain.plan?.k).toBe(60);
  });

  test("is a reason for a plan although nothing was kept, for the neighbours have one", () => {
    const rig = drainRig();
    rig.drain.lost(rig.at());
    rig.wait(2 * HOUR_MS);
    rig.drain.kept(rig.at());
    rig.restart();
    rig.drain.up(rig.at(), false);
    expect(rig.drain.status(rig.at()).phase).toBe("deciding");
  });

  test("is noted once, not before it is one, and forgotten when it is over", () => {
    const rig = drainRig();
    const notes: (string | undefined)[] = [];
    const keep = (): void => {
      rig.drain.kept(rig.at());
      if (notes.at(-1) !== rig.note) notes.push(rig.note);
    };
    keep();
    rig.drain.lost(rig.at());
    rig.wait(60_000);
    keep();
    expect(notes, "up, or away for a minute").toEqual([]);
    for (let hour = 0; hour < 5; hour++) {
      rig.wait(HOUR_MS);
      keep();
    }
    expect(notes).toHaveLength(1);
    rig.drain.up(rig.at(), true);
    rig.drain.passed(rig.at(), { heardUtcMs: rig.at().utcMs - HOUR_MS, ageMs: HOUR_MS });
    expect(rig.note).toBe("");
    rig.wait(2 * HOUR_MS);
    rig.drain.drained(rig.at());
    rig.restart();
    rig.drain.up(rig.at(), false);
    expect(rig.drain.status(rig.at()).phase).toBe("calm");
  });
});
