/**
 * The uplinks that a core has heard live, for judging the answers of a core that hands back no context: a server
 * behind Semtech UDP says only by which value of the concentrator's counter a downlink is to be sent.
 *
 * An answer of LoRaWAN lies a whole number of seconds behind the end of its uplink: RX1 after 1 to 15 s, RX2 one
 * second later, 5 and 6 s after a join. So a tmst is believed only when it lies 1 to 16 whole seconds behind an
 * uplink that went to this core live, in this run of the concentrator, within the last 17 s. What was replayed is
 * not in here, so no answer to it can pass; and an answer that waited anywhere for so long that the counter came
 * round (71 minutes) finds no uplink that fits.
 *
 * Pure but for its memory, which holds LIVE_UPLINKS_MAX; an answer to one beyond is refused.
 *
 * Source: LoRaWAN L2 1.0.4, 3.3.5 (receive windows: +/- 20 microseconds) and 5.7 (RXTimingSetup: 1 to 15 s).
 */
import type { Read } from "../lorawan/read.ts";

/** More than 16 demodulators hear in 17 s of short frames. */
export const LIVE_UPLINKS_MAX = 2_048;
const DELAY_S_MAX = 16;
const ANSWERED_WITHIN_MS = 17_000;
/** What LoRaWAN allows; some servers reckon in other units and round. */
const TOLERANCE_US = 20;
const SECOND_US = 1_000_000;
const COUNTER_SPAN_US = 2 ** 32;

export interface LiveUplink {
  readonly tmstUs: number;
  readonly board: number;
  readonly concentratorSession: number;
  /** Monotonic, these two: at the end of the frame, and when it left for the core. */
  readonly heardMs: number;
  readonly sentMs: number;
}

/** noLiveUplink: it answers nothing that this core heard live of late. otherSession: the concentrator has restarted. */
export type AnswerFault = "noLiveUplink" | "otherSession";

export interface LiveUplinks {
  sent(uplink: LiveUplink): void;
  /**
   * Judges a downlink at this tmst.
   * @param currentSession the running session of a board; undefined while it is not known.
   * @returns when it will be on air, monotonic.
   */
  judge(
    tmstUs: number,
    nowMs: number,
    currentSession: (board: number) => number | undefined,
  ): Read<number, AnswerFault>;
}

export function createLiveUplinks(): LiveUplinks {
  /** In the order in which they were sent. */
  let uplinks: LiveUplink[] = [];
  let first = 0;

  function forgetOld(nowMs: number): void {
    while (first < uplinks.length && nowMs - uplinks[first]!.sentMs > ANSWERED_WITHIN_MS) first++;
    if (uplinks.length - first > LIVE_UPLINKS_MAX) first = uplinks.length - LIVE_UPLINKS_MAX;
    if (first * 2 < uplinks.length) return;
    uplinks = uplinks.slice(first);
    first = 0;
  }

  return {
    sent: (uplink) => {
      uplinks.push(uplink);
      forgetOld(uplink.sentMs);
    },
    judge: (tmstUs, nowMs, currentSession) => {
      forgetOld(nowMs);
      let fault: AnswerFault = "noLiveUplink";
      for (let at = uplinks.length - 1; at >= first; at--) {
        const uplink = uplinks[at]!;
        const delayS = wholeSeconds(tmstUs, uplink.tmstUs);
        if (delayS === undefined) continue;
        if (uplink.concentratorSession === currentSession(uplink.board))
          return { ok: true, value: uplink.heardMs + delayS * 1_000 };
        fault = "otherSession";
      }
      return { ok: false, fault };
    },
  };
}

/** @returns 1..16; undefined when it does not lie so many whole seconds behind, modulo the counter's wrap. */
function wholeSeconds(tmstUs: number, uplinkUs: number): number | undefined {
  const apartUs = (((tmstUs - uplinkUs) % COUNTER_SPAN_US) + COUNTER_SPAN_US) % COUNTER_SPAN_US;
  const delayS = Math.round(apartUs / SECOND_US);
  if (delayS < 1 || delayS > DELAY_S_MAX) return undefined;
  return Math.abs(apartUs - delayS * SECOND_US) <= TOLERANCE_US ? delayS : undefined;
}
