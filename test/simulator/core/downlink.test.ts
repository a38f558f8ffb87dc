/**
 * Goal: the windows and powers of EU868 are those others published.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { downlinkPowerDbm, windowsAfter } from "../../../simulator/core/downlink.ts";
import { receiveParametersOf } from "../../../simulator/meter/eu868.ts";

const eu868 = JSON.parse(readFileSync("test/vectors/eu868.json", "utf8"));

test("power is ChirpStack's, by sub-band", () => {
  const { chirpstackDownlinkEirp: published } = eu868;
  for (const frequencyHz of [863_100_000, 867_900_000, 868_100_000, 869_100_000])
    expect(downlinkPowerDbm(frequencyHz)).toBe(published["863.0-869.2"]);
  expect(downlinkPowerDbm(869_525_000)).toBe(published["869.4-869.65"]);
  expect(downlinkPowerDbm(869_850_000)).toBe(published.other);
});

test("RX1 and RX2 follow the published tables", () => {
  for (const [dataRate, byOffset] of Object.entries(eu868.rx1DataRate as Record<string, number[]>)) {
    if (Number(dataRate) > 6) continue;
    byOffset.forEach((rx1, rx1DataRateOffset) => {
      const receive = receiveParametersOf({ rxDelayS: 3, rx1DataRateOffset, rx2DataRate: eu868.rx2.dr });
      expect(windowsAfter({ frequencyHz: 867_100_000, dataRate: Number(dataRate) }, receive)).toEqual([
        { delayMs: 3_000, frequencyHz: 867_100_000, dataRate: rx1 },
        { delayMs: 4_000, frequencyHz: eu868.rx2.freqHz, dataRate: eu868.rx2.dr },
      ]);
    });
  }
});
