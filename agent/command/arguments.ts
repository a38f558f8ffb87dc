/**
 * The arguments that a command takes: each kind checks a value and tells JSON Schema, so that what is published is what
 * is checked. Which command takes which: catalogue.ts.
 *
 * Pure. What comes from the network is not trusted: reading gives the name of the first argument that is wrong.
 */
import type { Read } from "../lorawan/read.ts";
import { readUtcText } from "../lorawan/utc-text.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Argument<T> {
  /** @returns undefined when it is none. */
  readonly read: (value: unknown) => T | undefined;
  readonly json: JsonSchema;
  readonly required: boolean;
}

export type Shape = Readonly<Record<string, Argument<unknown>>>;

type Required<S extends Shape> = {
  readonly [Name in keyof S as S[Name]["required"] extends true ? Name : never]: ValueOf<S[Name]>;
};
type Optional<S extends Shape> = {
  readonly [Name in keyof S as S[Name]["required"] extends true ? never : Name]?:
    | ValueOf<S[Name]>
    | undefined;
};
type ValueOf<A> = A extends Argument<infer T> ? T : never;
export type ArgumentsOf<S extends Shape> = Required<S> & Optional<S>;

type May<T> = Argument<T> & { readonly required: false };

export function must<T>(argument: May<T>): Argument<T> & { readonly required: true } {
  return { ...argument, required: true };
}

export const yesOrNo: May<boolean> = {
  required: false,
  json: { type: "boolean" },
  read: (value) => (typeof value === "boolean" ? value : undefined),
};

export function whole(minimum: number, maximum: number): May<number> {
  return {
    required: false,
    json: { type: "integer", minimum, maximum },
    read: (value) =>
      Number.isInteger(value) && isWithin(value as number, minimum, maximum) ? (value as number) : undefined,
  };
}

function isWithin(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum;
}

export function oneOf<const T extends string | number>(...choices: readonly T[]): May<T> {
  return {
    required: false,
    json: { enum: choices },
    read: (value) => choices.find((choice) => choice === value),
  };
}

/** Text of one line. */
export function words(charactersMax: number): May<string> {
  return matching(`^[^\\u0000-\\u001f\\u007f]{1,${charactersMax}}$`);
}

export function matching(pattern: string): May<string> {
  const wanted = new RegExp(pattern, "u");
  return {
    required: false,
    json: { type: "string", pattern },
    read: (value) => (typeof value === "string" && wanted.test(value) ? value : undefined),
  };
}

/** Text of many lines; how long it may be, the envelope says. */
export const manyLines: May<string> = {
  required: false,
  json: { type: "string" },
  read: (value) => (typeof value === "string" ? value : undefined),
};

/** ISO 8601, UTC: "2026-01-01T00:00:00Z". As milliseconds. */
export const moment: May<number> = {
  required: false,
  json: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$" },
  read: (value) => (typeof value === "string" ? momentOf(value) : undefined),
};

/** @returns UTC in milliseconds; undefined for what is no moment in UTC. */
export function momentOf(text: string): number | undefined {
  if (!text.endsWith("Z") || text[10] !== "T") return undefined;
  const utcMs = readUtcText(text);
  return utcMs === undefined ? undefined : Math.round(utcMs);
}

export const anyTable: May<Readonly<Record<string, unknown>>> = {
  required: false,
  json: { type: "object" },
  read: (value) => (isTable(value) ? value : undefined),
};

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @returns the name of the first argument that is wrong, missing, or nobody's. */
export function readArguments<S extends Shape>(shape: S, given: unknown): Read<ArgumentsOf<S>, string> {
  if (!isTable(given)) return { ok: false, fault: "arguments" };
  for (const name of Object.keys(given))
    if (!Object.hasOwn(shape, name)) return { ok: false, fault: shown(name) };
  const read: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(shape)) {
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven && !argument.required) continue;
    const value = isGiven ? argument.read(given[name]) : undefined;
    if (value === undefined) return { ok: false, fault: name };
    read[name] = value;
  }
  return { ok: true, value: read as ArgumentsOf<S> };
}

const SHOWN_CHARACTERS_MAX = 32;

/** A name that somebody made up, as it may stand in a reply. */
function shown(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "?").slice(0, SHOWN_CHARACTERS_MAX);
}

/** JSON Schema of what readArguments() takes. */
export function argumentsSchema(shape: Shape): JsonSchema {
  const required = Object.keys(shape).filter((name) => shape[name]!.required);
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(shape).map(([name, { json }]) => [name, json])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}
