/**
 * Goal: our trimmed gw.proto is ChirpStack's, field by field and name by name, in octets and in JSON; and the code
 * in the tree is the one generated from it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gw } from "../../../agent/lorawan/gw.js";
import {
  CONN_STATE,
  DOWNLINK_FRAME,
  DOWNLINK_TX_ACK,
  GATEWAY_CONFIGURATION,
  GATEWAY_STATS,
  readJson,
  UPLINK_FRAME,
  writeJson,
} from "../../../agent/lorawan/gw-json.ts";
import { TX_STATUSES } from "../../../agent/lorawan/tx-status.ts";
import { judge } from "./judge.ts";

const MODULATIONS: readonly gw.Modulation.$Properties[] = [
  {
    lora: {
      bandwidth: 125_000,
      spreadingFactor: 12,
      codeRate: 12,
      polarizationInversion: true,
      preamble: 8,
      noCrc: true,
    },
  },
  { fsk: { frequencyDeviation: 25_000, datarate: 50_000 } },
  { lrFhss: { operatingChannelWidth: 137_000, gridSteps: 52, codeRate: 6 } },
];
const perModulation = MODULATIONS.map((modulation, at) => ({ modulation, count: at + 1 }));
const time = { seconds: 1_772_600_767, nanos: 123_456_789 };

/** One of each message, every field set and no two alike. */
const MESSAGES = {
  UplinkFrame: {
    phyPayload: Buffer.from([1, 2, 3]),
    txInfo: { frequency: 868_100_000, modulation: MODULATIONS[0]! },
    rxInfo: {
      gatewayId: "7076ff0056040000",
      uplinkId: 0xffff_fffe,
      gwTime: time,
      timeSinceGpsEpoch: { seconds: 1_456_000_123, nanos: 987_000_000 },
      fineTimeSinceGpsEpoch: { seconds: 1_456_000_124, nanos: 1 },
      rssi: -119,
      snr: -11.25,
      channel: 7,
      rfChain: 1,
      board: 2,
      antenna: 3,
      context: Buffer.from([4, 5, 6, 7]),
      metadata: { delayed: "true" },
      crcStatus: 2,
    },
  },
  GatewayStats: {
    gatewayId: "7076ff0056040000",
    time,
    location: { latitude: 47.3, longitude: -0.68, altitude: 61, source: 1 },
    configVersion: "v7",
    rxPacketsReceived: 1,
    rxPacketsReceivedOk: 2,
    txPacketsReceived: 3,
    txPacketsEmitted: 4,
    metadata: { model: "iStation" },
    txPacketsPerFrequency: { 869525000: 5 },
    rxPacketsPerFrequency: { 868100000: 6 },
    txPacketsPerModulation: perModulation.slice(0, 1),
    rxPacketsPerModulation: perModulation,
    txPacketsPerStatus: { TOO_LATE: 7 },
  },
  DownlinkFrame: {
    downlinkId: 0xffff_fffd,
    gatewayId: "7076ff0056040000",
    items: [
      { immediately: {} },
      { delay: { delay: { seconds: 1, nanos: 500_000_000 } } },
      { gpsEpoch: { timeSinceGpsEpoch: { seconds: 1_456_000_123, nanos: 1 } } },
    ].map((timing, at) => ({
      phyPayload: Buffer.from([at]),
      txInfo: {
        frequency: 869_525_000 + at,
        power: -at || 14,
        modulation: MODULATIONS[at]!,
        board: 1,
        antenna: 2,
        timing,
        context: Buffer.from([9, at]),
      },
    })),
  },
  DownlinkTxAck: { downlinkId: 9, gatewayId: "7076ff0056040000", items: [{ status: 2 }, { status: 11 }] },
  GatewayConfiguration: { version: "v7", statsInterval: { seconds: 30, nanos: 5e8 }, gatewayId: "70" },
  ConnState: { state: 1, gatewayId: "7076ff0056040000" },
} as const;

const SHAPES = {
  UplinkFrame: UPLINK_FRAME,
  GatewayStats: GATEWAY_STATS,
  DownlinkFrame: DOWNLINK_FRAME,
  DownlinkTxAck: DOWNLINK_TX_ACK,
  GatewayConfiguration: GATEWAY_CONFIGURATION,
  ConnState: CONN_STATE,
};

const NAMES = Object.keys(MESSAGES) as (keyof typeof MESSAGES)[];

/** Only what both sides must agree on: the judge's own encoding of what it read. */
function ours(name: (typeof NAMES)[number]): Uint8Array {
  return (gw[name] as { encode(message: object): { finish(): Uint8Array } }).encode(MESSAGES[name]).finish();
}

describe("the messages", () => {
  test.each(NAMES)("%s: the judge reads every field of ours, and loses nothing", (name) => {
    const read = (
      judge[name] as { deserializeBinary(octets: Uint8Array): { serializeBinary(): Uint8Array } }
    ).deserializeBinary(ours(name));
    // What it did not know by its number it would not write again.
    const again = (gw[name] as { decode(octets: Uint8Array): object }).decode(read.serializeBinary());
    expect(plain(again)).toEqual(plain(MESSAGES[name]));
  });

  test("fields stand where the judge has them, by name", () => {
    const up = judge.UplinkFrame.deserializeBinary(ours("UplinkFrame")).toObject();
    expect(up).toMatchObject({
      phyPayload: "AQID",
      rxInfo: {
        gatewayId: "7076ff0056040000",
        uplinkId: 0xffff_fffe,
        gwTime: time,
        timeSinceGpsEpoch: { seconds: 1_456_000_123, nanos: 987_000_000 },
        fineTimeSinceGpsEpoch: { seconds: 1_456_000_124, nanos: 1 },
        rssi: -119,
        snr: -11.25,
        channel: 7,
        rfChain: 1,
        board: 2,
        antenna: 3,
        context: "BAUGBw==",
        metadataMap: [["delayed", "true"]],
        crcStatus: 2,
      },
    });
    const down = judge.DownlinkFrame.deserializeBinary(ours("DownlinkFrame")).toObject();
    expect(down).toMatchObject({ downlinkId: 0xffff_fffd, gatewayId: "7076ff0056040000" });
    expect(down.itemsList[1]).toMatchObject({
      phyPayload: "AQ==",
      txInfo: {
        frequency: 869_525_001,
        power: -1,
        board: 1,
        antenna: 2,
        context: "CQE=",
        timing: { delay: { delay: { seconds: 1, nanos: 500_000_000 } } },
      },
    });
  });

  test("enums have the judge's names and numbers", () => {
    expect(Object.fromEntries(TX_STATUSES.map((name, at) => [name, at]))).toEqual({ ...judge.TxAckStatus });
    const named = (enumeration: object): object =>
      Object.fromEntries(Object.entries(enumeration).filter(([name]) => Number.isNaN(Number(name))));
    expect(named(gw.CodeRate)).toEqual({ ...judge.CodeRate });
    expect(named(gw.CRCStatus)).toEqual({ ...judge.CRCStatus });
    expect(named(gw.TxAckStatus)).toEqual({ ...judge.TxAckStatus });
    expect(named(gw.ConnState.State)).toEqual({ ...judge.ConnState.State });
  });
});

describe("their JSON form", () => {
  test.each(NAMES)("%s comes back as it went", (name) => {
    const json = JSON.parse(JSON.stringify(writeJson(SHAPES[name], MESSAGES[name])));
    expect(plain(readJson(SHAPES[name], json))).toEqual(plain(MESSAGES[name]));
  });

  test("is as protojson writes it", () => {
    expect(writeJson(GATEWAY_STATS, MESSAGES.GatewayStats)).toMatchObject({
      time: "2026-03-04T05:06:07.123456789Z",
      location: { latitude: 47.3, longitude: -0.68, altitude: 61, source: "GPS" },
      txPacketsPerFrequency: { "869525000": 5 },
      txPacketsPerStatus: { TOO_LATE: 7 },
      rxPacketsPerModulation: [
        { modulation: { lora: { codeRate: "CR_LI_4_8", noCrc: true } }, count: 1 },
        { modulation: { fsk: { frequencyDeviation: 25_000, datarate: 50_000 } }, count: 2 },
        { modulation: { lrFhss: { codeRate: "CR_2_6" } }, count: 3 },
      ],
    });
    expect(writeJson(DOWNLINK_TX_ACK, MESSAGES.DownlinkTxAck)).toEqual({
      downlinkId: 9,
      gatewayId: "7076ff0056040000",
      items: [{ status: "TOO_LATE" }, { status: "DUTY_CYCLE_OVERFLOW" }],
    });
    expect(writeJson(CONN_STATE, { state: 0, gatewayId: "70" })).toEqual({ gatewayId: "70" });
  });

  test.each([
    ["1.500s", 1, 500_000_000],
    ["1.5s", 1, 500_000_000],
    ["30s", 30, 0],
    ["0.000000001s", 0, 1],
    ["-1.5s", -1, -500_000_000],
  ])("reads the duration %s", (text, seconds, nanos) => {
    expect(readJson(GATEWAY_CONFIGURATION, { statsInterval: text }).statsInterval).toEqual({
      seconds,
      nanos: nanos || expect.closeTo(0),
    });
  });

  test.each(["30", "s", "1.0000000001s", "1e3s", 30, {}, ""])("%j is no duration", (text) => {
    expect(() => readJson(GATEWAY_CONFIGURATION, { statsInterval: text })).toThrow("no ");
  });

  test.each([
    [0, "0s"],
    [1_000_000, "0.001s"],
    [500_000_000, "0.500s"],
    [123_456_000, "0.123456s"],
    [123_456_789, "0.123456789s"],
    [1, "0.000000001s"],
  ])("%s nanoseconds are written with none, three, six or nine digits", (nanos, text) => {
    expect(writeJson(GATEWAY_CONFIGURATION, { statsInterval: { seconds: 0, nanos } })).toEqual({
      statsInterval: text,
    });
  });

  test("any JSON is read, or refused as what it is not", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SHAPES)), fc.jsonValue(), (shape, json) => {
        try {
          readJson(shape, json);
        } catch (error) {
          expect((error as Error).constructor.name).toBe("JsonShapeError");
        }
      }),
    );
  });
});

test("generating the code again changes nothing", () => {
  const into = mkdtempSync(join(tmpdir(), "generated-"));
  try {
    execFileSync(process.execPath, ["test/tools/generate.mjs", into]);
    for (const file of ["gw.js", "gw.d.ts"])
      expect(readFileSync(join(into, file), "utf8"), `${file}: run \`npm run generate\``).toBe(
        readFileSync(join("agent/lorawan", file), "utf8"),
      );
  } finally {
    rmSync(into, { recursive: true });
  }
});

/** Comparable: octets as hex, 64-bit numbers as numbers, no prototypes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("toNumber" in value) return (value as { toNumber(): number }).toNumber();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
