/**
 * Programs of a real gateway that somebody far away asks for: with input, both outputs apart, and limits.
 *
 * A program runs in a process group of its own, and the whole group is ended with it: what it has started does not stay
 * behind, unless it has left the group on purpose (setsid), as a daemon does. Nothing of our environment is passed on, for secrets stand there.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Exec, ExecRequest, ExecResult } from "../ports.ts";

const NOT_STARTED = 127;
/** After its own end, for what others of its group still write. */
const OUTPUT_WAIT_MS = 500;
/** One that hangs in the kernel does not end when it is told to; it is left there. */
const END_WAIT_MS = 3_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export function openExec(): Exec {
  return { run };
}

function run(request: ExecRequest): Promise<ExecResult> {
  return new Promise((resolve) => {
    const [program = "", ...rest] = request.argv;
    let child: Child;
    try {
      child = spawn(program, rest, {
        env: { ...request.env },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
        shell: false,
        cwd: "/",
      });
    } catch {
      // Such as a NUL within an argument.
      resolve(notStarted());
      return;
    }
    follow(child, request, resolve);
  });
}

function follow(child: Child, request: ExecRequest, resolve: (result: ExecResult) => void): void {
  let ended: ExecResult["ended"];
  let isDone = false;
  let late: NodeJS.Timeout | undefined;
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];

  const end = (why: NonNullable<ExecResult["ended"]>): void => {
    if (ended !== undefined) return;
    ended = why;
    endGroup(child);
    late = setTimeout(() => finish(undefined), END_WAIT_MS);
  };
  const timer = setTimeout(() => end("timeout"), request.timeoutMs);
  const finish = (exitCode: number | undefined): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    clearTimeout(late);
    // Whoever of its group is left.
    endGroup(child);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    resolve({
      exitCode: ended === undefined ? exitCode : undefined,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr),
      ...(ended === undefined ? {} : { ended }),
    });
  };

  gather(child.stdout, stdout, request.outputOctetsMax, () => end("outputTooLong"));
  gather(child.stderr, stderr, request.outputOctetsMax, () => end("outputTooLong"));
  // A program need not read what it is given.
  child.stdin.on("error", () => undefined);
  child.stdin.end(request.stdin);
  child.on("error", () => {
    if (child.pid !== undefined) return;
    isDone = true;
    clearTimeout(timer);
    resolve(notStarted());
  });
  child.on("exit", (code) => {
    if (code === null) ended ??= "killed";
    // A grandchild may hold the pipes for ever.
    setTimeout(() => finish(code ?? undefined), OUTPUT_WAIT_MS);
  });
  child.on("close", (code) => finish(code ?? undefined));
}

function gather(stream: Readable, pieces: Buffer[], octetsMax: number, onFull: () => void): void {
  let left = octetsMax;
  stream.on("error", () => undefined);
  stream.on("data", (piece: Buffer) => {
    if (left > 0) pieces.push(piece.subarray(0, left));
    left -= piece.length;
    if (left < 0) onFull();
  });
}

function endGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

function notStarted(): ExecResult {
  return { exitCode: NOT_STARTED, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), ended: "notStarted" };
}
