/**
 * Goal: two cores behind two real brokers, each with its own place: both get everything, one that is away takes nothing
 * from the other and gets exactly its own when it is back; a core that comes later starts at now, one that goes frees
 * what waited for it, on the disk too; only the core that may transmit does.
 * Method: the built agent as a process, two Mosquittos that the test kills and restarts. A whole day of absence, ages and
 * filters: agent-cores.test.ts.
 */
import { Level } from "level";
import { expect, onTestFinished, test } from "vitest";
import { median } from "../bench/figure.ts";
import { type Mosquitto, startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { downlinkFrame, readTxAck, readUplink } from "./chirpstack.ts";
import { judge } from "./north/judge.ts";
import { endAll, type Reader, reader } from "./north/mosquitto-core.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  type Gateway,
  openForwarder,
  type RunningAgent,
  statusOf,
  storedFrames,
} from "./run-rig.ts";

const GATEWAY = `eu868/gateway/${EUI}`;
const DEVICES = ["26010001", "26010002", "26010003", "26010004", "26010005"];
/** In an outage that a test can wait for. */
const FRAMES_PER_DEVICE = 6;
/** Each device's stored frames come half a second apart; another core's live ones must not wait for any of it. */
const LIVE_MS_MAX = 1_000;
/** Under which the journal keeps records: "r" and a sequence. */
const RECORDS = { gte: Buffer.from("r"), lt: Buffer.from("s") };

async function broker(): Promise<Mosquitto> {
  const started = await startMosquitto();
  onTestFinished(started.kill);
  onTestFinished(endAll);
  return started;
}

const coreToml = (id: string, { url }: Mosquitto, more = ""): string =>
  `id = "${id}"\nservers = ["${url}"]\nretry_max = "1s"\nreplay_pairing = false\n${more}\n`;

/** The first core's broker is given as the rig wants it, the others' lines behind it. */
function configure(cores: readonly (readonly [string, Mosquitto, string?])[], gateway?: Gateway): Gateway {
  const [[id, first, more = ""], ...others] = cores as [(typeof cores)[number], ...typeof cores];
  const rest = others.map((core) => `[[core]]\n${coreToml(...core)}`).join("");
  const options = { servers: [first.url], core: `id = "${id}"\nreplay_pairing = false\n${more}\n${rest}` };
  if (gateway === undefined) return createGateway(options);
  gateway.configure(options);
  return gateway;
}

function physOf({ messages }: Reader): string[] {
  return messages.filter(({ topic }) => topic.endsWith("/up")).map(({ payload }) => readUplink(payload).phy);
}

/** By device, in the order of arrival. */
function byDevice(phys: readonly string[]): Record<string, string[]> {
  const devices: Record<string, string[]> = {};
  for (const phy of phys) devices[phy.slice(2, 10)] = [...(devices[phy.slice(2, 10)] ?? []), phy];
  return devices;
}

async function connected(agent: RunningAgent, forwarder: Forwarder, times: number): Promise<void> {
  forwarder.pull();
  await until(() => agent.said("core connected").length >= times, `${times} connections`);
}

/** A core has everything, and the agent has heard so: what it does not know it would send again after a restart. */
async function hasAll(lns: Reader, gateway: Gateway, id: string, { sent }: Forwarder): Promise<void> {
  await until(() => physOf(lns).length >= sent.length, `everything at core ${id}`);
  await until(() => {
    const courier = statusOf(gateway).cores.find((core) => core.id === id)?.courier;
    return courier?.inFlight === 0 && courier.lanesBehind === 0;
  }, `every answer of core ${id}`);
}

async function recordsIn(journal: string): Promise<number> {
  const store = new Level<Buffer, Buffer>(journal, { keyEncoding: "buffer", valueEncoding: "buffer" });
  const keys = await store.keys(RECORDS).all();
  await store.close();
  return keys.length;
}

test("one core away: the other misses nothing, and the first gets exactly its own, in order", async () => {
  const [one, two] = [await broker(), await broker()];
  const [lnsOne, lnsTwo] = [
    await reader(one, `${GATEWAY}/event/up`),
    await reader(two, `${GATEWAY}/event/up`),
  ];
  const gateway = configure([
    ["one", one],
    ["two", two],
  ]);
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder, 2);
  for (const devAddr of DEVICES) forwarder.push(devAddr, 0);
  await until(() => physOf(lnsOne).length === 5 && physOf(lnsTwo).length === 5, "both to have everything");
  expect(physOf(lnsOne)).toEqual(forwarder.sent);
  expect(physOf(lnsTwo).toSorted()).toEqual(forwarder.sent.toSorted());

  // The agent has yet to hear that they were taken: what it does not know it would send again.
  await until(() => storedFrames(gateway) === 0, "an empty journal");
  await two.kill();
  const tookMs: number[] = [];
  for (let fCnt = 1; fCnt <= FRAMES_PER_DEVICE; fCnt++) {
    for (const devAddr of DEVICES) forwarder.push(devAddr, fCnt);
    const sentMs = performance.now();
    await until(() => physOf(lnsOne).length === forwarder.sent.length, "the other core's live frames");
    tookMs.push(performance.now() - sentMs);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // A busy machine delays one or another; a core that they wait for would delay most.
  expect(median(tookMs), "at once").toBeLessThan(LIVE_MS_MAX);
  await until(() => forwarder.acked.size === forwarder.sent.length, "every PUSH_ACK");

  await two.restart();
  await until(() => new Set(physOf(lnsTwo)).size === forwarder.sent.length, "its own frames", 30_000);
  // With an empty journal there is nothing left that could come again.
  await until(() => storedFrames(gateway) === 0, "an empty journal");
  expect(physOf(lnsTwo).toSorted(), "each once").toEqual(forwarder.sent.toSorted());
  expect(byDevice(physOf(lnsTwo)), "each device's in order").toEqual(byDevice(forwarder.sent));
  expect(physOf(lnsOne), "nothing twice").toEqual(forwarder.sent);
  await agent.stop();
}, 90_000);

test("a core that comes later starts at now; one that goes frees what waited for it, on the disk too", async () => {
  const [one, two] = [await broker(), await broker()];
  const lnsOne = await reader(one, `${GATEWAY}/event/up`);
  const gateway = configure([["one", one]]);
  let agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder, 1);
  forwarder.push(DEVICES[0]!, 1);
  await hasAll(lnsOne, gateway, "one", forwarder);
  // The second core's broker is there, and nobody listens: its frames wait.
  await agent.stop();
  agent = await configure(
    [
      ["one", one],
      ["two", two],
    ],
    gateway,
  ).start();
  forwarder.port = agent.port;
  await connected(agent, forwarder, 2);
  const later = DEVICES.map((devAddr) => forwarder.push(devAddr, 2));
  await until(() => forwarder.acked.size === 6, "every PUSH_ACK");
  await hasAll(lnsOne, gateway, "one", forwarder);
  await agent.stop();
  expect(await recordsIn(gateway.journal)).toBe(5);

  const lnsTwo = await reader(two, `${GATEWAY}/event/up`);
  agent = await gateway.start();
  await until(() => physOf(lnsTwo).length === 5, "what is its own");
  expect(physOf(lnsTwo).toSorted(), "nothing of before").toEqual(later.toSorted());
  // Its broker has passed them on; the agent has yet to hear so.
  await until(() => storedFrames(gateway) === 0, "an empty journal");
  forwarder.port = agent.port;
  await connected(agent, forwarder, 2);
  await two.kill();
  for (const devAddr of DEVICES) forwarder.push(devAddr, 3);
  await until(() => forwarder.acked.size === 11, "every PUSH_ACK");
  await hasAll(lnsOne, gateway, "one", forwarder);
  await agent.stop();
  expect(await recordsIn(gateway.journal)).toBe(5);

  agent = await configure([["one", one]], gateway).start();
  await agent.stop();
  expect(await recordsIn(gateway.journal)).toBe(0);
  expect(agent.said("journal audited")).toEqual([]);
  expect(physOf(lnsOne), "the other had everything, once").toEqual(forwarder.sent);
}, 90_000);

test("only the core that may transmit does; the other is told so, honestly", async () => {
  const [one, two] = [await broker(), await broker()];
  const [lnsOne, lnsTwo] = [await reader(one, `${GATEWAY}/event/+`), await reader(two, `${GATEWAY}/event/+`)];
  const agent = await configure([
    ["one", one, "may_transmit = false"],
    ["two", two, "may_transmit = true"],
  ]).start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder, 2);
  forwarder.push(DEVICES[0]!, 1);
  await until(() => physOf(lnsOne).length === 1 && physOf(lnsTwo).length === 1, "the uplink");
  const up = lnsOne.messages.find(({ topic }) => topic.endsWith("/up"))!;
  const context = judge.UplinkFrame.deserializeBinary(up.payload).getRxInfo()!.getContext_asU8();
  const ackOf = (lns: Reader) => lns.last(`${GATEWAY}/event/ack`);
  const ask = ({ client }: Reader, downlinkId: number): void => {
    const frame = downlinkFrame(downlinkId, [{ delayMs: 15_000, context }]);
    frame.setGatewayId(EUI);
    client.publish(`${GATEWAY}/command/down`, Buffer.from(frame.serializeBinary()), { qos: 1 });
  };
  ask(lnsOne, 1);
  await until(() => ackOf(lnsOne) !== undefined, "the refusal");
  expect(readTxAck(ackOf(lnsOne)!)).toMatchObject({ downlinkId: 1, statuses: ["INTERNAL_ERROR"] });
  expect(forwarder.pullResps, "nothing reaches the radio").toEqual([]);
  ask(lnsTwo, 2);
  await until(() => forwarder.pullResps.length === 1, "the PULL_RESP");
  forwarder.txAck();
  await until(() => ackOf(lnsTwo) !== undefined, "its ack");
  expect(readTxAck(ackOf(lnsTwo)!)).toMatchObject({ downlinkId: 2, statuses: ["OK"] });
  expect(forwarder.pullResps, "the refused one has not come later either").toHaveLength(1);
  await agent.stop();
});
