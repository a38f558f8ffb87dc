/**
 * Real processes: the built agent started as on a gateway, with a journal on a real disk, and a packet forwarder on a
 * real socket. No port is fixed: the agent takes a free one and says so in its log. Whatever a test starts ends with
 * it.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { AgentStatus } from "../../agent/control/answers.ts";
import { writePullData, writePushData, writeTxAck } from "../../agent/lorawan/gwmp.ts";
import { testFolder } from "../test-folder.ts";
import { until } from "../until.ts";
import { dataPhy } from "./agent-world.ts";

export const EUI = "7276ff0044010010";
const READY_MS_MAX = 20_000;

// ---------------------------------------------------------------------------------------- the gateway

export interface GatewayOptions {
  /** MQTT URLs of the only core, "main". */
  readonly servers: readonly string[];
  /** Lines of TOML by table, after those that every gateway has. */
  readonly tables?: Readonly<Record<string, string>>;
  /** Lines for the core. */
  readonly core?: string;
}

/** A gateway's files; any number of agents may be started on them, one after the other. */
export interface Gateway {
  readonly directory: string;
  readonly journal: string;
  readonly socket: string;
  readonly settingsPath: string;
  /** Writes the settings anew. */
  configure(options: GatewayOptions): void;
  /** Starts an agent; resolves when it is ready. */
  start(options?: StartOptions): Promise<RunningAgent>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the program, such as strace's. */
  readonly under?: readonly string[];
  /** The words that start it; absent: the built agent under this Node. */
  readonly program?: readonly string[];
  /** A slow machine's. */
  readonly readyMsMax?: number;
}

export function createGateway(options: GatewayOptions): Gateway {
  const directory = testFolder("edge-agent");
  const settingsPath = join(directory, "agent.toml");
  const journal = join(directory, "journal");
  const socket = join(directory, "control.sock");
  const configure = ({ servers, tables = {}, core = "" }: GatewayOptions): void => {
    const given: Record<string, string> = {
      forwarder: 'listen = "127.0.0.1:0"',
      journal: `path = "${journal}"`,
      control: `socket = "${socket}"`,
      // No port is fixed.
      web: tables.web === undefined ? 'listen = ""' : "",
    };
    const names = new Set([...Object.keys(given), ...Object.keys(tables)]);
    const sections = [...names].map((name) => `[${name}]\n${given[name] ?? ""}\n${tables[name] ?? ""}`);
    const text = `[[core]]\nservers = ${JSON.stringify(servers)}\nretry_max = "1s"\n${core}`;
    writeFileSync(settingsPath, `${[...sections, text].join("\n")}\n`);
  };
  configure(options);
  return {
    directory,
    journal,
    socket,
    settingsPath,
    configure,
    start: (start) => startAgent(["run", "--config", settingsPath], start),
  };
}

// ------------------------------------------------------------------------------------------ the agent

export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningAgent {
  readonly pid: number;
  /** Where forwarders reach it. */
  readonly port: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** The log's lines so far with this event. */
  said(event: string): LogLine[];
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and it is gone when this resolves. */
  kill(): Promise<void>;
  /** SIGTERM. @returns how it ended, and after how long. */
  stop(): Promise<Ended & { readonly tookMs: number }>;
}

/** @param words after the program's name. */
export async function startAgent(
  words: readonly string[],
  options: StartOptions = {},
): Promise<RunningAgent> {
  const started = options.program ?? [process.execPath, inject("builtAgent")];
  const [program, ...rest] = [...(options.under ?? []), ...started, ...words];
  const child = spawn(program!, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environment(), ...options.env },
  });
  const output = gather(child);
  let gone = false;
  // All that it said has been read by then; at its exit that is not sure.
  const ended = once(child, "close").then(([code, signal]) => {
    gone = true;
    return { code, signal } as Ended;
  });
  child.on("error", () => undefined);
  const said = (event: string): LogLine[] => linesOf(output.stderr()).filter(({ msg }) => msg === event);
  const isReady = (): boolean => said("ready").length > 0;
  await until(() => isReady() || gone, "the agent to be ready", options.readyMsMax ?? READY_MS_MAX).catch(
    (error) => {
      child.kill("SIGKILL");
      throw new Error(`${error.message}\n${output.stderr()}`);
    },
  );
  if (!isReady()) throw new Error(`the agent ended before it was ready:\n${output.stderr()}`);
  // Under strace the child is not the agent.
  const pid = said("ready")[0]!.pid as number;
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, name);
  };
  const kill = async (): Promise<void> => {
    signal("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  return {
    pid,
    port: Number(said("listening for packet forwarders")[0]!.port),
    ended,
    ...output,
    said,
    signal,
    kill,
    stop: async () => {
      const begunMs = performance.now();
      signal("SIGTERM");
      return { ...(await ended), tookMs: performance.now() - begunMs };
    },
  };
}

/** Nothing of the tester's own settings or language. */
function environment(): Record<string, string> {
  const { PATH = "", HOME = "/", TMPDIR } = process.env;
  return { PATH, HOME, LANG: "C", ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

function gather(child: ChildProcess): { stdout(): string; stderr(): string } {
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr!.on("data", (chunk) => {
    stderr += String(chunk);
  });
  return { stdout: () => stdout, stderr: () => stderr };
}

function linesOf(text: string): LogLine[] {
  // The last one may not be whole yet.
  return text
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as LogLine);
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ends by itself. */
export function runCommand(words: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inject("builtAgent"), ...words], {
    encoding: "utf8",
    timeout: READY_MS_MAX,
    killSignal: "SIGKILL",
    env: { ...environment(), ...env },
  });
  return { code: status, stdout, stderr };
}

/** @returns how many frames the running agent keeps for its cores. */
export function storedFrames(gateway: Pick<Gateway, "socket">): number {
  return statusOf(gateway).journal.storedFrames;
}

/** What the running agent says of itself. */
export function statusOf({ socket }: Pick<Gateway, "socket">): AgentStatus {
  return JSON.parse(runCommand(["status", "--json", "--socket", socket]).stdout);
}

// -------------------------------------------------------------------------------------- the forwarder

export interface Forwarder {
  /** Where the agent is; it is somewhere else after each start. */
  port: number;
  /** PHYPayloads (hex) whose PUSH_DATA was acknowledged. */
  readonly acked: Set<string>;
  /** PHYPayloads sent so far, in order. */
  readonly sent: string[];
  pullAcks: number;
  readonly pullResps: { readonly token: readonly [number, number]; readonly json: string }[];
  /** One PUSH_DATA with one data frame. @returns its PHYPayload, hex. */
  push(devAddr: string, fCnt: number): string;
  /** One PUSH_DATA with this body, which stands for the PHYPayload. */
  pushBody(body: string, phy: string): void;
  pull(): void;
  /** Answers the newest PULL_RESP. @param body absent: no error. */
  txAck(body?: string): void;
}

export async function openForwarder(port: number): Promise<Forwarder> {
  const up = createSocket("udp4");
  const down = createSocket("udp4");
  for (const socket of [up, down]) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    onTestFinished(() => new Promise((resolve) => socket.close(() => resolve())));
  }
  const waiting = new Map<number, string>();
  let token = 0;
  const nextToken = (): [number, number] => {
    token = (token + 1) % 65_536;
    return [token >> 8, token & 0xff];
  };
  const forwarder: Forwarder = {
    port,
    acked: new Set(),
    sent: [],
    pullAcks: 0,
    pullResps: [],
    push: (devAddr, fCnt) => {
      const phy = dataPhy(devAddr, fCnt);
      forwarder.pushBody(`{"rxpk":[${rxpkOf(phy)}]}`, phy);
      return phy;
    },
    pushBody: (body, phy) => {
      const bytes = writePushData(2, nextToken(), EUI, body);
      waiting.set(token, phy);
      forwarder.sent.push(phy);
      up.send(bytes, forwarder.port, "127.0.0.1");
    },
    pull: () => down.send(writePullData(2, nextToken(), EUI), forwarder.port, "127.0.0.1"),
    txAck: (body = "") => {
      const { token: answered } = forwarder.pullResps.at(-1)!;
      down.send(writeTxAck(2, answered, EUI, body), forwarder.port, "127.0.0.1");
    },
  };
  up.on("message", (bytes) => {
    const phy = waiting.get(bytes.readUInt16BE(1));
    if (bytes[3] === 1 && phy !== undefined) forwarder.acked.add(phy);
  });
  down.on("message", (bytes) => {
    if (bytes[3] === 4) forwarder.pullAcks += 1;
    if (bytes[3] === 3)
      forwarder.pullResps.push({ token: [bytes[1]!, bytes[2]!], json: bytes.toString("utf8", 4) });
  });
  return forwarder;
}

/** A concentrator that started with the kernel: its counter is CLOCK_MONOTONIC. */
export function rxpkOf(phy: string): string {
  const payload = Buffer.from(phy, "hex");
  const tmst = Number((process.hrtime.bigint() / 1_000n) % 2n ** 32n);
  return JSON.stringify({
    tmst,
    chan: 0,
    rfch: 0,
    freq: 868.1,
    stat: 1,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    rssi: -61,
    lsnr: 7.5,
    size: payload.length,
    data: payload.toString("base64"),
  });
}
