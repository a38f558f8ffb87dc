/**
 * `edge-agent journal import`: frames that another gateway exported, taken into this journal. What becomes of them, and
 * what the cores see: journal/import.ts.
 */
import { AgentError, EXIT, isAgentError } from "../errors.ts";
import type { Lines } from "../ports.ts";
import type { TextKey } from "../text/text.ts";
import { type JournalArguments, type JournalDoors, withJournal } from "./journal-access.ts";
import { question } from "./journal-asking.ts";
import { showProgress } from "./progress.ts";
import { makeWords } from "./words.ts";

export interface ImportArguments extends JournalArguments {
  readonly files: readonly string[];
  readonly dryRun: boolean;
  readonly again: boolean;
}

/** A longer line is none of an export. */
export const LINE_OCTETS_MAX = 512 * 1024;
/** Lines that are named in what is said; the rest is counted. */
const NAMED_MAX = 20;
const LINES_AT_ONCE = 128;
const NEWLINE = 0x0a;
/** The head of a table: at least three names, separated. */
const CSV_HEAD = /^"?\w+"?([,;\t]"?\w+"?){2,}/;

interface Place {
  readonly file: string;
  readonly line: number;
}

interface Refused extends Place {
  readonly fault: string;
}

interface Result {
  imported: number;
  passedOver: number;
  refused: number;
  gateways: readonly string[];
  troubles: Refused[];
}

/** Ends with exit code 1 when a line could not be imported. @throws AgentError FILE_IO, and as withJournal() */
export async function importFiles(doors: JournalDoors, args: ImportArguments): Promise<void> {
  const { t, print, setExitCode } = doors;
  const { dryRun, again } = args;
  await withJournal(doors, args, dryRun ? "tryFill" : "fill", async (access) => {
    const result: Result = { imported: 0, passedOver: 0, refused: 0, gateways: [], troubles: [] };
    const refuse = (refused: Refused): void => {
      result.refused++;
      if (result.troubles.length < NAMED_MAX) result.troubles.push(refused);
    };
    const progress = showProgress(doors);
    try {
      const path = question("/journal/import", { dryRun, again });
      for await (const piece of access.lines("POST", path, readFiles(doors, args.files, refuse))) {
        for (const event of piece) {
          if (event.kind === "refused") refuse({ ...(event.line as Place), fault: String(event.fault) });
          if (event.kind !== "progress" && event.kind !== "end") continue;
          const { imported, passedOver } = event.counts as Result;
          Object.assign(result, { imported, passedOver });
          if (event.kind === "end") result.gateways = event.gateways as string[];
          progress.at(imported + passedOver);
        }
      }
    } finally {
      progress.end();
    }
    if (args.json) await print(`${JSON.stringify({ through: access.through, dryRun, ...result })}\n`);
    else await print(`${sayResult(result, dryRun, t).join("\n")}\n`);
    if (result.refused > 0) setExitCode(EXIT.trouble);
  });
}

function sayResult(result: Result, dryRun: boolean, t: JournalDoors["t"]): string[] {
  const { count } = makeWords(t);
  const frames = count(result.imported);
  const said = [t(dryRun ? "journal.wouldImport" : "journal.imported", { frames })];
  if (result.passedOver > 0) said.push(t("journal.passedOver", { frames: count(result.passedOver) }));
  if (result.refused > 0) said.push(t("journal.refusedLines", { lines: count(result.refused) }));
  for (const trouble of result.troubles) {
    const what = t(textOf(trouble.fault));
    said.push(`  ${t("journal.refusedLine", { ...trouble, what })}`);
  }
  const unnamed = result.refused - result.troubles.length;
  if (unnamed > 0) said.push(`  ${t("journal.refusedMore", { lines: count(unnamed) })}`);
  if (result.imported > 0) said.push(t("journal.inTheirName", { gateways: result.gateways.join(", ") }));
  return said;
}

/** By fault, what it means to whoever reads it; all others are of the rxpk. */
const FAULT_TEXTS = {
  notJson: "line.notJson",
  csv: "line.csv",
  lineTooLong: "line.tooLong",
  newerFormat: "line.newerFormat",
  unreadableRecord: "line.unreadableRecord",
  tooOld: "line.tooOld",
  unwanted: "line.unwanted",
  tooManyGateways: "line.tooManyGateways",
  notAnObject: "line.notAFrame",
  otherFormat: "line.notAFrame",
  badGatewayEui: "line.notAFrame",
  badTimes: "line.notAFrame",
  badClockState: "line.notAFrame",
  badMarks: "line.notAFrame",
} as const satisfies Record<string, TextKey>;

const textOf = (fault: string) =>
  Object.hasOwn(FAULT_TEXTS, fault) ? FAULT_TEXTS[fault as keyof typeof FAULT_TEXTS] : "line.badRxpk";

/** @throws AgentError FILE_IO, said as of a file that was to be there */
async function* readOne({ largeFiles, t }: JournalDoors, path: string): AsyncGenerator<Buffer> {
  try {
    yield* largeFiles.read(path);
  } catch (error) {
    const isMissing = (error as { cause?: { code?: string } }).cause?.code === "ENOENT";
    if (!isAgentError(error, "FILE_IO") || !isMissing) throw error;
    throw new AgentError("FILE_IO", t("journal.noFile", { path }), error);
  }
}

/** The lines of all files, each with its place. What is no JSON is refused here: line by line, or CSV as a whole. */
async function* readFiles(
  doors: JournalDoors,
  files: readonly string[],
  refuse: (refused: Refused) => void,
): Lines {
  const { interrupted } = doors;
  for (const file of files) {
    let piece: { line: Place; frame: unknown }[] = [];
    let line = 0;
    for await (const text of linesIn(readOne(doors, file))) {
      line++;
      if (interrupted.aborted) return;
      if (text === "") continue;
      const frame = text === undefined ? undefined : readJson(text);
      if (line === 1 && frame === undefined && CSV_HEAD.test(text ?? "")) {
        refuse({ file, line, fault: "csv" });
        break;
      }
      if (frame === undefined) refuse({ file, line, fault: text === undefined ? "lineTooLong" : "notJson" });
      else piece.push({ line: { file, line }, frame });
      if (piece.length < LINES_AT_ONCE) continue;
      yield piece;
      piece = [];
    }
    if (piece.length > 0) yield piece;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns each line without its end; undefined for one that is too long. */
async function* linesIn(pieces: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let begun: Buffer[] = [];
  let octets = 0;
  const finish = (): string | undefined =>
    octets > LINE_OCTETS_MAX ? undefined : Buffer.concat(begun).toString("utf8").trim();
  const add = (part: Buffer): void => {
    octets += part.length;
    if (octets <= LINE_OCTETS_MAX) begun.push(part);
    else begun = [];
  };
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      add(piece.subarray(from, end));
      yield finish();
      begun = [];
      octets = 0;
      from = end + 1;
    }
    if (from < piece.length) add(piece.subarray(from));
  }
  if (octets > 0) yield finish();
}
