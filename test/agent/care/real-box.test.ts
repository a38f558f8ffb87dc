/**
 * The whole way on real processes: a forwarder that sends PULL_DATA, killed; an init script in a made-up root; the host's
 * own doors. Sixty seconds pass in one, so that four minutes are four seconds.
 */
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Care, startCare } from "../../../agent/care/care.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import type { ForwarderHelp } from "../../../agent/config/profile-defaults.ts";
import { openBox } from "../../../agent/host/box.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openCommands } from "../../../agent/host/commands.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openGauges } from "../../../agent/host/gauges.ts";
import type { Clock } from "../../../agent/ports.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";
import { until } from "../../until.ts";

const SPEED = 60;
/** Three arguments: the port, the period, and what it says. */
const FORWARDER = `
const [port, periodMs, words] = process.argv.slice(2);
const socket = require("node:dgram").createSocket("udp4");
setInterval(() => socket.send(words, Number(port), "127.0.0.1"), Number(periodMs));
`;

let root = "";
const leftOpen: (() => void | Promise<void>)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "care-"));
});
afterEach(async () => {
  for (const close of leftOpen.splice(0).reverse()) await close();
  // The script that was killed may still be writing.
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

function hurried(): Clock {
  const clock = openClock();
  return {
    ...clock,
    monotonicMs: () => clock.monotonicMs() * SPEED,
    after: (delayMs, run) => clock.after(delayMs / SPEED, run),
    sleep: (delayMs, signal) => clock.sleep(delayMs / SPEED, signal),
  };
}

/** The box has this machine's processes: its forwarder has a name that no other test's has. */
const programName = (): string => `lorafwd-${basename(root)}`;

function help(): ForwarderHelp {
  return {
    restart: ["/etc/init.d/lorafwd", "restart"],
    status: ["systemctl", "is-active", "lorafwd"],
    process: programName(),
    isSure: true,
  };
}

/** A box with its forwarder, started by its own script; and the care for it. */
async function makeBox(supervisorSays: string) {
  const socket = createSocket("udp4");
  const heardMs: number[] = [];
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  leftOpen.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  const clock = hurried();
  // The port may have been somebody's before, to whom others still send.
  socket.on("message", (words) => {
    if (String(words) === programName()) heardMs.push(clock.monotonicMs());
  });
  const pid = join(root, "lorafwd.pid");
  put("/usr/lib/forwarder.cjs", FORWARDER);
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  symlinkSync(process.execPath, join(root, "usr/bin", programName()));
  symlinkSync("/proc", join(root, "proc"));
  put("/usr/bin/systemctl", `#!/bin/sh\necho "$@" >>${root}/asked\necho ${supervisorSays}\n`, 0o755);
  put(
    "/etc/init.d/lorafwd",
    `#!/bin/sh
echo "$1" >>${root}/told
[ ! -f ${pid} ] || kill "$(cat ${pid})" 2>/dev/null
${root}/usr/bin/${programName()} ${root}/usr/lib/forwarder.cjs ${socket.address().port} 100 ${programName()} >/dev/null 2>&1 &
echo $! >${pid}
`,
    0o755,
  );
  const kill = (): void => void process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
  leftOpen.push(() => {
    try {
      kill();
    } catch {
      // It has been ended already.
    }
  });
  spawnSync(join(root, "etc/init.d/lorafwd"), ["start"]);
  const loaded = loadSettings({
    tomlText: '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n',
    path: "",
    env: {},
  });
  if (!loaded.ok) throw new Error("wrong settings");
  const notes = new Map<string, string>();
  const log = createWorldLog();
  const care: Care = startCare({
    clock,
    log,
    files: openFiles(),
    commands: openCommands(root),
    box: openBox(root),
    gauges: openGauges(root),
    settings: () => loaded.settings,
    profile: { name: "made up", how: "set", candidates: [], forwarder: help() },
    notes: { get: (name) => notes.get(name), set: (name, value) => void notes.set(name, value) },
    historyKnown: () => true,
    clockTrusted: () => true,
    heard: () =>
      heardMs.length === 0
        ? []
        : [
            {
              pullSource: { host: "127.0.0.1", port: 1 },
              pullPeriodMs: 100 * SPEED,
              pullDataAgeMs: clock.monotonicMs() - heardMs.at(-1)!,
              pushDataAgeMs: undefined,
            },
          ],
    hearsItself: async () => true,
    isMaintained: () => false,
    commitNow: () => undefined,
  });
  leftOpen.push(() => care.stop());
  const read = (name: string): string =>
    existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : "";
  const told = (wanted: string): Promise<void> =>
    until(
      () => read("told").startsWith(wanted),
      () => `${JSON.stringify(wanted)}: ${JSON.stringify([read("told"), care.view(), log.lines])}`,
      // What was refused is tried again after ten minutes, which are ten seconds here.
      60_000,
    );
  // Its process has been seen: that is noted.
  await until(() => notes.get("health.care.heard")?.includes('"seen":true') === true);
  return { care, kill, heardMs, read, told };
}

test("a forwarder that is killed is started again by the init script, once, and speaks", async () => {
  const { care, kill, heardMs, read, told } = await makeBox("failed");
  kill();
  const silentFrom = heardMs.length;
  await told("start\nrestart\n");
  await until(() => heardMs.length > silentFrom + 10);
  await until(() => care.view().forwarder.state === "well");
  expect(care.view().forwarder.restarts).toEqual([expect.objectContaining({ by: "care" })]);
  expect(read("asked")).toBe("is-active lorafwd\n");
  expect(existsSync(join(root, "var/run/edge-agent-setup.pid"))).toBe(false);
}, 120_000);

test("one that somebody has stopped is left stopped", async () => {
  const { care, kill, read } = await makeBox("inactive");
  kill();
  await until(() => care.view().forwarder.refused === "stopped");
  expect(read("told")).toBe("start\n");
}, 120_000);

test("while setup has its claim nothing is restarted; after it, it is", async () => {
  const { care, kill, read, told } = await makeBox("failed");
  // Process 1 always runs.
  put("/var/run/edge-agent-setup.pid", "1\n");
  kill();
  await until(() => care.view().forwarder.refused === "setup");
  expect(read("told")).toBe("start\n");
  rmSync(join(root, "var/run/edge-agent-setup.pid"));
  await told("start\nrestart\n");
  // Else its script would still be writing into a folder that goes.
  await until(() => care.view().forwarder.state === "well");
}, 120_000);
