/**
 * Goal: every core that wants it knows how a gateway is, and was; at a price that is known, and never all at once.
 * Method: the real reporter over a moved clock and a broker that answers as the test wants.
 */
import { describe, expect, test } from "vitest";
import type { Alarm } from "../../../../agent/health/alarms/alarm.ts";
import { ALARM_EVENTS_MAX, UNDATED_MS_MAX, UNHEARD_MS } from "../../../../agent/health/report/mailbox.ts";
import { EARLY_FULL_EVERY_MS, SETTLE_MS } from "../../../../agent/health/report/reporter.ts";
import { MONTH_OCTETS_MAX } from "../../../../agent/health/report/wire-octets.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { closed, compileSchema, faultsOf, readSchema } from "../../../json-schemas.ts";
import { EUI, outage } from "./busy-gateway.ts";
import { reporterWorld } from "./reporter-world.ts";

const HOUR_MS = 3_600_000;
const ALARM: Alarm = {
  id: "journalFailing",
  severity: "critical",
  sinceWallMs: Date.UTC(2026, 0, 1),
  evidence: { reason: "EIO", forS: 12.3456 },
};

const schemaOf = (name: string) =>
  compileSchema(closed(readSchema(`agent/health/report/${name}.schema.json`)));
const SCHEMAS: Readonly<Record<string, ReturnType<typeof schemaOf>>> = {
  health: schemaOf("health"),
  "health/full": schemaOf("health"),
  alarm: schemaOf("alarm"),
  alarms: schemaOf("alarms"),
  outage: schemaOf("outage"),
};
const faultsIn = (world: ReturnType<typeof reporterWorld>): string[] =>
  world.said.flatMap(({ name, payload }) => faultsOf(SCHEMAS[name]!, payload));

describe("reports", () => {
  test("go every five minutes, and in full every hour, retained, each on a topic of its own", async () => {
    const world = reporterWorld();
    world.connect();
    await world.clock.advance(6 * HOUR_MS);
    expect(world.of("health")).toHaveLength(72);
    expect(world.of("health/full")).toHaveLength(6);
    expect(world.of("health").every(({ retain, json }) => retain && json.kind === "small")).toBe(true);
    expect(world.of("health/full").every(({ retain, json }) => retain && json.kind === "full")).toBe(true);
    const times = world.of("health").map(({ atMs }) => atMs);
    for (const [index, atMs] of times.slice(1).entries())
      expect(atMs - times[index]!).toBeCloseTo(300_000, 0);
    expect(faultsIn(world)).toEqual([]);
  });

  test("go to the cores that want them, and to no other", async () => {
    const world = reporterWorld();
    for (const coreId of ["main", "backup", "silent", "gwmp"]) world.connect(coreId);
    await world.clock.advance(300_000);
    expect(new Set(world.said.map(({ coreId }) => coreId))).toEqual(new Set(["main", "backup"]));
  });

  test("of 1,615 gateways that start together are spread: no second has a crowd", async () => {
    const clock = new WorldClock();
    const fleet = Array.from({ length: 1_615 }, (_none, index) => {
      const gatewayEui = (0x7276ff0000000000n + BigInt(index)).toString(16);
      const world = reporterWorld({ clock, gatewayEui });
      world.connect();
      return world;
    });
    await clock.advance(300_000);
    const bySecond = new Map<number, number>();
    for (const { said } of fleet)
      for (const { atMs } of said.filter(({ name }) => name === "health")) {
        const second = Math.floor(atMs / 1e3);
        bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
      }
    expect(fleet.flatMap(({ said }) => said.filter(({ name }) => name === "health"))).toHaveLength(1_615);
    // 5.4 expected; the chance of more than twenty in any of 300 seconds is below one in ten thousand.
    expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(20);
    expect(bySecond.size).toBeGreaterThan(280);
  });

  test("that fall due while the core is away are not sent afterwards", async () => {
    const world = reporterWorld();
    world.connect();
    await world.clock.advance(HOUR_MS);
    const before = world.of("health").length;
    world.disconnect();
    await world.clock.advance(HOUR_MS);
    expect(world.counters.get("ownSent", "health.notConnected")).toBe(12);
    world.connect();
    await world.clock.advance(300_000);
    expect(world.of("health")).toHaveLength(before + 1);
    // The full one was due meanwhile.
    expect(world.of("health/full")).toHaveLength(2);
  });

  test("a full one follows on a connection that came anew, once a day at the most", async () => {
    const world = reporterWorld();
    const reconnect = async () => {
      world.disconnect();
      world.connect();
      const before = world.of("health/full").length;
      await world.clock.advance(300_000);
      return world.of("health/full").length - before;
    };
    world.connect();
    await world.clock.advance(310_000);
    expect(world.of("health/full")).toHaveLength(1);
    expect([await reconnect(), await reconnect(), await reconnect()]).toEqual([1, 0, 0]);
    // Between two that are due anyway.
    await world.clock.advance(EARLY_FULL_EVERY_MS - 900_000);
    const last = world.of("health/full").length;
    while (world.of("health/full").length === last) await world.clock.advance(10_000);
    expect([await reconnect(), await reconnect()]).toEqual([1, 0]);
  });

  test("a full one that the broker did not take is tried again with the next small one", async () => {
    const world = reporterWorld();
    world.answer = ({ name }) => (name === "health/full" ? "refused" : "taken");
    world.connect();
    await world.clock.advance(900_000);
    expect(world.counters.get("ownSent", "health/full.refused")).toBe(3);
    world.answer = () => "taken";
    await world.clock.advance(300_000);
    expect(world.of("health/full")).toHaveLength(1);
  });

  test("who asks for the full one gets it as it is now, and the retained one is as new", async () => {
    const world = reporterWorld();
    world.connect();
    await world.clock.advance(1_000);
    const payload = await world.reporter.onRequest(EUI);
    await world.clock.advance(0);
    expect(world.of("health/full").map((said) => said.payload)).toEqual([payload]);
    expect(faultsOf(SCHEMAS["health/full"]!, payload)).toEqual([]);
  });

  test("stop with the agent, also one that was being made", async () => {
    const world = reporterWorld();
    world.connect();
    const asked = world.reporter.onRequest(EUI);
    world.reporter.stop();
    await asked;
    await world.clock.advance(HOUR_MS);
    expect(world.said).toEqual([]);
  });

  test("their price for a month is known, by their size and by their limits", async () => {
    const world = reporterWorld();
    world.connect();
    await world.clock.advance(HOUR_MS);
    const { sent, monthOctets, monthOctetsMax } = world.reporter.view();
    expect(monthOctets).toBeLessThan(monthOctetsMax);
    expect(monthOctetsMax).toBeLessThan(MONTH_OCTETS_MAX);
    const hour = sent.health!.octets + sent["health/full"]!.octets;
    expect(hour * 720).toBeGreaterThan(monthOctets * 0.9);
    expect(hour * 720).toBeLessThan(monthOctets * 1.1);
    expect(world.of("health/full")[0]!.json.traffic.reportsOctets).toBeGreaterThan(4_000_000);
  });
});

describe("alarms", () => {
  const settled = async (world = reporterWorld()) => {
    world.connect();
    await world.clock.advance(SETTLE_MS);
    return world;
  };

  test("are told as they happen, and the set that stands is retained", async () => {
    const world = await settled();
    expect(world.of("alarms").map(({ json }) => json.alarms)).toEqual([[]]);
    world.happen("raised", ALARM);
    await world.clock.advance(0);
    expect(world.of("alarm")[0]).toMatchObject({
      retain: false,
      json: {
        event: "raised",
        id: "journalFailing",
        severity: "critical",
        ageS: 0,
        evidence: { forS: 12.3 },
      },
    });
    expect(world.of("alarms").at(-1)).toMatchObject({
      retain: true,
      json: { alarms: [{ id: "journalFailing" }] },
    });
    world.happen("cleared", ALARM);
    await world.clock.advance(0);
    expect(world.of("alarm").map(({ json }) => json.event)).toEqual(["raised", "cleared"]);
    expect(world.of("alarms").at(-1)!.json.alarms).toEqual([]);
    expect(faultsIn(world)).toEqual([]);
  });

  test("the set is not said twice on one connection, and again where it has moved to another server", async () => {
    const world = await settled();
    await world.clock.advance(HOUR_MS);
    expect(world.of("alarms")).toHaveLength(1);
    world.up.set("main", "mqtt://second");
    await world.clock.advance(HOUR_MS);
    expect(world.of("alarms")).toHaveLength(2);
    world.alarms = [{ ...ALARM, evidence: { reason: "other figures" } }];
    world.happen("raised", ALARM);
    await world.clock.advance(0);
    world.alarms = [{ ...ALARM, evidence: { reason: "other figures" } }];
    await world.clock.advance(300_000);
    expect(world.of("alarms")).toHaveLength(3);
  });

  test("a broker that has restarted and kept nothing has the set again with the connection", async () => {
    const world = await settled();
    world.happen("raised", ALARM);
    await world.clock.advance(0);
    world.disconnect();
    world.connect();
    await world.clock.advance(SETTLE_MS);
    const sets = world.of("alarms").map(({ json }) => json.alarms.map(({ id }: Alarm) => id));
    expect(sets).toEqual([[], ["journalFailing"], ["journalFailing"]]);
  });

  test("a set that the broker before took last, as the next connection came, is said on that one too", async () => {
    const world = await settled();
    let letGo: () => void = () => undefined;
    world.answer = ({ name }) =>
      name !== "alarms"
        ? "taken"
        : new Promise((resolve) => {
            letGo = () => resolve("taken");
          });
    world.happen("raised", ALARM);
    await world.clock.advance(1_000);
    world.answer = () => "taken";
    world.connect();
    letGo();
    await world.clock.advance(SETTLE_MS);
    expect(world.of("alarms").map(({ json }) => json.alarms.length)).toEqual([0, 1, 1]);
  });

  test("of another gateway of the same agent are not told, nor those of one of its sub-bands", async () => {
    const other = "7276ff0044010011";
    const world = await settled(reporterWorld({ others: [other] }));
    world.happen("raised", { ...ALARM, id: "forwarderSilent", subject: EUI });
    world.happen("raised", { ...ALARM, id: "dutyCycleNear", subject: `${other}/P` });
    world.happen("raised", { ...ALARM, id: "credentialsExpiring", subject: "/etc/edge-agent/client.pem" });
    await world.clock.advance(0);
    const told = (eui: string) =>
      world
        .of("alarm")
        .filter(({ gatewayEui }) => gatewayEui === eui)
        .map(({ json }) => json.id);
    expect(told(EUI)).toEqual(["forwarderSilent", "credentialsExpiring"]);
    expect(told(other)).toEqual(["dutyCycleNear", "credentialsExpiring"]);
    const standing = world.of("alarms").filter(({ gatewayEui }) => gatewayEui === EUI);
    expect(standing.at(-1)!.json.alarms.map(({ id }: Alarm) => id)).toEqual(told(EUI));
  });

  test("events of an outage are told afterwards, in their order, with their age", async () => {
    const world = await settled();
    world.disconnect();
    world.happen("raised", ALARM);
    await world.clock.advance(600_000);
    world.happen("cleared", ALARM);
    await world.clock.advance(60_000);
    world.connect();
    await world.clock.advance(SETTLE_MS);
    const events = world.of("alarm").map(({ json }) => json);
    expect(events.map(({ event }) => event)).toEqual(["raised", "cleared"]);
    expect(events[0].ageS).toBeGreaterThanOrEqual(660);
    expect(events[0].ageS - events[1].ageS).toBeCloseTo(600, -1);
  });

  test(`more than ${ALARM_EVENTS_MAX} that wait push the oldest out, which is counted`, async () => {
    const world = await settled();
    world.disconnect();
    for (let index = 0; index <= ALARM_EVENTS_MAX; index++)
      world.happen("raised", { ...ALARM, id: "deviceSilent", subject: `${index}` });
    world.connect();
    await world.clock.advance(SETTLE_MS);
    const subjects = world.of("alarm").map(({ json }) => json.subject);
    expect(subjects).toEqual(Array.from({ length: ALARM_EVENTS_MAX }, (_none, index) => `${index + 1}`));
    // Of two cores that both want them.
    expect(world.counters.get("ownSent", "alarm.givenUp")).toBe(2);
  });

  test("one that happens while another is on its way is not lost, nor told twice", async () => {
    const world = await settled();
    let letGo: () => void = () => undefined;
    world.answer = ({ name }) =>
      name !== "alarm" || world.of("alarm").length > 0
        ? "taken"
        : new Promise((resolve) => {
            letGo = () => resolve("taken");
          });
    world.happen("raised", ALARM);
    await world.clock.advance(1_000);
    world.happen("cleared", ALARM);
    await world.clock.advance(1_000);
    letGo();
    await world.clock.advance(1_000);
    expect(world.of("alarm").map(({ json }) => json.event)).toEqual(["raised", "cleared"]);
    expect(world.of("alarms").at(-1)!.json.alarms).toEqual([]);
  });

  test("a core that refuses them gets them when it no longer does", async () => {
    const world = await settled();
    world.answer = ({ name }) => (name.startsWith("alarm") ? "refused" : "taken");
    world.happen("raised", ALARM);
    await world.clock.advance(300_000);
    expect(world.of("alarm")).toEqual([]);
    world.answer = () => "taken";
    await world.clock.advance(300_000);
    expect(world.of("alarm")).toHaveLength(1);
    expect(world.of("alarms").at(-1)!.json.alarms).toHaveLength(1);
  });

  test("a set without room counts what it leaves out", async () => {
    const world = await settled();
    world.alarms = Array.from({ length: 60 }, (_none, index) => ({
      ...ALARM,
      subject: `${index}`.padStart(60, "0"),
    }));
    world.happen("raised", ALARM);
    await world.clock.advance(0);
    const { payload, json } = world.of("alarms").at(-1)!;
    expect(payload.length).toBeLessThanOrEqual(4_096);
    expect(json.alarms.length + json.more).toBe(61);
    expect(faultsIn(world)).toEqual([]);
  });
});

describe("outages", () => {
  test("are told once they are over, once, and across a restart", async () => {
    const world = reporterWorld();
    world.outages = [outage(1), outage(2, { kind: "powerCut" }), outage(3, { toWallMs: undefined })];
    world.connect();
    await world.clock.advance(SETTLE_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([1, 2]);
    expect(world.of("outage").every(({ retain }) => !retain)).toBe(true);
    expect(world.of("outage")[0]!.json).toMatchObject({
      kind: "backhaulDown",
      coreId: "main",
      durationS: 1_800,
    });
    world.outages = [...world.outages.slice(0, 2), outage(3), outage(4, { kind: "restart", isCrash: true })];
    world.restart();
    await world.clock.advance(SETTLE_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([1, 2, 3, 4]);
    expect(world.of("outage").at(-1)!.json.crash).toBe(true);
    world.restart();
    await world.clock.advance(2 * HOUR_MS);
    expect(world.of("outage")).toHaveLength(4);
    expect(faultsIn(world)).toEqual([]);
  });

  test("that end before an earlier one does are told, and the earlier one when it ends", async () => {
    const world = reporterWorld();
    world.outages = [outage(1, { toWallMs: undefined, coreId: "backup" }), outage(2)];
    world.connect();
    await world.clock.advance(SETTLE_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([2]);
    world.outages = [outage(1), outage(2)];
    await world.clock.advance(300_000);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([2, 1]);
  });

  test("are kept until the core took them: nobody listening is not enough, and is tried every hour", async () => {
    const world = reporterWorld();
    world.outages = [outage(1), outage(2)];
    world.answer = ({ name }) => (name === "outage" ? "noSubscriber" : "taken");
    world.connect();
    await world.clock.advance(UNHEARD_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([1]);
    await world.clock.advance(UNHEARD_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([1, 1]);
    world.answer = () => "taken";
    await world.clock.advance(UNHEARD_MS);
    expect(world.of("outage").map(({ json }) => json.number)).toEqual([1, 1, 1, 2]);
  });

  test("each core is told by itself", async () => {
    const world = reporterWorld();
    world.outages = [outage(1)];
    world.connect("main");
    await world.clock.advance(SETTLE_MS);
    world.connect("backup");
    await world.clock.advance(SETTLE_MS);
    expect(world.of("outage", "main")).toHaveLength(1);
    expect(world.of("outage", "backup")).toHaveLength(1);
  });

  test("wait for a clock that can be trusted, a quarter of an hour at most, and then say that it could not", async () => {
    const world = reporterWorld();
    world.isDated = false;
    world.outages = [outage(1)];
    world.connect();
    await world.clock.advance(UNDATED_MS_MAX - 300_000);
    expect(world.of("outage")).toEqual([]);
    await world.clock.advance(600_000);
    expect(world.of("outage")[0]!.json.undated).toBe(true);
    expect(world.of("health")[0]!.json.sentAt).toBeUndefined();
    expect(faultsIn(world)).toEqual([]);
  });

  test("after a common outage 1,615 gateways tell of it at moments of their own", async () => {
    const clock = new WorldClock();
    const fleet = Array.from({ length: 1_615 }, (_none, index) => {
      const world = reporterWorld({ clock, gatewayEui: (0x7276ff0000000000n + BigInt(index)).toString(16) });
      world.outages = [outage(1)];
      world.connect();
      return world;
    });
    await clock.advance(SETTLE_MS);
    const bySecond = new Map<number, number>();
    for (const { said } of fleet)
      for (const { atMs } of said.filter(({ name }) => name === "outage"))
        bySecond.set(Math.floor(atMs / 1e3), (bySecond.get(Math.floor(atMs / 1e3)) ?? 0) + 1);
    // 27 expected.
    expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(60);
    expect(bySecond.size).toBe(60);
  });
});
