import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNDATED_MS_MAX } from "../../../../agent/health/availability/availability.ts";
import { MAINTENANCE_MS_MAX } from "../../../../agent/health/availability/maintenance.ts";
import { OUTAGES_MAX } from "../../../../agent/health/availability/outages.ts";
import { PIECES_MAX } from "../../../../agent/health/availability/pieces.ts";
import { STAMP_EVERY_MS } from "../../../../agent/health/availability/stamp.ts";
import { AccountWorld, TICK_MS } from "./account-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RIGHT = { wallErrorMs: 0, trusted: true };
/** No clock chip: the box begins in 1970. */
const inThe1970s = (world: AccountWorld) => ({ wallErrorMs: 1_000 - world.realMs, trusted: false });

/** A gateway that has run for an hour. */
function running(): AccountWorld {
  const world = new AccountWorld();
  world.start();
  world.pass(HOUR_MS);
  return world;
}

const kinds = (world: AccountWorld) =>
  world.agent.outages().map(({ kind, fromWallMs, toWallMs, coreId, isCrash }) => ({
    kind,
    ms: toWallMs === undefined ? undefined : toWallMs - fromWallMs,
    ...(coreId === undefined ? {} : { coreId }),
    ...(isCrash === undefined ? {} : { isCrash }),
  }));

describe("the account of the gateway", () => {
  test("a restart of 7.3 s costs 7.3 s", () => {
    const world = running();
    world.stop();
    world.pass(7_300);
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("gateway")).toEqual({
      up: HOUR_MS + MINUTE_MS,
      down: 7_300,
      maintenance: 0,
      unknown: 0,
    });
    expect(kinds(world)).toEqual([{ kind: "restart", ms: 7_300 }]);
  });

  test("a power cut counts from the last stamp, so at most five minutes too much against us", () => {
    const world = running();
    world.pass(4 * MINUTE_MS + 50 * SECOND_MS);
    world.reboot(20 * MINUTE_MS, RIGHT);
    world.start();
    world.pass(MINUTE_MS);
    const { up, down } = world.total("gateway");
    expect(up + down).toBe(world.truth.upMs + world.truth.downMs);
    expect(down - world.truth.downMs).toBeGreaterThan(0);
    expect(down - world.truth.downMs).toBeLessThanOrEqual(STAMP_EVERY_MS);
    expect(kinds(world)).toEqual([{ kind: "powerCut", ms: down }]);
  });

  test("a shutdown that said so is no power cut, and known to the second", () => {
    const world = running();
    world.stop();
    world.reboot(2 * HOUR_MS + 13_000, RIGHT);
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("gateway").down).toBe(2 * HOUR_MS + 13_000);
    expect(kinds(world)).toEqual([{ kind: "gatewayOff", ms: 2 * HOUR_MS + 13_000 }]);
  });

  test("a crash of the agent alone is told from a power cut", () => {
    const world = running();
    world.pass(2 * MINUTE_MS);
    world.crash();
    world.pass(3_000);
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("gateway").down).toBe(2 * MINUTE_MS + 3_000);
    expect(kinds(world)).toEqual([{ kind: "restart", ms: 2 * MINUTE_MS + 3_000, isCrash: true }]);
  });

  test("a clock that begins in 1970 after the power cut is put right an hour later, and nothing is lost", () => {
    const world = running();
    world.stop();
    world.reboot(10 * MINUTE_MS, inThe1970s(world));
    world.start();
    world.pass(HOUR_MS);
    expect(world.view().isDated).toBe(false);
    expect(kinds(world)).toEqual([]);
    Object.assign(world, RIGHT);
    world.pass(TICK_MS);
    expect(world.view().isDated).toBe(true);
    expect(world.total("gateway")).toMatchObject({ up: 2 * HOUR_MS + TICK_MS, down: 10 * MINUTE_MS });
    expect(world.agent.outages()).toMatchObject([
      {
        kind: "gatewayOff",
        fromWallMs: Date.UTC(2026, 10, 22, 8, 0, 3),
        toWallMs: Date.UTC(2026, 10, 22, 8, 10, 3),
      },
    ]);
  });

  test.each([
    ["an hour ahead", HOUR_MS],
    ["a year ahead", 365 * DAY_MS],
    ["an hour back", -HOUR_MS],
  ])("a clock that steps %s and is put right makes no time and loses none", (_what, byMs) => {
    const world = running();
    world.wallErrorMs = byMs;
    world.trusted = false;
    world.pass(25 * MINUTE_MS);
    Object.assign(world, RIGHT);
    world.pass(MINUTE_MS);
    expect(world.total("gateway")).toEqual({
      up: HOUR_MS + 26 * MINUTE_MS,
      down: 0,
      maintenance: 0,
      unknown: 0,
    });
    expect(world.view().subjects[0]!.day.upMs).toBe(HOUR_MS + 26 * MINUTE_MS);
  });

  test("what ran undated before a second power cut is not lost: it lies after the dark", () => {
    const world = running();
    world.reboot(HOUR_MS, inThe1970s(world));
    world.start();
    world.pass(20 * MINUTE_MS);
    world.reboot(30 * MINUTE_MS, inThe1970s(world));
    world.start();
    world.pass(10 * MINUTE_MS);
    Object.assign(world, RIGHT);
    world.pass(TICK_MS);
    const { up, down } = world.total("gateway");
    expect(up + down).toBe(world.truth.upMs + world.truth.downMs);
    expect(up).toBe(world.truth.upMs);
  });

  test("a clock that nobody vouches for is believed after a week", () => {
    const world = new AccountWorld();
    world.trusted = false;
    world.start();
    world.pass(UNDATED_MS_MAX - MINUTE_MS);
    expect(world.total("gateway").up).toBe(0);
    expect(world.view().subjects[0]!.month.upMs).toBe(UNDATED_MS_MAX - MINUTE_MS);
    world.pass(2 * MINUTE_MS);
    expect(world.total("gateway").up).toBeGreaterThanOrEqual(UNDATED_MS_MAX);
  });

  test("a link that flaps while the clock is not trusted fills no memory and loses no time", () => {
    const world = new AccountWorld();
    world.trusted = false;
    world.start();
    for (let at = 0; at < 2 * PIECES_MAX; at++) {
      world.setLink(at % 2 === 0);
      world.pass(TICK_MS);
    }
    Object.assign(world, RIGHT);
    world.pass(TICK_MS);
    const { up, down } = world.total("core/main");
    expect({ up, down }).toEqual({ up: world.truth.linkUpMs, down: world.truth.linkDownMs });
  });

  test("planned maintenance is apart, also while the box is off for it, and no longer than planned", () => {
    const world = running();
    world.maintenance.begin({ durationMs: 30 * MINUTE_MS, reason: "new antenna", by: "main" });
    world.pass(10 * MINUTE_MS);
    world.stop();
    world.reboot(50 * MINUTE_MS, RIGHT);
    world.start();
    world.pass(10 * MINUTE_MS);
    expect(world.total("gateway")).toEqual({
      up: HOUR_MS + 10 * MINUTE_MS,
      down: 30 * MINUTE_MS,
      maintenance: 30 * MINUTE_MS,
      unknown: 0,
    });
    const { availability } = world.view().subjects[0]!.day;
    expect(availability).toBeCloseTo(70 / 100, 6);
  });

  test("a forwarder's time before the maintenance is no maintenance, though its next PULL_DATA comes within it", () => {
    const world = running();
    world.forwarderUp = false;
    world.pass(TICK_MS);
    world.maintenance.begin({ durationMs: HOUR_MS, reason: "antenna", by: "main" });
    world.forwarderUp = true;
    world.pass(TICK_MS);
    // Nothing is known of it before its first PULL_DATA.
    expect(world.total("forwarder")).toMatchObject({ up: HOUR_MS - TICK_MS + TICK_MS, maintenance: TICK_MS });
  });

  test("maintenance outlives a restart, ends by itself, and lasts a week at most", () => {
    const world = running();
    world.maintenance.begin({ durationMs: 10 * MAINTENANCE_MS_MAX, reason: "x".repeat(500), by: "main" });
    expect(world.maintenance.current()!.untilWallMs - world.realMs).toBe(MAINTENANCE_MS_MAX);
    expect(world.maintenance.current()!.reason).toHaveLength(200);
    world.stop();
    world.start();
    expect(world.maintenance.current()).toMatchObject({ by: "main" });
    world.pass(MAINTENANCE_MS_MAX);
    expect(world.maintenance.current()).toBeUndefined();
    expect(world.notes.kept.has("health.maintenance")).toBe(false);
    expect(world.maintenance.end()).toBe(false);
  });
});

describe("the account of the forwarder and of a core link", () => {
  test("a link that is down for 2.5 s is down for 2.5 s, and too short to be told", () => {
    const world = running();
    world.pass(3_000);
    world.setLink(false);
    world.pass(2_500);
    world.setLink(true);
    world.pass(MINUTE_MS);
    expect(world.total("core/main").down).toBe(2_500);
    expect(kinds(world)).toEqual([]);
  });

  test("a backhaul that is down for an hour is told as that, while it lasts too", () => {
    const world = running();
    world.setLink(false);
    world.pass(HOUR_MS);
    expect(kinds(world)).toEqual([{ kind: "backhaulDown", ms: undefined, coreId: "main" }]);
    world.setLink(true);
    world.pass(TICK_MS);
    expect(kinds(world)).toEqual([{ kind: "backhaulDown", ms: HOUR_MS, coreId: "main" }]);
    expect(world.total("gateway").down).toBe(0);
  });

  test("while the gateway is off its link is unknown, not down", () => {
    const world = running();
    world.stop();
    world.reboot(HOUR_MS, RIGHT);
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("core/main")).toMatchObject({ down: 0, unknown: HOUR_MS });
    expect(kinds(world)).toEqual([{ kind: "gatewayOff", ms: HOUR_MS }]);
  });

  test("a forwarder that dies counts as down from its last PULL_DATA", () => {
    const world = running();
    world.forwarderUp = false;
    world.pass(10 * MINUTE_MS);
    world.forwarderUp = true;
    world.pass(MINUTE_MS);
    const { up, down } = world.total("forwarder");
    expect(Math.abs(down - 10 * MINUTE_MS)).toBeLessThanOrEqual(TICK_MS);
    expect(up + down).toBe(world.truth.upMs - TICK_MS);
    expect(kinds(world)).toEqual([{ kind: "forwarderSilent", ms: down }]);
    expect(world.agent.outages()[0]!.fromWallMs).toBe(world.realMs - 11 * MINUTE_MS);
  });

  test("a restart of the agent is no silence of the forwarder; one that does not come back is", () => {
    const world = running();
    world.stop();
    world.pass(5_000);
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("forwarder").down).toBe(0);
    world.forwarderUp = false;
    world.stop();
    world.pass(5_000);
    world.start();
    world.pass(10 * MINUTE_MS);
    expect(world.total("forwarder").down).toBe(10 * MINUTE_MS);
  });

  test("a forwarder that was never there is not accounted for", () => {
    const world = new AccountWorld();
    world.forwarderUp = false;
    world.start();
    world.pass(HOUR_MS);
    expect(world.total("forwarder")).toEqual({ up: 0, down: 0, maintenance: 0, unknown: 0 });
    expect(world.view().subjects[1]).toMatchObject({ kind: "forwarder", state: "unknown" });
  });
});

describe("what is kept", () => {
  test("one note every five minutes, and more only when a day ends or an outage begins or ends", () => {
    const world = running();
    world.notes.writes.clear();
    world.pass(HOUR_MS);
    expect(Object.fromEntries(world.notes.writes)).toEqual({ "health.stamp": 12 });
    world.pass(DAY_MS);
    expect(Object.fromEntries(world.notes.writes)).toMatchObject({
      "health.days.2026-11": 1,
      "health.months.2026": 1,
    });
  });

  test("the year has a month's last day as soon as the next month has begun", () => {
    // Two minutes after the last stamp.
    const world = new AccountWorld(Date.UTC(2026, 0, 31, 22, 58));
    world.start();
    world.pass(HOUR_MS + 2 * MINUTE_MS + TICK_MS);
    const { month, year } = world.view().subjects[0]!;
    expect([month.upMs, year.upMs]).toEqual([TICK_MS, HOUR_MS + 2 * MINUTE_MS + TICK_MS]);
  });

  test("days for thirteen months, months for twenty years, in notes of less than 16 KB", () => {
    const world = running();
    for (let month = 0; month < 16; month++) {
      for (let day = 0; day < 31; day++) {
        world.stop();
        world.pass(DAY_MS - MINUTE_MS);
        world.start();
        world.pass(MINUTE_MS);
      }
    }
    const days = [...world.notes.kept.keys()].filter((name) => name.startsWith("health.days."));
    expect(days.length).toBeGreaterThanOrEqual(13);
    expect(days.length).toBeLessThanOrEqual(14);
    expect(world.notes.kept.has("health.months.2026")).toBe(true);
    for (const [name, text] of world.notes.kept) expect(text.length, name).toBeLessThan(16_384);
    const year = world.view().subjects[0]!.year;
    const sinceMs = world.realMs - Date.UTC(new Date(world.realMs).getUTCFullYear(), 0, 1);
    expect(year.upMs + year.downMs).toBe(sinceMs);
  });

  test("the last 64 outages, numbered over restarts", () => {
    const world = running();
    for (let at = 0; at <= OUTAGES_MAX; at++) {
      world.stop();
      world.pass(1_000);
      world.start();
      world.pass(TICK_MS);
    }
    world.stop();
    world.start();
    world.pass(TICK_MS);
    const numbers = world.agent.outages().map(({ number }) => number);
    expect(numbers).toHaveLength(OUTAGES_MAX);
    expect(numbers.at(-1)).toBe(OUTAGES_MAX + 1);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect(world.notes.kept.get("health.outages")!.length).toBeLessThan(16_384);
  });

  test("a damaged stamp loses what was before, and harms nothing", () => {
    const world = running();
    world.stop();
    world.notes.kept.set("health.stamp", "{torn");
    world.notes.kept.set("health.outages", "{torn");
    world.start();
    world.pass(MINUTE_MS);
    expect(world.total("gateway").up).toBe(MINUTE_MS);
  });
});

/**
 * Goal: whatever happens to the box and its clock, the account is the truth, within the bounds stated.
 * Method: a random life of some days; the world adds up the truth beside it.
 */
describe("a random life", () => {
  const lasting = (max: number) => fc.integer({ min: 1, max }).map((seconds) => seconds * SECOND_MS);
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant("pass" as const), ms: lasting(9 * 3_600) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("link" as const), ms: lasting(4_000) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("forwarder" as const), ms: lasting(4_000) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("restart" as const), ms: lasting(900) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("crash" as const), ms: lasting(900) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("powerCut" as const), ms: lasting(90_000) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("powerCut1970" as const), ms: lasting(90_000) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("shutdown" as const), ms: lasting(90_000) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("stepAhead" as const), ms: lasting(7_200) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("stepBack" as const), ms: lasting(7_200) }) },
  );
  type Happening = { readonly what: string; readonly ms: number };

  /** @returns how often the agent went without a word. */
  function live(world: AccountWorld, life: readonly Happening[], alwaysDatedBetween: boolean): number {
    let silentEnds = 0;
    const settle = (): void => {
      if (alwaysDatedBetween) Object.assign(world, RIGHT);
      world.pass(TICK_MS);
    };
    for (const { what, ms } of life) {
      if (what === "pass") world.pass(ms);
      else if (what === "link" || what === "forwarder") {
        if (what === "link") world.setLink(false);
        else world.forwarderUp = false;
        world.pass(ms);
        world.setLink(true);
        world.forwarderUp = true;
        world.pass(2 * MINUTE_MS);
      } else if (what === "restart" || what === "crash") {
        if (what === "restart") world.stop();
        else world.crash();
        if (what === "crash") silentEnds += 1;
        world.pass(ms);
        world.start();
        settle();
      } else if (what === "stepAhead" || what === "stepBack") {
        world.wallErrorMs += what === "stepAhead" ? ms : -ms;
        world.trusted = false;
        world.pass(ms / 2);
        settle();
      } else {
        if (what === "shutdown") world.stop();
        else silentEnds += 1;
        world.reboot(ms, what === "powerCut1970" ? inThe1970s(world) : RIGHT);
        world.start();
        world.pass(7 * MINUTE_MS);
        settle();
      }
    }
    Object.assign(world, RIGHT);
    world.pass(MINUTE_MS);
    return silentEnds;
  }

  test.each([
    ["with a clock that is put right before the next trouble", true],
    ["with a clock that stays wrong over several troubles", false],
  ])("%s: no time is made or lost, and what is wrong is against us", (_what, alwaysDated) => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 14 }), (life) => {
        const world = new AccountWorld();
        world.start();
        const silentEnds = live(world, life, alwaysDated);
        const { upMs, downMs, linkUpMs } = world.truth;
        const gateway = world.total("gateway");
        const boundMs = silentEnds * (STAMP_EVERY_MS + TICK_MS);
        // A whole millisecond is lost at most where a stamp rounds.
        const rounding = 2 * life.length + 2;
        expect(Math.abs(gateway.up + gateway.down - upMs - downMs)).toBeLessThanOrEqual(rounding);
        expect(gateway.up).toBeLessThanOrEqual(upMs + rounding);
        expect(gateway.up).toBeGreaterThanOrEqual(upMs - boundMs - rounding);
        const link = world.total("core/main");
        expect(link.up).toBeLessThanOrEqual(linkUpMs + rounding);
        expect(link.up).toBeGreaterThanOrEqual(linkUpMs - boundMs - rounding);
        expect(link.down).toBeLessThanOrEqual(world.truth.linkDownMs + rounding);
        expect(link.up + link.down + link.unknown).toBeLessThanOrEqual(upMs + downMs + rounding);
      }),
      { numRuns: 150 },
    );
  });

  test("each day of UTC has its own share", () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 14 }), (life) => {
        const world = new AccountWorld();
        world.start();
        const silentEnds = live(world, life, true);
        world.agent.stamp(false);
        const stamp = JSON.parse(world.notes.kept.get("health.stamp")!) as {
          today: { utcDay: number; sheet: Record<string, number[]> };
        };
        const upOn = (day: string): number => {
          const dayNumber = Date.parse(day) / DAY_MS;
          if (stamp.today.utcDay === dayNumber) return stamp.today.sheet.gateway?.[0] ?? 0;
          const month = JSON.parse(world.notes.kept.get(`health.days.${day.slice(0, 7)}`) ?? "{}") as Record<
            string,
            Record<string, number[]>
          >;
          return month[day.slice(8)]?.gateway?.[0] ?? 0;
        };
        for (const [day, trueMs] of world.upByDay) {
          expect(upOn(day), day).toBeLessThanOrEqual(trueMs + 2 * life.length + 2);
          expect(upOn(day), day).toBeGreaterThanOrEqual(
            trueMs - silentEnds * (STAMP_EVERY_MS + TICK_MS) - 2 * life.length - 2,
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});
