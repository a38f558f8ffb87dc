/** What is made from the table for people and for editors: sample file, JSON Schema, the README's tables. */
import type { Translate } from "../text/text.ts";
import { variableOf } from "./environment.ts";
import type { TomlValue } from "./kind.ts";
import { writeToml } from "./print.ts";
import { CORES_MAX, defaultOf, type PlacedRow, rowsOf, SINGLE_TABLES } from "./table.ts";

const SAMPLE_COLUMNS = 100;

/**
 * A settings file in which every setting is explained. What it sets are the defaults and one core; every other
 * default stands behind a `#` with no space after it, and reads as it stands once that is taken away.
 */
export function sampleFile(t: Translate): string {
  const opening = [t("sample.title"), t("sample.check"), t("sample.environment")].flatMap(comment);
  const single = SINGLE_TABLES.map((table) => [`[${table}]`, ...sampleRows(table, t)].join("\n"));
  const core = ["[[core]]", ...sampleRows("core", t)].join("\n");
  return `${[opening.join("\n"), ...single, core].join("\n\n")}\n`;
}

function sampleRows(table: string, t: Translate): string[] {
  return (rowsOf(table) ?? []).flatMap((row) => {
    const about = [t.pick(row.meaning), t("sample.value", { expected: row.kind.expected })];
    if (row.only !== undefined) about.push(t("sample.only", { kind: row.only }));
    if (row.live) about.push(t("sample.live"));
    const variable = variableOf(table === "core" ? "core[0]" : table, row.key);
    if (row.secret) about.push(t("sample.environmentOnly", { variable }));
    const value = shownValue(row);
    const isSet = row.prominent === true || row.example !== undefined;
    const line =
      value === undefined || row.secret ? [] : [`${isSet ? "" : "#"}${row.key} = ${writeToml(value)}`];
    return ["", ...about.flatMap(comment), ...line];
  });
}

function shownValue(row: PlacedRow): TomlValue | undefined {
  return row.example ?? defaultOf(row, 0);
}

/** Wrapped lines behind `# `. French puts a space before some marks, and no line may begin with one of those. */
function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(/ (?![:;?!])/)) {
    if (line.length + 1 + word.length > SAMPLE_COLUMNS && line !== "#") {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** JSON Schema 2020-12 of the settings file. What stands between two settings it does not know. */
export function settingsSchema(t: Translate): Record<string, unknown> {
  const single = SINGLE_TABLES.map((table) => [table, tableSchema(table, t)]);
  const core = { type: "array", minItems: 1, maxItems: CORES_MAX, items: tableSchema("core", t) };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "edge-agent",
    type: "object",
    properties: { ...Object.fromEntries(single), core },
    required: ["core"],
    additionalProperties: false,
  };
}

function tableSchema(table: string, t: Translate): Record<string, unknown> {
  const rows = (rowsOf(table) ?? []).filter(({ secret }) => !secret);
  const properties = rows.map((row) => {
    const byDefault = typeof row.default === "function" ? undefined : row.default;
    const schema = { description: t.pick(row.meaning), ...row.kind.jsonSchema };
    return [row.key, byDefault === undefined ? schema : { ...schema, default: byDefault }];
  });
  const required = rows.filter(({ example }) => example !== undefined).map(({ key }) => key);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** The README's part: one Markdown table per TOML table. */
export function settingsMarkdown(t: Translate): string {
  const sections = [...SINGLE_TABLES, "core"].map((table) => {
    const header = `| ${[t("doc.key"), t("doc.default"), t("doc.live"), t("doc.meaning")].join(" | ")} |`;
    const rows = (rowsOf(table) ?? []).map((row) => markdownRow(table, row, t));
    return [
      `**\`${table === "core" ? "[[core]]" : `[${table}]`}\`**`,
      "",
      header,
      "|---|---|---|---|",
      ...rows,
    ].join("\n");
  });
  return `${sections.join("\n\n")}\n`;
}

function markdownRow(table: string, row: PlacedRow, t: Translate): string {
  const value = row.example === undefined ? defaultOf(row, 0) : undefined;
  const none = row.example === undefined ? t("doc.none") : t("doc.required");
  const meaning = row.secret
    ? `${t.pick(row.meaning)} ${t("sample.environmentOnly", { variable: variableOf(`${table}[0]`, row.key) })}`
    : t.pick(row.meaning);
  const only = row.only === undefined ? "" : ` ${t("sample.only", { kind: row.only })}`;
  const cells = [
    `\`${row.key}\``,
    value === undefined ? none : `\`${writeToml(value)}\``,
    row.live ? t("doc.yes") : "",
    `${meaning}${only} *${t.say(row.kind.expected)}*`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
