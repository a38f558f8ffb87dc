/**
 * The replay rate of one gateway to one core: how many stored frames a second.
 *
 * The larger of 20/s, twice the arrival rate of the last minute (so that a backlog shrinks at all) and what the axis
 * demands (so that copies still meet). Less of it while the core is slow to answer: there are 1,615 gateways, and they
 * all come back at once. Never more than the core allows; never nothing.
 *
 * Pure: it is told what happened and when, monotonic milliseconds. How much may be in flight at once is another
 * matter, see window.ts; so is the rest between two frames of a lane, see courier.ts.
 */
const RATE_PER_S_MIN = 20;
const ARRIVALS_FACTOR = 2;
/** Meters keep to the hour, so what is due comes in bursts: twice the mean empties one before the next. */
const DEMAND_FACTOR = 2;
/** What was saved up while nothing was sent is no reason to send it all at once. */
const BURST_S = 0.25;

const MINUTE_MS = 60_000;
const BUCKET_MS = 10_000;
const BUCKETS = MINUTE_MS / BUCKET_MS;

/** An answer this many times as late as the best, and so much later, is slow. */
const SLOW_FACTOR = 3;
const SLOW_MS = 100;
const ROUND_TRIP_WEIGHT = 1 / 8;
/** How often the core's slowness is judged; halved when it is slow, back by a tenth of the whole when not. */
const JUDGE_MS = 1_000;
const SLOWER = 0.5;
const FASTER = 0.1;
export const THROTTLE_MIN = 1 / 64;
export const THROTTLED_RATE_PER_S_MIN = 1;
/** The best round trip is that of the last one or two of these: a road that has become long is not slow for ever. */
const BEST_MS = 5 * MINUTE_MS;

export interface Pace {
  /** A frame came from the south. */
  arrived(nowMs: number): void;
  /** This many frames are due within so many milliseconds; 0 frames: nothing is. */
  demand(frames: number, withinMs: number): void;
  /** What the core allows; undefined: no limit of its own. */
  limit(ratePerS: number | undefined): void;
  /** A replay was answered. */
  answered(nowMs: number, roundTripMs: number): void;
  /** Takes leave to send one replay, if there is any. */
  take(nowMs: number): boolean;
  /** It was not used. */
  giveBack(): void;
  /** When there is leave again. */
  readyAtMs(nowMs: number): number;
  ratePerS(nowMs: number): number;
}

/** @param settingPerS the setting's own limit; 0: none. */
export function createPace(settingPerS: number): Pace {
  const arrivals = createArrivals();
  const patience = createPatience();
  let demandPerS = 0;
  let limitPerS = Number.POSITIVE_INFINITY;
  let leave = 1;
  let filledMs = Number.NEGATIVE_INFINITY;

  function ratePerS(nowMs: number): number {
    const wanted = Math.max(RATE_PER_S_MIN, ARRIVALS_FACTOR * arrivals.perS(nowMs), demandPerS);
    const throttled = Math.max(THROTTLED_RATE_PER_S_MIN, wanted * patience.share);
    return Math.min(throttled, limitPerS, settingPerS || Number.POSITIVE_INFINITY);
  }

  function fill(nowMs: number): number {
    const rate = ratePerS(nowMs);
    const sinceMs = filledMs === Number.NEGATIVE_INFINITY ? 0 : nowMs - filledMs;
    leave = Math.min(Math.max(1, rate * BURST_S), leave + (sinceMs * rate) / 1e3);
    filledMs = nowMs;
    return rate;
  }

  return {
    arrived: arrivals.count,
    demand: (frames, withinMs) => {
      demandPerS = (DEMAND_FACTOR * frames * 1e3) / Math.max(withinMs, 1e3);
    },
    limit: (perS) => {
      limitPerS = perS ?? Number.POSITIVE_INFINITY;
    },
    answered: patience.answered,
    take: (nowMs) => {
      fill(nowMs);
      // What is left of rounding must not make a timer ring twice.
      if (leave < 1 - 1e-6) return false;
      leave -= 1;
      return true;
    },
    giveBack: () => {
      leave += 1;
    },
    readyAtMs: (nowMs) => {
      const rate = fill(nowMs);
      return nowMs + Math.max(0, ((1 - leave) * 1e3) / rate);
    },
    ratePerS,
  };
}

/** How many came in the last minute, by tenths of a minute. */
function createArrivals() {
  const counts = new Array<number>(BUCKETS).fill(0);
  let newest = 0;
  let total = 0;

  function advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    for (let steps = Math.min(bucket - newest, BUCKETS); steps > 0; steps--) {
      const at = (bucket - steps + 1) % BUCKETS;
      total -= counts[at]!;
      counts[at] = 0;
    }
    newest = Math.max(newest, bucket);
  }

  return {
    count: (nowMs: number): void => {
      advance(nowMs);
      counts[newest % BUCKETS]! += 1;
      total += 1;
    },
    perS: (nowMs: number): number => {
      advance(nowMs);
      return (total * 1e3) / MINUTE_MS;
    },
  };
}

/** Which share of the rate the core's answers leave us. */
function createPatience() {
  let share = 1;
  let smoothedMs: number | undefined;
  let bestMs = Number.POSITIVE_INFINITY;
  let bestBeforeMs = Number.POSITIVE_INFINITY;
  let bestSinceMs = Number.NEGATIVE_INFINITY;
  let judgedMs = Number.NEGATIVE_INFINITY;

  return {
    get share() {
      return share;
    },
    answered: (nowMs: number, roundTripMs: number): void => {
      if (nowMs - bestSinceMs >= BEST_MS) {
        bestBeforeMs = bestMs;
        bestMs = Number.POSITIVE_INFINITY;
        bestSinceMs = nowMs;
      }
      bestMs = Math.min(bestMs, roundTripMs);
      smoothedMs =
        smoothedMs === undefined ? roundTripMs : smoothedMs + (roundTripMs - smoothedMs) * ROUND_TRIP_WEIGHT;
      if (nowMs - judgedMs < JUDGE_MS) return;
      judgedMs = nowMs;
      const best = Math.min(bestMs, bestBeforeMs);
      const slow = smoothedMs > SLOW_FACTOR * best && smoothedMs > best + SLOW_MS;
      share = slow ? Math.max(THROTTLE_MIN, share * SLOWER) : Math.min(1, share + FASTER);
    },
  };
}
