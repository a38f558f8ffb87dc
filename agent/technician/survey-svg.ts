/**
 * A walk test as a picture: RSSI and SNR of each frame, one below the other, a gap where frames were missed, the
 * spreading factor under each stretch. SVG by hand: two lines and some ticks need no library. Pure.
 */
import type { SurveyRow } from "./survey-figures.ts";

export interface SvgWords {
  readonly title: string;
  readonly axis: string;
  readonly figure: (value: number) => string;
}

interface Plot {
  readonly name: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly colour: string;
  readonly value: (row: SurveyRow) => number | undefined;
}

const WIDTH = 900;
const HEIGHT = 560;
const LEFT = 60;
const RIGHT = 20;
const TOP = 50;
const PLOT_HEIGHT = 200;
const BETWEEN = 40;
/** Labels on the axis of frames. */
const TICKS_MAX = 10;

const PLOTS: readonly Plot[] = [
  {
    name: "RSSI",
    unit: "dBm",
    low: -140,
    high: -20,
    step: 20,
    colour: "#0b5394",
    value: ({ rssiDbm }) => rssiDbm,
  },
  { name: "SNR", unit: "dB", low: -25, high: 15, step: 10, colour: "#b45f06", value: ({ snrDb }) => snrDb },
];

export function drawSurvey(rows: readonly SurveyRow[], words: SvgWords): string {
  const places = placesOf(rows);
  const last = Math.max(1, places.at(-1) ?? 1);
  const x = (place: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * place) / last;
  const plots = PLOTS.map((plot, at) =>
    drawPlot(plot, TOP + at * (PLOT_HEIGHT + BETWEEN), rows, places, x, words),
  );
  const bottom = TOP + PLOTS.length * (PLOT_HEIGHT + BETWEEN) - BETWEEN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="28" font-size="16">${escaped(words.title)}</text>`,
    ...plots,
    ...factorLabels(rows, places, x, bottom + 18),
    ...ticks(last, x, bottom + 38),
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(words.axis)}</text>`,
    "</svg>\n",
  ].join("\n");
}

/** Where each frame stands: frames that were missed leave their place empty. */
function placesOf(rows: readonly SurveyRow[]): number[] {
  let place = -1;
  return rows.map(({ missed }, at) => {
    place += 1 + (at === 0 ? 0 : missed);
    return place;
  });
}

function drawPlot(
  plot: Plot,
  top: number,
  rows: readonly SurveyRow[],
  places: readonly number[],
  x: (place: number) => number,
  { figure }: SvgWords,
): string {
  const { low, high, step, colour } = plot;
  const y = (value: number): number =>
    top + (PLOT_HEIGHT * (high - Math.min(high, Math.max(low, value)))) / (high - low);
  const lines: string[] = [`<text x="${LEFT}" y="${top - 6}">${plot.name} (${plot.unit})</text>`];
  for (let value = low; value <= high; value += step) {
    lines.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>`,
      `<text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${escaped(figure(value))}</text>`,
    );
  }
  const points = rows.map((row, at) => {
    const value = plot.value(row);
    return value === undefined ? undefined : { at: x(places[at]!), up: y(value), isAfterGap: row.missed > 0 };
  });
  let path = "";
  let isPen = false;
  for (const point of points) {
    if (point !== undefined)
      path += `${isPen && !point.isAfterGap ? "L" : "M"}${point.at.toFixed(1)} ${point.up.toFixed(1)}`;
    isPen = point !== undefined;
  }
  lines.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
  for (const point of points) {
    if (point !== undefined)
      lines.push(
        `<circle cx="${point.at.toFixed(1)}" cy="${point.up.toFixed(1)}" r="2.5" fill="${colour}"/>`,
      );
  }
  return lines.join("\n");
}

/** Where the spreading factor changes. */
function factorLabels(
  rows: readonly SurveyRow[],
  places: readonly number[],
  x: (place: number) => number,
  y: number,
): string[] {
  return rows.flatMap(({ spreadingFactor }, at) =>
    spreadingFactor === undefined || rows[at - 1]?.spreadingFactor === spreadingFactor
      ? []
      : [`<text x="${x(places[at]!).toFixed(1)}" y="${y}" fill="#555">SF${spreadingFactor}</text>`],
  );
}

function ticks(last: number, x: (place: number) => number, y: number): string[] {
  const step = Math.max(1, Math.ceil(last / TICKS_MAX));
  const labels: string[] = [];
  for (let place = 0; place <= last; place += step)
    labels.push(`<text x="${x(place).toFixed(1)}" y="${y}" text-anchor="middle">${place + 1}</text>`);
  return labels;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
