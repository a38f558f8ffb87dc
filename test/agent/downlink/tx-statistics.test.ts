import { expect, test } from "vitest";
import { createTxCounts, TX_KINDS_MAX } from "../../../agent/downlink/tx-statistics.ts";
import { EUI, FSK, LORA } from "./given.ts";

test("what was transmitted is told once, by frequency, modulation and status", () => {
  const counts = createTxCounts();
  counts.received(EUI);
  counts.received(EUI);
  counts.emitted(EUI, 868_100_000, LORA);
  counts.emitted(EUI, 868_100_000, { ...LORA });
  counts.emitted(EUI, 869_525_000, FSK);
  counts.answered(EUI, ["TOO_LATE", "OK"]);
  counts.answered(EUI, ["OK", "IGNORED"]);

  expect(counts.take(EUI)).toEqual({
    txReceived: 2,
    txEmitted: 3,
    txPerFrequencyHz: new Map([
      [868_100_000, 2],
      [869_525_000, 1],
    ]),
    txPerModulation: [
      { modulation: LORA, count: 2 },
      { modulation: FSK, count: 1 },
    ],
    txPerStatus: new Map([
      ["TOO_LATE", 1],
      ["OK", 2],
    ]),
  });
  expect(counts.take(EUI)).toMatchObject({ txReceived: 0, txEmitted: 0, txPerModulation: [] });
});

test("a core that hops over all frequencies cannot fill the memory, and the totals stay right", () => {
  const counts = createTxCounts();
  for (let hop = 0; hop < TX_KINDS_MAX + 10; hop++) {
    counts.emitted(EUI, 868_000_000 + hop, { kind: "fsk", bitrate: 1_000 + hop, deviationHz: 1 });
  }
  counts.emitted(EUI, 868_000_000, FSK);
  const taken = counts.take(EUI);
  expect(taken.txEmitted).toBe(TX_KINDS_MAX + 11);
  expect(taken.txPerFrequencyHz.size).toBe(TX_KINDS_MAX);
  expect(taken.txPerFrequencyHz.get(868_000_000)).toBe(2);
  expect(taken.txPerModulation.length).toBe(TX_KINDS_MAX);
});
