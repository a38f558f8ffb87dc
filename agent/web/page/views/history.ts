/** The last day: backhaul, journal, frames heard. */
import type { HistorySample, HistoryView } from "../../../health/report/history.ts";
import { get } from "../ask.ts";
import { el, tableOf } from "../dom.ts";
import { createPlot, type Plot } from "../plot.ts";
import type { Page, View } from "../view.ts";

const ASKED_EVERY_MS = 60_000;

const CURVES = [
  { title: "page.signalPlot", colour: "#0060a0", of: "signalDbm", fromZero: false },
  { title: "page.roundTripPlot", colour: "#b34700", of: "roundTripMs", fromZero: true },
  { title: "page.journalPlot", colour: "#a0307a", of: "journalFrames", fromZero: true },
  { title: "page.heardPlot", colour: "#00664b", of: "frames", fromZero: true },
  { title: "page.crcPlot", colour: "#9b0010", of: "crcBadPercent", fromZero: true },
] as const;

export const history: View = {
  id: "history",
  title: ({ t }) => t("page.history"),
  open: (into, page) => {
    const { t } = page.voice;
    const note = el("p");
    const figures = el("div");
    const drawn = CURVES.map(({ title, colour, of, fromZero }) => {
      const series = [{ label: t(title), colour, as: "line" as const }];
      return { of, plot: createPlot({ title: t(title), series, x: "time", fromZero }, page.voice) };
    });
    into.append(note, ...drawn.map(({ plot }) => plot.element), figures);
    const timer = setInterval(() => void ask(), ASKED_EVERY_MS);

    async function ask(): Promise<void> {
      const answer = await get<HistoryView>("/api/history");
      if (answer.ok) {
        page.fetched.history = answer.value;
        draw(answer.value);
      } else note.textContent = t("page.failed", { reason: answer.error });
    }

    function draw({ samples }: HistoryView): void {
      note.textContent = samples.length === 0 ? t("page.historyNone") : "";
      for (const { of, plot } of drawn) show(plot, samples, of);
      figures.replaceChildren(...(samples.length === 0 ? [] : [tableOfHours(samples, page)]));
    }

    if (page.fetched.history !== undefined) draw(page.fetched.history);
    void ask();
    return {
      close: () => {
        clearInterval(timer);
        for (const { plot } of drawn) plot.close();
      },
    };
  },
};

function show(plot: Plot, samples: readonly HistorySample[], of: (typeof CURVES)[number]["of"]): void {
  const known = samples.some((sample) => sample[of] !== undefined);
  plot.element.hidden = !known;
  if (!known) return;
  plot.set([samples.map(({ wallMs }) => wallMs / 1_000), samples.map((sample) => sample[of] ?? null)]);
}

/** By the hour: 288 rows nobody reads. */
function tableOfHours(samples: readonly HistorySample[], { voice: { t, words } }: Page): HTMLElement {
  const hours = new Map<number, HistorySample[]>();
  for (const sample of samples) {
    const hour = Math.floor(sample.wallMs / 3_600_000);
    hours.set(hour, [...(hours.get(hour) ?? []), sample]);
  }
  const rows = [...hours].reverse().map(([hour, of]) => [
    words.moment(hour * 3_600_000),
    words.count(of.reduce((sum, { frames }) => sum + frames, 0)),
    words.count(Math.max(...of.map(({ journalFrames }) => journalFrames))),
    mean(
      of.map(({ signalDbm }) => signalDbm),
      words,
    ),
    mean(
      of.map(({ roundTripMs }) => roundTripMs),
      words,
    ),
    mean(
      of.map(({ crcBadPercent }) => crcBadPercent),
      words,
    ),
  ]);
  return tableOf(
    t("page.byHour"),
    [
      { title: t("page.time") },
      { title: t("page.heardPlot"), figure: true },
      { title: t("page.journalPlot"), figure: true },
      { title: t("page.signalPlot"), figure: true },
      { title: t("page.roundTripPlot"), figure: true },
      { title: t("page.crcPlot"), figure: true },
    ],
    rows,
    "wordy",
  );
}

function mean(values: readonly (number | undefined)[], words: Page["voice"]["words"]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "";
  return words.figure(known.reduce((sum, value) => sum + value, 0) / known.length, 1);
}
