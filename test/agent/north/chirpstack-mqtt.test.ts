/**
 * The ChirpStack contract on a simulated broker: what is said, what is promised, and what is done with commands.
 * Servers, retries and credentials: connection.test.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DownlinkAck, GatewayStats } from "../../../agent/north/core.ts";
import { BESIDE_WAITING_MAX, REPORTS_WAITING_MAX } from "../../../agent/north/flight.ts";
import { lateMessage } from "../../../agent/north/late-message.ts";
import { TX_ACK_LIFE_MS, TX_ACKS_WAITING_MAX } from "../../../agent/north/tx-acks.ts";
import { fits } from "../config/json-schema.ts";
import { carriedOf, GATEWAY_EUI, JOIN_RXPK, LORA_RXPK } from "./carried.ts";
import { coreWorld, GATEWAY } from "./core-world.ts";
import { Duration, judge } from "./judge.ts";

const UP = `${GATEWAY}/event/up`;

const STATS: GatewayStats = {
  timeWallMs: Date.UTC(2026, 0, 1, 12, 0, 30),
  rxReceived: 12,
  rxReceivedOk: 9,
  txReceived: 3,
  txEmitted: 2,
  rxPerFrequencyHz: new Map([
    [868_100_000, 5],
    [868_300_000, 4],
  ]),
  txPerFrequencyHz: new Map([[869_525_000, 2]]),
  rxPerModulation: [
    { modulation: { kind: "lora", spreadingFactor: 12, bandwidthHz: 125_000, codeRate: "4/5" }, count: 9 },
  ],
  txPerModulation: [{ modulation: { kind: "fsk", bitrate: 50_000, deviationHz: 25_000 }, count: 2 }],
  txPerStatus: new Map([
    ["OK", 2],
    ["TOO_LATE", 1],
  ]),
  location: { latitudeDeg: 47.3, longitudeDeg: 0.68, altitudeM: 61 },
  metadata: new Map([["model", "iStation"]]),
};

describe("an uplink", () => {
  test("is taken once the broker has it and somebody listens", async () => {
    const world = coreWorld();
    world.first.listen("eu868/gateway/+/event/+");
    await world.up();
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
    const [published] = world.first.taken.filter(({ topic }) => topic === UP);
    const frame = judge.UplinkFrame.deserializeBinary(published!.payload);
    expect(frame.getRxInfo()!.getGatewayId()).toBe(GATEWAY_EUI);
    expect(published!.retain).toBe(false);
    expect(published!.expiryS).toBeUndefined();
  });

  test("that nobody listens to is not taken, and an alarm stands until one is", async () => {
    const world = coreWorld();
    await world.up();
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("noSubscriber");
    expect(world.connection.status().alarms).toEqual(["noSubscriber"]);
    world.first.die();
    await world.clock.advance(100);
    world.first.revive();
    await world.clock.advance(5_000);
    expect(world.connection.status().alarms).toEqual(["noSubscriber"]);
    world.first.listen(UP);
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
    expect(world.connection.status().alarms).toEqual([]);
    expect(
      world.log.lines.filter(({ event }) => event.startsWith("alarm")).map(({ event }) => event),
    ).toEqual(["alarm raised", "alarm cleared"]);
  });

  test.each([128, 131, 135, 144, 151, 153])(
    "refused with reason %s is not taken, and an alarm says so",
    async (code) => {
      const world = coreWorld();
      world.first.listen("#");
      world.first.pubackCode = ({ topic }) => (topic === UP ? code : undefined);
      await world.up();
      expect(await world.after(100, world.connection.send(carriedOf()))).toBe("refused");
      expect(world.connection.status().alarms).toEqual(["uplinkRefused"]);
      world.first.pubackCode = () => undefined;
      expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
      expect(world.connection.status().alarms).toEqual([]);
    },
  );

  test("on 3.1.1 every PUBACK is taken: there is no reason to read", async () => {
    const world = coreWorld({ settings: { mqttVersion: 4 } });
    await world.up();
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });

  test("in flight when the connection ends is reported at once, and never sent again by itself", async () => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    world.first.hears = false;
    const sent = world.connection.send(carriedOf());
    expect(world.connection.status().inFlight).toBe(1);
    world.first.die();
    world.first.hears = true;
    expect(await world.after(0, sent)).toBe("closed");
    world.first.revive();
    await world.clock.advance(30_000);
    expect(world.connection.connected).toBe(true);
    expect(world.first.taken.filter(({ topic }) => topic === UP)).toEqual([]);
  });

  test("while not connected is not sent", async () => {
    const world = coreWorld();
    expect(await world.after(0, world.connection.send(carriedOf()))).toBe("closed");
    expect(world.connection.slots).toBe(0);
  });

  test.each([
    [2_400.2, 3],
    [1_000, 1],
    [400, 1],
    [0.5, 1],
  ])("that may live %s ms more expires at the broker after %s s", async (expiresInMs, expiryS) => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    await world.after(100, world.connection.send(carriedOf(undefined, { expiresInMs })));
    expect(world.first.taken.find(({ topic }) => topic === UP)!.expiryS).toBe(expiryS);
  });

  test("in JSON is what protojson asks for", async () => {
    const world = coreWorld({ settings: { encoding: "json" } });
    world.first.listen("#");
    await world.up();
    const heardUtcMs = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
    await world.after(100, world.connection.send(carriedOf(undefined, { replay: true, heardUtcMs })));
    const json = JSON.parse(world.first.taken.find(({ topic }) => topic === UP)!.payload.toString());
    expect(json).toMatchObject({
      phyPayload: "QAQDAgGAAQABppRkJhXWw7WC9DhwV1fNFsc=",
      txInfo: {
        frequency: 866_349_812,
        modulation: { lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: "CR_4_6" } },
      },
      rxInfo: {
        gatewayId: GATEWAY_EUI,
        gwTime: "2026-01-01T12:00:00.250Z",
        timeSinceGpsEpoch: "1451304018.250s",
        crcStatus: "CRC_OK",
        metadata: { delayed: "true", time_source: "ntp" },
      },
    });
    expect(Buffer.from(json.rxInfo.context, "base64").readUInt32BE(0)).toBe(3_512_348_611);
  });
});

describe("how much may be in flight", () => {
  test("grows to what the road carries in a second, and never beyond 256", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.latencyMs = 20;
    await world.up();
    expect(world.connection.slots).toBe(4);
    let flying = 0;
    let most = 0;
    const carry = (): void => {
      while (flying < world.connection.slots) {
        flying += 1;
        most = Math.max(most, world.connection.status().inFlight);
        void world.connection.send(carriedOf()).then(() => {
          flying -= 1;
        });
      }
    };
    for (let ms = 0; ms < 4_000; ms += 10) {
      carry();
      await world.clock.advance(10);
    }
    expect(world.connection.slots).toBe(256);
    expect(most).toBeLessThanOrEqual(256);
  });

  test("stays within what the broker allows, also with stats and acks on top", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.receiveMaximum = 3;
    await world.up();
    expect(world.connection.slots).toBe(1);
    world.first.answers = false;
    for (let sent = 0; sent < 10; sent++) world.connection.sendStats(STATS);
    await world.clock.advance(100);
    const inFlight = world.first.taken.filter(({ topic }) => topic.endsWith("/event/stats"));
    expect(inFlight).toHaveLength(3);
    world.first.answers = true;
  });

  test("what waits for the broker's allowance goes out as answers come, in order", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.receiveMaximum = 2;
    await world.up();
    for (let id = 1; id <= 6; id++)
      world.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId: id, statuses: ["OK"] });
    await world.clock.advance(500);
    const ids = world.first.taken
      .filter(({ topic }) => topic.endsWith("/event/ack"))
      .map(({ payload }) => judge.DownlinkTxAck.deserializeBinary(payload).getDownlinkId());
    expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a burst of acks beyond what the connection queues waits its turn, and no uplink is held back", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.receiveMaximum = 2;
    await world.up();
    const burst = 2 + REPORTS_WAITING_MAX + 3;
    for (let id = 1; id <= burst; id++)
      world.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId: id, statuses: ["OK"] });
    // More than the courier's slots: the flight itself drops none.
    const uplinks = Promise.all(Array.from({ length: 100 }, () => world.connection.send(carriedOf())));
    await world.clock.advance(0);
    expect(world.counters.get("txAckSent", "queueFull")).toBe(3);
    await world.clock.advance(60_000);
    expect(new Set(await uplinks)).toEqual(new Set(["taken"]));
    expect(world.counters.get("txAckSent", "taken")).toBe(burst);
    expect(new Set(acksAt(world))).toHaveProperty("size", burst);
    expect(world.counters.get("txAckSent", "closed")).toBe(0);
    const isUplink = world.first.taken
      .filter(({ topic }) => topic.includes("/event/"))
      .map(({ topic }) => topic === UP);
    expect(isUplink.lastIndexOf(true), "they took turns with the acks").toBeLessThan(210);
  });

  test("what waits when the connection ends is reported as closed", async () => {
    const world = coreWorld();
    world.first.receiveMaximum = 1;
    await world.up();
    world.first.hears = false;
    for (let id = 1; id <= 3; id++)
      world.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId: id, statuses: ["OK"] });
    const sent = world.connection.send(carriedOf());
    world.first.die();
    expect(await world.after(0, sent)).toBe("closed");
    expect(world.counters.get("txAckSent", "closed")).toBe(3);
  });

  const ack = (world: ReturnType<typeof coreWorld>, downlinkId: number) =>
    world.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId, statuses: ["OK"] });
  const acksAt = (world: ReturnType<typeof coreWorld>) =>
    world.first.taken
      .filter(({ topic }) => topic.endsWith("/event/ack"))
      .map(({ payload }) => judge.DownlinkTxAck.deserializeBinary(payload).getDownlinkId());

  test("acks that fall into a short outage reach the core after it, in order, and those of before as well", async () => {
    const world = coreWorld({ settings: { retryMaxMs: 1_000 } });
    world.first.listen("#");
    await world.up();
    world.first.hears = false;
    ack(world, 1);
    await world.clock.advance(1_000);
    world.first.die();
    ack(world, 2);
    ack(world, 3);
    await world.clock.advance(20_000);
    expect(acksAt(world)).toEqual([]);
    world.first.hears = true;
    world.first.revive();
    await world.clock.advance(5_000);
    expect(acksAt(world)).toEqual([1, 2, 3]);
    expect(world.counters.get("txAckSent", "taken")).toBe(3);
  });

  test("not when the core has forgotten what they are about", async () => {
    const world = coreWorld({ settings: { retryMaxMs: 1_000 } });
    world.first.listen("#");
    await world.up();
    world.first.die();
    ack(world, 1);
    await world.clock.advance(TX_ACK_LIFE_MS - 5_000);
    ack(world, 2);
    await world.clock.advance(5_000);
    world.first.revive();
    await world.clock.advance(5_000);
    expect(acksAt(world)).toEqual([2]);
    expect(world.counters.get("txAckSent", "expired")).toBe(1);
  });

  test("of too many the oldest are given up, and counted", async () => {
    const world = coreWorld({ settings: { retryMaxMs: 1_000 } });
    world.first.listen("#");
    await world.up();
    world.first.die();
    for (let id = 1; id <= TX_ACKS_WAITING_MAX + 2; id++) ack(world, id);
    expect(world.counters.get("txAckSent", "givenUp")).toBe(2);
    world.first.revive();
    await world.clock.advance(10_000);
    expect(acksAt(world)).toHaveLength(TX_ACKS_WAITING_MAX);
    expect(acksAt(world)[0]).toBe(3);
  });
});

describe("stats and acks", () => {
  test("stats are what the core reads", async () => {
    const world = coreWorld();
    await world.up();
    world.connection.sendStats(STATS);
    await world.clock.advance(100);
    const { payload } = world.first.taken.find(({ topic }) => topic === `${GATEWAY}/event/stats`)!;
    expect(judge.GatewayStats.deserializeBinary(payload).toObject()).toMatchObject({
      gatewayId: GATEWAY_EUI,
      gatewayIdLegacy: "",
      time: { seconds: STATS.timeWallMs / 1e3, nanos: 0 },
      location: { latitude: 47.3, longitude: 0.68, altitude: 61 },
      rxPacketsReceived: 12,
      rxPacketsReceivedOk: 9,
      txPacketsReceived: 3,
      txPacketsEmitted: 2,
      metadataMap: [["model", "iStation"]],
      rxPacketsPerFrequencyMap: [
        [868_100_000, 5],
        [868_300_000, 4],
      ],
      txPacketsPerFrequencyMap: [[869_525_000, 2]],
      txPacketsPerStatusMap: [
        ["OK", 2],
        ["TOO_LATE", 1],
      ],
      rxPacketsPerModulationList: [{ count: 9, modulation: { lora: { spreadingFactor: 12 } } }],
      txPacketsPerModulationList: [{ count: 2, modulation: { fsk: { datarate: 50_000 } } }],
    });
    expect(world.connection.status().alarms, "nobody need listen to stats").toEqual([]);
  });

  test("an ack has one status per item, each by its number", async () => {
    const world = coreWorld();
    await world.up();
    const statuses: DownlinkAck["statuses"] = [
      "IGNORED",
      "OK",
      "TOO_LATE",
      "TOO_EARLY",
      "COLLISION_PACKET",
      "COLLISION_BEACON",
      "TX_FREQ",
      "TX_POWER",
      "GPS_UNLOCKED",
      "QUEUE_FULL",
      "INTERNAL_ERROR",
      "DUTY_CYCLE_OVERFLOW",
    ];
    world.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId: 0xffff_fffe, statuses });
    await world.clock.advance(100);
    const { payload } = world.first.taken.find(({ topic }) => topic === `${GATEWAY}/event/ack`)!;
    const ack = judge.DownlinkTxAck.deserializeBinary(payload);
    expect(ack.getDownlinkId()).toBe(0xffff_fffe);
    expect(ack.getGatewayId()).toBe(GATEWAY_EUI);
    expect(ack.getItemsList().map((item) => item.getStatus())).toEqual(
      statuses.map((name) => judge.TxAckStatus[name]),
    );
  });

  test("are dropped and counted while not connected", () => {
    const world = coreWorld();
    world.connection.sendStats(STATS);
    expect(world.counters.get("statsSent", "notConnected")).toBe(1);
  });
});

describe("the state", () => {
  test("is ONLINE retained once the subscription is granted, OFFLINE by will and on stop", async () => {
    const world = coreWorld();
    await world.up();
    expect(world.state()).toBe("ONLINE");
    const retained = world.first.retained.get(`${GATEWAY}/state/conn`)!;
    const state = judge.ConnState.deserializeBinary(retained.payload);
    expect([state.getGatewayId(), state.getState()]).toEqual([GATEWAY_EUI, judge.ConnState.State.ONLINE]);
    world.first.kick(`edge-agent-${GATEWAY_EUI}-main`);
    expect(world.state()).toBe("OFFLINE");
    await world.clock.advance(5_000);
    expect(world.state()).toBe("ONLINE");
    const stopped = world.connection.stop();
    await world.clock.advance(100);
    await stopped;
    expect(world.state()).toBe("OFFLINE");
    expect(world.first.links).toBe(0);
    expect(world.connection.status().state).toBe("stopped");
  });

  test("a stop takes under a second, even on a dead road", async () => {
    const world = coreWorld();
    await world.up();
    world.first.hears = false;
    let stopped = false;
    void world.connection.stop().then(() => {
      stopped = true;
    });
    await world.clock.advance(999);
    expect(stopped).toBe(true);
  });

  test("a late will that says OFFLINE is answered with ONLINE", async () => {
    const world = coreWorld();
    await world.up();
    const offline = new judge.ConnState();
    offline.setGatewayId(GATEWAY_EUI);
    world.first.publish({
      topic: `${GATEWAY}/state/conn`,
      payload: offline.serializeBinary(),
      qos: 1,
      retain: true,
    });
    expect(world.state()).toBe("OFFLINE");
    await world.clock.advance(1_500);
    expect(world.state()).toBe("ONLINE");
    expect(world.counters.get("onlineAgain")).toBe(1);
    await world.clock.advance(60_000);
    expect(world.counters.get("onlineAgain"), "once is enough").toBe(1);
  });

  test("an OFFLINE that stood retained before is no reason to say ONLINE twice", async () => {
    const world = coreWorld();
    world.first.publish({ topic: `${GATEWAY}/state/conn`, payload: Buffer.alloc(0), qos: 1 });
    world.first.retained.set(`${GATEWAY}/state/conn`, {
      topic: `${GATEWAY}/state/conn`,
      payload: Buffer.from("1a1037303736666630303536303430303030", "hex"),
      retain: true,
    });
    await world.up();
    await world.clock.advance(10_000);
    expect(world.first.taken.filter(({ topic }) => topic.endsWith("/state/conn"))).toHaveLength(1);
  });

  test("a refused state costs no frame", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.pubackCode = ({ topic }) => (topic.endsWith("/state/conn") ? 135 : undefined);
    await world.up();
    expect(world.connection.status().alarms).toEqual(["stateRefused"]);
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });

  test("a refused subscription is alarmed, not called ONLINE, and costs no frame", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.subackCode = (filter) => (filter.endsWith("/down") ? 135 : undefined);
    await world.up();
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: ["subscriptionRefused"] });
    expect(world.state()).toBeUndefined();
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });
});

describe("a command", () => {
  function downlink(): InstanceType<typeof judge.DownlinkFrame> {
    const frame = new judge.DownlinkFrame();
    frame.setDownlinkId(4_000_000_001);
    frame.setGatewayId(GATEWAY_EUI);
    const lora = new judge.LoraModulationInfo();
    lora.setBandwidth(125_000);
    lora.setSpreadingFactor(12);
    lora.setCodeRate(judge.CodeRate.CR_4_5);
    lora.setPolarizationInversion(true);
    const fsk = new judge.FskModulationInfo();
    fsk.setDatarate(50_000);
    fsk.setFrequencyDeviation(25_000);
    for (const at of [0, 1]) {
      const modulation = new judge.Modulation();
      if (at === 0) modulation.setLora(lora);
      else modulation.setFsk(fsk);
      const timing = new judge.Timing();
      const delay = new judge.DelayTimingInfo();
      const duration = new Duration();
      duration.setSeconds(1 + at);
      duration.setNanos(500_000_000);
      delay.setDelay(duration);
      timing.setDelay(delay);
      const txInfo = new judge.DownlinkTxInfo();
      txInfo.setFrequency(868_100_000 + at);
      txInfo.setPower(14);
      txInfo.setModulation(modulation);
      txInfo.setBoard(1);
      txInfo.setAntenna(2);
      txInfo.setTiming(timing);
      txInfo.setContext(Uint8Array.of(1, 2, 3));
      const item = new judge.DownlinkFrameItem();
      item.setPhyPayload(Uint8Array.of(0x60, at));
      item.setTxInfo(txInfo);
      frame.addItems(item);
    }
    return frame;
  }

  function command(payload: Uint8Array | string, more: { retain?: boolean; expiryS?: number } = {}) {
    return { topic: `${GATEWAY}/command/down`, payload: Buffer.from(payload), qos: 1 as const, ...more };
  }

  async function given(payload: Uint8Array | string, more = {}) {
    const world = coreWorld();
    await world.up();
    world.first.publish(command(payload, more));
    await world.clock.advance(200);
    return world;
  }

  test("of the core's own making is understood", async () => {
    const { seen, clock } = await given(downlink().serializeBinary());
    expect(seen.commands).toHaveLength(1);
    const [{ items, arrivedMonotonicMs, ...rest }] = seen.commands as [(typeof seen.commands)[0]];
    expect(rest).toEqual({
      coreId: "main",
      gatewayEui: GATEWAY_EUI,
      downlinkId: 4_000_000_001,
      unansweredMs: 0,
    });
    expect(arrivedMonotonicMs).toBeLessThan(clock.monotonicMs());
    expect(items[0]).toEqual({
      phyPayload: Buffer.from([0x60, 0]),
      frequencyHz: 868_100_000,
      powerDbm: 14,
      modulation: { kind: "lora", spreadingFactor: 12, bandwidthHz: 125_000, codeRate: "4/5" },
      polarizationInversion: true,
      preamble: 0,
      noCrc: false,
      board: 1,
      antenna: 2,
      timing: { kind: "delay", delayMs: 1_500 },
      context: Buffer.from([1, 2, 3]),
    });
    expect(items[1]).toMatchObject({
      modulation: { kind: "fsk", bitrate: 50_000, deviationHz: 25_000 },
      timing: { kind: "delay", delayMs: 2_500 },
    });
  });

  test("for GPS time or immediately is understood, and a negative power too", async () => {
    const frame = downlink();
    const [first, second] = frame.getItemsList();
    const gps = new judge.GPSEpochTimingInfo();
    const at = new Duration();
    at.setSeconds(1_456_000_123);
    at.setNanos(250_000_000);
    gps.setTimeSinceGpsEpoch(at);
    first!.getTxInfo()!.getTiming()!.setGpsEpoch(gps);
    first!.getTxInfo()!.setPower(-3);
    second!.getTxInfo()!.getTiming()!.setImmediately(new judge.ImmediatelyTimingInfo());
    const { seen } = await given(frame.serializeBinary());
    const [{ items }] = seen.commands as [(typeof seen.commands)[0]];
    expect(items.map(({ timing }) => timing)).toEqual([
      { kind: "gpsEpoch", gpsMs: 1_456_000_123_250 },
      { kind: "immediately" },
    ]);
    expect(items[0]!.powerDbm).toBe(-3);
  });

  test("in JSON is understood, whatever we speak ourselves", async () => {
    const { seen } = await given(
      JSON.stringify({
        downlinkId: 12,
        gatewayId: GATEWAY_EUI.toUpperCase(),
        somethingNew: true,
        items: [
          {
            phyPayload: "YAA",
            txInfo: {
              frequency: 869_525_000,
              power: 27,
              modulation: { lora: { bandwidth: 125_000, spreading_factor: 9, codeRate: "CR_LI_4_8" } },
              timing: { delay: { delay: "1.500s" } },
              context: "AQID",
            },
          },
          {
            phyPayload: "YAA=",
            txInfo: { frequency: "1", modulation: { fsk: {} }, timing: { immediately: {} } },
          },
        ],
      }),
    );
    expect(seen.commands[0]).toMatchObject({
      downlinkId: 12,
      items: [
        {
          phyPayload: Buffer.from([0x60, 0]),
          frequencyHz: 869_525_000,
          powerDbm: 27,
          modulation: { kind: "lora", spreadingFactor: 9, codeRate: "4/8LI" },
          timing: { kind: "delay", delayMs: 1_500 },
          context: Buffer.from([1, 2, 3]),
        },
        { frequencyHz: 1, timing: { kind: "immediately" } },
      ],
    });
  });

  const useless: readonly (readonly [
    string,
    () => Uint8Array | string,
    { retain?: boolean; expiryS?: number },
    string,
  ])[] = [
    ["retained", () => downlink().serializeBinary(), { retain: true }, "retained"],
    ["expired", () => downlink().serializeBinary(), { expiryS: 0 }, "expired"],
    ["cut short", () => downlink().serializeBinary().subarray(0, 40), {}, "undecodable"],
    ["no JSON", () => "{", {}, "undecodable"],
    ["JSON of another shape", () => '{"items":{}}', {}, "undecodable"],
    ["too long", () => new Uint8Array(64 * 1024 + 1), {}, "tooLong"],
    ["without items", () => new Uint8Array(0), {}, "noItems"],
    [
      "for another gateway",
      () => {
        const frame = downlink();
        frame.setGatewayId("0102030405060708");
        return frame.serializeBinary();
      },
      {},
      "wrongGateway",
    ],
  ];

  test.each(useless)("that is %s is ignored and counted", async (_what, payload, more, reason) => {
    const world = coreWorld();
    if (more.retain) {
      // It stands there before we come.
      world.first.publish(command(payload(), more));
      await world.up();
    } else {
      await world.up();
      world.first.publish(command(payload(), more));
      await world.clock.advance(200);
    }
    expect(world.seen.commands).toEqual([]);
    expect(world.counters.get("commandIgnored", reason)).toBe(1);
  });

  test("that names no modulation is answered with a failure, for the core waits", async () => {
    const frame = downlink();
    frame.getItemsList()[1]!.getTxInfo()!.setModulation(undefined);
    const { seen, first } = await given(frame.serializeBinary());
    expect(seen.commands).toEqual([]);
    const ack = judge.DownlinkTxAck.deserializeBinary(
      first.taken.find(({ topic }) => topic.endsWith("/event/ack"))!.payload,
    );
    expect(ack.getItemsList().map((item) => item.getStatus())).toEqual([10, 10]);
  });

  test("with more than 16 items is none", async () => {
    const frame = downlink();
    const [item] = frame.getItemsList();
    frame.setItemsList(new Array(16).fill(item));
    expect((await given(frame.serializeBinary())).seen.commands).toHaveLength(1);
    frame.addItems(item);
    const { seen, counters } = await given(frame.serializeBinary());
    expect(seen.commands).toEqual([]);
    expect(counters.get("commandIgnored", "tooManyItems")).toBe(1);
  });

  test("that comes while a packet of ours goes unanswered says for how long", async () => {
    const world = coreWorld();
    await world.up();
    world.first.answers = false;
    world.connection.sendStats(STATS);
    await world.clock.advance(6_000);
    world.first.publish(command(downlink().serializeBinary()));
    await world.clock.advance(100);
    expect(world.seen.commands[0]!.unansweredMs).toBeGreaterThanOrEqual(6_000);
  });

  test("of any octets never throws, and is either understood or counted", async () => {
    const world = coreWorld();
    await world.up();
    const template = downlink().serializeBinary();
    const mutated = fc.tuple(fc.nat(template.length - 1), fc.nat(255)).map(([at, octet]) => {
      const octets = Uint8Array.from(template);
      octets[at] = octet;
      return octets;
    });
    let published = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated, fc.json()), async (octets) => {
        world.first.publish(command(octets));
        published += 1;
        await world.clock.advance(50);
        const ignored = Object.values(world.counters.snapshot().commandIgnored ?? {});
        expect(world.seen.commands.length + ignored.reduce((sum, count) => sum + count, 0)).toBe(published);
      }),
    );
  });
});

describe("the configuration", () => {
  function configuration(seconds: number, nanos = 0): Uint8Array {
    const message = new judge.GatewayConfiguration();
    message.setVersion("v7");
    message.setGatewayId(GATEWAY_EUI);
    const interval = new Duration();
    interval.setSeconds(seconds);
    interval.setNanos(nanos);
    message.setStatsInterval(interval);
    return message.serializeBinary();
  }

  test("sets the interval of stats, and its version comes back with them", async () => {
    const world = coreWorld();
    await world.up();
    world.first.publish({ topic: `${GATEWAY}/command/config`, payload: configuration(45), qos: 1 });
    await world.clock.advance(100);
    expect(world.seen.statsIntervals).toEqual([45_000]);
    world.connection.sendStats(STATS);
    await world.clock.advance(100);
    const { payload } = world.first.taken.find(({ topic }) => topic === `${GATEWAY}/event/stats`)!;
    expect(judge.GatewayStats.deserializeBinary(payload).getConfigVersion()).toBe("v7");
  });

  test.each([
    [4, 999_999_999, [5_000]],
    [5, 0, [5_000]],
    [3_600, 0, [3_600_000]],
    [3_601, 0, [3_600_000]],
    [0, 0, []],
  ])("of %s s and %s ns keeps to what a gateway can do", async (seconds, nanos, expected) => {
    const world = coreWorld();
    await world.up();
    const payload = configuration(seconds, nanos);
    world.first.publish({ topic: `${GATEWAY}/command/config`, payload, qos: 1 });
    await world.clock.advance(100);
    expect(world.seen.statsIntervals).toEqual(expected);
  });
});

describe("our own namespace", () => {
  const own = (world: ReturnType<typeof coreWorld>) =>
    world.connection.publishOwn!({ name: "health", payload: Buffer.from("{}"), retain: true });

  test("stands beside the contract's topics", async () => {
    const world = coreWorld();
    await world.up();
    expect(await world.after(100, own(world))).toBe("noSubscriber");
    world.first.listen("+/edge/#");
    expect(await world.after(100, own(world))).toBe("taken");
    expect(world.first.taken.at(-1)).toMatchObject({
      topic: `eu868/edge/${GATEWAY_EUI}/health`,
      retain: true,
    });
  });

  test("refused once, it is left alone, and the frames go on", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.pubackCode = ({ topic }) => (topic.includes("/edge/") ? 135 : undefined);
    await world.up();
    expect(await world.after(100, own(world))).toBe("refused");
    expect(world.connection.status().alarms).toEqual(["ownNamespaceSuspended"]);
    world.first.pubackCode = () => undefined;
    expect(await world.after(100, own(world))).toBe("refused");
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });

  test("after two closes within a second of it, it is left alone", async () => {
    const world = coreWorld();
    world.first.closesOn = (packet) => typeof packet === "object" && packet.topic.includes("/edge/");
    await world.up();
    for (const outcome of ["closed", "closed", "refused"]) {
      await world.clock.advance(120_000);
      expect(world.connection.connected).toBe(true);
      expect(await world.after(100, own(world))).toBe(outcome);
    }
  });

  test("two closes more than a second after it do not suspend it", async () => {
    const world = coreWorld();
    await world.up();
    for (let time = 0; time < 3; time++) {
      expect(await world.after(1_001, own(world))).toBe("noSubscriber");
      world.first.kick(`edge-agent-${GATEWAY_EUI}-main`);
      await world.clock.advance(120_000);
    }
  });
});

describe("what is said beside", () => {
  const say = (world: ReturnType<typeof coreWorld>, name: string) =>
    world.connection.publishOwn!({ name, payload: Buffer.from(name), retain: false });
  const namesAt = (world: ReturnType<typeof coreWorld>): string[] =>
    world.first.taken.map(({ topic }) => topic.split("/").at(-1)!).filter((name) => name !== "conn");

  test("goes when nothing else waits, one at a time, in its order", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.receiveMaximum = 2;
    await world.up();
    world.first.latencyMs = 50;
    for (const name of ["one", "two", "three"]) void say(world, name);
    for (let frame = 0; frame < 4; frame++) void world.connection.send(carriedOf());
    world.connection.sendStats(STATS);
    await world.clock.advance(2_000);
    // The first went out before any frame came; the others wait for frames and stats that came after them.
    expect(namesAt(world)).toEqual(["one", "up", "up", "stats", "up", "up", "two", "three"]);
  });

  test("leaves a live frame its place: with ten waiting, it goes out at once", async () => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    world.first.latencyMs = 50;
    for (let one = 0; one < 10; one++) void say(world, `own-${one}`);
    const atMs = world.clock.monotonicMs();
    let tookMs = Number.NaN;
    void world.connection.send(carriedOf()).then(() => {
      tookMs = world.clock.monotonicMs() - atMs;
    });
    await world.clock.advance(1_000);
    expect(tookMs).toBe(100);
  });

  test(`more than ${BESIDE_WAITING_MAX} that wait are refused, and no harm is done to the namespace`, async () => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    world.first.latencyMs = 50;
    const outcomes: string[] = [];
    for (let one = 0; one < BESIDE_WAITING_MAX + 2; one++)
      void say(world, "same").then((outcome) => outcomes.push(outcome));
    await world.clock.advance(20_000);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "taken")).toHaveLength(BESIDE_WAITING_MAX + 1);
    expect(world.connection.status().alarms).toEqual([]);
  });

  test("is closed with its connection, that which waits too", async () => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    world.first.answers = false;
    const both = Promise.all([say(world, "one"), say(world, "two")]);
    await world.clock.advance(100);
    world.first.die();
    expect(await world.after(100, both)).toEqual(["closed", "closed"]);
  });

  test("lives no longer than it should, and says to what it belongs", async () => {
    const world = coreWorld();
    await world.up();
    void world.connection.publishOwn!({
      name: "reply/health",
      payload: Buffer.from("{}"),
      retain: false,
      expiresInMs: 1_001,
      correlation: Buffer.from("abc"),
    });
    await world.clock.advance(100);
    expect(world.first.taken.at(-1)).toMatchObject({ expiryS: 2, correlation: Buffer.from("abc") });
  });
});

describe("our own commands", () => {
  const TOPIC = `eu868/edge/${GATEWAY_EUI}/command`;

  test("are handed up as they came, where the settings let them in", async () => {
    const world = coreWorld({ settings: { commands: "read" } });
    await world.up();
    const payload = Buffer.from("anything");
    const correlation = Buffer.from([1, 2]);
    const atMs = world.clock.monotonicMs();
    world.first.publish({ topic: `${TOPIC}/health`, payload, qos: 1, expiryS: 30, correlation });
    await world.clock.advance(100);
    expect(world.seen.ownCommands).toEqual([
      {
        coreId: "main",
        gatewayEui: GATEWAY_EUI,
        name: "health",
        payload,
        retained: false,
        arrivedMonotonicMs: atMs + world.first.latencyMs,
        expiresInMs: 30_000,
        correlation,
        unansweredMs: 0,
      },
    ]);
    expect(world.counters.get("commandIgnored", "unknownTopic")).toBe(0);
  });

  test("one that lay there retained says so", async () => {
    const world = coreWorld({ settings: { commands: "change" } });
    world.first.publish({ topic: `${TOPIC}/health`, payload: Buffer.from("{}"), qos: 1, retain: true });
    await world.up();
    expect(world.seen.ownCommands).toMatchObject([{ name: "health", retained: true }]);
  });

  test("are not even subscribed to where the settings do not let them in", async () => {
    const world = coreWorld({ settings: { commands: "none" } });
    await world.up();
    expect(world.first.publish({ topic: `${TOPIC}/health`, payload: Buffer.from("{}"), qos: 1 })).toBe(false);
  });

  test("that the broker does not grant leave the rest as it is", async () => {
    const world = coreWorld({ settings: { commands: "read" } });
    world.first.subackCode = (filter) => (filter.includes("/edge/") ? 135 : undefined);
    await world.up();
    expect(world.connection.connected).toBe(true);
    expect(world.connection.status().alarms).toEqual([]);
    expect(world.counters.get("ownCommandsRefused")).toBe(1);
    expect(world.state()).toBe("ONLINE");
  });
});

describe("the replay plan", () => {
  const TOPIC = "eu868/edge/replay-plan";
  const publish = (world: ReturnType<typeof coreWorld>, payload: string): boolean =>
    world.first.publish({ topic: TOPIC, payload: Buffer.from(payload), qos: 1, retain: true });

  test("that is retained is heard on every connection, before the first uplink is answered, and each new one too", async () => {
    const world = coreWorld();
    publish(world, "one");
    await world.up();
    expect(world.seen.plans).toEqual(["one"]);
    publish(world, "other");
    await world.clock.advance(100);
    expect(world.seen.plans).toEqual(["one", "other"]);
    world.first.die();
    world.first.revive();
    await world.clock.advance(60_000);
    expect(world.seen.plans).toEqual(["one", "other", "other"]);
    expect(world.counters.snapshot().commandIgnored).toBeUndefined();
  });

  test("is said retained, for those who come later, and comes back to who said it", async () => {
    const world = coreWorld();
    await world.up();
    expect(await world.after(100, world.connection.proposePlan(Buffer.from("mine")))).toBe("taken");
    expect(world.first.retained.get(TOPIC)?.payload.toString()).toBe("mine");
    expect(world.seen.plans).toEqual(["mine"]);
  });

  test("may be out of bounds: refused, it is no alarm, and nothing else suffers", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.subackCode = (filter) => (filter === TOPIC ? 135 : undefined);
    world.first.pubackCode = ({ topic }) => (topic === TOPIC ? 135 : undefined);
    await world.up();
    expect(world.connection.status().alarms).toEqual([]);
    expect(world.counters.get("planRefused")).toBe(1);
    expect(world.state()).toBe("ONLINE");
    expect(await world.after(100, world.connection.proposePlan(Buffer.from("mine")))).toBe("refused");
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });

  test("is not asked for where gateways do not keep together", async () => {
    const filters: string[] = [];
    const world = coreWorld({ settings: { replayPairing: false } });
    world.first.subackCode = (filter) => {
      filters.push(filter);
      return undefined;
    };
    await world.up();
    expect(filters).not.toContain(TOPIC);
  });

  test("a broker that closes the connection over it gets no such question the third time", async () => {
    const world = coreWorld();
    world.first.closesOn = (packet) => packet === "subscribe" && world.first.connects.length <= 2;
    await world.up();
    await world.clock.advance(60_000);
    publish(world, "one");
    await world.clock.advance(100);
    expect(world.connection.connected).toBe(true);
    expect(world.seen.plans).toEqual([]);
  });
});

describe("the late topic", () => {
  const late = carriedOf(undefined, { replay: true, ageMs: 7_200_000, heardUtcMs: Date.UTC(2026, 0, 1, 10) });
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "..", "..", "agent", "north", "late.schema.json"), "utf8"),
  );

  test("has the frame as it was heard, under the number by which the core knows it", async () => {
    const world = coreWorld();
    world.first.listen("#");
    await world.up();
    expect(await world.after(100, world.connection.sendLate(late))).toBe("taken");
    expect(await world.after(100, world.connection.send(late))).toBe("taken");
    const [said, up] = world.first.taken.slice(-2);
    expect(said).toMatchObject({ topic: `eu868/edge/${GATEWAY_EUI}/late`, retain: false });
    const message = JSON.parse(said!.payload.toString());
    expect(fits(message, schema)).toBe(true);
    const frame = judge.UplinkFrame.deserializeBinary(up!.payload);
    expect(message).toMatchObject({
      gatewayId: GATEWAY_EUI,
      uplinkId: frame.getRxInfo()!.getUplinkId(),
      phyPayload: frame.getPhyPayload_asB64(),
      sequence: 7,
      heardAt: "2026-01-01T10:00:00.000Z",
      timeSource: "ntp",
      holdMs: 7_200_000,
      rx: {
        frequencyHz: 866_349_812,
        modulation: "lora",
        spreadingFactor: 7,
        bandwidthHz: 125_000,
        snrDb: 5.1,
      },
    });
  });

  test.each([
    ["FSK", { ...LORA_RXPK, modu: "FSK", datr: 50_000, codr: undefined }],
    ["LR-FHSS", { ...LORA_RXPK, modu: "LR-FHSS", datr: "M0CW137", codr: "1/3", hpw: 52 }],
    ["little more than its octets", { tmst: 1, freq: 868.1, modu: "LORA", datr: "SF12BW125", data: "QA==" }],
    ["metadata", { ...LORA_RXPK, meta: { site: "tower" } }],
  ])("with %s is what its schema says", async (_what, rxpk) => {
    const message = lateMessage(
      carriedOf(rxpk, { replay: true, heardUtcMs: undefined, timeSource: "unsynced" }),
    );
    expect(fits(JSON.parse(message.toString()), schema)).toBe(true);
  });

  test("refused, it is left alone, and the frames go on", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.pubackCode = ({ topic }) => (topic.endsWith("/late") ? 135 : undefined);
    await world.up();
    const said = world.first.taken.length;
    expect(await world.after(100, world.connection.sendLate(late))).toBe("refused");
    expect(await world.after(100, world.connection.sendLate(late))).toBe("refused");
    expect(await world.after(100, world.connection.send(late))).toBe("taken");
    expect(world.first.taken.slice(said).map(({ topic }) => topic)).toEqual([UP]);
  });
});

describe("a join that gets no answer in time", () => {
  const sendJoin = (world: ReturnType<typeof coreWorld>, expiresInMs: number) =>
    world.connection.send(carriedOf(JOIN_RXPK, { expiresInMs }));

  test("gives the connection up, so that it cannot arrive later, and another is made", async () => {
    const world = coreWorld();
    await world.up();
    world.first.hears = false;
    expect(await world.after(1_990, sendJoin(world, 2_000))).toBe("nothing yet");
    const { after } = world;
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
    await world.clock.advance(30);
    expect(world.seen).toMatchObject({ ups: 1, downs: 1 });
    world.first.hears = true;
    await world.clock.advance(10_000);
    expect(world.seen.ups).toBe(2);
    expect(world.first.taken.some(({ topic }) => topic.endsWith("/up"))).toBe(false);
    expect(world.counters.snapshot().joinUnanswered).toBe(1);
    expect(await after(100, world.connection.send(carriedOf()))).toBe("noSubscriber");
  });

  test("answered in time, it leaves the connection alone", async () => {
    const world = coreWorld();
    await world.up();
    expect(await world.after(100, sendJoin(world, 200))).toBe("noSubscriber");
    await world.clock.advance(60_000);
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
  });

  test("on a long road is waited for as long as the road takes, beside its time", async () => {
    const world = coreWorld();
    world.first.latencyMs = 1_000;
    await world.up();
    await world.clock.advance(10_000);
    // A moment less than the way there, and two for the way back.
    expect(await world.after(2_500, sendJoin(world, 1_100))).toBe("noSubscriber");
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
  });

  test("leaves the road without time for joins until something is answered again", async () => {
    const world = coreWorld();
    await world.up();
    const before = world.connection.status().roundTripMs!;
    world.first.hears = false;
    await world.after(3_000, sendJoin(world, 2_000));
    expect(world.connection.status().roundTripMs).toBeGreaterThanOrEqual(2_000);
    world.first.hears = true;
    await world.clock.advance(10_000);
    expect(world.seen.ups).toBe(2);
    expect(world.connection.status().roundTripMs).toBe(before);
  });
});
