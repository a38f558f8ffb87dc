/**
 * Goal: the core, the embedded broker and a gateway's client talk over real sockets, and a road can be cut, refused
 * and mended without anybody else noticing.
 * Method: aedes on loopback, mqtt.js through the agent's own door, no fixed port; conditions are awaited, not time.
 */
import { afterEach, describe, expect, test } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";
import { openMqtt } from "../../../agent/host/mqtt.ts";
import type { MqttClosed, MqttLink, MqttMessage } from "../../../agent/ports.ts";
import { type Broker, EMBEDDED_MQTT_VERSION, openBroker, type Road } from "../../../simulator/core/broker.ts";
import { createRigCore, type RigCore } from "../../../simulator/core/core.ts";
import type { Delivery } from "../../../simulator/core/delivery.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { until } from "../../until.ts";
import { DEVICE, Hand, NORTH, readCommand, SILENT, SOUTH, txAck, uplinkFrame } from "./core-world.ts";

/** The meter listens then, LoRaWAN 1.0.4 and RP002. */
const JOIN_ACCEPT_DELAY1_MS = 5_000;
const clock = openClock();
const mqtt = openMqtt(clock);
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Client {
  readonly link: MqttLink;
  connected: boolean;
  closed: MqttClosed | undefined;
  readonly messages: MqttMessage[];
}

function client(road: Road, clientId: string): Client {
  const seen = {
    connected: false,
    closed: undefined as MqttClosed | undefined,
    messages: [] as MqttMessage[],
  };
  const link = mqtt.connect(
    { url: road.url, version: EMBEDDED_MQTT_VERSION, clientId, keepaliveS: 30, connectTimeoutMs: 5_000 },
    {
      onConnected: () => {
        seen.connected = true;
      },
      onMessage: (message) => seen.messages.push(message),
      onClosed: (why) => {
        seen.connected = false;
        seen.closed = why;
      },
    },
  );
  closers.push(async () => link.close("abruptly"));
  return Object.assign(seen, { link });
}

interface Rig {
  readonly broker: Broker;
  readonly core: RigCore;
  readonly coreRoad: Road;
  readonly deliveries: Delivery[];
}

async function rig(): Promise<Rig> {
  const broker = await openBroker();
  closers.push(() => broker.close());
  const deliveries: Delivery[] = [];
  const coreRoad = await broker.road();
  const core = createRigCore({
    mqtt,
    broker: { url: coreRoad.url, version: EMBEDDED_MQTT_VERSION },
    topicPrefix: "eu868",
    clock,
    rng: new WorldRng(1),
    log: SILENT,
    devices: [DEVICE],
    onDelivery: (delivery) => deliveries.push(delivery),
  });
  closers.push(() => core.stop());
  core.start();
  await core.whenSubscribed();
  return { broker, core, coreRoad, deliveries };
}

describe("over real sockets", () => {
  test("a meter joins, its uplink through two gateways is delivered once, and it is answered in time", async () => {
    const { broker, core, deliveries } = await rig();
    const north = client(await broker.road(), "north");
    const south = client(await broker.road(), "south");
    await until(() => north.connected && south.connected, "CONNACK");
    await north.link.subscribe([`eu868/gateway/${NORTH}/command/+`], 1);
    await south.link.subscribe([`eu868/gateway/${SOUTH}/command/+`], 1);
    const up = (gateway: string, phyPayload: Buffer, snrDb = 5) => ({
      topic: `eu868/gateway/${gateway}/event/up`,
      payload: uplinkFrame(gateway, phyPayload, { snrDb }).serializeBinary(),
      qos: 1 as const,
    });

    const hand = new Hand();
    const startMs = clock.monotonicMs();
    await north.link.publish(up(NORTH, hand.joinRequest(1)));
    await until(() => north.messages.length > 0, "the join-accept");
    expect(clock.monotonicMs() - startMs).toBeLessThan(JOIN_ACCEPT_DELAY1_MS);
    const accept = readCommand(NORTH, north.messages[0]!.payload);
    hand.take(accept.items[0]!.phyPayload, 1);
    const ack = txAck(NORTH, accept.downlinkId, [1, 0]);
    await north.link.publish({ topic: `eu868/gateway/${NORTH}/event/ack`, payload: ack, qos: 1 });

    const phyPayload = hand.uplink(undefined, true);
    void north.link.publish(up(NORTH, phyPayload, 1));
    void south.link.publish(up(SOUTH, phyPayload, 8));
    await until(() => south.messages.length > 0, "the acknowledgement");
    expect(deliveries).toMatchObject([{ fCnt: 0, redundancy: 2 }]);
    expect(north.messages).toHaveLength(1);
    expect(core.counts()).toMatchObject({ joinAccepted: 1, delivered: 1, "txAck.OK": 1 });
    expect(broker.taken).toBeGreaterThanOrEqual(4);
  });

  test("a road that is cut ends its own connections, takes no new ones, and mends", async () => {
    const broker = await openBroker();
    closers.push(() => broker.close());
    const [cut, whole] = [await broker.road(), await broker.road()];
    const first = client(cut, "first");
    const other = client(whole, "other");
    await until(() => first.connected && other.connected, "CONNACK");
    cut.cut();
    await until(() => first.closed !== undefined && cut.connections === 0, "the end, on both sides");
    const again = client(cut, "first");
    await until(() => again.closed !== undefined, "the second end");
    expect(again.connected).toBe(false);
    expect(other.closed).toBeUndefined();
    expect((await other.link.publish({ topic: "a", payload: Buffer.from("b"), qos: 1 })).outcome).toBe(
      "acknowledged",
    );
    cut.mend();
    const back = client(cut, "first");
    await until(() => back.connected, "CONNACK");
  });

  test("a road that refuses says so", async () => {
    const broker = await openBroker();
    closers.push(() => broker.close());
    const road = await broker.road();
    road.refuse();
    const refused = client(road, "refused");
    await until(() => refused.closed !== undefined, "the refusal");
    expect(refused.closed).toMatchObject({ code: "refused", reasonCode: 3 });
  });

  test("all roads are cut but those that are excepted, and the core comes back by itself", async () => {
    const { broker, core, coreRoad, deliveries } = await rig();
    const road = await broker.road();
    const gateway = client(road, "gateway");
    await until(() => gateway.connected, "CONNACK");
    broker.cutAll([road]);
    expect(road.connections).toBe(1);
    broker.mendAll();
    broker.cutAll();
    await until(() => gateway.closed !== undefined && coreRoad.connections === 0, "the end");
    broker.mendAll();
    await until(() => coreRoad.connections === 1, "the core");
    await core.whenSubscribed();
    const back = client(road, "gateway");
    await until(() => back.connected, "CONNACK");
    const payload = uplinkFrame(NORTH, new Hand().joinRequest(9)).serializeBinary();
    await back.link.publish({ topic: `eu868/gateway/${NORTH}/event/up`, payload, qos: 1 });
    await until(() => core.counts().joinAccepted === 1, "the join");
    expect(deliveries).toEqual([]);
  });
});
