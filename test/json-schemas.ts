/**
 * The published JSON Schemas, compiled: once as they are, for whoever reads, and once closed, for what we ourselves send,
 * where a field that the schema does not know is a field that somebody forgot to publish.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const TOP = join(import.meta.dirname, "..");

export function readSchema(path: string): object {
  return JSON.parse(readFileSync(join(TOP, path), "utf8"));
}

/** Strict: a keyword that is misspelt, or that does not apply, is an error. */
export function compileSchema(schema: object): ValidateFunction {
  return new Ajv2020({ strict: true, allErrors: true }).compile(schema);
}

/** An object that lists its properties may have no others. */
export function closed(schema: object): object {
  return walk(schema) as object;
}

function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  const walked = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one)]));
  const lists = typeof walked.properties === "object" && walked.type === "object";
  return lists && walked.additionalProperties === undefined
    ? { ...walked, additionalProperties: false }
    : walked;
}

/** @returns what is wrong with this payload, one line each. */
export function faultsOf(validate: ValidateFunction, payload: Uint8Array): string[] {
  if (validate(JSON.parse(Buffer.from(payload).toString("utf8")))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
