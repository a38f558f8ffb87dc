import { describe, expect, test } from "vitest";
import { createOwnNamespace, PAUSE_FIRST_MS, PAUSE_LONGEST_MS } from "../../../agent/north/own-namespace.ts";

describe("our own topics", () => {
  test("are left out after two connections that ended within a second of them", () => {
    const own = createOwnNamespace();
    own.published("late", 0);
    own.closed(1_000);
    expect(own.mayPublish("late", 1_000)).toBe(true);
    own.published("late", 5_000);
    own.closed(5_900);
    expect(own.mayPublish("late", 5_900)).toBe(false);
    expect(own.suspended).toBe(true);
  });

  test("are not blamed for what ends later, nor twice for one publish", () => {
    const own = createOwnNamespace();
    for (let at = 0; at < 100_000; at += 10_000) {
      own.published("late", at);
      own.closed(at + 1_001);
      own.closed(at + 1_002);
    }
    own.published("late", 100_000);
    own.closed(100_001);
    own.closed(100_002);
    expect(own.suspended).toBe(false);
  });

  test("are forgiven when they are accepted in between: it was the road", () => {
    const own = createOwnNamespace();
    for (let at = 0; at < 100_000; at += 10_000) {
      own.published("late", at);
      own.closed(at + 500);
      own.published("late", at + 2_000);
      own.accepted("late");
    }
    expect(own.suspended).toBe(false);
  });

  test("come back on trial after a pause, which doubles up to a day where the trial was in vain", () => {
    const own = createOwnNamespace();
    own.refused("late", 0);
    let at = 0;
    for (let pauseMs = PAUSE_FIRST_MS; pauseMs < PAUSE_LONGEST_MS; pauseMs *= 2) {
      expect(own.mayPublish("late", at + pauseMs - 1)).toBe(false);
      at += pauseMs;
      expect(own.mayPublish("late", at)).toBe(true);
      expect(own.suspended).toBe(true);
      own.published("late", at);
      own.closed(at);
    }
    expect(own.mayPublish("late", at + PAUSE_LONGEST_MS - 1)).toBe(false);
    expect(own.mayPublish("late", at + PAUSE_LONGEST_MS)).toBe(true);
    own.published("late", at + PAUSE_LONGEST_MS);
    own.accepted("late");
    expect(own.suspended).toBe(false);
  });

  test("stand each for itself: one that is accepted does not clear another, and one refused does not stop it", () => {
    const own = createOwnNamespace();
    for (const at of [0, 10_000]) {
      own.published("replay-plan", at);
      own.published("late", at);
      own.accepted("replay-plan");
      own.closed(at + 10);
    }
    expect(own.mayPublish("late", 10_010)).toBe(false);
    expect(own.mayPublish("replay-plan", 10_010)).toBe(true);
  });
});
