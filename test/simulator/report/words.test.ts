/**
 * Goal: a run is called good exactly when it is, and says what it was.
 */
import { describe, expect, test } from "vitest";
import type { LedgerDocument, UplinkStory } from "../../../simulator/ledger.ts";
import { troublesOf } from "../../../simulator/report/verdict.ts";
import { STORIES_TOLD_MAX, storyLines, verdictLines } from "../../../simulator/report/words.ts";

const GOOD: LedgerDocument = {
  meters: 200,
  joined: 200,
  uplinksSent: 1_003,
  uplinksHeard: 1_000,
  uplinksDelivered: 995,
  lost: 0,
  overtaken: 5,
  unacknowledged: 0,
  duplicatesDelivered: 0,
  heardByTwo: 900,
  bufferedPeak: 310,
  drainMs: 4_240,
  downlinksSent: 260,
  downlinksInWindow: 251,
};

describe("the verdict", () => {
  test.each([
    ["all is well", {}, 0, []],
    ["a hundredth may be overtaken outside", {}, 10, []],
    ["more may not", {}, 11, ["overtaken"]],
    ["a meter did not join", { joined: 199 }, 0, ["notAllJoined"]],
    ["one uplink was lost", { lost: 1 }, 0, ["lost"]],
    ["nothing waited", { bufferedPeak: 0 }, 0, ["nothingBuffered"]],
    [
      "nothing went well",
      { joined: 0, lost: 9, bufferedPeak: 0 },
      500,
      ["notAllJoined", "lost", "nothingBuffered", "overtaken"],
    ],
  ])("%s", (_what, more, overtakenOutside, troubles) => {
    expect(troublesOf({ ...GOOD, ...more }, overtakenOutside)).toEqual(troubles);
  });
});

describe("the words", () => {
  test("of a good run", () => {
    expect(verdictLines(GOOD, 2)).toEqual([
      "200 of 200 meters joined.",
      "1,003 uplinks sent, 1,000 heard by a gateway, 995 delivered, 900 of them through two gateways.",
      "0 lost; 5 overtaken, 2 of them outside the common outage; 0 delivered twice.",
      "0 datagrams never acknowledged.",
      "310 frames waited in the agents at the peak; empty 4.2 s after the core was back.",
      "260 downlinks sent, 251 received in their window.",
      "Verdict: good. Whatever a gateway with a running agent heard has reached the core.",
    ]);
  });

  test("of a bad one name every trouble", () => {
    const lines = verdictLines({ ...GOOD, lost: 1, joined: 1, meters: 2 }, 2);
    expect(lines.at(-1)).toBe("Verdict: trouble. Not every meter joined; uplinks were lost.");
  });

  const story: UplinkStory = {
    devEui: "02f1ee0000000001",
    devAddr: "00000001",
    fCnt: 12,
    sentUs: 13_300_000,
    heardBy: [
      { gatewayEui: "aa", atUs: 0, agentRunning: true },
      { gatewayEui: "bb", atUs: 0, agentRunning: false },
    ],
    refusal: undefined,
    delayMs: undefined,
  };

  test("of one uplink say who heard it and what became of it", () => {
    expect(
      storyLines(
        [
          { ...story, refusal: "reset" },
          { ...story, sentUs: 1_000_000, heardBy: [], delayMs: 2_500 },
        ],
        1_000_000,
      ),
    ).toEqual([
      "meter 02f1ee0000000001, FCnt 12, sent at 0.0 s; heard by nobody; delivered after 2.5 s",
      "meter 02f1ee0000000001, FCnt 12, sent at 12.3 s; heard by aa and bb (agent not running); refused: reset",
    ]);
  });

  test("tell STORIES_TOLD_MAX of them, and count the rest", () => {
    expect(storyLines(Array(STORIES_TOLD_MAX).fill(story), 0)).toHaveLength(STORIES_TOLD_MAX);
    const lines = storyLines(Array(STORIES_TOLD_MAX + 3).fill(story), 0);
    expect(lines).toHaveLength(STORIES_TOLD_MAX + 1);
    expect(lines.at(-1)).toBe("and 3 more");
  });
});
