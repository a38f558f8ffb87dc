/**
 * Whether a downlink may still go to the radio, judged anew each time one is about to be sent.
 *
 * A forwarder cannot judge this: its counter wraps every 71 min 35 s, so it takes the answer to an uplink that is
 * 63 min 4 s to 71 min 36 s old for a fresh one and transmits it at a moment that means nothing; after a restart
 * of the concentrator any old answer may look fresh. Here age is monotonic time since reception, which does not
 * wrap, within one run of the concentrator and one boot of the kernel.
 *
 * Pure. What a context is made of is in context.ts, what is done with the judgement in downlinks.ts.
 */
import type { TxMoment } from "../lorawan/txpk.ts";
import type { DownlinkCommand, DownlinkItem } from "../north/core.ts";
import { isSameKernelBoot, readContext } from "./context.ts";

/** What is left of the delay when the forwarder gets it; a forwarder refuses at 42.5 ms. */
const DELAY_MARGIN_MS = 50;
/** From the command's arrival to its PULL_RESP, where nothing but the arrival tells the age. */
const UNTIMED_AGE_LIMIT_MS = 2_000;
/** A connection silent for longer may have held the command back for any time. */
const UNANSWERED_LIMIT_MS = 5_000;
/** How far ahead a forwarder takes a packet (sx1302_hal: four beacon periods). Beyond 2^32 us it would wrap. */
const AHEAD_LIMIT_MS = 512_000;

/** How far off a wall clock may be that counts as synchronised. */
const GPS_SLACK_MS = 10_000;

/** A context's time is rounded to the millisecond; one from further ahead was never ours. */
const ROUNDING_MS = 1;
const COUNTER_SPAN_US = 2 ** 32;

type StaleReason =
  | "age"
  | "delayed"
  | "noContext"
  | "foreignContext"
  | "otherSession"
  | "otherBoot"
  | "fromFuture"
  | "waitedHere"
  | "silentConnection"
  | "gpsTimePassed"
  | "tooFarAhead";

/** The moment of judgement. */
export interface DownlinkMoment {
  readonly monotonicMs: number;
  readonly kernelBootId: string;
  /** Milliseconds since the GPS epoch; undefined while the wall clock is not to be trusted. */
  readonly gpsMs: number | undefined;
  /** What lies before it has passed, whatever the wall clock says. */
  readonly gpsFloorMs: number;
}

interface OnAir {
  readonly ok: true;
  /** When it will be on air, monotonic; undefined for a GPS time while the clock is not trusted. */
  readonly onAirMonotonicMs: number | undefined;
}

interface Stale {
  readonly ok: false;
  readonly status: "TOO_LATE" | "TOO_EARLY";
  readonly reason: StaleReason;
}

export type Freshness =
  | (OnAir & {
      readonly at: TxMoment;
      /** The board whose counter is meant, and its antenna. */
      readonly board: number;
      readonly antenna: number;
    })
  | Stale;

export type TimedItem = DownlinkItem & { readonly timing: NonNullable<DownlinkItem["timing"]> };

/**
 * @param currentSession the running concentrator session of a board; undefined while it is not known, and then
 *        no answer to an uplink is fresh.
 */
export function judge(
  item: TimedItem,
  arrival: Pick<DownlinkCommand, "arrivedMonotonicMs" | "unansweredMs">,
  now: DownlinkMoment,
  currentSession: (board: number) => number | undefined,
): Freshness {
  if (item.timing.kind === "delay") return judgeDelay(item, item.timing.delayMs, now, currentSession);

  // These contexts may be empty, days old or another gateway's: ChirpStack sends that of the last uplink.
  if (arrival.unansweredMs > UNANSWERED_LIMIT_MS) return tooLate("silentConnection");
  if (!(now.monotonicMs - arrival.arrivedMonotonicMs <= UNTIMED_AGE_LIMIT_MS)) return tooLate("waitedHere");
  const { board, antenna } = item;
  if (item.timing.kind === "immediately") {
    return { ok: true, at: { kind: "immediately" }, board, antenna, onAirMonotonicMs: now.monotonicMs };
  }
  const judged = judgeGpsTime(item.timing.gpsMs, now);
  if (!judged.ok) return judged;
  const at = { kind: "tmms", tmmsMs: Math.round(item.timing.gpsMs) } as const;
  return { ok: true, at, board, antenna, onAirMonotonicMs: judged.onAirMonotonicMs };
}

/** @param gpsMs milliseconds since the GPS epoch, when it is to be on air. */
export function judgeGpsTime(gpsMs: number, now: DownlinkMoment): OnAir | Stale {
  if (now.gpsMs === undefined) {
    if (!(gpsMs >= now.gpsFloorMs)) return tooLate("gpsTimePassed");
    return { ok: true, onAirMonotonicMs: undefined };
  }
  // A forwarder turns GPS time into its 32-bit counter, so the trap of the wrap is here as well. Near the moment
  // itself the forwarder judges, whose GPS clock is better than ours.
  const aheadMs = gpsMs - now.gpsMs;
  if (!(aheadMs >= -GPS_SLACK_MS)) return tooLate("gpsTimePassed");
  if (aheadMs > AHEAD_LIMIT_MS + GPS_SLACK_MS)
    return { ok: false, status: "TOO_EARLY", reason: "tooFarAhead" };
  return { ok: true, onAirMonotonicMs: now.monotonicMs + aheadMs };
}

/** The answer to an uplink: its context says when, by which counter, and whether that counter still runs. */
function judgeDelay(
  item: DownlinkItem,
  delayMs: number,
  now: DownlinkMoment,
  currentSession: (board: number) => number | undefined,
): Freshness {
  const read = readContext(item.context);
  if (!read.ok) return tooLate(read.fault === "empty" ? "noContext" : "foreignContext");
  const context = read.value;
  if (context.delayed) return tooLate("delayed");
  if (!isSameKernelBoot(context, now.kernelBootId)) return tooLate("otherBoot");
  if (context.concentratorSession !== currentSession(context.board)) return tooLate("otherSession");

  const ageMs = now.monotonicMs - context.heardMonotonicMs;
  if (ageMs < -ROUNDING_MS) return tooLate("fromFuture");
  // Negated, so that a delay which is no number is stale too.
  if (!(ageMs <= delayMs - DELAY_MARGIN_MS)) return tooLate("age");
  if (delayMs - ageMs > AHEAD_LIMIT_MS) return { ok: false, status: "TOO_EARLY", reason: "tooFarAhead" };
  return {
    ok: true,
    at: { kind: "tmst", tmstUs: (context.tmstUs + Math.round(delayMs * 1_000)) % COUNTER_SPAN_US },
    // The counter is that board's, whatever the core made of the item's own fields.
    board: context.board,
    antenna: context.antenna,
    onAirMonotonicMs: context.heardMonotonicMs + delayMs,
  };
}

function tooLate(reason: StaleReason): Stale {
  return { ok: false, status: "TOO_LATE", reason };
}
