import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmEvent } from "../../../../agent/health/alarms/alarm.ts";
import {
  alarmsOf,
  type Finding,
  type Found,
  STANDINGS_MAX,
  type Standing,
  type Standings,
  step,
} from "../../../../agent/health/alarms/engine.ts";
import { KEPT_MAX, keepStandings, readStandings } from "../../../../agent/health/alarms/standings-note.ts";
import { memoryNotes } from "../availability/account-world.ts";

const RAISE_MS = 30_000;
const CLEAR_MS = 60_000;
const NONE: Standings = new Map<string, Standing>();
const at = (monotonicMs: number) => ({ monotonicMs, wallMs: 1_800_000_000_000 + monotonicMs });

const rule = (findings: readonly Finding[] | undefined): Found => ({
  id: "temperature",
  severity: "warning",
  raiseAfterMs: RAISE_MS,
  clearAfterMs: CLEAR_MS,
  findings,
});

function raisedOne(): Standings {
  const bad = rule([{ subject: "cpu", verdict: "bad", evidence: { temperatureC: 90 } }]);
  const first = step(NONE, [bad], at(1_000));
  return step(first.standings, [bad], at(1_000 + RAISE_MS)).standings;
}

describe("the engine", () => {
  test("tells since when it is bad, not since when it was sure", () => {
    expect(alarmsOf(raisedOne(), at(50_000))).toEqual([
      {
        id: "temperature",
        subject: "cpu",
        severity: "warning",
        sinceWallMs: at(1_000).wallMs,
        evidence: { temperatureC: 90 },
      },
    ]);
  });

  test("since when follows a clock that is put right", () => {
    const hourLater = { monotonicMs: 50_000, wallMs: at(50_000).wallMs + 3_600_000 };
    expect(alarmsOf(raisedOne(), hourLater)[0]!.sinceWallMs).toBe(at(1_000).wallMs + 3_600_000);
  });

  test("what nobody speaks of any more is cleared after its time", () => {
    const first = step(raisedOne(), [rule([])], at(100_000));
    expect(first.events).toEqual([]);
    const second = step(first.standings, [rule([])], at(100_000 + CLEAR_MS));
    expect(second.events.map(({ event }) => event)).toEqual(["cleared"]);
    expect(second.standings.size).toBe(0);
  });

  test("who can say nothing clears nothing, however long", () => {
    let standings = raisedOne();
    for (let ms = 100_000; ms < 10_000_000; ms += 10_000) {
      const stepped = step(standings, [rule(undefined)], at(ms));
      expect(stepped.events).toEqual([]);
      standings = stepped.standings;
    }
    expect(alarmsOf(standings, at(0))).toHaveLength(1);
  });

  test("a subject too many is not raised, and none of those before is lost", () => {
    const many = Array.from({ length: STANDINGS_MAX + 5 }, (_, index) => ({
      subject: `s${index}`,
      verdict: "bad" as const,
    }));
    const first = step(NONE, [rule(many)], at(0));
    const second = step(first.standings, [rule(many)], at(RAISE_MS));
    expect(second.events).toHaveLength(STANDINGS_MAX);
    expect(alarmsOf(second.standings, at(0))).toHaveLength(STANDINGS_MAX);
  });

  /**
   * Goal: an alarm is never news twice within its clear time, whatever the readings do.
   * Method: random verdicts, one every ten seconds.
   */
  test("never flaps faster than its clear time, and only as raised, cleared, raised", () => {
    const verdict = fc.constantFrom<Finding["verdict"] | "silent" | "mute">(
      ...(["bad", "bad", "bad", "good", "good", "between", "unknown", "silent", "mute"] as const),
    );
    const spells = fc.array(fc.tuple(verdict, fc.integer({ min: 1, max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(spells, (lived) => {
        let standings = NONE;
        let ms = 0;
        const events: (AlarmEvent & { ms: number })[] = [];
        for (const [said, times] of lived) {
          for (let time = 0; time < times; time++) {
            const findings =
              said === "mute" ? undefined : said === "silent" ? [] : [{ subject: "cpu", verdict: said }];
            const stepped = step(standings, [rule(findings)], at(ms));
            standings = stepped.standings;
            events.push(...stepped.events.map((event) => ({ ...event, ms })));
            ms += 10_000;
          }
        }
        for (const [index, event] of events.entries()) {
          expect(event.event).toBe(index % 2 === 0 ? "raised" : "cleared");
          const before = events[index - 1];
          if (before === undefined) continue;
          const waitMs = event.event === "cleared" ? CLEAR_MS : RAISE_MS;
          expect(event.ms - before.ms).toBeGreaterThanOrEqual(waitMs);
        }
      }),
    );
  });
});

describe("over a restart", () => {
  test("what stands is taken over without being news, in the same boot to the millisecond", () => {
    const notes = memoryNotes();
    keepStandings(notes, raisedOne(), "boot1", at(60_000));
    const same = readStandings(notes, "boot1");
    expect(alarmsOf(same, at(70_000))).toEqual(alarmsOf(raisedOne(), at(70_000)));
    expect(step(same, [rule([{ subject: "cpu", verdict: "bad" }])], at(70_000)).events).toEqual([]);
    const other = readStandings(notes, "boot2");
    expect(alarmsOf(other, at(5))[0]!.sinceWallMs).toBe(at(1_000).wallMs);
  });

  test("the note stays small, and a damaged one is none", () => {
    const notes = memoryNotes();
    const many = Array.from({ length: 100 }, (_, index) => ({
      subject: `${index}`.padStart(40, "s"),
      verdict: "bad" as const,
      evidence: { text: "x".repeat(5_000) },
    }));
    const standings = step(step(NONE, [rule(many)], at(0)).standings, [rule(many)], at(RAISE_MS)).standings;
    keepStandings(notes, standings, "boot1", at(RAISE_MS));
    expect(notes.kept.get("health.alarms")!.length).toBeLessThan(16_384);
    expect(readStandings(notes, "boot1").size).toBe(KEPT_MAX);
    notes.kept.set("health.alarms", "{torn");
    expect(readStandings(notes, "boot1").size).toBe(0);
    keepStandings(notes, NONE, "boot1", at(0));
    expect(notes.kept.has("health.alarms")).toBe(false);
  });
});
