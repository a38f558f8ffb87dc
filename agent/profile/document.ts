/**
 * What is made from the table of facts and from the profiles for people and for editors: the JSON Schema of a profile
 * file, and the tables of firmware-profiles/README.md. `npm run generate` writes them.
 */
import { printSize } from "../config/quantity.ts";
import { rowsOf } from "../config/table.ts";
import { DEFAULTABLE } from "./defaultable.ts";
import * as kind from "./fact-kind.ts";
import { FACTS, factsOf, SECTIONS, SIGN } from "./facts.ts";
import { CERTAINTIES, type Fact, type GatewayProfile } from "./profile.ts";
import { summaryOf } from "./show.ts";

type Schema = Readonly<Record<string, unknown>>;

const LINE: Schema = { $ref: "#/$defs/line" };
const CERTAINTY: Schema = { $ref: "#/$defs/certainty" };

/** JSON Schema 2020-12 of a profile file, of a model or of a system. What stands between two files it does not know. */
export function profileSchema(): Schema {
  const sections = SECTIONS.map((section) => {
    const rows = factsOf(section) ?? [];
    const properties = rows.map((row) => {
      const { key, label, many } = row;
      const one = factSchema(row.kind.jsonSchema, label.en);
      return [key, many ? { type: "array", items: one } : one] as const;
    });
    return [section, closed(Object.fromEntries(properties), [], FACTS[section].label.en)] as const;
  });
  const question = closed({ what: LINE, ask: LINE }, ["what", "ask"]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "edge-agent gateway profile",
    $defs: { line: kind.line.jsonSchema, certainty: { enum: CERTAINTIES } },
    ...closed(
      {
        title: LINE,
        systems: kind.several(kind.name).jsonSchema,
        fallback: { type: "boolean" },
        recognise: closed({ sign: { type: "array", items: factSchema(SIGN.jsonSchema, "sign") } }),
        ...Object.fromEntries(sections),
        settings: settingsSchema(),
        unknown: { type: "array", items: question },
      },
      ["title"],
    ),
  };
}

function factSchema(value: Schema, description: string): Schema {
  const properties = { value, source: LINE, certainty: CERTAINTY, note: LINE };
  return closed(properties, ["value", "source", "certainty"], description);
}

/** The settings to which a profile may give a default, each with its own kind. */
function settingsSchema(): Schema {
  const tables: Record<string, Record<string, Schema>> = {};
  for (const setting of DEFAULTABLE) {
    const [table = "", key = ""] = setting.split(".");
    const row = rowsOf(table)?.find((one) => one.key === key);
    if (row === undefined) throw new Error(`no such setting: ${setting}`);
    tables[table] = { ...tables[table], [key]: factSchema(row.kind.jsonSchema, row.meaning.en) };
  }
  return closed(Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, closed(rows)])));
}

function closed(properties: Schema, required: readonly string[] = [], description?: string): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

// ----------------------------------------------------------------------------------------- the page

/** What runs where: a Markdown table, one line per profile. */
export function profilesMarkdown(profiles: readonly GatewayProfile[]): string {
  const header = "| gateway | profile | agent | packages | memory | limit | Node, until |";
  const lines = profiles.map((profile) => {
    const { name, title, packages } = summaryOf(profile);
    const { board, runs } = profile;
    const cells = [
      title,
      `\`${name}\``,
      sure(runs.form),
      packages.join(", "),
      board.ram === undefined ? "not known" : sure(board.ram, printSize(board.ram.value)),
      printSize(runs.memoryMax.value),
      `${sure(runs.node)}, ${runs.nodeEnd.value}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [header, "|---|---|---|---|---|---|---|", ...lines].join("\n");
}

/** What only a unit can tell, by system. */
export function questionsMarkdown(profiles: readonly GatewayProfile[]): string {
  const systems = new Map<string, Map<string, string>>();
  for (const { system, unknown } of profiles) {
    const asked = systems.get(system) ?? new Map<string, string>();
    for (const { what, ask } of unknown) asked.set(what, ask);
    systems.set(system, asked);
  }
  const lines = [...systems].flatMap(([system, asked]) =>
    [...asked].map(([what, ask]) => `| ${system} | ${what} | \`${ask.replaceAll("|", "\\|")}\` |`),
  );
  return ["| system | not known | ask the unit |", "|---|---|---|", ...lines].join("\n");
}

function sure<T>({ value, certainty }: Fact<T>, shown = String(value)): string {
  return `${shown} (${certainty})`;
}
