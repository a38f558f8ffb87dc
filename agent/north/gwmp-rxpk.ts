/**
 * A frame as a server behind Semtech UDP is to see it: live, the rxpk's text as it was heard, to the octet; as a
 * replay, the same with the concentrator's present tmst.
 *
 * Such a server lays each tmst beside the moment at which it arrives (The Things Stack does so with every PUSH_DATA):
 * an old one would put its idea of the concentrator's clock behind by the frame's age, and the downlinks of live
 * devices with it. It lays `tmms` beside tmst in the same way, for what it sends by GPS time (class B), so that cannot
 * go with another tmst. What a replay carries of the truth is `delayed`, as forwarders with a store of their own have
 * it, and the time of reception as `time`: the forwarder's own where it said one, else that of its GPS, else ours where
 * the gateway's clock can be trusted.
 *
 * Pure. Source: The Things Stack, pkg/gatewayserver/io/udp/udp.go and io/io.go, HandleUp; sx1302_hal, PROTOCOL.md,
 * section 4.
 */
import type { Carried } from "./core.ts";

/** @param presentTmstUs 0..2^32-1. @returns a JSON object. */
export function replayedRxpk({ heard, heardUtcMs }: Carried, presentTmstUs: number): string {
  const fields = JSON.parse(heard.frame.rxpkText) as Record<string, unknown>;
  fields.tmst = presentTmstUs;
  fields.delayed = true;
  delete fields.tmms;
  if (heard.rxpk.timeUtcMs === undefined) {
    delete fields.time;
    if (heardUtcMs !== undefined) fields.time = utcText(heardUtcMs);
  }
  return JSON.stringify(fields);
}

/** With six decimals, as the reference forwarder writes it. */
function utcText(utcMs: number): string {
  return new Date(utcMs).toISOString().replace("Z", "000Z");
}

/** The counter of replays: never twice the same value, for there are servers that know a frame by it. */
export function createPresentTmst(presentTmstUs: (board: number) => number): (board: number) => number {
  let lastUs = -1;
  return (board) => {
    const nowUs = presentTmstUs(board);
    const behindUs = (lastUs - nowUs + SPAN_US) % SPAN_US;
    lastUs = lastUs >= 0 && behindUs < BEHIND_US_MAX ? (lastUs + 1) % SPAN_US : nowUs;
    return lastUs;
  };
}

const SPAN_US = 2 ** 32;
/** Further behind is no clock that was put right by a little, but another run of the concentrator. */
const BEHIND_US_MAX = 1_000_000;
