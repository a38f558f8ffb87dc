/** Goal: a walk's figures count what a person with paper and pencil would. */
import { describe, expect, test } from "vitest";
import { createSurvey, type SurveyRow } from "../../../agent/technician/survey-figures.ts";
import { drawSurvey } from "../../../agent/technician/survey-svg.ts";

function heard(fCnt: number | undefined, more: Partial<SurveyRow> = {}): Omit<SurveyRow, "missed"> {
  return {
    ...{ wallMs: 0, gatewayEui: "7276ff0044010010", fCnt, rssiDbm: -100, snrDb: 2, spreadingFactor: 9 },
    ...{ frequencyHz: 868_100_000, datr: "SF9BW125", ...more },
  };
}

function walk(counters: readonly (number | undefined)[], everyMs = 10_000) {
  const survey = createSurvey();
  for (const [at, fCnt] of counters.entries()) survey.add(heard(fCnt, { wallMs: at * everyMs }));
  return survey;
}

describe("packet delivery by the counter", () => {
  test.each([
    ["nothing missed", [10, 11, 12], 3, 3],
    ["two missed", [10, 11, 14], 3, 5],
    ["a repetition counts once", [10, 10, 11], 2, 2],
    ["the counter wraps", [65_534, 1], 2, 4],
    ["the device began anew", [500, 501, 0, 2], 4, 5],
    ["a jump that is no walk", [1, 20_000], 2, 2],
    ["a single frame", [7], 1, 1],
    ["a frame that comes late fills its gap", [5, 7, 6, 8], 4, 4],
    ["two that come late, in any order", [5, 8, 7, 6, 9], 5, 5],
    ["a late one beyond the wrap", [65_534, 1, 65_535, 0, 2], 5, 5],
    ["anew with counters that were heard in the same walk", [0, 1, 2, 0, 1, 3], 6, 7],
    ["anew from high up, which is no wrap", [60_000, 3, 4], 3, 3],
  ])("%s", (_what, counters, heardFrames, expected) => {
    const figures = walk(counters).figures();
    expect(figures).toMatchObject({ heard: heardFrames, expected });
    expect(figures.delivery).toBeCloseTo(heardFrames / expected);
  });

  test("another gateway's copies, each a moment later, count once", () => {
    expect(walk([5, 6, 5, 6, 8, 7, 8], 500).figures()).toMatchObject({ heard: 4, expected: 4 });
  });

  test("of joins nobody knows how many there were", () => {
    expect(walk([undefined, undefined]).figures()).toMatchObject({
      ...{ heard: 2, expected: undefined, delivery: undefined },
    });
  });
});

test("least, mean and most, of those that were told", () => {
  const survey = createSurvey();
  survey.add(heard(1, { rssiDbm: -120, snrDb: undefined }));
  survey.add(heard(2, { rssiDbm: -90, spreadingFactor: 12 }));
  survey.add(heard(3, { rssiDbm: undefined, spreadingFactor: 7 }));
  expect(survey.figures()).toMatchObject({
    rssiDbm: { min: -120, mean: -105, max: -90 },
    snrDb: { min: 2, mean: 2, max: 2 },
    spreadingFactors: [
      [7, 1],
      [9, 1],
      [12, 1],
    ],
  });
});

describe("the picture", () => {
  const words = { title: "Survey <of> 26 & co", axis: "frame", figure: String };

  test("has a point per frame that was told, and a break where frames were missed", () => {
    const picture = drawSurvey(walk([10, 11, 14]).rows, words);
    expect(picture.match(/<circle/g)).toHaveLength(6);
    const [rssi] = [...picture.matchAll(/<path d="([^"]*)"/g)].map(([, path]) => path);
    expect(rssi?.match(/[ML]/g)).toEqual(["M", "L", "M"]);
    expect(picture).toContain("SF9");
    expect(picture).toContain("Survey &lt;of&gt; 26 &amp; co");
  });

  test("is drawn to a tenth of a point, wherever its lines and words stand", () => {
    const picture = drawSurvey(walk([10, 11, 14]).rows, words);
    expect(picture.match(/[\d]\.\d{2,}/g)).toBeNull();
    expect(picture.match(/y1="\d+\.\d"/g)?.length).toBeGreaterThan(10);
  });

  test("stands for no frame at all, and for figures beyond its axes", () => {
    expect(drawSurvey([], words)).not.toContain("NaN");
    const survey = createSurvey();
    survey.add(heard(1, { rssiDbm: -300, snrDb: 99 }));
    const picture = drawSurvey(survey.rows, words);
    expect(picture).not.toContain("NaN");
    for (const [, at] of picture.matchAll(/cy="([\d.]+)"/g)) expect(Number(at)).toBeLessThanOrEqual(560);
  });
});
