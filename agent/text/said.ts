/**
 * What is to be said, not yet in any language: what the pure middle gives back. The texts and the voice (text.ts) are
 * loaded by whoever speaks; a running agent does not, until something keeps it from its work.
 */
import type { PlacesOf } from "./entry.ts";
import type { TextKey, Texts } from "./text.ts";

/** A text with its places filled. */
export interface Said {
  readonly key: TextKey;
  readonly params: Readonly<Record<string, Place>>;
}

/** What fills a place; a text within a text is said in the same language. */
type Place = string | number | Said;

type TextParams<K extends TextKey> = {
  readonly [Name in PlacesOf<Texts[K]["en"]>]: Place;
};
export type Arguments<K extends TextKey> = keyof TextParams<K> extends never ? [] : [params: TextParams<K>];

/** @returns the text to be said later, typed by its key. */
export function said<K extends TextKey>(key: K, ...[params]: Arguments<K>): Said {
  return { key, params: params ?? {} };
}
