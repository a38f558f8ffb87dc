/**
 * How old a stored frame is at least. Pure.
 *
 * Within one kernel boot the monotonic clock tells exactly. Across boots the wall clock does, where it can be trusted now
 * and could when the frame arrived, or when a later frame of the same run did: those two are a monotonic difference
 * apart. Whatever the wall clock says, a frame of another boot is older than this one. So a gateway that boots in 1970,
 * or whose clock NTP steps, takes no frame for older than it is; where nothing can be known it counts as young, and the
 * time since the last boot makes it old in the end. A wall clock that claims years is not believed whoever vouches for it:
 * a time server that is wrong, or GPS weeks that have begun anew, must not cost a backlog.
 */
import type { ClockState, Frame } from "../frame/frame.ts";

export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly kernelBootId: string;
  /**
   * The states at arrival with which the wall clock can be compared now (south/clock-state.ts); none: it is not to be
   * trusted.
   */
  readonly comparable: readonly ClockState[];
}

/** Where the wall clock is as right as the frames' was: all that were vouched for. */
export const VOUCHED: readonly ClockState[] = ["gps", "synchronised"];

/** The longest that a gateway can be thought to have been without power; no max_age is longer. */
export const DARK_MS_MAX = 366 * 86_400_000;

export type Arrived = Pick<
  Frame,
  "arrivedWallMs" | "arrivedMonotonicMs" | "kernelBootId" | "clockState" | "ageAtArrivalMs"
>;

export interface Age {
  /** Since it was heard: it is no younger than that. */
  readonly ageMs: number;
  /** Since it arrived; what was stored before it has arrived before it. */
  readonly sinceArrivalMs: number;
  /** false: it may be much older. */
  readonly exact: boolean;
}

/** @param anchor a frame of the same run of the agent, and so of the same kernel boot. */
export function ageOf(frame: Arrived, now: Moment, anchor: Arrived | undefined): Age {
  if (frame.kernelBootId === now.kernelBootId) {
    const sinceArrivalMs = now.monotonicMs - frame.arrivedMonotonicMs;
    return { ageMs: sinceArrivalMs + frame.ageAtArrivalMs, sinceArrivalMs, exact: true };
  }
  const arrivedMs = arrivedUtcMs(frame, now, anchor);
  const exact = arrivedMs !== undefined && now.wallMs - arrivedMs <= DARK_MS_MAX;
  const sinceArrivalMs = Math.max(exact ? now.wallMs - arrivedMs : 0, now.monotonicMs);
  return { ageMs: sinceArrivalMs + frame.ageAtArrivalMs, sinceArrivalMs, exact };
}

function arrivedUtcMs(
  frame: Arrived,
  { comparable }: Moment,
  anchor: Arrived | undefined,
): number | undefined {
  if (comparable.includes(frame.clockState)) return frame.arrivedWallMs;
  if (anchor?.kernelBootId !== frame.kernelBootId) return undefined;
  if (!comparable.includes(anchor.clockState)) return undefined;
  return anchor.arrivedWallMs - (anchor.arrivedMonotonicMs - frame.arrivedMonotonicMs);
}
