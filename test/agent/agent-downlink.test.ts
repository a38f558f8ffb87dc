/**
 * Goal: a core's answer reaches the radio in time, or the core learns honestly that it did not; through the whole
 * agent.
 * Method: as agent.test.ts. The commands are made, and the acks read, by ChirpStack's published definitions. What
 * each rule is in detail is tested in test/agent/downlink/.
 */
import { describe, expect, test } from "vitest";
import { type AgentWorld, coreToml, openAgentWorld, settingsOf, type WorldForwarder } from "./agent-world.ts";
import { downlinkFrame } from "./chirpstack.ts";

interface Heard {
  readonly world: AgentWorld;
  readonly forwarder: WorldForwarder;
  /** Of the uplink just heard. */
  readonly context: Buffer;
  readonly tmst: number;
}

/** An uplink has just reached the core. */
async function heardUplink(options: Parameters<typeof openAgentWorld>[0] = {}): Promise<Heard> {
  const world = await openAgentWorld(options);
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.settleIn(forwarder);
  forwarder.pull();
  const rxpk = world.rxpk();
  forwarder.push(rxpk);
  await world.clock.advance(50);
  return { world, forwarder, context: world.core().ups.at(-1)!.context, tmst: JSON.parse(rxpk).tmst };
}

test("a command becomes a PULL_RESP at once, its TX_ACK an ack event", async () => {
  const { world, forwarder, context, tmst } = await heardUplink();
  world.core().command(
    downlinkFrame(77, [
      { delayMs: 1_000, context },
      { delayMs: 2_000, context },
    ]),
  );
  await world.clock.advance(10);
  expect(forwarder.pullResps).toHaveLength(1);
  const { json } = forwarder.pullResps[0]!;
  expect(Buffer.byteLength(json)).toBeLessThan(1_000);
  expect(json).not.toContain("null");
  expect(JSON.parse(json)).toEqual({
    txpk: {
      imme: false,
      tmst: tmst + 1_000_000,
      freq: 868.1,
      rfch: 0,
      brd: 0,
      ant: 0,
      powe: 16,
      modu: "LORA",
      datr: "SF9BW125",
      codr: "4/5",
      ipol: true,
      size: 14,
      data: "YAECAwQAAQABVaq7zN0=",
    },
  });
  expect(world.core().acks).toEqual([]);
  forwarder.txAck();
  await world.clock.advance(20);
  expect(world.core().acks).toMatchObject([{ downlinkId: 77, statuses: ["OK", "IGNORED"] }]);
});

test("RX1 refused by the forwarder, RX2 taken: one status for each", async () => {
  const { world, forwarder, context, tmst } = await heardUplink();
  world.core().command(
    downlinkFrame(78, [
      { delayMs: 1_000, context },
      { delayMs: 2_000, context },
    ]),
  );
  await world.clock.advance(10);
  forwarder.txAck('{"txpk_ack":{"error":"COLLISION_PACKET"}}');
  await world.clock.advance(10);
  expect(forwarder.pullResps.map(({ json }) => JSON.parse(json).txpk.tmst - tmst)).toEqual([1e6, 2e6]);
  forwarder.txAck('{"txpk_ack":{"error":"NONE"}}');
  await world.clock.advance(20);
  expect(world.core().acks).toMatchObject([{ downlinkId: 78, statuses: ["COLLISION_PACKET", "OK"] }]);
});

describe("stale", () => {
  test.each([
    ["after its window", 1_100],
    ["when the counter has nearly come round, and a forwarder would take it for fresh", 64 * 60_000],
  ])("an answer that comes %s never meets the radio", async (_when, laterMs) => {
    const { world, forwarder, context } = await heardUplink();
    for (let leftMs = laterMs; leftMs > 0; leftMs -= 10_000) {
      forwarder.pull();
      await world.clock.advance(Math.min(leftMs, 10_000));
    }
    world.core().command(downlinkFrame(79, [{ delayMs: 1_000, context }]));
    await world.clock.advance(20);
    expect(forwarder.pullResps).toEqual([]);
    expect(world.core().acks).toMatchObject([{ downlinkId: 79, statuses: ["TOO_LATE"] }]);
  });

  test("so does the answer to a frame of the concentrator's run before", async () => {
    const { world, forwarder, context } = await heardUplink();
    forwarder.pull();
    // It starts again: its counter goes on from zero, and every frame agrees.
    const restartedMs = world.clock.monotonicMs();
    for (let frame = 0; frame < 6; frame++) {
      await world.clock.advance(2_000);
      const tmst = Math.round((world.clock.monotonicMs() - restartedMs) * 1_000);
      forwarder.push(world.rxpk({ tmst }));
    }
    await world.clock.advance(50);
    const answered = world.core().ups.at(-1)!.context;
    world.core().command(downlinkFrame(80, [{ delayMs: 15_000, context }]));
    world.core().command(downlinkFrame(81, [{ delayMs: 5_000, context: answered }]));
    await world.clock.advance(20);
    expect(world.core().acks).toMatchObject([{ downlinkId: 80, statuses: ["TOO_LATE"] }]);
    expect(forwarder.pullResps, "that of the new run goes out").toHaveLength(1);
  });

  test("and the answer to a frame that waited out an outage", async () => {
    const { world, forwarder } = await heardUplink();
    world.core().broker.die();
    forwarder.push(world.rxpk({ devAddr: "26019999" }));
    await world.clock.advance(60_000);
    world.core().broker.revive();
    forwarder.pull();
    await world.clock.advance(60_000);
    const late = world.core().ups.at(-1)!;
    expect(late.replayed).toBe(true);
    forwarder.pull();
    world.core().command(downlinkFrame(82, [{ delayMs: 1_000, context: late.context }]));
    await world.clock.advance(20);
    expect(forwarder.pullResps).toEqual([]);
    expect(world.core().acks).toMatchObject([{ downlinkId: 82, statuses: ["TOO_LATE"] }]);
  });
});

test("a TX_ACK that never comes is a failure, and the next item is not tried", async () => {
  const { world, forwarder, context } = await heardUplink();
  world.core().command(
    downlinkFrame(83, [
      { delayMs: 1_000, context },
      { delayMs: 2_000, context },
    ]),
  );
  await world.clock.advance(2_200);
  expect(forwarder.pullResps).toHaveLength(1);
  expect(world.core().acks).toMatchObject([
    { downlinkId: 83, statuses: ["INTERNAL_ERROR", "INTERNAL_ERROR"] },
  ]);
});

test("a class C command needs no uplink", async () => {
  const { world, forwarder } = await heardUplink();
  world.core().command(downlinkFrame(84, [{ frequencyHz: 869_525_000, powerDbm: 27, fsk: true }]));
  await world.clock.advance(10);
  expect(JSON.parse(forwarder.pullResps[0]!.json).txpk).toMatchObject({
    imme: true,
    modu: "FSK",
    freq: 869.525,
  });
  forwarder.txAck();
  await world.clock.advance(20);
  expect(world.core().acks).toMatchObject([{ downlinkId: 84, statuses: ["OK"] }]);
});

test("a forwarder that is silent gets nothing, and the core is told", async () => {
  const { world, forwarder } = await heardUplink();
  await world.clock.advance(200_000);
  world.core().command(downlinkFrame(85, [{}]));
  await world.clock.advance(20);
  expect(forwarder.pullResps).toEqual([]);
  expect(world.core().acks).toMatchObject([{ downlinkId: 85, statuses: ["INTERNAL_ERROR"] }]);
});

test("two cores: only the one that may transmit does, and each hears of its own commands", async () => {
  const settings = settingsOf({ cores: [coreToml("main"), coreToml("second")] });
  const { world, forwarder, context } = await heardUplink({ settings });
  world.core("second").command(downlinkFrame(86, [{ delayMs: 1_000, context }]));
  world.core("main").command(downlinkFrame(87, [{ delayMs: 1_000, context }]));
  await world.clock.advance(10);
  expect(forwarder.pullResps).toHaveLength(1);
  forwarder.txAck();
  await world.clock.advance(20);
  expect(world.core("second").acks).toMatchObject([{ downlinkId: 86, statuses: ["INTERNAL_ERROR"] }]);
  expect(world.core("main").acks).toMatchObject([{ downlinkId: 87, statuses: ["OK"] }]);
});

test("duty cycle is counted, and refuses from the moment the setting says so", async () => {
  const { world, forwarder } = await heardUplink();
  /** More than a second each, of the 3.6 s that an hour of 0.1 % allows. */
  const long = { frequencyHz: 868_800_000, phy: Buffer.alloc(222, 0x60) };
  const send = async (downlinkId: number): Promise<void> => {
    const sent = forwarder.pullResps.length;
    forwarder.pull();
    world.core().command(downlinkFrame(downlinkId, [long]));
    await world.clock.advance(20);
    if (forwarder.pullResps.length > sent) forwarder.txAck();
    await world.clock.advance(20);
  };
  for (const downlinkId of [1, 2, 3, 4]) await send(downlinkId);
  const [load] = world.agent.status().dutyCycle[0]!.subBands;
  expect(load).toMatchObject({ subBand: "N", limitUs: 3_600_000 });
  expect(load!.airtimeUs).toBeGreaterThan(3_600_000);
  world.agent.reload(settingsOf({ tables: { downlink: "enforce_duty_cycle = true" } }));
  await send(5);
  const statuses = world.core().acks.map((ack) => ack.statuses[0]);
  expect(statuses).toEqual(["OK", "OK", "OK", "OK", "DUTY_CYCLE_OVERFLOW"]);
});

test("commands still under way when the agent stops are answered before it goes", async () => {
  const { world, context } = await heardUplink();
  world.core().command(downlinkFrame(91, [{ delayMs: 5_000, context }]));
  await world.clock.advance(10);
  await world.stop();
  expect(world.core().acks).toMatchObject([{ downlinkId: 91, statuses: ["INTERNAL_ERROR"] }]);
  expect(world.core().state()).toBe("OFFLINE");
});
