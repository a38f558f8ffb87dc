/**
 * Goal: the bundle carries serialport with its native part, opens a real line with it, on this machine's processor and on
 * a Cortex-A9; and loads neither where no port is set.
 * Method: the shipped launcher on a pseudo-terminal (socat) with a GNSS receiver at its other end; what a process has
 * loaded is in its own memory map.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import { epoch } from "../field/nmea-lines.ts";
import { openPseudoTerminal } from "../field/pty.ts";
import { createGateway, type Gateway } from "../run-rig.ts";
import { launcherUnder, makePackages, scratch, TOP } from "./packages.ts";

const CORE = { servers: ["mqtt://127.0.0.1:9"] };
const NATIVE_FILE = /serialport\.node/;

async function receiver(): Promise<string> {
  const terminal = await openPseudoTerminal();
  const timer = setInterval(() => terminal.say(epoch(Date.now())), 1_000);
  onTestFinished(async () => {
    clearInterval(timer);
    await terminal.unplug();
  });
  return terminal.path;
}

async function statusOf(gateway: Gateway): Promise<AgentStatus> {
  const { body } = await openControlDoor().ask(gateway.socket, {
    method: "GET",
    path: "/status",
    body: undefined,
  });
  return body as AgentStatus;
}

async function fixOf(gateway: Gateway, waitMsMax: number): Promise<AgentStatus["field"]["gnss"]> {
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += 500) {
    const { gnss } = (await statusOf(gateway)).field;
    if (gnss?.state === "fix" || gnss?.state === "noPort") return gnss;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return (await statusOf(gateway)).field.gnss;
}

const mapOf = (pid: number): string => readFileSync(`/proc/${pid}/maps`, "utf8");

describe("the bundle for this machine", () => {
  const out = scratch();
  const program = [join(out, "bundle", "edge-agent")];
  beforeAll(() => {
    execFileSync(process.execPath, [join(TOP, "agent/packaging/bundle.mjs"), join(out, "bundle")]);
  }, 120_000);

  test("hears a GNSS receiver on a real line", async () => {
    const gateway = createGateway({ ...CORE, tables: { gnss: `port = "${await receiver()}"\n` } });
    const agent = await gateway.start({ program });
    expect(await fixOf(gateway, 20_000)).toMatchObject({ state: "fix", satellites: 9 });
    expect(mapOf(agent.pid)).toMatch(NATIVE_FILE);
    const { code } = await agent.stop();
    expect(code, agent.stderr()).toBe(0);
  }, 60_000);

  test("has not loaded serialport where no port is set", async () => {
    const gateway = createGateway(CORE);
    const agent = await gateway.start({ program });
    // Rounds would have begun by now.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect((await statusOf(gateway)).field.gnss).toBeUndefined();
    expect(mapOf(agent.pid)).toMatch(/classic-level\.node/);
    expect(mapOf(agent.pid)).not.toMatch(NATIVE_FILE);
    await agent.stop();
  }, 60_000);
});

test("the bundle for armv7 hears it on a Cortex-A9", async () => {
  const out = scratch(onTestFinished);
  const bundle = makePackages(out, ["--arch", "armv7", "--form", "bundle"]).pathOf("bundle");
  const program = [launcherUnder(bundle, ["qemu-arm", "-cpu", "cortex-a9"])];
  const gateway = createGateway({ ...CORE, tables: { gnss: `port = "${await receiver()}"\n` } });
  const agent = await gateway.start({ program, readyMsMax: 90_000 });
  expect(await fixOf(gateway, 90_000)).toMatchObject({ state: "fix", satellites: 9 });
  await agent.stop();
}, 300_000);
