/**
 * One timer for many who wait: it rings at the earliest moment that somebody named. Setting it to the moment at which
 * it rings already costs nothing, which matters to who asks after each frame.
 */
import type { Clock, Timer } from "../ports.ts";

export const NEVER = Number.POSITIVE_INFINITY;

export interface AlarmClock {
  /** @param dueMs monotonic; NEVER: it does not ring. */
  set(dueMs: number, nowMs: number): void;
  stop(): void;
}

export function createAlarmClock(clock: Clock, onRing: () => void): AlarmClock {
  let timer: Timer | undefined;
  let timerDueMs = NEVER;

  function stop(): void {
    timer?.cancel();
    timer = undefined;
    timerDueMs = NEVER;
  }

  return {
    set: (dueMs, nowMs) => {
      if (timer !== undefined && timerDueMs === dueMs) return;
      stop();
      if (dueMs === NEVER) return;
      timerDueMs = dueMs;
      timer = clock.after(Math.max(0, dueMs - nowMs), () => {
        timer = undefined;
        timerDueMs = NEVER;
        onRing();
      });
    },
    stop,
  };
}
