import { expect, test } from "vitest";
import { createWindow } from "../../../agent/north/window.ts";

const ROUND_TRIP_MS = 40;

/** Sends in rounds: as many as `share` of the slots allows, each answered after the road's round trip. */
function slotsAfter(rounds: number, share: number): number {
  const window = createWindow(65_535);
  let nowMs = 10_000;
  for (let round = 0; round < rounds; round++) {
    const count = Math.max(1, Math.floor(window.slots * share));
    for (let sent = 0; sent < count; sent++) window.sent(nowMs, sent);
    nowMs += ROUND_TRIP_MS;
    for (let left = count; left > 0; left--) window.answered(nowMs, ROUND_TRIP_MS, left);
  }
  return window.slots;
}

test("replays, which leave a quarter of the slots to live frames, open the window too", () => {
  expect(slotsAfter(500, 3 / 4)).toBe(256);
});

test("and so do replays that share the rest with the late channel", () => {
  expect(slotsAfter(500, 1 / 2)).toBe(256);
});

test("a single frame at a time says nothing of what the road carries", () => {
  expect(slotsAfter(500, 1 / 4)).toBe(4);
});
