/**
 * The hold: a pause after a core took nothing (no subscriber, a refusal), doubled as long as it goes on. After it one
 * frame tries again, not all of them.
 */
import type { Clock, Timer } from "../ports.ts";

const HOLD_FIRST_MS = 1_000;
const HOLD_LONGEST_MS = 30_000;

export interface Hold {
  /** Nothing may go now. */
  readonly active: boolean;
  /** Nothing has been taken since the last one: one at a time. */
  readonly doubtful: boolean;
  /** Nobody took it: pause, unless there is a pause already. */
  begin(): void;
  /** Something was taken: the next trouble starts from the shortest pause. A pause that runs goes on. */
  forget(): void;
  /** The connection is gone, and with it the reason. */
  lift(): void;
}

/** @param onOver whoever waited may try. */
export function createHold(clock: Clock, onOver: () => void): Hold {
  let pauseMs = 0;
  let timer: Timer | undefined;
  return {
    get active() {
      return timer !== undefined;
    },
    get doubtful() {
      return pauseMs > 0;
    },
    begin: () => {
      if (timer) return;
      pauseMs = Math.min(Math.max(pauseMs * 2, HOLD_FIRST_MS), HOLD_LONGEST_MS);
      timer = clock.after(pauseMs, () => {
        timer = undefined;
        onOver();
      });
    },
    forget: () => {
      pauseMs = 0;
    },
    lift: () => {
      timer?.cancel();
      timer = undefined;
      pauseMs = 0;
    },
  };
}
