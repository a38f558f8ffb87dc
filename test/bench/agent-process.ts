/** The agent as it is installed: bundled, started by its launcher with the V8 flags that it ships with. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentStatus } from "../../agent/control/answers.ts";
import { openControlDoor } from "../../agent/host/control.ts";
import { freePort } from "../free-port.ts";
import { end, newDirectory, start } from "./children.ts";

const BUNDLE = new URL("../../agent/packaging/bundle.mjs", import.meta.url);
const PROBE_EVERY_MS = 2;
const START_MS_MAX = 20_000;

/** @returns the directory of a fresh bundle. */
export function bundleAgent(): string {
  const directory = newDirectory();
  execFileSync(process.execPath, [BUNDLE.pathname, directory], { stdio: ["ignore", "ignore", "inherit"] });
  return directory;
}

export interface AgentOptions {
  readonly bundle: string;
  /** Where MQTT is looked for on 127.0.0.1; a port where nobody listens: the core is down. */
  readonly corePort: number;
  readonly commitInterval: string;
  /** Where its local page listens; absent: nowhere. */
  readonly page?: string;
  /** More lines of the core's TOML, and tables of the settings behind it. */
  readonly more?: string;
  /** The agent's directory; absent: a new one. */
  readonly directory?: string;
}

export interface RunningAgent {
  readonly pid: number;
  readonly port: number;
  /** From its start to the first PULL_ACK. */
  readonly startMs: number;
  /** Costs the agent something: not within what is measured. */
  status(): Promise<AgentStatus>;
  stop(): Promise<void>;
}

export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const directory = options.directory ?? newDirectory();
  const port = await freePort();
  const config = join(directory, "agent.toml");
  const socket = join(directory, "control.sock");
  writeFileSync(config, settings(options, port, join(directory, "journal"), socket));
  const fromMs = performance.now();
  const child = start(join(options.bundle, "edge-agent"), ["run", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NODE: process.execPath },
  });
  let log = "";
  child.stderr!.on("data", (bytes) => {
    log = (log + String(bytes)).slice(-16_384);
  });
  await firstPullAck(port, child).catch((error: Error) => {
    throw new Error(`${error.message}:\n${log}`);
  });
  const startMs = performance.now() - fromMs;
  return {
    pid: child.pid!,
    port,
    startMs,
    status: async () =>
      (await openControlDoor().ask(socket, { method: "GET", path: "/status", body: undefined }))
        .body as AgentStatus,
    stop: () => end(child),
  };
}

function settings(options: AgentOptions, port: number, journal: string, socket: string): string {
  return `
[forwarder]
listen = "127.0.0.1:${port}"
[journal]
path = "${journal}"
commit_interval = "${options.commitInterval}"
[control]
socket = "${socket}"
[web]
listen = "${options.page ?? ""}"
[[core]]
id = "main"
kind = "chirpstack-mqtt"
servers = ["mqtt://127.0.0.1:${options.corePort}"]
topic_prefix = "eu868"
${options.more ?? ""}
`;
}

/** Asks until it is answered. */
async function firstPullAck(port: number, child: ChildProcess): Promise<void> {
  const pullData = Buffer.from("020102027076ff0056010203", "hex");
  const socket = createSocket("udp4");
  const probe = setInterval(() => socket.send(pullData, port, "127.0.0.1"), PROBE_EVERY_MS);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("message", () => resolve());
      child.once("exit", () => reject(new Error("the agent ended at once")));
      timer = setTimeout(() => reject(new Error("the agent did not start")), START_MS_MAX);
    });
  } finally {
    clearInterval(probe);
    clearTimeout(timer);
    socket.close();
  }
}
