/**
 * Work that is done again and again, seldom: one round, a wait, the next round. A round that finds nothing to work with
 * (no port, no program) waits ever longer, so that a box without a receiver does not look for it a thousand times a
 * day; the first that finds something is back at the ordinary interval.
 *
 * What a round does is not known here.
 */
import type { Clock, Timer } from "../ports.ts";

/** The box has better things to do while it starts. */
const FIRST_AFTER_MS = 5_000;
/** Something that is plugged in again is seen after that at the latest, or after one interval. */
export const ABSENT_WAIT_MS_MAX = 15 * 60_000;

export interface Rounds {
  /** Resolves when a round that is under way has ended; none follows. */
  stop(): Promise<void>;
}

/**
 * @param round told by the signal to end early.
 * @returns what it found: something, or nothing to work with.
 */
export function startRounds(
  clock: Clock,
  everyMs: number,
  round: (signal: AbortSignal) => Promise<"present" | "absent">,
): Rounds {
  const stopping = new AbortController();
  let absentRounds = 0;
  let running: Promise<void> = Promise.resolve();
  let timer: Timer = clock.after(FIRST_AFTER_MS, begin);
  function begin(): void {
    running = once();
  }
  async function once(): Promise<void> {
    const found = await round(stopping.signal);
    if (stopping.signal.aborted) return;
    absentRounds = found === "absent" ? absentRounds + 1 : 0;
    timer = clock.after(waitMs(everyMs, absentRounds), begin);
  }
  return {
    stop: async () => {
      stopping.abort();
      timer.cancel();
      await running;
    },
  };
}

/** The first that finds nothing waits as usual. */
function waitMs(everyMs: number, absentRounds: number): number {
  const doubled = everyMs * 2 ** Math.min(Math.max(0, absentRounds - 1), 20);
  return Math.max(everyMs, Math.min(doubled, ABSENT_WAIT_MS_MAX));
}
