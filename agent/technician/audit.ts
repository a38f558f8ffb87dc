/**
 * `edge-agent audit`: what cores have commanded (command/audit.ts), read from its file; no agent need run. What was refused
 * or only asked within the last minute may still be in the running agent's memory.
 */
import { type AuditLine, auditPath } from "../command/audit.ts";
import { openSettings, settingsUnusable } from "../config/open.ts";
import { AgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import { type Said, said } from "../text/said.ts";
import type { Translate } from "../text/text.ts";
import { readCount } from "./journal-asking.ts";
import { makeWords, table, type Words } from "./words.ts";

export interface AuditDoors {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly t: Translate;
  readonly write: (text: string) => void;
}

export interface AuditArguments {
  readonly config: string;
  readonly file: string | undefined;
  readonly last: number | string | undefined;
  readonly json: boolean;
}

/** Two of them, each a little longer than command/audit.ts writes them. */
const FILE_OCTETS_MAX = 1024 * 1024;

interface ReadAudit {
  /** The oldest first. */
  readonly entries: readonly AuditLine[];
  readonly damaged: number;
  readonly isThere: boolean;
}

/** @throws AgentError USAGE, SETTINGS_INVALID, FILE_IO */
export async function showAudit(doors: AuditDoors, args: AuditArguments): Promise<void> {
  const { write, t } = doors;
  const last = readCount("--last", args.last, t) || Number.POSITIVE_INFINITY;
  const path = args.file ?? (await pathOf(doors, args.config));
  const read = await readAudit(doors.files, path);
  // Nothing was commanded yet on a gateway without one; but whoever names a file means one that is there.
  if (args.file !== undefined && !read.isThere) throw new AgentError("FILE_IO", t("audit.noFile", { path }));
  const entries = read.entries.slice(-last);
  if (args.json) write(`${JSON.stringify({ file: path, entries, damaged: read.damaged })}\n`);
  else write(sayAudit({ ...read, entries }, t));
}

async function pathOf(doors: AuditDoors, settingsPath: string): Promise<string> {
  const loaded = await openSettings(doors, settingsPath);
  if (!loaded.ok) throw settingsUnusable(settingsPath, loaded.troubles, doors.t);
  return auditPath(loaded.settings.journal.path);
}

async function readAudit(files: Pick<Files, "read">, path: string): Promise<ReadAudit> {
  const entries: AuditLine[] = [];
  let damaged = 0;
  let isThere = false;
  for (const one of [`${path}.1`, path]) {
    const content = await files.read(one, FILE_OCTETS_MAX);
    isThere ||= content !== undefined;
    for (const line of (content?.toString("utf8") ?? "").split("\n")) {
      if (line === "") continue;
      const entry = readLine(line);
      if (entry === undefined) damaged += 1;
      else entries.push(entry);
    }
  }
  return { entries, damaged, isThere };
}

/** A power cut leaves half a line. */
function readLine(line: string): AuditLine | undefined {
  try {
    const said = JSON.parse(line) as AuditLine;
    return typeof said.at === "string" && typeof said.command === "string" ? said : undefined;
  } catch {
    return undefined;
  }
}

function sayAudit({ entries, damaged }: ReadAudit, t: Translate): string {
  const words = makeWords(t);
  const lines = damaged > 0 ? [t("audit.damaged", { count: words.count(damaged) })] : [];
  if (entries.length === 0) return `${[t("audit.none"), ...lines].join("\n")}\n`;
  const head = [
    t("audit.when"),
    t("audit.core"),
    t("audit.gateway"),
    t("audit.command"),
    t("audit.id"),
    t("audit.outcome"),
  ];
  const rows = entries.map((entry) => [
    // A clock that nobody could trust is not shown as if one could.
    `${words.moment(Date.parse(entry.at))}${entry.clock === "unsynchronised" ? " ?" : ""}`,
    entry.core,
    entry.gatewayEui,
    entry.command,
    entry.id ?? "-",
    sayOutcome(entry, words, t),
  ]);
  return `${[
    ...table(
      [head, ...rows],
      head.map(() => false),
    ),
    ...lines,
  ].join("\n")}\n`;
}

const OUTCOMES: Readonly<Record<AuditLine["outcome"], Said>> = {
  begun: said("audit.begun"),
  done: said("audit.done"),
  accepted: said("audit.accepted"),
  confirmed: said("audit.confirmed"),
  rolledBack: said("audit.rolledBack"),
  failed: said("audit.failed"),
  refused: said("audit.refused"),
};

/** Those that are not told in words are shown as they are: a part of the agent has its own. */
const REASONS = new Map<string, Said>([
  ["retained", said("audit.why.retained")],
  ["replayed", said("audit.why.replayed")],
  ["expired", said("audit.why.expired")],
  ["issuedInFuture", said("audit.why.issuedInFuture")],
  ["otherBoot", said("audit.why.otherBoot")],
  ["clockUnknown", said("audit.why.clockUnknown")],
  ["tooLarge", said("audit.why.tooLarge")],
  ["malformed", said("audit.why.malformed")],
  ["unknown", said("audit.why.unknown")],
  ["notAllowed", said("audit.why.notAllowed")],
  ["tooMany", said("audit.why.tooMany")],
  ["busy", said("audit.why.busy")],
  ["notRemembered", said("audit.why.notRemembered")],
  ["dataLimit", said("audit.why.dataLimit")],
  ["unreached", said("audit.why.unreached")],
  ["unusable", said("audit.why.unusable")],
  ["interrupted", said("audit.why.interrupted")],
  ["settingsInvalid", said("audit.why.settingsInvalid")],
  ["localOnly", said("audit.why.localOnly")],
  ["otherCore", said("audit.why.otherCore")],
  ["ownCore", said("audit.why.ownCore")],
  ["noSupervisor", said("audit.why.noSupervisor")],
  ["fileNotWritable", said("audit.why.fileNotWritable")],
  ["onTrial", said("audit.why.onTrial")],
  ["timeout", said("audit.why.timeout")],
  ["outputTooLong", said("audit.why.outputTooLong")],
  ["environment", said("audit.why.environment")],
]);

function sayOutcome({ outcome, reason, leftOut, count }: AuditLine, words: Words, t: Translate): string {
  const what = OUTCOMES[outcome];
  const why = reason === undefined ? undefined : REASONS.get(reason);
  const became = what === undefined ? outcome : t.say(what);
  const because = why === undefined ? (reason ?? "") : t.say(why);
  const more = leftOut === undefined ? "" : ` ${t("audit.leftOut", { count: words.count(leftOut) })}`;
  const told = because === "" ? became : t("audit.because", { outcome: became, why: because });
  const all = count === undefined ? "" : ` ${t("audit.count", { count: words.count(count) })}`;
  return `${told}${all}${more}`;
}
