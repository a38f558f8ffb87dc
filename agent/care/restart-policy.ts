/**
 * How often a forwarder may be restarted: the first time at once, then after ever longer pauses, and never more than so
 * many times in any 24 hours, whatever happened to this process or to the box meanwhile. Pure.
 *
 * The clock may have been wrong then, or be wrong now (1970 after a boot). So an age is a difference of monotonic times
 * within one boot, of wall times only where both were trusted, and never less than this boot is old for what was before
 * it. Where nothing is sure a restart counts longer than it should, never shorter.
 */

/** A moment that can be compared with one of another boot. */
export interface Moment {
  readonly kernelBootId: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** The wall clock was right, as far as we know. */
  readonly trusted: boolean;
}

/** care: nobody asked for it. command: somebody did. */
export type RestartBy = "care" | "command";

export interface Restart extends Moment {
  readonly by: RestartBy;
}

export type Permission =
  | { readonly ok: true }
  /** @property waitMs until the same question may be answered otherwise. */
  | { readonly ok: false; readonly fault: "tooSoon" | "dailyLimit"; readonly waitMs: number };

export const DAY_MS = 86_400_000;
/** A forwarder and its concentrator need a minute; who watches them needs some more. */
export const FIRST_PAUSE_MS = 10 * 60_000;
export const PAUSE_FACTOR = 3;
export const PAUSE_MS_MAX = 6 * 3_600_000;
/** Somebody who asks knows what he does; a program that asks in a loop does not. */
export const COMMAND_PAUSE_MS = 60_000;
export const COMMANDS_PER_DAY_MAX = 24;

/** How long ago that was, at least; not negative. */
export function ageMs(then: Moment, now: Moment): number {
  if (then.kernelBootId === now.kernelBootId) return Math.max(0, now.monotonicMs - then.monotonicMs);
  const byWallMs = then.trusted && now.trusted ? now.wallMs - then.wallMs : 0;
  return Math.max(0, now.monotonicMs, byWallMs);
}

/** The pause after the last of so many restarts of one day. */
export function pauseMs(restartsOfDay: number): number {
  return Math.min(FIRST_PAUSE_MS * PAUSE_FACTOR ** Math.min(restartsOfDay - 1, 16), PAUSE_MS_MAX);
}

/**
 * @param restarts all that are remembered, in any order.
 * @param perDayMax of those by care; it also minds those that were asked for.
 */
export function mayRestart(
  restarts: readonly Restart[],
  by: RestartBy,
  now: Moment,
  perDayMax: number,
): Permission {
  const isCare = by === "care";
  const agesMs = restarts
    .filter((one) => isCare || one.by === by)
    .map((one) => ageMs(one, now))
    .filter((age) => age < DAY_MS)
    .sort((one, other) => one - other);
  const most = isCare ? perDayMax : COMMANDS_PER_DAY_MAX;
  if (agesMs.length >= most) {
    // So many must have grown older than a day.
    const oldest = most > 0 ? agesMs[most - 1]! : 0;
    return { ok: false, fault: "dailyLimit", waitMs: DAY_MS - oldest };
  }
  const [latest] = agesMs;
  if (latest === undefined) return { ok: true };
  const waitMs = (isCare ? pauseMs(agesMs.length) : COMMAND_PAUSE_MS) - latest;
  return waitMs > 0 ? { ok: false, fault: "tooSoon", waitMs } : { ok: true };
}

/** Those that still count; the oldest of too many are forgotten first. */
export function remembered<R extends Restart>(restarts: readonly R[], now: Moment, most: number): R[] {
  return restarts
    .filter((one) => ageMs(one, now) < DAY_MS)
    .sort((one, other) => ageMs(other, now) - ageMs(one, now))
    .slice(-most);
}
