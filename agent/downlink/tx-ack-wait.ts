/** How long a forwarder's TX_ACK is waited for. Pure. */
import type { TxMoment } from "../lorawan/txpk.ts";

/** A forwarder acknowledges when it accepts; Kerlink's when it transmits. After that, and this, none comes. */
const TX_ACK_MARGIN_MS = 1_000;
const TX_ACK_UNTIMED_MS = 3_000;
/** For a GPS time while our clock is not trusted: just under the 30 s after which ChirpStack has forgotten. */
export const TX_ACK_UNKNOWN_MS = 25_000;

/** @param sent.onAirMonotonicMs undefined: nobody here knows. */
export function txAckWaitMs(
  { at, onAirMonotonicMs }: { readonly at: TxMoment; readonly onAirMonotonicMs: number | undefined },
  nowMs: number,
): number {
  if (at.kind === "immediately") return TX_ACK_UNTIMED_MS;
  if (onAirMonotonicMs === undefined) return TX_ACK_UNKNOWN_MS;
  // What is too late here is passed on where only the forwarder can know; its word on it is waited for as well.
  const waitMs = Math.max(0, onAirMonotonicMs - nowMs) + TX_ACK_MARGIN_MS;
  // By our clock a GPS time may have passed when by the forwarder's it has not.
  return at.kind === "tmms" ? Math.max(waitMs, TX_ACK_UNTIMED_MS) : waitMs;
}
