/**
 * `edge-agent survey`: a walk test. Somebody walks with a test device; each of its frames is a row, and the figures of the
 * walk stand below (survey-figures.ts). Ctrl-C ends it, and writes the CSV and the picture (survey-svg.ts) that were asked
 * for; the CSV also now and then meanwhile, for a laptop's battery may end first.
 *
 * Ends with 1 when nothing of the device was heard.
 */
import type { UplinkEvent } from "../control/feed-events.ts";
import { AgentError, EXIT } from "../errors.ts";
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
  const ask = await findAgent(doors, args);
  const walk = createSurvey();
  const live = makeLive(doors, args.json, walk);
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
      if (args.csv === undefined || clock.monotonicMs() - savedMs < SAVE_EVERY_MS) continue;
      savedMs = clock.monotonicMs();
      await saveCsv(doors, args.csv, walk);
    }
  } finally {
    await live.end();
    if (args.json) await print(`${JSON.stringify({ kind: "summary", device, ...walk.figures() })}\n`);
    if (args.csv !== undefined) {
      await saveCsv(doors, args.csv, walk);
      writeError(`${t("survey.written", { path: args.csv })}\n`);
    }
    if (args.svg !== undefined) {
      await saveSvg(doors, args.svg, device, walk);
      writeError(`${t("survey.written", { path: args.svg })}\n`);
    }
    if (walk.rows.length === 0) {
      writeError(`${t("survey.nothing")}\n`);
      setExitCode(EXIT.trouble);
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

function saveCsv({ files, resolve }: BenchDoors, path: string, { rows }: Survey): Promise<void> {
  return files.replace(resolve(path), Buffer.from(csvLines(CSV, rows).join("")));
}

function saveSvg(
  { files, resolve, t, clock }: BenchDoors,
  path: string,
  device: string,
  { rows }: Survey,
): Promise<void> {
  const { moment, count } = makeWords(t);
  const when = moment(rows[0]?.wallMs ?? clock.wallMs());
  const picture = drawSurvey(rows, {
    title: t("survey.title", { device, when }),
    axis: t("survey.axisFrames"),
    figure: count,
  });
  return files.replace(resolve(path), Buffer.from(picture));
}
