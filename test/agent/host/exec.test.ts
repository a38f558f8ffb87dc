/**
 * Goal: a program that somebody far away asks for gets its input and keeps within its limits, and nothing of it stays behind.
 * Method: real programs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sinon from "sinon";
import { describe, expect, onTestFinished, test } from "vitest";
import { openExec } from "../../../agent/host/exec.ts";
import type { ExecRequest } from "../../../agent/ports.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const { run } = openExec();
const request = (more: Partial<ExecRequest> & Pick<ExecRequest, "argv">): ExecRequest => ({
  stdin: Buffer.alloc(0),
  env: { PATH: "/usr/bin:/bin" },
  timeoutMs: 10_000,
  outputOctetsMax: 1_024,
  ...more,
});

function isRunning(pid: number): boolean {
  try {
    // A zombie has ended.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("a program", () => {
  test("reads its input, and both outputs come apart", async () => {
    const counted = await run(request({ argv: ["wc", "-w"], stdin: Buffer.from("foo bar test bar") }));
    expect(counted).toEqual({ exitCode: 0, stdout: Buffer.from("4\n"), stderr: Buffer.alloc(0) });
    const both = await run(request({ argv: ["sh", "-c", "echo foo; echo bar >&2; exit 3"] }));
    expect(both).toEqual({ exitCode: 3, stdout: Buffer.from("foo\n"), stderr: Buffer.from("bar\n") });
  });

  test("need not read it", async () => {
    const result = await run(request({ argv: ["true"], stdin: Buffer.alloc(1024 * 1024) }));
    expect(result.exitCode).toBe(0);
  });

  test("gets its arguments as they are: no shell reads them", async () => {
    const { stdout } = await run(request({ argv: ["printf", "%s|", "$HOME", "; rm -rf /", "`id`"] }));
    expect(stdout.toString()).toBe("$HOME|; rm -rf /|`id`|");
  });

  test("has no environment but the one it is given", async () => {
    process.env.EDGE_AGENT_CORE__0__PASSWORD = "secret";
    onTestFinished(() => {
      delete process.env.EDGE_AGENT_CORE__0__PASSWORD;
    });
    const { stdout } = await run(request({ argv: ["env"], env: { PATH: "/usr/bin:/bin", FOO: "bar" } }));
    expect(stdout.toString().trim().split("\n").sort()).toEqual(["FOO=bar", "PATH=/usr/bin:/bin"]);
  });

  test("that is not there, or cannot be, says so", async () => {
    for (const argv of [["/no/such/program"], ["/etc/passwd"], ["echo", "a\0b"]]) {
      expect(await run(request({ argv }))).toMatchObject({ exitCode: 127, ended: "notStarted" });
    }
  });

  test("that takes too long is ended, with what it has started and what that has written", async () => {
    const pidFile = join(testFolder("exec"), "pid");
    // A grandchild that ignores every polite word.
    const script = `echo begun; (trap '' TERM HUP INT; echo $BASHPID > ${pidFile}; exec sleep 600) & wait`;
    const timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => timers.restore());
    const running = run(request({ argv: ["bash", "--norc", "-c", script], timeoutMs: 60_000 }));
    const hasBegun = (): boolean => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n");
    while (!hasBegun()) await new Promise((resolve) => setImmediate(resolve));
    const pid = Number(readFileSync(pidFile, "utf8"));
    timers.tick(59_999);
    expect(isRunning(pid)).toBe(true);
    timers.tick(1);
    timers.restore();
    expect(await running).toEqual({
      exitCode: undefined,
      stdout: Buffer.from("begun\n"),
      stderr: Buffer.alloc(0),
      ended: "timeout",
    });
    await until(() => !isRunning(pid), "the grandchild has ended");
  });

  test("that leaves somebody behind with its outputs is not waited for", async () => {
    const pidFile = join(testFolder("exec"), "pid");
    const script = `(echo $BASHPID > ${pidFile}; exec sleep 600) & while [ ! -s ${pidFile} ]; do :; done; echo done`;
    const result = await run(request({ argv: ["bash", "--norc", "-c", script] }));
    expect(result).toMatchObject({ exitCode: 0, stdout: Buffer.from("done\n") });
    const pid = Number(readFileSync(pidFile, "utf8"));
    await until(() => !isRunning(pid), "whoever was left has ended");
  });

  test("that writes more than it may is ended, and what it may is there", async () => {
    for (const to of ["", " >&2"]) {
      const result = await run(request({ argv: ["sh", "-c", `yes${to}`] }));
      expect(result.ended).toBe("outputTooLong");
      expect(result.stdout.length + result.stderr.length).toBe(1_024);
    }
    const exactly = await run(request({ argv: ["head", "-c", "1024", "/dev/zero"] }));
    expect(exactly).toMatchObject({ exitCode: 0 });
    expect(exactly.stdout.length).toBe(1_024);
  });

  test("that somebody kills has no exit code", async () => {
    expect(await run(request({ argv: ["sh", "-c", "kill -9 $$"] }))).toMatchObject({
      exitCode: undefined,
      ended: "killed",
    });
  });

  test("does not run where the agent was started: that may be a folder somebody wants to remove", async () => {
    const { stdout } = await run(request({ argv: ["pwd"] }));
    expect(stdout.toString()).toBe("/\n");
    expect(execFileSync("pwd").toString()).not.toBe("/\n");
  });
});
