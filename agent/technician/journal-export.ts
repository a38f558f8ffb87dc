/**
 * `edge-agent journal export`: the frames in a file, to carry a cut-off gateway's readings home.
 *
 * The promise: the file appears under its name whole and fsynced, or not at all; with --remove, only what is in it then
 * leaves the journal. What comes in meanwhile may or may not be in it.
 */
import { posix } from "node:path";
import { sayReason } from "../config/file-refusal.ts";
import { AgentError, isAgentError } from "../errors.ts";
import type { Now } from "../north/freshness.ts";
import type { FileDraft } from "../ports.ts";
import type { Translate } from "../text/text.ts";
import {
  type JournalAccess,
  type JournalArguments,
  type JournalDoors,
  refuseInterrupted,
  withJournal,
} from "./journal-access.ts";
import { type DeviceArguments, question, readDevice, readMoment } from "./journal-asking.ts";
import {
  csvHeader,
  type Document,
  derive,
  isBrokenDocument,
  toCsvLine,
  toJsonLine,
} from "./journal-lines.ts";
import { showProgress } from "./progress.ts";
import { makeWords } from "./words.ts";

export interface ExportArguments extends JournalArguments, DeviceArguments {
  readonly format: string;
  readonly separator: string;
  readonly out: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly aside: boolean;
  readonly remove: boolean;
}

/** What became of the frames. */
interface Exported {
  frames: number;
  /** Of them, those whose time of reception nobody knows. */
  timeUnknown: number;
  /** Records that cannot be read: in JSONL as they lie there, in CSV left out. */
  broken: number;
}

interface Removal {
  removed: number;
  /** What the disk says instead of removing. */
  refused: string | undefined;
}

const STDOUT = "-";
/** RFC 4180, 2.1. */
const CSV_END = "\r\n";
const REMOVED_AT_ONCE = 512;

/** @throws AgentError USAGE, FILE_IO, INTERRUPTED, and as withJournal() */
export async function exportFrames(doors: JournalDoors, args: ExportArguments): Promise<void> {
  const { t } = doors;
  refuseRemoval(args, t);
  const device = readDevice(args, t);
  const nowMs = doors.clock.wallMs();
  const sinceMs = readMoment("--since", args.since, nowMs, t) ?? Number.NEGATIVE_INFINITY;
  const untilMs = readMoment("--until", args.until, nowMs, t) ?? Number.POSITIVE_INFINITY;
  const path = args.aside ? "/journal/aside" : question("/journal/frames", { ...device });
  await withJournal(doors, args, args.remove ? "change" : "look", async (access) => {
    const sequences: number[] = [];
    const draft = args.out === STDOUT ? undefined : await openDraft(doors, args.out);
    try {
      const within = (utcMs: number | undefined): boolean =>
        utcMs === undefined || (utcMs >= sinceMs && utcMs < untilMs);
      const exported = await writeFrames(
        doors,
        args,
        access,
        path,
        draft,
        within,
        args.remove ? sequences : undefined,
      );
      await draft?.finish();
      const removal = args.remove ? await remove(doors, access, sequences) : undefined;
      await report(doors, args, access, exported, removal?.refused === undefined ? removal?.removed : 0);
      if (removal?.refused !== undefined) throw notRemoved(doors, args, access, removal.refused);
    } finally {
      await draft?.abandon();
    }
  });
}

function openDraft({ largeFiles, t }: JournalDoors, path: string): Promise<FileDraft> {
  return largeFiles.draft(path).catch((error: unknown) => {
    if (!isAgentError(error, "FILE_IO")) throw error;
    const isNoFolder = (error.cause as { code?: string } | undefined)?.code === "ENOENT";
    const reason = sayReason(error, t);
    const message = isNoFolder
      ? t("journal.noFolder", { folder: posix.dirname(path) })
      : t("error.fileWrite", { path, reason });
    throw new AgentError("FILE_IO", message, error, reason);
  });
}

function refuseRemoval({ remove: wanted, out, aside, format }: ExportArguments, t: Translate): void {
  if (!wanted) return;
  if (out === STDOUT) throw new AgentError("USAGE", t("journal.removeNeedsFile"));
  if (aside) throw new AgentError("USAGE", t("journal.removeNotAside"));
  if (format === "csv") throw new AgentError("USAGE", t("journal.removeNotCsv"));
}

/** @param sequences where those are gathered that may be removed. */
async function writeFrames(
  doors: JournalDoors,
  args: ExportArguments,
  access: JournalAccess,
  path: string,
  draft: FileDraft | undefined,
  within: (utcMs: number | undefined) => boolean,
  sequences: number[] | undefined,
): Promise<Exported> {
  const exported: Exported = { frames: 0, timeUnknown: 0, broken: 0 };
  const write = draft?.write ?? doors.print;
  const isCsv = args.format === "csv";
  const progress = showProgress(doors);
  let now: Now | undefined;
  if (isCsv) await write(csvHeader(args.separator) + CSV_END);

  const lineOf = (document: Document): string => {
    if (isBrokenDocument(document)) {
      exported.broken++;
      return isCsv ? "" : `${toJsonLine(document, undefined)}\n`;
    }
    const derived = derive(document, now!);
    if (!within(derived.heardUtcMs)) return "";
    const line = isCsv ? toCsvLine(document, derived, args.separator) : toJsonLine(document, derived);
    if (line === undefined) {
      exported.broken++;
      return "";
    }
    exported.frames++;
    if (derived.heardUtcMs === undefined) exported.timeUnknown++;
    sequences?.push(document.sequence);
    return line + (isCsv ? CSV_END : "\n");
  };
  try {
    for await (const piece of access.lines("GET", path)) {
      refuseInterrupted(doors);
      let text = "";
      for (const line of piece) {
        if (line.kind === "head") now = line.now as Now;
        else if (line.kind === "frame") text += lineOf(line.frame as Document);
      }
      if (text !== "") await write(text);
      progress.at(exported.frames);
    }
  } finally {
    progress.end();
  }
  return exported;
}

async function remove(
  doors: JournalDoors,
  access: JournalAccess,
  sequences: readonly number[],
): Promise<Removal> {
  const pieces = async function* (): AsyncGenerator<readonly number[]> {
    for (let from = 0; from < sequences.length; from += REMOVED_AT_ONCE) {
      yield sequences.slice(from, from + REMOVED_AT_ONCE);
    }
  };
  const progress = showProgress(doors);
  const removal: Removal = { removed: 0, refused: undefined };
  try {
    for await (const piece of access.lines("POST", "/journal/remove", pieces())) {
      for (const line of piece) {
        if (line.kind === "end") {
          removal.removed = Number(line.removed);
          if (line.refused !== undefined) removal.refused = String(line.refused);
        } else progress.at(Number(line.done));
      }
    }
  } finally {
    progress.end();
  }
  return removal;
}

/** The file is whole all the same; what becomes of the frames depends on who holds the journal. */
function notRemoved(
  { t }: JournalDoors,
  { out }: ExportArguments,
  { through }: JournalAccess,
  reason: string,
): AgentError {
  const key = through === "agent" ? "journal.notRemovedYet" : "journal.notRemoved";
  return new AgentError("STORE_IO", t(key, { path: out, reason }), undefined, reason);
}

/** On standard error, for standard output may be the export itself; as JSON, on standard output where that is free. */
async function report(
  { t, print, writeError }: JournalDoors,
  { out, json, format, since, until }: ExportArguments,
  { through }: JournalAccess,
  exported: Exported,
  removed: number | undefined,
): Promise<void> {
  if (json && out !== STDOUT) {
    await print(`${JSON.stringify({ through, out, ...exported, removed })}\n`);
    return;
  }
  const { count } = makeWords(t);
  const path = out === STDOUT ? t("journal.stdout") : out;
  const said = [t("journal.exported", { frames: count(exported.frames), path })];
  if (exported.timeUnknown > 0) {
    const isBounded = since !== undefined || until !== undefined;
    const frames = count(exported.timeUnknown);
    said.push(t(isBounded ? "journal.exportedUndated" : "journal.exportedUnknown", { frames }));
  }
  if (exported.broken > 0) {
    const frames = count(exported.broken);
    said.push(format === "csv" ? t("journal.leftOut", { frames }) : t("journal.exportedBroken", { frames }));
  }
  if (removed !== undefined) said.push(t("journal.removed", { frames: count(removed) }));
  writeError(`${said.join("\n")}\n`);
}
