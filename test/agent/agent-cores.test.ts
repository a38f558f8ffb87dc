/**
 * Goal: several cores, each with its own place, filters, age and right to transmit: one that is away for a day takes
 * nothing from the others, and nothing of its own is lost.
 * Method: the whole agent in the simulated world, where a day takes a moment. The same with real brokers:
 * run-cores.test.ts.
 */
import { expect, test } from "vitest";
import { coreToml, openAgentWorld, phyOf, settingsOf } from "./agent-world.ts";
import { downlinkFrame } from "./chirpstack.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LANES = "replay_pairing = false";
const two = (main = "", second = "", tables: Record<string, string> = {}) =>
  settingsOf({
    cores: [coreToml("main", `${LANES}\n${main}`), coreToml("second", `${LANES}\n${second}`)],
    tables,
  });

const phys = (ups: readonly { readonly phy: string }[]): string[] => ups.map(({ phy }) => phy);

test("a core that is away for a day neither blocks nor thins the other, and gets its own, in order", async () => {
  const world = await openAgentWorld({ settings: two() });
  const forwarder = await world.forwarder();
  await world.settleIn(forwarder);
  const [main, second] = [world.core("main"), world.core("second")];
  for (const core of [main, second]) core.ups.length = 0;
  forwarder.acked.length = 0;

  second.broker.die();
  const heard: string[] = [];
  for (let hour = 0; hour < 24; hour++) {
    for (const devAddr of ["26010001", "26010002", "26010003"]) {
      const rxpk = world.rxpk({ devAddr, fCnt: hour });
      heard.push(phyOf(rxpk));
      forwarder.push(rxpk);
      await world.clock.advance(12);
      expect(main.ups.at(-1)?.phy, "live").toBe(heard.at(-1));
      await world.clock.advance(1_000);
    }
    await world.clock.advance(HOUR_MS);
  }
  expect(phys(main.ups)).toEqual(heard);
  expect(forwarder.acked).toHaveLength(heard.length);
  expect(world.agent.status().journal).toMatchObject({ storedFrames: heard.length, memoryFrames: 0 });

  second.broker.revive();
  await world.clock.advance(5 * MINUTE_MS);
  expect(phys(second.ups).toSorted(), "exactly its own").toEqual(heard.toSorted());
  for (const devAddr of ["26010001", "26010002", "26010003"]) {
    const its = heard.filter((phy) => phy.includes(Buffer.from(devAddr, "hex").reverse().toString("hex")));
    expect(phys(second.ups).filter((phy) => its.includes(phy))).toEqual(its);
  }
  expect(main.ups, "nothing twice").toHaveLength(heard.length);
  expect(world.agent.status().journal.storedFrames).toBe(0);
});

test("each core gets what its filters let through, and what none should have is not kept, but counted", async () => {
  const settings = two('dev_addr_prefixes = ["26000000/7"]', 'dev_addr_prefixes = ["fc000000/7"]');
  const world = await openAgentWorld({ settings });
  const forwarder = await world.forwarder();
  const kept = world.agent.status().journal.keptTotal;
  const [ours, theirs, nobodys] = ["26010001", "fc010001", "78000001"].map((devAddr) =>
    world.rxpk({ devAddr }),
  );
  forwarder.push(ours!, theirs!, nobodys!);
  await world.clock.advance(1_000);
  expect(phys(world.core("main").ups)).toEqual([phyOf(ours!)]);
  expect(phys(world.core("second").ups)).toEqual([phyOf(theirs!)]);
  expect(world.agent.status().journal.keptTotal - kept).toBe(2);
  expect(world.counted("frameRefused", "noCore")).toBe(1);
  expect(forwarder.acked, "with nothing more to keep it is acknowledged").toHaveLength(1);
});

test("a PUSH_ACK waits only for the cores that should have the frame", async () => {
  const world = await openAgentWorld({ settings: two("", 'dev_addr_prefixes = ["fc000000/7"]') });
  const forwarder = await world.forwarder();
  world.core("second").broker.die();
  forwarder.push(world.rxpk({ devAddr: "26010001" }));
  await world.clock.advance(30);
  expect(forwarder.acked, "taken by the only one, before any commit").toHaveLength(1);
  expect(world.agent.status().journal.storedTotal).toBe(0);
  forwarder.push(world.rxpk({ devAddr: "fc010001" }));
  await world.clock.advance(30);
  expect(forwarder.acked, "not yet on disk for the one that is away").toHaveLength(1);
  await world.clock.advance(200);
  expect(forwarder.acked).toHaveLength(2);
});

test("filters and the right to transmit change while the agent runs", async () => {
  const world = await openAgentWorld({ settings: two() });
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.settleIn(forwarder);
  const next = two("may_transmit = false", 'may_transmit = true\ndev_addr_prefixes = ["fc000000/7"]');
  expect(world.agent.reload(next)).toEqual({
    live: ["core.main.may_transmit", "core.second.dev_addr_prefixes", "core.second.may_transmit"],
    restart: [],
  });
  for (const id of ["main", "second"]) world.core(id).ups.length = 0;
  forwarder.push(world.rxpk({ devAddr: "26010001" }), world.rxpk({ devAddr: "fc010001" }));
  await world.clock.advance(50);
  expect(world.core("main").ups).toHaveLength(2);
  expect(world.core("second").ups).toHaveLength(1);

  const { context } = world.core("main").ups[0]!;
  world.core("main").command(downlinkFrame(1, [{ delayMs: 1_000, context }]));
  world.core("second").command(downlinkFrame(2, [{ delayMs: 1_000, context }]));
  await world.clock.advance(10);
  expect(forwarder.pullResps).toHaveLength(1);
  forwarder.txAck();
  await world.clock.advance(20);
  expect(world.core("main").acks).toMatchObject([{ downlinkId: 1, statuses: ["INTERNAL_ERROR"] }]);
  expect(world.core("second").acks).toMatchObject([{ downlinkId: 2, statuses: ["OK"] }]);
});

test("each core has its own age limit; without a word it is the journal's", async () => {
  const settings = two("", 'max_age = "2h"', { journal: 'max_age = "10h"' });
  const world = await openAgentWorld({ settings });
  const forwarder = await world.forwarder();
  await world.settleIn(forwarder);
  const [main, second] = [world.core("main"), world.core("second")];
  for (const core of [main, second]) {
    core.ups.length = 0;
    core.broker.die();
  }
  const rxpks = [world.rxpk({ devAddr: "26010001", fCnt: 1 })];
  forwarder.push(rxpks[0]!);
  await world.clock.advance(4 * HOUR_MS);
  rxpks.push(world.rxpk({ devAddr: "26010001", fCnt: 2 }));
  forwarder.push(rxpks[1]!);
  await world.clock.advance(MINUTE_MS);
  for (const core of [main, second]) core.broker.revive();
  await world.clock.advance(5 * MINUTE_MS);
  expect(phys(main.ups)).toEqual(rxpks.map(phyOf));
  expect(phys(second.ups), "the older was too old for it").toEqual([phyOf(rxpks[1]!)]);
  expect(world.agent.status().journal.storedFrames).toBe(0);
});

test("a core that comes later starts at now; one that goes frees what waited for it alone", async () => {
  const both = two();
  const world = await openAgentWorld({ settings: both });
  const forwarder = await world.forwarder();
  await world.settleIn(forwarder);
  const alone = settingsOf({ cores: [coreToml("main", LANES)] });
  await world.stop();
  await world.start(alone);

  world.core("main").broker.die();
  const before = world.rxpk({ devAddr: "26010001", fCnt: 1 });
  forwarder.push(before);
  await world.clock.advance(1_000);
  await world.stop();
  for (const id of ["main", "second"]) world.core(id).ups.length = 0;

  await world.start(both);
  const after = world.rxpk({ devAddr: "26010001", fCnt: 2 });
  forwarder.push(after);
  await world.clock.advance(1_000);
  expect(phys(world.core("second").ups), "nothing of before").toEqual([phyOf(after)]);
  expect(world.agent.status().journal.storedFrames).toBe(2);
  await world.stop();

  await world.start(settingsOf({ cores: [coreToml("second", LANES)] }));
  await world.clock.advance(MINUTE_MS);
  expect(world.agent.status().journal).toMatchObject({ storedFrames: 0, memoryFrames: 0, lostAtOpen: 0 });
  expect(world.core("second").ups, "it had them").toHaveLength(1);
});
