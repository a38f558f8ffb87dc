/**
 * The journal's desk: what `edge-agent journal …` asks of a journal, whoever holds it. The running agent answers on its
 * control socket; where none runs, the command opens the folder and answers itself (technician/journal-access.ts).
 *
 *   GET  /journal/stats                                        JournalReport
 *   GET  /journal/lanes?devAddr=&devEui=&sort=&limit=          a line per lane
 *   GET  /journal/frames?devAddr=&devEui=&sequence=&limit=     a line per frame
 *   GET  /journal/aside                                        a line per frame that was set aside
 *   GET  /journal/verify                                       Verified
 *   POST /journal/import?dryRun=1&again=1   lines { line, frame }     an ImportEvent per line
 *   POST /journal/remove                    lines of sequences        how many were removed, or refused: why
 *   POST /journal/thin?to=OCTETS&dryRun=1                             what went, by reason
 *
 * All but the first answer line by line, { kind } each: first "head", last "end", and "progress" now and then, so that
 * nobody takes a long silence for death.
 */
import { AgentError, isAgentError } from "../errors.ts";
import { inTime } from "../in-time.ts";
import { toDocument } from "../journal/frame-document.ts";
import { type ImportParts, importFrames } from "../journal/import.ts";
import type { Inspection } from "../journal/inspection.ts";
import {
  isBroken,
  type Kept,
  type KeptFrame,
  readAside,
  readKept,
  readKeptOne,
  readLaneKept,
} from "../journal/kept-frames.ts";
import { type LaneRow, lanesOfDevice, readLaneTable } from "../journal/lane-table.ts";
import type { Thinned } from "../journal/limits.ts";
import type { OpenJournal } from "../journal/store-journal.ts";
import { type Verified, verify } from "../journal/verification.ts";
import type { Now } from "../north/freshness.ts";
import type { Clock, ControlAnswer, ControlRequest, Files, Lines } from "../ports.ts";
import { type Known, report } from "./journal-report.ts";

/** Answers that are being written at the same time; each has a few pieces of the journal in memory. */
export const ANSWERS_MAX = 2;
const PROGRESS_EVERY = 8_192;
const REMOVED_AT_ONCE = 128;
/** Of a work that does not say how far it is. */
const STILL_HERE_MS = 5_000;
/** A disk that has not heard of a removal by then hangs. */
export const REMOVAL_MS_MAX = 15_000;

/** What only a journal that is open for writing can do. */
export interface DeskPen extends Pick<ImportParts, "coresOf" | "maxAgeMsOf" | "keep" | "kept"> {
  /** As if every core had taken it. */
  readonly takeOut: (kept: KeptFrame) => void;
  /** Resolves when the disk has heard of it, or with what it says instead. */
  readonly tryFlush: OpenJournal["tryFlush"];
  readonly thin: OpenJournal["thin"];
}

export interface DeskParts {
  readonly inspection: Inspection;
  readonly clock: Pick<Clock, "sleep">;
  readonly files: Files;
  readonly now: () => Now;
  readonly known?: () => Known;
  /** Absent: it is looked at only. */
  readonly pen?: DeskPen;
}

export interface DeskLane extends LaneRow {
  /** The first and the last frame; null where it cannot be read. */
  readonly oldest: unknown;
  readonly newest: unknown;
}

export type Desk = (request: ControlRequest) => Promise<ControlAnswer | undefined>;

/** @returns what answers; undefined for what is not the journal's. */
export function openDesk(parts: DeskParts): Desk {
  let answers = 0;
  const counted = async function* (lines: Lines): Lines {
    answers++;
    try {
      yield* lines;
    } finally {
      answers--;
    }
  };
  return async (request) => {
    const url = new URL(request.path, "http://edge-agent");
    if (!url.pathname.startsWith("/journal/")) return undefined;
    if (request.method === "GET" && url.pathname === "/journal/stats") {
      return { status: 200, body: await report(parts) };
    }
    const lines = linesFor(parts, request, url);
    if (lines === undefined)
      return { status: 404, body: { error: `nothing answers ${request.method} ${request.path}` } };
    if (answers >= ANSWERS_MAX)
      return { status: 503, body: { error: "busy with other commands on the journal" } };
    return { status: 200, body: undefined, lines: counted(lines) };
  };
}

function linesFor(
  parts: DeskParts,
  request: ControlRequest,
  { pathname, searchParams }: URL,
): Lines | undefined {
  const { pen } = parts;
  const lines = request.lines ?? NO_LINES;
  const dryRun = searchParams.has("dryRun");
  switch (`${request.method} ${pathname}`) {
    case "GET /journal/lanes":
      return tellLanes(parts, searchParams);
    case "GET /journal/frames":
      return tellFrames(parts, framesAsked(parts.inspection, searchParams), limitOf(searchParams));
    case "GET /journal/aside":
      return tellFrames(parts, readAside(parts.inspection), limitOf(searchParams));
    case "GET /journal/verify":
      return tellVerified(parts);
    case "POST /journal/import":
      return pen && importFrames({ ...parts, ...pen, dryRun, again: searchParams.has("again") }, lines);
    case "POST /journal/remove":
      return pen && removeFrames(parts, pen, lines);
    case "POST /journal/thin":
      return pen && tellThinned(parts, pen, Number(searchParams.get("to") ?? "NaN"), dryRun);
    default:
      return undefined;
  }
}

const NO_LINES: Lines = (async function* () {})();

const head = ({ now, inspection }: DeskParts) => ({
  kind: "head",
  now: now(),
  directory: inspection.directory,
  cores: inspection.cores,
});

// -------------------------------------------------------------------------------------------- lanes

const ORDERS: Readonly<Record<string, (one: LaneRow, other: LaneRow) => number>> = {
  device: (one, other) => (one.lane < other.lane ? -1 : 1),
  frames: (one, other) => other.frames - one.frames,
  oldest: (one, other) => one.oldestSequence - other.oldestSequence,
  newest: (one, other) => other.newestSequence - one.newestSequence,
};

async function* tellLanes(parts: DeskParts, asked: URLSearchParams): Lines {
  const { inspection } = parts;
  yield [head(parts)];
  const table = yield* withProgress(readLaneTable(inspection));
  const address = asked.get("devAddr") ?? asked.get("devEui");
  const kind = asked.has("devAddr") ? "d" : "j";
  const rows = table.rows
    .filter(({ lane }) => address === null || lane.slice(17) === `${kind}${address}`)
    .sort(ORDERS[asked.get("sort") ?? "frames"] ?? ORDERS.frames);
  for (const row of rows.slice(0, limitOf(asked))) {
    const [oldest, newest] = await Promise.all(
      [row.oldestSequence, row.newestSequence].map((sequence) => readKeptOne(inspection, sequence)),
    );
    yield [{ kind: "lane", ...row, oldest: frameOf(oldest), newest: frameOf(newest) }];
    await inspection.rest();
  }
  const frames = rows.reduce((sum, row) => sum + row.frames, 0);
  yield [{ kind: "end", lanes: rows.length, frames, damaged: table.damaged }];
}

function frameOf(kept: Kept | undefined): unknown {
  return kept === undefined || isBroken(kept) ? null : toDocument(kept);
}

// ------------------------------------------------------------------------------------------- frames

async function* framesAsked(inspection: Inspection, asked: URLSearchParams): AsyncGenerator<Kept[]> {
  const sequence = asked.get("sequence");
  const devAddr = asked.get("devAddr") ?? undefined;
  const devEui = asked.get("devEui") ?? undefined;
  if (sequence !== null) {
    const kept = await readKeptOne(inspection, Number(sequence));
    if (kept !== undefined) yield [kept];
  } else if (devAddr === undefined && devEui === undefined) yield* readKept(inspection);
  else {
    for (const lane of await lanesOfDevice(inspection, { devAddr, devEui }))
      yield* readLaneKept(inspection, lane);
  }
}

async function* tellFrames(parts: DeskParts, pieces: AsyncGenerator<Kept[]>, limit: number): Lines {
  yield [head(parts)];
  let frames = 0;
  let broken = 0;
  for await (const piece of pieces) {
    const shown = piece.slice(0, limit - frames);
    for (const kept of shown) if (isBroken(kept)) broken++;
    frames += shown.length;
    yield shown.map((kept) => ({ kind: "frame", frame: toDocument(kept) }));
    if (frames >= limit) break;
  }
  yield [{ kind: "end", frames, broken }];
}

/** 0 or nothing: all. */
function limitOf(asked: URLSearchParams): number {
  const limit = Number(asked.get("limit") ?? "0");
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

async function* tellVerified(parts: DeskParts): Lines {
  yield [head(parts)];
  const verified: Verified = yield* withProgress(verify(parts.inspection));
  yield [{ kind: "end", ...verified }];
}

/** Says now and then how far it has come. */
async function* withProgress<T>(work: AsyncGenerator<number, T>): AsyncGenerator<unknown[], T> {
  let saidAt = 0;
  for (;;) {
    const step = await work.next();
    if (step.done) return step.value;
    if (step.value - saidAt < PROGRESS_EVERY) continue;
    saidAt = step.value;
    yield [{ kind: "progress", done: step.value }];
  }
}

// ------------------------------------------------------------------------------------------ changes

/** What is taken out and not heard of by the disk goes when that obeys again, unless the process ends before. */
async function* removeFrames(parts: DeskParts, pen: DeskPen, lines: Lines): Lines {
  let removed = 0;
  try {
    for await (const piece of takeOutAll(parts, pen, lines)) {
      removed = piece;
      yield [{ kind: "progress", done: removed }];
    }
  } catch (error) {
    if (!isAgentError(error, "STORE_IO", "STORE_FULL", "STORE_DAMAGED")) throw error;
    yield [{ kind: "end", removed: 0, refused: error.message }];
    return;
  }
  const refused = await inTime(parts.clock, REMOVAL_MS_MAX, pen.tryFlush(), "the disk does not answer");
  yield [refused === undefined ? { kind: "end", removed } : { kind: "end", removed: 0, refused }];
}

/** @returns now and then how many so far. @throws AgentError as Inspection.look() */
async function* takeOutAll({ inspection }: DeskParts, pen: DeskPen, lines: Lines): AsyncGenerator<number> {
  let removed = 0;
  for await (const piece of lines) {
    for (let from = 0; from < piece.length; from += REMOVED_AT_ONCE) {
      for (const sequence of piece.slice(from, from + REMOVED_AT_ONCE)) {
        const kept = await readKeptOne(inspection, Number(sequence));
        if (kept === undefined || isBroken(kept)) continue;
        pen.takeOut(kept);
        removed++;
      }
      yield removed;
      await inspection.rest();
    }
  }
}

async function* tellThinned(
  { clock }: DeskParts,
  pen: DeskPen,
  targetOctets: number,
  dryRun: boolean,
): Lines {
  if (!(targetOctets >= 0)) throw new AgentError("USAGE", "thin to how many octets?");
  let thinned: Thinned | undefined;
  const thinning = pen.thin(targetOctets, { dryRun }).then((done) => {
    thinned = done;
  });
  // It is awaited below; one that fails before that is no bug.
  thinning.catch(() => {});
  while (thinned === undefined) {
    yield [{ kind: "progress" }];
    await Promise.race([thinning, clock.sleep(STILL_HERE_MS)]);
  }
  yield [{ kind: "end", ...thinned }];
}
