/** A pair of real pseudo-terminals, joined by socat: what one side writes, the other reads. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { until } from "../../until.ts";

export interface PseudoTerminal {
  /** The end that the agent opens. */
  readonly path: string;
  /** From the device's end. */
  say(text: string): void;
  /** What the agent has written is given to this. */
  onHeard: (text: string) => void;
  /** Both ends vanish, as when a plug is pulled. */
  unplug(): Promise<void>;
}

export async function openPseudoTerminal(path?: string): Promise<PseudoTerminal> {
  const folder = mkdtempSync(join(tmpdir(), "pty-"));
  const ours = path ?? join(folder, "agent");
  const device = join(folder, "device");
  const socat = spawn("socat", [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${device}`], {
    stdio: "ignore",
  });
  await until(() => existsSync(ours) && existsSync(device));
  const descriptor = openSync(device, constants.O_RDWR | constants.O_NOCTTY);
  const stream = new ReadStream(descriptor);
  const terminal: PseudoTerminal = {
    path: ours,
    say: (text) => write(descriptor, text),
    onHeard: () => undefined,
    unplug: async () => {
      stream.destroy();
      await ended(socat);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // A terminal whose other end has gone says EIO: that is how it ends.
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => terminal.onHeard(chunk.toString("latin1")));
  return terminal;
}

/** What comes on a line that nobody reads is lost, once the kernel's buffers are full. */
function write(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, Buffer.from(text, "latin1"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exited;
}
