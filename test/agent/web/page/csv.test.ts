import { expect, test } from "vitest";
import { flat, toCsv } from "../../../../agent/web/page/csv.ts";

const lineOf = (row: Record<string, unknown>): string => toCsv([row]).split("\r\n")[1]!;

test("a column for every name that occurs, in the order in which they do", () => {
  expect(toCsv([{ a: 1 }, { b: "x", a: 2 }])).toBe("\uFEFFa,b\r\n1,\r\n2,x\r\n");
});

test.each([
  ["26010001", "0x26010001"],
  ["7276ff0044010010", "0x7276ff0044010010"],
  ['a "b", c', '"a ""b"", c"'],
  ["two\nlines", '"two\nlines"'],
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["+33", "'+33"],
  ["-1", "'-1"],
  ["@a", "'@a"],
  [-71.5, "-71.5"],
  [true, "true"],
  [undefined, ""],
  [null, ""],
  [["a", 1], '"[""a"",1]"'],
])("%j is written %s", (value, written) => {
  expect(lineOf({ value })).toBe(written);
});

test("what lies within is named with dots; lists stay as they are", () => {
  expect(flat({ a: { b: { c: 1 } }, d: [1, 2], e: null })).toEqual({ "a.b.c": 1, d: [1, 2], e: null });
});
