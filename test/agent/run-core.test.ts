/**
 * Goal: the agent as a process carries what it hears to a core behind a real broker, whatever becomes of the broker,
 * and what is on MQTT is what ChirpStack expects.
 * Method: a real Mosquitto, killed, restarted and moved by the test; an independent client that reads by ChirpStack's
 * published definitions.
 */
import { expect, onTestFinished, test } from "vitest";
import { type Mosquitto, startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { downlinkFrame, readConnState, readTxAck, readUplink } from "./chirpstack.ts";
import { judge } from "./north/judge.ts";
import { endAll, type Reader, reader } from "./north/mosquitto-core.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  openForwarder,
  type RunningAgent,
  storedFrames,
} from "./run-rig.ts";

const GATEWAY = `eu868/gateway/${EUI}`;

async function broker(): Promise<Mosquitto> {
  const started = await startMosquitto();
  onTestFinished(started.kill);
  return started;
}

async function core(at: Mosquitto, filter = `${GATEWAY}/event/+`): Promise<Reader> {
  onTestFinished(endAll);
  return reader(at, filter);
}

/** PHYPayloads that the reader got, hex, as often as it got them. */
function heardBy({ messages }: Reader): string[] {
  return messages.filter(({ topic }) => topic.endsWith("/up")).map(({ payload }) => readUplink(payload).phy);
}

async function connected(agent: RunningAgent, forwarder: Forwarder, times = 1): Promise<void> {
  forwarder.pull();
  await until(() => agent.said("core connected").length >= times, "a connection to the core");
}

test("up, stats, ack and state are what ChirpStack reads; its command reaches the radio and comes back", async () => {
  const mosquitto = await broker();
  const lns = await core(mosquitto, `${GATEWAY}/#`);
  const gateway = createGateway({ servers: [mosquitto.url], core: 'stats_interval = "1s"' });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder);
  const phy = forwarder.push("26010001", 7);
  const last = (what: string): Buffer | undefined => lns.last(`${GATEWAY}/${what}`);

  await until(() => last("event/up") !== undefined, "the uplink");
  const up = judge.UplinkFrame.deserializeBinary(last("event/up")!);
  expect(Buffer.from(up.getPhyPayload_asU8()).toString("hex")).toBe(phy);
  expect(up.getTxInfo()!.getFrequency()).toBe(868_100_000);
  expect(up.getTxInfo()!.getModulation()!.getLora()!.toObject()).toMatchObject({
    bandwidth: 125_000,
    spreadingFactor: 7,
    codeRate: judge.CodeRate.CR_4_5,
  });
  expect(up.getRxInfo()!.toObject()).toMatchObject({
    gatewayId: EUI,
    rssi: -61,
    snr: 7.5,
    crcStatus: judge.CRCStatus.CRC_OK,
  });
  expect(up.getRxInfo()!.getUplinkId()).toBeGreaterThan(0);

  lns.client.publish(`${GATEWAY}/command/down`, command(up.getRxInfo()!.getContext_asU8()), { qos: 1 });
  await until(() => forwarder.pullResps.length === 1, "a PULL_RESP");
  const { json } = forwarder.pullResps[0]!;
  expect(Buffer.byteLength(json)).toBeLessThan(1_000);
  expect(json).not.toContain("null");
  expect(JSON.parse(json).txpk).toMatchObject({
    imme: false,
    ipol: true,
    tmst: expect.any(Number),
    size: 14,
  });
  forwarder.txAck();
  await until(() => last("event/ack") !== undefined, "the ack");
  expect(readTxAck(last("event/ack")!)).toEqual({
    gatewayEui: EUI,
    downlinkId: 4_242,
    statuses: ["OK", "IGNORED"],
  });

  // The first may have been told before the uplink.
  const stats = () =>
    lns.messages
      .filter(({ topic }) => topic.endsWith("/stats"))
      .map(({ payload }) => judge.GatewayStats.deserializeBinary(payload));
  const received = () => stats().reduce((sum, one) => sum + one.getRxPacketsReceivedOk(), 0);
  await until(() => received() > 0, "stats with the uplink");
  expect(stats()[0]!.getGatewayId()).toBe(EUI);
  expect(Math.abs(stats()[0]!.getTime()!.getSeconds() - Date.now() / 1_000)).toBeLessThan(60);
  expect(received()).toBe(1);

  const state = (): unknown => {
    const said = last("state/conn");
    return said && readConnState(said);
  };
  await until(() => state() === "ONLINE", "ONLINE");
  await agent.stop();
  await until(() => state() === "OFFLINE", "OFFLINE");
});

/** The answer to an uplink, in RX1 or RX2 of a slow network, so that a busy test machine is in time. */
function command(context: Uint8Array): Buffer {
  const frame = downlinkFrame(4_242, [
    { delayMs: 15_000, context },
    { delayMs: 16_000, context },
  ]);
  frame.setGatewayId(EUI);
  return Buffer.from(frame.serializeBinary());
}

test("a broker killed and restarted in the middle of traffic: every frame arrives", async () => {
  const mosquitto = await broker();
  const lns = await core(mosquitto);
  const agent = await createGateway({ servers: [mosquitto.url] }).start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder);
  const frames = 240;
  let restarted: Promise<void> | undefined;
  for (let frame = 0; frame < frames; frame++) {
    forwarder.push(deviceOf(frame), frame);
    if (frame % 8 === 7) await new Promise((resolve) => setTimeout(resolve, 10));
    if (frame === 80) restarted = mosquitto.kill();
    if (frame === 180) restarted = restarted!.then(mosquitto.restart);
  }
  await restarted;
  await until(() => forwarder.acked.size === frames, "every PUSH_ACK");
  await until(() => new Set(heardBy(lns)).size === frames, "every frame", 30_000);
  expect(new Set(heardBy(lns))).toEqual(new Set(forwarder.sent));
  await until(() => agent.said("core connected").length >= 2, "the log to tell of both connections");
  expect(agent.said("core connected")).toHaveLength(2);
}, 60_000);

/** Each frame another device: a device's own stored frames come half a second apart. */
function deviceOf(frame: number): string {
  return (0x26010000 + frame).toString(16);
}

test("nobody listens: frames stay, and come when somebody does", async () => {
  const mosquitto = await broker();
  const gateway = createGateway({ servers: [mosquitto.url] });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder);
  for (let frame = 0; frame < 20; frame++) forwarder.push(deviceOf(frame), frame);
  await until(() => forwarder.acked.size === 20, "every PUSH_ACK");
  expect(storedFrames(gateway)).toBe(20);
  const lns = await core(mosquitto);
  await until(() => new Set(heardBy(lns)).size === 20, "every frame");
  expect(heardBy(lns).sort()).toEqual([...forwarder.sent].sort());
});

test("a core that has moved is found by the list of servers, with what was kept", async () => {
  const [here, there] = [await broker(), await broker()];
  await core(here);
  const agent = await createGateway({ servers: [here.url, there.url] }).start();
  const forwarder = await openForwarder(agent.port);
  await connected(agent, forwarder);
  await here.kill();
  for (let frame = 0; frame < 20; frame++) forwarder.push(deviceOf(frame), frame);
  const lns = await core(there);
  await connected(agent, forwarder, 2);
  await until(() => new Set(heardBy(lns)).size === 20, "every frame");
  expect(agent.said("core connected").at(-1)).toMatchObject({ server: there.url });
});
