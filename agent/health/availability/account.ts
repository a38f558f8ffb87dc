/**
 * Time added up: how long something was up, down, in planned maintenance, or nobody could know. Pure.
 *
 * Availability is up / (up + down): maintenance and the unknown count neither way. Unknown is the time that nobody
 * could judge: of the forwarder and of a core link all the time the agent did not run. The time before something was
 * there for the first time is in no account at all.
 */

/** In milliseconds. */
export interface Account {
  readonly upMs: number;
  readonly downMs: number;
  readonly maintenanceMs: number;
  readonly unknownMs: number;
  /** up / (up + down), 0..1; undefined where nothing was either. */
  readonly availability: number | undefined;
}

/** As it is kept: up, down, maintenance, unknown, in milliseconds. */
export type Sums = [number, number, number, number];

/** What a piece of time is: its place in Sums. */
export const UP = 0;
export const DOWN = 1;
export const MAINTENANCE = 2;
export const UNKNOWN = 3;
export type Bucket = typeof UP | typeof DOWN | typeof MAINTENANCE | typeof UNKNOWN;
export const BUCKETS: readonly Bucket[] = [UP, DOWN, MAINTENANCE, UNKNOWN];

export const noSums = (): Sums => [0, 0, 0, 0];

export function addSums(to: Sums, more: Readonly<Sums>): void {
  for (const bucket of BUCKETS) to[bucket] += more[bucket];
}

export function totalOf(sums: Readonly<Sums>): number {
  return sums[UP] + sums[DOWN] + sums[MAINTENANCE] + sums[UNKNOWN];
}

export function accountOf(sums: Readonly<Sums>): Account {
  const [upMs, downMs, maintenanceMs, unknownMs] = sums.map(Math.round) as Sums;
  const judgedMs = upMs + downMs;
  const availability = judgedMs === 0 ? undefined : upMs / judgedMs;
  return { upMs, downMs, maintenanceMs, unknownMs, availability };
}
