/**
 * How many uplinks may be in flight: about one second of what the road has been seen to carry.
 *
 * More would not be faster, it would only wait in a modem's buffer, where a downlink's answer waits behind it; on
 * a road whose bare round trip is longer than half a second, twice that round trip is needed to fill it.
 *
 * Pure: it is told what was sent and answered, and when. Only busy time in which the window itself was the limit
 * says anything about the road; after a quiet hour the window is what it was before.
 */
const SLOTS_MIN = 4;
const SLOTS_MAX = 256;
/** Of what the broker allows, this much is kept for stats, acks and states. */
const RESERVED = 4;
const HORIZON_MS = 1_000;
/** Shorter samples would follow every hiccup. */
const SAMPLE_MS = 500;

interface Window {
  readonly slots: number;
  /** @param inFlight before this one. */
  sent(monotonicMs: number, inFlight: number): void;
  /** @param inFlight with this one. */
  answered(monotonicMs: number, roundTripMs: number, inFlight: number): void;
}

/** @param receiveMaximum what the broker allows in flight at once. */
export function createWindow(receiveMaximum: number): Window {
  const most = Math.max(1, Math.min(SLOTS_MAX, receiveMaximum - RESERVED));
  const least = Math.min(SLOTS_MIN, most);
  let slots = least;
  let sinceMs = 0;
  let emptySinceMs = Number.NEGATIVE_INFINITY;
  let answers = 0;
  let full = false;
  let shortestMs = Number.POSITIVE_INFINITY;

  const restart = (monotonicMs: number): void => {
    sinceMs = monotonicMs;
    answers = 0;
    full = false;
  };

  return {
    get slots() {
      return slots;
    },
    sent: (monotonicMs, inFlight) => {
      if (inFlight > 0) return;
      // The road is not to blame for the time in which nothing was asked of it.
      const idleMs = monotonicMs - emptySinceMs;
      if (idleMs < HORIZON_MS) sinceMs += idleMs;
      else restart(monotonicMs);
    },
    answered: (monotonicMs, roundTripMs, inFlight) => {
      answers += 1;
      // Replays leave slots to live frames and to the late channel: half of the window is all that they ever fill.
      full ||= 2 * inFlight >= slots;
      shortestMs = Math.min(shortestMs, roundTripMs);
      if (inFlight === 1) emptySinceMs = monotonicMs;
      const elapsedMs = monotonicMs - sinceMs;
      if (elapsedMs < SAMPLE_MS) return;
      if (full) {
        const horizonMs = Math.max(HORIZON_MS, 2 * shortestMs);
        slots = Math.max(least, Math.min(most, Math.round((answers * horizonMs) / elapsedMs)));
      }
      restart(monotonicMs);
    },
  };
}
