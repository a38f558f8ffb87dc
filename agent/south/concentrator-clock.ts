/**
 * The concentrator's clock, as far as its frames tell it: how old is a frame that arrives now?
 *
 * A forwarder may have a store of its own and send frames of yesterday, often without saying so. Each frame carries
 * tmst, the concentrator's 32-bit microsecond counter at its end. What passes from there to us is a delay, never an
 * advance; so of `arrival - tmst` the smallest value seen lately is the two clocks' offset, and whatever a frame
 * shows above it is its age. "Lately" is two windows, so that the estimate follows the crystal's drift, and a slew
 * of our own clock, upwards too. All reckoning is modulo the counter's wrap (71.6 minutes), so nothing is unwrapped.
 *
 * The concentrator restarts, and its counter with it. One frame that does not fit proves nothing, for it may be
 * old. A new run is believed when frames agree on one new offset for a while (spaced on arrival as they were in
 * the air); at once, when its start falls between the last word of the forwarder and its reconnection; and at once,
 * when the frame's own UTC says that it is young. It is never believed of frames marked delayed.
 *
 * Pure: (state, what was heard, now) -> answer. One state per board; concentrator-clocks.ts keeps them, numbers the
 * runs and lets them outlive the agent.
 */
import { LIVE_AGE_LIMIT_MS } from "../frame/frame.ts";
import { type Candidate, observe } from "./new-run.ts";
import { apartMs, TMST_WRAP_MS, wrapped } from "./tmst.ts";

/** Two windows of this length are looked back on: long for a gateway's quiet minutes, short for a crystal. */
const WINDOW_MS = 300_000;
/** The floor may be this much higher by now: crystals (20 ppm, and ours as much again) drift while nobody speaks. */
const DRIFT_PPM = 50;
/** What a frame may be off and still be of this run: jitter of the forwarder, and the worst of drifts. */
const FIT_MS = 1_000;
const FIT_PPM = 100;
/** Beyond this uncertainty (after 11 h of silence) a fit would prove nothing. */
const FIT_MS_MAX = 5_000;

/** How exactly the start of a run is known from a reconnection, before and after. */
const START_SLACK_MS = { before: 2_000, after: 10_000 };
/** A wider gap says too little of the moment a counter started: 5 of 71.6 minutes are hit by chance in 7 %. */
const RECONNECT_GAP_MS_MAX = 300_000;
/** A first live frame alone may be an old one; with a second that fits after this, it was not. */
const CONFIRM_MS = 1_000;
/** The wall clock and a frame's UTC agree when they differ by less. */
const UTC_AGREES_MS = 1_000;

/** No store keeps frames that long; a GPS receiver without a fix says 1980. */
const UTC_AGE_MS_MAX = 30 * 86_400_000;

/** What a frame says of time. */
export interface HeardTime {
  readonly tmstUs: number;
  /** The forwarder said that it had held the frame back. */
  readonly delayed: boolean;
  /** UTC of reception from tmms or time; undefined when there is none. */
  readonly utcMs: number | undefined;
  /** utcMs comes from tmms: a GPS receiver stands behind it. */
  readonly utcFromGps: boolean;
}

export interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** The wall clock is synchronised or confirmed by GPS. */
  readonly wallTrusted: boolean;
}

/** The smallest `arrival - tmst` of a window (modulo the wrap) and when it was seen. */
interface Floor {
  readonly offsetMs: number;
  readonly atMs: number;
}

const NONE: readonly Candidate[] = [];

export interface BoardClock {
  /** Rises by one with each run of the concentrator. */
  readonly session: number;
  /** undefined until a live frame has told the time. */
  readonly current: Floor | undefined;
  readonly windowFromMs: number;
  readonly previous: Floor | undefined;
  /** More than one frame stands behind the estimate. */
  readonly confirmed: boolean;
  /** Arrival of the last frame that fitted. */
  readonly fittedMs: number;
  /** The forwarder was away: a restart of the concentrator may have fallen between. */
  readonly gap: { readonly fromMs: number; readonly untilMs: number } | undefined;
  readonly candidates: readonly Candidate[];
}

export interface AgeReading {
  /** 0 or more. */
  readonly ageMs: number;
  readonly session: number;
  /** false: the best guess; the frame may be another wrap older, or the first of an unseen restart. */
  readonly certain: boolean;
}

/** A clock that no frame has told anything yet. */
export function newBoardClock(session: number): BoardClock {
  return {
    session,
    current: undefined,
    windowFromMs: 0,
    previous: undefined,
    confirmed: false,
    fittedMs: 0,
    gap: undefined,
    candidates: NONE,
  };
}

/** What is worth keeping of a clock, for the agent's next run. */
export interface ClockMark {
  readonly session: number;
  readonly offsetMs: number;
  readonly monotonicMs: number;
}

/**
 * A clock as an earlier run of the agent left it.
 * @param mark written in this kernel boot.
 * @returns undefined when the mark is too old to prove that the concentrator still runs.
 */
export function resumedBoardClock(mark: ClockMark, nowMs: number): BoardClock | undefined {
  const { session, offsetMs, monotonicMs } = mark;
  if (nowMs < monotonicMs || fitMs(nowMs - monotonicMs) >= FIT_MS_MAX) return undefined;
  return {
    session,
    current: { offsetMs, atMs: monotonicMs },
    windowFromMs: monotonicMs,
    previous: undefined,
    confirmed: true,
    fittedMs: monotonicMs,
    gap: { fromMs: monotonicMs, untilMs: nowMs },
    candidates: NONE,
  };
}

/** The forwarder is back (its source changed, or its PULL_DATA had ceased). @param lastHeardMs before the gap. */
export function reconnected(clock: BoardClock, lastHeardMs: number, nowMs: number): BoardClock {
  return { ...clock, gap: { fromMs: lastHeardMs, untilMs: nowMs } };
}

/** `monotonic - tmst` as believed now; undefined while no live frame has told it. */
export function offsetMs(clock: BoardClock, nowMs: number): number | undefined {
  const { current, previous } = clock;
  if (current === undefined) return undefined;
  const now = drifted(current, nowMs);
  if (previous === undefined) return now;
  const before = drifted(previous, nowMs);
  return apartMs(before, now) < 0 ? before : now;
}

/** What the frame teaches. Of a datagram with several, let each teach before any is judged. */
export function learn(clock: BoardClock, heard: HeardTime, now: Now): BoardClock {
  if (heard.delayed) return clock;
  const nowMs = now.monotonicMs;
  const seen: Floor = { offsetMs: nowMs - heard.tmstUs / 1e3, atMs: nowMs };
  const believed = offsetMs(clock, nowMs);
  const utcAgeMs = ageByUtc(heard, now);
  if (believed === undefined) {
    // UTC may be wrong on either side, so even now frames that agree outvote it in the end.
    return isOld(utcAgeMs) ? observed(clock, seen, false) : begun(clock, clock.session, seen);
  }
  const silentMs = nowMs - clock.fittedMs;
  const apart = apartMs(seen.offsetMs, believed);
  if (Math.abs(apart) <= fitMs(silentMs)) {
    return isWrapsOld(utcAgeMs, apart) ? clock : fitted(clock, seen);
  }
  return doubted(clock, seen, { heard, apart, silentMs, utcAgeMs });
}

/** The frame's age and run, by what is known now. */
export function judge(clock: BoardClock, heard: HeardTime, now: Now): AgeReading {
  const { session } = clock;
  const believed = offsetMs(clock, now.monotonicMs);
  const utcAgeMs = ageByUtc(heard, now);
  if (believed === undefined) {
    // Marked delayed, or old by its UTC: how old nobody else can say, but not live.
    const ageMs = Math.max(utcAgeMs ?? 0, LIVE_AGE_LIMIT_MS + 1);
    return { ageMs, session, certain: utcAgeMs !== undefined && heard.utcFromGps };
  }
  const apart = apartMs(now.monotonicMs - heard.tmstUs / 1e3, believed);
  const fits = Math.abs(apart) <= fitMs(now.monotonicMs - clock.fittedMs);
  const sinceMs = fits ? Math.max(0, apart) : wrapped(apart);
  const byTmst: AgeReading = { ageMs: sinceMs, session, certain: fits && clock.confirmed && !heard.delayed };
  return utcAgeMs === undefined ? byTmst : judgeWithUtc(byTmst, fits, utcAgeMs, heard.utcFromGps);
}

/** tmst tells the age to the millisecond but only modulo the wrap; UTC tells the wraps. */
function judgeWithUtc(byTmst: AgeReading, fits: boolean, utcAgeMs: number, fromGps: boolean): AgeReading {
  const wraps = Math.max(0, Math.round((utcAgeMs - byTmst.ageMs) / TMST_WRAP_MS));
  const ageMs = byTmst.ageMs + wraps * TMST_WRAP_MS;
  if (Math.abs(utcAgeMs - ageMs) <= LIVE_AGE_LIMIT_MS) return { ...byTmst, ageMs, certain: true };
  // They contradict. A tmst that fits the running clock does so by chance once in a thousand, and wall clocks are
  // wrong far more often than that; one that fits nothing may belong to an earlier run, and only UTC can know.
  if (fits || !isOld(utcAgeMs)) return byTmst;
  return { ...byTmst, ageMs: utcAgeMs, certain: fromGps };
}

function isOld(utcAgeMs: number | undefined): boolean {
  return utcAgeMs !== undefined && utcAgeMs > LIVE_AGE_LIMIT_MS;
}

/** A run's first frame. */
function begun(clock: BoardClock, session: number, seen: Floor): BoardClock {
  return {
    session,
    current: seen,
    windowFromMs: seen.atMs,
    previous: undefined,
    confirmed: false,
    fittedMs: seen.atMs,
    gap: undefined,
    candidates: clock.session === session ? clock.candidates : NONE,
  };
}

function fitted(clock: BoardClock, seen: Floor): BoardClock {
  const { current } = clock;
  const nowMs = seen.atMs;
  const confirmed = clock.confirmed || nowMs - clock.windowFromMs >= CONFIRM_MS;
  const alive = { ...clock, confirmed, fittedMs: nowMs, gap: undefined, candidates: NONE };
  if (current === undefined || nowMs - clock.windowFromMs >= WINDOW_MS) {
    return { ...alive, previous: current, current: seen, windowFromMs: nowMs };
  }
  return apartMs(seen.offsetMs, drifted(current, nowMs)) < 0 ? { ...alive, current: seen } : alive;
}

interface Doubt {
  readonly heard: HeardTime;
  readonly apart: number;
  readonly silentMs: number;
  readonly utcAgeMs: number | undefined;
}

/** A frame that does not fit: old, or the sign of a new run. */
function doubted(clock: BoardClock, seen: Floor, doubt: Doubt): BoardClock {
  const { heard, apart, silentMs, utcAgeMs } = doubt;
  // Even a frame that is old by its UTC may, with others, outvote a wall clock that is wrong.
  if (isOld(utcAgeMs)) return observed(clock, seen, false);
  // What was taken for live was itself an old frame: this one is younger, and of the same run.
  if (!clock.confirmed && apart < 0) return begun(clock, clock.session, seen);
  const young = utcAgeMs !== undefined && Math.abs(utcAgeMs) <= UTC_AGREES_MS;
  if (young) return { ...begun(clock, clock.session + 1, seen), confirmed: true };
  const tmstMs = heard.tmstUs / 1e3;
  if (fitMs(silentMs) >= FIT_MS_MAX || startedWithin(clock.gap, tmstMs, seen.atMs)) {
    return begun(clock, clock.session + 1, seen);
  }
  return observed(clock, seen, !clock.confirmed || tmstMs <= silentMs + START_SLACK_MS.before);
}

/** The counter was at 0 while the forwarder was away, or within the slack of it (and any number of wraps ago). */
function startedWithin(gap: BoardClock["gap"], tmstMs: number, nowMs: number): boolean {
  if (gap === undefined || gap.untilMs - gap.fromMs > RECONNECT_GAP_MS_MAX) return false;
  const fromMs = gap.fromMs - START_SLACK_MS.before;
  return wrapped(nowMs - tmstMs - fromMs) <= gap.untilMs + START_SLACK_MS.after - fromMs;
}

/** Notes the new offset, and begins a new run with it when there is proof. @param likely nothing speaks against. */
function observed(clock: BoardClock, seen: Floor, likely: boolean): BoardClock {
  const { candidates, provenOffsetMs } = observe(clock.candidates, seen.offsetMs, seen.atMs, likely);
  if (provenOffsetMs === undefined) return { ...clock, candidates };
  const floor = { offsetMs: provenOffsetMs, atMs: seen.atMs };
  return { ...begun(clock, clock.session + 1, floor), confirmed: true };
}

/** A tmst that looks live, of a frame whose UTC says that it is one or more whole wraps old. */
function isWrapsOld(utcAgeMs: number | undefined, apart: number): boolean {
  if (utcAgeMs === undefined || utcAgeMs < TMST_WRAP_MS / 2) return false;
  const wraps = Math.round((utcAgeMs - apart) / TMST_WRAP_MS);
  return Math.abs(utcAgeMs - apart - wraps * TMST_WRAP_MS) <= LIVE_AGE_LIMIT_MS;
}

function ageByUtc(heard: HeardTime, now: Now): number | undefined {
  if (!now.wallTrusted || heard.utcMs === undefined) return undefined;
  const utcAgeMs = now.wallMs - heard.utcMs;
  return utcAgeMs <= UTC_AGE_MS_MAX ? utcAgeMs : undefined;
}

function fitMs(silentMs: number): number {
  return Math.min(FIT_MS + (silentMs * FIT_PPM) / 1e6, FIT_MS_MAX);
}

function drifted(floor: Floor, nowMs: number): number {
  return floor.offsetMs + ((nowMs - floor.atMs) * DRIFT_PPM) / 1e6;
}
