/**
 * Goal: the profile is in force in the program that is shipped, not only in its parts.
 * Method: the built agent as a real process, with a profile named in its settings (the machine of the test is no
 * gateway, and what it is recognised as is none of the test's business).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "../test-folder.ts";
import { until } from "../until.ts";
import { createGateway, openForwarder, runCommand } from "./run-rig.ts";

const PROFILE = "kerlink-istation-keros5";
const TOP = join(import.meta.dirname, "../..");
const NOWHERE = "mqtt://127.0.0.1:1";

test("an agent with a Kerlink profile lets a frame wait a second for its core before it writes", async () => {
  const tables = { gateway: `profile = "${PROFILE}"` };
  const gateway = createGateway({ servers: [NOWHERE], tables });
  const agent = await gateway.start();
  expect(agent.said("gateway profile")).toMatchObject([{ profile: PROFILE, how: "set" }]);

  const forwarder = await openForwarder(agent.port);
  const sentMs = performance.now();
  forwarder.push("26010001", 1);
  await until(() => forwarder.acked.size === 1, "a PUSH_ACK");
  expect(performance.now() - sentMs).toBeGreaterThan(800);

  const { stdout } = runCommand(["status", "--socket", gateway.socket]);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "Kerlink Wirnet iStation, KerOS 4/5 (profile kerlink-istation-keros5, as set)",
  );
  const json = JSON.parse(runCommand(["status", "--json", "--socket", gateway.socket]).stdout);
  expect(json.profile).toMatchObject({ name: PROFILE, how: "set" });
  const printed = runCommand(["config", "print", "--origin", "--config", gateway.settingsPath]);
  expect(printed.stdout).toContain(`commit_interval = "1s"  # profile ${PROFILE}`);
});

test("a profile that there is not stops the start with 2, its line and the nearest name", async () => {
  const gateway = createGateway({ servers: [NOWHERE], tables: { gateway: 'profile = "kerlink-istation"' } });
  const ran = runCommand(["run", "--config", gateway.settingsPath]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(/agent\.toml:\d+:1: gateway\.profile: .*nearest is kerlink-istation-keros5/);
});

test("the bundle finds them beside its program, as gateways get it", async () => {
  const into = testFolder("bundle");
  execFileSync(process.execPath, [join(TOP, "agent/packaging/bundle.mjs"), join(into, "program")]);
  const profiles = (): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(into, "program", "edge-agent.mjs"), "profiles", "list", "--json"], {
      encoding: "utf8",
    });
  expect(profiles()).toMatchObject({ status: 3, stdout: "" });
  cpSync(join(TOP, "firmware-profiles/gateways"), join(into, "firmware-profiles/gateways"), {
    recursive: true,
  });
  const listed = profiles();
  expect(listed).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(listed.stdout).profiles).toHaveLength(15);
});

test("the built program finds the profiles, and lists them", async () => {
  const listed = runCommand(["profiles", "list", "--json"]);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(listed.stdout).profiles).toHaveLength(15);
  expect(runCommand(["profiles", "check"])).toMatchObject({ code: 0 });
});
