/** What is left out when connections end quickly, and how it comes back. */
import { describe, expect, test } from "vitest";
import { createCaution, HELD_LONG_MS } from "../../../agent/north/caution.ts";
import type { MqttClosed } from "../../../agent/ports.ts";

const CUT: MqttClosed = { code: "closed", detail: "the far side closed the connection" };
const QUICKLY_MS = 200;
const ALL = { will: true, state: true, watch: true };
const NO_WATCH = { will: true, state: true, watch: false };
const NO_STATES = { will: false, state: false, watch: false };

/** A caution after so many quick closes. */
function afterQuickCloses(times: number) {
  const caution = createCaution();
  for (let time = 0; time < times; time++) caution.ended(QUICKLY_MS, CUT);
  return caution;
}

describe("connections that are closed at once", () => {
  test.each([
    [1, ALL],
    [2, NO_WATCH],
    [3, NO_WATCH],
    [4, NO_STATES],
    [5, NO_STATES],
    // Leaving out all did not help: the road is at fault.
    [6, ALL],
    [8, NO_WATCH],
  ])("after %i of them we say no more than %o", (times, manner) => {
    expect(afterQuickCloses(times).manner()).toEqual(manner);
  });

  test("with one that held in between are no sign", () => {
    const caution = afterQuickCloses(1);
    caution.ended(1_000, CUT);
    caution.ended(QUICKLY_MS, CUT);
    expect(caution.manner()).toEqual(ALL);
  });
});

describe("an item that was left out", () => {
  test("comes back, one at a time, after a connection that held for long", () => {
    const caution = afterQuickCloses(4);
    caution.ended(HELD_LONG_MS - 1, CUT);
    expect(caution.manner()).toEqual(NO_STATES);
    caution.ended(HELD_LONG_MS, CUT);
    expect(caution.manner()).toEqual(NO_WATCH);
    caution.ended(HELD_LONG_MS, CUT);
    expect(caution.manner()).toEqual(ALL);
    caution.ended(HELD_LONG_MS, CUT);
    expect(caution.manner()).toEqual(ALL);
  });

  test("comes back without waiting for an end", () => {
    const caution = afterQuickCloses(2);
    expect(caution.takesBack(HELD_LONG_MS - 1)).toBe(false);
    expect(caution.takesBack(HELD_LONG_MS)).toBe(true);
    expect(caution.manner()).toEqual(ALL);
    expect(caution.takesBack(HELD_LONG_MS), "nothing more to take back").toBe(false);
  });

  test("goes again at the first quick close, and a connection that holds is not given up for it twice", () => {
    const caution = afterQuickCloses(4);
    caution.takesBack(HELD_LONG_MS);
    expect(caution.ended(QUICKLY_MS, CUT)).toBe(true);
    expect(caution.manner()).toEqual(NO_STATES);
    expect(caution.takesBack(100 * HELD_LONG_MS)).toBe(false);
    // Gone anyway, it costs nothing to ask.
    caution.ended(HELD_LONG_MS, CUT);
    expect(caution.manner()).toEqual(NO_WATCH);
    caution.reset();
    expect(caution.manner()).toEqual(ALL);
  });

  test("is no suspect any more once a connection with it has held", () => {
    const caution = afterQuickCloses(2);
    caution.takesBack(HELD_LONG_MS);
    caution.ended(5_000, CUT);
    caution.ended(QUICKLY_MS, CUT);
    expect(caution.manner()).toEqual(ALL);
  });
});

describe("a will that was left out after refusals of who we are", () => {
  const REFUSED: MqttClosed = { code: "credentials", detail: "not authorised", reasonCode: 135 };
  const NO_WILL = { will: false, state: true, watch: true };

  /** Let in without it at last. */
  function letIn() {
    const caution = createCaution();
    for (let time = 0; time < 2; time++) caution.ended(undefined, REFUSED);
    expect(caution.manner()).toEqual(NO_WILL);
    expect(caution.connected(caution.manner())).toBe(true);
    return caution;
  }

  test("is tried once more when the connection has held: the core may have had a change of mind", () => {
    const caution = letIn();
    expect(caution.takesBack(HELD_LONG_MS - 1)).toBe(false);
    expect(caution.takesBack(HELD_LONG_MS)).toBe(true);
    expect(caution.manner()).toEqual(ALL);
    expect(caution.connected(ALL)).toBe(false);
    expect(caution.takesBack(100 * HELD_LONG_MS)).toBe(false);
  });

  test("is not tried again by itself where that was in vain", () => {
    const caution = letIn();
    caution.takesBack(HELD_LONG_MS);
    caution.ended(undefined, REFUSED);
    expect(caution.manner()).toEqual(NO_WILL);
    expect(caution.connected(NO_WILL)).toBe(true);
    expect(caution.takesBack(100 * HELD_LONG_MS)).toBe(false);
  });
});
