/** What the radio heard, by channel, rate, CRC and strength. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRadio, RADIO_KINDS_MAX } from "../../../../agent/health/records/radio.ts";
import type { Modulation, Rxpk } from "../../../../agent/lorawan/rxpk.ts";
import type { Stat } from "../../../../agent/lorawan/stat.ts";
import { rxpkOf } from "./frames.ts";

const EUI = "7276ff0044010010";
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const all = ({ ok, bad, none }: { ok: number; bad: number; none: number }): number => ok + bad + none;

test("each frame is counted once by channel, by rate and by CRC, whatever comes", () => {
  const modulation: fc.Arbitrary<Modulation> = fc.oneof(
    fc.record({
      kind: fc.constant("lora" as const),
      spreadingFactor: fc.integer({ min: 5, max: 12 }),
      bandwidthHz: fc.constantFrom(125_000, 250_000, 500_000),
      codeRate: fc.constant("4/5" as const),
    }),
    fc.record({
      kind: fc.constant("fsk" as const),
      bitrate: fc.integer({ min: 1, max: 1e6 }),
      deviationHz: fc.constant(undefined),
    }),
    fc.record({
      kind: fc.constant("lrFhss" as const),
      channelWidthHz: fc.constantFrom(137_000, 336_000),
      gridSteps: fc.constant(0),
      codeRate: fc.constant(undefined),
    }),
  );
  const rxpk: fc.Arbitrary<Rxpk> = fc
    .record({
      frequencyHz: fc.integer({ min: 863_000_000, max: 870_000_000 }),
      crc: fc.constantFrom("ok" as const, "bad" as const, "none" as const),
      modulation,
      rssiDbm: fc.option(fc.integer({ min: -200, max: 50 }), { nil: undefined }),
      snrDb: fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined }),
    })
    .map((shape) => rxpkOf(shape));
  fc.assert(
    fc.property(fc.array(rxpk, { maxLength: 150 }), (rxpks) => {
      const radio = createRadio();
      for (const one of rxpks) radio.heard(one);
      const view = radio.view(EUI);
      expect(all(view.crc)).toBe(rxpks.length);
      expect(sum(view.channels.map(all)) + view.otherChannels).toBe(rxpks.length);
      expect(sum(view.rates.map(all)) + view.otherRates).toBe(rxpks.length);
      const good = rxpks.filter(({ crc }) => crc === "ok");
      expect(sum(view.rssiDbm.counts)).toBe(good.filter(({ rssiDbm }) => rssiDbm !== undefined).length);
      expect(sum(view.snrDb.counts)).toBe(good.filter(({ snrDb }) => snrDb !== undefined).length);
      expect(view.channels.length).toBeLessThanOrEqual(RADIO_KINDS_MAX);
      expect(view.rates.length).toBeLessThanOrEqual(RADIO_KINDS_MAX);
    }),
  );
});

test("rates have the names that forwarders write", () => {
  const radio = createRadio();
  radio.heard(
    rxpkOf({ modulation: { kind: "lora", spreadingFactor: 9, bandwidthHz: 125_000, codeRate: "4/5" } }),
  );
  radio.heard(rxpkOf({ modulation: { kind: "fsk", bitrate: 50_000, deviationHz: undefined }, crc: "bad" }));
  expect(radio.view(EUI).rates).toEqual([
    { rate: "SF9BW125", ok: 1, bad: 0, none: 0 },
    { rate: "FSK50000", ok: 0, bad: 1, none: 0 },
  ]);
});

test("a histogram's class holds what its bounds say, and its ends all beyond", () => {
  const radio = createRadio();
  for (const rssiDbm of [-200, -136, -135, -100.1, -100, -30, 20]) radio.heard(rxpkOf({ rssiDbm }));
  const { from, step, counts } = radio.view(EUI).rssiDbm;
  const at = (rssiDbm: number): number => Math.floor((rssiDbm - from) / step);
  expect(counts[0]).toBe(2);
  expect(counts[at(-135)]).toBe(1);
  expect(counts[at(-100.1)]).toBe(1);
  expect(counts[at(-100)]).toBe(1);
  expect(counts.at(-1)).toBe(2);
});

test("the first channels are told apart, and those beyond the limit are one number", () => {
  const radio = createRadio();
  for (let at = 0; at < RADIO_KINDS_MAX + 3; at++)
    radio.heard(rxpkOf({ frequencyHz: 868_000_000 + at * 1_000 }));
  radio.heard(rxpkOf({ frequencyHz: 868_000_000 }));
  const { channels, otherChannels } = radio.view(EUI);
  expect(channels).toHaveLength(RADIO_KINDS_MAX);
  expect(channels[0]).toEqual({ frequencyHz: 868_000_000, ok: 2, bad: 0, none: 0 });
  expect(otherChannels).toBe(3);
});

test("the forwarder's own stats are summed: they know of frames that it kept to itself", () => {
  const radio = createRadio();
  const stat = { rxReceived: 10, rxOk: 7, rxForwarded: 7 } as Stat;
  radio.stat(stat);
  radio.stat({ ...stat, rxOk: undefined });
  expect(radio.view(EUI).told).toEqual({ stats: 2, received: 20, ok: 7, forwarded: 14 });
});
