/** The command as it is shipped: its words, its languages, its exit codes. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { testFolder } from "../../../test-folder.ts";
import { until } from "../../../until.ts";
import { runCommand } from "../../run-rig.ts";
import { hasTaken, makeSite } from "./site.ts";

/** Nothing runs, and the core's port is closed. */
function strandedGateway(): string {
  const folder = testFolder("doctor");
  const path = join(folder, "agent.toml");
  const lines = [
    '[gateway]\nprofile = "companion"',
    `[journal]\npath = "${folder}/journal"`,
    `[control]\nsocket = "${folder}/control.sock"`,
  ];
  writeFileSync(
    path,
    [...lines, '[forwarder]\nlisten = "127.0.0.1:1799"\n[[core]]\nservers = ["mqtt://127.0.0.1:9"]\n'].join(
      "\n",
    ),
  );
  return path;
}

test("people read one check a line, in their language, within 80 columns, and the first broken thing at the end", () => {
  const path = strandedGateway();
  const english = runCommand(["doctor", "--config", path, "--root", "/nowhere"]);
  expect(english.code).toBe(1);
  expect(english.stdout).toMatch(/^ {2}FAIL {3}agent-running: the agent does not run/m);
  expect(english.stdout).toContain("First broken: agent-running:");
  expect(english.stderr).toBe("");
  const french = runCommand(["doctor", "--config", path, "--root", "/nowhere", "--lang", "fr"]);
  expect(french.stdout).toContain("Première panne : agent-running");
  for (const line of [...english.stdout.split("\n"), ...french.stdout.split("\n")])
    if (!line.includes(path.slice(0, -12))) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(english.stdout).not.toContain("\u001b");
});

test("a script reads one JSON document, with the checks that it wants and what they stand on where that is broken", () => {
  const path = strandedGateway();
  const words = ["doctor", "--config", path, "--root", "/nowhere", "--json"];
  const { code, stdout } = runCommand([...words, "--only", "pull-data", "--only", "settings"]);
  const report = JSON.parse(stdout);
  expect(code).toBe(1);
  expect(report.firstBroken).toBe("agent-running");
  expect(report.checks.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict])).toEqual([
    ["settings", "ok"],
    ["agent-running", "fail"],
    ["pull-data", "skipped"],
  ]);
  const good = runCommand([...words, "--only", "settings"]);
  expect(good.code).toBe(0);
});

test("a check that there is not is a usage error, which names the nearest and all of them", () => {
  const { code, stdout, stderr } = runCommand(["doctor", "--only", "pul-data"]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^there is no check "pul-data"; the nearest: pull-data\.\nAll: settings, /);
  for (const line of stderr.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(stderr).toContain("power");
});

test.each([
  ["nope", 'no check "nope", and none with a name like it; edge-agent doctor shows'],
  ["", 'no check "", and none with a name like it; edge-agent doctor shows'],
  ["firewall", "the nearest: forwarder-firewall, server-firewall."],
  ["gns", "the nearest: gnss."],
])("what is meant by %j is said only where it is near", (word, expected) => {
  const { code, stderr } = runCommand(["doctor", "--only", word]);
  expect(code).toBe(2);
  expect(stderr.replaceAll("\n", " ")).toContain(expected);
});

test.each(["en", "fr"])("that no agent answers is said within 80 columns (%s)", (language) => {
  const { code, stderr } = runCommand([
    "status",
    "--socket",
    "/run/nowhere/control.sock",
    "--lang",
    language,
  ]);
  expect(code).toBe(3);
  for (const line of stderr.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("the help has examples", () => {
  const { code, stdout } = runCommand(["doctor", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("doctor --watch");
});

test("with --watch it looks again and again until it is interrupted, a document each time", async () => {
  const words = [
    "doctor",
    "--config",
    strandedGateway(),
    "--root",
    "/nowhere",
    "--json",
    "--watch",
    "--only",
    "settings",
  ];
  const child = spawn(process.execPath, [inject("builtAgent"), ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  await until(() => stdout.split("\n").length > 2, "two reports");
  const ended = new Promise((resolve) => child.once("close", (code) => resolve(code)));
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  for (const line of stdout.trim().split("\n")) expect(JSON.parse(line).checks).toHaveLength(1);
});

test("who asks the doctor costs the agent neither its connection nor a frame, even where an account has one client id", async () => {
  const folder = testFolder("doctor");
  writeFileSync(join(folder, "password"), "right");
  const site = await makeSite({
    broker: { users: { gateway: "right", core: "core" }, extra: ["use_username_as_clientid true"] },
    listener: { username: "core", password: "core" },
    core: `username = "gateway"\npassword_file = "${folder}/password"`,
  });
  await site.untilStatus(({ cores }) => hasTaken(cores[0] ?? {}), "frames to be taken");
  await site.doctor();
  await site.doctor();
  const { cores, counters } = await site.status();
  expect(cores[0]).toMatchObject({ state: "connected", alarms: [] });
  expect(counters.coreClosed).toBeUndefined();
  expect(counters.coreConnected).toBe(1);
});
