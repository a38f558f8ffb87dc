/**
 * The difference between two texts, as `diff -u` writes it. For people; pure.
 *
 * Lines are laid beside each other by their longest common subsequence. Where the texts differ in more than
 * LINES_MAX lines on both sides, that part is shown as a whole: no settings file is that long.
 */
const CONTEXT_LINES = 3;
const LINES_MAX = 2_000;

interface Step {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/** @param path stands in the header. @returns "" when the texts are the same. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const steps = stepsOf(linesOf(before), linesOf(after));
  const header = [
    `--- ${before === undefined ? "/dev/null" : path}`,
    `+++ ${after === undefined ? "/dev/null" : path}`,
  ];
  return [...header, ...hunksOf(steps), ""].join("\n");
}

/** Without its newline; the last one says so when it has none. */
function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop()!;
  if (last !== "") lines.push(`${last}\n\\ No newline at end of file`);
  return lines;
}

function stepsOf(a: readonly string[], b: readonly string[]): Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const same = (lines: readonly string[]): Step[] => lines.map((line) => ({ sign: " ", line }));
  return [
    ...same(a.slice(0, start)),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

function between(a: readonly string[], b: readonly string[]): Step[] {
  if (a.length > LINES_MAX || b.length > LINES_MAX || a.length === 0 || b.length === 0) {
    return [
      ...a.map((line) => ({ sign: "-", line }) as const),
      ...b.map((line) => ({ sign: "+", line }) as const),
    ];
  }
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push({ sign: " ", line: a[i++]! });
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    ) {
      steps.push({ sign: "-", line: a[i++]! });
    } else steps.push({ sign: "+", line: b[j++]! });
  }
  return steps;
}

function hunksOf(steps: readonly Step[]): string[] {
  const shown = new Set<number>();
  for (const [index, { sign }] of steps.entries()) {
    if (sign === " ") continue;
    for (let near = index - CONTEXT_LINES; near <= index + CONTEXT_LINES; near++) shown.add(near);
  }
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let index = 0; index < steps.length; index++) {
    if (shown.has(index) && !(index > 0 && shown.has(index - 1))) {
      const hunk: Step[] = [];
      for (let at = index; shown.has(at) && at < steps.length; at++) hunk.push(steps[at]!);
      const [old, now] = ["+", "-"].map((other) => hunk.filter(({ sign }) => sign !== other).length);
      lines.push(
        `@@ -${old === 0 ? oldLine - 1 : oldLine},${old} +${now === 0 ? newLine - 1 : newLine},${now} @@`,
      );
      lines.push(...hunk.map(({ sign, line }) => sign + line));
    }
    if (steps[index]!.sign !== "+") oldLine++;
    if (steps[index]!.sign !== "-") newLine++;
  }
  return lines;
}
