/** What a whole agent records of its gateway, and that it outlives the agent. */
import { expect, test } from "vitest";
import type { AgentStatus } from "../../agent/control/answers.ts";
import type { DeviceView } from "../../agent/health/records/view.ts";
import { coreToml, dataPhy, EUI, joinPhy, openAgentWorld, settingsOf } from "./agent-world.ts";

type World = Awaited<ReturnType<typeof openAgentWorld>>;
const HOUR_MS = 3_600_000;

async function devicesOf(world: World): Promise<Record<string, unknown>[]> {
  const answer = await world.ask({ method: "GET", path: "/devices", body: undefined });
  const lines: Record<string, unknown>[] = [];
  for await (const piece of answer.lines!) lines.push(...(piece as typeof lines));
  return lines;
}

const recordsOf = (world: World) => (world.agent.status() as AgentStatus).health.records;

test("frames, devices, joins and octets are recorded, and told on the control socket", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  for (const fCnt of [1, 2, 5]) {
    forwarder.push(world.rxpk({ devAddr: "26011234", fCnt }));
    await world.clock.advance(60_000);
  }
  const join = world.rxpk({ phy: joinPhy(7) });
  forwarder.push(join);
  forwarder.push(world.rxpk({ stat: -1 }));
  await world.clock.advance(1_000);
  forwarder.push(join);
  await world.clock.advance(1_000);

  const lines = await devicesOf(world);
  expect(lines.map(({ kind }) => kind)).toEqual(["head", "device", "join", "end"]);
  expect(lines[1]).toMatchObject({
    devAddr: "26011234",
    heard: 3,
    expected: 5,
    lost: 2,
    lastFCnt: 5,
    spreadingFactor: 7,
    marginDb: 15,
  } satisfies Partial<DeviceView>);
  expect(lines[2], "a forwarder's repeat is no second join").toMatchObject({ joins: 1 });
  expect(lines[3]).toMatchObject({ devices: 1, joins: 1 });

  const records = recordsOf(world);
  expect(records.radio).toMatchObject([{ gatewayEui: EUI, crc: { ok: 4, bad: 1, none: 0 } }]);
  expect(records.devices).toMatchObject([{ known: 1, heard: 3, expected: 5, joining: 1 }]);
  expect(records.cores).toMatchObject([{ coreId: "main", connected: true, outages: 0 }]);
  expect(records.cores[0]!.sentOctets).toBeGreaterThan(4 * 100);
  const [forwarderStatus] = world.agent.status().forwarders;
  expect(forwarderStatus!.ackLatency.recent.count).toBeGreaterThan(0);
  await world.stop();
});

test("what was given to LevelDB and how long it took is told when the core is away", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(5_000);
  world.core().broker.die();
  for (let fCnt = 0; fCnt < 5; fCnt++) {
    forwarder.push(world.rxpk({ fCnt }));
    await world.clock.advance(2_000);
  }
  const { journal, cores } = recordsOf(world);
  expect(journal.commitLatency.count).toBe(world.agent.status().journal.commits);
  expect(journal.commitLatency.p50Ms).toBeGreaterThanOrEqual(7);
  expect(journal.givenOctets).toBeGreaterThan(5 * 200);
  expect(cores).toMatchObject([{ connected: false, outages: 1 }]);
  expect(cores[0]!.awayMs).toBeGreaterThan(9_000);
  await world.stop();
});

test("SIGTERM keeps all of it; the month's octets go on", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  const hear = async (fCnt: number): Promise<void> => {
    forwarder.pull();
    forwarder.push(world.rxpk({ devAddr: "26011234", fCnt }));
    await world.clock.advance(HOUR_MS);
  };
  for (let fCnt = 0; fCnt < 5; fCnt++) await hear(fCnt);
  const { traffic } = recordsOf(world);
  expect(traffic.month).toMatchObject({ month: "2026-01" });
  await world.stop();
  await world.start();
  await hear(5);
  const [, device] = await devicesOf(world);
  expect(device).toMatchObject({ heard: 6, expected: 6, lost: 0, restarts: 0 });
  const { month } = recordsOf(world).traffic;
  expect(month!.sentOctets).toBeGreaterThan(traffic.month!.sentOctets);
  expect(month!.watchedMs).toBeGreaterThan(5 * HOUR_MS);
  expect(month!.projectedOctets).toBeGreaterThan(month!.sentOctets + month!.receivedOctets);
  await world.stop();
});

test("a power cut costs six hours of it at the most, and invents no loss", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  const hear = async (fCnt: number): Promise<void> => {
    forwarder.pull();
    forwarder.push(world.rxpk({ devAddr: "26011234", fCnt }));
    for (let minute = 0; minute < 60; minute++) {
      await world.clock.advance(60_000);
      forwarder.pull();
    }
  };
  for (let fCnt = 0; fCnt < 9; fCnt++) await hear(fCnt);
  world.cutPower();
  await world.start();
  for (let fCnt = 9; fCnt < 12; fCnt++) await hear(fCnt);
  const [, device] = await devicesOf(world);
  expect(device).toMatchObject({ lost: 0, restarts: 0, lastFCnt: 11 });
  expect(device!.heard).toBeGreaterThanOrEqual(6);
  await world.stop();
});

test("frames that no core should have are heard by the radio, and are nobody's device", async () => {
  const settings = settingsOf({ cores: [coreToml("main", 'net_ids = ["000013"]')] });
  const world = await openAgentWorld({ settings });
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  forwarder.push(world.rxpk({ phy: dataPhy("01020304", 1) }));
  await world.clock.advance(1_000);
  expect(recordsOf(world).radio).toMatchObject([{ crc: { ok: 1 } }]);
  expect((await devicesOf(world)).filter(({ kind }) => kind === "device")).toEqual([]);
  await world.stop();
});
