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
import { openSettings } from "../config/open.ts";
import { printToml } from "../config/print.ts";
import { sayTrouble } from "../config/trouble.ts";
import type { AgentStatus } from "../control/answers.ts";
import { AgentError, isAgentError } from "../errors.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type Ask, type BenchArguments, type BenchDoors, findAgent } from "./bench-doors.ts";
import { withJournal } from "./journal-access.ts";
import { stripSecrets } from "./strip-secrets.ts";
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
  const packed = [
    entry("manifest.json", "bundle.manifest", `${JSON.stringify(manifest, undefined, 2)}\n`),
    ...contents.entries,
  ];
  const attrs = { mtime: wallMs, mode: FILE_MODE, uid: 0, gid: 0 };
  const archive = await gzip(
    createTar(packed.map(({ name: file, content }) => ({ name: `${name}/${file}`, data: content, attrs }))),
  );
  await files.replace(path, archive).catch((error: unknown) => {
    if (!isAgentError(error)) throw error;
    throw new AgentError("FILE_IO", t("error.fileWrite", { path, reason: error.reason }), error);
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
      async () => [entry("settings.toml", "bundle.settings", await settingsText(doors, args.config))],
    ],
    [
      "status.json",
      async () => {
        const status = (await (await ask())({ method: "GET", path: "/status", body: undefined }))
          .body as AgentStatus;
        gatewayEui = status.forwarders[0]?.gatewayEui ?? status.cores[0]?.gatewayEui;
        return [entry("status.json", "bundle.status", jsonText(status))];
      },
    ],
    ["journal.json", async () => [entry("journal.json", "bundle.journal", await journalText(doors, args))]],
    [
      "devices.jsonl",
      async () => [entry("devices.jsonl", "bundle.devices", await linesText(await ask(), "/devices"))],
    ],
    [
      "log.jsonl",
      async () => {
        const { body } = await (await ask())({ method: "GET", path: "/log", body: undefined });
        const { lines } = body as { readonly lines: readonly object[] };
        return [entry("log.jsonl", "bundle.log", lines.map((line) => `${JSON.stringify(line)}\n`).join(""))];
      },
    ],
    ["doctor.json", async () => [entry("doctor.json", "bundle.doctor", jsonText(await doors.doctor(args)))]],
    ["forwarder/", () => forwarderEntries(doors)],
    ...(args.payloads
      ? [
          [
            "frames.jsonl",
            async () => [entry("frames.jsonl", "bundle.frames", await framesText(doors, args))],
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
      missing.push({ name, reason: error.message });
    }
  }
  return { entries, missing, gatewayEui };
}

function entry(name: string, what: TextKey, text: string): Entry {
  return { name, what, content: Buffer.from(text, "utf8") };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The agent is looked for when something of it is wanted first. */
function askLater(doors: BenchDoors, args: BenchArguments): () => Promise<Ask> {
  let found: Promise<Ask> | undefined;
  return () => {
    found ??= findAgent(doors, args);
    return found;
  };
}

async function settingsText(doors: BenchDoors, path: string): Promise<string> {
  const { t } = doors;
  const loaded = await openSettings(doors, path);
  if (loaded.ok) return stripSecrets(printToml(loaded, t, { origin: true }));
  const content = await doors.files.read(path);
  const troubles = loaded.troubles.map((trouble) => `# ${sayTrouble(trouble, t)}`);
  return `${troubles.join("\n")}\n\n${stripSecrets(content?.toString("utf8") ?? "")}`;
}

async function journalText(doors: BenchDoors, args: BundleArguments): Promise<string> {
  let text = "";
  await withJournal(await quietJournal(doors), journalArgs(args), "look", async (access) => {
    text = jsonText(await access.get("/journal/stats"));
  });
  return text;
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

async function linesText(ask: Ask, path: string): Promise<string> {
  const { lines } = await ask({ method: "GET", path, body: undefined });
  let text = "";
  for await (const piece of lines ?? []) for (const line of piece) text += `${JSON.stringify(line)}\n`;
  return text;
}

async function forwarderEntries({ forwarderFiles, t }: BenchDoors): Promise<readonly Entry[]> {
  const found = await forwarderFiles();
  if (found.length === 0) throw new AgentError("FILE_IO", t("bundle.noForwarder"));
  return found.map(({ path, content }) =>
    entry(`forwarder${path}`, "bundle.forwarder", stripSecrets(content.toString("utf8"))),
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
  const lacking = missing.map(({ name, reason }) => `  ${name}: ${reason}`);
  return `${[
    t("bundle.written", { path, size: size(sizeOctets) }),
    ...inside,
    ...(lacking.length === 0 ? [] : ["", t("bundle.missing"), ...lacking]),
  ].join("\n")}\n`;
}
