/**
 * Makes of what a command has printed on a made-up gateway what it prints on any day: paths as they are on a gateway, and
 * one fixed figure wherever each run and each machine has its own. Everything else stays to the letter.
 */
import type { Language } from "../../../agent/text/text.ts";
import type { Site } from "../technician/doctor/site.ts";

export function steady(text: string, { root, port, broker }: Site): string {
  const named = text
    .replaceAll(`${root}/agent.toml`, "/etc/edge-agent/agent.toml")
    .replaceAll(`${root}/control.sock`, "/run/edge-agent/control.sock")
    .replaceAll(`${root}/`, "/root/")
    .replaceAll(new RegExp(`\\b${port}\\b`, "g"), "1700")
    .replaceAll(new RegExp(`\\b${broker?.port}\\b`, "g"), "1883");
  return FIXED.reduce((now, [what, instead]) => now.replace(what, instead as string), named)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

/** A short while: 1s, or 1m 2s on a slow machine; in French the unit stands apart, by what does not break. */
const SPAN = "(?:\\d+(?:m|\u00a0min) )?\\d+\u00a0?s";
/** In a column: 1s, or 1m. */
const CELL = "\\d+(?:[ms]|\u00a0min|\u00a0s)";
type Instead = string | ((...found: string[]) => string);

const FIXED: readonly (readonly [what: RegExp, instead: Instead])[] = [
  // The page's free port, its code, and the fingerprint of its certificate.
  [/(<…>:)\d+/g, "$11780"],
  [/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/g, "7KQP-M2XD"],
  [/\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b/g, `5B:0E:${"A4:".repeat(29)}C1`],
  // Dates and times of day.
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "2026-03-14 07:41:12"],
  [/\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d/g, "14/03/2026 07:41:12"],
  [/-20\d{6}-\d{4}\./g, "-20260314-0741."],
  [/^\d\d:\d\d:\d\d| \d\d:\d\d:\d\d$/gm, (one) => one!.replace(/\d.*/, "07:41:12")],
  // How long something is so, how long ago it was; what stands at the right edge stays there.
  [
    new RegExp(`(up|depuis) (${SPAN} +)(?=07:41:12$)`, "gm"),
    (_all, word, span) => `${word} ${inLanguageOf(span!, "2h 5m").padEnd(span!.length)}`,
  ],
  [
    new RegExp(`(for|up|depuis) (${SPAN})`, "g"),
    (_all, word, span) => `${word} ${inLanguageOf(span!, "2h 5m")}`,
  ],
  [new RegExp(`(heard|,) ${SPAN}( ago)?$`, "gm"), "$1 4s$2"],
  [new RegExp(`(il y a) ${SPAN}`, "g"), "$1 4\u00a0s"],
  // Columns as wide as their heads, and not as what a slow machine has put below them.
  [
    /^(Device|Capteur)( +Frames| +Trames)?( +(?:Oldest|Première|last heard|entendu))( +(?:Newest|Dernière|every|chaque))/gm,
    (_all, device, frames = "", one, other) => `${device}${frames}  ${one!.trim()}  ${other!.trim()}`,
  ],
  // In a device's line of the journal its first and its last frame; else the last word from it, and its interval.
  [
    new RegExp(`^([0-9a-f]{8} +\\d+)( +${CELL})( +${CELL})`, "gm"),
    cells("15m", "2m", { en: [8, 8], fr: [10, 10] }),
  ],
  [new RegExp(`^([0-9a-f]{8})( +${CELL})( +${CELL})`, "gm"), cells("2m", "15m", { en: [12, 7], fr: [9, 8] })],
  // What the agent says for itself, at a moment of its own.
  [/^ {2}ownSent \(.*\n/gm, ""],
  // How fast.
  // A rate is said from five seconds on, which a slow machine takes.
  [/\d+\/min, (?=heard|entendues)/g, ""],
  [/(after|après|answers in|répond en) \d+ ms/g, "$1 7 ms"],
  [/, \d+ ms (at most|au plus)/g, ", 9 ms $1"],
  [/(2h 5m|2\u00a0h 5\u00a0min), \d+ ms$/gm, "$1, 7 ms"],
  // A link takes a moment to come up, which counts against it.
  [
    new RegExp(`( +[\\d.,]+ %)( +[\\d.,]+ %)( +[\\d.,]+ %)( +${SPAN})(?=  )`, "g"),
    (_all, ...shares) => shares.slice(0, 4).map(wholly).join(""),
  ],
  // How large the files of an archive are.
  [/, [\d.,]+ (k[Bo])\. /g, (_all, unit) => `, ${sizeIn(unit)}. `],
  [
    /^ {2}([a-z]+\.\w+) +[\d.,]+ (k[Bo])/gm,
    (_all, name, unit) => `  ${name!.padEnd("devices.jsonl".length)}  ${sizeIn(unit)}`,
  ],
];

/** Two cells of a table, as wide as their columns in either language. */
function cells(first: string, second: string, widths: Record<Language, readonly [number, number]>): Instead {
  return (_all, before, one) => {
    const [firstWidth, secondWidth] = widths[one!.includes("\u00a0") ? "fr" : "en"];
    return (
      before! +
      inLanguageOf(one!, first).padStart(firstWidth) +
      inLanguageOf(one!, second).padStart(secondWidth)
    );
  };
}

/** @returns an English span as the language of the other one has it. */
function inLanguageOf(span: string, english: string): string {
  return span.includes("\u00a0")
    ? english.replaceAll(
        /(\d)([hms])/g,
        (_all, count, unit) => `${count}\u00a0${unit === "m" ? "min" : unit}`,
      )
    : english;
}

/** A cell of the table of availability, where all was always there. */
function wholly(cell: string | undefined): string {
  const always = cell!.endsWith("s")
    ? inLanguageOf(cell!, "0s")
    : cell!.includes(",")
      ? "100,000 %"
      : "100.000 %";
  return always.padStart(cell!.length);
}

function sizeIn(unit: string | undefined): string {
  return unit === "ko" ? "6,4 ko" : "6.4 kB";
}

/** @returns the text without what stands between two lines: the machine under the made-up gateway, or what is long. */
export function leaveOut(text: string, first: RegExp, next: RegExp): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => first.test(line));
  const to = lines.findIndex((line, at) => at > from && next.test(line));
  if (from < 0 || to < 0) throw new Error(`nothing between ${first} and ${next} in:\n${text}`);
  return [...lines.slice(0, from), "…", "", ...lines.slice(to)].join("\n");
}
