/** What is known in memory of the frames on disk, where there is too much of it. */
import { describe, expect, test } from "vitest";
import { makeShelves, type Shelves, type Stored } from "../../../agent/journal/shelves.ts";
import { laneOfMeter } from "./fixtures.ts";

const MANY = 20_000;
/** As REMEMBERED_MAX. */
const REMEMBERED_MAX = 8_192;

function stored(sequence: number): Stored {
  return { sequence, lane: laneOfMeter(1), octets: 300, diskClaims: 1, claims: 1 };
}

function rememberedOf(shelves: Shelves, from: number, to: number): number {
  let known = 0;
  for (let sequence = from; sequence < to; sequence++) if (shelves.recall(sequence) !== undefined) known++;
  return known;
}

describe("the frames that somebody may be carrying", () => {
  test("are remembered up to a limit, the latest of them", () => {
    const shelves = makeShelves();
    for (let sequence = 0; sequence < MANY; sequence++) {
      shelves.remember(stored(sequence));
      if (sequence % 1_000 === 0)
        expect(rememberedOf(shelves, 0, sequence + 1)).toBeLessThanOrEqual(REMEMBERED_MAX);
    }
    const known = rememberedOf(shelves, 0, MANY);
    expect(known).toBeLessThanOrEqual(REMEMBERED_MAX);
    expect(rememberedOf(shelves, MANY - known, MANY)).toBe(known);
    expect(known).toBeGreaterThan(REMEMBERED_MAX / 2);
  });

  test("are never forgotten while the disk has not heard of a change, and are forgotten after it", () => {
    const shelves = makeShelves();
    for (let sequence = 0; sequence < MANY; sequence++) {
      shelves.add(laneOfMeter(1), sequence, 1);
      shelves.take(shelves.remember(stored(sequence)), 1);
    }
    expect(shelves.changed.size).toBe(MANY);
    expect(rememberedOf(shelves, 0, MANY)).toBe(MANY);
    for (const change of [...shelves.changed]) shelves.wrote(change, 0, undefined);
    expect(rememberedOf(shelves, 0, MANY)).toBe(0);
    for (let sequence = MANY; sequence < 5 * MANY; sequence++) shelves.remember(stored(sequence));
    expect(rememberedOf(shelves, MANY, 5 * MANY)).toBeLessThanOrEqual(REMEMBERED_MAX);
  });
});

test("a lane's prefix in the index is that of its frames, whatever their claims", () => {
  const shelves = makeShelves();
  shelves.add(laneOfMeter(7), 5, 0b101);
  shelves.add(laneOfMeter(7), 3, 0b010);
  const { frames, oldest, prefix } = shelves.get(laneOfMeter(7))!;
  expect(frames).toEqual([1, 1, 1]);
  expect(oldest).toEqual([5, 3, 5]);
  expect(prefix.toString("hex", 1, 14)).toBe(laneOfMeter(7).replace("/d", "64"));
});
