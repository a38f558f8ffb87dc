/**
 * The settings text of a packet forwarder, TOML or JSON: read, and a few keys set in it so that everything else stays
 * as it is, to the octet.
 *
 * An edit counts only when the parser, asked before and after, finds those keys changed and nothing else.
 */
import { isDeepStrictEqual } from "node:util";
import { parseToml } from "../config/load.ts";
import { writeToml } from "../config/print.ts";
import { showKey, type Trouble } from "../config/trouble.ts";
import { said } from "../text/said.ts";
import { parseJsonText, plainOf, setInJson } from "./json-edit.ts";
import { setInToml } from "./toml-edit.ts";

export type ForwarderFormat = "toml" | "json";

const TEXT_OCTETS_MAX = 1024 * 1024;

export interface KeyEdit {
  /** Dotted, such as gwmp.node. */
  readonly key: string;
  readonly value: string | number | boolean;
}

type Document = Readonly<Record<string, unknown>>;
export type ReadText =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly trouble: Trouble };
export type EditedText =
  | { readonly ok: true; readonly content: Buffer }
  | { readonly ok: false; readonly trouble: Trouble };

/** @param file only named in what is said. */
export function readForwarderText(format: ForwarderFormat, content: Buffer, file: string): ReadText {
  if (content.length > TEXT_OCTETS_MAX) {
    const expected = said("expected.fileSize", { max: TEXT_OCTETS_MAX });
    const origin = { kind: "file", file } as const;
    return {
      ok: false,
      trouble: { code: "syntax", origin, key: "", expected, found: String(content.length) },
    };
  }
  const text = content.toString("latin1");
  if (format === "toml") return parseToml(text, file);
  const parsed = parseJsonText(text);
  const document = parsed.ok ? plainOf(parsed.root) : undefined;
  if (isTable(document)) return { ok: true, document };
  const before = text.slice(0, parsed.ok ? parsed.root.from : parsed.fault.offset);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const origin = { kind: "file", file, line, column } as const;
  return { ok: false, trouble: { code: "syntax", origin, key: "", expected: said("setup.expectedJson") } };
}

/** @returns what stands under a dotted key; undefined for nothing. */
export function valueAt(document: Document, key: string): unknown {
  let value: unknown = document;
  for (const part of key.split(".")) value = isTable(value) ? value[part] : undefined;
  return value;
}

/** Sets keys; a key that has its value already is left as it is written. */
export function editForwarderText(
  format: ForwarderFormat,
  content: Buffer,
  edits: readonly KeyEdit[],
  file: string,
): EditedText {
  const before = readForwarderText(format, content, file);
  if (!before.ok) return before;
  const wanted = edits.filter(({ key, value }) => valueAt(before.document, key) !== value);
  let text = content.toString("latin1");
  for (const { key, value } of wanted) {
    const next = setOne(format, text, key.split("."), value);
    if (next === undefined) return unsafe(key, file);
    text = next;
  }
  const edited = Buffer.from(text, "latin1");
  const after = readForwarderText(format, edited, file);
  if (!after.ok || !isDeepStrictEqual(after.document, expectedDocument(format, content, wanted, file))) {
    return unsafe(wanted.map(({ key }) => showKey(key)).join(", "), file);
  }
  return { ok: true, content: edited };
}

function setOne(
  format: ForwarderFormat,
  text: string,
  path: readonly string[],
  value: KeyEdit["value"],
): string | undefined {
  if (format === "toml") {
    return parseToml(text, "").ok ? setInToml(text, path, writeToml(value)) : undefined;
  }
  const parsed = parseJsonText(text);
  return parsed.ok ? setInJson(text, parsed.root, path, JSON.stringify(value)) : undefined;
}

/** Read anew, for what is read here is changed. */
function expectedDocument(
  format: ForwarderFormat,
  content: Buffer,
  edits: readonly KeyEdit[],
  file: string,
): unknown {
  const read = readForwarderText(format, content, file);
  if (!read.ok) return undefined;
  const document = read.document as Record<string, unknown>;
  for (const { key, value } of edits) {
    const path = key.split(".");
    let table = document;
    for (const part of path.slice(0, -1)) {
      if (table[part] === undefined) table[part] = Object.create(Object.getPrototypeOf(document));
      const next = table[part];
      if (!isTable(next)) return undefined;
      table = next as Record<string, unknown>;
    }
    table[path.at(-1)!] = value;
  }
  return document;
}

function unsafe(key: string, file: string): EditedText {
  const trouble = { origin: { kind: "file", file }, key, expected: said("setup.editByHand") } as const;
  return { ok: false, trouble: { code: "contradiction", ...trouble } };
}

function isTable(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
