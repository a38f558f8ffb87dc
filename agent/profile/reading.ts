/**
 * TOML text in, one checked profile file out (of a model, or of a system); or every trouble there is, with its line.
 * Laying a model over its systems, and what must then be there: whole.ts. Where the files are: files.ts.
 *
 *   title = "…"                                                   every file
 *   systems = ["keros5", "keros6"]                                a model's file
 *   fallback = true                                               for boxes of its systems that no other model fits
 *   [section]          key = { value = …, source = "…", certainty = "…", note = "…" }
 *   [[section.key]]    value = …   source = …                     of what stands there several times
 *   [[recognise.sign]]                                            what tells this model, or this system
 *   [settings.table]   key = { value = … }                        a default of the settings
 *   [[unknown]]        what = "…"   ask = "…"                     what only a unit can tell
 */
import * as v from "valibot";
import { type KeyPath, type Lines, linesOf } from "../config/lines.ts";
import { parseToml } from "../config/load.ts";
import { keyDistance, nearest } from "../config/nearest.ts";
import { rowsOf } from "../config/table.ts";
import { type Origin, showKey, showValue, type Trouble } from "../config/trouble.ts";
import { type Said, said } from "../text/said.ts";
import { DEFAULTABLE } from "./defaultable.ts";
import type { FactKind } from "./fact-kind.ts";
import * as kind from "./fact-kind.ts";
import { type FactRow, factsOf, SECTIONS, SIGN } from "./facts.ts";
import type { Fact, OpenQuestion, SettingDefault, Sign } from "./profile.ts";

export interface ProfileFile {
  readonly path: string;
  readonly title: string;
  /** Empty: this is the file of a system. */
  readonly systems: readonly string[];
  readonly fallback: boolean;
  readonly signs: readonly Fact<Sign>[];
  /** By section and field; several where the row says so. */
  readonly facts: ReadonlyMap<string, ReadonlyMap<string, Fact<unknown> | readonly Fact<unknown>[]>>;
  readonly settings: readonly SettingDefault[];
  readonly unknown: readonly OpenQuestion[];
}

export type ReadProfileFile =
  | { readonly ok: true; readonly file: ProfileFile }
  | { readonly ok: false; readonly troubles: readonly Trouble[] };

type Table = Readonly<Record<string, unknown>>;

/** The keys of a file beside its sections. */
const TOP_KEYS = ["title", "systems", "fallback", "recognise", "settings", "unknown"];
const FACT_KEYS = ["value", "source", "certainty", "note"];

const systemName: FactKind<string> = kind.name;
const question: FactKind<OpenQuestion> = kind.record<OpenQuestion>({ what: kind.line, ask: kind.line });

/** @param from.path only named in what is said. */
export function readProfileFile(from: { readonly tomlText: string; readonly path: string }): ReadProfileFile {
  const parsed = parseToml(from.tomlText, from.path);
  if (!parsed.ok) return { ok: false, troubles: [parsed.trouble] };
  const { document } = parsed;
  // Walked for a trouble only: a start of the agent reads all files.
  let lines: Lines | undefined;
  const troubles: Trouble[] = [];

  refuseUnknown(document, [], [...TOP_KEYS, ...SECTIONS]);
  const file: ProfileFile = {
    path: from.path,
    title: valueAt(document.title, ["title"], kind.line) ?? "",
    systems:
      document.systems === undefined
        ? []
        : (valueAt(document.systems, ["systems"], kind.several(systemName)) ?? []),
    fallback:
      document.fallback === undefined
        ? false
        : (valueAt(document.fallback, ["fallback"], kind.boolean) ?? false),
    signs: readSigns(),
    facts: new Map(SECTIONS.map((section) => [section, readSection(section)])),
    settings: readSettings(),
    unknown: readQuestions(),
  };
  return troubles.length > 0 ? { ok: false, troubles } : { ok: true, file };

  function readSigns(): Fact<Sign>[] {
    const table = tableAt(document.recognise, ["recognise"]);
    refuseUnknown(table, ["recognise"], ["sign"]);
    return readMany(table.sign, ["recognise", "sign"], SIGN);
  }

  function readSection(section: string): ReadonlyMap<string, Fact<unknown> | readonly Fact<unknown>[]> {
    const rows = factsOf(section) ?? [];
    const table = tableAt(document[section], [section]);
    refuseUnknown(
      table,
      [section],
      rows.map(({ key }) => key),
    );
    const read = new Map<string, Fact<unknown> | readonly Fact<unknown>[]>();
    for (const row of rows) {
      if (!Object.hasOwn(table, row.key)) continue;
      const fact = readRow(row, table[row.key], [section, row.key]);
      if (fact !== undefined) read.set(row.field, fact);
    }
    return read;
  }

  function readRow(row: FactRow, given: unknown, path: KeyPath) {
    const factKind = row.kind as unknown as FactKind<unknown>;
    return row.many ? readMany(given, path, factKind) : readFact(given, path, factKind);
  }

  function readMany<T>(given: unknown, path: KeyPath, factKind: FactKind<T>): Fact<T>[] {
    if (given === undefined) return [];
    if (!Array.isArray(given)) {
      wrong(path, said("expected.facts", { table: dotted(path) }), given);
      return [];
    }
    return given.flatMap((one, index) => readFact(one, [...path, index], factKind) ?? []);
  }

  function readFact<T>(given: unknown, path: KeyPath, factKind: FactKind<T>): Fact<T> | undefined {
    if (!isTable(given)) {
      wrong(path, said("expected.fact"), given);
      return undefined;
    }
    refuseUnknown(given, path, FACT_KEYS);
    const value = valueAt(given.value, [...path, "value"], factKind);
    const source = valueAt(given.source, [...path, "source"], kind.line);
    const certainty = valueAt(given.certainty, [...path, "certainty"], kind.certainty);
    const note = given.note === undefined ? undefined : valueAt(given.note, [...path, "note"], kind.line);
    if (value === undefined || source === undefined || certainty === undefined) return undefined;
    return { value, source, certainty, ...(note === undefined ? {} : { note }) };
  }

  function readSettings(): SettingDefault[] {
    const tables = tableAt(document.settings, ["settings"]);
    return Object.entries(tables).flatMap(([table, given]) => {
      const keys = tableAt(given, ["settings", table]);
      return Object.entries(keys).flatMap(([key, fact]) => readSetting(table, key, fact) ?? []);
    });
  }

  function readSetting(table: string, key: string, given: unknown): SettingDefault | undefined {
    const path = ["settings", table, key];
    const row = rowsOf(table)?.find((one) => one.key === key);
    const setting = `${table}.${key}`;
    if (row === undefined || !DEFAULTABLE.includes(setting)) {
      const meant = nearest(setting, DEFAULTABLE, keyDistance);
      const expected = said("expected.defaultable", { known: DEFAULTABLE.join(", ") });
      troubles.push({
        code: "unknownKey",
        origin: inFile(path),
        key: dotted(path),
        expected,
        nearest: meant,
      });
      return undefined;
    }
    const fact = readFact(given, path, row.kind as FactKind<unknown>);
    // What stands in the file is what the settings will read, and not what they would make of it.
    return fact && { key: setting, fact: { ...fact, value: (given as { value: never }).value } };
  }

  function readQuestions(): OpenQuestion[] {
    if (document.unknown === undefined) return [];
    if (!Array.isArray(document.unknown)) {
      wrong(["unknown"], said("expected.questions"), document.unknown);
      return [];
    }
    return document.unknown.flatMap((one, index) => valueAt(one, ["unknown", index], question) ?? []);
  }

  /** @returns the value, or undefined after having said what is wrong with it, or that it is missing. */
  function valueAt<T>(given: unknown, path: KeyPath, factKind: FactKind<T>): T | undefined {
    if (given === undefined) {
      troubles.push({
        code: "missing",
        origin: inFile(path),
        key: dotted(path),
        expected: factKind.expected,
      });
      return undefined;
    }
    const checked = v.safeParse(factKind.schema, given);
    if (checked.success) return checked.output;
    const fields = new Set(checked.issues.map((issue) => issue.path?.[0]?.key));
    for (const field of fields) {
      const within = typeof field === "string" ? factKind.fields?.[field] : undefined;
      const value = isTable(given) && typeof field === "string" ? given[field] : undefined;
      if (within === undefined) wrong(path, factKind.expected, given);
      else if (value === undefined) {
        const key = dotted([...path, field as string]);
        troubles.push({ code: "missing", origin: inFile(path), key, expected: within.expected });
      } else wrong([...path, field as string], within.expected, value);
    }
    return undefined;
  }

  function wrong(path: KeyPath, expected: Said, value: unknown): void {
    const found = showValue(value, false);
    troubles.push({ code: "wrongValue", origin: inFile(path), key: dotted(path), expected, found });
  }

  function tableAt(given: unknown, path: KeyPath): Table {
    if (given === undefined) return {};
    if (isTable(given)) return given;
    wrong(path, said("expected.table", { table: dotted(path) }), given);
    return {};
  }

  function refuseUnknown(table: Table, path: KeyPath, known: readonly string[]): void {
    for (const key of Object.keys(table)) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known);
      const expected = said("expected.knownKey", { nearest: dotted([...path, meant]) });
      const shown = dotted([...path, showKey(key)]);
      troubles.push({
        code: "unknownKey",
        origin: inFile([...path, key]),
        key: shown,
        expected,
        nearest: meant,
      });
    }
  }

  /** Where it stands; where nothing is written, the nearest thing around it. */
  function inFile(path: KeyPath): Origin {
    lines ??= linesOf(from.tomlText);
    for (let length = path.length; length > 0; length--) {
      const spot = lines.spotOf(path.slice(0, length));
      if (spot !== undefined) return { kind: "file", file: from.path, ...spot };
    }
    return { kind: "file", file: from.path };
  }
}

/** `quirks.known[0].value` */
function dotted(path: KeyPath): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
