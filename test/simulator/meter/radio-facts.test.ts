import { describe, expect, test } from "vitest";
import { EU868_SUB_BANDS } from "../../../agent/lorawan/region.ts";
import { createDevNonces, DEV_NONCES_MAX } from "../../../simulator/meter/dev-nonces.ts";
import {
  channelsAfterJoin,
  DATA_RATES,
  JOIN_CHANNELS_HZ,
  JOIN_DATA_RATES,
  JOIN_RECEIVE,
  receiveParametersOf,
  rx1DataRate,
} from "../../../simulator/meter/eu868.ts";
import { afterJoinRequest, type JoinSpending, joinAllowedUs } from "../../../simulator/meter/join-budget.ts";
import { freeUs, rest } from "../../../simulator/meter/off-time.ts";
import { W1_OCTETS } from "../../../simulator/meter/payload.ts";
import { uplinkAirtimeUs } from "../../../simulator/meter/radio.ts";
import { closeUs, missOf, receiveWindows } from "../../../simulator/meter/receive-windows.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import eu868 from "../../vectors/eu868.json" with { type: "json" };

const HOUR_US = 3_600_000_000;

describe("EU868 as a meter needs it", () => {
  test("data rates and payload limits are those of the tables", () => {
    const limits: Record<string, number[]> = eu868.maxPayload.repeaterCompatible;
    const published = eu868.dataRates.slice(0, DATA_RATES.length).map(({ dr, sf, bwKhz }) => ({
      spreadingFactor: sf!,
      bandwidthHz: bwKhz! * 1_000,
      payloadOctetsMax: limits[dr]![1],
    }));
    expect(DATA_RATES).toEqual(published);
  });

  test.each(eu868.tests.rx1.filter(({ uplinkDr }) => uplinkDr < DATA_RATES.length))(
    "RX1 after DR$uplinkDr with offset $offset is DR$rx1Dr",
    ({ uplinkDr, offset, rx1Dr }) => expect(rx1DataRate(uplinkDr, offset)).toBe(rx1Dr),
  );

  test("joins happen on the three channels and six data rates, answered after 5 and 6 s", () => {
    expect(JOIN_CHANNELS_HZ).toEqual(eu868.joinChannels);
    expect(JOIN_DATA_RATES.join("..").replace(/\.\..*\.\./, "..")).toBe(eu868.joinDr);
    expect(JOIN_RECEIVE.rx1DelayUs).toBe(eu868.delays.joinAccept1s * 1e6);
    expect(JOIN_RECEIVE.rx2FrequencyHz).toBe(eu868.rx2.freqHz);
    expect(JOIN_RECEIVE.rx2DataRate).toBe(eu868.rx2.dr);
  });

  test("a join-accept's values that EU868 does not have leave the default", () => {
    const wild = receiveParametersOf({ rxDelayS: 0, rx1DataRateOffset: 6, rx2DataRate: 15 });
    expect(wild).toEqual({ ...JOIN_RECEIVE, rx1DelayUs: 1_000_000 });
    const tame = receiveParametersOf({ rxDelayS: 15, rx1DataRateOffset: 5, rx2DataRate: 3 });
    expect(tame).toMatchObject({ rx1DelayUs: 15_000_000, rx1DataRateOffset: 5, rx2DataRate: 3 });
  });

  test("a CFList adds its frequencies, but no empty place and none outside the band", () => {
    const added = channelsAfterJoin([867_100_000, 0, 868_650_000, 915_000_000, 867_900_000]);
    expect(added).toEqual([...eu868.joinChannels, 867_100_000, 867_900_000]);
  });

  test("a reading fits the slowest data rate, down to which repeats go", () => {
    expect(W1_OCTETS).toBeLessThanOrEqual(DATA_RATES[0]!.payloadOctetsMax);
  });
});

describe("receive windows", () => {
  const receive = { ...JOIN_RECEIVE, rx1DelayUs: 1_000_000, rx1DataRateOffset: 2, rx2DataRate: 3 };
  const [rx1, rx2] = receiveWindows({ endUs: 7_000_123, frequencyHz: 867_100_000, dataRate: 5 }, receive);
  const answer = {
    phyPayload: Buffer.alloc(12),
    frequencyHz: 867_100_000,
    spreadingFactor: 9,
    bandwidthHz: 125_000,
    inverted: true,
    powerDbm: 14,
    airtimeUs: 1,
    startUs: 8_000_123,
  };

  test("RX1 opens a delay after the uplink's end on its channel, RX2 a second later on its own", () => {
    expect(rx1).toMatchObject({ openUs: 8_000_123, frequencyHz: 867_100_000, spreadingFactor: 9 });
    expect(rx2).toMatchObject({ openUs: 9_000_123, frequencyHz: 869_525_000, spreadingFactor: 9 });
  });

  test.each([
    [5, 10_240],
    [0, 32_768],
  ])("at DR%d an answer may start %d us off, and not one more", (dataRate, toleranceUs) => {
    const uplink = { endUs: 0, frequencyHz: 868_100_000, dataRate };
    const [window] = receiveWindows(uplink, JOIN_RECEIVE);
    const at = (offUs: number) => ({ ...answer, ...window, startUs: window.openUs + offUs });
    expect(window.toleranceUs).toBe(toleranceUs);
    expect(missOf(window, at(-toleranceUs))).toBeUndefined();
    expect(missOf(window, at(-toleranceUs - 1))).toBe("early");
    expect(missOf(window, at(toleranceUs))).toBeUndefined();
    expect(missOf(window, at(toleranceUs + 1))).toBe("late");
  });

  test.each([
    [{}, undefined],
    [{ frequencyHz: 867_300_000 }, "frequency"],
    [{ spreadingFactor: 7 }, "dataRate"],
    [{ bandwidthHz: 250_000 }, "dataRate"],
  ])("an answer with %o: %s", (changed, miss) => {
    expect(missOf(rx1, { ...answer, ...changed })).toBe(miss);
  });

  test("they close when the longest frame that started last has ended", () => {
    // 128 octets at SF9 without CRC: 676.864 ms.
    expect(rx2.sizeOctetsMax).toBe(128);
    expect(closeUs([rx1, rx2])).toBe(9_000_123 + rx2.toleranceUs + 676_864);
  });
});

describe("the join budget", () => {
  /** Join-requests as fast as the budget lets them go. @returns how many fell into each of these spans. */
  function joinsWithin(airtimeUs: number, spansUs: readonly number[]): number[] {
    let spending: JoinSpending | undefined;
    let atUs = 0;
    let fromUs = 0;
    return spansUs.map((spanUs) => {
      let count = 0;
      for (;;) {
        atUs = joinAllowedUs(spending, airtimeUs, atUs);
        if (atUs >= fromUs + spanUs) break;
        spending = afterJoinRequest(spending, airtimeUs, atUs);
        atUs += airtimeUs;
        count++;
      }
      fromUs += spanUs;
      return count;
    });
  }

  test("at SF12: 24 in the first hour, 24 in the next ten, then 5 a day", () => {
    const airtimeUs = uplinkAirtimeUs(23, 0);
    expect(airtimeUs).toBe(1_482_752);
    const spans = [HOUR_US, 10 * HOUR_US, 24 * HOUR_US, 24 * HOUR_US, 24 * HOUR_US];
    expect(joinsWithin(airtimeUs, spans)).toEqual([24, 24, 5, 5, 5]);
  });

  test("exactly 36 s of air time are too much", () => {
    expect(joinsWithin(9_000_000, [HOUR_US, 10 * HOUR_US])).toEqual([3, 3]);
    expect(joinsWithin(8_999_999, [HOUR_US, 10 * HOUR_US])).toEqual([4, 4]);
  });

  test("periods run from the first join-request, whenever it was, and what was not used is lost", () => {
    const spending = afterJoinRequest(undefined, 35_000_000, 500);
    expect(joinAllowedUs(spending, 2_000_000, 1_000)).toBe(500 + HOUR_US);
    expect(joinAllowedUs(spending, 2_000_000, 500 + HOUR_US)).toBe(500 + HOUR_US);
    const days = 500 + 11 * HOUR_US + 100 * 24 * HOUR_US;
    const late = afterJoinRequest(spending, 8_000_000, days);
    expect(joinAllowedUs(late, 1_000_000, days + 5)).toBe(days + 24 * HOUR_US);
  });
});

describe("the duty cycle", () => {
  test("one hundredth of the time: a sub-band rests 99 times the air time, the others do not", () => {
    const offTimes = new Map();
    rest(offTimes, 868_300_000, 1_000, 61_696);
    expect(freeUs(offTimes, 868_100_000)).toBe(1_000 + 6_169_600);
    expect(freeUs(offTimes, 867_100_000)).toBe(Number.NEGATIVE_INFINITY);
  });

  test("a frequency outside the sub-bands is never free", () => {
    expect(EU868_SUB_BANDS.length).toBeGreaterThan(0);
    expect(freeUs(new Map(), 868_650_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("DevNonces", () => {
  const all = (used: number) => {
    const nonces = createDevNonces(new WorldRng(7).stream("nonce"), used);
    return Array.from({ length: 10 }, () => nonces.next());
  };

  test("none comes twice, and after all 65,536 there is none", () => {
    const nonces = createDevNonces(new WorldRng(7).stream("nonce"));
    const drawn = new Set(Array.from({ length: DEV_NONCES_MAX }, () => nonces.next()));
    expect(drawn.size).toBe(DEV_NONCES_MAX);
    expect(Math.max(...(drawn as Set<number>))).toBe(0xffff);
    expect(nonces.next()).toBeUndefined();
    expect(nonces.used()).toBe(DEV_NONCES_MAX);
  });

  test("a meter that lives again goes on where it was", () => {
    expect(all(4).slice(0, 6)).toEqual(all(0).slice(4));
  });
});
