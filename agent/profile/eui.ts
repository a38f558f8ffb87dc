/**
 * The gateway's EUI, from where the box itself has it written. Not the forwarder's word (that comes with its first
 * datagram) and never made from a MAC address: it is read, or it is not known.
 */
import { parse } from "smol-toml";
import { isAgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import type { EuiSource } from "./profile.ts";

const SOURCE_OCTETS_MAX = 256 * 1024;
/** What files say that nobody has set: zero, and the sample of Semtech's global_conf.json. */
const NOT_SET = ["0000000000000000", "aa555a0000000000"];

export interface FoundEui {
  /** 16 lower-case hex digits. */
  readonly eui: string;
  readonly file: string;
}

/** @returns from the first source that has one; a file that cannot be read or understood has none. */
export async function findEui(
  files: Pick<Files, "read">,
  sources: readonly EuiSource[],
): Promise<FoundEui | undefined> {
  for (const source of sources) {
    const text = await readText(files, source.file);
    const eui = text === undefined ? undefined : euiIn(text, source);
    if (eui !== undefined) return { eui, file: source.file };
  }
  return undefined;
}

/** @returns the EUI that stands under the source's key; undefined for none, for zero, and for text that is none. */
export function euiIn(text: string, { format, key }: Pick<EuiSource, "format" | "key">): string | undefined {
  if (format === "env") return asEui(variableIn(text, key));
  const document = format === "toml" ? parsedToml(text) : parsedJson(text);
  let value: unknown = document;
  for (const part of key.split(".")) {
    value =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return asEui(value);
}

/** A number of 64 bits, or 16 hex digits with or without 0x. */
function asEui(value: unknown): string | undefined {
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const text = isNumber
    ? value.toString(16).padStart(16, "0")
    : typeof value === "string"
      ? value.trim()
      : "";
  const hex = text.replace(/^0x/i, "").toLowerCase();
  return /^[0-9a-f]{16}$/.test(hex) && !NOT_SET.includes(hex) ? hex : undefined;
}

function variableIn(text: string, name: string): string | undefined {
  for (const line of text.split("\n")) {
    const [, key, value] = /^\s*(?:export\s+)?([A-Za-z0-9_]+)=["']?([^"'\s]*)["']?\s*$/.exec(line) ?? [];
    if (key === name) return value;
  }
  return undefined;
}

function parsedToml(text: string): unknown {
  try {
    return parse(text, { integersAsBigInt: "asNeeded" });
  } catch {
    return undefined;
  }
}

/**
 * The reference forwarder's files have C comments within the JSON. Texts and comments that nobody ends go to the end:
 * looked for from each beginning again, they would take minutes of a file made for it.
 */
function parsedJson(text: string): unknown {
  const bare = text.replace(
    /("(?:\\[\s\S]?|[^"\\])*"?)|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g,
    (_all, string = "") => string,
  );
  try {
    return JSON.parse(bare);
  } catch {
    return undefined;
  }
}

async function readText(files: Pick<Files, "read">, path: string): Promise<string | undefined> {
  try {
    const content = await files.read(path, SOURCE_OCTETS_MAX + 1);
    return content === undefined || content.length > SOURCE_OCTETS_MAX ? undefined : content.toString("utf8");
  } catch (error) {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return undefined;
  }
}
