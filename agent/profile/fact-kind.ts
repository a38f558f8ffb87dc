/**
 * The kinds of value a fact can have, beside those of the settings (config/kind.ts): lines of text, commands, dates,
 * and small records. How a fact is written around its value: reading.ts.
 */
import * as v from "valibot";
import * as kind from "../config/kind.ts";
import { type Said, said } from "../text/said.ts";
import { CERTAINTIES, type Certainty } from "./profile.ts";

/** As much of a Kind as facts need; every Kind is one. */
export interface FactKind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  readonly expected: Said;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** The value as the file has it. */
  readonly toml: (value: T) => unknown;
  /** Of a record: the kinds of its fields, so that a wrong one is named alone. */
  readonly fields?: Readonly<Record<string, FactKind<never>>>;
}

const LINE_CHARACTERS_MAX = 400;
const ARGV_WORDS_MAX = 16;

/** Text without C0 and DEL. */
const LINE = new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${LINE_CHARACTERS_MAX}}$`);

/** Text on one line, not empty. */
export const line: FactKind<string> = matching(said("expected.line", { max: LINE_CHARACTERS_MAX }), LINE);

export const name: FactKind<string> = kind.name(64);
export const boolean: FactKind<boolean> = kind.boolean;
export const certainty: FactKind<Certainty> = kind.choice(...CERTAINTIES);

export const argv: FactKind<readonly string[]> = {
  expected: said("expected.argv"),
  jsonSchema: { type: "array", items: line.jsonSchema, minItems: 1, maxItems: ARGV_WORDS_MAX },
  schema: v.pipe(v.array(line.schema), v.minLength(1), v.maxLength(ARGV_WORDS_MAX)),
  toml: (value) => value,
};

export const day: FactKind<string> = matching(
  said("expected.day"),
  /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/,
);

/** The key of a setting in somebody else's file. */
export const dottedKey: FactKind<string> = matching(
  said("expected.dottedKey"),
  /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
);

function matching(expected: Said, pattern: RegExp): FactKind<string> {
  return {
    expected,
    jsonSchema: { type: "string", pattern: pattern.source },
    schema: v.pipe(v.string(), v.regex(pattern)),
    toml: (value) => value,
  };
}

/** Several, the preferred first; not empty. */
export function several<T>(element: FactKind<T>): FactKind<readonly T[]> {
  return {
    expected: said("expected.listSome", { max: kind.LIST_ITEMS_MAX, element: element.expected }),
    jsonSchema: {
      type: "array",
      items: element.jsonSchema,
      minItems: 1,
      maxItems: kind.LIST_ITEMS_MAX,
    },
    schema: v.pipe(v.array(element.schema), v.minLength(1), v.maxLength(kind.LIST_ITEMS_MAX)),
    toml: (values) => values.map((value) => element.toml(value)),
  };
}

type Fields<T> = { readonly [Key in keyof T]-?: FactKind<NonNullable<T[Key]>> };

/** @param optional fields that may be missing. */
export function record<T extends object>(fields: Fields<T>, optional: readonly (keyof T & string)[] = []) {
  const entries = Object.entries(fields as Record<string, FactKind<unknown>>);
  const names = entries.map(([key]) => key);
  const isOptional = (key: string): boolean => (optional as readonly string[]).includes(key);
  const shape = entries.map(([key, { schema }]) => [key, isOptional(key) ? v.optional(schema) : schema]);
  const made: FactKind<T> = {
    expected: said("expected.record", { keys: names.join(", ") }),
    fields: fields as unknown as Readonly<Record<string, FactKind<never>>>,
    jsonSchema: {
      type: "object",
      properties: Object.fromEntries(entries.map(([key, { jsonSchema }]) => [key, jsonSchema])),
      required: names.filter((key) => !isOptional(key)),
      additionalProperties: false,
    },
    schema: v.strictObject(Object.fromEntries(shape)) as unknown as v.GenericSchema<unknown, T>,
    toml: (value) => value,
  };
  return made;
}
