/**
 * A JSON merge patch (RFC 7396) laid upon a settings file: only the values that it names change; comments, order and all
 * else stay. `null` takes a setting out of the file: it has its default again.
 *
 *   { "log": { "level": "debug" }, "core": { "main": { "replay_rate_max": 50 } } }
 *
 * Cores are named by their id, for a list would have to be sent whole. Whose settings these are: settings-guard.ts.
 * That only the wanted values have changed is not believed but checked, by the parser. Pure.
 *
 * Whether the settings are right, nobody asks here: settings-change.ts.
 */
import { isDeepStrictEqual } from "node:util";
import { type KeyPath, layoutOf, type WrittenPair } from "../config/lines.ts";
import { parseToml } from "../config/load.ts";
import { writeToml } from "../config/print.ts";
import type { Read } from "../lorawan/read.ts";
import { setInToml } from "../setup/toml-edit.ts";
import { isTable } from "./arguments.ts";

type Table = Readonly<Record<string, unknown>>;

export interface MergeFault {
  readonly reason: "fileUnreadable" | "badMerge" | "unknownCore" | "cannotMerge";
  /** The key that is at fault. */
  readonly key: string;
}

interface Edit {
  readonly path: KeyPath;
  readonly value: unknown;
}

/** What cores are called when they do not say. */
const CORE_ID_USUAL = "main";
/** More is another file. */
const EDITS_MAX = 64;

/** @param toml a sound TOML text. @param merge as it came. */
export function mergeSettings(toml: string, merge: Table): Read<string, MergeFault> {
  const before = documentOf(toml);
  if (before === undefined) return fault("fileUnreadable", "");
  const edits = editsOf(before, merge);
  if (!edits.ok) return edits;
  let text = toml;
  for (const { path, value } of edits.value) {
    const next = value === null ? withoutPair(text, path) : setInToml(text, path, writeToml(value as string));
    if (next === undefined) return fault("cannotMerge", path.join("."));
    text = next;
  }
  // Once for all of them: a slow processor has frames to take meanwhile.
  const wanted = edits.value.reduce(
    (table, { path, value }) => withValue(table, path, value),
    before as unknown,
  );
  if (isDeepStrictEqual(documentOf(text), wanted)) return { ok: true, value: text };
  return fault("cannotMerge", edits.value.map(({ path }) => path.join(".")).join(", "));
}

function documentOf(toml: string): Table | undefined {
  const parsed = parseToml(toml, "");
  return parsed.ok ? (plain(parsed.document) as Table) : undefined;
}

/** The parser's tables have no prototype, and equal none that has one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** Each value that is to be set or taken out, and where. */
function editsOf(document: Table, merge: Table): Read<readonly Edit[], MergeFault> {
  const edits: Edit[] = [];
  for (const [name, table] of Object.entries(merge)) {
    if (!isTable(table)) return fault("badMerge", name);
    if (name !== "core") {
      edits.push(...Object.entries(table).map(([key, value]) => ({ path: [name, key], value })));
      continue;
    }
    for (const [id, core] of Object.entries(table)) {
      if (!isTable(core)) return fault("badMerge", `core.${id}`);
      const index = coresOf(document).findIndex((one) => (one.id ?? CORE_ID_USUAL) === id);
      if (index < 0) return fault("unknownCore", `core.${id}`);
      edits.push(...Object.entries(core).map(([key, value]) => ({ path: ["core", index, key], value })));
    }
  }
  if (edits.length > EDITS_MAX) return fault("badMerge", "");
  const wrong = edits.find(({ value }) => value !== null && !isPlain(value));
  return wrong === undefined ? { ok: true, value: edits } : fault("badMerge", wrong.path.join("."));
}

function coresOf({ core }: Table): Table[] {
  return Array.isArray(core) ? core.filter(isTable) : [];
}

/** What writeToml() writes as TOML. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value);
}

/** @returns undefined when it does not stand on lines of its own. */
function withoutPair(text: string, path: KeyPath): string | undefined {
  const pair: WrittenPair | undefined = layoutOf(text).pairs.find((one) => isDeepStrictEqual(one.path, path));
  if (pair === undefined) return text;
  const from = text.lastIndexOf("\n", pair.keyFrom - 1) + 1;
  const end = text.indexOf("\n", pair.to);
  const to = end < 0 ? text.length : end + 1;
  const isAlone =
    /^[ \t]*$/.test(text.slice(from, pair.keyFrom)) && /^[ \t]*(#.*)?\r?\n?$/.test(text.slice(pair.to, to));
  return isAlone ? text.slice(0, from) + text.slice(to) : undefined;
}

function withValue(table: unknown, path: KeyPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(table))
    return table.map((one, index) => (index === key ? withValue(one, rest, value) : one));
  const { [key]: there, ...others } = isTable(table) ? table : {};
  if (rest.length === 0 && value === null) return others;
  return { ...others, [key]: withValue(there, rest, value) };
}

function fault(reason: MergeFault["reason"], key: string): Read<never, MergeFault> {
  return { ok: false, fault: { reason, key } };
}
