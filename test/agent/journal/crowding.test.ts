import fc from "fast-check";
import { expect, test } from "vitest";
import { createCrowding, LANES_MAX, OVERFLOW_LANES } from "../../../agent/journal/crowding.ts";
import { isLane } from "../../../agent/journal/keys.ts";

const EUI = "7276ff0044010010";
const laneOf = (address: number): string => `${EUI}/d${address.toString(16).padStart(8, "0")}`;

/** Lanes with what waits in them, as a journal would tell. */
function heldLanes() {
  const lanes = new Map<string, number[]>();
  return {
    lanes,
    keep: (lane: string, device: number) => lanes.set(lane, [...(lanes.get(lane) ?? []), device]),
    /** The lane's oldest is taken. */
    take: (lane: string): number => {
      const [first, ...rest] = lanes.get(lane)!;
      if (rest.length === 0) lanes.delete(lane);
      else lanes.set(lane, rest);
      return first!;
    },
    get lanesWaiting() {
      return lanes.size;
    },
    holds: (lane: string) => lanes.has(lane),
  };
}

test("up to the limit each device has its own lane; those beyond share a few", () => {
  const journal = heldLanes();
  const crowding = createCrowding(journal);
  for (let device = 0; device < LANES_MAX; device++) {
    const lane = crowding(laneOf(device));
    expect(lane).toBe(laneOf(device));
    journal.keep(lane, device);
  }
  for (let device = LANES_MAX; device < LANES_MAX + 20_000; device++) {
    const lane = crowding(laneOf(device));
    expect(lane).not.toBe(laneOf(device));
    expect(isLane(lane)).toBe(true);
    journal.keep(lane, device);
  }
  expect(journal.lanes.size).toBe(LANES_MAX + OVERFLOW_LANES);
  expect(crowding(laneOf(5)), "who has a lane keeps it").toBe(laneOf(5));
});

test("joins share among themselves, and the lane of all else is one anyway", () => {
  const journal = { lanesWaiting: LANES_MAX, holds: () => false };
  const crowding = createCrowding(journal);
  const join = crowding(`${EUI}/j0018b20000000001`);
  expect(join).toMatch(new RegExp(`^${EUI}/jf{14}[0-9a-f]{2}$`));
  expect(isLane(join)).toBe(true);
  expect(crowding(`${EUI}/x`)).toBe(`${EUI}/x`);
});

test("once all is delivered each has its own lane again", () => {
  const journal = heldLanes();
  const crowding = createCrowding(journal, 2);
  for (const device of [1, 2, 3]) journal.keep(crowding(laneOf(device)), device);
  expect(journal.lanes.has(laneOf(3))).toBe(false);
  for (const lane of [...journal.lanes.keys()]) journal.take(lane);
  expect(crowding(laneOf(3))).toBe(laneOf(3));
});

test("no device ever has frames in two lanes, whatever comes and goes, and across a restart", () => {
  const step = fc.record({
    keep: fc.boolean(),
    device: fc.nat(40),
    restart: fc.boolean(),
    pick: fc.nat(1_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const journal = heldLanes();
      let crowding = createCrowding(journal, 6);
      for (const { keep, device, restart, pick } of steps) {
        if (restart && pick % 8 === 0) crowding = createCrowding(journal, 6);
        if (keep) journal.keep(crowding(laneOf(device)), device);
        else if (journal.lanes.size > 0) journal.take([...journal.lanes.keys()][pick % journal.lanes.size]!);
        const lanesOf = new Map<number, Set<string>>();
        for (const [lane, devices] of journal.lanes)
          for (const its of devices) lanesOf.set(its, (lanesOf.get(its) ?? new Set()).add(lane));
        for (const lanes of lanesOf.values()) expect(lanes.size).toBe(1);
      }
    }),
  );
});
