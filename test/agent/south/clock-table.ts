/**
 * A concentrator and its forwarder, as far as time goes: what they hear, and when it arrives.
 *
 * Its clock may run fast or slow, starts at 0, wraps as a 32-bit microsecond counter does, and may restart.
 */
import {
  type AgeReading,
  type BoardClock,
  type HeardTime,
  judge,
  learn,
  type Now,
  newBoardClock,
} from "../../../agent/south/concentrator-clock.ts";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** UTC at monotonic 0. */
const WALL_AT_ZERO_MS = Date.UTC(2026, 0, 1);

export interface Extras {
  readonly delayed?: boolean;
  readonly utc?: "gps" | "time";
  readonly wallTrusted?: boolean;
}

export class Concentrator {
  #startedMs: number;
  readonly #ppm: number;

  constructor(startedMs: number, ppm = 0) {
    this.#startedMs = startedMs;
    this.#ppm = ppm;
  }

  restart(atMs: number): void {
    this.#startedMs = atMs;
  }

  /** What it writes as tmst at this moment. */
  tmstUs(atMs: number): number {
    const sinceMs = (atMs - this.#startedMs) * (1 + this.#ppm / 1e6);
    return Math.floor(sinceMs * 1e3) % 2 ** 32;
  }
}

/** One board's clock fed with frames, each judged when it arrives. */
export class Feed {
  clock: BoardClock = newBoardClock(1);
  readonly #concentrator: Concentrator;

  constructor(concentrator: Concentrator) {
    this.#concentrator = concentrator;
  }

  /** A frame heard at one moment arrives at another (default 5 ms later). */
  hear(heardMs: number, arrivedMs = heardMs + 5, extras: Extras = {}): AgeReading {
    return this.hearTmst(this.#concentrator.tmstUs(heardMs), heardMs, arrivedMs, extras);
  }

  hearTmst(tmstUs: number, heardMs: number, arrivedMs: number, extras: Extras = {}): AgeReading {
    const { heard, now } = this.inputs(tmstUs, heardMs, arrivedMs, extras);
    this.clock = learn(this.clock, heard, now);
    return judge(this.clock, heard, now);
  }

  inputs(tmstUs: number, heardMs: number, arrivedMs: number, extras: Extras): { heard: HeardTime; now: Now } {
    const heard: HeardTime = {
      tmstUs,
      delayed: extras.delayed ?? false,
      utcMs: extras.utc === undefined ? undefined : WALL_AT_ZERO_MS + heardMs,
      utcFromGps: extras.utc === "gps",
    };
    const now: Now = {
      monotonicMs: arrivedMs,
      wallMs: WALL_AT_ZERO_MS + arrivedMs,
      wallTrusted: extras.wallTrusted ?? extras.utc !== undefined,
    };
    return { heard, now };
  }

  /** A live frame each `everyMs`. */
  live(
    fromMs: number,
    untilMs: number,
    everyMs: number,
    check?: (reading: AgeReading, atMs: number) => void,
  ): void {
    for (let atMs = fromMs; atMs <= untilMs; atMs += everyMs) {
      const reading = this.hear(atMs);
      check?.(reading, atMs);
    }
  }
}
