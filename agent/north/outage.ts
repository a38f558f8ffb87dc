/**
 * An outage as one gateway sees it: since when nothing has got through, with what the road is tried, and how long it was
 * when it is over. What is done about that: drain.ts.
 *
 * Away is not the same as disconnected: a broker without its core takes nothing either. So an outage ends with the first
 * frame that is taken, the oldest one, sent alone (probing), or with the connection where there is nothing to send. A
 * new process knows of what was before it from the note of the last one (drain-note.ts), else from its oldest frame.
 *
 * Pure: each question brings its moment.
 */
import type { Away } from "./drain-note.ts";
import type { HeardAt, Moment } from "./moment.ts";
import { OUTAGE_MS_MIN } from "./replay-plan.ts";

/** An outage that is over. */
export interface Over {
  /** As far as anybody knows; 0: there was none. */
  readonly outageMs: number;
  readonly wasProbing: boolean;
}

export interface Outage {
  readonly away: boolean;
  /** Whether one old frame at a time may go, the oldest first. */
  readonly probing: boolean;
  lost(at: Moment): void;
  /** The connection is up. @returns the outage, if it is over with that. */
  up(at: Moment, hasBacklog: boolean): Over | undefined;
  /**
   * A frame was taken.
   * @param probe the oldest, when it was that one.
   * @param wasPlanned whether a frame heard then (monotonic) belongs to an earlier outage.
   * @returns the outage, if it is over with that.
   */
  passed(at: Moment, probe: HeardAt | undefined, wasPlanned: (heardMs: number) => boolean): Over | undefined;
  /** @returns true when the beginning should be noted now; once. */
  isToBeNoted(at: Moment): boolean;
  /** What is to be noted. */
  awayAt(at: Moment): Away | undefined;
  /** As the note of an earlier process has it. */
  resume(at: Moment, away: Away, isSameBoot: boolean): void;
  /** Something else says how it goes on: this process is no longer new. */
  settled(): void;
  /** Begins anew, as in a new process. */
  reset(): void;
}

/** @param onForgotten the note should say nothing of it any more. */
export function createOutage(onForgotten: (at: Moment) => void): Outage {
  /** Monotonic. */
  let awayFromMs: number | undefined;
  let isNew = true;
  /** Its beginning is known although this process has not seen it. */
  let isKnown = false;
  let isNoted = false;
  let probing = false;

  const isSeen = (): boolean => !isNew || isKnown;

  function over(at: Moment, outageMs: number): Over {
    const wasProbing = probing;
    awayFromMs = undefined;
    isNew = false;
    isKnown = false;
    probing = false;
    if (isNoted) {
      isNoted = false;
      onForgotten(at);
    }
    return { outageMs, wasProbing };
  }

  return {
    get away() {
      return awayFromMs !== undefined;
    },
    get probing() {
      return probing;
    },
    lost: (at) => {
      probing = false;
      awayFromMs ??= at.monotonicMs;
    },
    up: (at, hasBacklog) => {
      if (isNew) awayFromMs ??= at.monotonicMs;
      if (awayFromMs === undefined) return undefined;
      const awayMs = at.monotonicMs - awayFromMs;
      if (!hasBacklog) return over(at, isSeen() ? awayMs : 0);
      probing = isNew || awayMs > OUTAGE_MS_MIN;
      return undefined;
    },
    passed: (at, probe, wasPlanned) => {
      if (awayFromMs === undefined || (isNew && probing && probe === undefined)) return undefined;
      const seenMs = isSeen() ? at.monotonicMs - awayFromMs : 0;
      // Frames that were under way when the road broke are older than what was seen of the outage.
      const probeMs = probe?.ageMs ?? 0;
      const isOfAnother = !probing || wasPlanned(at.monotonicMs - probeMs);
      return over(at, isOfAnother ? seenMs : Math.max(seenMs, probeMs));
    },
    isToBeNoted: (at) => {
      const isOne = awayFromMs !== undefined && at.monotonicMs - awayFromMs > OUTAGE_MS_MIN;
      if (isNoted || isNew || !isOne) return false;
      isNoted = true;
      return true;
    },
    awayAt: (at) => {
      if (!isNoted || awayFromMs === undefined) return undefined;
      const fromUtcMs = at.clockGood ? at.utcMs - (at.monotonicMs - awayFromMs) : undefined;
      return { fromMs: awayFromMs, fromUtcMs };
    },
    resume: (at, { fromMs, fromUtcMs }, isSameBoot) => {
      isNoted = true;
      const byClock = fromUtcMs !== undefined && at.clockGood ? at.utcMs - fromUtcMs : undefined;
      const awayMs = isSameBoot ? at.monotonicMs - fromMs : byClock;
      if (awayMs === undefined || awayMs < 0) return;
      awayFromMs = at.monotonicMs - awayMs;
      isKnown = true;
    },
    settled: () => {
      isNew = false;
    },
    reset: () => {
      awayFromMs = undefined;
      isNew = true;
      isKnown = false;
      isNoted = false;
      probing = false;
    },
  };
}
