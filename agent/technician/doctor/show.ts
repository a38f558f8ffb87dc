/** The doctor's report for people, one check a line, and as JSON. Pure. */
import type { Said, TextKey, Translate } from "../../text/text.ts";
import { type Paint, paintFor } from "../paint.ts";
import { makeWords, type Words, wrap } from "../words.ts";
import type { Check, DoctorReport, Evidence, Group, Verdict } from "./report.ts";

export const COLUMNS = 80;
const NEXT_INDENT = 9;
/** Ports, codes and versions are names that are written in digits. */
const NAMES = new Set(["port", "up", "down", "code", "version"]);
/** Of other figures two say enough; channels of India lie at 865.0625 MHz. */
const DECIMALS = 2;
const DECIMALS_OF: Readonly<Record<string, number>> = { mhz: 4 };

const VERDICT_TEXTS = {
  ok: "doctor.verdictOk",
  warn: "doctor.verdictWarn",
  fail: "doctor.verdictFail",
  unknown: "doctor.verdictUnknown",
  skipped: "doctor.verdictSkipped",
} as const satisfies Record<Verdict, TextKey>;

const GROUP_TEXTS = {
  settings: "doctor.groupSettings",
  radio: "doctor.groupRadio",
  forwarder: "doctor.groupForwarder",
  agent: "doctor.groupAgent",
  clock: "doctor.groupClock",
  backhaul: "doctor.groupBackhaul",
  core: "doctor.groupCore",
  box: "doctor.groupBox",
} as const satisfies Record<Group, TextKey>;

/** A check as programs read it, its sentences in one language. */
export interface SaidCheck {
  readonly id: string;
  readonly subject?: string;
  readonly group: Group;
  readonly verdict: Verdict;
  readonly finding: string;
  readonly evidence: Evidence;
  readonly next?: string;
  readonly because?: string;
}

export interface SaidReport extends Omit<DoctorReport, "checks"> {
  readonly language: string;
  readonly checks: readonly SaidCheck[];
}

/** @returns what `--json` prints. */
export function sayReport(report: DoctorReport, t: Translate): SaidReport {
  const words = makeWords(t);
  const checks = report.checks.map(({ finding, next, ...rest }) => ({
    ...rest,
    finding: say(finding, t, words),
    ...(next === undefined ? {} : { next: say(next, t, words) }),
  }));
  return { ...report, language: t.language, checks };
}

/** @returns lines of at most `columns` where words allow it. */
export function reportLines(
  report: DoctorReport,
  t: Translate,
  options: { readonly columns?: number; readonly paint?: Paint } = {},
): string[] {
  const { columns = COLUMNS, paint = paintFor(false) } = options;
  const words = makeWords(t);
  const title = t("doctor.title", { version: report.version, date: words.moment(report.startedWallMs) });
  const groups = report.checks.map(({ group }) => group);
  const lines = [paint.bold(title)];
  for (const [at, check] of report.checks.entries()) {
    if (groups[at - 1] !== check.group) lines.push("", paint.bold(t(GROUP_TEXTS[check.group])));
    lines.push(...checkLines(check, t, words, columns, paint));
  }
  return [...lines, "", ...verdictLines(report, t, words, columns, paint)];
}

function checkLines(check: Check, t: Translate, words: Words, columns: number, paint: Paint): string[] {
  const { id, subject, verdict, finding, next } = check;
  const name = subject === undefined ? id : `${id} (${subject})`;
  const mark = t(VERDICT_TEXTS[verdict]).padEnd(7);
  const [first = "", ...rest] = wrap(`${name}: ${say(finding, t, words)}`, columns - NEXT_INDENT);
  const asks =
    next !== undefined && verdict !== "ok" ? wrap(`→ ${say(next, t, words)}`, columns - NEXT_INDENT) : [];
  return [
    `  ${colour(verdict, paint)(mark)}${first}`,
    ...rest.map((line) => `${" ".repeat(NEXT_INDENT)}${line}`),
    // What is good, or not known for a good reason, wants no bold word.
    ...asks.map(
      (line) => `${" ".repeat(NEXT_INDENT)}${verdict === "fail" ? paint.bold(line) : paint.dim(line)}`,
    ),
  ];
}

function verdictLines(
  report: DoctorReport,
  t: Translate,
  words: Words,
  columns: number,
  paint: Paint,
): string[] {
  const count = (verdict: Verdict): number =>
    report.checks.filter((check) => check.verdict === verdict).length;
  const counts = { ok: count("ok"), warn: count("warn"), unknown: count("unknown") };
  const broken = report.checks.find(({ verdict }) => verdict === "fail");
  const tally = t("doctor.tally", { ...counts, fail: count("fail"), skipped: count("skipped") });
  const unseen = wrap(unexamined(report, t), columns).map(paint.bold);
  if (broken === undefined && report.unexaminedFor !== undefined) return [...wrap(tally, columns), ...unseen];
  if (broken === undefined) return wrap(t("doctor.allGood", counts), columns).map(paint.bold);
  const { id, subject, finding, next } = broken;
  const name = subject === undefined ? id : `${id} (${subject})`;
  const first = t("doctor.firstBroken", { id: name, finding: say(finding, t, words) });
  const asks = next === undefined ? [] : wrap(t("doctor.next", { next: say(next, t, words) }), columns);
  const said = [...wrap(tally, columns), ...wrap(first, columns).map(paint.bold), ...asks];
  return report.unexaminedFor === undefined ? said : [...said, ...unseen];
}

function unexamined({ checks, unexaminedFor }: DoctorReport, t: Translate): string {
  const unseen = checks.filter(({ because }) => because !== undefined && because === unexaminedFor);
  return t(2 * unseen.length > checks.length ? "doctor.hardlyExamined" : "doctor.partlyExamined");
}

function colour(verdict: Verdict, paint: Paint): (text: string) => string {
  switch (verdict) {
    case "ok":
      return paint.green;
    case "warn":
      return paint.yellow;
    case "fail":
      return (text) => paint.bold(paint.red(text));
    default:
      return paint.dim;
  }
}

/** Figures as this language writes them. */
function say(what: Said, t: Translate, words: Words): string {
  return t.say(localised(what, words));
}

function localised({ key, params }: Said, words: Words): Said {
  const places = Object.entries(params).map(([name, place]) => {
    if (typeof place === "object") return [name, localised(place, words)] as const;
    return [
      name,
      typeof place === "number" && !NAMES.has(name)
        ? words.figure(place, DECIMALS_OF[name] ?? DECIMALS)
        : place,
    ] as const;
  });
  return { key, params: Object.fromEntries(places) };
}
