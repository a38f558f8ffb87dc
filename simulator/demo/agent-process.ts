/**
 * An edge-agent as a user would start it: its own process, its own settings file, asked through its control socket.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";

/** A start on a busy machine. */
const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 3_000;

/** The settings of an agent that somebody else runs here are not for these. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("EDGE_AGENT_")),
);

export interface AgentProcessOptions {
  readonly name: string;
  /** Settings, journal, socket and log go here. */
  readonly directory: string;
  /** The edge-agent command's file. */
  readonly program: string;
  readonly coreUrl: string;
  readonly mqttVersion: 4 | 5;
  readonly gatewayEui: string;
  /** UDP port for its forwarder; the same after a restart. */
  readonly port: number;
}

/** What the demo reads of `edge-agent status --json`. */
export interface AgentGlance {
  readonly frames: number;
  readonly connected: boolean;
}

export interface AgentProcess {
  readonly name: string;
  readonly gatewayEui: string;
  readonly port: number;
  readonly running: boolean;
  /** Resolves when the agent says that it is ready. @throws when it ends instead, or was stopped. */
  start(): Promise<void>;
  /** SIGKILL: no word of farewell, nothing flushed. */
  kill(): Promise<void>;
  /** SIGTERM, and no start any more. */
  stop(): Promise<void>;
  /** undefined when it does not answer. */
  glance(): Promise<AgentGlance | undefined>;
}

export function createAgentProcess(options: AgentProcessOptions): AgentProcess {
  const { name, directory, gatewayEui } = options;
  const settingsPath = join(directory, "agent.toml");
  const socket = join(directory, "control.sock");
  let child: ChildProcess | undefined;
  let isStopped = false;

  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill(signal);
    const force = setTimeout(() => ending.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(force);
  };

  return {
    name,
    gatewayEui,
    port: options.port,
    get running() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    start: async () => {
      await mkdir(directory, { recursive: true });
      await writeFile(settingsPath, settingsOf(options, join(directory, "journal"), socket));
      if (isStopped) throw new Error(`${name} was stopped before it began`);
      // Run from sources, the agent needs the same loader as this process.
      const words = [...process.execArgv, options.program, "run", "--config", settingsPath];
      child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"], env: ENVIRONMENT });
      await untilReady(child, join(directory, "agent.log"), name);
    },
    kill: () => end("SIGKILL"),
    stop: () => {
      isStopped = true;
      return end("SIGTERM");
    },
    glance: () => glance(socket),
  };
}

function settingsOf(options: AgentProcessOptions, journal: string, socket: string): string {
  const text = (value: string): string => JSON.stringify(value);
  return `[gateway]
eui = ${text(options.gatewayEui)}
[forwarder]
listen = "127.0.0.1:${options.port}"
accept_eui = [${text(options.gatewayEui)}]
[journal]
path = ${text(journal)}
[control]
socket = ${text(socket)}
[web]
listen = ""
[[core]]
id = "main"
kind = "chirpstack-mqtt"
servers = [${text(options.coreUrl)}]
topic_prefix = "eu868"
mqtt_version = ${options.mqttVersion}
retry_max = "2s"
`;
}

/** Keeps the agent's log in a file, and looks for its word. */
function untilReady(child: ChildProcess, logPath: string, name: string): Promise<void> {
  const log = createWriteStream(logPath, { flags: "a" });
  return new Promise((resolve, reject) => {
    let tail = "";
    const give = (error?: Error): void => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => give(new Error(`${name} is not ready; see ${logPath}`)), READY_MS_MAX);
    child.stderr?.on("data", (chunk: Buffer) => {
      log.write(chunk);
      tail = (tail + chunk.toString("utf8")).slice(-4_096);
      if (tail.includes('"msg":"ready"')) give();
    });
    child.on("exit", (code, signal) => {
      log.end();
      give(new Error(`${name} ended (${signal ?? code}) before it was ready: ${tail.trim()}`));
    });
  });
}

function glance(socketPath: string): Promise<AgentGlance | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: "/status", timeout: 1_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(readGlance(text)));
    });
    asked.on("error", () => resolve(undefined));
    asked.on("timeout", () => asked.destroy());
    asked.end();
  });
}

function readGlance(text: string): AgentGlance | undefined {
  try {
    const { journal, cores } = JSON.parse(text) as {
      journal: { storedFrames: number; memoryFrames: number };
      cores: { state: string }[];
    };
    return {
      frames: journal.storedFrames + journal.memoryFrames,
      connected: cores.length > 0 && cores.every(({ state }) => state === "connected"),
    };
  } catch {
    return undefined;
  }
}
