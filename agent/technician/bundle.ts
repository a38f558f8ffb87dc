/**
 * `edge-agent bundle`: one archive for support, made from what can be had at this moment, with or without a running agent.
 *
 *   manifest.json      what is inside, what is missing and why
 *   settings.toml      in force, secrets hidden; or why they cannot be used
 *   status.json        the running agent's, with its health        journal.json   the journal in figures
 *   devices.jsonl      the devices heard                           log.jsonl      the last lines of the log
 *   doctor.json        the doctor's report                         forwarder/     the forwarder's settings, secrets hidden
 *   frames.jsonl       only with --payloads: what waits in the journal
 *
 * What cannot be had is no reason to stop: that is when support is asked. Nothing is sent anywhere.
 */
import { createTar } from "nanotar";
import { sayRefusal } from "../config/file-refusal.ts";
import { openSettings, sayFileError } from "../config/open.ts";
import { printToml } from "../config/print.ts";
import { sayTrouble } from "../config/trouble.ts";
import type { AgentStatus } from "../control/answers.ts";
import { AgentError, isAgentError } from "../errors.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type Ask, type BenchArguments, type BenchDoors, findAgent } from "./bench-doors.ts";
import { withJournal } from "./journal-access.ts";
import { stripArguments } from "./strip-arguments.ts";
import { hideSecret, stripSecrets } from "./strip-secrets.ts";
import { makeWords, table } from "./words.ts";

export interface BundleArguments extends BenchArguments {
  readonly out?: string | undefined;
  readonly payloads: boolean;
  readonly json: boolean;
}

/** The archive is made in memory. */
export const BUNDLE_FRAMES_MAX = 10_000;
const BUNDLE_OCTETS_MAX = 32 * 1024 * 1024;
const FILE_MODE = "600";

interface Entry {
  readonly name: string;
  readonly what: TextKey;
  readonly content: Buffer;
}

interface Missing {
  readonly name: string;
  readonly reason: string;
}

interface Contents {
  readonly entries: readonly Entry[];
  readonly missing: readonly Missing[];
  readonly gatewayEui: string | undefined;
}

/** @throws AgentError FILE_IO when the archive cannot be written */
export async function makeBundle(doors: BenchDoors, args: BundleArguments): Promise<void> {
  const { files, clock, gzip, print, t } = doors;
  const wallMs = clock.wallMs();
  const contents = await gather(doors, args);
  const name = `edge-agent-${contents.gatewayEui ?? "unknown"}-${stampOf(wallMs)}`;
  const path = doors.resolve(args.out ?? `${name}.tar.gz`);
  const manifest = manifestOf(doors, args, contents, wallMs);
  const packed = [entry("manifest.json", "bundle.manifest", { json: manifest }), ...contents.entries];
  const attrs = { mtime: wallMs, mode: FILE_MODE, uid: 0, gid: 0 };
  const archive = await gzip(
    createTar(packed.map(({ name: file, content }) => ({ name: `${name}/${file}`, data: content, attrs }))),
  );
  await files.replace(path, archive).catch((error: unknown) => {
    throw sayFileError(error, t, (reason) => t("error.fileWrite", { path, reason }));
  });
  if (args.json) await print(`${JSON.stringify({ path, sizeOctets: archive.length, ...manifest })}\n`);
  else await print(sayBundle(path, archive.length, packed, contents.missing, t));
}

/** 20261122-2118, UTC: for a name. */
function stampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-");
}

function manifestOf(
  { version, t }: BenchDoors,
  { payloads }: BundleArguments,
  { entries, missing, gatewayEui }: Contents,
  wallMs: number,
): object {
  return {
    format: 1,
    madeAt: new Date(wallMs).toISOString(),
    madeBy: `edge-agent ${version}`,
    gatewayEui,
    payloads,
    files: entries.map(({ name, what, content }) => ({
      name,
      what: t.say({ key: what, params: {} }),
      sizeOctets: content.length,
    })),
    missing,
  };
}

// -------------------------------------------------------------------------------------------- gathering

/** One thing to put in. @returns its entries. */
type Source = readonly [name: string, () => Promise<readonly Entry[]>];

async function gather(doors: BenchDoors, args: BundleArguments): Promise<Contents> {
  const { t } = doors;
  const entries: Entry[] = [];
  const missing: Missing[] = [];
  const ask = askLater(doors, args);
  let gatewayEui: string | undefined;
  const sources: readonly Source[] = [
    [
      "settings.toml",
      async () => {
        const { text, eui } = await readSettings(doors, args.config);
        gatewayEui = eui;
        return [entry("settings.toml", "bundle.settings", { text })];
      },
    ],
    [
      "status.json",
      async () => {
        const status = (await (await ask())({ method: "GET", path: "/status", body: undefined }))
          .body as AgentStatus;
        gatewayEui = status.forwarders[0]?.gatewayEui ?? status.cores[0]?.gatewayEui ?? gatewayEui;
        return [entry("status.json", "bundle.status", { json: status })];
      },
    ],
    [
      "journal.json",
      async () => [entry("journal.json", "bundle.journal", { json: await journalStats(doors, args) })],
    ],
    [
      "devices.jsonl",
      async () => [
        entry("devices.jsonl", "bundle.devices", { lines: await linesOf(await ask(), "/devices") }),
      ],
    ],
    [
      "log.jsonl",
      async () => {
        const { body } = await (await ask())({ method: "GET", path: "/log", body: undefined });
        const { lines } = body as { readonly lines: readonly object[] };
        return [entry("log.jsonl", "bundle.log", { lines })];
      },
    ],
    ["doctor.json", async () => [entry("doctor.json", "bundle.doctor", { json: await doors.doctor(args) })]],
    ["forwarder/", () => forwarderEntries(doors)],
    ...(args.payloads
      ? [
          [
            "frames.jsonl",
            async () => [entry("frames.jsonl", "bundle.frames", { heard: await framesText(doors, args) })],
          ] as const,
        ]
      : []),
  ];
  let octets = 0;
  for (const [name, make] of sources) {
    try {
      for (const made of await make()) {
        octets += made.content.length;
        if (octets > BUNDLE_OCTETS_MAX) missing.push({ name: made.name, reason: t("bundle.tooLong") });
        else entries.push(made);
      }
    } catch (error) {
      if (!isAgentError(error)) throw error;
      missing.push({ name, reason: sayRefusal(error, t).message });
    }
  }
  return { entries, missing, gatewayEui };
}

type Content =
  | { readonly text: string }
  | { readonly json: unknown }
  | { readonly lines: readonly object[] }
  /** Frames, as they were heard: no words of anybody, and a payload that looks like one must not be spoilt. */
  | { readonly heard: string };

/** All that goes into the archive comes this way, and leaves its secrets behind. */
function entry(name: string, what: TextKey, content: Content): Entry {
  return { name, what, content: Buffer.from(withoutSecrets(content), "utf8") };
}

function withoutSecrets(content: Content): string {
  if ("heard" in content) return content.heard;
  if ("text" in content) return stripSecrets(content.text);
  if ("json" in content) return `${JSON.stringify(content.json, hideSecret, 2)}\n`;
  return content.lines.map((line) => `${JSON.stringify(line, hideSecret)}\n`).join("");
}

/** The agent is looked for when something of it is wanted first. */
function askLater(doors: BenchDoors, args: BenchArguments): () => Promise<Ask> {
  let found: Promise<Ask> | undefined;
  return () => {
    found ??= findAgent(doors, args);
    return found;
  };
}

/** @returns eui: as set, undefined where it is not. */
async function readSettings(
  doors: BenchDoors,
  path: string,
): Promise<{ readonly text: string; readonly eui: string | undefined }> {
  const { t } = doors;
  const loaded = await openSettings(doors, path);
  if (loaded.ok) {
    const eui = loaded.settings.gateway.eui || undefined;
    return { text: printToml(loaded, t, { origin: true }), eui };
  }
  const content = await doors.files.read(path);
  const troubles = loaded.troubles.map((trouble) => `# ${sayTrouble(trouble, t)}`);
  const text = `${troubles.join("\n")}\n\n${stripArguments(content?.toString("utf8") ?? "")}`;
  return { text, eui: undefined };
}

async function journalStats(doors: BenchDoors, args: BundleArguments): Promise<unknown> {
  let stats: unknown;
  await withJournal(await quietJournal(doors), journalArgs(args), "look", async (access) => {
    stats = await access.get("/journal/stats");
  });
  return stats;
}

async function framesText(doors: BenchDoors, args: BundleArguments): Promise<string> {
  const lines: string[] = [];
  await withJournal(await quietJournal(doors), journalArgs(args), "look", async (access) => {
    for await (const piece of access.lines("GET", `/journal/frames?limit=${BUNDLE_FRAMES_MAX}`)) {
      for (const line of piece) if (line.kind === "frame") lines.push(`${JSON.stringify(line.frame)}\n`);
    }
  });
  return lines.join("");
}

/** Which way it took is no matter here. */
async function quietJournal(doors: BenchDoors) {
  return { ...(await doors.openJournal()), writeError: () => {} };
}

function journalArgs({ config, socket }: BenchArguments) {
  return { config, socket, journal: undefined, json: true };
}

async function linesOf(ask: Ask, path: string): Promise<readonly object[]> {
  const { lines } = await ask({ method: "GET", path, body: undefined });
  const all: object[] = [];
  for await (const piece of lines ?? []) all.push(...(piece as readonly object[]));
  return all;
}

async function forwarderEntries({ forwarderFiles, t }: BenchDoors): Promise<readonly Entry[]> {
  const found = await forwarderFiles();
  if (found.length === 0) throw new AgentError("FILE_IO", t("bundle.noForwarder"));
  return found.map(({ path, content }) =>
    entry(`forwarder${path}`, "bundle.forwarder", { text: content.toString("utf8") }),
  );
}

// -------------------------------------------------------------------------------------------- saying it

function sayBundle(
  path: string,
  sizeOctets: number,
  packed: readonly Entry[],
  missing: readonly Missing[],
  t: Translate,
): string {
  const { size } = makeWords(t);
  const rows = packed.map(({ name, what, content }) => [
    name,
    size(content.length),
    t.say({ key: what, params: {} }),
  ]);
  const inside = table(rows, [false, true, false]).map((line) => `  ${line}`);
  // What has one cause is said once.
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const lacking = reasons.map((of) => {
    const names = missing.flatMap(({ name, reason }) => (reason === of ? [name] : []));
    return `  ${names.join(", ")}: ${of}`;
  });
  return `${[
    t("bundle.written", { path, size: size(sizeOctets) }),
    ...inside,
    ...(lacking.length === 0 ? [] : ["", t("bundle.missing"), ...lacking]),
  ].join("\n")}\n`;
}
