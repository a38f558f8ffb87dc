/** The vectors of test/vectors/: octets and JSON written by others, and what must be walked of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../vectors");

/** Parsed JSON of a vector file; its shape is the file's own. */
// biome-ignore lint/suspicious/noExplicitAny: each file has its own shape, and a wrong one fails the test
export function vectors(file: string): any {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
}

export function valueOrFault<T>(read: { ok: true; value: T } | { ok: false; fault: string }): T {
  if (!read.ok) throw new Error(`fault: ${read.fault}`);
  return read.value;
}

export function faultOf(read: { ok: true } | { ok: false; fault: string }): string | undefined {
  return read.ok ? undefined : read.fault;
}
