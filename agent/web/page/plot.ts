/**
 * Curves, points and bars over time or by class, drawn by uPlot. To a screen reader a plot is a picture with a title;
 * the figures stand in a table beside it.
 */
import uPlot from "uplot";
import { el } from "./dom.ts";
import type { Voice } from "./voice.ts";

export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  /** line: joined; points: not; bars. */
  readonly as: "line" | "points" | "bars";
}

export interface PlotOptions {
  readonly title: string;
  readonly series: readonly PlotSeries[];
  /** "time": seconds since the epoch; else the words under each whole number from 0. */
  readonly x: "time" | readonly string[];
  /** y begins at 0. */
  readonly fromZero?: boolean;
}

export interface Plot {
  readonly element: HTMLElement;
  /** x, then one row per series; null where there is nothing. */
  set(data: readonly (readonly (number | null)[])[]): void;
  close(): void;
}

/** In the size of the text, which whoever sees badly has made larger. */
const HEIGHT_REM = 12.8;
const WORDS_REM = 0.83;
const AXIS_REM = 3.6;
const TIME_REM = 5.3;
const CLASS_REM = 2.5;
const INK = "#000";
const GRID = { stroke: "#bbb", width: 1 };

export function createPlot(options: PlotOptions, { words, t }: Voice): Plot {
  const { title, series, x, fromZero = false } = options;
  const box = el("div", { class: "plot", role: "img", "aria-label": title });
  const legend = series.length === 1 ? [] : [legendOf(series)];
  const element = el("figure", {}, el("figcaption", {}, el("strong", {}, title)), box, ...legend);
  const locale = t.language === "fr" ? "fr-FR" : "en-GB";
  const minutes = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const seconds = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const sayTimes = (atS: readonly number[]): string[] => {
    const stepS = (atS[1] ?? Number.POSITIVE_INFINITY) - (atS[0] ?? 0);
    return atS.map((at) => (stepS < 60 ? seconds : minutes).format(at * 1_000));
  };
  let plot: uPlot | undefined;
  const font = `${pixels(WORDS_REM)}px system-ui, sans-serif`;
  const height = pixels(HEIGHT_REM);

  const classes = typeof x === "string" ? undefined : x;
  const make = (data: uPlot.AlignedData): uPlot =>
    new uPlot(
      {
        width: widthOf(box),
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: classes === undefined ? { time: true } : { time: false, range: [-0.6, classes.length - 0.4] },
          y: { range: (_self, least, most) => rangeOf(least, most, fromZero) },
        },
        axes: [
          {
            stroke: INK,
            font,
            grid: classes === undefined ? GRID : { show: false },
            // Pixels between two words: as wide as they are, and a little.
            ...(classes === undefined
              ? { space: pixels(TIME_REM) }
              : { splits: (self: uPlot) => everyOther(classes.length, self.width) }),
            values: (_self, splits) =>
              classes === undefined ? sayTimes(splits) : splits.map((at) => classes[at] ?? ""),
          },
          {
            stroke: INK,
            font,
            grid: GRID,
            size: pixels(AXIS_REM),
            values: (_self, splits) => splits.map((value) => words.figure(value, 1)),
          },
        ],
        series: [{}, ...series.map(seriesOf)],
      },
      data,
      box,
    );

  const resize = (): void => plot?.setSize({ width: widthOf(box), height });
  addEventListener("resize", resize);
  return {
    element,
    set: (data) => {
      const aligned = data as unknown as uPlot.AlignedData;
      if (plot === undefined) plot = make(aligned);
      else plot.setData(aligned);
    },
    close: () => {
      removeEventListener("resize", resize);
      plot?.destroy();
    },
  };
}

function pixels(rem: number): number {
  return rem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** The classes that have room for their words. */
function everyOther(count: number, widthPx: number): number[] {
  const each = pixels(CLASS_REM);
  const step = Math.ceil((count * each) / Math.max(each, widthPx - pixels(AXIS_REM)));
  return Array.from({ length: Math.ceil(count / step) }, (_none, at) => at * step);
}

function widthOf(box: HTMLElement): number {
  return Math.max(240, box.clientWidth);
}

function seriesOf({ label, colour, as }: PlotSeries): uPlot.Series {
  const points = { show: as === "points", size: 7, fill: colour, stroke: colour };
  if (as === "line") return { label, stroke: colour, width: 3, points, spanGaps: false };
  if (as === "points") return { label, stroke: colour, points, paths: () => null };
  const bars = uPlot.paths.bars;
  return {
    label,
    stroke: colour,
    fill: colour,
    points,
    ...(bars ? { paths: bars({ size: [0.6, 90] }) } : {}),
  };
}

function rangeOf(least: number | null, most: number | null, fromZero: boolean): [number, number] {
  const from = fromZero ? 0 : (least ?? 0);
  const to = most ?? from + 1;
  const margin = Math.max((to - from) * 0.1, 1);
  return [fromZero ? 0 : from - margin, to + margin];
}

function legendOf(series: readonly PlotSeries[]): HTMLElement {
  const list = el("ul", { class: "legend" });
  for (const { label, colour } of series) {
    const sign = el("span", { "aria-hidden": "true" }, "● ");
    sign.style.color = colour;
    list.append(el("li", {}, sign, label));
  }
  return list;
}
