import { describe, expect, test } from "vitest";
import type { HeardTime, Now } from "../../../agent/south/concentrator-clock.ts";
import {
  BOARDS_PER_GATEWAY_MAX,
  type ConcentratorClocks,
  createConcentratorClocks,
} from "../../../agent/south/concentrator-clocks.ts";
import { EUI, Notes } from "./south-rig.ts";

const BOOT = "a".repeat(32);
const NOTE = `concentrator/${EUI}/0`;
const HOUR_MS = 3_600_000;

const heard = (tmstMs: number, delayed = false): HeardTime => ({
  tmstUs: tmstMs * 1e3,
  delayed,
  utcMs: undefined,
  utcFromGps: false,
});
const now = (monotonicMs: number): Now => ({ monotonicMs, wallMs: 0, wallTrusted: false });

/** A frame that was heard when the counter stood there, and arrives now. @returns its session and age. */
function hear(clocks: ConcentratorClocks, tmstMs: number, atMs: number, board = 0, delayed = false) {
  clocks.learn(EUI, board, heard(tmstMs, delayed), now(atMs));
  const { session, ageMs } = clocks.judge(EUI, board, heard(tmstMs, delayed), now(atMs));
  return { session, ageMs: Math.round(ageMs) };
}

/** Two frames, so that the clock is proven. */
function proven(notes: Notes, atMs = 100_000): ConcentratorClocks {
  const clocks = createConcentratorClocks(notes, BOOT, atMs);
  hear(clocks, 1_000_000 + atMs, atMs);
  hear(clocks, 1_000_000 + atMs + 5_000, atMs + 5_000);
  return clocks;
}

describe("the session's number", () => {
  test("goes on where the agent alone was restarted", () => {
    const notes = new Notes();
    proven(notes).close();
    const after = createConcentratorClocks(notes, BOOT, HOUR_MS);
    expect(hear(after, 1_000_000 + HOUR_MS + 1_000, HOUR_MS + 1_000)).toEqual({ session: 1, ageMs: 0 });
  });

  test("goes on where the agent was killed, by what was noted when the clock was proven", () => {
    const notes = new Notes();
    proven(notes);
    const after = createConcentratorClocks(notes, BOOT, 10 * HOUR_MS);
    expect(hear(after, 1_000_000 + 10 * HOUR_MS, 10 * HOUR_MS)).toEqual({ session: 1, ageMs: 0 });
  });

  test("is noted anew every six hours, so that a kill after days changes nothing", () => {
    const notes = new Notes();
    const clocks = proven(notes);
    for (let atMs = 200_000; atMs < 48 * HOUR_MS; atMs += 600_000) hear(clocks, 1_000_000 + atMs, atMs);
    expect(notes.writes).toBe(2 + 7);
    const killedMs = 50 * HOUR_MS;
    const after = createConcentratorClocks(notes, BOOT, killedMs);
    expect(hear(after, 1_000_000 + killedMs, killedMs)).toEqual({ session: 1, ageMs: 0 });
  });

  test.each([
    ["the kernel was booted", "b".repeat(32), HOUR_MS],
    ["the note is too old to prove anything", BOOT, 13 * HOUR_MS],
  ])("is another where %s", (_what, boot, atMs) => {
    const notes = new Notes();
    proven(notes).close();
    const after = createConcentratorClocks(notes, boot, atMs);
    expect(hear(after, 1_000_000 + atMs, atMs)).toEqual({ session: 2, ageMs: 0 });
  });

  test("is another where only one frame had told the clock", () => {
    const notes = new Notes();
    const clocks = createConcentratorClocks(notes, BOOT, 0);
    hear(clocks, 5_000, 0);
    clocks.close();
    const after = createConcentratorClocks(notes, BOOT, 60_000);
    expect(hear(after, 65_000, 60_000)).toEqual({ session: 2, ageMs: 0 });
  });

  test("is undefined until a live frame has told it, and its own for each board", () => {
    const clocks = createConcentratorClocks(new Notes(), BOOT, 0);
    hear(clocks, 1_000, 0, 0, true);
    expect(clocks.session(EUI, 0)).toBeUndefined();
    hear(clocks, 1_000, 0);
    expect(clocks.session(EUI, 0)).toBe(1);
    expect(clocks.session(EUI, 1)).toBeUndefined();
  });

  test.each([
    "",
    "{",
    "7",
    '{"session":"x"}',
    '{"session":3,"offsetMs":"y","monotonicMs":1,"kernelBootId":"a"}',
  ])("begins at 1 where the note is %j", (text) => {
    const notes = new Notes();
    notes.set(NOTE, text);
    const clocks = createConcentratorClocks(notes, BOOT, 0);
    expect(hear(clocks, 1_000, 0).session).toBe(1);
  });
});

describe("the counter as it stands now", () => {
  const presentMs = (clocks: ConcentratorClocks, board: number, atMs: number): number =>
    clocks.presentTmstUs(EUI, board, atMs) / 1e3;

  test("follows the frames, and comes round with the counter", () => {
    expect(presentMs(proven(new Notes()), 0, 200_000)).toBeCloseTo(1_200_000, -1);
    // It stands at 4,285 s then, and comes round at 4,294.967 s.
    const late = proven(new Notes(), 3_280_000);
    expect(presentMs(late, 0, 3_294_000)).toBeCloseTo(4_294_000, -1);
    expect(presentMs(late, 0, 3_295_000)).toBeCloseTo(33, -1);
  });

  test("is known to the next run of the agent before it has heard anything", () => {
    const notes = new Notes();
    proven(notes).close();
    const after = createConcentratorClocks(notes, BOOT, 300_000);
    expect(presentMs(after, 0, 300_000)).toBeCloseTo(1_300_000, -2);
  });

  test("of a board that nobody heard is another board's, and before anything was heard the kernel's", () => {
    expect(presentMs(createConcentratorClocks(new Notes(), BOOT, 0), 0, 42_000)).toBe(42_000);
    const clocks = proven(new Notes());
    expect(presentMs(clocks, 3, 200_000)).toBe(presentMs(clocks, 0, 200_000));
    hear(clocks, 5_000_000, 200_000, 3);
    expect(presentMs(clocks, 3, 200_000)).toBeCloseTo(5_000_000 - 2 ** 32 / 1e3, 3);
  });
});

test("a gateway with more boards than any has is heard, but not clocked", () => {
  const notes = new Notes();
  const clocks = createConcentratorClocks(notes, BOOT, 0);
  for (let board = 0; board < BOARDS_PER_GATEWAY_MAX + 5; board++) hear(clocks, 1_000, 0, board * 1_000);
  expect(notes.values.size).toBe(BOARDS_PER_GATEWAY_MAX);
  expect(hear(clocks, 9_000_000, 10, 77)).toEqual({ session: 0, ageMs: 0 });
  expect(hear(clocks, 9_000_000, 10, 77, true)).toEqual({ session: 0, ageMs: 2_001 });
  expect(clocks.session(EUI, 77)).toBeUndefined();
});

test("a gateway that is dropped is noted, and taken up where it was", () => {
  const notes = new Notes();
  const clocks = proven(notes);
  clocks.drop(EUI);
  expect(clocks.session(EUI, 0)).toBeUndefined();
  expect(hear(clocks, 1_000_000 + 200_000, 200_000)).toEqual({ session: 1, ageMs: 0 });
});
