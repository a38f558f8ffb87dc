/**
 * Fields of a JSON object written by somebody else's forwarder: numbers may be missing, null, strings, floats or
 * beyond all range.
 *
 * What a field means, and whether it may be missing, is said in rxpk.ts, stat.ts and txpk.ts.
 */
import type { Read } from "./read.ts";

export type Fields = Readonly<Record<string, unknown>>;

export type FieldsFault = "badJson" | "notAnObject";

export const UINT32_MAX = 0xffff_ffff;

/** Longer texts are not taken for numbers. */
const NUMBER_CHARS_MAX = 24;

export function readFields(text: string): Read<Fields, FieldsFault> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, fault: "badJson" };
  }
  const fields = fieldsOf(value);
  return fields === undefined ? { ok: false, fault: "notAnObject" } : { ok: true, value: fields };
}

/** @returns undefined when it is no JSON object. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A finite number, or a string that is one in plain decimals; else undefined. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.length > NUMBER_CHARS_MAX) return undefined;
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A whole number of 0..max; else undefined. */
export function countOf(value: unknown, max: number = UINT32_MAX): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 && number <= max
    ? number
    : undefined;
}
