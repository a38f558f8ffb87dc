/**
 * Goal: a common outage of a day costs no reading that a gateway heard; without a shared axis it does.
 * Method: replay-model.ts, which is carried by the agent's own courier. Every case: npm run bench -- replay.
 */
import { describe, expect, test } from "vitest";
import { type ReplayCase, runReplayCase } from "./replay-model.ts";

const DAY: ReplayCase = {
  seed: Number(process.env.SEED ?? 7),
  meters: process.env.LONG ? 1_000 : 150,
  outageMs: 24 * 3_600_000,
  hearing: 0.9,
  skewMs: 2_000,
  apartMs: 5_000,
  how: "plan",
};
const HEARING = [0.7, 0.9, 0.95];

const share = ({ lost, readings }: { lost: number; readings: number }): number => lost / readings;

describe(`a day's outage of two gateways, seed ${DAY.seed}`, () => {
  test.each(HEARING)("on the shared axis nothing is lost at hearing %s", async (hearing) => {
    for (const apartMs of [5_000, 60_000]) {
      const outcome = await runReplayCase({ ...DAY, hearing, apartMs });
      expect(outcome).toMatchObject({ lost: 0, left: 0, agreed: true });
      expect(outcome.readings).toBeGreaterThan(DAY.meters * 20);
      expect(outcome.drainMs).toBeLessThan(11 * 60_000);
      expect(outcome.rideMs).toBeLessThan(15 * 60_000);
    }
  });

  test.each([
    [0.7, 0.15],
    [0.9, 0.06],
    [0.95, 0.03],
  ])("lane by lane a good part is, at hearing %s", async (hearing, atLeast) => {
    const outcome = await runReplayCase({ ...DAY, hearing, how: "lanes" });
    expect(outcome.left).toBe(0);
    expect(share(outcome)).toBeGreaterThan(atLeast);
  });

  test("five-minute boundaries do as well where both choose the same, and lose as much as lanes where not", async () => {
    const agreed = await runReplayCase({ ...DAY, how: "boundaries" });
    expect(agreed).toMatchObject({ lost: 0, left: 0, agreed: true });
    const apart = await runReplayCase({ ...DAY, how: "boundaries", acrossBoundary: true });
    expect(apart).toMatchObject({ left: 0, agreed: false });
    expect(share(apart)).toBeGreaterThan(0.05);
    const together = await runReplayCase({ ...DAY, how: "plan", acrossBoundary: true });
    expect(together).toMatchObject({ lost: 0, agreed: true });
  });

  test("ten seconds of skew do no harm, thirty take all the gain away", async () => {
    expect((await runReplayCase({ ...DAY, skewMs: 10_000 })).lost).toBe(0);
    expect(share(await runReplayCase({ ...DAY, skewMs: 30_000 }))).toBeGreaterThan(0.05);
  });

  test("a gateway that knows its clock to be wrong harms nobody's frames but its own", async () => {
    const outcome = await runReplayCase({ ...DAY, skewMs: 30_000, distrusted: true });
    expect(outcome).toMatchObject({ left: 0 });
    // What it alone heard is overtaken by the others, who went before it.
    expect(share(outcome)).toBeLessThan(0.1 * 0.9 + 0.01);
  });

  test.each([2, 10, 24, 48])("an outage of %s hours is drained in some ten minutes", async (hours) => {
    const outcome = await runReplayCase({ ...DAY, meters: 100, outageMs: hours * 3_600_000 });
    expect(outcome).toMatchObject({ lost: 0, left: 0 });
    expect(outcome.drainMs).toBeLessThan(11 * 60_000);
  });
});
