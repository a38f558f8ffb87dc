import { expect, test } from "vitest";
import { frequencyMhz, readFrequencyHz } from "../../../agent/lorawan/frequency.ts";

test("every multiple of 100 Hz comes back from each way in which forwarders write it", () => {
  for (let hz = 863_000_000; hz <= 870_000_000; hz += 100) {
    const float32 = Math.fround(hz / 1e6);
    const cut = Math.floor(float32 * 1e6) / 1e6;
    for (const mhz of [frequencyMhz(hz), float32, Number(float32.toFixed(6)), cut]) {
      if (readFrequencyHz(mhz) !== hz) expect.fail(`${mhz} became ${readFrequencyHz(mhz)}`);
    }
  }
});

test("a frequency between the steps is kept to the Hz", () => {
  expect(readFrequencyHz(866.349812)).toBe(866_349_812);
  expect(readFrequencyHz(868.10001)).toBe(868_100_010);
  expect(readFrequencyHz("868.3")).toBe(868_300_000);
});

test("what lies a little under a whole Hz is rounded, not cut", () => {
  expect(readFrequencyHz(866.3498119999999)).toBe(866_349_812);
  expect(readFrequencyHz(866.3498124)).toBe(866_349_812);
});

test("a frequency has 1 to 2^32 - 1 Hz", () => {
  expect([readFrequencyHz(0.000001), readFrequencyHz(4294.967295)]).toEqual([1, 4_294_967_295]);
  for (const mhz of [0, 0.0000001, -1, 4294.967296, Number.NaN, null, undefined, "", true]) {
    expect(readFrequencyHz(mhz)).toBe(undefined);
  }
});
