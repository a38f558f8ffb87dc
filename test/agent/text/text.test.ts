import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CORE, TABLES } from "../../../agent/config/table.ts";
import { said } from "../../../agent/text/said.ts";
import { chooseLanguage, type Entry, makeText, TEXT_AREAS } from "../../../agent/text/text.ts";

const AREAS: readonly Readonly<Record<string, Entry>>[] = TEXT_AREAS;
const ENTRIES: [string, Entry][] = [
  ...AREAS.flatMap((area) => Object.entries(area)),
  ...Object.entries({ ...TABLES, core: CORE }).flatMap(([table, rows]) =>
    Object.values(rows as Record<string, { key: string; meaning: Entry }>).map(
      ({ key, meaning }): [string, Entry] => [`${table}.${key}`, meaning],
    ),
  ),
];

/** What the source has when it says a key: the key itself; of an alarm or a fault its code. */
const saidBy = (key: string): string => key.replace(/^(alarm|alarmTodo|fault)\./, "");

describe("the table of texts", () => {
  test("says everything in both languages", () => {
    for (const [key, entry] of ENTRIES) {
      expect(entry.en.trim(), `${key}, en`).toBe(entry.en);
      expect(entry.fr.trim(), `${key}, fr`).toBe(entry.fr);
      expect(entry.en.length * entry.fr.length, key).toBeGreaterThan(0);
    }
  });

  test("leaves no English in the French column", () => {
    const alike = ENTRIES.filter(([, entry]) => entry.en === entry.fr && entry.same !== true);
    expect(alike.map(([key]) => key)).toEqual([]);
    const markedInVain = ENTRIES.filter(([, entry]) => entry.en !== entry.fr && entry.same === true);
    expect(markedInVain.map(([key]) => key)).toEqual([]);
  });

  test("has no English word within the French", () => {
    const english =
      /(?<![\p{L}-])(the|and|of|with|from|this|that|which|is|are|was|were|has|have|its|their|for|to|by|be|not|it|at|as|line|nothing)(?!\p{L})/u;
    const spoken = (text: string) => text.replace(/\{\w+\}|--\w+|`[^`]*`/g, "");
    const found = ENTRIES.map(([key, { fr }]) => [key, english.exec(spoken(fr))?.[0]]);
    expect(found.filter(([, word]) => word !== undefined)).toEqual([]);
  });

  test("writes no French figure with a point: only addresses, versions and what is typed so", () => {
    const spoken = (text: string) =>
      text.replace(/"[^"]*"|`[^`]*`|\d+(\.\d+){2,}|(LoRaWAN |KerOS |la |[(])\d\.\d/g, "");
    const found = ENTRIES.filter(([, { fr }]) => /\d\.\d/.test(spoken(fr)));
    expect(found.map(([key]) => key)).toEqual([]);
  });

  test("keeps every line of watch's help within 80 columns", () => {
    const lines = [...TEXT_AREAS].flatMap((area) =>
      Object.entries(area as Record<string, Entry>).flatMap(([key, { en, fr }]) =>
        key.startsWith("watch.help") ? [...en.split("\n"), ...fr.split("\n")] : [],
      ),
    );
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("has the same places to fill in both languages", () => {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [key, entry] of ENTRIES) expect(places(entry.fr), key).toEqual(places(entry.en));
  });

  test("has each key in one area only", () => {
    const keys = AREAS.flatMap((area) => Object.keys(area));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test("has no key that nothing says", () => {
    const source = sourceOutsideText(join(import.meta.dirname, "../../.."));
    const unsaid = AREAS.flatMap((area) => Object.keys(area)).filter(
      (key) => !source.includes(`"${saidBy(key)}"`),
    );
    expect(unsaid).toEqual([]);
  });
});

describe("a voice", () => {
  test("fills the places, also with a text of its own language", () => {
    const expected = said("expected.integer", { min: 1, max: 8 });
    expect(makeText("en")("trouble.withFound", { expected, found: "9" })).toBe(
      "expected a whole number from 1 to 8; found 9",
    );
    expect(makeText("fr")("trouble.withFound", { expected, found: "9" })).toBe(
      "attendu : un nombre entier de 1 à 8 ; trouvé : 9",
    );
  });

  test("does not fill places that came in with a value", () => {
    expect(makeText("en")("error.fileRead", { path: "/{reason}", reason: "gone" })).toBe(
      "/{reason} cannot be read: gone",
    );
  });
});

describe("the language", () => {
  test.each([
    ["the flag before all", "fr", { LC_ALL: "en_GB.UTF-8", LANG: "en_GB.UTF-8" }, "fr"],
    ["LC_ALL before LC_MESSAGES", undefined, { LC_ALL: "fr_FR.UTF-8", LC_MESSAGES: "en_GB.UTF-8" }, "fr"],
    ["LC_MESSAGES before LANG", undefined, { LC_MESSAGES: "fr_FR", LANG: "en_GB" }, "fr"],
    ["LANG", undefined, { LANG: "fr_CA@euro" }, "fr"],
    ["an empty variable is not set", undefined, { LC_ALL: "", LANG: "fr" }, "fr"],
    ["the C locale is English", undefined, { LC_ALL: "C", LANG: "fr_FR" }, "en"],
    ["a language we do not speak", undefined, { LANG: "fro_FR" }, "en"],
    ["nothing said", undefined, {}, "en"],
  ] as const)("%s", (_, flag, env, language) => {
    expect(chooseLanguage({ flag, env })).toBe(language);
  });
});

function sourceOutsideText(root: string): string {
  return ["agent", "simulator"]
    .flatMap((part) =>
      readdirSync(join(root, part), { recursive: true, encoding: "utf8" }).map((file) => join(part, file)),
    )
    .filter((file) => file.endsWith(".ts") && !file.startsWith(join("agent", "text")))
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
}
