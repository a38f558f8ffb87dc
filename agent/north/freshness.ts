/**
 * How old a frame is when it is carried, when it was heard in UTC, and when it is too old to be carried.
 *
 * Pure. What the core does with late frames, and why a join must die: facts on the wire, "late frames": a core
 * accepts a join-request it has never seen whenever it comes, and cuts off a device that has joined since.
 */
import type { ClockState, Frame, HeardFrame } from "../frame/frame.ts";
import { ageMs, LIVE_AGE_LIMIT_MS } from "../frame/frame.ts";
import { utcMsFromGpsMs } from "../lorawan/gps-time.ts";
import type { Carried } from "./core.ts";

export interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly kernelBootId: string;
  readonly clockState: ClockState;
}

/** JOIN_ACCEPT_DELAY1: an answer to a join later than this meets no open window worth having. */
const JOIN_LIFE_MS = 5_000;
/** What the core needs to answer: its de-duplication wait and its own work. */
const JOIN_ANSWER_MS = 300;

/** Joins and rejoins die; everything else is carried however old it is. */
export function isMortal(heard: HeardFrame): boolean {
  const kind = heard.phy?.kind;
  return kind === "joinRequest" || kind === "rejoinRequest";
}

/** @returns milliseconds this frame may still be carried; undefined: any time; 0 or less: never again. */
export function lifeLeftMs(heard: HeardFrame, now: Now, roundTripMs: () => number): number | undefined {
  if (!isMortal(heard)) return undefined;
  // No gateway starts again within a join's life, and after it the wall clock may say anything.
  if (heard.frame.delayed || heard.frame.kernelBootId !== now.kernelBootId) return 0;
  return JOIN_LIFE_MS - roundTripMs() - JOIN_ANSWER_MS - ageMs(heard.frame, now);
}

export function toCarried(heard: HeardFrame, now: Now, expiresInMs: number | undefined): Carried {
  const age = ageMs(heard.frame, now);
  return {
    heard,
    ageMs: age,
    replay: isReplay(heard.frame, now),
    expiresInMs,
    ...heardAt(heard, now),
  };
}

export function isReplay(frame: Frame, now: Now): boolean {
  return frame.delayed || ageMs(frame, now) > LIVE_AGE_LIMIT_MS;
}

/**
 * When the frame was heard. GPS time of the frame itself first; then the wall clock at arrival, where it could be
 * trusted; then, for a frame heard before the clock was right in this same boot, today's clock and the monotonic
 * difference. Otherwise nothing: an invented time is worse than none.
 */
function heardAt(heard: HeardFrame, now: Now): Pick<Carried, "heardUtcMs" | "timeSource"> {
  const { frame, rxpk } = heard;
  if (rxpk.tmmsMs !== undefined) return { heardUtcMs: utcMsFromGpsMs(rxpk.tmmsMs), timeSource: "gps" };
  if (frame.clockState !== "unsynchronised") {
    const arrivedMs = frame.arrivedWallMs - frame.ageAtArrivalMs;
    // The forwarder's own stamp is the moment of reception itself; ours is some milliseconds behind it.
    return { heardUtcMs: rxpk.timeUtcMs ?? arrivedMs, timeSource: "ntp" };
  }
  if (frame.kernelBootId === now.kernelBootId && now.clockState !== "unsynchronised")
    return { heardUtcMs: now.wallMs - ageMs(frame, now), timeSource: "ntp" };
  return { heardUtcMs: undefined, timeSource: "unsynced" };
}
