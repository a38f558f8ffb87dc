/** Goal: a technician's test frame is what it says it is on air, and never costs a gateway more than the law allows. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  answerDownlinkTest,
  type DownlinkTestParts,
  type TestAnswer,
  type TestPlan,
  type TestWish,
} from "../../../agent/control/downlink-test.ts";
import { createFeed } from "../../../agent/control/feed.ts";
import { EU868_SUB_BANDS } from "../../../agent/lorawan/region.ts";
import { type RoadBack, roadBack, txError } from "../downlink/road-back.ts";

const EUI = "7276ff0044010010";

interface Reference {
  readonly size: number;
  readonly sf: number;
  readonly crc: boolean;
  readonly us: number;
}
const vectors = JSON.parse(readFileSync(new URL("../../vectors/airtime.json", import.meta.url), "utf8"));
const references: readonly Reference[] = vectors.derivedReference.rows;

function bench(fields: Partial<RoadBack["world"]> = {}) {
  const road = roadBack(fields);
  const parts: DownlinkTestParts = {
    clock: road.clock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => parts.log },
    feed: createFeed(road.clock),
    downlinks: road.downlinks,
    forwarders: () => [{ gatewayEui: EUI, alive: true }] as never,
    mayTransmit: () => true,
    heardFrequenciesHz: () => [868_100_000],
  };
  const ask = async (wish: TestWish = {}): Promise<TestAnswer> => {
    const answer = answerDownlinkTest({ method: "POST", path: "/downlink-test", body: wish }, parts)!;
    return (await answer).body as TestAnswer;
  };
  const plan = async (wish: TestWish = {}): Promise<TestPlan | string> => {
    const answer = await ask({ ...wish, dryRun: true });
    return answer.ok ? answer.plan : answer.fault;
  };
  return { road, ask, plan };
}

describe("what will be on air", () => {
  // Of 16 and of 17 octets the time is the same: symbols come in fives.
  test.each(
    references.filter(({ size, crc }) => size === 17 && !crc).map((row) => [row.sf, row.us] as const),
  )("takes as long at SF%i as others reckon", async (spreadingFactor, us) => {
    const { plan } = bench();
    const made = (await plan({ spreadingFactor })) as TestPlan;
    expect(made.phyPayload).toHaveLength(2 * 16);
    expect(made.airtimeUs).toBe(us);
  });

  test.each<readonly [string, TestWish, string]>([
    ["half a spreading factor", { spreadingFactor: 9.5 }, "badWish"],
    ["SF6", { spreadingFactor: 6 }, "badWish"],
    ["SF13", { spreadingFactor: 13 }, "badWish"],
    ["no figure", { frequencyHz: Number.NaN }, "badWish"],
    ["a gap between the sub-bands", { frequencyHz: 868_650_000 }, "outsideBands"],
    ["another region", { frequencyHz: 915_000_000 }, "outsideBands"],
    ["a channel that hangs over its sub-band's lower edge", { frequencyHz: 869_400_000 }, "outsideBands"],
    ["a channel that hangs over its upper edge", { frequencyHz: 868_599_000 }, "outsideBands"],
    ["more power than P has", { powerDbm: 29.2 }, "tooStrong"],
    ["less power than any forwarder has", { powerDbm: -6.1 }, "tooWeak"],
    ["no power at all", { powerDbm: -400 }, "tooWeak"],
    ["more power than M has", { frequencyHz: 868_300_000, powerDbm: 16.2 }, "tooStrong"],
  ])("is refused: %s", async (_what, wish, fault) => {
    expect(await bench().plan(wish)).toBe(fault);
  });

  test("is allowed right up to the edges and the power of every sub-band", async () => {
    const { plan } = bench();
    for (const { name, lowHz, highHz, maxEirpDbm } of EU868_SUB_BANDS)
      for (const frequencyHz of [lowHz + 62_500, highHz - 62_500])
        expect(await plan({ frequencyHz, powerDbm: maxEirpDbm, spreadingFactor: 7 })).toMatchObject({
          subBand: name,
        });
  });
});

describe("the power", () => {
  test("is allowed down to the lowest of the forwarders' tables", async () => {
    expect(await bench().plan({ powerDbm: -6 })).toMatchObject({ powerDbm: -6 });
  });

  test("is planned as it will be sent: in whole dBm, and never more than was wished", async () => {
    const { road, ask } = bench();
    const said = ask({ powerDbm: 14.5 });
    expect(JSON.parse(road.sent[0]!.json)).toMatchObject({ txpk: { powe: 14 } });
    road.answer(txError("NONE"));
    expect(await said).toMatchObject({ plan: { powerDbm: 14 } });
  });
});

describe("the duty cycle", () => {
  /** 0.1 %: 3.6 s an hour. */
  const wish = { frequencyHz: 863_500_000, spreadingFactor: 12 } as const;
  const AIRTIME_US = 1_155_072;
  const FIT = Math.floor(3_600_000 / AIRTIME_US);

  test("is kept by tests even where the settings do not enforce it, and is free again after an hour", async () => {
    const { road, ask } = bench({ enforceDutyCycle: false });
    for (let sent = 1; sent <= FIT; sent++) {
      const said = ask(wish);
      road.answer(txError("NONE"));
      expect(await said).toMatchObject({ ok: true, said: { status: "OK" } });
    }
    expect(await ask(wish)).toEqual({ ok: false, fault: "dutyCycle" });
    expect(road.sent).toHaveLength(FIT);
    await road.clock.advance(3_600_000 + 2 * 60_000);
    const said = ask(wish);
    road.answer(txError("NONE"));
    expect(await said).toMatchObject({ ok: true });
  });

  test("is not exceeded by many who ask at once", async () => {
    const { road, ask } = bench();
    const all = Array.from({ length: 8 }, () => ask(wish));
    for (const { gatewayEui, token } of road.sent) road.downlinks.txAck(gatewayEui, token, txError("NONE"));
    const answers = await Promise.all(all);
    expect(road.sent).toHaveLength(FIT);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(FIT);
    const [load] = road.downlinks.dutyCycleLoads(EUI);
    expect(load!.airtimeUs).toBe(FIT * AIRTIME_US);
    expect(load!.airtimeUs).toBeLessThanOrEqual(load!.limitUs);
  });

  test("is not charged for what the forwarder refused", async () => {
    const { road, ask, plan } = bench();
    const said = ask(wish);
    road.answer(txError("TX_FREQ"));
    expect(await said).toMatchObject({ ok: true, said: { status: "TX_FREQ" } });
    expect(await plan(wish)).toMatchObject({ usedUs: 0 });
  });
});
