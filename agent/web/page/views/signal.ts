/**
 * How the frames came in while this page was open: RSSI and SNR over time, and how many of each spreading factor. Below
 * it how they came in since the agent started (since-start.ts).
 */
import { el, replaceKeeping, tableOf } from "../dom.ts";
import { createPlot, type PlotSeries } from "../plot.ts";
import { isUplink, type UplinkRow } from "../seen.ts";
import type { Page, View } from "../view.ts";
import { sinceStart } from "./since-start.ts";

const FACTORS = [7, 8, 9, 10, 11, 12];
/** Told apart by most eyes (Okabe and Ito), darkened for sunlight. */
const COLOURS = ["#0060a0", "#b34700", "#00664b", "#a0307a", "#4a3aa8", "#000000"];
const DRAWN_EVERY_MS = 1_000;

export const signal: View = {
  id: "signal",
  title: ({ t }) => t("page.signal"),
  open: (into, page) => {
    const { t } = page.voice;
    const series = FACTORS.map(
      (factor, at): PlotSeries => ({ label: `SF${factor}`, colour: COLOURS[at]!, as: "points" }),
    );
    const rssi = createPlot({ title: t("page.rssiPlot"), series, x: "time" }, page.voice);
    const snr = createPlot({ title: t("page.snrPlot"), series, x: "time" }, page.voice);
    const bars: PlotSeries[] = [{ label: t("page.frames"), colour: COLOURS[0]!, as: "bars" }];
    const names = FACTORS.map(String);
    const share = createPlot({ title: t("page.sfPlot"), series: bars, x: names, fromZero: true }, page.voice);
    const count = el("p");
    const figures = el("div");
    const since = sinceStart(page);
    into.append(
      ...[el("h2", {}, t("page.signalLive")), count, figures],
      ...[rssi.element, snr.element, share.element, since.element],
    );
    let drawnMs = Number.NEGATIVE_INFINITY;

    function draw(): void {
      drawnMs = performance.now();
      const heard = page.seen.rows
        .filter(isUplink)
        .filter(({ event }) => event.spreadingFactor !== undefined);
      for (const { element } of [rssi, snr, share]) element.hidden = heard.length === 0;
      count.textContent =
        heard.length === 0
          ? t("page.framesWait")
          : t("page.signalOf", { count: page.voice.words.count(heard.length) });
      rssi.set(pointsOf(heard, ({ event }) => event.rssiDbm));
      snr.set(pointsOf(heard, ({ event }) => event.snrDb));
      const counts = FACTORS.map((factor) => ofFactor(heard, factor).length);
      share.set([FACTORS.map((_, at) => at), counts]);
      replaceKeeping(figures, heard.length === 0 ? [] : [tableOfFigures(heard, page)]);
    }

    draw();
    return {
      update: () => {
        if (performance.now() - drawnMs >= DRAWN_EVERY_MS) draw();
      },
      close: () => {
        for (const one of [rssi, snr, share, since]) one.close();
      },
    };
  },
};

type FigureOf = (row: UplinkRow) => number | undefined;

function ofFactor(rows: readonly UplinkRow[], factor: number): readonly UplinkRow[] {
  return rows.filter(({ event }) => event.spreadingFactor === factor);
}

function pointsOf(rows: readonly UplinkRow[], figure: FigureOf): (number | null)[][] {
  return [
    rows.map(({ event }) => event.wallMs / 1_000),
    ...FACTORS.map((factor) =>
      rows.map((row) => (row.event.spreadingFactor === factor ? (figure(row) ?? null) : null)),
    ),
  ];
}

function tableOfFigures(rows: readonly UplinkRow[], { voice: { t, words } }: Page): HTMLElement {
  const shown = FACTORS.map((factor) => ({ factor, of: ofFactor(rows, factor) })).filter(
    ({ of }) => of.length > 0,
  );
  return tableOf(
    t("page.sfPlot"),
    [
      { title: t("page.spreadingFactor") },
      { title: t("page.frames"), figure: true },
      { title: `${t("page.share")} %`, figure: true },
      { title: t("page.median", { figure: "RSSI dBm" }), figure: true },
      { title: t("page.weakest", { figure: "RSSI dBm" }), figure: true },
      { title: t("page.median", { figure: "SNR dB" }), figure: true },
    ],
    shown.map(({ factor, of }) => {
      const rssi = sorted(of, ({ event }) => event.rssiDbm);
      const snr = sorted(of, ({ event }) => event.snrDb);
      const say = (value: number | undefined) => (value === undefined ? "" : words.figure(value, 1));
      return [
        `SF${factor}`,
        words.count(of.length),
        words.figure((100 * of.length) / rows.length, 0),
        say(rssi[Math.floor(rssi.length / 2)]),
        say(rssi[0]),
        say(snr[Math.floor(snr.length / 2)]),
      ];
    }),
    "wordy",
  );
}

function sorted(rows: readonly UplinkRow[], figure: FigureOf): number[] {
  return rows
    .map(figure)
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
}
