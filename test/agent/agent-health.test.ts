import { afterEach, describe, expect, test } from "vitest";
import type { AlarmId } from "../../agent/health/alarms/alarm.ts";
import { ALARM_TIMES } from "../../agent/health/alarms/rules.ts";
import type { HealthView } from "../../agent/health/health.ts";
import { type AgentWorld, EUI, openAgentWorld, settingsOf, type WorldForwarder } from "./agent-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

let world: AgentWorld;
afterEach(async () => {
  await world.stop().catch(() => undefined);
});

const health = (): HealthView => world.agent.status().health;
const ids = (): AlarmId[] => health().alarms.map(({ id }) => id);
const stateOf = (kind: string): string | undefined =>
  health().availability.subjects.find((subject) => subject.kind === kind)?.state;

/** A forwarder that says every ten seconds that it lives; and a frame every so often. */
async function live(forwarder: WorldForwarder, forMs: number, frameEveryMs = 0): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 10_000) {
    forwarder.pull();
    if (frameEveryMs > 0 && passedMs % frameEveryMs === 0) {
      const fCnt = Math.floor(world.clock.monotonicMs() / frameEveryMs) % 65_536;
      forwarder.push(world.rxpk({ devAddr: "26000001", fCnt }));
    }
    await world.clock.advance(10_000);
  }
}

describe("an agent that knows itself", () => {
  test("in an hour of peace: all up, no alarm, no outage", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, HOUR_MS, MINUTE_MS);
    const { availability, outages, alarms } = health();
    expect(alarms).toEqual([]);
    expect(outages).toEqual([]);
    expect(availability.isDated).toBe(true);
    expect(availability.subjects.map(({ kind, coreId, state }) => [kind, coreId, state])).toEqual([
      ["gateway", undefined, "up"],
      ["forwarder", undefined, "up"],
      ["core", "main", "up"],
    ]);
    for (const { day } of availability.subjects) expect(day.availability).toBeGreaterThan(0.999);
  });

  test("a dead backhaul: the alarm in its time, the link down to the second, told as an outage", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, 10 * MINUTE_MS);
    const before = health().availability.subjects[2]!.day.downMs;
    world.core().broker.die();
    await live(forwarder, ALARM_TIMES.coreUnreachable.appearsWithinMs);
    expect(ids()).toEqual(["coreUnreachable"]);
    expect(health().alarms[0]).toMatchObject({ subject: "main", severity: "warning" });
    expect(stateOf("core")).toBe("down");
    expect(stateOf("gateway")).toBe("up");
    expect(health().outages).toMatchObject([{ kind: "backhaulDown", coreId: "main", toWallMs: undefined }]);
    world.core().broker.revive();
    await live(forwarder, MINUTE_MS + ALARM_TIMES.coreUnreachable.clearsWithinMs);
    expect(ids()).toEqual([]);
    const [outage] = health().outages;
    expect(outage!.toWallMs).toBeGreaterThan(outage!.fromWallMs);
    const downMs = health().availability.subjects[2]!.day.downMs - before;
    expect(Math.abs(downMs - (outage!.toWallMs! - outage!.fromWallMs))).toBeLessThanOrEqual(2);
  });

  test("a forwarder that dies: alarm and outage, and both end with it; also over a restart of the agent", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, 10 * MINUTE_MS);
    await world.clock.advance(ALARM_TIMES.forwarderSilent.appearsWithinMs);
    expect(health().alarms).toMatchObject([{ id: "forwarderSilent", subject: EUI, severity: "critical" }]);
    const since = health().alarms[0]!.sinceWallMs;
    await world.stop();
    await world.start();
    expect(ids()).toEqual(["forwarderSilent"]);
    await world.clock.advance(10 * MINUTE_MS);
    expect(ids()).toEqual(["forwarderSilent"]);
    expect(health().alarms[0]!.sinceWallMs).toBe(since);
    const raised = world.log.filter(({ event }) => event === "alarm raised");
    expect(raised.filter(({ fields }) => fields.alarm === "forwarderSilent")).toHaveLength(1);
    await live(forwarder, ALARM_TIMES.forwarderSilent.clearsWithinMs);
    expect(ids()).toEqual([]);
    expect(health().outages.map(({ kind }) => kind)).toEqual([
      "forwarderSilent",
      "restart",
      "forwarderSilent",
    ]);
  });

  test("a restart costs what it lasts, and a death without a word at most five minutes more", async () => {
    world = await openAgentWorld();
    await world.clock.advance(HOUR_MS);
    await world.stop();
    await world.clock.advance(8_000);
    await world.start();
    const stopMs = health().outages.at(-1)!;
    expect(Math.abs(stopMs.toWallMs! - stopMs.fromWallMs - 8_000)).toBeLessThan(1_000);
    await world.clock.advance(24 * MINUTE_MS);
    world.cutPower();
    await world.clock.advance(30_000);
    await world.start();
    const cut = health().outages.at(-1)!;
    expect(cut).toMatchObject({ kind: "restart", isCrash: true });
    expect(cut.toWallMs! - cut.fromWallMs).toBeGreaterThanOrEqual(30_000);
    expect(cut.toWallMs! - cut.fromWallMs).toBeLessThan(30_000 + 5 * MINUTE_MS + 10_000);
  });

  test("nobody listens at the core: the link's own alarm becomes ours", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, 5 * MINUTE_MS, MINUTE_MS);
    world.core().unsubscribe();
    await live(forwarder, MINUTE_MS + ALARM_TIMES.coreNoSubscriber.appearsWithinMs, MINUTE_MS);
    expect(ids()).toContain("coreNoSubscriber");
    world.core().subscribe();
    await live(forwarder, 2 * MINUTE_MS + ALARM_TIMES.coreNoSubscriber.clearsWithinMs, MINUTE_MS);
    expect(ids()).toEqual([]);
  });

  test("another client with our id: the alarm comes, and goes when it has gone", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, 5 * MINUTE_MS);
    world.core().broker.takeOver(`edge-agent-${EUI}-main`);
    await live(forwarder, ALARM_TIMES.clientTakenOver.appearsWithinMs);
    expect(ids()).toContain("clientTakenOver");
    await live(forwarder, ALARM_TIMES.clientTakenOver.clearsWithinMs);
    expect(ids()).toEqual([]);
  });

  test("limits change with a reload", async () => {
    world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await live(forwarder, MINUTE_MS);
    world.agent.reload(settingsOf({ tables: { health: 'core_unreachable_after = "10m"' } }));
    world.core().broker.die();
    await live(forwarder, 9 * MINUTE_MS);
    expect(ids()).toEqual([]);
    await live(forwarder, 2 * MINUTE_MS);
    expect(ids()).toEqual(["coreUnreachable"]);
  });
});

/**
 * Goal: no false alarm in a quiet week. Method: the whole agent, a forwarder that pulls every ten seconds, a frame every
 * two minutes; a day of it here, the week in the long run.
 */
test("in a quiet week no alarm is raised", { timeout: 600_000 }, async () => {
  const days = process.env.LONG === "1" ? 7 : 1;
  world = await openAgentWorld();
  const forwarder = await world.forwarder();
  await live(forwarder, days * DAY_MS, 2 * MINUTE_MS);
  expect(world.log.filter(({ event }) => event.startsWith("alarm "))).toEqual([]);
  expect(health().alarms).toEqual([]);
  for (const { month } of health().availability.subjects) expect(month.availability).toBeGreaterThan(0.9999);
});
