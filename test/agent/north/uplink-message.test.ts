/**
 * Goal: what goes north is what ChirpStack reads, judged by its own published definitions.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readContext } from "../../../agent/downlink/context.ts";
import type { Carried } from "../../../agent/north/core.ts";
import { gwEncoding } from "../../../agent/north/gw-encoding.ts";
import { toUplinkFrame } from "../../../agent/north/uplink-message.ts";
import { carriedOf, GATEWAY_EUI, LORA_RXPK } from "./carried.ts";
import { judge } from "./judge.ts";

const GPS_OFFSET_MS = Date.UTC(1980, 0, 6) - 18_000;

function octetsOf(carried: Carried): Uint8Array {
  return gwEncoding("protobuf").uplinkFrame(toUplinkFrame(carried));
}

function judged(carried: Carried) {
  return judge.UplinkFrame.deserializeBinary(octetsOf(carried)).toObject();
}

function vector(id: string): object {
  const { bodies } = JSON.parse(readFileSync("test/vectors/gwmp.json", "utf8"));
  const { json } = bodies.find((body: { id: string }) => body.id === id);
  const { rxpk } = JSON.parse(json);
  return Array.isArray(rxpk) ? rxpk[0] : rxpk;
}

describe("a frame as the core reads it", () => {
  test("LoRa: radio, payload and identity", () => {
    const message = judged(carriedOf());
    expect(Buffer.from(message.phyPayload as string, "base64").toString("base64")).toBe(LORA_RXPK.data);
    expect(message.txInfo).toMatchObject({
      frequency: 866_349_812,
      modulation: {
        lora: {
          bandwidth: 125_000,
          spreadingFactor: 7,
          codeRate: judge.CodeRate.CR_4_6,
          codeRateLegacy: "",
          polarizationInversion: false,
          preamble: 0,
          noCrc: false,
        },
      },
    });
    expect(message.rxInfo).toMatchObject({
      gatewayId: GATEWAY_EUI,
      rssi: -35,
      channel: 2,
      rfChain: 0,
      crcStatus: judge.CRCStatus.CRC_OK,
      metadataMap: [],
    });
    expect(message.rxInfo!.snr).toBeCloseTo(5.1, 5);
  });

  test("legacy fields are never set", () => {
    const message = judge.UplinkFrame.deserializeBinary(octetsOf(carriedOf()));
    expect(message.hasTxInfoLegacy()).toBe(false);
    expect(message.hasRxInfoLegacy()).toBe(false);
  });

  test("FSK has its bit rate and no deviation, which a gateway does not measure", () => {
    const { txInfo } = judged(carriedOf(vector("proto-rxpk-fsk")));
    expect(txInfo!.modulation!.fsk).toEqual({ frequencyDeviation: 0, datarate: 50_000 });
    expect(txInfo!.modulation!.lora).toBeUndefined();
  });

  test.each([
    ["4/6", "CR_4_6"],
    ["2/3", "CR_4_6"],
    ["1/3", "CR_2_6"],
    ["2/6", "CR_2_6"],
  ] as const)("LR-FHSS written as %s is the core's %s", (codr, name) => {
    const rxpk = { ...vector("tts-rxpk-lrfhss-2"), datr: "M0CW137", codr };
    expect(judged(carriedOf(rxpk)).txInfo!.modulation!.lrFhss).toMatchObject({
      operatingChannelWidth: 137_000,
      gridSteps: 52,
      codeRate: judge.CodeRate[name],
      codeRateLegacy: "",
    });
  });

  test("of several antennas the best one is told, with its fine time", () => {
    const { rxInfo } = judged(carriedOf(vector("gwb-rxpk-rsig")));
    expect(rxInfo!.rssi).toBeLessThan(0);
    expect(rxInfo!.snr).not.toBe(0);
  });

  test("what the forwarder does not tell is the message's default, and nothing breaks", () => {
    const bare = { ...LORA_RXPK, rssi: undefined, lsnr: undefined, chan: undefined, rfch: undefined };
    expect(judged(carriedOf(bare)).rxInfo).toMatchObject({ rssi: 0, snr: 0, channel: 0, rfChain: 0 });
  });

  test.each([
    [1, "CRC_OK"],
    [-1, "BAD_CRC"],
    [0, "NO_CRC"],
  ] as const)("stat %s is %s", (stat, name) => {
    expect(judged(carriedOf({ ...LORA_RXPK, stat })).rxInfo!.crcStatus).toBe(judge.CRCStatus[name]);
  });

  test("two gateways that heard the same transmission send the same tx_info, octet for octet", () => {
    const here = judge.UplinkFrame.deserializeBinary(octetsOf(carriedOf()));
    const there = judge.UplinkFrame.deserializeBinary(
      octetsOf(
        carriedOf(
          {
            ...LORA_RXPK,
            tmst: 17,
            chan: 5,
            rfch: 1,
            rssi: -119,
            lsnr: -11,
            freq: 866.3498121,
            brd: 1,
            ant: 1,
          },
          { frame: { gatewayEui: "7076ff0056049999" }, replay: true, ageMs: 9e6 },
        ),
      ),
    );
    expect(Buffer.from(here.getTxInfo()!.serializeBinary())).toEqual(
      Buffer.from(there.getTxInfo()!.serializeBinary()),
    );
  });

  test("the context tells everything by which a stale answer is recognised", () => {
    const carried = carriedOf(
      { ...LORA_RXPK, brd: 1, ant: 1 },
      { frame: { ageAtArrivalMs: 250, delayed: true } },
    );
    const { rxInfo } = judged(carried);
    const octets = Buffer.from(rxInfo!.context as string, "base64");
    expect(octets.readUInt32BE(0)).toBe(LORA_RXPK.tmst);
    expect(readContext(octets)).toEqual({
      ok: true,
      value: {
        tmstUs: LORA_RXPK.tmst,
        concentratorSession: 3,
        kernelBootIdStart: "0123456789abcdef",
        heardMonotonicMs: 89_750,
        delayed: true,
        board: 1,
        antenna: 1,
      },
    });
  });
});

describe("a repeat", () => {
  test("keeps uplink_id, phy_payload, tx_info and context, live or replayed, whatever else changed", () => {
    const live = judged(carriedOf());
    const later = judged(carriedOf(LORA_RXPK, { replay: true, ageMs: 86_400_000, heardUtcMs: undefined }));
    expect(later.rxInfo!.uplinkId).toBe(live.rxInfo!.uplinkId);
    expect(later.rxInfo!.context).toBe(live.rxInfo!.context);
    expect(later.phyPayload).toBe(live.phyPayload);
    expect(later.txInfo).toEqual(live.txInfo);
  });

  test.each([
    ["another gateway", {}, { gatewayEui: "7076ff0056040001" }],
    ["another board", { brd: 1 }, {}],
    ["another tmst", { tmst: LORA_RXPK.tmst + 1 }, {}],
    ["another frequency", { freq: 866.549812 }, {}],
    ["another data rate", { datr: "SF8BW125" }, {}],
    ["another PHYPayload", { data: "QAQDAgGAAgABppRkJhXWw7WC9DhwV1fNFsc=" }, {}],
  ])("%s is another uplink_id", (_what, rxpk, frame) => {
    const idOf = (carried: Carried): number => judged(carried).rxInfo!.uplinkId;
    expect(idOf(carriedOf({ ...LORA_RXPK, ...rxpk }, { frame }))).not.toBe(idOf(carriedOf()));
  });
});

describe("the time of reception", () => {
  const heardUtcMs = Date.UTC(2026, 2, 4, 5, 6, 7, 123);
  const timesOf = (carried: Carried) => {
    const { gwTime, timeSinceGpsEpoch, fineTimeSinceGpsEpoch } = judged(carried).rxInfo!;
    return { gwTime, timeSinceGpsEpoch, fineTimeSinceGpsEpoch };
  };

  test("a live frame from a synchronised clock carries gw_time, and no GPS time that GPS did not give", () => {
    expect(timesOf(carriedOf(LORA_RXPK, { heardUtcMs }))).toEqual({
      gwTime: { seconds: Math.floor(heardUtcMs / 1e3), nanos: 123_000_000 },
      timeSinceGpsEpoch: undefined,
      fineTimeSinceGpsEpoch: undefined,
    });
  });

  test("a live frame from an unsynchronised clock carries no time at all", () => {
    const carried = carriedOf(LORA_RXPK, { heardUtcMs: undefined, timeSource: "unsynced" });
    expect(timesOf(carried)).toEqual({
      gwTime: undefined,
      timeSinceGpsEpoch: undefined,
      fineTimeSinceGpsEpoch: undefined,
    });
  });

  test("a replay carries GPS time, or the core would stamp it with its arrival", () => {
    const gpsMs = heardUtcMs - GPS_OFFSET_MS;
    expect(timesOf(carriedOf(LORA_RXPK, { heardUtcMs, replay: true }))).toMatchObject({
      gwTime: { seconds: Math.floor(heardUtcMs / 1e3), nanos: 123_000_000 },
      timeSinceGpsEpoch: { seconds: Math.floor(gpsMs / 1e3), nanos: 123_000_000 },
    });
  });

  test("a replay whose time is not known carries none", () => {
    const carried = carriedOf(LORA_RXPK, { heardUtcMs: undefined, timeSource: "unsynced", replay: true });
    expect(timesOf(carried).timeSinceGpsEpoch).toBeUndefined();
  });

  test("tmms wins over the wall clock, and the fine time counts from its whole second", () => {
    const tmms = 1_456_000_123_987;
    const rxpk = { ...LORA_RXPK, tmms, ftime: 123_456_789 };
    const utcMs = tmms + GPS_OFFSET_MS;
    expect(timesOf(carriedOf(rxpk, { heardUtcMs, timeSource: "gps" }))).toEqual({
      gwTime: { seconds: Math.floor(utcMs / 1e3), nanos: 987_000_000 },
      timeSinceGpsEpoch: { seconds: 1_456_000_123, nanos: 987_000_000 },
      fineTimeSinceGpsEpoch: { seconds: 1_456_000_123, nanos: 123_456_789 },
    });
    // In JSON a fraction of a second would show.
    expect(toUplinkFrame(carriedOf(rxpk)).rxInfo!.fineTimeSinceGpsEpoch!.seconds).toBe(1_456_000_123);
  });

  test("without GPS a fine time has no second to count from", () => {
    const carried = carriedOf({ ...LORA_RXPK, ftime: 5 }, { heardUtcMs });
    expect(timesOf(carried).fineTimeSinceGpsEpoch).toBeUndefined();
  });

  test("any time stays within what a Timestamp may hold", () => {
    fc.assert(
      fc.property(fc.double({ min: 3.2e11, max: 4e12, noNaN: true }), (utcMs) => {
        const { gwTime } = timesOf(carriedOf(LORA_RXPK, { heardUtcMs: utcMs }));
        expect(gwTime!.nanos).toBeGreaterThanOrEqual(0);
        expect(gwTime!.nanos).toBeLessThan(1e9);
        expect(gwTime!.seconds * 1e3 + gwTime!.nanos / 1e6).toBeCloseTo(utcMs, 2);
      }),
    );
  });
});

describe("the marks", () => {
  test("a replay says that it is one, how long it was held, its place and where its time comes from", () => {
    const carried = carriedOf(
      { ...LORA_RXPK, meta: { antenna_gain: "3" } },
      { replay: true, ageMs: 123_456.7, timeSource: "ntp", frame: { sequence: 4711 } },
    );
    expect(Object.fromEntries(judged(carried).rxInfo!.metadataMap)).toEqual({
      antenna_gain: "3",
      delayed: "true",
      hold_ms: "123457",
      rx_seq: "4711",
      time_source: "ntp",
    });
  });

  test("a live frame carries only what its forwarder gave", () => {
    const carried = carriedOf({ ...LORA_RXPK, meta: { antenna_gain: "3" } });
    expect(judged(carried).rxInfo!.metadataMap).toEqual([["antenna_gain", "3"]]);
  });
});
