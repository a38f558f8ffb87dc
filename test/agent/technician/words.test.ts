/** How long something took, as each language writes it. */
import { expect, test } from "vitest";
import { cellSpan, span, wrap, wrapFor } from "../../../agent/technician/words.ts";
import { makeText } from "../../../agent/text/text.ts";

const [S, M, H, D] = [1_000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, "0s", "0~s"],
  [999, "0s", "0~s"],
  [12 * S, "12s", "12~s"],
  [3 * M + 20 * S, "3m 20s", "3~min 20~s"],
  [15 * M, "15m", "15~min"],
  [5 * H + 12 * M + 59 * S, "5h 12m", "5~h 12~min"],
  [2 * H + 30 * S, "2h", "2~h"],
  [3 * D + 4 * H, "3d 4h", "3~j 4~h"],
  [400 * D, "400d", "400~j"],
])("%i ms are %s in English, in French %s (~: no break)", (spanMs, english, french) => {
  expect(makeText("en").say(span(spanMs))).toBe(english);
  expect(makeText("fr").say(span(spanMs))).toBe(french.replaceAll("~", "\u00a0"));
});

test.each([
  [59 * S, "59s", "59~s"],
  [59 * M + 59 * S, "59m", "59~min"],
  [5 * H + 30 * S, "5h", "5~h"],
  [5 * H + 5 * M, "5h 05m", "5~h~05"],
  [23 * H + 59 * M + 59 * S, "23h 59m", "23~h~59"],
  [9 * D + 23 * H + 59 * M, "9d 23h", "9~j 23~h"],
  [13 * D + 23 * H, "13d", "13~j"],
])("in a column %i ms are %s, in French %s", (spanMs, english, french) => {
  expect(makeText("en").say(cellSpan(spanMs))).toBe(english);
  expect(makeText("fr").say(cellSpan(spanMs))).toBe(french.replaceAll("~", "\u00a0"));
});

test("a text says a length of time in its own language", () => {
  const uptime = span(3 * D + 4 * H);
  expect(makeText("en")("status.agent", { version: "1.0.0", uptime })).toBe(
    "edge-agent 1.0.0, running for 3d 4h",
  );
  expect(makeText("fr")("status.agent", { version: "1.0.0", uptime })).toBe(
    "edge-agent 1.0.0, en marche depuis 3\u00a0j 4\u00a0h",
  );
});

test("no line ends between a French figure and its unit", () => {
  const said = makeText("fr").say(span(5 * H + 12 * M));
  expect(wrap(`depuis ${said}`, 1)).toEqual(["depuis", "5\u00a0h", "12\u00a0min"]);
});

test.each([
  [{ isTTY: true, columns: 12 }, "  one two\n  three"],
  [{ isTTY: true, columns: 0 }, "  one two three"],
  [{ isTTY: false, columns: 12 }, "  one two three"],
])("for a reader of %j lines are %j", (reader, lines) => {
  expect(wrapFor(reader, "  one two three")).toBe(lines);
});
