/**
 * Goal: whatever fails, in whatever order, the agent keeps what it acknowledged, loses nothing by itself, and is calm
 * when the storm is over.
 * Method: voyages (voyage.ts), each drawn from a seed; a failing one prints its seed, its draw, its last events and the
 * command that replays it.
 */
import { expect, test } from "vitest";
import { WorldRng } from "../../simulator/world/rng.ts";
import { drawVoyage } from "./draw.ts";
import { runVoyage, tellEnd } from "./voyage.ts";

const IS_LONG = process.env.LONG !== undefined;
const SEEDS = IS_LONG ? 1_000 : 50;
const DAYS = IS_LONG ? 7 : 1;
const TIMEOUT_MS = IS_LONG ? 600_000 : 60_000;

const seeds = Array.from({ length: SEEDS }, (_, number) => number + 1);

test.each(seeds)(
  "voyage %i ends well",
  async (seed) => {
    const end = await runVoyage({ seed, days: DAYS });
    expect(end.findings, tellEnd(end, DAYS)).toEqual([]);
    // A voyage on which nothing was carried would end well too.
    expect(end.ledger.uplinksDelivered).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test.each([11, 30, 35])(
  "voyage %i with journals that are much too small loses what they say they gave up, and nothing else",
  async (seed) => {
    const drawn = drawVoyage(new WorldRng(seed));
    const faults = { ...drawn.faults, roadsCut: { perDay: 3, longestS: 14_400 } };
    const draw = { ...drawn, maxSizeOctets: 8_000, maxAge: "1h", faults } as const;
    const end = await runVoyage({ seed, days: 1, draw });
    expect(end.findings, tellEnd(end, 1)).toEqual([]);
    expect(end.lostBy?.limits).toBeGreaterThan(0);
    expect([...end.logged.keys()]).toContain("warn: journal thinned");
  },
  TIMEOUT_MS,
);

test(
  "the same seed is the same voyage, event by event",
  async () => {
    const once = await runVoyage({ seed: 4, days: 1 });
    const again = await runVoyage({ seed: 4, days: 1 });
    expect(again.hash).toBe(once.hash);
    const other = await runVoyage({ seed: 5, days: 1 });
    expect(other.hash).not.toBe(once.hash);
  },
  TIMEOUT_MS,
);
