/**
 * What `dbus-send --print-reply` prints, read back into values. Pure.
 *
 *   method return time=… sender=:1.5 -> destination=:1.44 serial=92 reply_serial=2
 *      array [
 *         dict entry(
 *            string "Strength"
 *            variant                byte 61
 *         )
 *      ]
 *
 * An array of dict entries becomes a record, a struct an array, a variant what it holds. Text is not escaped there: of a
 * string of several lines (a phone may call itself anything) the first counts, and what is no value is passed over.
 *
 * Source: dbus 1.14, tools/dbus-print-message.c.
 */
export type DbusValue = string | number | boolean | readonly DbusValue[] | DbusRecord;
export interface DbusRecord {
  readonly [key: string]: DbusValue;
}

const LINES_MAX = 4_000;
const DEPTH_MAX = 16;

/** @returns the values of the reply, or undefined when it is none, or not whole. */
export function readReply(printed: string): readonly DbusValue[] | undefined {
  const [head = "", ...rest] = printed.split("\n");
  if (!head.startsWith("method return") || rest.length > LINES_MAX) return undefined;
  const lines = rest.map((line) => line.trim()).filter((line) => A_VALUE.test(line));
  const reader = { lines, at: 0 };
  const values: DbusValue[] = [];
  while (reader.at < lines.length) {
    const value = readValue(reader, 0);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** How each line of a value begins, or ends one that has several. */
const A_VALUE =
  /^(array|struct \{|dict entry\(|variant|string "|object path "|signature "|byte|u?int|double|boolean|[\]})]$)/;

interface Reader {
  readonly lines: readonly string[];
  at: number;
}

function readValue(reader: Reader, depth: number): DbusValue | undefined {
  const line = reader.lines[reader.at++]?.replace(/^(variant\s+)+/, "");
  if (line === undefined || depth > DEPTH_MAX) return undefined;
  if (line.startsWith("array of bytes")) return skipOctets(reader, line);
  if (line === "array [") return readArray(reader, depth);
  if (line === "struct {") return readUntil(reader, "}", depth);
  return readPlain(line);
}

/** Octets are nothing that we ask for: they are given as an empty text. */
function skipOctets(reader: Reader, line: string): string {
  if (line.endsWith("[")) while (reader.at < reader.lines.length && reader.lines[reader.at++] !== "]");
  return "";
}

function readPlain(line: string): DbusValue | undefined {
  const text = /^(?:string|object path|signature) "(.*?)"?$/.exec(line);
  if (text !== null) return text[1]!;
  const number = /^(?:byte|u?int(?:16|32|64)|double) (-?[\d.]+(?:e[+-]?\d+)?)$/.exec(line);
  if (number !== null) return Number(number[1]);
  const truth = /^boolean (true|false)$/.exec(line);
  return truth === null ? undefined : truth[1] === "true";
}

function readArray(reader: Reader, depth: number): DbusValue | undefined {
  if (reader.lines[reader.at] !== "dict entry(") return readUntil(reader, "]", depth);
  const record: Record<string, DbusValue> = {};
  while (reader.lines[reader.at] === "dict entry(") {
    reader.at += 1;
    const [key, value] = readUntil(reader, ")", depth) ?? [];
    if (typeof key !== "string" || value === undefined) return undefined;
    record[key] = value;
  }
  return reader.lines[reader.at++] === "]" ? record : undefined;
}

function readUntil(reader: Reader, end: string, depth: number): readonly DbusValue[] | undefined {
  const values: DbusValue[] = [];
  while (reader.lines[reader.at] !== end) {
    const value = readValue(reader, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  reader.at += 1;
  return values;
}

/** A step into a record. @returns undefined where there is none. */
export function within(value: DbusValue | undefined, ...keys: readonly string[]): DbusValue | undefined {
  let at = value;
  for (const key of keys) {
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

export function isRecord(value: DbusValue | undefined): value is DbusRecord {
  return typeof value === "object" && !Array.isArray(value);
}

export function textOf(value: DbusValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 80) : undefined;
}

export function figureOf(value: DbusValue | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
