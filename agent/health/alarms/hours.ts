/**
 * How many frames this gateway hears in each hour of the day, and whether it hears fewer now. Pure but for its memory.
 *
 * History: the counts of the last HISTORY_DAYS of each hour of UTC. An hour counts only when it was watched whole: the
 * agent ran, its forwarder spoke, its clock was trusted. What is expected of an hour is the median of its history, and the
 * least of it and the hours beside it, for meters that report at a fixed time drift over the border of an hour.
 *
 * The test: as many hours back as it takes until silence would say something (SILENCE_MEANS frames expected), a day at
 * most. Fewer: less than half of what is expected, and so few that a Poisson process of 0.7 of it would do so once in a
 * million times. A gateway with a handful of frames a day is never judged by their number; its devices are (deviceSilent).
 * For what is lost in part only, the same test over the last day, without the hours that were judged too quiet already.
 *
 * Hours found too quiet are no history: a fault must not become what is usual. But not for ever, for meters do go. After
 * QUIET_HOURS_MAX of them, without a whole day between that was not too quiet, the history begins anew, with what is heard
 * then.
 */

export const HISTORY_DAYS = 14;
export const HISTORY_DAYS_MIN = 3;
/** Thirty days. */
export const QUIET_HOURS_MAX = 720;
const HOURS = 24;
const HOUR_MS = 3_600_000;
/** Drift of traffic from week to week: the test is against so much of what is expected. */
const ALLOWED = 0.7;
const FEWER = 0.5;
const PROBABILITY_MAX = 1e-6;
/** Expected frames of which none at all is so improbable: -ln(1e-6) / 0.7. */
export const SILENCE_MEANS = -Math.log(PROBABILITY_MAX) / ALLOWED;
/** Watched so much of an hour, it counts as whole. */
const WHOLE_MS = HOUR_MS - 90_000;

export type HoursVerdict =
  | { readonly verdict: "unknown" }
  | {
      readonly verdict: "good" | "bad";
      readonly heard: number;
      readonly expected: number;
      readonly hours: number;
    };

interface Past {
  readonly hourOfDay: number;
  readonly heard: number;
}

export interface Hours {
  /**
   * @param utcMs undefined: the clock is not trusted.
   * @param frames heard since the agent started. @param isWatched frames could be heard since the last look.
   */
  look(at: {
    readonly utcMs: number | undefined;
    readonly monotonicMs: number;
    readonly frames: number;
    readonly isWatched: boolean;
  }): void;
  verdict(): HoursVerdict;
  /** The history has changed since it was written. */
  readonly changed: boolean;
  write(): string;
  read(text: string | undefined): void;
}

export function openHours(): Hours {
  /** The latest last. */
  let history = emptyHistory();
  /** Watched hours, the latest first, a day at most. */
  let recent: readonly Past[] = [];
  let running: { readonly hour: number; watchedMs: number; heard: number } | undefined;
  let last: { readonly monotonicMs: number; readonly frames: number } | undefined;
  /** Watched hours since one that was judged too quiet by the short test. */
  let quietFor = 0;
  let verdict: HoursVerdict = { verdict: "unknown" };
  /** Hours left out of the history, and those since the last one that were not. */
  let leftOut = 0;
  let soundFor = 0;
  let changed = false;

  /** undefined: too few days are known. */
  const usual = (hourOfDay: number): number | undefined => {
    const counts = history[hourOfDay]!;
    return counts.length < HISTORY_DAYS_MIN ? undefined : medianOf(counts);
  };

  const expectedOf = (hourOfDay: number): number | undefined => {
    const beside = [-1, 0, 1].map((shift) => usual((hourOfDay + shift + HOURS) % HOURS));
    return beside.some((count) => count === undefined) ? undefined : Math.min(...(beside as number[]));
  };

  /** Of as many hours as it takes to expect so many frames. */
  const test = (expectedMin: number): HoursVerdict => {
    let heard = 0;
    let expected = 0;
    for (const [at, past] of recent.entries()) {
      const more = expectedOf(past.hourOfDay);
      if (more === undefined) return { verdict: "unknown" };
      heard += past.heard;
      expected += more;
      if (expected >= expectedMin) return judged(heard, expected, at + 1);
    }
    // A day that brings no more is never judged too quiet by it: so little is no improbable silence.
    return recent.length < HOURS ? { verdict: "unknown" } : judged(heard, expected, HOURS);
  };

  const testOfDay = (): HoursVerdict => {
    const expected = recent.map(({ hourOfDay }) => expectedOf(hourOfDay));
    if (recent.length < HOURS || expected.includes(undefined)) return { verdict: "unknown" };
    return judged(
      recent.reduce((sum, { heard }) => sum + heard, 0),
      (expected as number[]).reduce((sum, count) => sum + count, 0),
      HOURS,
    );
  };

  const end = ({ hour, watchedMs, heard }: NonNullable<typeof running>): void => {
    if (watchedMs < WHOLE_MS) return;
    const hourOfDay = hour % HOURS;
    recent = [{ hourOfDay, heard }, ...recent].slice(0, HOURS);
    const short = test(SILENCE_MEANS);
    quietFor = short.verdict === "bad" ? 0 : Math.min(quietFor + 1, HOURS);
    const whole = testOfDay();
    const isDayBad = whole.verdict === "bad";
    verdict = short.verdict !== "bad" && isDayBad && quietFor === HOURS ? whole : short;
    // Also where the hour alone could pass.
    learn(hourOfDay, heard, short.verdict === "bad" || isDayBad);
  };

  const learn = (hourOfDay: number, heard: number, isTooQuiet: boolean): void => {
    changed = true;
    if (isTooQuiet) {
      leftOut += 1;
      soundFor = 0;
    } else if (verdict.verdict === "good") {
      soundFor = Math.min(soundFor + 1, HOURS);
      if (soundFor === HOURS) leftOut = 0;
    }
    if (leftOut >= QUIET_HOURS_MAX) {
      history = emptyHistory();
      leftOut = 0;
    } else if (!isTooQuiet) history[hourOfDay] = [...history[hourOfDay]!, heard].slice(-HISTORY_DAYS);
  };

  return {
    look: ({ utcMs, monotonicMs, frames, isWatched }) => {
      const before = last;
      last = { monotonicMs, frames };
      if (utcMs === undefined || before === undefined) {
        running = undefined;
        return;
      }
      const hour = Math.floor(utcMs / HOUR_MS);
      if (running !== undefined && running.hour !== hour) {
        if (hour === running.hour + 1) end(running);
        running = undefined;
      }
      running ??= { hour, watchedMs: 0, heard: 0 };
      running.heard += Math.max(0, frames - before.frames);
      if (isWatched) running.watchedMs += monotonicMs - before.monotonicMs;
    },
    verdict: () => verdict,
    get changed() {
      return changed;
    },
    write: () => {
      changed = false;
      return JSON.stringify({ history, leftOut } satisfies Written);
    },
    read: (text) => {
      const kept = readWritten(text);
      if (kept === undefined) return;
      history = kept.history.map((counts, at) => [...counts, ...history[at]!].slice(-HISTORY_DAYS));
      leftOut += kept.leftOut;
    },
  };
}

function emptyHistory(): number[][] {
  return Array.from({ length: HOURS }, () => []);
}

function judged(heard: number, expected: number, hours: number): HoursVerdict {
  const isFewer = heard < FEWER * expected && isImprobable(heard, ALLOWED * expected);
  return { verdict: isFewer ? "bad" : "good", heard, expected, hours };
}

function medianOf(counts: readonly number[]): number {
  const sorted = [...counts].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Whether a Poisson process of this mean has so few, or fewer, at most once in a million times. */
function isImprobable(count: number, mean: number): boolean {
  let logTerm = -mean;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= count && sum <= PROBABILITY_MAX; k++) {
    logTerm += Math.log(mean / k);
    sum += Math.exp(logTerm);
  }
  return sum <= PROBABILITY_MAX;
}

interface Written {
  readonly history: readonly (readonly number[])[];
  readonly leftOut: number;
}

function readWritten(text: string | undefined): Written | undefined {
  if (text === undefined) return undefined;
  try {
    const said = JSON.parse(text) as Written | Written["history"];
    // Notes of before have the history alone.
    const { history, leftOut } = "history" in said ? said : { history: said, leftOut: 0 };
    const isSound =
      Array.isArray(history) &&
      history.length === HOURS &&
      history.every((counts) => Array.isArray(counts) && counts.every((count) => count >= 0)) &&
      Number.isInteger(leftOut);
    return isSound ? { history, leftOut } : undefined;
  } catch {
    return undefined;
  }
}
