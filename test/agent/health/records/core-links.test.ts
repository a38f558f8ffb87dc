/** What is seen of a core's link: when it is up, and the octets on it. */
import { beforeEach, describe, expect, test } from "vitest";
import { type CoreLinks, createCoreLinks } from "../../../../agent/health/records/core-links.ts";
import type { Mqtt, MqttClosed, MqttHandlers, Udp } from "../../../../agent/ports.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { WorldMqtt } from "../../../../simulator/world/mqtt.ts";
import { WorldUdp } from "../../../../simulator/world/udp.ts";

const EUI = "7276ff0044010010";
const SERVER = "mqtt://core:1883";

let clock: WorldClock;
let mqtt: WorldMqtt;
let links: CoreLinks;
let told: { sent: number; received: number };

beforeEach(() => {
  clock = new WorldClock();
  mqtt = new WorldMqtt(clock);
  told = { sent: 0, received: 0 };
  links = createCoreLinks(clock, (_coreId, sent, received) => {
    told.sent += sent;
    told.received += received;
  });
});

function watched(handlers = { onConnected: () => undefined, onDisconnected: () => undefined }) {
  return links.watch("main", EUI, { mqtt: mqtt as Mqtt, udp: new WorldUdp(clock) as Udp, handlers });
}

async function connectedLink(through: Mqtt) {
  mqtt.broker(SERVER);
  const closed: MqttClosed[] = [];
  const handlers: MqttHandlers = {
    onConnected: () => undefined,
    onMessage: () => undefined,
    onClosed: (why) => closed.push(why),
  };
  const link = through.connect(
    { url: SERVER, version: 5, clientId: "x", keepaliveS: 60, connectTimeoutMs: 5_000 },
    handlers,
  );
  await clock.advance(100);
  return { link, closed };
}

describe("the octets", () => {
  test("of a connection are counted while it is open, and to its end", async () => {
    const { link, closed } = await connectedLink(watched().mqtt);
    links.collect();
    const before = { ...told };
    expect(before.sent).toBeGreaterThan(0);
    void link.publish({ topic: "t", payload: Buffer.alloc(500), qos: 1 });
    await clock.advance(100);
    links.collect();
    expect(told.sent - before.sent).toBeGreaterThanOrEqual(500);
    void link.publish({ topic: "t", payload: Buffer.alloc(700), qos: 1 });
    link.close("abruptly");
    await clock.advance(100);
    expect(closed).toHaveLength(1);
    links.collect();
    links.collect();
    const { sent, received } = link.octets();
    expect(told).toEqual({ sent, received });
    expect(links.view()).toMatchObject([{ sentOctets: sent, receivedOctets: received }]);
  });

  test("of UDP have the headers of IP and UDP with them", async () => {
    const udp = new WorldUdp(clock);
    const there = await udp.bind({ host: "10.0.0.1", port: 1_700 }, (bytes, from) =>
      there.send(bytes.subarray(0, 4), from),
    );
    const parts = {
      mqtt: mqtt as Mqtt,
      udp: udp as Udp,
      handlers: { onConnected() {}, onDisconnected() {} },
    };
    const heard: number[] = [];
    const socket = await links.watch("main", EUI, parts).udp.connect(
      { host: "10.0.0.1", port: 1_700 },
      (bytes) => heard.push(bytes.length),
      () => undefined,
    );
    socket.send(Buffer.alloc(100));
    await clock.advance(100);
    expect(heard).toEqual([4]);
    expect(told).toEqual({ sent: 128, received: 32 });
    await socket.close();
  });
});

describe("the link", () => {
  test("tells since when it is up, how often it was lost, and for how long it was away", async () => {
    const seen: string[] = [];
    const { handlers } = watched({
      onConnected: () => void seen.push("up"),
      onDisconnected: () => void seen.push("down"),
    });
    expect(links.view()).toMatchObject([{ connected: false, outages: 0, awayMs: 0 }]);
    await clock.advance(5_000);
    expect(links.view(), "before the first connection nothing was lost").toMatchObject([{ awayMs: 0 }]);
    handlers.onConnected();
    await clock.advance(60_000);
    expect(links.view()).toMatchObject([{ connected: true, connects: 1, sinceMs: 60_000 }]);
    handlers.onDisconnected();
    await clock.advance(10_000);
    expect(links.view()).toMatchObject([{ connected: false, outages: 1, awayMs: 10_000, sinceMs: 10_000 }]);
    handlers.onConnected();
    await clock.advance(1_000);
    expect(links.view()).toMatchObject([{ connected: true, connects: 2, outages: 1, awayMs: 10_000 }]);
    expect(links.view()[0]!.sinceWallMs).toBe(clock.wallMs() - 1_000);
    expect(seen).toEqual(["up", "down", "up"]);
  });

  test("goes with its gateway", () => {
    watched();
    links.drop(EUI);
    expect(links.view()).toEqual([]);
  });
});
