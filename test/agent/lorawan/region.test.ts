import { expect, test } from "vitest";
import { EU868_SUB_BANDS, subBandOf } from "../../../agent/lorawan/region.ts";
import { vectors } from "./vectors.ts";

const EU868 = vectors("eu868.json");

interface Row {
  etsi: string;
  from: number;
  to: number;
  dutyCycle: number;
  erpDbm: number;
}

test("the sub-bands are those that others have, and no more", () => {
  const rows = EU868.subBands as Row[];
  expect(rows.length).toBe(6);
  expect(EU868_SUB_BANDS).toEqual(
    rows.map(({ etsi, from, to, dutyCycle, erpDbm }) => ({
      name: etsi.slice(0, 1),
      lowHz: from,
      highHz: to,
      dutyCycle,
      maxEirpDbm: erpDbm + EU868.erpToEirpDb,
    })),
  );
});

test.each(EU868.subBands as Row[])("$etsi reaches from $from up to $to", ({ etsi, from, to }) => {
  const name = etsi.slice(0, 1);
  expect([subBandOf(from)?.name, subBandOf(to - 1)?.name]).toEqual([name, name]);
  expect([subBandOf(from - 1)?.name, subBandOf(to)?.name]).not.toContain(name);
});

test.each(EU868.gaps as [number, number][])("between %d and %d nothing may be sent", (from, to) => {
  expect([subBandOf(from), subBandOf(to - 1)]).toEqual([undefined, undefined]);
  expect([subBandOf(from - 1), subBandOf(to)]).not.toContain(undefined);
});

test("the channels everybody uses are where they belong", () => {
  expect(EU868.defaultChannels.map(({ freqHz }: { freqHz: number }) => subBandOf(freqHz)?.name)).toEqual([
    "M",
    "M",
    "M",
  ]);
  expect(EU868.cfList.example.freqs.map((hz: number) => subBandOf(hz)?.name)).toEqual([
    "L",
    "L",
    "L",
    "L",
    "L",
  ]);
  expect(subBandOf(EU868.rx2.freqHz)).toMatchObject({ name: "P", dutyCycle: 0.1, maxEirpDbm: 29.15 });
  expect([subBandOf(862_999_999), subBandOf(870_000_000), subBandOf(0), subBandOf(Number.NaN)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
