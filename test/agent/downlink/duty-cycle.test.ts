import { describe, expect, test } from "vitest";
import { createDutyCycle } from "../../../agent/downlink/duty-cycle.ts";
import { EUI } from "./given.ts";

const MINUTE_MS = 60_000;
const SECOND_US = 1_000_000;
const START_MS = 5 * MINUTE_MS;

// Shares of an hour, EN 300 220-2 as in facts of the region: 0.1 % 3.6 s, 1 % 36 s, 10 % 360 s.
describe.each([
  ["K", 863_500_000, 3.6],
  ["L", 867_100_000, 36],
  ["M", 868_100_000, 36],
  ["N", 868_900_000, 3.6],
  ["P", 869_525_000, 360],
  ["R", 869_850_000, 36],
])("sub-band %s", (_name, frequencyHz, shareS) => {
  test(`takes ${shareS} s within an hour and not a microsecond more`, () => {
    const dutyCycle = createDutyCycle();
    const shareUs = Math.round(shareS * SECOND_US);
    expect(dutyCycle.allows(EUI, frequencyHz, shareUs, START_MS)).toBe(true);
    expect(dutyCycle.allows(EUI, frequencyHz, shareUs + 1, START_MS)).toBe(false);

    dutyCycle.charge(EUI, frequencyHz, shareUs - 100, START_MS, START_MS);
    expect(dutyCycle.allows(EUI, frequencyHz, 100, START_MS)).toBe(true);
    expect(dutyCycle.allows(EUI, frequencyHz, 101, START_MS)).toBe(false);
    expect(dutyCycle.loads(EUI, START_MS)).toMatchObject([{ airtimeUs: shareUs - 100, limitUs: shareUs }]);
  });
});

test.each([868_650_000, 869_300_000, 869_675_000, 870_000_000, 915_000_000])(
  "%d Hz lies in no sub-band: never allowed, but accounted when it was transmitted",
  (frequencyHz) => {
    const dutyCycle = createDutyCycle();
    expect(dutyCycle.allows(EUI, frequencyHz, 1, START_MS)).toBe(false);
    dutyCycle.charge(EUI, frequencyHz, 500, START_MS, START_MS);
    expect(dutyCycle.loads(EUI, START_MS)).toEqual([{ subBand: "outside", airtimeUs: 500, limitUs: 0 }]);
  },
);

test("an account forgets after an hour, never before, and at most a minute late", () => {
  for (const offsetMs of [0, 1, 30_000, 59_999]) {
    const dutyCycle = createDutyCycle();
    const atMs = START_MS + offsetMs;
    dutyCycle.charge(EUI, 868_100_000, 36 * SECOND_US, atMs, atMs);
    expect(dutyCycle.allows(EUI, 868_100_000, 1, atMs + 60 * MINUTE_MS)).toBe(false);
    expect(dutyCycle.allows(EUI, 868_100_000, 1, atMs + 61 * MINUTE_MS)).toBe(true);
  }
});

test("what goes on air later counts at once, and an hour from then", () => {
  const dutyCycle = createDutyCycle();
  const onAirMs = START_MS + 8 * MINUTE_MS;
  dutyCycle.charge(EUI, 868_100_000, 36 * SECOND_US, START_MS, onAirMs);
  expect(dutyCycle.allows(EUI, 868_100_000, 1, START_MS)).toBe(false);
  expect(dutyCycle.allows(EUI, 868_100_000, 1, onAirMs + 60 * MINUTE_MS)).toBe(false);
  expect(dutyCycle.allows(EUI, 868_100_000, 1, onAirMs + 61 * MINUTE_MS)).toBe(true);
});

test("a refused packet gives its airtime back, once its minute is forgotten too", () => {
  const dutyCycle = createDutyCycle();
  const charge = dutyCycle.charge(EUI, 868_100_000, 36 * SECOND_US, START_MS, START_MS);
  charge.refund();
  expect(dutyCycle.loads(EUI, START_MS)).toMatchObject([{ airtimeUs: 0 }]);

  const old = dutyCycle.charge(EUI, 868_100_000, 5, START_MS, START_MS);
  expect(dutyCycle.loads(EUI, START_MS + 62 * MINUTE_MS)).toMatchObject([{ airtimeUs: 0 }]);
  old.refund();
  expect(dutyCycle.loads(EUI, START_MS + 62 * MINUTE_MS)).toMatchObject([{ airtimeUs: 0 }]);
});

test("gateways and sub-bands have an account each", () => {
  const dutyCycle = createDutyCycle();
  dutyCycle.charge(EUI, 868_100_000, 36 * SECOND_US, START_MS, START_MS);
  expect(dutyCycle.allows(EUI, 867_100_000, SECOND_US, START_MS)).toBe(true);
  expect(dutyCycle.allows("other", 868_100_000, SECOND_US, START_MS)).toBe(true);
  expect(dutyCycle.loads("other", START_MS)).toEqual([]);
});

test("a gateway silent for an hour is forgotten when a new one comes", () => {
  const dutyCycle = createDutyCycle();
  dutyCycle.charge("old", 868_100_000, 1, START_MS, START_MS);
  const laterMs = START_MS + 62 * MINUTE_MS;
  expect(dutyCycle.loads("old", laterMs)).toHaveLength(1);
  dutyCycle.charge("new", 868_100_000, 1, laterMs, laterMs);
  expect(dutyCycle.loads("old", laterMs)).toEqual([]);
});

test("an account that nobody reads forgets as well", () => {
  const dutyCycle = createDutyCycle();
  dutyCycle.charge(EUI, 868_100_000, 100, START_MS, START_MS);
  const laterMs = START_MS + 62 * MINUTE_MS;
  dutyCycle.charge(EUI, 868_100_000, 1, laterMs, laterMs);
  // Looked at from the past, the first charge would still count, were it there.
  expect(dutyCycle.loads(EUI, START_MS)).toMatchObject([{ airtimeUs: 1 }]);
});
