/**
 * A day of a few figures, every five minutes, in memory: for the curves of the local page. `GET /history` shows it.
 *
 * It takes 24 KB, writes nothing, and begins anew with the agent.
 */
import type { Clock, Timer } from "../../ports.ts";

export const HISTORY_EVERY_MS = 5 * 60_000;
/** 24 h. */
export const HISTORY_SAMPLES_MAX = 288;

/** Totals only rise; undefined: nobody knows. */
export interface HistoryFigures {
  /** RSRP where there is one, else RSSI. */
  readonly signalDbm: number | undefined;
  /** Of the first core. */
  readonly roundTripMs: number | undefined;
  /** On disk. */
  readonly journalFrames: number;
  /** Frames heard, with a good, a bad and no CRC. */
  readonly heardTotal: number;
  readonly crcBadTotal: number;
}

export interface HistorySample {
  /** By the clock as it is now. */
  readonly wallMs: number;
  readonly signalDbm?: number;
  readonly roundTripMs?: number;
  readonly journalFrames: number;
  /** Heard in the five minutes before. */
  readonly frames: number;
  /** Of them; absent where there was none. */
  readonly crcBadPercent?: number;
}

export interface HistoryView {
  readonly everyMs: number;
  /** The oldest first. */
  readonly samples: readonly HistorySample[];
}

export interface History {
  view(): HistoryView;
  stop(): void;
}

export interface HistoryParts {
  readonly clock: Clock;
  readonly figures: () => HistoryFigures;
}

type Column = "monotonicMs" | Exclude<keyof HistorySample, "wallMs">;

export function startHistory({ clock, figures }: HistoryParts): History {
  const column = (): Float64Array => new Float64Array(HISTORY_SAMPLES_MAX);
  const columns: Readonly<Record<Column, Float64Array>> = {
    monotonicMs: column(),
    signalDbm: column(),
    roundTripMs: column(),
    journalFrames: column(),
    frames: column(),
    crcBadPercent: column(),
  };
  let taken = 0;
  let before = figures();
  let timer: Timer = clock.after(HISTORY_EVERY_MS, sample);

  function sample(): void {
    timer = clock.after(HISTORY_EVERY_MS, sample);
    const now = figures();
    const at = taken % HISTORY_SAMPLES_MAX;
    // A gateway that is no longer served takes its totals with it.
    const frames = Math.max(0, now.heardTotal - before.heardTotal);
    const bad = Math.max(0, now.crcBadTotal - before.crcBadTotal);
    columns.monotonicMs[at] = clock.monotonicMs();
    columns.signalDbm[at] = now.signalDbm ?? Number.NaN;
    columns.roundTripMs[at] = now.roundTripMs ?? Number.NaN;
    columns.journalFrames[at] = now.journalFrames;
    columns.frames[at] = frames;
    columns.crcBadPercent[at] = frames === 0 ? Number.NaN : Math.min(100, (100 * bad) / frames);
    taken += 1;
    before = now;
  }

  function sampleAt(at: number): HistorySample {
    const known = (name: Column): object => {
      const value = columns[name][at]!;
      return Number.isNaN(value) ? {} : { [name]: Math.round(value * 10) / 10 };
    };
    const agoMs = clock.monotonicMs() - columns.monotonicMs[at]!;
    return {
      wallMs: Math.round(clock.wallMs() - agoMs),
      ...known("signalDbm"),
      ...known("roundTripMs"),
      journalFrames: columns.journalFrames[at]!,
      frames: columns.frames[at]!,
      ...known("crcBadPercent"),
    };
  }

  return {
    view: () => ({
      everyMs: HISTORY_EVERY_MS,
      samples: Array.from({ length: Math.min(taken, HISTORY_SAMPLES_MAX) }, (_none, index) =>
        sampleAt((taken - Math.min(taken, HISTORY_SAMPLES_MAX) + index) % HISTORY_SAMPLES_MAX),
      ),
    }),
    stop: () => timer.cancel(),
  };
}
