/**
 * The water of one household: what its meter's index shows at any moment.
 *
 * A pure function of a few numbers drawn once, so that it may be asked for any time in any order and costs no
 * events: each hour has its volume, drawn by hash, and flows evenly within it; a leak flows all the time. Reckoned
 * in whole millilitres, whose sums are exact.
 *
 * Figures: 329 litres a day for a French household (INSEE), two peaks on weekdays at 8 and 20 h, 10 % more at
 * weekends, next to nothing between 2 and 5 h; leaks of 30 litres a day (a drip) or 316 (a cistern). That three
 * meters in a hundred leak and that one day in thirty nobody is at home are assumptions.
 */
import type { RngStream } from "../../agent/ports.ts";

export interface Water {
  /** The index in whole litres; never falls. @param timeMs UTC. */
  litresAt(timeMs: number): number;
}

/** What makes one household differ from the next. */
export interface Household {
  /** Of the hash that draws its hours. */
  readonly seed: number;
  /** At `fromMs`. */
  readonly firstMl: number;
  readonly fromMs: number;
  readonly usePerDayMl: number;
  readonly leakPerDayMl: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 24;
const USE_PER_DAY_ML = 329_000;
const LEAKS_PER_DAY_ML = [30_000, 316_000] as const;
const LEAKING_SHARE = 0.03;
const AWAY_SHARE = 1 / 30;
const WEEKEND_FACTOR = 1.1;
/** Of the day's use, per hour from midnight, in thousandths. */
const WEEKDAY_PROFILE = [
  10, 5, 2, 2, 3, 10, 35, 85, 95, 60, 45, 40, 50, 45, 35, 30, 35, 45, 65, 85, 95, 65, 38, 20,
] as const;

/** @param fromMs UTC; an index of some years stands on the meter then. */
export function drawHousehold(stream: RngStream, fromMs: number): Household {
  const seed = stream.below(2 ** 32);
  const firstMl = 1_000 * (50_000 + stream.below(750_000));
  // From a third of the usual (one person) to twice as much.
  const usePerDayMl = Math.round(USE_PER_DAY_ML * (1 / 3 + (5 / 3) * stream.unit() ** 1.5));
  const leaks = stream.unit() < LEAKING_SHARE;
  const leakPerDayMl = LEAKS_PER_DAY_ML[stream.below(LEAKS_PER_DAY_ML.length)]!;
  return { seed, firstMl, fromMs, usePerDayMl, leakPerDayMl: leaks ? leakPerDayMl : 0 };
}

export function createWater(household: Household): Water {
  /** The day the last question was about, and the volume from the start of `fromDay` to its own. */
  let day = Math.floor(household.fromMs / DAY_MS);
  let beforeMl = 0;
  const sinceFromDayMl = (timeMs: number): number => {
    const wanted = Math.floor(timeMs / DAY_MS);
    for (; day < wanted; day++) beforeMl += dayOf(household, day)[HOURS]!;
    while (day > wanted) beforeMl -= dayOf(household, --day)[HOURS]!;
    const hours = (timeMs - day * DAY_MS) / HOUR_MS;
    const whole = Math.floor(hours);
    const indexMl = dayOf(household, day);
    return beforeMl + indexMl[whole]! + (hours - whole) * (indexMl[whole + 1]! - indexMl[whole]!);
  };
  const originMl = household.firstMl - sinceFromDayMl(household.fromMs);
  return { litresAt: (timeMs) => Math.max(0, Math.floor((originMl + sinceFromDayMl(timeMs)) / 1_000)) };
}

interface Day {
  household: Household | undefined;
  day: number;
  /** Millilitres from midnight until each hour, 0 to 24. */
  readonly indexMl: Float64Array;
}

/**
 * The days reckoned last, whosever they were: the seventeen questions of a reading are about two, and 300,000
 * meters cannot each keep theirs.
 */
const recent: readonly [Day, Day] = [
  { household: undefined, day: 0, indexMl: new Float64Array(HOURS + 1) },
  { household: undefined, day: 0, indexMl: new Float64Array(HOURS + 1) },
];
let nextRecent = 0;

function dayOf(household: Household, day: number): Float64Array {
  for (const known of recent) if (known.household === household && known.day === day) return known.indexMl;
  const taken = recent[nextRecent]!;
  nextRecent = 1 - nextRecent;
  taken.household = household;
  taken.day = day;
  fillDay(taken.indexMl, household, day);
  return taken.indexMl;
}

/** Whole millilitres: some hours use many times their share of the profile, most of them less. */
function fillDay(indexMl: Float64Array, household: Household, day: number): void {
  const isAway = unitOf(household.seed, day, HOURS) < AWAY_SHARE;
  const usePerDayMl = isAway ? 0 : household.usePerDayMl * (isWeekend(day) ? WEEKEND_FACTOR : 1);
  const leakMl = Math.round(household.leakPerDayMl / HOURS);
  for (let hour = 0; hour < HOURS; hour++) {
    // Exponential: what is left to chance when somebody opens a tap now and then.
    const chance = -Math.log(1 - unitOf(household.seed, day, hour));
    const usedMl = Math.round((usePerDayMl * WEEKDAY_PROFILE[hour]! * chance) / 1_000);
    indexMl[hour + 1] = indexMl[hour]! + usedMl + leakMl;
  }
}

/** Day 0, 1 January 1970, was a Thursday. */
function isWeekend(day: number): boolean {
  const sinceMonday = (((day + 3) % 7) + 7) % 7;
  return sinceMonday >= 5;
}

/** In [0, 1), from three numbers: two rounds of the finaliser of MurmurHash3. */
function unitOf(seed: number, day: number, hour: number): number {
  return mixed(mixed(seed ^ Math.imul(day, 0x9e3779b1)) ^ Math.imul(hour + 1, 0x85ebca6b)) / 2 ** 32;
}

function mixed(number: number): number {
  let word = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
