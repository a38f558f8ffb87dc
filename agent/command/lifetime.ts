/**
 * Whether a command is still good: it says from when and until when, and this gateway's clock may be wrong.
 *
 *   the clock is right             the envelope's own times count, with CLOCK_SKEW_MS for the sender's clock
 *   it is not                      what only reads is answered: done twice, it does no harm. What changes something
 *                                  must say its time in this boot's own (envelope.ts, uptime); else anybody who ever
 *                                  heard it could send it again
 *   it waited in the connection    an old command in a new world: refused, whatever it says
 *
 * Pure.
 */
import type { ClockState } from "../frame/frame.ts";
import type { OwnCommand } from "../north/core.ts";
import type { Right } from "./catalogue.ts";
import { type Envelope, TTL_S_MAX } from "./envelope.ts";

/** The sender's clock may be so much ahead of ours. */
export const CLOCK_SKEW_MS = 60_000;
/** It may have waited as long as a packet of ours went unanswered; as downlinks do. */
export const UNANSWERED_MS_MAX = 5_000;

export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly kernelBootId: string;
  readonly clockState: ClockState;
}

export type LifetimeFault = "expired" | "issuedInFuture" | "otherBoot" | "clockUnknown";

/** @returns undefined when it is good. */
export function lifetimeFault(
  { issuedAtMs, expiresAtMs, uptime }: Pick<Envelope, "issuedAtMs" | "expiresAtMs" | "uptime">,
  { expiresInMs, unansweredMs }: Pick<OwnCommand, "expiresInMs" | "unansweredMs">,
  right: Right,
  now: Now,
): LifetimeFault | undefined {
  if (expiresInMs !== undefined && expiresInMs <= 0) return "expired";
  if (unansweredMs > UNANSWERED_MS_MAX) return "expired";
  if (uptime !== undefined) {
    if (uptime.bootId !== now.kernelBootId) return "otherBoot";
    if (now.monotonicMs >= uptime.untilMs) return "expired";
    if (uptime.untilMs - now.monotonicMs > TTL_S_MAX * 1e3) return "issuedInFuture";
  }
  if (now.clockState === "unsynchronised")
    return uptime === undefined && right === "change" ? "clockUnknown" : undefined;
  if (now.wallMs >= expiresAtMs) return "expired";
  return issuedAtMs - now.wallMs > CLOCK_SKEW_MS ? "issuedInFuture" : undefined;
}
