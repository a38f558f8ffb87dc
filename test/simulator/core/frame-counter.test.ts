/**
 * Goal: which uplinks live, by their counters, is what ChirpStack would say.
 * Method: a MIC that is good for one counter only; the rule's edges by hand, and all of it against the plainest
 * statement of ChirpStack's two tries.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeCounter } from "../../../simulator/core/frame-counter.ts";

const judge = (next: number, meant: number) => judgeCounter(next, meant & 0xffff, (fCnt) => fCnt === meant);

test.each([
  ["the first of a session", 0, 0, { kind: "accepted", fCnt: 0 }],
  ["a first that is far ahead", 0, 65_535, { kind: "accepted", fCnt: 65_535 }],
  ["the next", 8, 8, { kind: "accepted", fCnt: 8 }],
  ["the last again", 8, 7, { kind: "refused", fCnt: 7, reason: "retransmission" }],
  ["the one before", 8, 6, { kind: "refused", fCnt: 6, reason: "reset" }],
  ["the first of all again", 65_536, 0, { kind: "refused", fCnt: 0, reason: "reset" }],
  ["over the round", 65_536, 65_536, { kind: "accepted", fCnt: 65_536 }],
  [
    "the last before the round again",
    65_536,
    65_535,
    { kind: "refused", fCnt: 65_535, reason: "retransmission" },
  ],
  ["one of the round before", 65_538, 65_534, { kind: "refused", fCnt: 65_534, reason: "reset" }],
  [
    "an older one above the round",
    65_602,
    65_600,
    { kind: "refused", fCnt: 65_600, reason: "readAsRollover" },
  ],
  ["almost a round ahead", 8, 65_542, { kind: "accepted", fCnt: 65_542 }],
  ["a round ahead, which looks like the last again", 8, 65_543, { kind: "micBad" }],
])("%s", (_what, next, meant, verdict) => {
  expect(judge(next, meant)).toEqual(verdict);
});

test("a MIC that is good for none is bad", () => {
  expect(judgeCounter(5, 5, () => false)).toEqual({ kind: "micBad" });
});

test("the published reconstructions are the counters tried first", () => {
  const { fcntReconstruct } = JSON.parse(readFileSync("test/vectors/frame-parse.json", "utf8"));
  expect(fcntReconstruct.cases.length).toBeGreaterThan(5);
  for (const { last, wire, next } of fcntReconstruct.cases) {
    const tried: number[] = [];
    judgeCounter(last + 1, wire, (fCnt) => tried.push(fCnt) === 0);
    expect(tried[0]).toBe(next);
  }
});

test("what is accepted is what ChirpStack's own words accept", () => {
  const counters = fc.integer({ min: 0, max: 300_000 });
  fc.assert(
    fc.property(counters, counters, (next, meant) => {
      // get_full_f_cnt_up, then both tries.
      const wire = meant % 65_536;
      let full = next - (next % 65_536) + wire;
      if (next > 0 && wire === (next - 1) % 65_536) full = next - 1;
      else if (full < next) full += 65_536;
      const found = [full, wire].find((fCnt) => fCnt === meant);
      const verdict = judge(next, meant);
      if (found !== undefined && found >= next) expect(verdict).toEqual({ kind: "accepted", fCnt: found });
      else expect(verdict.kind).not.toBe("accepted");
      if (found !== undefined && found < next)
        expect(verdict).toMatchObject({ reason: found === next - 1 ? "retransmission" : "reset" });
    }),
    { numRuns: 2_000 },
  );
});
