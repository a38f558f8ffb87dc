/**
 * One thing said to people, in each language we speak. `{name}` is a place to be filled in.
 *
 * The entries stand in this folder by area, one object per file; text.ts makes one table of them. To add one:
 * write `"area.name": { en: "…", fr: "…" }` in the file of its area, then `t("area.name", { … })`.
 */
export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Entry {
  readonly en: string;
  readonly fr: string;
  /** Both languages say it alike, and that is no oversight. */
  readonly same?: true;
}

/** The names in braces of a text. */
export type PlacesOf<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlacesOf<Rest>
  : never;
