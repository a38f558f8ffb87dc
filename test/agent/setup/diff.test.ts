/** A difference for people: judged by `patch`-like reading of it, which must lead from the one text to the other. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { unifiedDiff } from "../../../agent/setup/diff.ts";

/** Applies a unified diff, believing its hunks' figures. */
function patched(before: string, diff: string): string {
  const old = before.split("\n");
  const out: string[] = [];
  let at = 0;
  const lines = diff.split("\n").slice(2);
  for (const [index, line] of lines.entries()) {
    const [, from, count] = /^@@ -(\d+),(\d+) /.exec(line) ?? [];
    if (from !== undefined) {
      const start = count === "0" ? Number(from) : Number(from) - 1;
      out.push(...old.slice(at, start));
      at = start;
    } else if (line.startsWith(" ") || line.startsWith("-")) {
      expect(line.slice(1)).toBe(old[at]);
      at++;
      if (line.startsWith(" ")) out.push(line.slice(1));
    } else if (line.startsWith("+")) out.push(line.slice(1));
    if (lines[index + 1]?.startsWith("\\")) expect(line).toMatch(/^[-+ ]/);
  }
  return [...out, ...old.slice(at)].join("\n");
}

const lines = fc.array(fc.constantFrom("a", "b", "", "[c]"), { maxLength: 30 });

test("it leads from the one text to the other", () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const [a, b] = [before, after].map((some) => some.map((line) => `${line}\n`).join("")) as [
        string,
        string,
      ];
      const diff = unifiedDiff("/f", a, b);
      if (a === b) expect(diff).toBe("");
      else expect(patched(a, diff)).toBe(b);
    }),
    { numRuns: 500 },
  );
});

test("it shows three lines around, and says where a last line has no end", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8";
  expect(unifiedDiff("/f", before, before.replace("8", "9"))).toBe(
    [
      "--- /f",
      "+++ /f",
      "@@ -5,4 +5,4 @@",
      " 5",
      " 6",
      " 7",
      "-8",
      "\\ No newline at end of file",
      "+9",
      "\\ No newline at end of file",
      "",
    ].join("\n"),
  );
});

test("a file that comes into being, and one that goes", () => {
  expect(unifiedDiff("/f", undefined, "a\n")).toBe("--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n");
  expect(unifiedDiff("/f", "a\n", undefined)).toBe("--- /f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
});
