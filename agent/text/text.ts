/**
 * What people read, in French and English: the one table, and the voice that speaks from it.
 *
 * Not here: log events, which are English for machines and searches (agent/ports.ts, Log), and the meaning of each
 * setting, which stands in its row of agent/config/table.ts.
 */
import { COMMAND_TEXTS } from "./commands.ts";
import { type Entry, LANGUAGES, type Language, type PlacesOf } from "./entry.ts";
import { ERROR_TEXTS } from "./errors.ts";
import { FIELD_TEXTS } from "./field.ts";
import { JOURNAL_TEXTS } from "./journal.ts";
import { PROFILE_TEXTS } from "./profiles.ts";
import { SETTINGS_TEXTS } from "./settings.ts";
import { SETUP_TEXTS } from "./setup.ts";
import { STATUS_TEXTS } from "./status.ts";

export { type Entry, LANGUAGES, type Language } from "./entry.ts";

/** The areas, apart: the test looks for one key in two of them. */
export const TEXT_AREAS = [
  SETTINGS_TEXTS,
  ERROR_TEXTS,
  STATUS_TEXTS,
  FIELD_TEXTS,
  COMMAND_TEXTS,
  PROFILE_TEXTS,
  JOURNAL_TEXTS,
  SETUP_TEXTS,
] as const;

const TEXTS = {
  ...SETTINGS_TEXTS,
  ...ERROR_TEXTS,
  ...STATUS_TEXTS,
  ...FIELD_TEXTS,
  ...COMMAND_TEXTS,
  ...PROFILE_TEXTS,
  ...JOURNAL_TEXTS,
  ...SETUP_TEXTS,
};

export type TextKey = keyof typeof TEXTS;

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(TEXTS, key);
}

type TextParams<K extends TextKey> = {
  readonly [Name in PlacesOf<(typeof TEXTS)[K]["en"]>]: Place;
};
type Arguments<K extends TextKey> = keyof TextParams<K> extends never ? [] : [params: TextParams<K>];

/** A text with its places filled, not yet in any language: what the pure middle gives back. */
export interface Said {
  readonly key: TextKey;
  readonly params: Readonly<Record<string, Place>>;
}

/** What fills a place; a text within a text is said in the same language. */
type Place = string | number | Said;

/** @returns the text to be said later, typed by its key. */
export function said<K extends TextKey>(key: K, ...[params]: Arguments<K>): Said {
  return { key, params: params ?? {} };
}

/** Speaks one language. */
export interface Translate {
  <K extends TextKey>(key: K, ...params: Arguments<K>): string;
  readonly language: Language;
  say(what: Said): string;
  /** Picks the language of an entry that stands elsewhere. */
  pick(entry: Entry): string;
}

export function makeText(language: Language): Translate {
  const say = (what: Said): string =>
    TEXTS[what.key][language].replace(/\{(\w+)\}/g, (unfilled, name: string) => {
      const place = what.params[name] ?? unfilled;
      return typeof place === "object" ? say(place) : String(place);
    });
  const translate = <K extends TextKey>(key: K, ...params: Arguments<K>): string => say(said(key, ...params));
  return Object.assign(translate, { language, say, pick: (entry: Entry) => entry[language] });
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
