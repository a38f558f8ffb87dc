/** Figures, dates and tables as a person reads them, in either language, within 80 columns. */
import { type Said, said } from "../text/said.ts";
import type { Translate } from "../text/text.ts";

const LOCALES = { en: "en-GB", fr: "fr-FR" } as const;
/** English has two orders of day and month: sv-SE writes dates as ISO 8601 does, which nobody reads wrongly. */
const DATE_LOCALES = { en: "sv-SE", fr: "fr-FR" } as const;

/** Speaks figures and dates of one language, in the time zone of the machine. */
export interface Words {
  /** 12,345 or 12 345. */
  count(value: number): string;
  /** A figure with at most so many decimals. */
  figure(value: number, decimals: number): string;
  /** A figure with exactly so many decimals, so that figures stand below each other. */
  fixed(value: number, decimals: number): string;
  /** 18:03:05, for lines that come one after the other. */
  time(wallMs: number): string;
  /** 2026-11-22 18:03:05 UTC; in French 22/11/2026 18:03:05 UTC. */
  moment(wallMs: number): string;
  /** 512.3 MB or 512,3 Mo. */
  size(octets: number): string;
}

export function makeWords({ language }: Translate): Words {
  const locale = LOCALES[language];
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const date = new Intl.DateTimeFormat(DATE_LOCALES[language], {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  const figure = (value: number, decimals: number): string =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(value);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium", hourCycle: "h23" });
  const fixed = new Map<number, Intl.NumberFormat>();
  const fixedBy = (decimals: number): Intl.NumberFormat => {
    const known = fixed.get(decimals);
    if (known !== undefined) return known;
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const made = new Intl.NumberFormat(locale, options);
    fixed.set(decimals, made);
    return made;
  };
  const unit = language === "fr" ? "o" : "B";
  return {
    count: (value) => whole.format(value),
    figure,
    fixed: (value, decimals) => fixedBy(decimals).format(value),
    time: (wallMs) => (Math.abs(wallMs) <= DATE_MS_MAX ? time.format(wallMs) : "?"),
    moment: (wallMs) => (Math.abs(wallMs) <= DATE_MS_MAX ? date.format(wallMs) : "?"),
    size: (octets) => {
      if (octets < 1e6) return `${figure(octets / 1e3, 1)} k${unit}`;
      return octets < 1e9 ? `${figure(octets / 1e6, 1)} M${unit}` : `${figure(octets / 1e9, 2)} G${unit}`;
    },
  };
}

const DATE_MS_MAX = 8.64e15;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Two units at most: 3d 4h, 5h 12m, 3m 20s, 12s; in French 3 j 4 h, 5 h 12 min, 3 min 20 s, 12 s. */
export function span(spanMs: number): Said {
  const seconds = Math.floor(spanMs / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), "span.days"],
    [Math.floor(seconds / 3_600) % 24, "span.hours"],
    [Math.floor(seconds / 60) % 60, "span.minutes"],
    [seconds % 60, "span.seconds"],
  ] as const;
  const from = parts.findIndex(([count]) => count > 0);
  if (from < 0) return said("span.seconds", { count: 0 });
  const shown = parts.slice(from, from + 2).filter(([count]) => count > 0);
  const [first, second] = shown.map(([count, key]) => said(key, { count }));
  return second === undefined ? first! : said("span.both", { first: first!, second });
}

/** For a column, 8 letters at most within 1,000 days: 59m, 23h 59m, 9d 23h, 14d; in French 59 min, 23 h 59, 9 j 23 h. */
export function cellSpan(spanMs: number): Said {
  if (spanMs < HOUR_MS) return span(spanMs < MINUTE_MS ? spanMs : spanMs - (spanMs % MINUTE_MS));
  if (spanMs >= 10 * DAY_MS) return span(spanMs - (spanMs % DAY_MS));
  const minutes = Math.floor(spanMs / MINUTE_MS) % 60;
  if (spanMs >= DAY_MS || minutes === 0) return span(spanMs);
  return said("span.clock", {
    hours: Math.floor(spanMs / HOUR_MS),
    minutes: String(minutes).padStart(2, "0"),
  });
}

/** @returns lines of at most so many letters; a word that is longer has a line to itself. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A stream that somebody may be reading. */
type Reader = Pick<NodeJS.WriteStream, "isTTY" | "columns">;

/**
 * A terminal breaks lines anywhere: those that are longer are broken at words, with the blanks they begin with. What
 * reads a pipe wants them whole.
 * @param reader columns 0: nobody knows how wide it is.
 */
export function wrapFor({ isTTY, columns }: Reader, text: string): string {
  if (isTTY !== true || columns === 0) return text;
  const broken = text.split("\n").flatMap((line) => {
    if (line.length <= columns) return [line];
    const own = /^ */.exec(line)![0];
    return wrap(line.slice(own.length), columns - own.length).map((piece) => `${own}${piece}`);
  });
  return broken.join("\n");
}

/** Columns as wide as their widest cell. @param right which are figures, set to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

/** Names and what is said of them, the latter aligned. */
export function pairs(rows: readonly (readonly [string, string])[]): string[] {
  return table(rows, [false, false]);
}
