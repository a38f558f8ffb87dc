import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IndexEntry } from "../../../agent/journal/keys.ts";
import { isSecondOfOlderHalf, makeIsForeign, spare } from "../../../agent/journal/sparing.ts";
import { EUI } from "./fixtures.ts";

/** A lane: the claims of its frames, oldest first. */
const claimsOfLane = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 60 });

function entriesOf(claims: readonly number[]): IndexEntry[] {
  return claims.map((each, at) => ({ sequence: 100 + at, claims: each }));
}

/** For each core the first and the last frame that it has still to get. */
function endsOf(entries: readonly IndexEntry[]): Set<number> {
  const ends = new Set<number>();
  for (const claim of [1, 2, 4]) {
    const mine = entries.filter(({ claims }) => claims & claim);
    for (const end of [mine.at(0), mine.at(-1)]) if (end !== undefined) ends.add(end.sequence);
  }
  return ends;
}

describe("of a lane", () => {
  test("no core's first and last frame is ever spared, and every other one is", () => {
    fc.assert(
      fc.property(claimsOfLane, (claims) => {
        const entries = entriesOf(claims);
        const ends = endsOf(entries);
        const spared = spare(entries, 0);
        for (const [at, { sequence }] of entries.entries()) expect(spared[at]).toBe(!ends.has(sequence));
      }),
    );
  });

  test("what is spared in pieces that overlap by one is what is spared at once", () => {
    fc.assert(
      fc.property(claimsOfLane, fc.integer({ min: 2, max: 9 }), (claims, size) => {
        const entries = entriesOf(claims);
        const going = new Set<number>();
        let seen = 0;
        for (let at = 0; ; at += size - 1) {
          const piece = entries.slice(at, at + size);
          for (const [place, is] of spare(piece, seen).entries()) if (is) going.add(piece[place]!.sequence);
          if (at + size >= entries.length) break;
          for (const entry of piece.slice(0, -1)) seen |= entry.claims;
        }
        const ends = endsOf(entries);
        for (const sequence of going) expect(ends.has(sequence)).toBe(false);
        // With one core there is nothing that a piece cannot know.
        if (claims.every((each) => each === 1)) expect(going.size).toBe(Math.max(0, entries.length - 2));
      }),
    );
  });

  test("every second frame of the older half goes, and round after round leaves first and last", () => {
    expect(Array.from({ length: 9 }, (_, place) => isSecondOfOlderHalf(place, 9))).toEqual([
      ...[false, true, false, true, false],
      ...[false, false, false, false],
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), (frames) => {
        let left = Array.from({ length: frames }, (_, at) => at);
        for (let rounds = 0; left.length > 2; rounds++) {
          const before = left.length;
          left = left.filter((_, place) => !isSecondOfOlderHalf(place, before));
          expect(left.length).toBeLessThan(before);
          expect(rounds).toBeLessThan(40);
        }
        expect(left).toEqual([0, frames - 1]);
      }),
    );
  });
});

describe("a foreign lane", () => {
  // NetID 000013 gives out 26000000/7 and 27..., being type 0 with NwkID 19.
  test("is a device's of another network", () => {
    const isForeign = makeIsForeign(["000013"]);
    expect(isForeign(`${EUI}/d26011234`)).toBe(false);
    expect(isForeign(`${EUI}/d27ffffff`)).toBe(false);
    expect(isForeign(`${EUI}/d28000000`)).toBe(true);
    expect(isForeign(`${EUI}/de0000000`)).toBe(true);
  });

  test("is none of joins, nor of what is no LoRaWAN", () => {
    const isForeign = makeIsForeign(["000013"]);
    expect(isForeign(`${EUI}/j0011223344556677`)).toBe(false);
    expect(isForeign(`${EUI}/x`)).toBe(false);
  });

  test("is none where no NetID is ours", () => {
    expect(makeIsForeign([])(`${EUI}/de0000000`)).toBe(false);
  });
});
