/**
 * Goal: a day without the core costs no reading, behind two gateways that come back one after the other and whose clocks
 * are not the same; and a gateway that was out alone costs only what its neighbour has overtaken.
 * Method: the whole agent twice, in the world (outage.ts); judged by the ledger. The same without pairing loses,
 * and so does a gateway alone without lanes: the proof can fail. With LONG, a thousand meters and all kinds of hearing; the figures are printed.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type OutageCase, type OutageEnd, runOutage } from "./outage.ts";

const IS_LONG = process.env.LONG !== undefined;
const METERS = IS_LONG ? 1_000 : 25;
const HEARINGS = IS_LONG ? [0.7, 0.9, 0.95] : [0.7];
const MANNERS = ["reference", "kerlink"] as const;
const TIMEOUT_MS = IS_LONG ? 1_200_000 : 60_000;
const OVERTAKEN_SHARE_MAX = 0.001;

const FRAME = "../../agent/frame/frame.ts";

afterEach(() => {
  vi.doUnmock(FRAME);
  vi.resetModules();
});

function tell(how: string, { hearing, manner }: OutageCase, end: OutageEnd): void {
  if (!IS_LONG) return;
  const { heard, lost, overtaken, stored, drainMs } = end;
  const share = ((100 * overtaken) / heard).toFixed(2);
  console.log(
    `| ${how} | ${manner} | ${hearing} | ${heard} | ${stored} | ${lost} | ${overtaken} (${share} %) | ${drainMs / 1_000} s |`,
  );
}

const cases = HEARINGS.flatMap((hearing) => MANNERS.map((manner) => ({ hearing, manner })));

describe.each(cases)("heard with $hearing by two $manner forwarders, a day without the core", (given) => {
  test(
    "loses nothing and overtakes nothing",
    async () => {
      const outage = { meters: METERS, ...given };
      const end = await runOutage(outage);
      tell("lanes and axis", outage, end);
      expect(end.findings).toEqual([]);
      expect(end.stored).toBeGreaterThan(METERS * 24 * given.hearing);
      expect(end.lost).toBe(0);
      expect(end.overtaken / end.heard).toBeLessThanOrEqual(OVERTAKEN_SHARE_MAX);
    },
    TIMEOUT_MS,
  );
});

describe.each(HEARINGS.map((hearing) => ({ hearing })))("heard with $hearing", ({ hearing }) => {
  const outage: OutageCase = { meters: METERS, hearing, manner: "reference" };

  test(
    "without pairing each gateway makes the other's frames too old",
    async () => {
      const end = await runOutage({ ...outage, pairing: false });
      tell("lanes alone", outage, end);
      expect(end.lost).toBe(0);
      expect(end.overtaken / end.heard).toBeGreaterThan(10 * OVERTAKEN_SHARE_MAX);
    },
    TIMEOUT_MS,
  );

  test(
    "a gateway that was out alone loses what its neighbour has overtaken, and nothing else",
    async () => {
      const end = await runOutage({ ...outage, out: "first" });
      tell("one gateway out", outage, end);
      expect(end.findings).toEqual([]);
      expect(end.lost).toBe(0);
      expect(end.overtaken).toBeGreaterThan(0);
      expect(end.notOvertakenByNeighbour).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe("a gateway alone, whose replay takes a while", () => {
  // So slowly that devices speak meanwhile.
  const outage: OutageCase = {
    meters: METERS,
    hearing: 1,
    manner: "reference",
    alone: true,
    coreSettings: `replay_rate_max = ${Math.ceil(METERS / 25)}`,
  };

  test(
    "overtakes nothing, for each device's frames stay in order",
    async () => {
      const end = await runOutage(outage);
      tell("alone", outage, end);
      expect(end).toMatchObject({ findings: [], lost: 0, overtaken: 0 });
    },
    TIMEOUT_MS,
  );

  test(
    "without lanes makes its own stored frames too old",
    async () => {
      const end = await runOutageWithoutLanes({ ...outage, pairing: false });
      tell("alone, no lanes", outage, end);
      expect(end.overtaken / end.heard).toBeGreaterThan(10 * OVERTAKEN_SHARE_MAX);
    },
    TIMEOUT_MS,
  );
});

/** The agent with a lane of its own for each frame: nothing keeps a device's frames in order. */
async function runOutageWithoutLanes(outage: OutageCase): Promise<OutageEnd> {
  let lanes = 0;
  vi.doMock(FRAME, async (original) => ({
    ...(await original<object>()),
    laneOf: (gatewayEui: string) => `${gatewayEui}/d${(lanes++).toString(16).padStart(8, "0")}`,
  }));
  vi.resetModules();
  const fresh = await import("./outage.ts");
  return fresh.runOutage(outage);
}
