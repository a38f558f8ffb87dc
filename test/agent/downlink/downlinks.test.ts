import { describe, expect, test } from "vitest";
import { ITEMS_MAX, PENDING_PER_GATEWAY_MAX, TX_ACK_UNKNOWN_MS } from "../../../agent/downlink/downlinks.ts";
import type { TxStatus } from "../../../agent/lorawan/tx-status.ts";
import type { DownlinkItem } from "../../../agent/north/core.ts";
import { commandOf, contextHeard, delay, EUI, FSK, IMMEDIATELY, itemOf, LORA, LR_FHSS } from "./given.ts";
import { type RoadBack, roadBack, txError } from "./road-back.ts";

const RX1_MS = 1_000;
const RX2_MS = 2_000;
const NONE = "";

/** RX1 and RX2 in answer to an uplink heard now. */
function answerItems(road: RoadBack): DownlinkItem[] {
  const context = contextHeard(road.clock, { tmstUs: 5_000_000 });
  return [
    itemOf({ timing: delay(RX1_MS), context }),
    itemOf({ timing: delay(RX2_MS), context, frequencyHz: 869_525_000, powerDbm: 29 }),
  ];
}

describe("the forwarder's word", () => {
  // Each row of txpk_ack: facts of the wire 2.1.
  test.each([
    ["nothing", NONE],
    ["NONE", txError("NONE")],
    ["an empty error", txError("")],
    ["Kerlink's single NUL", "\0"],
    ["a warning with its value", '{"txpk_ack":{"warn":"TX_POWER","value":20}}'],
    ["Kerlink's warning with its power", '{"txpk_ack":{"warn":"TX_POWER","power":20}}'],
  ])("%s means that the packet goes out: OK, and the next item is not tried", (_name, text) => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 99 }));
    expect(road.acks).toEqual([]);
    road.answer(text);
    expect(road.acks).toEqual([{ gatewayEui: EUI, downlinkId: 99, statuses: ["OK", "IGNORED"] }]);
    expect(road.sent.map(({ txpk }) => txpk.tmst)).toEqual([6_000_000]);
  });

  test.each<[string, TxStatus]>([
    ["TOO_LATE", "TOO_LATE"],
    ["TOO_EARLY", "TOO_EARLY"],
    ["COLLISION_PACKET", "COLLISION_PACKET"],
    ["COLLISION_BEACON", "COLLISION_BEACON"],
    ["TX_FREQ", "TX_FREQ"],
    ["TX_POWER", "TX_POWER"],
    ["GPS_UNLOCKED", "GPS_UNLOCKED"],
    ["UNKNOWN", "INTERNAL_ERROR"],
    ["SEND_LBT", "INTERNAL_ERROR"],
    ["SEND_FAIL", "INTERNAL_ERROR"],
    ["constructor", "INTERNAL_ERROR"],
    ["a word nobody has heard", "INTERNAL_ERROR"],
  ])("%s is told as %s, and the next item tried", (error, status) => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer(txError(error));
    expect(road.statuses()).toBeUndefined();
    expect(road.sent.map(({ txpk }) => txpk.tmst)).toEqual([6_000_000, 7_000_000]);
    road.answer(NONE);
    expect(road.statuses()).toEqual([status, "OK"]);
  });

  test("every item refused: each with its own reason", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer(txError("COLLISION_PACKET"));
    road.answer(txError("TX_FREQ"));
    expect(road.statuses()).toEqual(["COLLISION_PACKET", "TX_FREQ"]);
    expect(road.sent).toHaveLength(2);
  });

  test("TX_POWER as an error, from a forwarder that sends all the same, is OK and not sent twice", () => {
    const road = roadBack({ txPowerErrorMeansSent: true });
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer(txError("TX_POWER"));
    expect(road.statuses()).toEqual(["OK", "IGNORED"]);
    expect(road.sent).toHaveLength(1);
    expect(road.counters.get("downlinkSentWithOtherPower")).toBe(1);
  });

  test("any other error, from that forwarder too, means that nothing was sent", () => {
    const road = roadBack({ txPowerErrorMeansSent: true });
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer(txError("TX_FREQ"));
    expect(road.sent).toHaveLength(2);
    road.answer(txError("COLLISION_PACKET"));
    expect(road.statuses()).toEqual(["TX_FREQ", "COLLISION_PACKET"]);
  });

  test("an unknown word is kept in the log, at most 64 characters of it", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer(txError("X".repeat(500)));
    expect(road.logged).toMatchObject([{ level: "info", fields: { error: "X".repeat(64) } }]);
  });

  test("an unreadable word ends the command, for the packet may be on air", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    road.answer('{"txpk_ack":{"error":');
    expect(road.statuses()).toEqual(["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    expect(road.sent).toHaveLength(1);
    expect(road.counters.get("downlinkUnconfirmed", "txAckUnreadable")).toBe(1);
  });

  test("said from within the sending is heard", () => {
    const road = roadBack();
    road.world.onSend = ({ gatewayEui, token }) =>
      road.downlinks.txAck(gatewayEui, token, txError("TX_FREQ"));
    road.command(commandOf(road.clock, answerItems(road)));
    expect(road.statuses()).toEqual(["TX_FREQ", "TX_FREQ"]);
    expect(road.clock.pendingTimers).toBe(0);
  });

  test("said twice, too late, for another token or by another gateway is counted and changes nothing", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    const [{ token }] = road.sent as [RoadBack["sent"][0]];
    road.downlinks.txAck(EUI, (token + 1) % 65_536, NONE);
    road.downlinks.txAck("aa555a00000000ff", token, NONE);
    expect(road.acks).toEqual([]);
    road.answer(txError("TOO_LATE"));
    road.downlinks.txAck(EUI, token, NONE);
    expect(road.acks).toEqual([]);
    road.answer(NONE);
    road.answer(NONE);
    road.answer(txError("TX_FREQ"));
    await road.clock.advance(60_000);
    expect(road.acks).toEqual([{ gatewayEui: EUI, downlinkId: 1, statuses: ["TOO_LATE", "OK"] }]);
    expect(road.counters.get("txAckIgnored", "unknownToken")).toBe(5);
  });
});

describe("a TX_ACK that never comes", () => {
  test.each<[string, (road: RoadBack) => DownlinkItem, number]>([
    ["a window's moment and 1 s", (road) => answerItems(road)[0]!, 2_000],
    [
      "a late window's moment and 1 s",
      ({ clock }) => itemOf({ timing: delay(15_000), context: contextHeard(clock) }),
      16_000,
    ],
    ["3 s, when it goes out at once", () => itemOf({ timing: IMMEDIATELY }), 3_000],
    ["a known GPS time and 1 s", () => itemOf({ timing: { kind: "gpsEpoch", gpsMs: 100_000 } }), 11_000],
    [
      "3 s, when by our clock the GPS time has passed",
      () => itemOf({ timing: { kind: "gpsEpoch", gpsMs: 85_000 } }),
      3_000,
    ],
  ])("is waited for until %s", async (_name, item, waitMs) => {
    const road = roadBack({ gpsMs: 90_000 });
    road.command(commandOf(road.clock, [item(road), itemOf({})]));
    await road.clock.advance(waitMs - 1);
    expect(road.statuses()).toBeUndefined();
    await road.clock.advance(1);
    expect(road.statuses()).toEqual(["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    // The next item never goes out: the first may be on air.
    expect(road.sent).toHaveLength(1);
    expect(road.counters.get("downlinkUnconfirmed", "txAckMissing")).toBe(1);

    road.answer(NONE);
    await road.clock.advance(60_000);
    expect(road.acks).toHaveLength(1);
  });

  test("is waited for 25 s when nobody knows how far off the GPS time is", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, [itemOf({ timing: { kind: "gpsEpoch", gpsMs: 1 } })]));
    await road.clock.advance(TX_ACK_UNKNOWN_MS - 1);
    expect(road.statuses()).toBeUndefined();
    await road.clock.advance(1);
    expect(road.statuses()).toEqual(["INTERNAL_ERROR"]);
  });

  test("may still come at the moment of transmission, as Kerlink's does", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    await road.clock.advance(RX1_MS + 900);
    road.answer(NONE);
    expect(road.statuses()).toEqual(["OK", "IGNORED"]);
    expect(road.clock.pendingTimers).toBe(0);
  });

  test("after a refusal, the second item has its own time", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    await road.clock.advance(500);
    road.answer(txError("COLLISION_PACKET"));
    await road.clock.advance(RX2_MS + 1_000 - 500 - 1);
    expect(road.statuses()).toBeUndefined();
    await road.clock.advance(1);
    expect(road.statuses()).toEqual(["COLLISION_PACKET", "INTERNAL_ERROR"]);
  });

  test("is not expected of a forwarder of protocol 1: transmitted, but never OK", () => {
    const road = roadBack({ hasTxAck: false });
    road.command(commandOf(road.clock, answerItems(road)));
    expect(road.sent).toHaveLength(1);
    expect(road.statuses()).toEqual(["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    expect(road.counters.get("downlinkUnconfirmed", "protocolWithoutTxAck")).toBe(1);
    road.answer(NONE);
    expect(road.acks).toHaveLength(1);
  });
});

describe("freshness", () => {
  test("a stale answer is TOO_LATE for all its items, and the radio is not touched", async () => {
    const road = roadBack();
    const items = answerItems(road);
    await road.clock.advance(65 * 60_000);
    road.command(commandOf(road.clock, items));
    expect(road.statuses()).toEqual(["TOO_LATE", "TOO_LATE"]);
    expect(road.sent).toEqual([]);
    expect(road.counters.get("downlinkItemRefused", "age")).toBe(2);
  });

  test("RX1 may be over while RX2 is not", async () => {
    const road = roadBack();
    const items = answerItems(road);
    await road.clock.advance(1_500);
    road.command(commandOf(road.clock, items));
    expect(road.sent.map(({ txpk }) => txpk.tmst)).toEqual([7_000_000]);
    road.answer(NONE);
    expect(road.statuses()).toEqual(["TOO_LATE", "OK"]);
  });

  test("is judged again when the next item's turn comes", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    await road.clock.advance(1_951);
    road.answer(txError("COLLISION_PACKET"));
    expect(road.statuses()).toEqual(["COLLISION_PACKET", "TOO_LATE"]);
    expect(road.sent).toHaveLength(1);
  });

  test("ends when the concentrator restarts between two items", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road)));
    road.world.session = 8;
    road.answer(txError("COLLISION_PACKET"));
    expect(road.statuses()).toEqual(["COLLISION_PACKET", "TOO_LATE"]);
  });

  test("a class C command that came over a silent connection is TOO_LATE", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, [itemOf({})], { unansweredMs: 5_001 }));
    expect(road.statuses()).toEqual(["TOO_LATE"]);
    expect(road.sent).toEqual([]);
  });
});

describe("commands that cannot be carried out fail honestly", () => {
  test.each<[string, Partial<DownlinkItem>, TxStatus, string]>([
    ["without timing", { timing: undefined }, "INTERNAL_ERROR", "noTiming"],
    ["without payload", { phyPayload: Buffer.alloc(0) }, "INTERNAL_ERROR", "noPayload"],
    ["with 256 octets", { phyPayload: Buffer.alloc(256) }, "INTERNAL_ERROR", "payloadTooLong"],
    ["in LR-FHSS, which no gateway transmits", { modulation: LR_FHSS }, "INTERNAL_ERROR", "lrFhss"],
    ["without frequency", { frequencyHz: 0 }, "TX_FREQ", "frequency"],
    ["on no frequency", { frequencyHz: Number.NaN }, "TX_FREQ", "frequency"],
    ["on a fraction of a hertz", { frequencyHz: 868_100_000.5 }, "TX_FREQ", "frequency"],
    ["louder than an octet can say", { powerDbm: 128 }, "TX_POWER", "power"],
    ["with a power that is no number", { powerDbm: Number.NaN }, "TX_POWER", "power"],
  ])("an item %s", (_name, fields, status, reason) => {
    const road = roadBack();
    road.command(commandOf(road.clock, [itemOf(fields as object), itemOf({})]));
    expect(road.sent).toHaveLength(1);
    road.answer(NONE);
    expect(road.statuses()).toEqual([status, "OK"]);
    expect(road.counters.get("downlinkItemRefused", reason)).toBe(1);
  });

  test("an item with nonsense for a modulation is refused, not thrown at", () => {
    const nonsense: Partial<DownlinkItem>[] = [
      { modulation: { ...LORA, spreadingFactor: 99 } },
      { modulation: { ...LORA, spreadingFactor: Number.NaN } },
      { modulation: { ...LORA, bandwidthHz: 0 } },
      { modulation: { ...FSK, bitrate: 0 } },
    ];
    for (const fields of nonsense) {
      const road = roadBack();
      road.command(commandOf(road.clock, [itemOf(fields as object)]));
      expect(road.statuses(), JSON.stringify(fields)).toEqual(["INTERNAL_ERROR"]);
      expect(road.sent).toEqual([]);
    }
  });

  test("the longest payload fits into a forwarder's buffer", () => {
    const road = roadBack();
    const context = contextHeard(road.clock, { tmstUs: 4_000_000_000, board: 255, antenna: 255 });
    const item = itemOf({
      phyPayload: Buffer.alloc(255, 0xff),
      timing: delay(1_000),
      context,
      preamble: 65_535,
      noCrc: true,
    });
    road.command(commandOf(road.clock, [item]));
    expect(Buffer.byteLength(road.sent[0]!.json) + 4).toBeLessThan(1_000);
  });

  test("no items: an answer without statuses", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, []));
    expect(road.statuses()).toEqual([]);
    expect(road.counters.get("downlinkCommandRefused", "noItems")).toBe(1);
  });

  test("more items than any core sends", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, Array(ITEMS_MAX + 1).fill(itemOf({}))));
    expect(road.statuses()).toEqual(Array(ITEMS_MAX + 1).fill("INTERNAL_ERROR"));
    expect(road.sent).toEqual([]);

    const most = roadBack();
    most.world.onSend = ({ gatewayEui, token }) =>
      most.downlinks.txAck(gatewayEui, token, txError("TX_FREQ"));
    most.command(commandOf(most.clock, Array(ITEMS_MAX).fill(itemOf({}))));
    expect(most.statuses()).toEqual(Array(ITEMS_MAX).fill("TX_FREQ"));
  });

  test("from a core that may not transmit", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, [itemOf({}), itemOf({})], { coreId: "second" }));
    expect(road.statuses()).toEqual(["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    expect(road.sent).toEqual([]);
    expect(road.counters.get("downlinkCommandRefused", "coreMayNotTransmit")).toBe(1);
  });

  test("while no forwarder is there", () => {
    const road = roadBack({ connected: false });
    road.command(commandOf(road.clock, answerItems(road)));
    expect(road.statuses()).toEqual(["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    expect(road.clock.pendingTimers).toBe(0);
    expect(road.downlinks.dutyCycleLoads(EUI).every(({ airtimeUs }) => airtimeUs === 0)).toBe(true);
  });

  test("the 65th that would wait, with QUEUE_FULL, until one is answered", () => {
    const road = roadBack();
    for (let downlinkId = 0; downlinkId < PENDING_PER_GATEWAY_MAX; downlinkId++) {
      road.command(commandOf(road.clock, [itemOf({})], { downlinkId }));
    }
    expect(road.acks).toEqual([]);
    expect(new Set(road.sent.map(({ token }) => token)).size).toBe(PENDING_PER_GATEWAY_MAX);
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 64 }));
    expect(road.acks).toEqual([{ gatewayEui: EUI, downlinkId: 64, statuses: ["QUEUE_FULL", "QUEUE_FULL"] }]);
    road.command(commandOf(road.clock, [itemOf({})], { downlinkId: 65, gatewayEui: "another" }));
    expect(road.acks).toHaveLength(1);
    expect(road.downlinks.pendingOf(EUI)).toBe(PENDING_PER_GATEWAY_MAX);

    road.downlinks.txAck(EUI, road.sent[0]!.token, NONE);
    road.command(commandOf(road.clock, [itemOf({})], { downlinkId: 66 }));
    expect(road.downlinks.pendingOf(EUI)).toBe(PENDING_PER_GATEWAY_MAX);
  });

  test("when the gateway goes, what waits for it fails; other gateways' does not", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 1 }));
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 2, gatewayEui: "another" }));
    road.downlinks.drop(EUI);
    const statuses = ["INTERNAL_ERROR", "INTERNAL_ERROR"];
    expect(road.acks).toEqual([{ gatewayEui: EUI, downlinkId: 1, statuses }]);
    road.downlinks.drop(EUI);
    road.answer(NONE);
    expect(road.acks[1]).toMatchObject({ downlinkId: 2, statuses: ["OK", "IGNORED"] });
  });

  test("at the end, what waits and what comes after", () => {
    const road = roadBack();
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 1 }));
    road.downlinks.close();
    road.command(commandOf(road.clock, answerItems(road), { downlinkId: 2 }));
    expect(road.acks.map(({ downlinkId, statuses }) => [downlinkId, ...statuses])).toEqual([
      [1, "INTERNAL_ERROR", "INTERNAL_ERROR"],
      [2, "INTERNAL_ERROR", "INTERNAL_ERROR"],
    ]);
    expect(road.clock.pendingTimers).toBe(0);
    expect(road.sent).toHaveLength(1);
  });
});

describe("duty cycle", () => {
  // SF9, 14 octets with CRC: 164.864 ms. 36 s of band M take 218 of them, 360 s of band P many more.
  const fill = (road: RoadBack, downlinks: number) => {
    for (let downlinkId = 0; downlinkId < downlinks; downlinkId++) {
      road.command(commandOf(road.clock, [itemOf({})], { downlinkId }));
      road.answer(NONE);
    }
  };

  test("a full sub-band refuses the item when it is enforced, and the next item goes out in another", () => {
    const road = roadBack({ enforceDutyCycle: true });
    fill(road, 218);
    expect(road.acks.every(({ statuses }) => statuses[0] === "OK")).toBe(true);
    road.acks.length = 0;
    road.command(commandOf(road.clock, [itemOf({}), itemOf({ frequencyHz: 869_525_000 })]));
    road.answer(NONE);
    expect(road.statuses()).toEqual(["DUTY_CYCLE_OVERFLOW", "OK"]);
    expect(road.sent.at(-1)!.txpk.freq).toBe(869.525);
  });

  test("a full sub-band is only accounted when it is not enforced", () => {
    const road = roadBack();
    fill(road, 300);
    expect(road.acks.every(({ statuses }) => statuses[0] === "OK")).toBe(true);
    const [load] = road.downlinks.dutyCycleLoads(EUI);
    expect(load!.airtimeUs).toBeCloseTo(300 * 164_864, 0);
    expect(load!.limitUs).toBe(36_000_000);
  });

  test("what the forwarder refused was not on air; what it never answered may have been", async () => {
    const road = roadBack();
    road.command(commandOf(road.clock, [itemOf({})]));
    road.answer(txError("TX_FREQ"));
    expect(road.downlinks.dutyCycleLoads(EUI)).toMatchObject([{ airtimeUs: 0 }]);
    road.command(commandOf(road.clock, [itemOf({})]));
    await road.clock.advance(10_000);
    expect(road.downlinks.dutyCycleLoads(EUI)[0]!.airtimeUs).toBeCloseTo(164_864, 0);
  });

  test("airtime has the CRC that a forwarder appends unless the core asked for none", () => {
    const airtimeUs = (noCrc: boolean) => {
      const road = roadBack();
      road.command(commandOf(road.clock, [itemOf({ noCrc, phyPayload: Buffer.alloc(10) })]));
      return road.downlinks.dutyCycleLoads(EUI)[0]!.airtimeUs;
    };
    expect(airtimeUs(false)).toBeCloseTo(144_384, 0);
    expect(airtimeUs(true)).toBeCloseTo(123_904, 0);
  });

  test("a frequency outside all sub-bands is refused only when it is enforced", () => {
    const outside = itemOf({ frequencyHz: 868_650_000 });
    const strict = roadBack({ enforceDutyCycle: true });
    strict.command(commandOf(strict.clock, [outside]));
    expect(strict.statuses()).toEqual(["DUTY_CYCLE_OVERFLOW"]);
    const lenient = roadBack();
    lenient.command(commandOf(lenient.clock, [outside]));
    lenient.answer(NONE);
    expect(lenient.statuses()).toEqual(["OK"]);
    expect(lenient.downlinks.dutyCycleLoads(EUI)[0]!.subBand).toBe("outside");
  });
});

test("what was transmitted is told to the statistics once", () => {
  const road = roadBack();
  road.command(commandOf(road.clock, answerItems(road)));
  road.answer(txError("COLLISION_PACKET"));
  road.answer(NONE);
  road.command(commandOf(road.clock, [itemOf({ modulation: FSK })]));
  road.answer(NONE);
  road.command(commandOf(road.clock, [itemOf({ timing: undefined })]));
  expect(road.downlinks.takeTxStatistics(EUI)).toEqual({
    txReceived: 3,
    txEmitted: 2,
    txPerFrequencyHz: new Map([
      [869_525_000, 1],
      [868_100_000, 1],
    ]),
    txPerModulation: [
      { modulation: LORA, count: 1 },
      { modulation: FSK, count: 1 },
    ],
    txPerStatus: new Map([
      ["COLLISION_PACKET", 1],
      ["OK", 2],
      ["INTERNAL_ERROR", 1],
    ]),
  });
  expect(road.downlinks.takeTxStatistics(EUI).txReceived).toBe(0);
});
