import { expect, test } from "vitest";
import type { MqttClosed, MqttPublished } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldMqtt } from "../../../simulator/world/mqtt.ts";
import { WorldRoad } from "../../../simulator/world/road.ts";

const URL = "mqtt://core:1883";
const KEEPALIVE_S = 30;

async function openRoad() {
  const clock = new WorldClock();
  const mqtt = new WorldMqtt(clock);
  const broker = mqtt.broker(URL);
  const heard: string[] = [];
  broker.listen("up", ({ payload }) => heard.push(payload.toString().slice(0, 8)));
  broker.listen("will", () => heard.push("will"));
  const road = new WorldRoad(clock);
  const connect = (clientId = "gateway") => {
    const closed: MqttClosed[] = [];
    const seen = { connected: false, closed };
    const will = { topic: "will", payload: Buffer.from("gone"), retain: false };
    const link = mqtt.over(road).connect(
      { url: URL, version: 5, clientId, keepaliveS: KEEPALIVE_S, connectTimeoutMs: 20_000, will },
      {
        onConnected: () => {
          seen.connected = true;
        },
        onMessage: () => undefined,
        onClosed: (why) => closed.push(why),
      },
    );
    const answers: MqttPublished[] = [];
    const publish = (text: string): void => {
      void link
        .publish({ topic: "up", payload: Buffer.from(text), qos: 1 })
        .then((published) => answers.push(published));
    };
    return { link, seen, answers, publish };
  };
  const client = connect();
  await clock.advance(1_000);
  expect(client.seen.connected).toBe(true);
  return { clock, broker, road, heard, connect, ...client };
}

test("over a dark road nothing arrives and nobody is told; when it is open all arrives in order", async () => {
  const { clock, road, heard, seen, answers, publish } = await openRoad();
  road.state = "dark";
  for (const text of ["one", "two", "three"]) publish(text);
  await clock.advance(15_000);
  expect({ heard, answers, closed: seen.closed }).toEqual({ heard: [], answers: [], closed: [] });
  road.latencyMs = 5;
  road.state = "open";
  await clock.advance(100);
  expect(heard).toEqual(["one", "two", "three"]);
  expect(answers).toHaveLength(3);
});

test("what was given to a dark road by a process that has died since arrives", async () => {
  const { clock, road, heard, answers, publish, link } = await openRoad();
  road.state = "dark";
  publish("ghost");
  await clock.advance(5_000);
  link.orphan();
  await clock.advance(1_000);
  expect(answers).toEqual([{ outcome: "closed" }]);
  road.state = "open";
  await clock.advance(1_000);
  expect(heard).toEqual(["ghost", "will"]);
});

test.each(["dark", "slow"] as const)(
  "a link that was given up is reset, and what waited on a %s road never arrives",
  async (how) => {
    const { clock, road, heard, answers, publish, link } = await openRoad();
    if (how === "slow") road.bitsPerS = 80;
    else road.state = "dark";
    for (const text of ["ghost", "ghosts"]) publish(text);
    await clock.advance(1_000);
    link.close("abruptly");
    await clock.advance(1_000);
    expect(answers).toEqual([{ outcome: "closed" }, { outcome: "closed" }]);
    road.state = "open";
    road.bitsPerS = Number.POSITIVE_INFINITY;
    await clock.advance(30_000);
    // On a dark road the reset itself is lost, and the broker sees only that nobody speaks.
    expect(heard).toEqual(how === "slow" ? ["will"] : []);
    await clock.advance(1_500 * KEEPALIVE_S);
    expect(heard).toEqual(["will"]);
  },
);

test("and not when another connection of the same client has come before it", async () => {
  const { clock, broker, road, heard, publish, link } = await openRoad();
  road.state = "dark";
  publish("ghost");
  link.orphan();
  broker.takeOver("gateway");
  road.state = "open";
  await clock.advance(1_000);
  expect(heard).toEqual(["will"]);
});

test("a cut road ends connections here at once, and the broker sees it after one and a half keepalives", async () => {
  const { clock, broker, road, heard, seen, connect } = await openRoad();
  road.state = "cut";
  expect(seen.closed.map(({ code }) => code)).toEqual(["closed"]);
  const refused = connect("another");
  await clock.advance(1_500 * KEEPALIVE_S - 1);
  expect(refused.seen.closed.map(({ code }) => code)).toEqual(["unreachable"]);
  expect({ links: broker.links, heard }).toEqual({ links: 1, heard: [] });
  await clock.advance(1);
  expect({ links: broker.links, heard }).toEqual({ links: 0, heard: ["will"] });
});

test("2 kbit/s carry 2 kbit a second, headers and all, one packet after the other", async () => {
  const { clock, road, heard, publish } = await openRoad();
  road.bitsPerS = 2_000;
  road.latencyMs = 0;
  // 250 octets with topic, packet and TCP/IP headers: a second each.
  const text = "x".repeat(250 - "up".length - 8 - 40);
  publish(text);
  publish(text);
  await clock.advance(999);
  expect(heard).toHaveLength(0);
  await clock.advance(1);
  expect(heard).toHaveLength(1);
  await clock.advance(999);
  expect(heard).toHaveLength(1);
  await clock.advance(1);
  expect(heard).toHaveLength(2);
});
