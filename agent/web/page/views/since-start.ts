/**
 * How frames came in since the agent started: RSSI and SNR by class, and each channel and data rate with its damaged
 * frames. One gateway after the other, as a rule there is one.
 */
import { span } from "../../../technician/words.ts";
import type { ShownRadio } from "../../shown.ts";
import { get } from "../ask.ts";
import { el, replaceKeeping, tableOf } from "../dom.ts";
import { createPlot, type Plot } from "../plot.ts";
import type { Page } from "../view.ts";

const ASKED_EVERY_MS = 15_000;
const COLOUR = "#0060a0";

type Radio = ShownRadio["gateways"][number];
type Histogram = Radio["rssiDbm"];

interface Drawn {
  readonly element: HTMLElement;
  show(radio: Radio): void;
  close(): void;
}

export function sinceStart(page: Page): { readonly element: HTMLElement; close(): void } {
  const { t, words } = page.voice;
  const note = el("p");
  const gateways = el("div");
  const element = el("section", {}, el("h2", {}, t("page.sinceStart")), note, gateways);
  const drawn = new Map<string, Drawn>();
  const timer = setInterval(() => void ask(), ASKED_EVERY_MS);

  async function ask(): Promise<void> {
    const answer = await get<ShownRadio>("/api/radio");
    if (answer.ok) page.fetched.radio = answer.value;
    show(answer.ok ? undefined : answer.error);
  }

  function show(failure?: string): void {
    const shown = page.fetched.radio;
    if (failure !== undefined) note.textContent = t("page.failed", { reason: failure });
    if (shown === undefined || failure !== undefined || !element.isConnected) return;
    const heard = shown.gateways.reduce((sum, { crc }) => sum + crc.ok + crc.bad + crc.none, 0);
    note.textContent = t("page.sinceStartOf", { count: words.count(heard), age: span(shown.countedMs) });
    for (const radio of heard === 0 ? [] : shown.gateways) {
      let one = drawn.get(radio.gatewayEui);
      if (one === undefined) {
        one = draw(radio.gatewayEui, shown.gateways.length > 1, page);
        drawn.set(radio.gatewayEui, one);
        gateways.append(one.element);
      }
      one.show(radio);
    }
  }

  void ask();
  return {
    element,
    close: () => {
      clearInterval(timer);
      for (const one of drawn.values()) one.close();
    },
  };
}

function draw(gatewayEui: string, isOneOfMany: boolean, page: Page): Drawn {
  const { t } = page.voice;
  const element = el("div", {}, isOneOfMany ? el("h3", {}, gatewayEui) : undefined);
  const plots = new Map<string, Plot>();
  const tables = el("div");

  /** Made when its classes are known; they stay. */
  function bars(title: string, classes: readonly string[], counts: readonly number[]): void {
    let plot = plots.get(title);
    if (plot === undefined) {
      const series = [{ label: t("page.frames"), colour: COLOUR, as: "bars" as const }];
      plot = createPlot({ title, series, x: classes, fromZero: true }, page.voice);
      plots.set(title, plot);
      tables.before(plot.element);
    }
    plot.set([classes.map((_, at) => at), counts]);
  }

  element.append(tables);
  return {
    element,
    show: (radio) => {
      bars(t("page.rssiClasses"), classesOf(radio.rssiDbm, page), radio.rssiDbm.counts);
      bars(t("page.snrClasses"), classesOf(radio.snrDb, page), radio.snrDb.counts);
      replaceKeeping(tables, tablesOf(radio, page));
    },
    close: () => {
      for (const plot of plots.values()) plot.close();
    },
  };
}

/** From where each class begins; the first and the last are open. */
function classesOf({ from, step, counts }: Histogram, { voice: { words } }: Page): string[] {
  return counts.map((_count, at) => (at === 0 ? "…" : words.figure(from + at * step, 1)));
}

function tablesOf({ channels, rates, rssiDbm, snrDb }: Radio, page: Page): HTMLElement[] {
  const { t, words } = page.voice;
  const byChannel = [...channels]
    .sort((one, other) => one.frequencyHz - other.frequencyHz)
    .map((channel) => [words.fixed(channel.frequencyHz / 1e6, 3), ...crcFigures(channel, page)]);
  const byRate = rates.map((rate) => [rate.rate, ...crcFigures(rate, page)]);
  const columns = [
    { title: t("page.frames"), figure: true },
    { title: t("page.damaged"), figure: true },
  ];
  return [
    tableOf(t("page.byChannel"), [{ title: "MHz" }, ...columns], byChannel),
    tableOf(t("page.byRate"), [{ title: t("page.rate") }, ...columns], byRate),
    // For whoever cannot see the plots.
    el(
      "details",
      {},
      el("summary", {}, t("page.classFigures")),
      classTable(t("page.rssiClasses"), rssiDbm, page),
      classTable(t("page.snrClasses"), snrDb, page),
    ),
  ];
}

function crcFigures({ ok, bad, none }: Radio["crc"], { voice: { words } }: Page): string[] {
  const all = ok + bad + none;
  return [words.count(all), all === 0 ? "" : `${words.figure((100 * bad) / all, 1)} %`];
}

function classTable(title: string, histogram: Histogram, page: Page): HTMLElement {
  const { t, words } = page.voice;
  const classes = classesOf(histogram, page);
  const rows = histogram.counts.map((count, at) => [
    at === 0
      ? t("page.classBelow", { to: classes[1] ?? "" })
      : at === classes.length - 1
        ? t("page.classFrom", { from: classes[at]! })
        : t("page.classBetween", { from: classes[at]!, to: classes[at + 1]! }),
    words.count(count),
  ]);
  return tableOf(title, [{ title }, { title: t("page.frames"), figure: true }], rows);
}
