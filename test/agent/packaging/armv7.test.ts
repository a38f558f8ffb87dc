/**
 * Goal: the bundle for armv7 does the whole work on a Cortex-A9, the processor of Kerlink's i-series, whatever
 * libraries the box has; and the LevelDB that npm would choose there does not.
 * Method: the shipped launcher with Debian's qemu-arm under the program that it starts (-cpu cortex-a9: NEON, no
 * division in hardware). Under qemu it shows that the code runs, not how fast.
 */
import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../free-port.ts";
import { createGateway, openForwarder } from "../run-rig.ts";
import { launcherUnder, makePackages, scratch, TOP } from "./packages.ts";
import { fill, passThrough } from "./pipeline.ts";

const CORTEX_A9 = ["qemu-arm", "-cpu", "cortex-a9"];
/** The short run fills one of LevelDB's write buffers, the long one so many that tables are merged. */
const STORED = process.env.LONG ? 30_000 : 1_800;
const SIGILL_EXIT = 132;

describe("the bundle for armv7, on a Cortex-A9", () => {
  const out = scratch();
  let bundle: string;
  beforeAll(() => {
    bundle = makePackages(out, ["--arch", "armv7", "--form", "bundle"]).pathOf("bundle");
  }, 120_000);

  test(`stores ${STORED} frames, starts again, and delivers old and new`, {
    timeout: 1_200_000,
  }, async () => {
    const program = [launcherUnder(bundle, CORTEX_A9)];
    const { tables, merges } = await passThrough({ stored: STORED, live: 100, replayed: 60, program });
    expect(tables).toBeGreaterThan(0);
    if (process.env.LONG) expect(merges).toBeGreaterThan(0);
  });

  test("with npm's armv7 build of LevelDB it dies when the first table is written", {
    timeout: 600_000,
  }, async () => {
    const wrong = join(out, "wrong");
    cpSync(bundle, wrong, { recursive: true });
    copyFileSync(
      join(TOP, "node_modules/classic-level/prebuilds/linux-arm/classic-level.armv7.node"),
      join(wrong, "program", "classic-level.node"),
    );
    const gateway = createGateway({ servers: [`mqtt://127.0.0.1:${await freePort()}`] });
    const agent = await gateway.start({ program: [launcherUnder(wrong, CORTEX_A9)], readyMsMax: 90_000 });
    const forwarder = await openForwarder(agent.port);

    // LevelDB writes its table beside the work: the last frames may be acknowledged before it dies.
    await fill(forwarder, agent, 0, STORED).catch((error) =>
      expect(String(error)).toContain("the agent ended"),
    );
    const { code, signal } = await agent.ended;
    expect(signal ?? code).toBeOneOf(["SIGILL", SIGILL_EXIT]);
  });
});
