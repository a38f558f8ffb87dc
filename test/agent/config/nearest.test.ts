import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../../agent/config/nearest.ts";

describe("the distance of two words", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["level", "level", 0],
    ["LEVEL", "level", 0],
    ["leve", "level", 1],
    ["levell", "level", 1],
    ["lebel", "level", 1],
    ["elvel", "level", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("%s, %s: %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  test("very long words are compared by their beginning", () => {
    expect(editDistance("x".repeat(1_000_000), "x".repeat(64))).toBe(0);
  });
});

test("of several as near, the first of the table is meant", () => {
  expect(nearest("a", ["b", "c"])).toBe("b");
});
