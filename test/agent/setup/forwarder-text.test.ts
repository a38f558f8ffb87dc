/** Editing what belongs to somebody else: only the wanted values change, whatever stands around them. */
import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import {
  editForwarderText,
  type ForwarderFormat,
  readForwarderText,
} from "../../../agent/setup/forwarder-text.ts";
import { parseJsonText, plainOf } from "../../../agent/setup/json-edit.ts";

const EDITS = [
  { key: "gwmp.node", value: "127.0.0.1" },
  { key: "gwmp.service.uplink", value: 1701 },
  { key: "gwmp.service.downlink", value: 1701 },
] as const;

function edit(
  text: string,
  edits: readonly { key: string; value: string | number }[] = EDITS,
  format: ForwarderFormat = "toml",
): string {
  const edited = editForwarderText(format, Buffer.from(text, "latin1"), edits, "/f");
  if (!edited.ok) throw new Error(JSON.stringify(edited.trouble));
  return edited.content.toString("latin1");
}

// ------------------------------------------------------------------------------------ made-up documents

const blank = fc.stringMatching(/^[ \t]{0,3}$/);
const eol = fc.constantFrom("\n", "\r\n");
const words = fc.stringMatching(/^[ !-~\u00a0-\u00ff]{0,24}$/);
const comment = words.map((text) => `#${text}`);
/** Lines that look like what is searched for, and are not. */
const noise = fc.constantFrom(
  "",
  "[other]",
  '[ "gwmp2" ]',
  "node = 'not this'",
  'text = "[gwmp]\\nnode = 1" # node = "x"',
  "list = [ 'gwmp', { node = 1 }, [ 2 ] ]",
  'long = """\n[gwmp]\nnode = "in a string"\nservice.uplink = 9\n"""',
  "raw = '''\n[gwmp.service]\nuplink = 7'''",
  "at = 2026-11-22T19:00:00Z",
  "id = 0x7076FF0039040123",
);
const strings = fc.constantFrom('"lns.example"', "'lns.example'", '"""lns"""', '"a\\"b # c"');
const ports = fc.constantFrom("1700", "0x6a4", "1_700", '"1700"', '"semtech"');
const quoted = (key: string) => fc.constantFrom(key, `"${key}"`, `'${key}'`);

/** A document with holes: filled with the old values, and with the new ones. */
type Piece = string | { readonly old: string; readonly new: string };
const render = (pieces: readonly Piece[], which: "old" | "new"): string =>
  pieces.map((piece) => (typeof piece === "string" ? piece : piece[which])).join("");

const LAYOUTS = ["dotted", "subtable", "root", "inlineService", "inline"] as const;

const documents = fc
  .record({
    layout: fc.constantFrom(...LAYOUTS),
    node: strings,
    up: ports,
    down: ports,
    gwmp: quoted("gwmp"),
    service: quoted("service"),
    names: fc.tuple(quoted("node"), quoted("uplink"), quoted("downlink")),
    around: fc.array(blank, { minLength: 12, maxLength: 12 }),
    comments: fc.array(fc.oneof(comment, fc.constant("")), { minLength: 6, maxLength: 6 }),
    before: fc.array(noise, { maxLength: 3 }),
    after: fc.array(noise, { maxLength: 3 }),
    end: eol,
    isEnded: fc.boolean(),
  })
  .map((d) => {
    const [a, b, c] = d.names;
    const s = (at: number): string => d.around[at % 12]!;
    const hole = (old: string, now: string): Piece => ({ old, new: now });
    const node = hole(d.node, '"127.0.0.1"');
    const up = hole(d.up, "1701");
    const down = hole(d.down, "1701");
    const is = (at: number): string => `${s(at)}=${s(at + 1)}`;
    const line = (at: number, ...pieces: Piece[]): Piece[] => [
      s(at),
      ...pieces,
      s(at + 2),
      d.comments[at % 6]!,
      d.end,
    ];
    const header = (at: number, ...keys: string[]): Piece[] =>
      line(at, `[${s(at)}${keys.join(`${s(at)}.${s(at + 1)}`)}${s(at)}]`);
    const bodies: Record<(typeof LAYOUTS)[number], Piece[]> = {
      dotted: [
        ...header(0, d.gwmp),
        ...line(1, a, is(1), node),
        ...line(2, `${d.service}${s(2)}.${b}`, is(2), up),
        ...line(3, `${d.service}.${s(4)}${c}`, is(3), down),
      ],
      subtable: [
        ...header(0, d.gwmp),
        ...line(1, a, is(1), node),
        ...header(2, d.gwmp, d.service),
        ...line(3, b, is(2), up),
        ...line(4, c, is(3), down),
      ],
      root: [
        ...line(1, `${d.gwmp}.${a}`, is(1), node),
        ...line(2, `${d.gwmp}${s(3)}.${d.service}.${b}`, is(2), up),
        ...line(3, `${d.gwmp}.${d.service}.${c}`, is(3), down),
      ],
      inlineService: [
        ...header(0, d.gwmp),
        ...line(1, a, is(1), node),
        ...line(2, d.service, is(2), `{${s(3)}${b}=`, up, `${s(4)},${s(5)}${c}=`, down, `${s(6)}}`),
      ],
      inline: line(1, d.gwmp, is(1), `{${a}=`, node, `,${d.service}={${b}=`, up, `,${c}=`, down, "}}"),
    };
    const lines = (some: readonly string[]): Piece[] => some.flatMap((one) => [one, d.end]);
    // What is at the root must come before any table.
    const isRoot = d.layout === "root" || d.layout === "inline";
    const before = isRoot ? d.before.filter((one) => !one.startsWith("[")) : d.before;
    const after = d.after.map((one, index) => (isRoot && index === 0 ? `[tail${index}]${d.end}${one}` : one));
    const pieces = [...lines(before), ...bodies[d.layout], ...lines(after)];
    return { pieces: d.isEnded ? pieces : trimmed(pieces), layout: d.layout };
  })
  .filter(({ pieces }) => isSound(render(pieces, "old")) && isSound(render(pieces, "new")));

function trimmed(pieces: readonly Piece[]): Piece[] {
  const last = pieces.at(-1);
  return last === "\n" || last === "\r\n" ? pieces.slice(0, -1) : [...pieces];
}

function isSound(text: string): boolean {
  try {
    parse(text, { integersAsBigInt: "asNeeded" });
    return true;
  } catch {
    return false;
  }
}

describe("TOML", () => {
  test("only the wanted values change, whatever the layout, the quotes, the comments, the ends of lines", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(documents, ({ pieces, layout }) => {
        seen.add(layout);
        expect(edit(render(pieces, "old"))).toBe(render(pieces, "new"));
      }),
      { numRuns: 400 },
    );
    expect([...seen].sort()).toEqual([...LAYOUTS].sort());
  });

  test("a key that is missing is put in where it belongs, and all other octets stay", () => {
    fc.assert(
      fc.property(documents, ({ pieces }) => {
        const text = render(pieces, "old");
        const after = edit(text, [{ key: "gwmp.service.extra", value: 5 }]);
        let same = 0;
        while (same < text.length && text[same] === after[same]) same++;
        const rest = text.length - same;
        expect(rest === 0 ? "" : after.slice(-rest), "one piece was put in, nothing taken").toBe(
          text.slice(same),
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["nothing at all", "", '[gwmp]\nnode = "127.0.0.1"\n'],
    ["another table", "[a]\nb = 1", '[a]\nb = 1\n\n[gwmp]\nnode = "127.0.0.1"\n'],
    ["the table and nothing in it", "[gwmp] # here\n[a]\n", '[gwmp] # here\nnode = "127.0.0.1"\n[a]\n'],
    ["the table at the end", "x = 1\r\n[gwmp]", 'x = 1\r\n[gwmp]\r\nnode = "127.0.0.1"'],
    [
      "a table within it",
      "[gwmp.service]\nuplink = 1\n",
      '[gwmp.service]\nuplink = 1\n\n[gwmp]\nnode = "127.0.0.1"\n',
    ],
    ["keys with dots", "gwmp.timeout = 3\n[a]\n", 'gwmp.timeout = 3\ngwmp.node = "127.0.0.1"\n[a]\n'],
    ["an empty inline table", "gwmp = {} # x\n", 'gwmp = { node = "127.0.0.1" } # x\n'],
    ["an inline table", "gwmp = { timeout = 3 }\n", 'gwmp = { timeout = 3, node = "127.0.0.1" }\n'],
    [
      "neighbours that are indented",
      "[gwmp]\n\ttimeout = 3 # s\n",
      '[gwmp]\n\ttimeout = 3 # s\n\tnode = "127.0.0.1"\n',
    ],
  ])("the server put into %s", (_what, before, after) => {
    expect(edit(before, [EDITS[0]])).toBe(after);
  });

  test("octets that are no UTF-8 survive, in comments and in values", () => {
    const text = '# \xe9\xff\n[gwmp]\nnode = "a" # \xb5\nname = "\xe9"\n';
    expect(edit(text, [EDITS[0]])).toBe(text.replace('"a"', '"127.0.0.1"'));
  });

  test("a value that is right already is left as it is written", () => {
    const text = "[gwmp]\nnode = '127.0.0.1'\nservice = { uplink = 0x6a5, downlink = 1_701 }\n";
    expect(edit(text)).toBe(text);
  });

  test.each([
    ["a value where a table should be", "gwmp = 5\n"],
    ["a list of tables", "[[gwmp]]\nnode = 1\n"],
    ["a value on the way", "[gwmp]\nservice = 'x'\n"],
  ])("%s is not edited but said", (_what, text) => {
    expect(editForwarderText("toml", Buffer.from(text), EDITS, "/f")).toMatchObject({
      ok: false,
      trouble: { origin: { file: "/f" } },
    });
  });

  test("a file beyond its limit is not read", () => {
    const limit = 1024 * 1024;
    expect(readForwarderText("toml", Buffer.from(`#${" ".repeat(limit - 1)}`), "/f").ok).toBe(true);
    expect(readForwarderText("toml", Buffer.from(`#${" ".repeat(limit)}`), "/f").ok).toBe(false);
  });
});

// --------------------------------------------------------------------------------------------------- JSON

const gap = fc.constantFrom("", " ", "\n", "\r\n\t", "/* a */", ' /* "server_address": 1 */ ', "// b\n");

describe("JSON with comments", () => {
  const KEY = { key: "gateway_conf.server_address", value: "127.0.0.1" } as const;

  test("only the wanted value changes, whatever stands around it", () => {
    fc.assert(
      fc.property(
        fc.array(gap, { minLength: 9, maxLength: 9 }),
        fc.json({ maxDepth: 2 }),
        words,
        (g, other, word) => {
          const before = `${g[0]}{${g[1]}"x":${other},${g[2]}"gateway_conf"${g[3]}:${g[4]}{"a":${JSON.stringify(word)},${g[5]}"server_address":${g[6]}`;
          const after = `${g[7]},"z":[{"server_address":1}]}${g[8]}}`;
          expect(edit(`${before}"lns"${after}`, [KEY], "json")).toBe(`${before}"127.0.0.1"${after}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("what is JSON for JSON.parse is the same here; what is none is none", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.stringMatching(/^[{}[\]:,"0-9a-e.\\ -]{0,12}$/)), (text) => {
        const parsed = parseJsonText(text);
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(parsed.ok, text).toBe(false);
          return;
        }
        // A key that stands twice JSON.parse lets pass.
        if (parsed.ok) expect(plainOf(parsed.root)).toEqual(expected);
        else expect(text).toMatch(/"(.*)"[\s\S]*"\1"/);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["a list where an object should be", '{ "gateway_conf": [1, 2] }'],
    ["a value where an object should be", '{ "gateway_conf": 5 }'],
    ["a document that is no object", "[]"],
  ])("%s is not written over but said", (_what, text) => {
    expect(editForwarderText("json", Buffer.from(text), [KEY], "/f")).toMatchObject({ ok: false });
  });

  test.each([
    [
      "an object with members",
      '{ "gateway_conf": {\n    "a": 1\n} }',
      '{ "gateway_conf": {\n    "server_address": "127.0.0.1",\n    "a": 1\n} }',
    ],
    [
      "an object on one line",
      '{ "gateway_conf": { "a": 1 } }',
      '{ "gateway_conf": { "server_address": "127.0.0.1", "a": 1 } }',
    ],
    ["an empty object", '{ "gateway_conf": {} }', '{ "gateway_conf": { "server_address": "127.0.0.1" } }'],
    ["no object at all", '{ "x": 1 }', '{ "gateway_conf": { "server_address": "127.0.0.1" }, "x": 1 }'],
  ])("the server put into %s", (_what, before, after) => {
    expect(edit(before, [KEY], "json")).toBe(after);
  });
});
