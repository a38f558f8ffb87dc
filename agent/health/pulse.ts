/**
 * The pulse: whether this process still does its work, felt at long intervals, for a supervisor that starts a fresh
 * one when no beat comes.
 *
 * A beat means: the event loop turns (or nothing here would run), and every vital answers. A vital speaks only of what
 * a fresh process could cure: a disk that refuses or a core that is away is no reason to be killed. One that has never
 * answered is not asked for: a box may have a firewall in its way, and would be killed for ever.
 *
 * No supervisor here (host/supervisor.ts).
 */
import { inTime } from "../in-time.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** Something that lives while `answers` resolves to true. */
export interface Vital {
  /** Such as "socket". */
  readonly name: string;
  answers(): Promise<boolean>;
}

export interface PulseParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly vitals: readonly Vital[];
  readonly everyMs: number;
  /** Tells the supervisor. */
  readonly beat: () => void;
}

export interface Pulse {
  stop(): void;
}

/** A vital that is slower than this is silent. */
export const ANSWER_MS_MAX = 10_000;

/** The first beat comes after `everyMs`. */
export function startPulse({ clock, log, vitals, everyMs, beat }: PulseParts): Pulse {
  const once = new Set<string>();
  let stopped = false;
  let timer: Timer = clock.after(everyMs, feel);

  function feel(): void {
    timer = clock.after(everyMs, feel);
    void silentOnes().then((silent) => {
      if (stopped) return;
      if (silent.length === 0) beat();
      else log.error({ silent }, "no pulse");
    });
  }

  /** @returns the names of those that answered once and do no more. */
  async function silentOnes(): Promise<string[]> {
    const answers = await Promise.all(
      vitals.map((vital) =>
        inTime(
          clock,
          ANSWER_MS_MAX,
          vital.answers().catch(() => false),
          false,
        ),
      ),
    );
    vitals.forEach(({ name }, at) => {
      if (answers[at] === true) once.add(name);
    });
    return vitals.filter(({ name }, at) => answers[at] !== true && once.has(name)).map(({ name }) => name);
  }

  return {
    stop: () => {
      stopped = true;
      timer.cancel();
    },
  };
}

/** What of the journal's figures says whether its frames find custody. */
export interface JournalFigures {
  readonly keptTotal: number;
  /** Frames in memory without custody. */
  readonly memoryFrames: number;
  readonly failing: string | undefined;
}

/**
 * The journal as a vital: frames wait for custody, none has found it since it was asked last, and the disk has not
 * said why (when it has, it is tried again, and a fresh process would fare no better).
 */
export function journalVital(figures: () => JournalFigures): Vital {
  let settledBefore = -1;
  return {
    name: "journal",
    answers: async () => {
      const { keptTotal, memoryFrames, failing } = figures();
      const settled = keptTotal - memoryFrames;
      const moves = settled !== settledBefore;
      settledBefore = settled;
      return moves || memoryFrames === 0 || failing !== undefined;
    },
  };
}
