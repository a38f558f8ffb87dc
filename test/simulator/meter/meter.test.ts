/**
 * A meter alone with a scripted core: when it speaks, when it listens, and what it believes.
 */
import { describe, expect, test } from "vitest";
import { cmacKey } from "../../../simulator/meter/cmac.ts";
import { readDataFrame } from "../../../simulator/meter/data-frames.ts";
import { isRequestMicGood, writeCfList } from "../../../simulator/meter/join-frames.ts";
import { readW1 } from "../../../simulator/meter/payload.ts";
import { CONFIRMED_ATTEMPTS_MAX } from "../../../simulator/meter/reporting.ts";
import { judge } from "./judge-frames.ts";
import { ACCEPT, APP_KEY, stage } from "./scripted-air.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("joining", () => {
  test("a join-request goes out on a join channel, signed, and the events say so", async () => {
    const { meter, clock, sent, of } = stage();
    meter.start(2_500);
    await clock.advance(2_499);
    expect(sent).toHaveLength(0);
    await clock.advance(1);
    expect(sent).toHaveLength(1);
    const [request] = sent;
    expect([868_100_000, 868_300_000, 868_500_000]).toContain(request!.frequencyHz);
    expect(request).toMatchObject({ inverted: false, startUs: 62_500_000, airtimeUs: 61_696 });
    expect(isRequestMicGood(request!.phyPayload, cmacKey(APP_KEY))).toBe(true);
    expect(judge.joinRequest(request!.phyPayload, APP_KEY.toString("hex"))).toMatchObject({
      devEui: "02f1ee0000000001",
      devNonce: of("joinSent")[0]!.devNonce,
    });
  });

  test.each([1, 2] as const)("a join-accept in window %d is believed", async (window) => {
    const { meter, clock, sent, of, answer, accept, rx1Us } = stage();
    meter.start(0);
    await clock.advance(1);
    const rx2 = { frequencyHz: 869_525_000, spreadingFactor: 12, startUs: rx1Us(6) };
    answer(accept(), window === 1 ? { startUs: rx1Us(5) } : rx2);
    await clock.advance(10_000);
    expect(of("joined")).toMatchObject([{ window, devAddr: ACCEPT.devAddr, attempts: 1 }]);
    expect(meter.session()!.fCntUp).toBe(0);
    await clock.advance(60_000);
    const read = readDataFrame(sent[1]!.phyPayload, meter.session()!.keys, 0);
    expect(read).toMatchObject({
      ok: true,
      value: { devAddr: ACCEPT.devAddr, fPort: 100, confirmed: false },
    });
  });

  test.each([
    ["a little early", { offUs: -10_240 }, true],
    ["too early", { offUs: -10_241 }, false],
    ["a little late", { offUs: 10_240 }, true],
    ["too late", { offUs: 10_241 }, false],
    ["on another channel", { frequencyHz: 868_700_000 }, false],
    ["at another spreading factor", { spreadingFactor: 8 }, false],
    ["with an uplink's polarity", { inverted: false }, false],
    ["a second too late for a window that is not the second one", { offUs: 1_000_000 }, false],
  ])("a join-accept %s", async (_what, { offUs = 0, ...shape }: { offUs?: number } & object, joins) => {
    const { meter, clock, of, answer, accept, rx1Us } = stage();
    meter.start(0);
    await clock.advance(1);
    answer(accept(), { startUs: rx1Us(5) + offUs, ...shape });
    await clock.advance(9_000);
    expect(of("joined")).toHaveLength(joins ? 1 : 0);
  });

  test("another meter's join-accept in RX1 is not believed, and keeps RX2 shut while it lasts", async () => {
    const { meter, clock, of, answer, accept, rx1Us } = stage({ joinDataRates: [0] });
    meter.start(0);
    await clock.advance(1);
    const foreign = Buffer.alloc(33, 7);
    foreign[0] = 0x20;
    answer(foreign, { startUs: rx1Us(5) });
    answer(accept(), { startUs: rx1Us(6), frequencyHz: 869_525_000, spreadingFactor: 12 });
    await clock.advance(12_000);
    expect(of("joined")).toHaveLength(0);
  });

  test("joined in the first window, it does not open the second", async () => {
    const { meter, clock, of, answer, accept, downlink, rx1Us } = stage();
    meter.start(0);
    await clock.advance(1);
    answer(accept(), { startUs: rx1Us(5) });
    answer(downlink({ fCnt: 0 }), { startUs: rx1Us(6), frequencyHz: 869_525_000, spreadingFactor: 12 });
    await clock.advance(9_000);
    expect(of("joined")).toHaveLength(1);
    expect(of("downlinkMissed")).toMatchObject([{ why: "notListening" }]);
  });

  test("short enough, it leaves RX2 open", async () => {
    const { meter, clock, of, answer, accept, rx1Us } = stage();
    meter.start(0);
    await clock.advance(1);
    const foreign = Buffer.alloc(17, 7);
    foreign[0] = 0x20;
    answer(foreign, { startUs: rx1Us(5) });
    answer(accept(), { startUs: rx1Us(6), frequencyHz: 869_525_000, spreadingFactor: 12 });
    await clock.advance(12_000);
    expect(of("joined")).toMatchObject([{ window: 2 }]);
  });

  test("unanswered, it asks again after its windows and a drawn wait, with a new DevNonce each time", async () => {
    const { meter, clock, of } = stage({ dutyCycle: "waived" });
    meter.start(0);
    await clock.advance(HOUR_MS / 4);
    const asked = of("joinSent");
    expect(asked.length).toBeGreaterThan(20);
    expect(new Set(asked.map(({ devNonce }) => devNonce)).size).toBe(asked.length);
    expect(new Set(asked.map(({ frequencyHz }) => frequencyHz)).size).toBe(3);
    expect(asked.map(({ attempt }) => attempt)).toEqual(asked.map((_, number) => number + 1));
    const gaps = asked.slice(1).map(({ startUs }, number) => startUs - asked[number]!.startUs);
    // Air time, 6 s to JOIN 2, its longest frame, 5 to 20 s.
    expect(Math.min(...gaps)).toBeGreaterThan(6_000_000 + 2_700_000 + 5_000_000);
    expect(Math.max(...gaps)).toBeLessThan(6_000_000 + 3_100_000 + 20_000_000);
  });

  test.each(["kept", "waived"] as const)(
    "orphaned, it stays within 36 s of air time in the first hour, 36 s in the next ten, 8.7 s a day (duty cycle %s)",
    async (dutyCycle) => {
      const { meter, clock, of } = stage({ joinDataRates: [0, 1, 2, 3, 4, 5], dutyCycle });
      meter.start(0);
      await clock.advance(11 * HOUR_MS + 3 * DAY_MS);
      const asked = of("joinSent");
      const firstUs = asked[0]!.startUs;
      const spentS = (fromH: number, toH: number) =>
        asked
          .filter(({ startUs }) => startUs >= firstUs + fromH * 3.6e9 && startUs < firstUs + toH * 3.6e9)
          .reduce((sum, { airtimeUs }) => sum + airtimeUs / 1e6, 0);
      for (const [fromH, toH, budgetS] of [
        [0, 1, 36],
        [1, 11, 36],
        [11, 35, 8.7],
        [35, 59, 8.7],
        [59, 83, 8.7],
      ] as const) {
        expect(spentS(fromH, toH)).toBeLessThan(budgetS);
        expect(spentS(fromH, toH)).toBeGreaterThan(budgetS * 0.5);
      }
    },
  );

  test("a meter whose DevNonces are used up is silent", async () => {
    const { meter, clock, sent } = stage({ devNoncesUsed: 65_535 });
    meter.start(0);
    await clock.advance(HOUR_MS);
    expect(sent).toHaveLength(1);
    expect(meter.devNoncesUsed()).toBe(65_536);
  });
});

describe("what the join-accept says holds", () => {
  test("its channels are used, and no others", async () => {
    const cfList = writeCfList([867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000]);
    const { join, clock, of } = stage({ schedule: { intervalMs: 60_000, jitterMs: 0 }, dutyCycle: "waived" });
    await join({ cfList });
    await clock.advance(2 * HOUR_MS);
    const used = new Set(of("uplinkSent").map(({ frequencyHz }) => frequencyHz));
    expect([...used].toSorted()).toEqual([
      867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000, 868_100_000, 868_300_000, 868_500_000,
    ]);
  });

  test("its delay, offset and RX2 data rate place the windows", async () => {
    const { join, clock, of, answer, downlink, rx1Us } = stage({
      schedule: { intervalMs: 60_000, jitterMs: 0 },
    });
    await join({ rxDelayS: 5, rx1DataRateOffset: 2, rx2DataRate: 3 });
    answer(downlink({ fCnt: 0 }), { startUs: rx1Us(5), spreadingFactor: 9 });
    await clock.advance(60_000);
    answer(downlink({ fCnt: 1 }), { startUs: rx1Us(6), frequencyHz: 869_525_000, spreadingFactor: 9 });
    await clock.advance(10_000);
    expect(of("downlinkReceived")).toMatchObject([
      { window: 1, fCnt: 0, offUs: 0 },
      { window: 2, fCnt: 1, offUs: 0 },
    ]);
  });
});

describe("reporting", () => {
  test("a reading each interval, rising counters, an index that does not fall, jitter as wide as it says", async () => {
    const { join, clock, of } = stage({ schedule: { intervalMs: HOUR_MS, jitterMs: 60_000 } });
    await join();
    await clock.advance(49 * HOUR_MS);
    const sent = of("uplinkSent");
    expect(sent.length).toBeGreaterThanOrEqual(49);
    expect(sent.map(({ fCnt }) => fCnt)).toEqual(sent.map((_, number) => number));
    const litres = sent.map(({ reading }) => reading.litres);
    expect(litres).toEqual(litres.toSorted((a, b) => a - b));
    expect(litres.at(-1)!).toBeGreaterThan(litres[0]!);
    const lateUs = sent.slice(1).map(({ startUs }, number) => {
      return startUs - sent[0]!.startUs - (number + 1) * HOUR_MS * 1_000;
    });
    expect(Math.min(...lateUs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateUs)).toBeLessThan(60_000_000);
    expect(new Set(lateUs).size).toBe(lateUs.length);
  });

  test("lora-packet decrypts the reading that the event promised", async () => {
    const { join, meter, sent, of } = stage();
    await join();
    const { payload, reading } = of("uplinkSent")[0]!;
    const judged = judge.data(sent.at(-1)!.phyPayload, meter.session()!.sessionKeys, 0);
    expect(judged).toMatchObject({ payload: payload.toString("hex"), micGood: true, fPort: 100 });
    expect(readW1(payload)).toEqual({ ok: true, value: reading });
  });

  test("one hundredth of the time: what is due waits for its sub-band", async () => {
    const { join, clock, of } = stage({ schedule: { intervalMs: 1_000, jitterMs: 0 } });
    await join();
    await clock.advance(HOUR_MS / 4);
    const sent = of("uplinkSent");
    expect(sent.length).toBeGreaterThan(50);
    sent.slice(1).forEach(({ startUs }, number) => {
      expect(startUs).toBeGreaterThanOrEqual(sent[number]!.startUs + 100 * sent[number]!.airtimeUs);
    });
  });

  test("waived, it does not wait", async () => {
    const { join, clock, of } = stage({
      schedule: { intervalMs: 6_000, jitterMs: 0 },
      dutyCycle: "waived",
    });
    await join();
    await clock.advance(60_000);
    expect(of("uplinkSent").length).toBeGreaterThanOrEqual(10);
  });

  test("a stopped meter is silent and deaf", async () => {
    const { join, meter, clock, sent, events, answer, downlink, rx1Us } = stage();
    await join();
    answer(downlink({ fCnt: 0 }), { startUs: rx1Us() });
    meter.stop();
    const told = events.length;
    await clock.advance(DAY_MS);
    expect(sent).toHaveLength(2);
    expect(events).toHaveLength(told);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("confirmed uplinks", () => {
  const confirmed = { confirmedShare: 1, dutyCycle: "waived" } as const;

  test("unanswered, the same octets go out eight times, two at each data rate, and are given up", async () => {
    const { join, clock, sent, of } = stage(confirmed);
    await join();
    await clock.advance(120_000);
    const tries = sent.slice(1);
    expect(tries).toHaveLength(CONFIRMED_ATTEMPTS_MAX);
    expect(new Set(tries.map(({ phyPayload }) => phyPayload.toString("hex"))).size).toBe(1);
    expect(tries.map(({ spreadingFactor }) => spreadingFactor)).toEqual([7, 7, 8, 8, 9, 9, 10, 10]);
    expect(of("uplinkSent").map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(of("uplinkGivenUp")).toMatchObject([{ fCnt: 0, attempts: 8 }]);
    tries.slice(1).forEach(({ startUs }, number) => {
      const { startUs: lastUs, airtimeUs } = tries[number]!;
      expect(startUs).toBeGreaterThanOrEqual(lastUs + airtimeUs + 2_000_000 + 1_000_000);
      expect(startUs).toBeLessThanOrEqual(lastUs + airtimeUs + 2_000_000 + 5_000_000);
    });
  });

  test.each([1, 2] as const)("acknowledged in RX%d, it is not sent again", async (window) => {
    const { join, clock, sent, of, answer, downlink, rx1Us } = stage(confirmed);
    await join();
    const rx2 = { frequencyHz: 869_525_000, spreadingFactor: 12, startUs: rx1Us(2) };
    answer(downlink({ fCnt: 0, ack: true }), window === 1 ? { startUs: rx1Us() } : rx2);
    await clock.advance(120_000);
    expect(sent).toHaveLength(2);
    expect(of("downlinkReceived")).toMatchObject([{ window, acknowledges: 0, fCnt: 0 }]);
  });

  test("a downlink without acknowledgement does not end it", async () => {
    const { join, clock, sent, of, answer, downlink, rx1Us } = stage(confirmed);
    await join();
    const answeredUs = rx1Us();
    answer(downlink({ fCnt: 0, fPort: 9, payload: Buffer.from("cafe", "hex") }), { startUs: answeredUs });
    await clock.advance(6_000);
    expect(of("downlinkReceived")).toMatchObject([{ acknowledges: undefined, fPort: 9 }]);
    expect(of("downlinkReceived")[0]!.payload.toString("hex")).toBe("cafe");
    expect(sent).toHaveLength(3);
    expect(sent[2]!.startUs).toBeGreaterThanOrEqual(answeredUs + 2_000_000);
  });

  test("an interval that the repeats have used up is left out", async () => {
    const { join, clock, of } = stage({ ...confirmed, schedule: { intervalMs: 30_000, jitterMs: 0 } });
    await join();
    await clock.advance(200_000);
    const firsts = of("uplinkSent").filter(({ attempt }) => attempt === 1);
    expect(firsts.length).toBeGreaterThan(1);
    const [first, second] = firsts;
    expect((second!.startUs - first!.startUs) % 30_000_000).toBe(0);
    expect(second!.startUs - first!.startUs).toBeGreaterThan(30_000_000);
    expect(second!.fCnt).toBe(1);
  });
});

describe("downlinks", () => {
  test("a confirmed one is acknowledged with the next reading, and only with that", async () => {
    const { join, clock, of, answer, downlink, rx1Us } = stage();
    await join();
    answer(downlink({ fCnt: 0, confirmed: true }), { startUs: rx1Us() });
    await clock.advance(2 * HOUR_MS + 60_000);
    expect(of("downlinkReceived")).toMatchObject([{ confirmed: true }]);
    expect(of("uplinkSent").map(({ ack }) => ack)).toEqual([false, true, false]);
  });

  test.each([
    [[0, 1, 2], 3, undefined],
    [[5, 5], 1, "fCntNotRising"],
    [[5, 4], 1, "fCntNotRising"],
    [[5, 5 + 16_383], 2, undefined],
    [[5, 5 + 16_384], 1, "fCntTooFar"],
    [[65_535 - 16_000, 65_535, 65_536, 65_540], 4, undefined],
  ])("counters %j: %d are received", async (counters, received, why) => {
    const { join, clock, of, answer, downlink, rx1Us } = stage();
    await join();
    for (const fCnt of counters) {
      answer(downlink({ fCnt }), { startUs: rx1Us() });
      await clock.advance(HOUR_MS);
    }
    expect(of("downlinkReceived").map(({ fCnt }) => fCnt)).toEqual(counters.slice(0, received));
    expect(of("downlinkMissed").map((miss) => miss.why)).toEqual(why ? [why] : []);
  });

  test.each([
    ["a changed octet", { octet: 9 }, "micBad"],
    ["too early", { offUs: -10_241 }, "early"],
    ["too late", { offUs: 10_241 }, "late"],
    ["on RX2's channel in RX1", { frequencyHz: 869_525_000 }, "frequency"],
    ["at another spreading factor", { spreadingFactor: 12 }, "dataRate"],
    ["ten seconds later", { offUs: 10_000_000 }, "notListening"],
  ] as readonly [string, { octet?: number; offUs?: number; frequencyHz?: number }, string][])(
    "one with %s is missed",
    async (_what, shape, why) => {
      const { join, clock, of, answer, downlink, rx1Us } = stage();
      await join();
      const { octet, offUs = 0, ...rest } = shape;
      const bytes = downlink({ fCnt: 3, fPort: 1, payload: Buffer.alloc(4) });
      if (octet !== undefined) bytes[octet]! ^= 1;
      answer(bytes, { startUs: rx1Us() + offUs, ...rest });
      await clock.advance(20_000);
      expect(of("downlinkReceived")).toHaveLength(0);
      expect(of("downlinkMissed")).toMatchObject([{ why, devAddr: ACCEPT.devAddr }]);
    },
  );

  test("after a good one in RX1, RX2 stays shut", async () => {
    const { join, clock, of, answer, downlink, rx1Us } = stage();
    await join();
    answer(downlink({ fCnt: 0 }), { startUs: rx1Us() });
    answer(downlink({ fCnt: 1 }), { startUs: rx1Us(2), frequencyHz: 869_525_000, spreadingFactor: 12 });
    await clock.advance(20_000);
    expect(of("downlinkReceived")).toMatchObject([{ fCnt: 0, window: 1 }]);
    expect(of("downlinkMissed")).toMatchObject([{ why: "notListening" }]);
  });

  test("after one with a bad MIC in RX1, RX2 is open", async () => {
    const { join, clock, of, answer, downlink, rx1Us } = stage();
    await join();
    const forged = downlink({ fCnt: 0, devAddr: "26011fee", fPort: 1, payload: Buffer.alloc(1) });
    forged[forged.length - 1]! ^= 1;
    answer(forged, { startUs: rx1Us() });
    answer(downlink({ fCnt: 0 }), { startUs: rx1Us(2), frequencyHz: 869_525_000, spreadingFactor: 12 });
    await clock.advance(20_000);
    expect(of("downlinkReceived")).toMatchObject([{ fCnt: 0, window: 2 }]);
  });

  test("another meter's downlink says nothing", async () => {
    const { join, clock, events, answer, downlink, rx1Us } = stage();
    await join();
    const told = events.length;
    answer(downlink({ fCnt: 0, devAddr: "26011fef" }), { startUs: rx1Us() });
    await clock.advance(20_000);
    expect(events).toHaveLength(told);
  });

  test("MAC commands are counted", async () => {
    const { join, clock, of, answer, downlink, rx1Us } = stage();
    await join();
    answer(downlink({ fCnt: 0, fPort: 0, payload: Buffer.from("06", "hex") }), { startUs: rx1Us() });
    await clock.advance(HOUR_MS);
    answer(downlink({ fCnt: 1, fOpts: Buffer.from("0606", "hex") }), { startUs: rx1Us() });
    await clock.advance(HOUR_MS);
    expect(of("downlinkReceived").map(({ macOctets }) => macOctets)).toEqual([1, 2]);
  });
});
