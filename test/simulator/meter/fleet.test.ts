import { describe, expect, test } from "vitest";
import { createAir, type Reception } from "../../../simulator/air/air.ts";
import { cmacKey } from "../../../simulator/meter/cmac.ts";
import { createFleet, drawMembers, FLEET_JOIN_EUI } from "../../../simulator/meter/fleet.ts";
import { isRequestMicGood } from "../../../simulator/meter/join-frames.ts";
import type { MeterEvent } from "../../../simulator/meter/meter-event.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

const FROM_MS = Date.UTC(2026, 0, 1);
const SETTINGS = { schedule: { intervalMs: 60_000, jitterMs: 1_000 }, confirmedShare: 0, joinDataRates: [5] };

async function lifeOf(seed: number): Promise<{ events: MeterEvent[]; heard: Reception[] }> {
  const clock = new WorldClock();
  const rng = new WorldRng(seed);
  const air = createAir({ clock, rng });
  const heard: Reception[] = [];
  air.addGateway({ name: "gateway", hear: (reception) => heard.push(reception) });
  const events: MeterEvent[] = [];
  const members = drawMembers(rng, 50, FROM_MS);
  const onEvent = (event: MeterEvent) => events.push(event);
  const fleet = createFleet({ members, settings: SETTINGS, clock, rng, air, startMs: FROM_MS, onEvent });
  fleet.start(5_000);
  await clock.advance(60_000);
  fleet.stop();
  return { events, heard };
}

describe("a fleet", () => {
  test("the same seed draws the same meters, another seed others", () => {
    expect(drawMembers(new WorldRng(4), 30, FROM_MS)).toEqual(drawMembers(new WorldRng(4), 30, FROM_MS));
    const [one] = drawMembers(new WorldRng(4), 1, FROM_MS);
    const [other] = drawMembers(new WorldRng(5), 1, FROM_MS);
    expect(other!.identity.appKey).not.toEqual(one!.identity.appKey);
    expect(other!.identity.devEui).not.toBe(one!.identity.devEui);
  });

  test("a larger one begins with the meters of a smaller one", () => {
    const small = drawMembers(new WorldRng(4), 10, FROM_MS);
    expect(drawMembers(new WorldRng(4), 1_000, FROM_MS).slice(0, 10)).toEqual(small);
  });

  test("its EUIs are locally administered, and no two are alike, nor two keys", () => {
    const members = drawMembers(new WorldRng(4), 5_000, FROM_MS);
    const euis = new Set(members.map(({ identity }) => identity.devEui));
    const keys = new Set(members.map(({ identity }) => identity.appKey.toString("hex")));
    expect([euis.size, keys.size]).toEqual([5_000, 5_000]);
    for (const eui of [...euis, FLEET_JOIN_EUI]) {
      expect(eui).toMatch(/^[0-9a-f]{16}$/);
      expect(Number.parseInt(eui.slice(0, 2), 16) & 0b11).toBe(0b10);
    }
  });

  test("wakes spread over the time it is given: gateways hear signed join-requests, none of them in a heap", async () => {
    const { events, heard } = await lifeOf(9);
    const firsts = events.filter((event) => event.kind === "joinSent" && event.attempt === 1);
    expect(firsts).toHaveLength(50);
    const seconds = new Map<number, number>();
    for (const event of firsts) {
      const second = Math.floor((("startUs" in event ? event.startUs : 0) - 60_000_000) / 1e6);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    expect([...seconds.keys()].toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...seconds.values())).toBeLessThan(25);
    const keys = new Map(
      drawMembers(new WorldRng(9), 50, FROM_MS).map(({ identity }) => [identity.devEui, identity.appKey]),
    );
    for (const { transmission } of heard.slice(0, 50)) {
      const devEui = Buffer.from(transmission.phyPayload.subarray(9, 17)).reverse().toString("hex");
      expect(isRequestMicGood(transmission.phyPayload, cmacKey(keys.get(devEui)!))).toBe(true);
    }
  });

  test("lives the same life twice, to the microsecond", async () => {
    const [one, again, other] = await Promise.all([lifeOf(9), lifeOf(9), lifeOf(10)]);
    expect(again.events).toEqual(one.events);
    expect(other.events).not.toEqual(one.events);
  });

  test("more meters than three octets can number are a bug", () => {
    expect(() => drawMembers(new WorldRng(1), 2 ** 24 + 1, FROM_MS)).toThrow("three octets");
  });
});
