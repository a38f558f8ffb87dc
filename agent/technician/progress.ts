/** How far a long work has come, on one line of a terminal; elsewhere nothing is said. */
import type { Clock } from "../ports.ts";
import type { Translate } from "../text/text.ts";
import { makeWords } from "./words.ts";

const FIRST_AFTER_MS = 500;
const EVERY_MS = 200;
const CLEAR_LINE = "\r\u001b[K";

export interface Progress {
  at(done: number): void;
  /** Leaves an empty line behind, for what comes next. */
  end(): void;
}

export function showProgress(doors: {
  readonly clock: Clock;
  readonly t: Translate;
  readonly isTerminal: boolean;
  readonly writeError: (text: string) => void;
}): Progress {
  if (!doors.isTerminal) return { at: () => {}, end: () => {} };
  const { clock, t, writeError } = doors;
  const { count } = makeWords(t);
  let nextMs = clock.monotonicMs() + FIRST_AFTER_MS;
  let isShown = false;
  return {
    at: (done) => {
      const nowMs = clock.monotonicMs();
      if (nowMs < nextMs) return;
      nextMs = nowMs + EVERY_MS;
      isShown = true;
      writeError(`${CLEAR_LINE}${t("journal.progress", { done: count(done) })}`);
    },
    end: () => {
      if (isShown) writeError(CLEAR_LINE);
      isShown = false;
    },
  };
}
