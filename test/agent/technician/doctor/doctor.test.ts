/**
 * Broken gateways: each fault is really set up, and the doctor, as it is shipped, must name it first; on a healthy one it
 * accuses nothing.
 */
import { describe, expect, test } from "vitest";
import { FAULTS } from "./faults.ts";
import { hasTaken, makeSite } from "./site.ts";

const LONG = process.env.LONG === "1";
/** The load of the machine that runs the tests is its own. */
const NOT_OURS = ["processor", "memory", "temperature"];

describe("a healthy gateway", () => {
  test("is not accused of anything, and nothing on it wants a look", async () => {
    const site = await makeSite();
    await site.untilStatus(({ cores }) => hasTaken(cores[0] ?? {}), "frames to be taken");
    const report = await site.doctor();
    expect(report.with("fail")).toEqual([]);
    expect(report.with("warn").filter((id) => !NOT_OURS.includes(id))).toEqual([]);
    expect(report.firstBroken).toBeUndefined();
    expect(report.exitCode).toBe(0);
    const good = [
      "settings",
      "channel-plan",
      "antenna-gain",
      "forwarder-server",
      "pull-data",
      "frames",
      "clock",
    ];
    expect(report.with("ok")).toEqual(
      expect.arrayContaining([
        ...good,
        "server-connect",
        "login",
        "publish-right",
        "subscriber",
        "disk-space",
        "journal",
      ]),
    );
    expect(report.tookMs).toBeLessThan(10_000);
  });
});

describe("a broken gateway", () => {
  const cases = FAULTS.filter(({ long }) => LONG || long !== true);
  test.each(cases.map((fault) => [fault.name, fault] as const))(
    "%s",
    { timeout: 60_000 },
    async (_name, fault) => {
      const { report, site } = await fault.breakIt();
      expect(report.firstBroken, JSON.stringify(report.checks, null, 1)).toBe(fault.firstBroken);
      expect(report.exitCode).toBe(1);
      // What stands on it is not accused.
      expect(report.with("fail").filter((id) => !(fault.also ?? []).includes(id))).toEqual([
        fault.firstBroken,
      ]);
      const broken = report.checks.find(({ verdict }) => verdict === "fail");
      expect(broken?.next?.length).toBeGreaterThan(10);
      expect(Object.keys(broken?.evidence ?? {}).length).toBeGreaterThan(0);
      // And the agent goes on as if nobody had looked.
      if (site.agent !== undefined) expect((await site.status()).uptimeMs).toBeGreaterThan(0);
    },
  );

  test("there are thirty of them, ten of which are always tried", () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(30);
    expect(FAULTS.filter(({ long }) => long !== true).length).toBeGreaterThanOrEqual(10);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });
});
