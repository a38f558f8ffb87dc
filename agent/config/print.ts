/**
 * The settings in force, as TOML that reads back as the same settings, but for what may be a secret: that is not printed,
 * and of a program's command line only the program (Kind.shown).
 */
import type { Translate } from "../text/text.ts";
import { variableOf } from "./environment.ts";
import type { TomlValue } from "./kind.ts";
import type { LoadedSettings } from "./load.ts";
import { HIDDEN } from "./shown-url.ts";
import { type PlacedRow, rowsOf, SINGLE_TABLES } from "./table.ts";
import type { Origin } from "./trouble.ts";

interface Printed {
  readonly row: PlacedRow;
  /** Of the whole setting: `core[0].servers`. */
  readonly key: string;
  /** As it is shown. */
  readonly value: TomlValue;
  readonly origin: Origin;
}

interface PrintedTable {
  readonly name: string;
  readonly header: string;
  readonly settings: readonly Printed[];
}

/** @param options.origin says after each value where it comes from. */
export function printToml(
  loaded: LoadedSettings,
  t: Translate,
  options: { readonly origin: boolean },
): string {
  const blocks = tablesOf(loaded).map(({ name, header, settings }) => {
    const lines = settings.map(({ row, value, origin }) => {
      const from = options.origin ? `  # ${sayOrigin(origin, t)}` : "";
      return row.secret
        ? `# ${variableOf(name, row.key)} = ${HIDDEN}${from}`
        : `${row.key} = ${writeToml(value)}${from}`;
    });
    return [header, ...lines].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** `settings` as the TOML would be parsed; with `origin`, where each value comes from by its key. */
export function printJson(
  loaded: LoadedSettings,
  options: { readonly origin: boolean },
): Record<string, unknown> {
  const tables = tablesOf(loaded);
  const values = ({ settings }: PrintedTable): Record<string, unknown> =>
    Object.fromEntries(settings.map(({ row, value }) => [row.key, row.secret ? HIDDEN : value]));
  const single = tables.filter(({ header }) => !header.startsWith("[["));
  const cores = tables.filter(({ header }) => header.startsWith("[["));
  const origins = tables.flatMap(({ settings }) => settings.map(({ key, origin }) => [key, origin]));
  return {
    settings: {
      ...Object.fromEntries(single.map((table) => [table.name, values(table)])),
      core: cores.map(values),
    },
    ...(options.origin ? { origins: Object.fromEntries(origins) } : {}),
  };
}

function tablesOf({ settings, origins }: LoadedSettings): PrintedTable[] {
  const print = (name: string, header: string, rows: readonly PlacedRow[], fields: object): PrintedTable => ({
    name,
    header,
    settings: rows.flatMap((row) => {
      const value = (fields as Record<string, unknown>)[row.field];
      if (value === undefined) return [];
      const key = `${name}.${row.key}`;
      const toml = row.kind.toml(value);
      const shown = row.kind.shown?.(toml) ?? toml;
      return [{ row, key, value: shown, origin: origins.get(key) ?? { kind: "default" } }];
    }),
  });
  return [
    ...SINGLE_TABLES.map((table) => print(table, `[${table}]`, rowsOf(table) ?? [], settings[table])),
    ...settings.cores.map((core, index) => print(`core[${index}]`, "[[core]]", rowsOf("core") ?? [], core)),
  ];
}

function sayOrigin(origin: Origin, t: Translate): string {
  if (origin.kind === "default") return t("origin.default");
  if (origin.kind === "environment") return t("origin.environment", { variable: origin.variable });
  if (origin.kind === "profile") return t("origin.profile", { profile: origin.profile });
  return t("origin.file", { line: origin.line ?? "?" });
}

/** A value of ours as TOML: JSON's strings, numbers and lists are TOML's, but for DEL, which TOML escapes. */
export function writeToml(value: TomlValue): string {
  if (Array.isArray(value)) return `[${value.map(writeToml).join(", ")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)} = ${writeToml(one)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
