/**
 * When frames were last dropped, by reason: the journal counts them (journal/drops.ts) and knows no moment of it. It is
 * looked at by the minute. Pure but for its memory.
 *
 *   health.drops   {"v":1,"savedMs":…,"boot":"…","wallMs":…|null,"ageS":{"thinned":120}}
 */
import type { Saved } from "./moment.ts";

export const DROPS_NOTE = "health.drops";

export interface DropTimes {
  /** @param counts by reason, over all runs. The first look only learns them. */
  look(counts: Readonly<Record<string, number>>, nowMs: number): void;
  /** Monotonic; undefined: not remembered. */
  lastMs(reason: string): number | undefined;
  restore(ageS: Readonly<Record<string, number>>, savedMs: number): void;
  shift(untilMs: number, byMs: number): void;
  /** undefined: nothing has changed since it was last asked. */
  note(saved: Saved): string | undefined;
}

export function createDropTimes(): DropTimes {
  let known: Readonly<Record<string, number>> | undefined;
  const timesMs = new Map<string, number>();
  let isChanged = false;
  return {
    look: (counts, nowMs) => {
      for (const [reason, count] of Object.entries(counts)) {
        if (known === undefined || count <= (known[reason] ?? 0)) continue;
        timesMs.set(reason, nowMs);
        isChanged = true;
      }
      known = counts;
    },
    lastMs: (reason) => timesMs.get(reason),
    restore: (ageS, savedMs) => {
      for (const [reason, age] of Object.entries(ageS)) {
        if (!timesMs.has(reason)) timesMs.set(reason, savedMs - age * 1e3);
      }
    },
    shift: (untilMs, byMs) => {
      for (const [reason, atMs] of timesMs) if (atMs <= untilMs) timesMs.set(reason, atMs - byMs);
    },
    note: (saved) => {
      if (!isChanged) return undefined;
      isChanged = false;
      const ageS = Object.fromEntries(
        [...timesMs].map(([reason, atMs]) => [reason, Math.round((saved.savedMs - atMs) / 1e3)]),
      );
      return JSON.stringify({ v: 1, ...saved, ageS });
    },
  };
}
