/**
 * Goal: the rig core is as strict as ChirpStack v4, and as careless where ChirpStack is.
 * Method: whole conversations over MQTT in the simulated world; every message is written and read by ChirpStack's own
 * definitions, every downlink is verified by lora-packet.
 */
import { describe, expect, test } from "vitest";
import { devAddrPrefixOfNetId } from "../../../agent/lorawan/dev-addr.ts";
import { gpsMsFromUtcMs } from "../../../agent/lorawan/gps-time.ts";
import { APPLICATION_OCTETS_MAX } from "../../../simulator/core/core.ts";
import { deliveryLine } from "../../../simulator/core/delivery.ts";
import { MESSAGE_OCTETS_MAX } from "../../../simulator/core/gateway-messages.ts";
import { REMEMBERED_MS } from "../../../simulator/core/transmissions.ts";
import { w1ReadingAt, writeW1 } from "../../../simulator/meter/payload.ts";
import { createWater, drawHousehold } from "../../../simulator/meter/water.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { judge as chirpstack } from "../../agent/north/judge.ts";
import { judge as loraPacket } from "../meter/judge-frames.ts";
import {
  type CoreWorld,
  coreWorld,
  DEVICE,
  Hand,
  NORTH,
  OTHER_DEVICE,
  SOUTH,
  txAck,
  URL,
  uplinkFrame,
} from "./core-world.ts";

const OK = 1;
const TOO_LATE = 2;
const IGNORED = 0;

/** A core and a meter in session. */
async function joined(options: Parameters<typeof coreWorld>[0] = {}): Promise<CoreWorld & { hand: Hand }> {
  const world = await coreWorld(options);
  const hand = new Hand();
  await world.join(hand, 17);
  world.commands.length = 0;
  world.events.length = 0;
  return { ...world, hand };
}

describe("a join", () => {
  test("is answered in JOIN_ACCEPT_DELAY1 and 2 through the gateway that heard it", async () => {
    const { hears, clock, commands } = await coreWorld();
    const context = Buffer.from("c0ffee", "hex");
    hears(NORTH, new Hand().joinRequest(1), { frequencyHz: 868_300_000, spreadingFactor: 9, context });
    await clock.advance(1_000);
    expect(commands).toHaveLength(1);
    const [command] = commands;
    expect(command!.gatewayEui).toBe(NORTH);
    const common = {
      codeRate: chirpstack.CodeRate.CR_4_5,
      polarizationInversion: true,
      bandwidthHz: 125_000,
      context,
    };
    expect(command!.items).toMatchObject([
      { ...common, delayMs: 5_000, frequencyHz: 868_300_000, spreadingFactor: 9, powerDbm: 16 },
      { ...common, delayMs: 6_000, frequencyHz: 869_525_000, spreadingFactor: 12, powerDbm: 29 },
    ]);
    expect(command!.items[0]!.phyPayload).toEqual(command!.items[1]!.phyPayload);
  });

  test("gives a DevAddr of the NetID, channels, delay, offset and data rate as they are set", async () => {
    const settings = {
      netId: "60002d",
      rx1DelayS: 5,
      rx1DataRateOffset: 2,
      rx2DataRate: 3,
      extraChannelsHz: [867_100_000],
    };
    const world = await coreWorld({ settings });
    world.hears(NORTH, new Hand().joinRequest(1));
    await world.clock.advance(1_000);
    const accept = loraPacket.joinAccept(
      world.commands[0]!.items[0]!.phyPayload,
      DEVICE.appKey.toString("hex"),
    );
    expect(accept).toMatchObject({
      micGood: true,
      netId: "60002d",
      rx1DataRateOffset: 2,
      rx2DataRate: 3,
      rxDelayS: 5,
      cfList: "184f8400000000000000000000000000",
    });
    const range = devAddrPrefixOfNetId("60002d");
    const devAddr = Number.parseInt(accept.devAddr, 16);
    expect(range.ok && devAddr >= range.value.low && devAddr <= range.value.high).toBe(true);
    expect(world.told("joinAccepted")).toMatchObject([{ devAddr: accept.devAddr, formerDevAddr: undefined }]);
  });

  test("the settings hold for the answers of the session too", async () => {
    const world = await joined({ settings: { rx1DelayS: 5, rx1DataRateOffset: 2, rx2DataRate: 3 } });
    world.hears(NORTH, world.hand.uplink(undefined, true), { frequencyHz: 867_900_000, spreadingFactor: 8 });
    await world.clock.advance(1_000);
    expect(world.commands[0]!.items).toMatchObject([
      { delayMs: 5_000, frequencyHz: 867_900_000, spreadingFactor: 10 },
      { delayMs: 6_000, frequencyHz: 869_525_000, spreadingFactor: 9 },
    ]);
  });

  test("of a device nobody knows, with a wrong MIC, or with a DevNonce used before is refused", async () => {
    const world = await joined();
    const stranger = new Hand({ ...DEVICE, devEui: "0000000000000099" });
    world.hears(NORTH, stranger.joinRequest(1));
    world.hears(NORTH, new Hand({ ...DEVICE, appKey: OTHER_DEVICE.appKey }).joinRequest(2));
    world.hears(NORTH, world.hand.joinRequest(17), { frequencyHz: 868_500_000 });
    await world.clock.advance(1_000);
    expect(world.told("joinRefused").map(({ reason }) => reason)).toEqual([
      "unknownDevice",
      "micBad",
      "devNonceUsed",
    ]);
    expect(world.commands).toEqual([]);
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(1);
  });

  test("that was never seen is accepted whenever it comes, and cuts off a device that has joined since", async () => {
    const world = await coreWorld();
    const hand = new Hand();
    const stale = hand.joinRequest(4);
    const session = await world.join(hand, 5);
    world.hears(NORTH, hand.uplink());
    await world.clock.advance(24 * 3_600_000);
    expect(world.deliveries).toHaveLength(1);

    world.hears(SOUTH, stale);
    await world.clock.advance(1_000);
    expect(world.told("joinAccepted").at(-1)).toMatchObject({ devNonce: 4, formerDevAddr: session.devAddr });
    expect(world.commands.at(-1)).toMatchObject({ gatewayEui: SOUTH });

    world.hears(NORTH, hand.uplink());
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(1);
    expect(world.told("refusedByCounter")).toMatchObject([
      { reason: "sessionOver", devEui: DEVICE.devEui, devAddr: session.devAddr, fCnt: 1 },
    ]);

    await world.join(hand, 6);
    world.hears(NORTH, hand.uplink());
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(2);
  });
});

describe("an uplink", () => {
  test("is delivered with what the meter said, how it was heard, and by whom", async () => {
    const world = await joined();
    const water = createWater(drawHousehold(new WorldRng(3).stream("water"), world.clock.wallMs()));
    const reading = w1ReadingAt(water, world.clock.wallMs());
    const payload = writeW1(reading);
    const phyPayload = world.hand.uplink(payload);
    const heardMs = world.clock.wallMs() - 250;
    world.hears(NORTH, phyPayload, { rssiDbm: -110, snrDb: -3.5, gwTimeMs: heardMs });
    await world.clock.advance(10);
    world.hears(SOUTH, phyPayload, {
      rssiDbm: -100,
      snrDb: 2.5,
      metadata: { delayed: "true", hold_ms: "7100" },
    });
    await world.clock.advance(1_000);
    expect(world.deliveries).toEqual([
      {
        devEui: DEVICE.devEui,
        devAddr: world.hand.session!.devAddr,
        fCnt: 0,
        fPort: 100,
        confirmed: false,
        payloadHex: payload.toString("hex"),
        payloadBase64: payload.toString("base64"),
        decoded: reading,
        rssiDbm: -100,
        snrDb: 2.5,
        spreadingFactor: 7,
        frequencyHz: 868_100_000,
        redundancy: 2,
        gateways: [
          { gatewayEui: NORTH, rssiDbm: -110, snrDb: -3.5, delayed: false },
          { gatewayEui: SOUTH, rssiDbm: -100, snrDb: 2.5, delayed: true, holdMs: 7_100 },
        ],
        heardAt: new Date(heardMs).toISOString(),
        heardAtSource: "gateway",
        receivedAt: new Date(world.clock.wallMs() - 805).toISOString(),
        delayed: true,
      },
    ]);
    const line = deliveryLine(world.deliveries[0]!);
    expect(line.endsWith("\n")).toBe(true);
    expect(JSON.parse(line)).toEqual(world.deliveries[0]);
  });

  test("heard by two gateways 10 ms apart is one, handled 200 ms after the first", async () => {
    const world = await joined();
    const phyPayload = world.hand.uplink();
    world.hears(NORTH, phyPayload);
    await world.clock.advance(10);
    world.hears(SOUTH, phyPayload);
    await world.clock.advance(194);
    expect(world.deliveries).toEqual([]);
    await world.clock.advance(2);
    expect(world.deliveries).toMatchObject([{ redundancy: 2 }]);
    await world.clock.advance(5_000);
    expect(world.core.counts()).toMatchObject({ delivered: 1 });
    expect(world.told("refusedByCounter")).toEqual([]);
  });

  test("heard 250 ms apart: the second copy comes too late to be collected and too early to be an uplink", async () => {
    const world = await joined();
    const phyPayload = world.hand.uplink();
    world.hears(NORTH, phyPayload);
    await world.clock.advance(250);
    world.hears(SOUTH, phyPayload);
    await world.clock.advance(5_000);
    expect(world.deliveries).toMatchObject([{ redundancy: 1 }]);
    expect(world.told("duplicate")).toMatchObject([{ gatewayEui: SOUTH }]);
    expect(world.told("refusedByCounter")).toEqual([]);
  });

  test("heard 450 ms apart is a retransmission, and refused", async () => {
    const world = await joined();
    const phyPayload = world.hand.uplink();
    world.hears(NORTH, phyPayload);
    await world.clock.advance(450);
    world.hears(SOUTH, phyPayload);
    await world.clock.advance(5_000);
    expect(world.deliveries).toHaveLength(1);
    expect(world.told("refusedByCounter")).toMatchObject([
      { reason: "retransmission", fCnt: 0, gatewayEuis: [SOUTH] },
    ]);
  });

  test("of which one gateway says a Hertz more is two, and the second is refused", async () => {
    const world = await joined({ settings: { extraChannelsHz: [868_100_001] } });
    const phyPayload = world.hand.uplink();
    world.hears(NORTH, phyPayload);
    world.hears(SOUTH, phyPayload, { frequencyHz: 868_100_001 });
    await world.clock.advance(1_000);
    expect(world.deliveries).toMatchObject([{ redundancy: 1 }]);
    expect(world.told("refusedByCounter")).toMatchObject([{ reason: "retransmission" }]);
  });

  test("that a gateway sent twice counts it once", async () => {
    const world = await joined();
    const phyPayload = world.hand.uplink();
    world.hears(NORTH, phyPayload);
    world.hears(NORTH, phyPayload);
    await world.clock.advance(1_000);
    expect(world.deliveries).toMatchObject([{ redundancy: 1, gateways: [{ gatewayEui: NORTH }] }]);
  });

  test("that a newer one has overtaken is refused, however long the gap was", async () => {
    const world = await joined();
    const older = [world.hand.uplink(), world.hand.uplink()];
    const newer = world.hand.uplink();
    world.hears(SOUTH, newer);
    await world.clock.advance(1_000);
    for (const phyPayload of older) {
      world.hears(NORTH, phyPayload);
      await world.clock.advance(1_000);
    }
    expect(world.deliveries.map(({ fCnt }) => fCnt)).toEqual([2]);
    expect(world.told("refusedByCounter")).toMatchObject([
      { reason: "reset", fCnt: 0, gatewayEuis: [NORTH] },
      { reason: "reset", fCnt: 1 },
    ]);
  });

  test("may be any number of counters ahead", async () => {
    const world = await joined();
    world.hand.session!.fCntUp = 60_000;
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    expect(world.deliveries).toMatchObject([{ fCnt: 60_000 }]);
  });

  test("goes on over 65,535, and one that comes late then is not even known for whose it is", async () => {
    const world = await joined();
    world.hand.session!.fCntUp = 65_534;
    const [before, last, first, second] = [1, 2, 3, 4].map(() => world.hand.uplink());
    for (const phyPayload of [last!, first!, second!, before!]) {
      world.hears(NORTH, phyPayload);
      await world.clock.advance(1_000);
    }
    expect(world.deliveries.map(({ fCnt }) => fCnt)).toEqual([65_535, 65_536, 65_537]);
    expect(world.told("refusedByCounter")).toMatchObject([{ fCnt: 65_534, reason: "reset" }]);

    world.hand.session!.fCntUp = 65_600;
    const late = world.hand.uplink();
    for (const phyPayload of [world.hand.uplink(), late]) {
      world.hears(NORTH, phyPayload);
      await world.clock.advance(1_000);
    }
    expect(world.told("refusedByCounter").at(-1)).toMatchObject({ fCnt: 65_600, reason: "readAsRollover" });
  });

  test("with a wrong MIC, of no session, on no channel or of no data rate is refused", async () => {
    const world = await joined();
    const { devAddr } = world.hand.session!;
    const forged = world.hand.uplink();
    forged[forged.length - 1]! ^= 1;
    const foreign = Buffer.from(world.hand.uplink());
    foreign[4] = 0xfe;
    world.hears(NORTH, forged);
    world.hears(NORTH, foreign);
    world.hears(NORTH, world.hand.uplink(), { frequencyHz: 868_100_100 });
    world.hears(NORTH, world.hand.uplink(), { bandwidthHz: 500_000 });
    world.hears(NORTH, Buffer.from("40ff", "hex"));
    world.hears(NORTH, Buffer.from("60".padEnd(24, "0"), "hex"));
    await world.clock.advance(1_000);
    expect(world.deliveries).toEqual([]);
    expect(world.told("micFailed")).toMatchObject([{ devAddr, gatewayEuis: [NORTH] }]);
    expect(world.told("unknownDevAddr")).toHaveLength(1);
    expect(world.told("uplinkRefused").map(({ fault }) => fault)).toEqual([
      "unknownChannel",
      "unknownDataRate",
      "malformed",
      "unexpectedType",
    ]);
  });

  test.each([
    ["GPS time wins, however old it is", { gpsMs: -86_400_000, gwTimeMs: 0 }, -86_400_000, "gps"],
    ["a gateway's time is taken when it is near", { gwTimeMs: -29_000 }, -29_000, "gateway"],
    ["a gateway's time that is far off is not", { gwTimeMs: -31_000 }, 200, "core"],
    ["without any it is the core's own", {}, 200, "core"],
  ] as const)("its time: %s", async (_what, as, expectedMs, source) => {
    const world = await joined();
    const nowMs = world.clock.wallMs();
    const { gpsMs, gwTimeMs } = { gpsMs: undefined, gwTimeMs: undefined, ...as };
    world.hears(NORTH, world.hand.uplink(), {
      ...(gpsMs === undefined ? {} : { gpsMs: gpsMsFromUtcMs(nowMs + gpsMs) }),
      ...(gwTimeMs === undefined ? {} : { gwTimeMs: nowMs + gwTimeMs }),
    });
    await world.clock.advance(1_000);
    const [delivery] = world.deliveries;
    expect(delivery!.heardAtSource).toBe(source);
    const offMs = Date.parse(delivery!.heardAt) - (nowMs + expectedMs);
    expect(Math.abs(offMs)).toBeLessThanOrEqual(10);
  });

  test("together with the next of its meter may change places with it; half a second apart never", async () => {
    const outcome = async (seed: number, apartMs: number): Promise<number> => {
      const world = await joined({ seed, settings: { taskSpreadMs: 5 } });
      for (const phyPayload of [world.hand.uplink(), world.hand.uplink()]) {
        world.hears(NORTH, phyPayload);
        await world.clock.advance(apartMs);
      }
      await world.clock.advance(1_000);
      return world.deliveries.length;
    };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const together = await Promise.all(seeds.map((seed) => outcome(seed, 1)));
    expect(new Set(together)).toEqual(new Set([1, 2]));
    const apart = await Promise.all(seeds.map((seed) => outcome(seed, 500)));
    expect(new Set(apart)).toEqual(new Set([2]));
  });
});

describe("a downlink", () => {
  test("acknowledges a confirmed uplink", async () => {
    const world = await joined();
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(1_000);
    expect(world.commands).toHaveLength(1);
    const session = world.hand.session!;
    const down = plainFieldsOf(world.commands[0]!.items[0]!.phyPayload);
    expect(down).toMatchObject({
      mType: 0x60,
      devAddr: session.devAddr,
      ack: true,
      adr: true,
      fCnt: 0,
      octets: 12,
    });
    expect(world.told("downlinkSent")).toMatchObject([{ purpose: "acknowledgement", gatewayEui: NORTH }]);
  });

  test("has one item where RX2 is not used, and is acknowledged by one", async () => {
    const world = await joined({ settings: { usesRx2: false } });
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(1_000);
    expect(world.commands[0]!.items).toMatchObject([{ delayMs: 1_000, frequencyHz: 868_100_000 }]);
  });

  test("is not sent when there is nothing to say", async () => {
    const world = await joined();
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(5_000);
    expect(world.commands).toEqual([]);
  });

  test.each([
    ["the better SNR", { snrDb: -2, rssiDbm: -80 }, { snrDb: 4, rssiDbm: -100 }, SOUTH],
    [
      "the better RSSI where the SNR is the same",
      { snrDb: 4, rssiDbm: -80 },
      { snrDb: 4, rssiDbm: -100 },
      NORTH,
    ],
  ])("goes through the gateway with %s", async (_what, north, south, expected) => {
    const world = await joined();
    const phyPayload = world.hand.uplink(undefined, true);
    world.hears(NORTH, phyPayload, { ...north, context: Buffer.from(NORTH, "hex") });
    world.hears(SOUTH, phyPayload, { ...south, context: Buffer.from(SOUTH, "hex") });
    await world.clock.advance(1_000);
    expect(world.commands).toMatchObject([{ gatewayEui: expected }]);
    for (const item of world.commands[0]!.items) expect(item.context.toString("hex")).toBe(expected);
  });

  test("carries what waits for the device, encrypted, and says when more waits", async () => {
    const world = await joined();
    const { devEui } = DEVICE;
    world.core.enqueue(devEui, { fPort: 7, payload: Buffer.from("beef", "hex"), confirmed: false });
    world.core.enqueue(devEui, { fPort: 8, payload: Buffer.from("cafe", "hex"), confirmed: true });
    const session = world.hand.session!;
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    const [first] = world.commands;
    expect(loraPacket.data(first!.items[1]!.phyPayload, session.sessionKeys, 0)).toMatchObject({
      mType: "Unconfirmed Data Down",
      micGood: true,
      fPort: 7,
      payload: "beef",
      ack: false,
    });
    expect(plainFieldsOf(first!.items[0]!.phyPayload).fPending).toBe(true);
    world.says(NORTH, "ack", txAck(NORTH, first!.downlinkId, [OK, IGNORED]));
    await world.clock.advance(1_000);

    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    const second = world.commands[1]!;
    expect(loraPacket.data(second.items[0]!.phyPayload, session.sessionKeys, 1)).toMatchObject({
      mType: "Confirmed Data Down",
      micGood: true,
      fPort: 8,
      payload: "cafe",
    });
    expect(plainFieldsOf(second.items[0]!.phyPayload).fPending).toBe(false);
    world.says(NORTH, "ack", txAck(NORTH, second.downlinkId, [OK, IGNORED]));
    await world.clock.advance(1_000);
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    expect(world.commands).toHaveLength(2);
  });

  test.each([
    ["a negative acknowledgement", [TOO_LATE, TOO_LATE], 1_000, "TOO_LATE"],
    ["one that comes after 30 s", [OK, IGNORED], REMEMBERED_MS + 1_000, "OK"],
    ["one with more items than were sent", [OK, OK, OK], 1_000, "OK"],
    ["one without items", [], 1_000, "NONE"],
  ])("stays in the queue, under the same counter, after %s", async (_what, statuses, afterMs, status) => {
    const world = await joined();
    world.core.enqueue(DEVICE.devEui, { fPort: 7, payload: Buffer.from("beef", "hex"), confirmed: false });
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(afterMs);
    world.says(NORTH, "ack", txAck(NORTH, world.commands[0]!.downlinkId, statuses));
    await world.clock.advance(1_000);
    expect(world.told("txAck")).toMatchObject([{ status }]);
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    const [first, second] = world.commands;
    expect(second!.items[0]!.phyPayload).toEqual(first!.items[0]!.phyPayload);
    expect(second!.downlinkId).not.toBe(first!.downlinkId);
  });

  test("that was sent in RX2 after all counts as sent", async () => {
    const world = await joined();
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(1_000);
    world.says(NORTH, "ack", txAck(NORTH, world.commands[0]!.downlinkId, [TOO_LATE, OK]));
    await world.clock.advance(1_000);
    expect(world.told("txAck")).toMatchObject([{ status: "OK", devEui: DEVICE.devEui }]);
    expect(world.core.counts()).toMatchObject({ "txAck.OK": 2, "downlinkSent.acknowledgement": 1 });
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(1_000);
    expect(plainFieldsOf(world.commands[1]!.items[0]!.phyPayload).fCnt).toBe(1);
  });

  test("answers an uplink of yesterday as if it were live", async () => {
    const world = await joined();
    const phyPayload = world.hand.uplink(undefined, true);
    const heardMs = world.clock.wallMs();
    await world.clock.advance(24 * 3_600_000);
    const context = Buffer.from("01d5", "hex");
    world.hears(NORTH, phyPayload, {
      context,
      gpsMs: gpsMsFromUtcMs(heardMs),
      metadata: { delayed: "true", hold_ms: "86400000" },
    });
    await world.clock.advance(1_000);
    expect(world.deliveries).toMatchObject([{ heardAt: new Date(heardMs).toISOString(), delayed: true }]);
    expect(world.commands[0]!.items).toMatchObject([
      { delayMs: 1_000, context },
      { delayMs: 2_000, context },
    ]);
  });

  test("has 51 octets and an application's FPort at most", async () => {
    const { core } = await coreWorld();
    const item = { fPort: 223, payload: Buffer.alloc(APPLICATION_OCTETS_MAX), confirmed: false };
    core.enqueue(DEVICE.devEui, item);
    expect(() => core.enqueue(DEVICE.devEui, { ...item, payload: Buffer.alloc(52) })).toThrow(/51 octets/);
    expect(() => core.enqueue(DEVICE.devEui, { ...item, fPort: 224 })).toThrow(/FPort/);
    expect(() => core.enqueue("00", item)).toThrow(/known/);
  });

  test("waits from the start for the drawn share of the devices, the same for the same seed", async () => {
    const devices = Array.from({ length: 60 }, (_, at) => ({
      ...DEVICE,
      devEui: (0x1000 + at).toString(16).padStart(16, "0"),
    }));
    const served = async (seed: number): Promise<string[]> => {
      const world = await coreWorld({ devices, seed, settings: { downlinkShare: 0.25 } });
      for (const identity of devices) {
        const hand = new Hand(identity);
        await world.join(hand, 1);
        world.hears(NORTH, hand.uplink());
        await world.clock.advance(1_000);
      }
      return world
        .told("downlinkSent")
        .filter(({ purpose }) => purpose === "application")
        .map(({ devEui }) => devEui);
    };
    const first = await served(1);
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(25);
    expect(await served(1)).toEqual(first);
    expect(await served(2)).not.toEqual(first);
  });
});

describe("the contract on MQTT", () => {
  test("a gateway that writes JSON is answered in JSON", async () => {
    const world = await joined();
    const heard: string[] = [];
    world.mqtt
      .broker(URL)
      .listen(`eu868/gateway/${SOUTH}/command/down`, ({ payload }) => heard.push(payload.toString()));
    const phyPayload = world.hand.uplink(undefined, true);
    const json = {
      phyPayload: phyPayload.toString("base64"),
      txInfo: {
        frequency: 868_100_000,
        modulation: {
          lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: "CR_4_5", polarizationInversion: false },
        },
      },
      rxInfo: { gatewayId: SOUTH, uplinkId: 7, rssi: -50, snr: 9.5, context: "qrs=", unknownKey: 1 },
    };
    world.hears(NORTH, phyPayload);
    world.says(SOUTH, "up", Buffer.from(JSON.stringify(json)));
    await world.clock.advance(1_000);
    expect(world.deliveries).toMatchObject([{ redundancy: 2, snrDb: 9.5 }]);
    expect(world.commands).toEqual([]);
    expect(JSON.parse(heard[0]!)).toMatchObject({
      gatewayId: SOUTH,
      items: [
        {
          txInfo: {
            frequency: 868_100_000,
            power: 16,
            context: "qrs=",
            timing: { delay: { delay: "1s" } },
            modulation: { lora: { codeRate: "CR_4_5", polarizationInversion: true } },
          },
        },
        { txInfo: { frequency: 869_525_000, power: 29, timing: { delay: { delay: "2s" } } } },
      ],
    });
  });

  test("without a prefix the topics begin with gateway/", async () => {
    const world = await joined({ topicPrefix: "" });
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(1);
    expect(world.commands).toHaveLength(1);
  });

  test("it subscribes once per connection, in a clean session, and again whenever one ends", async () => {
    const world = await joined();
    const broker = world.mqtt.broker(URL);
    expect(broker.links).toBe(1);
    broker.die();
    await world.clock.advance(5_000);
    broker.revive();
    expect(
      broker.publish({ topic: `eu868/gateway/${NORTH}/event/up`, payload: Buffer.alloc(0), qos: 1 }),
    ).toBe(false);
    await world.clock.advance(1_100);
    await world.core.whenSubscribed();
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(1);
  });

  test("a subscription that is refused is asked for again", async () => {
    const world = await coreWorld();
    const broker = world.mqtt.broker(URL);
    broker.subackCode = () => 135;
    broker.kick("meter-fleet-core");
    await world.clock.advance(3_000);
    let subscribed = false;
    void world.core.whenSubscribed().then(() => {
      subscribed = true;
    });
    await world.clock.advance(1_000);
    expect(subscribed).toBe(false);
    broker.subackCode = () => undefined;
    await world.clock.advance(3_000);
    expect(subscribed).toBe(true);
  });

  test("a downlink while it is not connected is not sent, and not told as sent", async () => {
    const world = await joined();
    world.hears(NORTH, world.hand.uplink(undefined, true));
    await world.clock.advance(10);
    world.mqtt.broker(URL).die();
    await world.clock.advance(1_000);
    expect(world.deliveries).toHaveLength(1);
    expect(world.told("downlinkSent")).toEqual([]);
  });

  test("messages without tx_info or rx_info, of other kinds, or of no kind are counted and nothing else", async () => {
    const world = await joined();
    const frame = uplinkFrame(NORTH, world.hand.uplink());
    frame.clearTxInfo();
    world.says(NORTH, "up", frame.serializeBinary());
    const noRx = uplinkFrame(NORTH, world.hand.uplink());
    noRx.clearRxInfo();
    world.says(NORTH, "up", noRx.serializeBinary());
    const noEui = uplinkFrame("", world.hand.uplink());
    world.says(NORTH, "up", noEui.serializeBinary());
    world.says(NORTH, "exec", Buffer.alloc(0));
    world.says(NORTH, "up", Buffer.from("ffff", "hex"));
    world.says(NORTH, "up", Buffer.from('{"gatewayId":'));
    world.says(NORTH, "up", Buffer.alloc(MESSAGE_OCTETS_MAX + 1));
    await world.clock.advance(1_000);
    expect(world.told("messageRefused").map(({ fault }) => fault)).toEqual([
      "noTxInfo",
      "noRxInfo",
      "badGatewayId",
      "unknownEvent",
      "undecodable",
      "undecodable",
      "tooLong",
    ]);
    expect(world.events).toHaveLength(7);
  });

  test("what is still being collected when it stops is dropped", async () => {
    const world = await joined();
    world.hears(NORTH, world.hand.uplink());
    await world.clock.advance(100);
    void world.core.stop();
    await world.clock.advance(1_000);
    expect(world.deliveries).toEqual([]);
    expect(world.mqtt.broker(URL).links).toBe(0);
  });

  test("the same seed gives the same addresses and downlink ids", async () => {
    const story = async (seed: number) => {
      const world = await coreWorld({ seed });
      await world.join(new Hand(), 1);
      await world.join(new Hand(OTHER_DEVICE), 1);
      return [world.told("joinAccepted"), world.commands];
    };
    expect(await story(1)).toEqual(await story(1));
    expect(await story(1)).not.toEqual(await story(2));
  });
});

/** A downlink's plain fields, read by hand: lora-packet cannot judge frames without FPort. */
function plainFieldsOf(bytes: Buffer) {
  return {
    mType: bytes[0],
    devAddr: bytes.readUInt32LE(1).toString(16).padStart(8, "0"),
    adr: (bytes[5]! & 0x80) !== 0,
    ack: (bytes[5]! & 0x20) !== 0,
    fPending: (bytes[5]! & 0x10) !== 0,
    fCnt: bytes.readUInt16LE(6),
    octets: bytes.length,
  };
}
