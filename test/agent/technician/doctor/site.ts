/**
 * A gateway with everything on it, for the doctor: a made-up box (files, processes), the built agent as a real process, a
 * packet forwarder on a real socket, a real Mosquitto and somebody who listens there. All is healthy unless an option says
 * otherwise; whatever is broken is really broken.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import mqtt from "mqtt";
import { inject, onTestFinished } from "vitest";
import type { AgentStatus } from "../../../../agent/control/answers.ts";
import { openBox } from "../../../../agent/host/box.ts";
import { openClock } from "../../../../agent/host/clock.ts";
import { openCommands } from "../../../../agent/host/commands.ts";
import { openControlDoor } from "../../../../agent/host/control.ts";
import { openFiles } from "../../../../agent/host/files.ts";
import { openMqtt } from "../../../../agent/host/mqtt.ts";
import { openReach } from "../../../../agent/host/reach.ts";
import { openRng } from "../../../../agent/host/rng.ts";
import { openUdp } from "../../../../agent/host/udp.ts";
import { runDoctor } from "../../../../agent/technician/doctor/doctor.ts";
import { type SaidCheck, type SaidReport, sayReport } from "../../../../agent/technician/doctor/show.ts";
import { makeText } from "../../../../agent/text/text.ts";
import { freePort } from "../../../free-port.ts";
import { type Mosquitto, type MosquittoOptions, startMosquitto } from "../../../mosquitto.ts";
import { FOLDER, keros5 } from "../../profile/boxes.ts";
import { EUI, type Forwarder, openForwarder, type RunningAgent, startAgent } from "../../run-rig.ts";

export { EUI };
export const PROFILE = "kerlink-istation-keros5";
export const PREFIX = "eu868";
const PULL_EVERY_MS = 300;
const DOCTOR_MS_MAX = 40_000;

export interface SiteOptions {
  /** The path of its folder, to which six letters of chance are added. */
  readonly folder?: string;
  /** Where its forwarder's settings point. */
  readonly server?: { readonly host?: string; readonly uplink?: number; readonly downlink?: number };
  /** Files of the box that are different; undefined: not there. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** The forwarder's process. */
  readonly process?: boolean;
  /** What the forwarder really does. */
  readonly speaks?: boolean;
  readonly hears?: boolean;
  readonly agentRuns?: boolean;
  /** Lines for [gateway], [forwarder] …; and for the core. */
  readonly tables?: Readonly<Record<string, string>>;
  readonly core?: string;
  readonly journal?: string;
  /** Of the core; absent: the broker. */
  readonly servers?: readonly string[];
  readonly broker?: MosquittoOptions | "none";
  /** The prefix under which a core listens; undefined: nobody does. */
  readonly listens?: string | undefined;
  readonly listener?: mqtt.IClientOptions;
  /** Words before every program: into another network namespace. */
  readonly under?: readonly string[];
  /** The whole settings file, instead of one that is made of the above. */
  readonly settingsText?: string;
  /** Where the agent listens; absent: the loopback. */
  readonly listenHost?: string;
  /** The agent's environment; a technician's shell has none of it. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Site {
  readonly root: string;
  readonly settingsPath: string;
  readonly socket: string;
  readonly port: number;
  readonly broker: Mosquitto | undefined;
  readonly agent: RunningAgent | undefined;
  readonly forwarder: Forwarder | undefined;
  status(): Promise<AgentStatus>;
  /** Waits until the agent says so. */
  untilStatus(holds: (status: AgentStatus) => boolean, what: string): Promise<void>;
  /** Stops the forwarder's heartbeat. */
  silence(): void;
  /** @param settingsPath another file than the agent's. */
  doctor(words?: readonly string[], settingsPath?: string): Promise<Diagnosis>;
  /** @param under words before the program, such as those that make it another user's. */
  doctorUnder(under: readonly string[]): Promise<Diagnosis>;
  /** In this process, with a clock that says so: the kernel's own is everybody's. */
  doctorAt(wallMs: number): Promise<Diagnosis>;
}

export interface Diagnosis extends SaidReport {
  readonly exitCode: number | null;
  readonly stderr: string;
  with(verdict: SaidCheck["verdict"]): string[];
}

/** A concentrator as a Kerlink iStation's lorad.json has it, with the eight channels usual in EU868. */
export const RADIO = {
  SX1301_conf: {
    lorawan_public: true,
    antenna_gain: 3,
    insertion_loss: 0.5,
    radio_0: { enable: true, freq: 867_500_000, tx_enable: true },
    radio_1: { enable: true, freq: 868_500_000, tx_enable: false },
    ...Object.fromEntries(
      [-400_000, -200_000, 0].map((offset, at) => [
        `chan_multiSF_${at}`,
        { enable: true, radio: 1, if: offset },
      ]),
    ),
    ...Object.fromEntries(
      [-400_000, -200_000, 0, 200_000, 400_000].map((offset, at) => [
        `chan_multiSF_${at + 3}`,
        { enable: true, radio: 0, if: offset },
      ]),
    ),
  },
};

export async function makeSite(options: SiteOptions = {}): Promise<Site> {
  const root = mkdtempSync(options.folder ?? join(tmpdir(), "site-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const port = await freePort();
  const broker = options.broker === "none" ? undefined : await startMosquitto(options.broker ?? {});
  if (broker !== undefined) onTestFinished(() => broker.stop());
  const listens = "listens" in options ? options.listens : PREFIX;
  if (broker !== undefined && listens !== undefined) await listen(broker.url, listens, options.listener);

  writeBox(root, port, options);
  const socket = join(root, "control.sock");
  const settingsPath = join(root, "agent.toml");
  const servers = options.servers ?? [broker?.url ?? "mqtt://127.0.0.1:9"];
  writeFileSync(settingsPath, options.settingsText ?? settingsText({ root, socket, port, servers }, options));

  const start = {
    ...(options.under === undefined ? {} : { under: options.under }),
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  const agent =
    options.agentRuns === false ? undefined : await startAgent(["run", "--config", settingsPath], start);
  const heart = agent === undefined || options.speaks === false ? undefined : await speak(port, options);

  const status = async (): Promise<AgentStatus> => {
    const answer = await openControlDoor().ask(socket, { method: "GET", path: "/status", body: undefined });
    return answer.body as AgentStatus;
  };
  const site: Site = {
    root,
    settingsPath,
    socket,
    port,
    broker,
    agent,
    forwarder: heart?.forwarder,
    status,
    untilStatus: async (holds, what) => {
      const untilMs = Date.now() + 25_000;
      for (;;) {
        const now = await status();
        if (holds(now)) return;
        if (Date.now() > untilMs)
          throw new Error(`waited in vain for ${what}: ${JSON.stringify(now, null, 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    silence: () => heart?.stop(),
    doctorAt: (wallMs) => runDoctorHere(site, wallMs),
    doctor: (words = [], path = settingsPath) =>
      runDoctorProcess(["--config", path, "--root", root, ...words], options.under ?? []),
    doctorUnder: (under) => runDoctorProcess(["--config", settingsPath, "--root", root], under),
  };
  if (heart !== undefined)
    await site.untilStatus(
      ({ forwarders }) => forwarders.some(({ alive }) => alive),
      "the forwarder to be heard",
    );
  return site;
}

// ----------------------------------------------------------------------------------------------- the box

function writeBox(
  root: string,
  port: number,
  { server = {}, files = {}, process: runs = true }: SiteOptions,
): void {
  const { host = "127.0.0.1", uplink = port, downlink = port } = server;
  const tree: Record<string, string | undefined> = {
    ...keros5("wiis"),
    "/etc/lorafwd.toml": `[ gateway ]\n#id = 0\n[ gwmp ]\nnode = "${host}"\nservice.uplink = ${uplink}\nservice.downlink = ${downlink}\nperiod.heartbeat = 10\nperiod.statistics = 30\n`,
    "/etc/lorad/lorad.json": JSON.stringify(RADIO),
    "/proc/net/route": `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n`,
    "/sys/class/net/eth0/operstate": "up\n",
    ...(runs ? { "/proc/100/cmdline": "/usr/bin/lorafwd\0/etc/lorafwd.toml\0" } : {}),
    ...files,
  };
  for (const [path, text] of Object.entries(tree)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text.replaceAll("7076FF0039040123", EUI.toUpperCase()), "latin1");
  }
  // Not made up: those of the network namespace.
  if ("/proc/net/route" in files) {
    mkdirSync(join(root, "proc"), { recursive: true });
    symlinkSync("/proc/net", join(root, "proc/net"));
    mkdirSync(join(root, "sys/class"), { recursive: true });
    symlinkSync("/sys/class/net", join(root, "sys/class/net"));
  }
  // The packet filter is this machine's own, or its namespace's.
  mkdirSync(join(root, "usr/sbin"), { recursive: true });
  writeFileSync(join(root, "usr/sbin/iptables"), '#!/bin/sh\nexec /usr/sbin/iptables "$@"\n', {
    mode: 0o755,
  });
}

function settingsText(
  at: {
    readonly root: string;
    readonly socket: string;
    readonly port: number;
    readonly servers: readonly string[];
  },
  { tables = {}, core = "", journal, listenHost = "127.0.0.1" }: SiteOptions,
): string {
  const given: Record<string, string> = {
    gateway: `profile = "${PROFILE}"`,
    forwarder: `listen = "${listenHost}:${at.port}"`,
    journal: `path = "${journal ?? join(at.root, "journal")}"\ncommit_interval = "80ms"`,
    control: `socket = "${at.socket}"`,
    clock: 'probe_file = "/proc/uptime"',
    web: 'listen = ""',
    antenna: 'gain = "3dBi"\ncable_loss = "0.5dB"',
    system: "voltages_command = []",
    gnss: 'port = ""',
    modem: 'port = ""\nmanager = "none"',
  };
  const eui = tables.gateway?.includes("eui") ? "" : `eui = "${EUI}"`;
  const names = new Set([...Object.keys(given), ...Object.keys(tables)]);
  const sections = [...names].map((name) => {
    const own = tables[name] ?? "";
    const lines = (given[name] ?? "").split("\n").filter((line) => !own.includes(line.split(" = ")[0] ?? ""));
    return [`[${name}]`, ...lines, ...(name === "gateway" ? [eui] : []), own].join("\n");
  });
  const prefix = /topic_prefix|gwmp/.test(core) ? "" : `topic_prefix = "${PREFIX}"\n`;
  return `${sections.join("\n")}\n[[core]]\nservers = ${JSON.stringify(at.servers)}\nretry_max = "1s"\n${prefix}${core}\n`;
}

/** As ChirpStack 4 does. */
async function listen(url: string, prefix: string, options: mqtt.IClientOptions = {}): Promise<void> {
  const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 50, ...options });
  client.on("error", () => undefined);
  onTestFinished(() => client.endAsync(true));
  await client.subscribeAsync(`${prefix === "" ? "" : `${prefix}/`}gateway/+/event/+`, { qos: 1 });
}

// ----------------------------------------------------------------------------------------- the forwarder

async function speak(port: number, { under, hears = true }: SiteOptions) {
  if (under !== undefined) return speakElsewhere(port, under);
  const forwarder = await openForwarder(port);
  let fCnt = 0;
  const beat = (): void => {
    forwarder.pull();
    if (hears) forwarder.push("26011bda", fCnt++);
  };
  const timer = setInterval(beat, PULL_EVERY_MS);
  const stop = (): void => clearInterval(timer);
  onTestFinished(stop);
  beat();
  return { forwarder, stop };
}

/** In another network namespace: PULL_DATA alone. */
function speakElsewhere(port: number, under: readonly string[]) {
  const program = `const s = require("dgram").createSocket("udp4");
    setInterval(() => s.send(Buffer.from("02000102${EUI}", "hex"), ${port}, "127.0.0.1"), ${PULL_EVERY_MS});`;
  const [word, ...rest] = [...under, process.execPath, "-e", program];
  const child = spawn(word!, rest, { stdio: "ignore" });
  const stop = (): void => void child.kill("SIGKILL");
  onTestFinished(stop);
  return { forwarder: undefined, stop };
}

// -------------------------------------------------------------------------------------------- the doctor

async function runDoctorProcess(words: readonly string[], under: readonly string[]): Promise<Diagnosis> {
  const doctor = [process.execPath, inject("builtAgent"), "doctor", "--json", "--lang", "en"];
  const [program, ...rest] = [...under, ...doctor, ...words];
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(program!, rest, {
    env: { PATH, HOME, LANG: "C" },
    timeout: DOCTOR_MS_MAX,
    killSignal: "SIGKILL",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  if (stdout === "") throw new Error(`the doctor said nothing (${exitCode}):\n${stderr}`);
  return diagnosis(JSON.parse(stdout) as SaidReport, exitCode, stderr);
}

async function runDoctorHere(site: Site, wallMs: number): Promise<Diagnosis> {
  const clock = openClock();
  const report = await runDoctor({
    files: openFiles(),
    box: openBox(site.root),
    commands: openCommands(site.root),
    control: openControlDoor(),
    clock: { ...clock, wallMs: () => wallMs },
    rng: openRng(),
    mqtt: openMqtt(clock),
    udp: openUdp(() => undefined),
    reach: openReach(),
    env: {},
    folder: FOLDER,
    settingsPath: site.settingsPath,
    version: "test",
    builtWallMs: Date.now(),
  });
  return diagnosis(sayReport(report, makeText("en")), report.firstBroken === undefined ? 0 : 1, "");
}

function diagnosis(report: SaidReport, exitCode: number | null, stderr: string): Diagnosis {
  const idsWith: Diagnosis["with"] = (verdict) =>
    report.checks.filter((check) => check.verdict === verdict).map(({ id }) => id);
  return { ...report, exitCode, stderr, with: idsWith };
}

/** Of a core; a machine under load makes replays of what it was too slow for, and then the device's live frames wait. */
export function hasTaken({
  courier,
}: AgentStatus["cores"][number] | { readonly courier?: undefined }): boolean {
  return courier !== undefined && courier.carriedLive + courier.replayed > 1;
}

// ------------------------------------------------------------------------------------ another namespace

/** A network namespace of its own, with its loopback up; needs root, as a firewall does. @returns words to enter it. */
export function makeNamespace(...commands: readonly string[]): readonly string[] {
  const name = `doctor-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const run = (line: string): void => {
    const [program, ...rest] = line.split(" ");
    execFileSync(program!, rest, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
  };
  try {
    run(`ip netns add ${name}`);
  } catch (error) {
    throw new Error(`this test makes a network namespace: run it as root\n${(error as Error).message}`);
  }
  onTestFinished(() => run(`ip netns delete ${name}`));
  for (const command of ["ip link set lo up", ...commands]) run(`ip netns exec ${name} ${command}`);
  return ["ip", "netns", "exec", name];
}
