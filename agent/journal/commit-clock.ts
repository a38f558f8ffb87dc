/**
 * The commit clock: when a batch is due, and why.
 *
 * A commit is due `commitIntervalMs` after the oldest frame that waits; changes of what is stored are not urgent and ride
 * along, or go 64 at a time, or after a second. No timer is armed while nothing waits: on a small ARM a timer costs more
 * than a frame. What a batch writes: batch.ts; who writes it: writer.ts.
 */
import type { Clock, Timer } from "../ports.ts";
import type { Held, Memory } from "./memory.ts";

/** Changes that are written without waiting for more. */
const CHANGES_DUE = 64;
const CHANGES_DELAY_MS = 1_000;
/** Of the interval: where the core is nearly as far away as that, a commit must not come much too soon. */
const LEAD_SHARE_MAX = 1 / 8;
const LEAD_WEIGHT = 1 / 4;

export interface CommitClock {
  /** Frames that wait are to be written. */
  readonly commitDue: boolean;
  readonly changesDue: boolean;
  /** A frame waits. @param urgent true: do not wait for the interval. */
  kept(urgent: boolean): void;
  /** Frames have left memory. */
  taken(): void;
  /** So many changes wait. */
  changed(changes: number): void;
  /** Whatever waits is due. */
  hurry(frames: number, changes: number): void;
  /** A batch takes what is due. */
  begin(): void;
  /** Nothing is due, and nothing comes due. */
  stop(): void;
  /** A commit has ended, whose oldest frame was this. */
  learn(first: Held): void;
}

/** @param onDue called when something has come due that was not. */
export function makeCommitClock(
  clock: Clock,
  memory: Memory,
  commitIntervalMs: number,
  onDue: () => void,
): CommitClock {
  let commitDue = false;
  let changesDue = false;
  let commitTimer: Timer | undefined;
  let changesTimer: Timer | undefined;
  let leadMs = 0;

  const dueMs = (held: Held): number => held.keptMs + commitIntervalMs - leadMs;

  function armCommit(): void {
    if (commitTimer !== undefined || commitDue) return;
    const held = memory.oldestWaiting();
    if (held === undefined) return;
    commitTimer = clock.after(Math.max(0, dueMs(held) - clock.monotonicMs()), () => {
      commitTimer = undefined;
      const next = memory.oldestWaiting();
      // The one it was armed for may have been taken: then the next oldest has its own moment.
      if (next === undefined || clock.monotonicMs() < dueMs(next)) return armCommit();
      commitDue = true;
      onDue();
    });
  }

  function armChanges(): void {
    if (changesTimer !== undefined || changesDue) return;
    changesTimer = clock.after(CHANGES_DELAY_MS, () => {
      changesTimer = undefined;
      changesDue = true;
      onDue();
    });
  }

  function cancelTimers(): void {
    commitTimer?.cancel();
    changesTimer?.cancel();
    commitTimer = changesTimer = undefined;
  }

  return {
    get commitDue() {
      return commitDue;
    },
    get changesDue() {
      return changesDue;
    },
    kept: (urgent) => {
      if (commitDue) return;
      if (urgent) {
        commitDue = true;
        onDue();
      } else if (commitTimer === undefined) armCommit();
    },
    taken: () => {
      if (memory.oldestWaiting() !== undefined) return;
      commitTimer?.cancel();
      commitTimer = undefined;
    },
    changed: (changes) => {
      if (changes === 0) return;
      if (changes < CHANGES_DUE) return armChanges();
      changesDue = true;
      onDue();
    },
    hurry: (frames, changes) => {
      commitDue = frames > 0;
      changesDue = changes > 0;
    },
    begin: () => {
      commitDue = changesDue = false;
      cancelTimers();
    },
    stop: cancelTimers,
    learn: (first) => {
      // On disk within the interval: a commit begins before that by what commits take, timer and all.
      const overrunMs = clock.monotonicMs() - first.keptMs - commitIntervalMs;
      // Urgent ones come early, and those behind an error late: neither says anything.
      if (Math.abs(overrunMs) > commitIntervalMs * LEAD_SHARE_MAX) return;
      const learntMs = leadMs + overrunMs * LEAD_WEIGHT;
      leadMs = Math.min(Math.max(learntMs, 0), commitIntervalMs * LEAD_SHARE_MAX);
    },
  };
}
