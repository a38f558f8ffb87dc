/** The page's voice: one language at a time. */
import { makeWords, type Words } from "../../technician/words.ts";
import { type Language, makeText, type Translate } from "../../text/text.ts";

export interface Voice {
  readonly t: Translate;
  readonly words: Words;
}

export function speaking(language: Language): Voice {
  const t = makeText(language);
  return { t, words: makeWords(t) };
}
