/**
 * Goal: what was kept reaches the core at the pace and in the order that all gateways share, beside the live frames and
 * not in their way.
 * Method: the real courier and the real journal in the world; time is moved. Plans by themselves: drain.test.ts.
 */
import { describe, expect, test } from "vitest";
import { createPace, type Pace } from "../../../agent/north/pace.ts";
import { caughtUpAtMs, type ReplayPlan } from "../../../agent/north/replay-plan.ts";
import { type CourierRig, courierRig, deviceName, EUI } from "./courier-rig.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PAIRED = { pairing: true };

const fCntsOf = (rig: CourierRig, device: number): number[] =>
  rig.sent.filter((sent) => sent.device === deviceName(device)).map(({ fCnt }) => fCnt);

/** The first outage: from the start for so long, each device heard every so often. */
async function outage(rig: CourierRig, forMs: number, devices: number, everyMs: number): Promise<number> {
  rig.up();
  rig.down();
  for (let fCnt = 1; fCnt * everyMs <= forMs; fCnt++) {
    for (let device = 1; device <= devices; device++) rig.hear(device, fCnt);
    await rig.clock.advance(everyMs);
  }
  return rig.clock.wallMs();
}

function planOf(
  rig: CourierRig,
  aheadMs: number,
  outageMs: number,
  more: Partial<ReplayPlan> = {},
): ReplayPlan {
  const t0Ms = rig.clock.wallMs() + aheadMs;
  return { t0Ms, tFromMs: t0Ms - outageMs, k: 60, by: "operator", ratePerS: undefined, ...more };
}

describe("after an outage of an hour", () => {
  test("the oldest frame tries the road alone, and the rest goes along the axis", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 3, 10 * MINUTE_MS);
    const plan = planOf(rig, MINUTE_MS, HOUR_MS);
    rig.up();
    rig.plan(plan);
    await rig.clock.advance(50);
    expect(rig.sent.map(({ device, fCnt }) => [device, fCnt])).toEqual([[deviceName(1), 1]]);
    await rig.clock.advance(3 * MINUTE_MS);
    for (let device = 1; device <= 3; device++) expect(fCntsOf(rig, device)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { atMs, carried } of rig.sent.slice(1)) {
      const dueMs = plan.t0Ms + (carried.heardUtcMs! - plan.tFromMs) / 60;
      const sentMs = rig.clock.wallMs() - rig.clock.monotonicMs() + atMs;
      expect(sentMs - dueMs).toBeGreaterThanOrEqual(0);
      expect(sentMs - dueMs).toBeLessThan(600);
    }
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, memoryFrames: 0 });
  });

  test("while one frame tries the road only joins go beside it", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 2, 10 * MINUTE_MS);
    rig.answer = () => undefined;
    rig.up();
    await rig.clock.advance(0);
    rig.hear(9, 1);
    rig.join("70b3d50000000001");
    await rig.clock.advance(1_000);
    expect(rig.sent.map(({ device }) => device)).toEqual([deviceName(1), "70b3d50000000001"]);
    rig.answer = () => "taken";
    for (const sent of [...rig.sent]) sent.answer("taken");
    await rig.clock.advance(10 * MINUTE_MS);
    expect(fCntsOf(rig, 9)).toEqual([1]);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0 });
  });

  test("a live frame that found no slot before the road broke is not forgotten", async () => {
    const rig = await courierRig(PAIRED);
    rig.slots = 1;
    rig.answer = () => undefined;
    rig.up();
    rig.hear(1, 1);
    rig.hear(2, 1);
    await rig.clock.advance(100);
    rig.down();
    rig.answer = () => "taken";
    rig.up();
    await rig.clock.advance(2_000);
    expect([fCntsOf(rig, 1), fCntsOf(rig, 2)]).toEqual([[1, 1], [1]]);
  });

  test("live data ride until the axis has caught up, joins do not wait, and then all is live again", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 1, 10 * MINUTE_MS);
    const plan = planOf(rig, 30_000, HOUR_MS);
    rig.up();
    rig.plan(plan);
    await rig.clock.advance(1_000);
    const heardMs = rig.clock.wallMs();
    rig.hear(7, 1);
    rig.join("70b3d50000000001");
    await rig.clock.advance(0);
    expect(rig.sent.at(-1)).toMatchObject({ device: "70b3d50000000001", replay: false });
    expect(fCntsOf(rig, 7)).toEqual([]);
    await rig.clock.advance(caughtUpAtMs(plan) - heardMs + 1_000);
    const ridden = rig.sent.find(({ device }) => device === deviceName(7))!;
    expect(ridden.replay).toBe(true);
    const dueMs = plan.t0Ms + (heardMs - plan.tFromMs) / 60;
    expect(ridden.atMs - (dueMs - (rig.clock.wallMs() - rig.clock.monotonicMs()))).toBeLessThan(10);
    rig.hear(8, 1);
    await rig.clock.advance(0);
    expect(rig.sent.at(-1)).toMatchObject({ device: deviceName(8), replay: false });
  });

  test("a broker without its core is still the outage: the axis begins when somebody listens", async () => {
    const rig = await courierRig(PAIRED);
    rig.answer = () => "noSubscriber";
    rig.up();
    for (let fCnt = 1; fCnt <= 6; fCnt++) {
      for (let device = 1; device <= 3; device++) rig.hear(device, fCnt);
      await rig.clock.advance(10 * MINUTE_MS);
    }
    expect(new Set(rig.sent.slice(5).map(({ device }) => device))).toEqual(new Set([deviceName(1)]));
    expect(rig.courier.status().drain.phase).toBe("away");
    rig.sent.length = 0;
    rig.answer = () => "taken";
    await rig.clock.advance(31_000);
    expect(rig.sent).toHaveLength(1);
    expect(rig.courier.status().drain).toMatchObject({
      phase: "axis",
      plan: { source: "boundaries", k: 60 },
    });
    await rig.clock.advance(8 * MINUTE_MS);
    for (let device = 1; device <= 3; device++) expect(fCntsOf(rig, device)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("the road is tried with another frame than the one that closed it", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 2, 30 * MINUTE_MS);
    rig.answer = ({ device, fCnt }) => {
      if (device !== deviceName(1) || fCnt !== 1) return "taken";
      rig.clock.after(50, () => rig.down());
      rig.clock.after(1_500, () => rig.up());
      return undefined;
    };
    rig.up();
    await rig.clock.advance(30 * MINUTE_MS);
    expect(fCntsOf(rig, 2)).toEqual([1, 2]);
    for (let fCnt = 3; fCnt < 13; fCnt++) {
      rig.hear(2, fCnt);
      await rig.clock.advance(10_000);
    }
    expect(rig.courier.status().setAside).toBe(1);
    expect(fCntsOf(rig, 1).at(-1)).toBe(2);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0 });
  });

  test("an outage of a minute only is drained at once", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, MINUTE_MS, 3, 20_000);
    rig.up();
    await rig.clock.advance(2_000);
    for (let device = 1; device <= 3; device++) expect(fCntsOf(rig, device)).toEqual([1, 2, 3]);
  });

  test("what is overdue goes at once, the oldest first, half a second apart in a lane", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 3, 10 * MINUTE_MS);
    rig.up();
    rig.plan(planOf(rig, -2 * MINUTE_MS, HOUR_MS));
    await rig.clock.advance(4_000);
    expect(rig.sent.slice(1).map(({ fCnt }) => fCnt)).toEqual([
      1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6,
    ]);
    const first = rig.sent.filter(({ device }) => device === deviceName(1));
    const gapsMs = first.slice(1).map(({ atMs }, at) => atMs - first[at]!.atMs);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(500);
  });
});

describe("in the drain", () => {
  test("a new outage changes nothing of the plan, and what fell due meanwhile is sent when the road is back", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, 10 * HOUR_MS, 2, HOUR_MS);
    rig.up();
    rig.plan(planOf(rig, MINUTE_MS, 10 * HOUR_MS));
    await rig.clock.advance(2.5 * MINUTE_MS);
    const before = fCntsOf(rig, 1).length;
    expect(before).toBeGreaterThan(1);
    expect(before).toBeLessThan(4);
    const { plan } = rig.courier.status().drain;
    rig.down();
    await rig.clock.advance(3 * MINUTE_MS);
    rig.up();
    await rig.clock.advance(5_000);
    expect(fCntsOf(rig, 1).length).toBeGreaterThanOrEqual(before + 2);
    expect(fCntsOf(rig, 1).length).toBeLessThan(8);
    expect(rig.courier.status().drain.plan).toMatchObject({ t0Ms: plan!.t0Ms, source: "message" });
    await rig.clock.advance(10 * MINUTE_MS);
    for (const device of [1, 2]) expect(fCntsOf(rig, device)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("a new process resumes the plan of the old one", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, 10 * HOUR_MS, 2, HOUR_MS);
    rig.up();
    rig.plan(planOf(rig, MINUTE_MS, 10 * HOUR_MS));
    await rig.clock.advance(2.5 * MINUTE_MS);
    const sent = rig.sent.length;
    rig.restart();
    await rig.clock.advance(1_000);
    rig.up();
    await rig.clock.advance(1_000);
    expect(rig.sent).toHaveLength(sent);
    expect(rig.courier.status().drain).toMatchObject({ phase: "axis", plan: { by: "operator" } });
    await rig.clock.advance(10 * MINUTE_MS);
    for (const device of [1, 2]) expect(fCntsOf(rig, device)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("a clock that is set right is noticed within ten seconds", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, 10 * HOUR_MS, 1, HOUR_MS);
    rig.up();
    rig.plan(planOf(rig, MINUTE_MS, 10 * HOUR_MS));
    await rig.clock.advance(1_000);
    rig.clock.stepWall(3 * MINUTE_MS);
    await rig.clock.advance(13_000);
    expect(fCntsOf(rig, 1).length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ["synchronised", 10_000, true],
    ["synchronised", -10_001, false],
    ["unsynchronised", 0, false],
    ["gps", undefined, true],
  ] as const)("a clock that is %s and %s ms off rides: %s", async (state, offsetMs, rides) => {
    const rig = await courierRig(PAIRED);
    await outage(rig, 10 * HOUR_MS, 1, HOUR_MS);
    rig.clockState = state;
    rig.clockOffsetMs = offsetMs;
    const plan = planOf(rig, MINUTE_MS, 10 * HOUR_MS);
    rig.up();
    rig.plan(plan);
    await rig.clock.advance(caughtUpAtMs(plan) - rig.clock.wallMs() - 90_000);
    expect(rig.sent.length > 1).toBe(rides);
    await rig.clock.advance(10 * MINUTE_MS);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("the first gateway back proposes the plan and follows it when it is said back", async () => {
    const rig = await courierRig({ ...PAIRED, mayPropose: true });
    await outage(rig, HOUR_MS, 1, 10 * MINUTE_MS);
    rig.up();
    await rig.clock.advance(30_000);
    expect(rig.proposed).toHaveLength(1);
    expect(rig.proposed[0]).toMatchObject({ by: EUI, k: 60 });
    expect(rig.courier.status().drain.plan).toMatchObject({ source: "message", by: EUI });
    expect(rig.counters.get("planProposed", "taken")).toBe(1);
  });

  test("a proposal that is refused harms nothing: five-minute boundaries", async () => {
    const rig = await courierRig({ ...PAIRED, mayPropose: true });
    rig.planAnswer = "refused";
    rig.echoes = false;
    await outage(rig, HOUR_MS, 1, 10 * MINUTE_MS);
    rig.up();
    await rig.clock.advance(30_000);
    expect(rig.courier.status().drain.plan).toMatchObject({ source: "boundaries" });
    await rig.clock.advance(7 * MINUTE_MS);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("plans that are none are counted, and change nothing", async () => {
    const rig = await courierRig(PAIRED);
    rig.up();
    rig.plan(Buffer.from("{"));
    rig.plan(planOf(rig, 16 * MINUTE_MS, HOUR_MS));
    rig.plan(planOf(rig, MINUTE_MS, HOUR_MS));
    expect(rig.counters.snapshot().planHeard).toEqual({ notJson: 1, tooFarAhead: 1, good: 1 });
    rig.hear(1, 1);
    await rig.clock.advance(0);
    expect(rig.sent).toHaveLength(1);
  });
});

describe("the pace of a replay", () => {
  test("is 20 a second, and all lanes have their turn before one has its second", async () => {
    const rig = await courierRig();
    for (let fCnt = 1; fCnt <= 100; fCnt++) rig.hear(1, fCnt);
    for (let device = 2; device <= 60; device++) for (let fCnt = 1; fCnt <= 2; fCnt++) rig.hear(device, fCnt);
    await rig.clock.advance(30_000);
    rig.up();
    await rig.clock.advance(2_000);
    expect(rig.sent.length).toBeGreaterThanOrEqual(38);
    expect(rig.sent.length).toBeLessThanOrEqual(48);
    await rig.clock.advance(1_000);
    const firsts = rig.sent.slice(0, 58).map(({ fCnt }) => fCnt);
    expect(firsts.filter((fCnt) => fCnt > 1).length).toBeLessThan(4);
  });

  test("is not spent on lanes that are only looked at, nor on live frames and joins", async () => {
    const pace = createPace(0);
    let spent = 0;
    const counted: Pace = {
      ...pace,
      take: (nowMs) => {
        const may = pace.take(nowMs);
        if (may) spent += 1;
        return may;
      },
      giveBack: () => {
        spent -= 1;
        pace.giveBack();
      },
    };
    const rig = await courierRig(PAIRED, { pace: counted });
    await outage(rig, HOUR_MS, 20, 10 * MINUTE_MS);
    rig.up();
    rig.plan(planOf(rig, MINUTE_MS, HOUR_MS));
    await rig.clock.advance(20_000);
    rig.clock.stepWall(-5_000);
    await rig.clock.advance(20_000);
    rig.join("70b3d50000000001");
    await rig.clock.advance(10 * MINUTE_MS);
    for (let device = 30; device < 40; device++) rig.hear(device, 1);
    await rig.clock.advance(1_000);
    const { replayed, carriedLive } = rig.courier.status();
    expect([replayed, carriedLive]).toEqual([120, 11]);
    expect(spent).toBe(120);
  });

  test("is what the plan, or the setting, allows", async () => {
    const rig = await courierRig(PAIRED);
    await outage(rig, HOUR_MS, 30, HOUR_MS);
    rig.up();
    rig.plan(planOf(rig, -MINUTE_MS, HOUR_MS, { ratePerS: 2 }));
    await rig.clock.advance(5_000);
    expect(rig.courier.status().replayRatePerS).toBe(2);
    expect(rig.sent.length).toBeLessThanOrEqual(13);
    const slow = await courierRig({ replayRateMaxPerS: 1 });
    for (let device = 1; device <= 10; device++) slow.hear(device, 1);
    await slow.clock.advance(10_000);
    slow.up();
    await slow.clock.advance(5_100);
    expect(slow.sent.length).toBe(6);
  });

  test("leaves a quarter of the slots to live frames, and one slot is everybody's", async () => {
    const rig = await courierRig();
    rig.slots = 8;
    for (let device = 1; device <= 20; device++) rig.hear(device, 1);
    await rig.clock.advance(10_000);
    rig.answer = () => undefined;
    rig.up();
    await rig.clock.advance(5_000);
    expect(rig.sent).toHaveLength(6);
    rig.hear(30, 1);
    rig.hear(31, 1);
    rig.hear(32, 1);
    await rig.clock.advance(0);
    expect(rig.sent.map(({ replay }) => replay)).toEqual([...new Array(6).fill(true), false, false]);
    rig.sent[0]!.answer("taken");
    await rig.clock.advance(0);
    expect(rig.sent.at(-1), "the live one before nineteen stored ones").toMatchObject({
      device: deviceName(32),
    });
    const narrow = await courierRig();
    narrow.slots = 1;
    narrow.hear(1, 1);
    await narrow.clock.advance(10_000);
    narrow.up();
    await narrow.clock.advance(1_000);
    expect(narrow.sent).toHaveLength(1);
  });

  test("five thousand devices behind want one timer, and one of them all its frames in the end", async () => {
    const rig = await courierRig({ ...PAIRED });
    rig.up();
    rig.down();
    for (let device = 1; device <= 5_000; device++) rig.hear(device, 1);
    for (let fCnt = 2; fCnt <= 500; fCnt++) rig.hear(1, fCnt);
    await rig.clock.advance(HOUR_MS);
    const idle = rig.clock.pendingTimers;
    rig.up();
    rig.plan(planOf(rig, MINUTE_MS, HOUR_MS));
    await rig.clock.advance(30_000);
    expect(rig.courier.status().lanesBehind).toBe(5_000);
    expect(rig.clock.pendingTimers - idle).toBeLessThanOrEqual(3);
    await rig.clock.advance(6 * MINUTE_MS);
    expect(new Set(rig.sent.map(({ device }) => device)).size).toBe(5_000);
    expect(fCntsOf(rig, 1)).toEqual(Array.from({ length: 500 }, (_, at) => at + 1));
    expect(rig.courier.status()).toMatchObject({ lanesBehind: 0, drain: { phase: "calm" } });
  });
});

describe("the late topic", () => {
  test("has every replay, before the frame itself is sent, and no live frame", async () => {
    const rig = await courierRig({ late: true });
    rig.hear(1, 1);
    rig.hear(2, 1);
    await rig.clock.advance(10_000);
    rig.answer = (sent) => {
      if (sent.replay) expect(rig.late).toContain(sent.carried);
      return "taken";
    };
    rig.up();
    await rig.clock.advance(1_000);
    rig.hear(3, 1);
    await rig.clock.advance(0);
    expect(rig.sent).toHaveLength(3);
    expect(rig.late.map(({ heard }) => heard.frame.sequence).sort()).toEqual(
      rig.sent
        .filter(({ replay }) => replay)
        .map(({ carried }) => carried.heard.frame.sequence)
        .sort(),
    );
    expect(rig.counters.get("lateSent", "taken")).toBe(2);
  });

  test.each(["refused", "closed", "noSubscriber"] as const)(
    "%s there, a frame is taken all the same",
    async (delivery) => {
      const rig = await courierRig({ late: true });
      rig.lateAnswer = delivery;
      rig.hear(1, 1);
      rig.hear(1, 2);
      await rig.clock.advance(10_000);
      rig.up();
      await rig.clock.advance(2_000);
      expect(fCntsOf(rig, 1)).toEqual([1, 2]);
      expect(rig.counters.get("lateSent", delivery)).toBe(2);
      expect(rig.journal.stats()).toMatchObject({ storedFrames: 0 });
    },
  );

  test("is silent when it is off", async () => {
    const rig = await courierRig();
    rig.hear(1, 1);
    await rig.clock.advance(10_000);
    rig.up();
    await rig.clock.advance(1_000);
    expect(rig.sent).toHaveLength(1);
    expect(rig.late).toEqual([]);
  });

  test("costs replays half their slots, or a broker's limit would be passed", async () => {
    const rig = await courierRig({ late: true });
    rig.slots = 8;
    for (let device = 1; device <= 20; device++) rig.hear(device, 1);
    await rig.clock.advance(10_000);
    rig.answer = () => undefined;
    rig.up();
    await rig.clock.advance(5_000);
    expect(rig.sent).toHaveLength(3);
  });
});

describe("a device's own repetition", () => {
  test("is carried live", async () => {
    const rig = await courierRig();
    rig.up();
    rig.hear(1, 1);
    rig.hear(1, 1, { repetition: true });
    await rig.clock.advance(0);
    expect(fCntsOf(rig, 1)).toEqual([1, 1]);
  });

  test("is dropped in a replay once its first copy was taken, and counted", async () => {
    const rig = await courierRig();
    rig.hear(1, 1);
    rig.hear(1, 1, { repetition: true });
    rig.hear(1, 1, { repetition: true });
    rig.hear(1, 2);
    await rig.clock.advance(10_000);
    rig.up();
    await rig.clock.advance(3_000);
    expect(fCntsOf(rig, 1)).toEqual([1, 2]);
    expect(rig.counters.get("frameDropped", "repetition")).toBe(2);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0 });
  });

  test("is carried where its first copy was not taken", async () => {
    const rig = await courierRig();
    rig.hear(1, 1);
    rig.hear(1, 2, { repetition: true });
    await rig.clock.advance(10_000);
    rig.up();
    await rig.clock.advance(3_000);
    expect(fCntsOf(rig, 1)).toEqual([1, 2]);
  });
});
