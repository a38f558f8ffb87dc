import { expect, test } from "vitest";
import { createSuspicion } from "../../../agent/north/suspicion.ts";

test("a frame that fails three times while others pass is to be set aside, one that fails alone never", () => {
  const suspicion = createSuspicion();
  expect([1, 2, 3].map((passed) => suspicion.blame(7, passed))).toEqual([false, false, true]);
  expect([5, 5, 5, 5, 5].map((passed) => suspicion.blame(8, passed))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("a second blame makes the suspicion strong until the frame is absolved", () => {
  const suspicion = createSuspicion();
  suspicion.blame(7, 1);
  expect(suspicion.strong).toBe(false);
  suspicion.blame(7, 2);
  expect(suspicion.strong).toBe(true);
  suspicion.absolve(7);
  expect(suspicion.strong).toBe(false);
});

test("frames that left the journal unseen do not keep the suspicion alive for ever", () => {
  const suspicion = createSuspicion();
  suspicion.blame(0, 1);
  suspicion.blame(0, 2);
  for (let sequence = 1; sequence <= 512; sequence++) suspicion.blame(sequence, 2);
  expect(suspicion.strong).toBe(false);
});
