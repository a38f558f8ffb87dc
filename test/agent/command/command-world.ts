/**
 * A core that commands a whole agent in the simulated world: it sends envelopes as an operator's program would, hears the
 * replies, and may have settings changed in a file that outlives restarts. A supervisor is there where a test wants one.
 */
import type { SettingsFile } from "../../../agent/command/settings-file.ts";
import { resumeTrial, rollBack, type TrialFiles } from "../../../agent/command/trial.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import type { Settings } from "../../../agent/config/settings.ts";
import { sha256 } from "../../../agent/host/digest.ts";
import type { ExecRequest, ExecResult } from "../../../agent/ports.ts";
import { WorldLineFiles } from "../../../simulator/world/line-files.ts";
import { type AgentWorld, EUI, openAgentWorld, type WorldForwarder } from "../agent-world.ts";
import { type MemoryFiles, memoryFiles } from "../config/memory-files.ts";
// Loaded before any world begins: in a world nothing waits for the machine's disk.
import "../../../agent/command/open-desks.ts";
import "../../../agent/control/journal-desk.ts";

export const SETTINGS_PATH = "/etc/edge-agent/agent.toml";
export const AUDIT_PATH = "/journal-commands.jsonl";
const OWN = `eu868/edge/${EUI}/`;

export interface ReplyDocument {
  readonly id: string;
  readonly command: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly part?: number;
  readonly last?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a reply of any command
  readonly result?: any;
  readonly gateway: {
    readonly at?: string;
    readonly clock: string;
    readonly bootId: string;
    readonly uptimeS: number;
  };
}

export interface CommandWorld extends AgentWorld {
  readonly replies: ReplyDocument[];
  readonly files: MemoryFiles;
  readonly lineFiles: WorldLineFiles;
  readonly execs: ExecRequest[];
  /** What the agent has run by itself. */
  readonly programs: (readonly string[])[];
  /** Why the agent wanted to end, each time. */
  readonly restarts: string[];
  readonly heardForwarder: WorldForwarder;
  /** Sends a command of the core main, good for a minute, and lets it be done. @returns its last reply. */
  send(name: string, given?: object, envelope?: object): Promise<ReplyDocument | undefined>;
  /** The same, as octets. */
  publish(
    name: string,
    payload: string | Buffer,
    options?: { readonly retain?: boolean; readonly coreId?: string },
  ): Promise<void>;
  /** The audit log once all is written. */
  audit(): Promise<Record<string, string>[]>;
  /** What the supervisor does when the process has ended: as run.ts, from the file. */
  startFromFile(): Promise<void>;
  settingsText(): string;
  /** The forwarder lives, and time passes. */
  pass(ms: number): Promise<void>;
  nextId(): string;
}

export interface CommandWorldOptions {
  readonly supervised?: boolean;
  readonly commands?: string;
  readonly core?: string;
  readonly tables?: string;
  /** "": nothing tells whether the clock is right. */
  readonly probeFile?: string;
  readonly exec?: (request: ExecRequest) => Promise<ExecResult>;
  /** Every program that the agent runs by itself ends with that. */
  readonly programExitCode?: number;
}

export function tomlOf({
  commands = "change",
  core = "",
  tables = "",
  probeFile = "/synchronised",
}: CommandWorldOptions = {}): string {
  return [
    "# the operator's own words",
    "[forwarder]",
    'listen = "127.0.0.1:1700"',
    "[journal]",
    'path = "/journal"',
    "[clock]",
    `probe_file = "${probeFile}"`,
    tables,
    "[[core]]",
    'id = "main" # ours',
    'servers = ["mqtt://main:1883"]',
    'topic_prefix = "eu868"',
    'retry_max = "5s"',
    `commands = "${commands}"`,
    core,
    "",
  ].join("\n");
}

function settingsFrom(tomlText: string): Settings {
  const loaded = loadSettings({ tomlText, path: SETTINGS_PATH, env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.troubles));
  return loaded.settings;
}

export async function openCommandWorld(options: CommandWorldOptions = {}): Promise<CommandWorld> {
  const toml = tomlOf(options);
  const files = memoryFiles({ [SETTINGS_PATH]: toml });
  const lineFiles = new WorldLineFiles();
  const trialFiles: TrialFiles = { files, settingsPath: SETTINGS_PATH, sha256 };
  const restarts: string[] = [];
  const execs: ExecRequest[] = [];
  const programs: (readonly string[])[] = [];
  const commands = {
    run: async (argv: readonly string[]) => {
      programs.push(argv);
      return { exitCode: options.programExitCode ?? 127, stdout: "" };
    },
  };
  let trial: SettingsFile["trial"];
  const settingsFile = (): SettingsFile => ({
    ...trialFiles,
    check: async (tomlText) => loadSettings({ tomlText, path: SETTINGS_PATH, env: {} }),
    applied: () => undefined,
    restart: options.supervised === false ? undefined : (why) => restarts.push(why),
    trial,
  });
  const exec = {
    run: (request: ExecRequest): Promise<ExecResult> => {
      execs.push(request);
      return (options.exec ?? echo)(request);
    },
  };
  const world = await openAgentWorld({
    settings: settingsFrom(toml),
    more: () => ({ settingsFile: settingsFile(), doors: { lineFiles, exec, commands } }),
  });
  const replies: ReplyDocument[] = [];
  world
    .core()
    .broker.listen(`${OWN}reply/+`, ({ payload }) =>
      replies.push(JSON.parse(payload.toString()) as ReplyDocument),
    );
  const forwarder = await world.forwarder();
  let ids = 0;

  const own: Omit<CommandWorld, keyof AgentWorld> = {
    replies,
    files,
    lineFiles,
    execs,
    programs,
    restarts,
    heardForwarder: forwarder,
    nextId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    send: async (name, given = {}, envelope = {}) => {
      const id = own.nextId();
      const issuedAt = new Date(world.clock.wallMs()).toISOString();
      const said = { id, issuedAt, ttlS: 60, arguments: given, ...envelope };
      await own.publish(name, JSON.stringify(said));
      return replies.filter((reply) => reply.id === said.id).at(-1);
    },
    publish: async (name, payload, { retain = false, coreId = "main" } = {}) => {
      const { broker } = world.core(coreId);
      broker.publish({
        topic: `${OWN}command/${name}`,
        payload: Buffer.from(payload as string),
        qos: 1,
        retain,
      });
      await world.clock.advance(1_000);
    },
    audit: async () => {
      await world.clock.advance(61_000);
      const lines = lineFiles.text(AUDIT_PATH).trim().split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, string>);
    },
    startFromFile: async () => {
      const clock = {
        monotonicMs: () => world.clock.monotonicMs(),
        kernelBootId: () => world.clock.kernelBootId(),
      };
      trial = await resumeTrial(trialFiles, clock);
      const text = (): string => files.contents.get(SETTINGS_PATH)!.toString();
      const loaded = loadSettings({ tomlText: text(), path: SETTINGS_PATH, env: {} });
      if (!loaded.ok && trial?.state === "onTrial") trial = await rollBack(trialFiles, trial, "unusable");
      await world.start(settingsFrom(text()));
    },
    settingsText: () => files.contents.get(SETTINGS_PATH)!.toString(),
    pass: async (ms) => {
      for (let leftMs = ms; leftMs > 0; leftMs -= 5_000) {
        forwarder.pull();
        await world.clock.advance(Math.min(leftMs, 5_000));
      }
    },
  };
  const commanded = Object.create(world, Object.getOwnPropertyDescriptors(own)) as CommandWorld;
  await own.pass(5_000);
  await world.settleIn(forwarder);
  return commanded;
}

async function echo({ stdin }: ExecRequest): Promise<ExecResult> {
  return { exitCode: 0, stdout: Buffer.from(stdin), stderr: Buffer.alloc(0) };
}
