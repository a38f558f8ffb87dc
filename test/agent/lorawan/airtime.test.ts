import { describe, expect, test } from "vitest";
import {
  airtimeUs,
  fskAirtimeUs,
  type LoraTransmission,
  loraAirtimeUs,
  loraPayloadSymbols,
  loraPreambleUs,
  loraSymbolUs,
  lrFhssAirtimeUs,
} from "../../../agent/lorawan/airtime.ts";
import type { LoraCodeRate } from "../../../agent/lorawan/modulation.ts";
import { vectors } from "./vectors.ts";

const AIRTIME = vectors("airtime.json");

interface Row {
  id?: string;
  size: number;
  sf: number;
  bwKhz: number;
  cr?: number;
  codingRate?: LoraCodeRate;
  header?: boolean;
  crc?: boolean;
  preamble?: number | null;
  ldro?: boolean;
  expectedUs: number;
  symbols: number;
}

const transmissionOf = (row: Row): LoraTransmission => ({
  sizeOctets: row.size,
  spreadingFactor: row.sf,
  bandwidthHz: row.bwKhz * 1000,
  codeRate: row.codingRate ?? (`4/${row.cr ?? 5}` as LoraCodeRate),
  crc: row.crc ?? true,
  preambleSymbols: row.preamble ?? undefined,
  implicitHeader: row.header === false,
  lowDataRateOptimisation: row.ldro,
});

describe("times on air reckoned by others", () => {
  test("are all here", () => {
    const { vectors: rows, payloadSymbols, symbolDuration, derivedReference } = AIRTIME;
    const counts = [rows, payloadSymbols, symbolDuration, derivedReference.rows].map((group) => group.length);
    expect(counts).toEqual([41, 4, 3, 15]);
    expect(Object.keys(AIRTIME).length).toBe(10);
  });

  test.each(AIRTIME.vectors as Row[])("$id: $size octets at SF$sf/$bwKhz, $codingRate", (row) => {
    const transmission = transmissionOf(row);
    expect(loraPayloadSymbols(transmission)).toBe(row.symbols);
    if (row.preamble === null) {
      expect(row.symbols * loraSymbolUs(row.sf, row.bwKhz * 1000)).toBe(row.expectedUs);
    } else {
      expect(loraAirtimeUs(transmission)).toBe(row.expectedUs);
    }
  });

  test("low data rate optimisation is on where LoRaWAN has it on", () => {
    const rows = (AIRTIME.vectors as Row[]).filter(({ preamble }) => preamble !== null);
    expect(rows.length).toBe(39);
    for (const row of rows) {
      const transmission = { ...transmissionOf(row), lowDataRateOptimisation: undefined };
      expect(loraAirtimeUs(transmission), row.id).toBe(row.expectedUs);
    }
  });

  test.each(AIRTIME.payloadSymbols as (Row & { expectedPayloadSymbols: number })[])(
    "$size octets at SF$sf have $expectedPayloadSymbols symbols",
    (row) => expect(loraPayloadSymbols(transmissionOf(row))).toBe(row.expectedPayloadSymbols),
  );

  test.each(AIRTIME.symbolDuration as (Row & { symbolUs: number })[])(
    "a symbol at SF$sf/$bwKhz lasts $symbolUs us",
    ({ sf, bwKhz, symbolUs }) => expect(loraSymbolUs(sf, bwKhz * 1000)).toBe(symbolUs),
  );

  test("the preamble", () => {
    const { sf, bwKhz, preambleSymbols, expectedUs } = AIRTIME.preambleDuration;
    expect(loraPreambleUs(loraSymbolUs(sf, bwKhz * 1000), preambleSymbols)).toBe(expectedUs);
  });

  test("FSK", () => {
    const { bitRate, size, preambleBytes, expectedUs } = AIRTIME.fsk;
    expect(fskAirtimeUs(size, bitRate, preambleBytes)).toBe(expectedUs);
    expect(fskAirtimeUs(size, bitRate)).toBe(expectedUs);
  });

  test.each(AIRTIME.derivedReference.rows as (Row & { what: string; dr: number; us: number })[])(
    "$what at DR$dr",
    (row) => {
      const transmission = transmissionOf(row);
      expect(loraPayloadSymbols(transmission)).toBe(row.symbols);
      expect(loraAirtimeUs(transmission)).toBe(row.us);
      const modulation = {
        kind: "lora",
        spreadingFactor: row.sf,
        bandwidthHz: row.bwKhz * 1000,
        codeRate: undefined,
      } as const;
      expect(airtimeUs(modulation, row.size, { noCrc: row.crc === false })).toBe(row.us);
    },
  );
});

describe("a packet of any modulation", () => {
  const lora = { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" } as const;

  test("is an uplink's unless told otherwise", () => {
    expect(airtimeUs(lora, 10)).toBe(41_216);
    expect(airtimeUs(lora, 10, { preamble: 0 })).toBe(41_216);
    expect(airtimeUs(lora, 10, { preamble: 10 })).toBe(41_216 + 2 * 1_024);
    expect(airtimeUs(lora, 17, { noCrc: true })).toBe(46_336);
    expect(airtimeUs(lora, 10, { noHeader: true })).toBeLessThan(41_216);
    expect(airtimeUs({ kind: "fsk", bitrate: 50_000, deviationHz: undefined }, 200)).toBe(33_760);
    expect(airtimeUs({ kind: "fsk", bitrate: 50_000, deviationHz: undefined }, 200, { preamble: 6 })).toBe(
      33_920,
    );
  });

  test("in LR-FHSS is headers and coded payload", () => {
    // By hand from Semtech's driver: (10 + 2) 8 + 6 = 102 bits; 1/3: 306 = 6 blocks of 50 and 18 + 2; 3 headers of 114.
    expect(lrFhssAirtimeUs(10, "1/3")).toBe(((3 * 114 + 6 * 50 + 20) * 1e6) / 488.28125);
    // 2/3: 153 = 3 blocks of 50 and 9 + 2; 2 headers.
    expect(lrFhssAirtimeUs(10, "2/3")).toBe(((2 * 114 + 3 * 50 + 11) * 1e6) / 488.28125);
    // 5/6: 122.4, rounded up; 1/2: 204. 23 octets at 1/2: 412 = 8 blocks and 28 + 2. 14 octets at 1/3 fill no block exactly.
    expect(lrFhssAirtimeUs(10, "5/6")).toBe(((2 * 114 + 2 * 50 + 29) * 1e6) / 488.28125);
    const modulation = {
      kind: "lrFhss",
      channelWidthHz: 137_000,
      gridSteps: 8,
      codeRate: undefined,
    } as const;
    expect(airtimeUs(modulation, 10)).toBe(lrFhssAirtimeUs(10, "1/3"));
  });
});
