/** A supervisor is told that the agent lives exactly while a fresh process could do no better. */
import { describe, expect, test } from "vitest";
import { ANSWER_MS_MAX, journalVital, startPulse, type Vital } from "../../../agent/health/pulse.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { writtenLog } from "../north/core-world.ts";

const EVERY_MS = 100_000;

function patient(...vitals: Vital[]) {
  const clock = new WorldClock();
  const log = writtenLog();
  let beats = 0;
  const pulse = startPulse({
    clock,
    log,
    vitals,
    everyMs: EVERY_MS,
    beat: () => {
      beats += 1;
    },
  });
  /** @returns the beats of so many intervals, the last one's answers included. */
  const beatsIn = async (intervals: number): Promise<number> => {
    const before = beats;
    await clock.advance(intervals * EVERY_MS + ANSWER_MS_MAX);
    return beats - before;
  };
  return { clock, log, pulse, beatsIn };
}

const vital = (name: string, answers: () => Promise<boolean>): Vital => ({ name, answers });
const never = (): Promise<boolean> => new Promise(() => undefined);

describe("the pulse", () => {
  test("beats while everything answers", async () => {
    const { beatsIn } = patient(
      vital("socket", async () => true),
      vital("control", async () => true),
    );
    expect(await beatsIn(3)).toBe(3);
  });

  test.each([
    ["never comes", never],
    ["is no", async () => false],
    ["is an error", () => Promise.reject(new Error("gone"))],
  ])("stops when an answer that came once %s", async (_, fails) => {
    let answers: () => Promise<boolean> = async () => true;
    const { beatsIn, log } = patient(
      vital("socket", () => answers()),
      vital("control", async () => true),
    );
    expect(await beatsIn(1)).toBeGreaterThan(0);
    answers = fails;
    expect(await beatsIn(3)).toBe(0);
    expect(log.lines.at(-1)).toEqual({ level: "error", fields: { silent: ["socket"] }, event: "no pulse" });
    answers = async () => true;
    expect(await beatsIn(1)).toBeGreaterThan(0);
  });

  test("asks nothing of what has never answered: a box may have a firewall in the way", async () => {
    const { beatsIn } = patient(vital("socket", never));
    expect(await beatsIn(3)).toBe(3);
  });

  test("says nothing more once it is stopped", async () => {
    const { beatsIn, pulse } = patient(vital("socket", async () => true));
    pulse.stop();
    expect(await beatsIn(3)).toBe(0);
  });
});

describe("the journal as a vital", () => {
  test.each([
    ["nothing waits", { keptTotal: 9, memoryFrames: 0, failing: undefined }, true],
    [
      "frames wait, and others have found custody",
      { keptTotal: 12, memoryFrames: 2, failing: undefined },
      true,
    ],
    [
      "frames wait, and none has found custody",
      { keptTotal: 12, memoryFrames: 3, failing: undefined },
      false,
    ],
    ["frames wait because the disk refuses", { keptTotal: 12, memoryFrames: 3, failing: "ENOSPC" }, true],
  ])("%s: %#", async (_, next, alive) => {
    let figures: Parameters<typeof journalVital>[0] extends () => infer F ? F : never = {
      keptTotal: 9,
      memoryFrames: 0,
      failing: undefined,
    };
    const { answers } = journalVital(() => figures);
    expect(await answers()).toBe(true);
    figures = next;
    expect(await answers()).toBe(alive);
  });
});
