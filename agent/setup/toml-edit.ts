/**
 * A value set in a TOML text that belongs to somebody else: nothing but that value changes, or its line is put in. All
 * other octets, comments, order and ends of lines stay as they are.
 *
 * The text is octets as latin1, one character each: what is no UTF-8 in a comment survives. Pure. That only the wanted
 * value has changed is not believed but checked, by the parser, before and after: forwarder-text.ts.
 *
 * Source: TOML 1.0.0.
 */
import { type KeyPath, layoutOf, type WrittenHeader, type WrittenPair } from "../config/lines.ts";

/** @param text sound TOML. @param path plain keys. @param written the value, as TOML. */
export function setInToml(text: string, path: KeyPath, written: string): string {
  const { pairs, headers } = layoutOf(text);
  const there = pairs.find((pair) => isSame(pair.path, path));
  if (there !== undefined) return splice(text, there.from, there.to, written);
  for (let length = path.length - 1; length > 0; length--) {
    const prefix = path.slice(0, length);
    const table = pairs.find((pair) => isSame(pair.path, prefix) && text[pair.from] === "{");
    if (table !== undefined) return intoInline(text, table, pairs, path, written);
    const header = headers.find((one) => isSame(one.path, prefix));
    if (header !== undefined) return belowHeader(text, header, pairs, path, written);
    const dotted = pairs.filter(
      ({ path: one, within, depth }) => depth === 0 && within.length < length && startsWith(one, prefix),
    );
    const last = dotted.at(-1);
    if (last !== undefined) return behindPair(text, last, path, written);
  }
  return atTheEnd(text, path, written);
}

function intoInline(
  text: string,
  table: WrittenPair,
  pairs: readonly WrittenPair[],
  path: KeyPath,
  written: string,
): string {
  const pair = `${keysOf(path.slice(table.path.length))} = ${written}`;
  const last = pairs.filter(({ within, depth }) => depth > 0 && isSame(within, table.path)).at(-1);
  if (last === undefined) return splice(text, table.from, table.to, `{ ${pair} }`);
  return splice(text, last.to, last.to, `, ${pair}`);
}

function belowHeader(
  text: string,
  header: WrittenHeader,
  pairs: readonly WrittenPair[],
  path: KeyPath,
  written: string,
): string {
  const last = pairs
    .filter(({ within, depth, from }) => depth === 0 && from > header.to && isSame(within, header.path))
    .at(-1);
  if (last !== undefined) return behindPair(text, last, path, written);
  return behindLine(text, header.to, `${keysOf(path.slice(header.path.length))} = ${written}`);
}

/** On a line of its own, as far to the right as its neighbour. */
function behindPair(text: string, pair: WrittenPair, path: KeyPath, written: string): string {
  const lineFrom = text.lastIndexOf("\n", pair.keyFrom - 1) + 1;
  const before = text.slice(lineFrom, pair.keyFrom);
  const indent = /^[ \t]*$/.test(before) ? before : "";
  return behindLine(text, pair.to, `${indent}${keysOf(path.slice(pair.within.length))} = ${written}`);
}

function behindLine(text: string, at: number, line: string): string {
  const end = text.indexOf("\n", at);
  if (end < 0) return `${text}${endOfLine(text)}${line}`;
  return splice(text, end + 1, end + 1, `${line}${endOfLine(text)}`);
}

function atTheEnd(text: string, path: KeyPath, written: string): string {
  const eol = endOfLine(text);
  const gap = text === "" ? "" : text.endsWith("\n") ? eol : `${eol}${eol}`;
  const header = path.length > 1 ? `[${keysOf(path.slice(0, -1))}]${eol}` : "";
  return `${text}${gap}${header}${keysOf(path.slice(-1))} = ${written}${eol}`;
}

function endOfLine(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

function keysOf(path: KeyPath): string {
  return path.map((key) => (/^[A-Za-z0-9_-]+$/.test(`${key}`) ? key : JSON.stringify(key))).join(".");
}

function isSame(one: KeyPath, other: KeyPath): boolean {
  return one.length === other.length && startsWith(one, other);
}

function startsWith(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.every((key, index) => path[index] === key);
}

function splice(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}
