/**
 * `edge-agent survey`: a walk test. Somebody walks with a test device; each of its frames is a row, and the figures of the
 * walk stand below (survey-figures.ts). Ctrl-C ends it, and writes the CSV and the picture (survey-svg.ts) that were asked
 * for; the CSV also now and then meanwhile, for a laptop's battery may end first.
 *
 * Ends with 1 when nothing of the device was heard, with 3 when a file could not be written.
 */
import { sayReason } from "../config/file-refusal.ts";
import { sayFileError } from "../config/open.ts";
import type { UplinkEvent } from "../control/feed-events.ts";
import { AgentError, EXIT, isAgentError } from "../errors.ts";
import { type BenchArguments, type BenchDoors, findAgent, followFeed, paintOf } from "./bench-doors.ts";
import { type CsvColumn, csvLines } from "./csv.ts";
import { readFilter } from "./frame-filter.ts";
import { frameRow, headRow } from "./frame-row.ts";
import { readCount, readDevice } from "./journal-asking.ts";
import {
  createSurvey,
  type Spread,
  type Survey,
  type SurveyFigures,
  type SurveyRow,
} from "./survey-figures.ts";
import { drawSurvey } from "./survey-svg.ts";
import { makeWords, pairs } from "./words.ts";

export interface SurveyArguments extends BenchArguments {
  readonly devAddr?: string | undefined;
  readonly devEui?: string | undefined;
  readonly csv?: string | undefined;
  readonly svg?: string | undefined;
  readonly limit: number | string;
  readonly json: boolean;
}

const SAVE_EVERY_MS = 60_000;
const COLUMNS = 80;

/** @throws AgentError USAGE, FILE_IO, and as findAgent() */
export async function survey(doors: BenchDoors, args: SurveyArguments): Promise<void> {
  const { t, clock, print, writeError, setExitCode } = doors;
  const { devAddr, devEui } = readDevice({ devAddr: args.devAddr, devEui: args.devEui }, t);
  const device = devAddr ?? devEui;
  if (device === undefined) throw new AgentError("USAGE", t("survey.whichDevice"));
  const fits = readFilter({ devAddr, devEui }, t);
  const limit = readCount("--limit", args.limit, t) || Number.POSITIVE_INFINITY;
  const files = filesOf(doors, args, device);
  for (const { path } of files) await proveWritable(doors, path);
  const ask = await findAgent(doors, args);
  const walk = createSurvey();
  const live = makeLive(doors, args.json, walk);
  /** Of which it was said that they cannot be written. */
  const told = new Set<WalkFile>();
  let savedMs = clock.monotonicMs();
  try {
    for await (const piece of followFeed(doors, ask, { payload: false })) {
      for (const line of piece) {
        if (line.kind === "head") await live.begin(device);
        if (line.kind !== "uplink" || line.verdict !== "kept" || !fits(line)) continue;
        const row = walk.add(rowOf(line));
        if (row !== undefined) await live.show(line, row);
        if (walk.rows.length >= limit) return;
      }
      if (clock.monotonicMs() - savedMs < SAVE_EVERY_MS) continue;
      savedMs = clock.monotonicMs();
      for (const file of files) {
        const refusal = file.isInterim && !told.has(file) ? await save(doors, file, walk) : undefined;
        if (refusal === undefined) continue;
        told.add(file);
        live.warn(refusal);
      }
    }
  } finally {
    await live.end();
    if (args.json) await print(`${JSON.stringify({ kind: "summary", device, ...walk.figures() })}\n`);
    if (walk.rows.length === 0) {
      writeError(`${t("survey.nothing")}\n`);
      setExitCode(EXIT.trouble);
    }
    for (const file of files) {
      const refusal = await save(doors, file, walk);
      writeError(`${refusal ?? t("survey.written", { path: file.path })}\n`);
      if (refusal !== undefined) setExitCode(EXIT.world);
    }
  }
}

function rowOf({
  wallMs,
  gatewayEui,
  header,
  rssiDbm,
  snrDb,
  spreadingFactor,
  frequencyHz,
  datr,
}: UplinkEvent) {
  return { wallMs, gatewayEui, fCnt: header?.fCnt, rssiDbm, snrDb, spreadingFactor, frequencyHz, datr };
}

// ------------------------------------------------------------------------------------------- on the screen

interface Live {
  begin(device: string): Promise<void>;
  show(event: UplinkEvent, row: SurveyRow): Promise<void>;
  warn(message: string): void;
  end(): Promise<void>;
}

/** On a terminal the figures stay below the last row; elsewhere they come at the end. */
function makeLive(doors: BenchDoors, json: boolean, walk: Survey): Live {
  const { t, print, writeError } = doors;
  const words = makeWords(t);
  const paint = paintOf(doors);
  const isTerminal = doors.columns() !== undefined;
  const columns = (): number => doors.columns() ?? COLUMNS;
  let below = 0;
  const figures = (): string[] =>
    sayFigures(walk.figures(), doors).map((line) => line.slice(0, Math.max(1, columns() - 1)));
  const withoutFigures = (): string => (below === 0 ? "" : `\u001b[${below}A\u001b[J`);
  return {
    begin: async (device) => {
      writeError(`${t("survey.listening", { device })}\n`);
      if (!json) await print(`${paint.bold(headRow(t, columns()))}\n`);
    },
    show: async (event, row) => {
      if (json) {
        await print(`${JSON.stringify({ kind: "frame", ...row })}\n`);
        return;
      }
      const missed = row.missed === 0 ? "" : `-${row.missed}`;
      const line = frameRow(event, missed, words, columns());
      const shown = isTerminal ? figures() : [];
      await print(
        `${withoutFigures()}${[row.missed === 0 ? line : paint.yellow(line), ...shown].join("\n")}\n`,
      );
      below = shown.length;
    },
    warn: (message) => {
      writeError(`${message}\n`);
      // The figures stand above it now, and come again below the next row.
      below = 0;
    },
    end: async () => {
      if (!json && !isTerminal && walk.rows.length > 0) await print(`${figures().join("\n")}\n`);
    },
  };
}

function sayFigures(
  { heard, expected, delivery, rssiDbm, snrDb, spreadingFactors }: SurveyFigures,
  doors: BenchDoors,
): string[] {
  const { t } = doors;
  const { count, fixed } = makeWords(t);
  const spread = (of: Spread, unit: string): string =>
    `${t("survey.figures", { min: fixed(of.min, 1), mean: fixed(of.mean, 1), max: fixed(of.max, 1) })} ${unit}`;
  const frames =
    expected === undefined || delivery === undefined
      ? t("survey.framesHeard", { heard: count(heard) })
      : t("survey.delivery", {
          heard: count(heard),
          expected: count(expected),
          share: fixed(delivery * 100, 1),
        });
  const factors = spreadingFactors.map(([sf, frames_]) => `SF${sf} ${count(frames_)}`).join(", ");
  return [
    "",
    ...pairs([
      [t("survey.frames"), frames],
      ...(rssiDbm === undefined ? [] : [["RSSI", spread(rssiDbm, "dBm")] as const]),
      ...(snrDb === undefined ? [] : [["SNR", spread(snrDb, "dB")] as const]),
      ...(factors === "" ? [] : [["SF", factors] as const]),
    ]),
  ];
}

// -------------------------------------------------------------------------------------------- the files

const CSV: readonly CsvColumn<SurveyRow>[] = [
  ["heard_at", ({ wallMs }) => new Date(wallMs).toISOString()],
  ["gateway_eui", ({ gatewayEui }) => `0x${gatewayEui}`],
  ["f_cnt", ({ fCnt }) => fCnt],
  ["missed_before", ({ missed }) => missed],
  ["rssi_dbm", ({ rssiDbm }) => rssiDbm],
  ["snr_db", ({ snrDb }) => snrDb],
  ["spreading_factor", ({ spreadingFactor }) => spreadingFactor],
  ["data_rate", ({ datr }) => datr],
  ["frequency_hz", ({ frequencyHz }) => frequencyHz],
];

interface WalkFile {
  readonly path: string;
  /** Written now and then while he walks, too. */
  readonly isInterim: boolean;
  readonly draw: (walk: Survey) => string;
}

function filesOf({ t, clock }: BenchDoors, { csv, svg }: SurveyArguments, device: string): WalkFile[] {
  const { moment, count } = makeWords(t);
  const drawSvg = ({ rows }: Survey): string =>
    drawSurvey(rows, {
      title: t("survey.title", { device, when: moment(rows[0]?.wallMs ?? clock.wallMs()) }),
      axis: t("survey.axisFrames"),
      figure: count,
    });
  return [
    ...(csv === undefined
      ? []
      : [{ path: csv, isInterim: true, draw: ({ rows }: Survey) => csvLines(CSV, rows).join("") }]),
    ...(svg === undefined ? [] : [{ path: svg, isInterim: false, draw: drawSvg }]),
  ];
}

/**
 * Nobody shall learn after his walk that it cannot be kept. Leaves everything as it is.
 * @throws AgentError FILE_IO, in the reader's language
 */
async function proveWritable({ largeFiles, files, resolve, t }: BenchDoors, path: string): Promise<void> {
  try {
    // A folder, or a device, is not replaced.
    await files.read(resolve(path), 1);
    const draft = await largeFiles.draft(resolve(path));
    await draft.abandon();
  } catch (error) {
    throw sayFileError(error, t, (reason) => t("error.fileWrite", { path, reason }));
  }
}

/** @returns why it could not be saved, to be said: the walk goes on, and so do its other files. */
async function save(
  { files, resolve, t }: BenchDoors,
  { path, draw }: WalkFile,
  walk: Survey,
): Promise<string | undefined> {
  try {
    await files.replace(resolve(path), Buffer.from(draw(walk)));
    return undefined;
  } catch (error) {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return t("error.fileWrite", { path, reason: sayReason(error, t) });
  }
}
