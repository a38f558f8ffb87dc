/**
 * What people read, in French and English: the one table, and the voice that speaks from it. Some 140 KB: what a
 * running agent loads at its start takes only types from here, and said() from said.ts (test/borders.test.ts).
 *
 * Not here: log events, which are English for machines and searches (agent/ports.ts, Log), and the meaning of each
 * setting, which stands in its row of agent/config/table.ts.
 */

import { ALARM_TEXTS } from "./alarms.ts";
import { AUDIT_TEXTS } from "./audit.ts";
import { BENCH_TEXTS } from "./bench.ts";
import { COMMAND_TEXTS } from "./commands.ts";
import { DOCTOR_TEXTS } from "./doctor.ts";
import { type Entry, LANGUAGES, type Language } from "./entry.ts";
import { ERROR_TEXTS } from "./errors.ts";
import { FIELD_TEXTS } from "./field.ts";
import { HEALTH_TEXTS } from "./health.ts";
import { JOURNAL_TEXTS } from "./journal.ts";
import { PAGE_TEXTS } from "./page.ts";
import { PROFILE_TEXTS } from "./profiles.ts";
import { type Arguments, type Said, said } from "./said.ts";
import { SETTINGS_TEXTS } from "./settings.ts";
import { SETUP_TEXTS } from "./setup.ts";
import { SPAN_TEXTS } from "./span.ts";
import { STATUS_TEXTS } from "./status.ts";

export { type Entry, LANGUAGES, type Language } from "./entry.ts";
export type { Said } from "./said.ts";

/** The areas, apart: the test looks for one key in two of them. */
export const TEXT_AREAS = [
  SETTINGS_TEXTS,
  ERROR_TEXTS,
  STATUS_TEXTS,
  SPAN_TEXTS,
  ALARM_TEXTS,
  HEALTH_TEXTS,
  FIELD_TEXTS,
  COMMAND_TEXTS,
  PROFILE_TEXTS,
  PAGE_TEXTS,
  JOURNAL_TEXTS,
  SETUP_TEXTS,
  AUDIT_TEXTS,
  DOCTOR_TEXTS,
  BENCH_TEXTS,
] as const;

const TEXTS = {
  ...BENCH_TEXTS,
  ...SETTINGS_TEXTS,
  ...ERROR_TEXTS,
  ...STATUS_TEXTS,
  ...SPAN_TEXTS,
  ...ALARM_TEXTS,
  ...HEALTH_TEXTS,
  ...FIELD_TEXTS,
  ...COMMAND_TEXTS,
  ...PROFILE_TEXTS,
  ...PAGE_TEXTS,
  ...JOURNAL_TEXTS,
  ...SETUP_TEXTS,
  ...AUDIT_TEXTS,
  ...DOCTOR_TEXTS,
};

export type Texts = typeof TEXTS;
export type TextKey = keyof Texts;

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(TEXTS, key);
}

/** Speaks one language. */
export interface Translate {
  <K extends TextKey>(key: K, ...params: Arguments<K>): string;
  readonly language: Language;
  say(what: Said): string;
  /** Picks the language of an entry that stands elsewhere. */
  pick(entry: Entry): string;
}

/** Loads the texts, and the voice with them, when there is something to say. */
export type Speak = () => Promise<Translate>;

export function makeText(language: Language): Translate {
  const say = (what: Said): string =>
    TEXTS[what.key][language].replace(/\{(\w+)\}/g, (unfilled, name: string) => {
      const place = what.params[name] ?? unfilled;
      return typeof place === "object" ? say(place) : String(place);
    });
  const translate = <K extends TextKey>(key: K, ...params: Arguments<K>): string => say(said(key, ...params));
  return Object.assign(translate, { language, say, pick: (entry: Entry) => entry[language] });
}

/** Of the words of a command line: yargs' own help must be in that language already. */
export function languageFlag(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "--lang" || word.startsWith("--lang="));
  if (at < 0) return undefined;
  const word = words[at] ?? "";
  const flag = word.includes("=") ? word.slice(word.indexOf("=") + 1) : words[at + 1];
  return LANGUAGES.find((language) => language === flag);
}

/**
 * The language to speak: the flag, else what the environment says for messages (LC_ALL, LC_MESSAGES, LANG: the
 * first that is set, POSIX 8.2), else English.
 * @param from.flag a language of ours; the command line has checked it.
 */
export function chooseLanguage(from: {
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Language {
  const { flag, env } = from;
  const wanted = flag || env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  const spoken = wanted.toLowerCase().split(/[_.@-]/)[0];
  return LANGUAGES.find((language) => language === spoken) ?? "en";
}
