import fc from "fast-check";
import { expect, test } from "vitest";
import { readUtcText, writeRxpkTime, writeStatTime } from "../../../agent/lorawan/utc-text.ts";
import { vectors } from "./vectors.ts";

const { times } = vectors("gwmp.json");

test("the times written by others are all here", () => {
  const { compactValid, compactInvalid, expandedValid, expandedInvalid } = times;
  const counts = [compactValid, compactInvalid, expandedValid, expandedInvalid].map((list) => list.length);
  expect(counts).toEqual([3, 2, 2, 1]);
});

test.each(times.compactValid as string[])("%s is read, and written with six decimals", (text) => {
  const utcMs = readUtcText(text)!;
  expect(Math.floor(utcMs)).toBe(new Date(text).getTime());
  const written = text.includes(".") ? text : text.replace("Z", ".000000Z");
  expect(writeRxpkTime(utcMs)).toBe(written);
});

test.each(times.expandedValid as string[])("%s is read and written again", (text) => {
  const utcMs = readUtcText(text)!;
  expect(utcMs).toBe(new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`).getTime());
  expect(writeStatTime(utcMs)).toBe(text);
});

test.each([...times.compactInvalid, ...times.expandedInvalid, ""] as string[])("%s is no time", (text) => {
  expect(readUtcText(text)).toBe(undefined);
});

test.each([
  "2021-02-29T00:00:00Z",
  "2021-04-31T00:00:00Z",
  "2021-13-01T00:00:00Z",
  "2021-00-01T00:00:00Z",
  "2021-01-00T00:00:00Z",
  "2021-01-01T24:00:00Z",
  "2021-01-01T00:60:00Z",
  "2021-01-01T00:00:61Z",
  "1969-12-31T23:59:59Z",
  "2021-01-01T00:00:00",
  "2021-01-01T00:00:00+01:00",
  "2021-01-01T00:00:00.Z",
  "2021-01-01T00:00:00.5xZ",
  "2021-01-01X00:00:00Z",
  "2021/01/01T00:00:00Z",
  "20x1-01-01T00:00:00Z",
  "2021-01-01T00:00:00Z ",
  `2021-01-01T00:00:00.${"0".repeat(40)}Z`,
])("%s is no time", (text) => {
  expect(readUtcText(text)).toBe(undefined);
});

test("leap days and leap seconds are times", () => {
  expect(readUtcText("2024-02-29T12:00:00Z")).toBe(Date.UTC(2024, 1, 29, 12));
  expect(readUtcText("2016-12-31T23:59:60Z")).toBe(Date.UTC(2017, 0, 1));
});

test("a fraction counts to the last digit a number holds", () => {
  expect(readUtcText("2021-02-03T19:03:46.500349Z")).toBeCloseTo(
    Date.UTC(2021, 1, 3, 19, 3, 46) + 500.349,
    3,
  );
  expect(readUtcText("2021-02-03T19:03:46.000000001Z")).toBeCloseTo(Date.UTC(2021, 1, 3, 19, 3, 46), 3);
  expect(writeRxpkTime(Date.UTC(2021, 0, 1) + 999.9996)).toBe("2021-01-01T00:00:00.999999Z");
});

test("every time comes back from what is written of it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 0, 1) }), (utcMs) => {
      expect(readUtcText(writeRxpkTime(utcMs))).toBe(utcMs);
      expect(readUtcText(writeStatTime(utcMs))).toBe(Math.floor(utcMs / 1000) * 1000);
    }),
  );
});
