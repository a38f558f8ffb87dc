/**
 * Where each key of a TOML text stands. smol-toml gives values without places, and a technician wants the line.
 *
 * Not a parser: it walks a text that smol-toml has already accepted, knows strings, brackets and comments, and
 * trusts the rest. On any other text it gives wrong places, but it always ends and never throws.
 *
 * Source: TOML 1.0.0.
 */
export type KeyPath = readonly (string | number)[];

interface Spot {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export interface Lines {
  /** Where this key, table or list element is written; undefined when it is not. */
  spotOf(path: KeyPath): Spot | undefined;
}

/** @param toml a sound TOML text. */
export function linesOf(toml: string): Lines {
  const offsets = new Map<string, number>();
  walk(toml, (path, offset) => {
    const id = idOf(path);
    if (!offsets.has(id)) offsets.set(id, offset);
  });
  return {
    spotOf: (path) => {
      const offset = offsets.get(idOf(path));
      return offset === undefined ? undefined : spotAt(toml, offset);
    },
  };
}

/** `path = value` as it is written; within an inline table depth is above 0. */
export interface WrittenPair {
  readonly path: KeyPath;
  /** The table around it, whose part of the path is not written here. */
  readonly within: KeyPath;
  readonly depth: number;
  /** Offsets: of the key, of the value, and behind the value. */
  readonly keyFrom: number;
  readonly from: number;
  readonly to: number;
}

export interface WrittenHeader {
  readonly path: KeyPath;
  /** The offset behind its last bracket. */
  readonly to: number;
}

/** All pairs and headers, in the order of their keys' ends. @param toml a sound TOML text. */
export function layoutOf(toml: string): {
  readonly pairs: readonly WrittenPair[];
  readonly headers: readonly WrittenHeader[];
} {
  const pairs: WrittenPair[] = [];
  const headers: WrittenHeader[] = [];
  walk(toml, () => undefined, { pair: (pair) => pairs.push(pair), header: (header) => headers.push(header) });
  return { pairs, headers };
}

/** No TOML key holds a NUL unescaped, and one that is escaped deserves no place. */
function idOf(path: KeyPath): string {
  return path.join("\u0000");
}

function spotAt(toml: string, offset: number): Spot {
  const before = toml.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** Deeper structures have no places; the reader of settings refuses them anyway. */
const DEPTH_MAX = 32;

type Found = (path: KeyPath, offset: number) => void;

interface Layout {
  pair(pair: WrittenPair): void;
  header(header: WrittenHeader): void;
}

function walk(toml: string, found: Found, layout?: Layout): void {
  const tablesInArray = new Map<string, number>();
  let at = 0;
  let table: KeyPath = [];

  while (at < toml.length) {
    skipBlank();
    if (at >= toml.length) return;
    const start = at;
    if (toml[at] === "[") readHeader();
    else readPair(table, 0);
    if (at === start) at++;
  }

  /** `[a.b]` or `[[a.b]]`. */
  function readHeader(): void {
    const start = at;
    const inArray = toml[at + 1] === "[";
    at += inArray ? 2 : 1;
    const keys = readKeys();
    while (toml[at] === "]") at++;
    const last = keys.pop();
    if (last === undefined) return;
    const path = [...through(keys), last];
    if (inArray) {
      const index = tablesInArray.get(idOf(path)) ?? 0;
      tablesInArray.set(idOf(path), index + 1);
      found(path, start);
      path.push(index);
    }
    table = path;
    found(path, start);
    layout?.header({ path, to: at });
  }

  /** Keys that name an array of tables mean its last one. */
  function through(keys: readonly string[]): (string | number)[] {
    const path: (string | number)[] = [];
    for (const key of keys) {
      path.push(key);
      const tables = tablesInArray.get(idOf(path));
      if (tables !== undefined) path.push(tables - 1);
    }
    return path;
  }

  /** `a.b = value` */
  function readPair(within: KeyPath, depth: number): void {
    const start = at;
    const keys = readKeys();
    for (let length = 1; length <= keys.length; length++) found([...within, ...keys.slice(0, length)], start);
    if (toml[at] !== "=") return;
    at++;
    skipSpace();
    const from = at;
    const path = [...within, ...keys];
    readValue(path, depth);
    const to = from + toml.slice(from, at).trimEnd().length;
    layout?.pair({ path, within, depth, keyFrom: start, from, to });
  }

  function readKeys(): string[] {
    const keys: string[] = [];
    for (;;) {
      skipSpace();
      const key = toml[at] === '"' || toml[at] === "'" ? readQuoted() : readWhile(isBare);
      if (key === "") return keys;
      if (keys.length <= DEPTH_MAX) keys.push(key);
      skipSpace();
      if (toml[at] !== ".") return keys;
      at++;
    }
  }

  function readValue(path: KeyPath, depth: number): void {
    skipBlank();
    const opening = toml[at];
    if (opening === '"' || opening === "'") readQuoted();
    else if (opening === "[" && depth < DEPTH_MAX) readList(path, depth);
    else if (opening === "{" && depth < DEPTH_MAX) readInline(path, depth);
    else readWhile((c) => !",]}#\n".includes(c));
  }

  function readList(path: KeyPath, depth: number): void {
    at++;
    for (let index = 0; at < toml.length; index++) {
      skipBlank();
      if (toml[at] === "]") break;
      const start = at;
      found([...path, index], start);
      readValue([...path, index], depth + 1);
      skipBlank();
      if (toml[at] === ",") at++;
      if (at === start) return;
    }
    at++;
  }

  function readInline(path: KeyPath, depth: number): void {
    at++;
    while (at < toml.length) {
      skipBlank();
      if (toml[at] === "}") break;
      const start = at;
      readPair(path, depth + 1);
      skipBlank();
      if (toml[at] === ",") at++;
      if (at === start) return;
    }
    at++;
  }

  /** @returns what stands between the quotes, escapes resolved where they are JSON's. */
  function readQuoted(): string {
    const quote = toml[at]!;
    const fence = toml.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
    const start = at + fence.length;
    at = start;
    while (at < toml.length && !toml.startsWith(fence, at)) at += quote === '"' && toml[at] === "\\" ? 2 : 1;
    const inside = toml.slice(start, at);
    at += fence.length;
    // Up to two quotes may stand right before the closing three.
    while (fence.length === 3 && toml[at] === quote) at++;
    return quote === '"' ? unescaped(inside) : inside;
  }

  function skipSpace(): void {
    readWhile((c) => c === " " || c === "\t");
  }

  /** Space, ends of lines, comments. */
  function skipBlank(): void {
    for (;;) {
      readWhile((c) => " \t\r\n\uFEFF".includes(c));
      if (toml[at] !== "#") return;
      const end = toml.indexOf("\n", at);
      at = end < 0 ? toml.length : end;
    }
  }

  function readWhile(goesOn: (character: string) => boolean): string {
    const start = at;
    while (at < toml.length && goesOn(toml[at]!)) at++;
    return toml.slice(start, at);
  }
}

function isBare(character: string): boolean {
  return /[A-Za-z0-9_-]/.test(character);
}

function unescaped(inside: string): string {
  try {
    return String(JSON.parse(`"${inside}"`));
  } catch {
    return inside;
  }
}
