/**
 * Goal: an agent without rights has its forwarder restarted by root's own supervisor, and only for a fresh wish, and only
 * where nobody has stopped it.
 * Method: the packaged lines for monit and the packaged helper, run by a real monit that looks each second; a forwarder
 * that only sleeps. Paths are those of a made-up folder.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openRestartWay } from "../../../agent/care/restart-way.ts";
import { openCommands } from "../../../agent/host/commands.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const PACKAGING = join(import.meta.dirname, "../../../agent/packaging");

function put(path: string, text: string, mode: number): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

test("monit restarts the forwarder for a wish, not for an old one, and not when somebody has stopped it", async () => {
  const root = mkdtempSync(join(tmpdir(), "wish-"));
  const [rc, pid, wish, helper] = ["monitrc", "lorafwd.pid", "forwarder-restart", "restart-forwarder"].map(
    (name) => join(root, name),
  ) as [string, string, string, string];
  const monit = (...words: string[]): string => {
    try {
      return execFileSync("monit", ["-c", rc, ...words], { encoding: "utf8" });
    } catch (error) {
      return String((error as { stdout?: string }).stdout);
    }
  };
  put(
    join(root, "lorafwd"),
    `#!/bin/sh\ncase $1 in\nstop) kill "$(cat ${pid})" ;;\n*) sleep 600 & echo $! >${pid} ;;\nesac\n`,
    0o755,
  );
  const helperText = readFileSync(join(PACKAGING, "scripts/restart-forwarder"), "utf8");
  // This machine may have systemd; KerOS 5 has none. And its monit has a control file of its own.
  put(
    helper,
    helperText
      .replace("/run/systemd/system", join(root, "none"))
      .replace("/var/run/edge-agent-forwarder-restarted", join(root, "restarted"))
      .replaceAll(/\bmonit (?=summary|restart)/g, `monit -c ${rc} `),
    0o755,
  );
  const packaged = readFileSync(join(PACKAGING, "keros/monit"), "utf8");
  const lines = packaged
    .slice(packaged.indexOf("check file edge-agent-wish"))
    .replaceAll("/var/run/edge-agent/forwarder-restart", wish)
    .replaceAll("/user/edge-agent/current/restart-forwarder", helper);
  put(
    rc,
    `set daemon 1
set log ${root}/log
set pidfile ${root}/monit.pid
set statefile ${root}/state
set idfile ${root}/id
set httpd unixsocket ${root}/sock
  allow root:x
check process lorafwd with pidfile ${pid}
  start program = "${root}/lorafwd start"
  stop program = "${root}/lorafwd stop"
${lines}
`,
    0o600,
  );
  put(wish, "", 0o644);
  const daemon = spawn("monit", ["-c", rc, "-I"], { stdio: "ignore" });
  onTestFinished(async () => {
    if (daemon.exitCode === null) {
      const ended = new Promise((resolve) => daemon.once("exit", resolve));
      daemon.kill();
      await ended;
    }
    try {
      process.kill(Number(readFileSync(pid, "utf8")));
    } catch {
      // It has been stopped.
    }
    rmSync(root, { recursive: true, force: true });
  });
  const running = (): string => {
    try {
      return readFileSync(pid, "utf8").trim();
    } catch {
      return "";
    }
  };
  const watched = (): boolean => /lorafwd.*(OK|Running)/i.test(monit("summary", "-B"));
  await until(() => running() !== "" && watched());
  // monit has seen the file as it is.
  await until(() => /edge-agent-wish.*(OK|Accessible)/i.test(monit("summary", "-B")));
  await new Promise((resolve) => setTimeout(resolve, 2_500));

  const way = (wallMs: () => number) =>
    openRestartWay({
      commands: openCommands(join(root, "nothing")),
      files: openFiles(),
      box: undefined,
      help: { restart: ["monit", "restart", "lorafwd"], isSure: true },
      ownCommand: [],
      requestPath: wish,
      wallMs,
    });
  const first = running();
  expect(await way(Date.now).restart(() => undefined)).toEqual({ ok: true, asked: true });
  await until(() => running() !== first && running() !== "");
  await until(watched);

  const second = running();
  utimesSync(join(root, "restarted"), 0, 0);
  utimesSync(wish, Date.now() / 1e3 - 600, Date.now() / 1e3 - 600);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(running()).toBe(second);

  monit("stop", "lorafwd");
  await until(() => /lorafwd.*not monitored/i.test(monit("summary", "-B")));
  const stoppedMs = statSync(pid).mtimeMs;
  expect((await way(Date.now).restart(() => undefined)).ok).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(statSync(pid).mtimeMs).toBe(stoppedMs);
}, 120_000);

describe("what root runs", () => {
  function openHelper(): { readonly root: string; readonly wish: string; restarts(): number } {
    const root = testFolder("helper");
    put(join(root, "monit"), `#!/bin/sh\n[ "$1" = restart ] && echo "$2" >>${root}/restarts\n`, 0o755);
    const text = readFileSync(join(PACKAGING, "scripts/restart-forwarder"), "utf8")
      .replace("/run/systemd/system", join(root, "none"))
      .replace("/var/run/edge-agent-forwarder-restarted", join(root, "restarted"));
    put(join(root, "helper"), text, 0o755);
    const wish = join(root, "wish");
    const env = { PATH: `${root}:${process.env.PATH}` };
    return {
      root,
      wish,
      restarts: () => {
        execFileSync(join(root, "helper"), [wish], { env, timeout: 20_000 });
        try {
          return readFileSync(join(root, "restarts"), "utf8").split("\n").length - 1;
        } catch {
          return 0;
        }
      },
    };
  }

  test("restarts for a fresh wish, whatever is written in it, and not again at once", () => {
    const { root, wish, restarts } = openHelper();
    writeFileSync(wish, `$(touch ${root}/owned) ; \`touch ${root}/owned\`\n${"9".repeat(100_000)}`);
    expect(restarts()).toBe(1);
    expect(restarts()).toBe(1);
    utimesSync(join(root, "restarted"), Date.now() / 1e3 - 31, Date.now() / 1e3 - 31);
    expect(restarts()).toBe(2);
    expect(() => statSync(join(root, "owned"))).toThrow();
  });

  test.each([
    ["nothing", () => undefined],
    ["an empty file", (wish: string) => writeFileSync(wish, "")],
    ["a link to a fresh file", linked((target) => writeFileSync(target, "1"))],
    ["a link to what never ends", (wish: string) => symlinkSync("/dev/zero", wish)],
    ["a fifo that nobody writes to", (wish: string) => execFileSync("mkfifo", [wish])],
    ["a folder", (wish: string) => mkdirSync(wish)],
  ])("does nothing, and does not wait, for %s", (_what, make) => {
    const { wish, restarts } = openHelper();
    make(wish);
    expect(restarts()).toBe(0);
  });

  function linked(make: (target: string) => void): (wish: string) => void {
    return (wish) => {
      make(`${wish}-target`);
      symlinkSync(`${wish}-target`, wish);
    };
  }
});
