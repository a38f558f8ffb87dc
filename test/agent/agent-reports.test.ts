/**
 * Goal: the core knows how each gateway is, and afterwards why it did not; and no frame pays for that.
 * Method: a whole agent in the simulated world; what its broker was told is what counts.
 */
import { describe, expect, test } from "vitest";
import { MONTH_OCTETS_MAX, wireOctets } from "../../agent/health/report/wire-octets.ts";
import type { MqttMessage } from "../../agent/ports.ts";
import {
  type AgentWorld,
  coreToml,
  EUI,
  gwmpCoreToml,
  openAgentWorld,
  settingsOf,
  type WorldForwarder,
} from "./agent-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OWN = `eu868/edge/${EUI}/`;
const WITHOUT_COMMANDS = coreToml("main", 'commands = "none"');

const ownOf = (world: AgentWorld, id = "main"): readonly MqttMessage[] =>
  world.core(id).broker.taken.filter(({ topic }) => topic.includes("/edge/"));
// biome-ignore lint/suspicious/noExplicitAny: read by tests that know what they look for.
const saidOn = (world: AgentWorld, name: string, id = "main"): any[] =>
  ownOf(world, id)
    .filter(({ topic }) => topic === OWN + name)
    .map(({ payload }) => JSON.parse(payload.toString()));

/** Lets time pass while the forwarder lives. */
async function pass(world: AgentWorld, forwarder: WorldForwarder, ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 20_000) {
    forwarder.pull();
    await world.clock.advance(Math.min(leftMs, 20_000));
  }
}

async function opened(cores: readonly string[] = [WITHOUT_COMMANDS]) {
  const world = await openAgentWorld({ settings: settingsOf({ cores }) });
  for (const id of ["main", "other"]) world.core(id)?.broker.listen("+/edge/#");
  const forwarder = await world.forwarder();
  await pass(world, forwarder, MINUTE_MS);
  return { world, forwarder };
}

describe("a busy morning", () => {
  test("of 400 devices that talk every hour costs no more than ten million octets a month, and is told as it was", async () => {
    const { world, forwarder } = await opened();
    const DEVICES = 400;
    const HOURS = 6;
    for (let hour = 0; hour < HOURS; hour++) {
      for (let device = 0; device < DEVICES; device++) {
        const devAddr = (0x26010000 + device).toString(16);
        forwarder.push(
          world.rxpk({
            devAddr,
            fCnt: hour,
            freq: 867.1 + (device % 8) / 5,
            datr: `SF${7 + (device % 6)}BW125`,
          }),
        );
        if (device % 10 === 0) await pass(world, forwarder, HOUR_MS / 40);
      }
    }
    const own = ownOf(world);
    const octets = own.reduce((sum, { topic, payload }) => sum + wireOctets(topic, payload.length), 0);
    expect(octets * (24 / HOURS) * 30).toBeLessThan(MONTH_OCTETS_MAX);
    expect(octets * (24 / HOURS) * 30).toBeGreaterThan(MONTH_OCTETS_MAX / 4);
    expect(saidOn(world, "health").length).toBeGreaterThanOrEqual(12 * HOURS - 1);
    expect(saidOn(world, "health/full").length).toBeGreaterThanOrEqual(HOURS);
    const last = saidOn(world, "health/full").at(-1);
    const heard = world.counted("frameKept");
    expect(last.rx.crc[0]).toBeGreaterThan(heard - DEVICES);
    expect(last.rx.channels).toHaveLength(8);
    expect(Object.keys(last.rx.rates)).toHaveLength(6);
    expect(last.devices).toMatchObject({ heardIn24h: DEVICES, silent: 0, missed: 0 });
    expect(last.cores[0]).toMatchObject({ id: "main", up: true, outages: 0 });
    expect(last.traffic.month).toBe("2026-01");
    expect(last.omitted).toBeUndefined();
  }, 60_000);
});

describe("what was away", () => {
  test("is told afterwards: the road, the agent, and the power are told apart", async () => {
    const { world, forwarder } = await opened();
    await pass(world, forwarder, 20 * MINUTE_MS);
    world.core().broker.die();
    await pass(world, forwarder, 20 * MINUTE_MS);
    world.core().broker.revive();
    await pass(world, forwarder, 20 * MINUTE_MS);
    await world.stop();
    await world.clock.advance(10 * MINUTE_MS);
    await world.start();
    await pass(world, forwarder, 20 * MINUTE_MS);
    world.cutPower();
    await world.clock.advance(10 * MINUTE_MS);
    await world.start();
    await pass(world, forwarder, 20 * MINUTE_MS);
    const told = saidOn(world, "outage");
    expect(told.map(({ kind, crash }) => [kind, crash])).toEqual([
      ["backhaulDown", undefined],
      ["restart", undefined],
      ["restart", true],
    ]);
    expect(told[0].durationS).toBeGreaterThan(20 * 60 - 60);
    expect(told[0].durationS).toBeLessThan(21 * 60 + 60);
    expect(new Set(told.map(({ number }) => number)).size).toBe(3);
  });

  test("is kept while nobody listens, over a power cut too", async () => {
    const world = await openAgentWorld({ settings: settingsOf({ cores: [WITHOUT_COMMANDS] }) });
    const forwarder = await world.forwarder();
    await pass(world, forwarder, 10 * MINUTE_MS);
    world.core().broker.die();
    await pass(world, forwarder, 10 * MINUTE_MS);
    world.core().broker.revive();
    await pass(world, forwarder, 10 * MINUTE_MS);
    world.cutPower();
    await world.start();
    await pass(world, forwarder, 10 * MINUTE_MS);
    const before = saidOn(world, "outage").length;
    world.core().broker.listen("+/edge/#");
    await pass(world, forwarder, 2 * HOUR_MS);
    const numbers = saidOn(world, "outage")
      .slice(before)
      .map(({ number }) => number);
    expect(numbers.length).toBeGreaterThanOrEqual(2);
    expect(new Set(numbers).size).toBe(numbers.length);
    await pass(world, forwarder, 3 * HOUR_MS);
    expect(saidOn(world, "outage")).toHaveLength(before + numbers.length);
  });
});

describe("reports cost no frame", () => {
  test("a broker that refuses them gets frames, and few tries", async () => {
    const { world, forwarder } = await opened();
    const { broker } = world.core();
    let refused = 0;
    broker.pubackCode = ({ topic }) => {
      if (!topic.includes("/edge/")) return undefined;
      refused += 1;
      return 135;
    };
    const before = world.core().ups.length;
    for (let minute = 0; minute < 120; minute++) {
      forwarder.push(world.rxpk());
      await pass(world, forwarder, MINUTE_MS);
    }
    expect(world.core().ups).toHaveLength(before + 120);
    // 24 small reports and as many tries of the set of alarms and the full one would have been due.
    expect(refused).toBeLessThanOrEqual(20);
    expect(world.agent.status().cores[0]!.alarms).toContain("ownNamespaceSuspended");
  });

  test("a broker that closes the connection over them loses them twice, and frames none", async () => {
    const { world, forwarder } = await opened();
    world.core().broker.closesOn = (packet) => typeof packet === "object" && packet.topic.includes("/edge/");
    const phys = new Set<string>();
    for (let minute = 0; minute < 60; minute++) {
      forwarder.push(world.rxpk());
      await pass(world, forwarder, MINUTE_MS);
    }
    for (const { phy } of world.core().ups) phys.add(phy);
    expect(phys.size).toBe(60);
    expect(world.agent.status().cores[0]!.state).toBe("connected");
  });
});

describe("who gets them", () => {
  test("the first core, and no other unless it is told so", async () => {
    const { world, forwarder } = await opened([WITHOUT_COMMANDS, coreToml("other")]);
    await pass(world, forwarder, 15 * MINUTE_MS);
    expect(ownOf(world, "main").length).toBeGreaterThan(0);
    expect(ownOf(world, "other")).toEqual([]);
    const both = await opened([
      coreToml("main", 'commands = "none"\nhealth = false'),
      coreToml("other", "health = true"),
    ]);
    await pass(both.world, both.forwarder, 15 * MINUTE_MS);
    expect(ownOf(both.world, "main")).toEqual([]);
    expect(ownOf(both.world, "other").length).toBeGreaterThan(0);
  });

  test("nobody behind Semtech UDP", async () => {
    const world = await openAgentWorld({
      settings: settingsOf({ cores: [gwmpCoreToml("lns", ["udp://10.0.0.1:1700"])] }),
    });
    const forwarder = await world.forwarder();
    await pass(world, forwarder, 20 * MINUTE_MS);
    expect(world.agent.status().reports.sent).toEqual({});
  });

  test("the intervals are the settings'", async () => {
    const world = await openAgentWorld({
      settings: settingsOf({
        cores: [WITHOUT_COMMANDS],
        tables: { health: 'report_interval = "1m"\nfull_interval = "10m"' },
      }),
    });
    const forwarder = await world.forwarder();
    await pass(world, forwarder, HOUR_MS);
    expect(saidOn(world, "health").length).toBeGreaterThanOrEqual(59);
    expect(saidOn(world, "health/full").length).toBe(6);
    for (const name of ["health", "health/full"])
      expect(saidOn(world, name).at(-1)).toMatchObject({ intervalS: 60 });
  });
});

test("GET /history has the day so far", async () => {
  const { world, forwarder } = await opened();
  for (let minute = 0; minute < 30; minute++) {
    forwarder.push(world.rxpk({ stat: minute % 2 === 0 ? 1 : -1 }));
    await pass(world, forwarder, MINUTE_MS);
  }
  const { body } = await world.ask({ method: "GET", path: "/history", body: undefined });
  const { samples } = body as { samples: { frames: number; crcBadPercent: number; roundTripMs: number }[] };
  expect(samples).toHaveLength(6);
  expect(samples.reduce((sum, { frames }) => sum + frames, 0)).toBeGreaterThanOrEqual(29);
  expect(samples.at(-1)!.roundTripMs).toBeGreaterThan(0);
});

describe("a forwarder that was heard by an earlier run, and is named by no setting", () => {
  test("is missed after a restart, and the core is told, until somebody else connects in its name", async () => {
    const { world, forwarder } = await opened();
    // So that it is known: noted with the stamp.
    await pass(world, forwarder, 6 * MINUTE_MS);
    await world.stop();
    await world.start();
    await world.clock.advance(5 * MINUTE_MS);
    expect(saidOn(world, "alarm")).toContainEqual(
      expect.objectContaining({ event: "raised", id: "forwarderSilent", subject: EUI }),
    );
    world.core("main").broker.takeOver(`edge-agent-${EUI}-main`);
    await world.clock.advance(3 * MINUTE_MS);
    expect(world.agent.status().cores).toEqual([]);
  });
});
