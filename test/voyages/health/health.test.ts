/**
 * Goal: the core knows what is wrong with a gateway, in the time that is promised, and is told nothing that is not; and its
 * availability is what it was.
 * Method: health voyages (health-voyage.ts): whole agents, a radio and a core each, faults by seed; judged by what came over
 * MQTT. A failing one prints its seed and what was wrong; `HEALTH_SEED=3 npx vitest run test/voyages/health` is that one
 * again. With LONG, two hundred gateways and a week.
 */
import { expect, test } from "vitest";
import { FAULT_NAMES } from "./faults.ts";
import { runHealthVoyage, tellHealthEnd } from "./health-voyage.ts";

const { LONG, HEALTH_SEED, HEALTH_GATEWAYS, HEALTH_DAYS } = process.env;
const IS_LONG = LONG !== undefined;
const SEED = Number(HEALTH_SEED ?? 1);
const GATEWAYS = Number(HEALTH_GATEWAYS ?? (IS_LONG ? 200 : 20));
const DAYS = Number(HEALTH_DAYS ?? (IS_LONG ? 7 : 1));
const TIMEOUT_MS = IS_LONG ? 6 * 3_600_000 : 300_000;

/** A week is long to look at nothing. */
const tellDay = (line: string): void => {
  if (IS_LONG) console.log(line);
};

test(
  `${GATEWAYS} gateways, ${DAYS} day(s), seed ${SEED}: each fault is an alarm in its time, and nothing else is`,
  async () => {
    const end = await runHealthVoyage({ seed: SEED, gateways: GATEWAYS, days: DAYS, tellDay });
    const told = tellHealthEnd(end);
    console.log(told);
    expect(end.findings, told).toEqual([]);
    // A voyage in which nothing happened would end well too.
    expect(Object.keys(end.faults).sort()).toEqual([...FAULT_NAMES].sort());
    expect(end.told.judgedReports).toBeGreaterThan(GATEWAYS * DAYS * 12);
    expect(end.quiet).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
