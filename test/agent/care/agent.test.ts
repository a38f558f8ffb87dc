/** Care within the whole agent, in the world: what it hears, remembers and leaves alone. */
import { expect, test } from "vitest";
import { openAgentWorld, settingsOf } from "../agent-world.ts";

const MINUTE_MS = 60_000;

test("a forwarder that falls silent is cared for, in a new life of the agent too, and not in maintenance", async () => {
  const settings = settingsOf();
  const care = { ...settings.care, restartCommand: ["lorafwd-restart"], restartsPerDay: 2 };
  const world = await openAgentWorld({ settings: { ...settings, care } });
  const forwarder = await world.forwarder();
  for (let second = 0; second < 300; second += 10) {
    forwarder.pull();
    await world.clock.advance(10_000);
  }
  expect(world.agent.status().care).toMatchObject({
    forwarder: { state: "well", restarts: [], perDayMax: 2 },
    power: { state: "unwatched" },
  });
  await world.clock.advance(29 * MINUTE_MS);
  expect(world.agent.status().care.forwarder).toMatchObject({ state: "silent", restarts: [] });
  await world.clock.advance(2 * MINUTE_MS);
  // In this world there is no such program.
  const { restarts, refused } = world.agent.status().care.forwarder;
  expect(restarts).toHaveLength(1);
  expect(refused).toBe("failed");

  await world.stop();
  await world.start();
  await world.clock.advance(MINUTE_MS);
  expect(world.agent.status().care.forwarder.restarts).toHaveLength(1);
  await world.clock.advance(40 * MINUTE_MS);
  expect(world.agent.status().care.forwarder.restarts).toHaveLength(2);
  await world.clock.advance(10 * 60 * MINUTE_MS);
  expect(world.agent.status().care.forwarder).toMatchObject({ restarts: [{}, {}], refused: "dailyLimit" });
  await world.stop();
});

test("without a command nothing is cared for, and the status says so", async () => {
  const world = await openAgentWorld();
  expect(world.agent.status().care.forwarder).toMatchObject({ state: "off", refused: "noCommand" });
  await world.stop();
});
