/**
 * JSON with comments, as the reference packet forwarder's global_conf.json is: read with the place of each value, and a
 * value set with all other octets as they are.
 *
 * The text is octets as latin1, one character each (toml-edit.ts says why). Pure.
 *
 * Source: RFC 8259; of the comments: parson's json_parse_file_with_comments(), which that forwarder reads it with.
 */

export interface JsonNode {
  readonly from: number;
  readonly to: number;
  /** As JSON.parse has it; of an object, undefined. */
  readonly value: unknown;
  /** Of an object, in the order of the text. */
  readonly members?: readonly JsonMember[];
}

interface JsonMember {
  readonly key: string;
  readonly keyFrom: number;
  readonly node: JsonNode;
}

/** Where the text is no JSON. */
export interface JsonFault {
  readonly offset: number;
}

export type ParsedJson =
  | { readonly ok: true; readonly root: JsonNode }
  | { readonly ok: false; readonly fault: JsonFault };

const DEPTH_MAX = 64;
/** Loosely: what it finds is judged by JSON.parse. */
const SCALAR = /"(?:[^"\\\n]|\\.)*"|[-+.0-9A-Za-z]+/y;
const BLANK = /(?:[ \t\r\n]|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;

/** A key that stands twice is a fault: which of the two counts depends on the reader. */
export function parseJsonText(text: string): ParsedJson {
  let at = 0;
  let faultAt = -1;
  const root = readValue(0);
  skipBlank();
  if (faultAt < 0 && at < text.length) faultAt = at;
  return root === undefined || faultAt >= 0
    ? { ok: false, fault: { offset: faultAt < 0 ? at : faultAt } }
    : { ok: true, root };

  function readValue(depth: number): JsonNode | undefined {
    skipBlank();
    if (depth > DEPTH_MAX) return fail();
    if (text[at] === "{") return readObject(depth);
    if (text[at] === "[") return readArray(depth);
    const from = at;
    const scalar = readScalar();
    return scalar === undefined ? fail(from) : { from, to: at, value: scalar.value };
  }

  function readObject(depth: number): JsonNode | undefined {
    const from = at++;
    const members: JsonMember[] = [];
    skipBlank();
    while (text[at] !== "}") {
      if (members.length > 0 && !take(",")) return fail();
      skipBlank();
      const keyFrom = at;
      const key = text[at] === '"' ? readScalar() : undefined;
      if (key === undefined) return fail();
      const name = String(key.value);
      if (members.some((member) => member.key === name)) return fail(keyFrom);
      skipBlank();
      if (!take(":")) return fail();
      const node = readValue(depth + 1);
      if (node === undefined) return undefined;
      members.push({ key: name, keyFrom, node });
      skipBlank();
    }
    at++;
    return { from, to: at, value: undefined, members };
  }

  function readArray(depth: number): JsonNode | undefined {
    const from = at++;
    const value: unknown[] = [];
    skipBlank();
    while (text[at] !== "]") {
      if (value.length > 0 && !take(",")) return fail();
      const node = readValue(depth + 1);
      if (node === undefined) return undefined;
      value.push(plainOf(node));
      skipBlank();
    }
    at++;
    return { from, to: at, value };
  }

  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function readScalar(): { readonly value: unknown } | undefined {
    SCALAR.lastIndex = at;
    const [scalar] = SCALAR.exec(text) ?? [];
    if (scalar === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(scalar);
      at += scalar.length;
      return { value };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return undefined;
    }
  }

  function skipBlank(): void {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
  }

  function fail(offset = at): undefined {
    if (faultAt < 0) faultAt = offset;
    return undefined;
  }
}

/** As JSON.parse would have it without the comments. */
export function plainOf({ members, value }: JsonNode): unknown {
  return members === undefined
    ? value
    : Object.fromEntries(members.map(({ key, node }) => [key, plainOf(node)]));
}

/** @param text sound, as parseJsonText() says. @param written the value, as JSON. */
export function setInJson(text: string, root: JsonNode, path: readonly string[], written: string): string {
  let node = root;
  for (const [depth, key] of path.entries()) {
    const next = node.members?.find((member) => member.key === key)?.node;
    if (next === undefined) return putInto(text, node, path.slice(depth), written);
    node = next;
  }
  return text.slice(0, node.from) + written + text.slice(node.to);
}

/** As the first member, where no comment on another stands between. */
function putInto(text: string, node: JsonNode, path: readonly string[], written: string): string {
  const value = path
    .slice(1)
    .reverse()
    .reduce((inner, key) => `{ ${JSON.stringify(key)}: ${inner} }`, written);
  const pair = `${JSON.stringify(path[0])}: ${value}`;
  const first = node.members?.[0];
  if (first === undefined) return `${text.slice(0, node.from)}{ ${pair} }${text.slice(node.to)}`;
  const lineFrom = text.lastIndexOf("\n", first.keyFrom - 1) + 1;
  const lead = text.slice(lineFrom, first.keyFrom);
  const eol = lineFrom > 1 && text[lineFrom - 2] === "\r" ? "\r\n" : "\n";
  const gap = lineFrom > node.from && /^[ \t]*$/.test(lead) ? `,${eol}${lead}` : ", ";
  return `${text.slice(0, first.keyFrom)}${pair}${gap}${text.slice(first.keyFrom)}`;
}
