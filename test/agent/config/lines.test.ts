import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeyPath, linesOf } from "../../../agent/config/lines.ts";

function lineOf(toml: string, ...path: KeyPath): number | undefined {
  return linesOf(toml).spotOf(path)?.line;
}

describe("where a key stands", () => {
  const TOML = `# a comment with [brackets] and "quotes
top = 1
[journal] # path = 3
path = "a # no comment, [no] header"
"max age" = '''
[not.a.table]
path = 2
'''
a.b.c = """
x = "" \\""" y = 2"""
list = [ # one
  "]", '}', # two
  { x = 1, y = [
    2 ] },
]
[[core]]
id = "one"
[core.deep]
x = 1

[[ core ]]
"id" = "two"
\t[ core . 'deep' ]
x = 2
inline = { a = { b = 1 }, "c" = [1,
2] }
after = "\\\\"
last = 1979-05-27T07:32:00Z`;

  test.each([
    [2, ["top"]],
    [3, ["journal"]],
    [4, ["journal", "path"]],
    [5, ["journal", "max age"]],
    [9, ["journal", "a"]],
    [9, ["journal", "a", "b", "c"]],
    [11, ["journal", "list"]],
    [12, ["journal", "list", 1]],
    [13, ["journal", "list", 2, "x"]],
    [14, ["journal", "list", 2, "y", 0]],
    [16, ["core"]],
    [16, ["core", 0]],
    [17, ["core", 0, "id"]],
    [19, ["core", 0, "deep", "x"]],
    [21, ["core", 1]],
    [22, ["core", 1, "id"]],
    [24, ["core", 1, "deep", "x"]],
    [25, ["core", 1, "deep", "inline", "a", "b"]],
    [26, ["core", 1, "deep", "inline", "c", 1]],
    [27, ["core", 1, "deep", "after"]],
    [28, ["core", 1, "deep", "last"]],
    [undefined, ["not", "a", "table"]],
    [undefined, ["journal", "x"]],
    [undefined, ["core", 2]],
  ])("line %s: %j", (line, path) => {
    expect(lineOf(TOML, ...path)).toBe(line);
  });

  test("the column counts from 1", () => {
    expect(linesOf("a = 1\n  b = 2").spotOf(["b"])).toEqual({ line: 2, column: 3 });
  });

  test.each([
    ["an escaped quote", 'a = "\\""\nb = 2'],
    ["an escaped backslash before the end", 'a = "\\\\"\nb = 2'],
    ["a quote right before the closing three", 'a = """x""""\nb = 2'],
    ["two of them", "a = '''x'''''\nb = 2"],
    ["a literal backslash before the end", "a = '\\'\nb = 2"],
  ])("a string with %s ends where it ends", (_, toml) => {
    expect(lineOf(toml, "b")).toBe(2);
  });

  test("cores may also be written in line", () => {
    expect(lineOf('core = [\n{ id = "a" },\n{ id = "b" } ]', "core", 1, "id")).toBe(3);
  });
});

test.each([
  ["table", (keys: string) => `[${keys}]\n[x]\nb = 1`],
  ["key", (keys: string) => `${keys} = 1\n[x]\nb = 1`],
])("a %s deeper than any setting has no place, and what follows it has", (_what, toml) => {
  const keys = Array.from({ length: 20_000 }, () => "a");
  const lines = linesOf(toml(keys.join(".")));
  expect(lines.spotOf(keys)).toBeUndefined();
  expect(lines.spotOf(["x", "b"])?.line).toBe(3);
});

test("any text comes to an end", () => {
  const piece = fc.constantFrom(..."[ ] { } = , . # \n \" ' \"\"\" ''' \\ a b 1".split(" "), " ");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join("")),
      ),
      (text) => {
        linesOf(text).spotOf(["a"]);
      },
    ),
    { numRuns: 5_000 },
  );
  linesOf(`a = ${"[".repeat(100_000)}`);
  linesOf(`a = ${"{a=".repeat(100_000)}`);
});
