/** What the rules remember: windows over totals, and the forwarders that should be heard. */
import { describe, expect, test } from "vitest";
import { FORWARDERS_MAX, knowForwarders } from "../../../../agent/health/alarms/known-forwarders.ts";
import { risingWindow } from "../../../../agent/health/alarms/windows.ts";
import { memoryNotes } from "../availability/account-world.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 12);

describe("a window over a total", () => {
  test("has what came within it, and forgets it after", () => {
    const window = risingWindow(600_000);
    window.look("a", 1_000, 0);
    expect(window.risen("a")).toBe(0);
    window.look("a", 1_007, 30_000);
    window.look("a", 1_010, 300_000);
    expect(window.risen("a")).toBe(10);
    window.look("a", 1_010, 599_999);
    expect(window.risen("a")).toBe(10);
    window.look("a", 1_010, 600_000);
    expect(window.risen("a")).toBe(3);
    window.look("a", 1_010, 900_000);
    expect(window.risen("a")).toBe(0);
  });

  test("a total that begins anew is counted from nothing", () => {
    const window = risingWindow(600_000);
    window.look("a", 1_000, 0);
    window.look("a", 4, 1_000);
    expect(window.risen("a")).toBe(4);
  });

  test("forgets keys that nobody looks at, and looks that lie far apart", () => {
    const window = risingWindow(600_000);
    window.look("a", 0, 0);
    window.look("a", 5, 1_000);
    window.look("a", 6, 90_000_000);
    expect(window.risen("a")).toBe(1);
    window.forget(90_000_001);
    expect(window.risen("a")).toBe(0);
  });
});

describe("the forwarders that should be heard", () => {
  test("the settings' own alone, where it is named", () => {
    expect(knowForwarders(memoryNotes()).look("own", ["other"], NOON)).toEqual(["own"]);
  });

  test("those that were heard, also by the run before", () => {
    const notes = memoryNotes();
    const first = knowForwarders(notes);
    expect(first.look("", ["a"], NOON)).toEqual(["a"]);
    expect(first.changed).toBe(true);
    first.save();
    expect(first.changed).toBe(false);
    const second = knowForwarders(notes);
    second.restore();
    expect(second.look("", [], NOON + DAY_MS)).toEqual(["a"]);
  });

  test("one that is silent for a week while another speaks has been replaced; alone it is missed for ever", () => {
    const known = knowForwarders(memoryNotes());
    known.look("", ["old"], NOON);
    expect(known.look("", [], NOON + 400 * DAY_MS)).toEqual(["old"]);
    expect(known.look("", ["new"], NOON + 7 * DAY_MS)).toEqual(["old", "new"]);
    expect(known.look("", ["new"], NOON + 8 * DAY_MS)).toEqual(["new"]);
  });

  test("one heard while no clock was trusted has its week from the day the clock is", () => {
    const known = knowForwarders(memoryNotes());
    known.look("", ["old"], undefined);
    expect(known.look("", ["new"], NOON)).toEqual(["old", "new"]);
    expect(known.look("", ["new"], NOON + 7 * DAY_MS)).toEqual(["old", "new"]);
    expect(known.look("", ["new"], NOON + 8 * DAY_MS)).toEqual(["new"]);
  });

  test("sixteen at most, and a damaged note is none", () => {
    const notes = memoryNotes();
    notes.kept.set("health.forwarders", "{torn");
    const known = knowForwarders(notes);
    known.restore();
    const many = Array.from({ length: FORWARDERS_MAX + 1 }, (_, index) => `eui${index}`);
    expect(known.look("", many, NOON)).toHaveLength(FORWARDERS_MAX);
  });
});
