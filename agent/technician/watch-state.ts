/**
 * What `watch` has seen: the frames of late with what became of each, downlinks, and what is counted. Pure: each event
 * of the feed makes the next state. Bounded: FRAMES_MAX, DOWNLINKS_MAX.
 */
import type { DownlinkEvent, TxAckEvent, TxpkEvent, UplinkEvent } from "../control/feed-events.ts";
import type { FeedLine } from "./bench-doors.ts";

export const FRAMES_MAX = 500;
export const DOWNLINKS_MAX = 50;
const RATE_MS = 60_000;
/** A rate over less says nothing. */
export const RATE_WATCHED_MS_MIN = 5_000;
/** More frames in a minute than a gateway's channels can carry; the rate then says no more than this. */
export const RATE_FRAMES_MAX = 20_000;

export interface WatchedFrame {
  readonly uplink: UplinkEvent;
  /** Forwarder's repeats of it. */
  repeats: number;
  custody?: "held" | "givenUp";
  /** The last word of each core. */
  readonly cores: Map<string, { readonly delivery: string; readonly replay: boolean }>;
}

/** A command on the road back, with what became of it. */
export interface WatchedDownlink {
  readonly command: DownlinkEvent;
  txpk?: TxpkEvent;
  ack?: TxAckEvent;
}

export interface WatchState {
  /** Oldest first. */
  readonly frames: WatchedFrame[];
  readonly downlinks: WatchedDownlink[];
  readonly bySequence: Map<number, WatchedFrame>;
  heard: number;
  refused: number;
  repeated: number;
  /** Events that this terminal was too slow for. */
  missed: number;
  /** When the frames of the last minute were heard. */
  readonly lastMinuteMs: number[];
  /** Since when it is watched, monotonic. */
  readonly sinceMs: number;
}

/** @param sinceMs monotonic, now */
export function createWatchState(sinceMs: number): WatchState {
  return {
    sinceMs,
    ...{ frames: [], downlinks: [], bySequence: new Map(), lastMinuteMs: [] },
    ...{ heard: 0, refused: 0, repeated: 0, missed: 0 },
  };
}

/** Takes in a line of the feed. @param nowMs monotonic */
export function take(state: WatchState, line: FeedLine, nowMs: number): void {
  switch (line.kind) {
    case "uplink":
      heard(state, line, nowMs);
      return;
    case "custody": {
      const frame = state.bySequence.get(line.sequence);
      if (frame !== undefined) frame.custody = line.outcome;
      return;
    }
    case "delivered": {
      const { coreId, delivery, replay } = line;
      state.bySequence.get(line.sequence)?.cores.set(coreId, { delivery, replay });
      return;
    }
    case "downlink":
      state.downlinks.push({ command: line });
      if (state.downlinks.length > DOWNLINKS_MAX) state.downlinks.shift();
      return;
    case "txpk":
      withDownlink(state, line, (downlink) => {
        downlink.txpk = line;
      });
      return;
    case "txAck":
      withDownlink(state, line, (downlink) => {
        downlink.ack = line;
      });
      return;
    case "dropped":
      state.missed += line.events;
      return;
    default:
      return;
  }
}

/** Frames a minute, over the last one or, in the first, over the time watched. @returns undefined: not long enough */
export function perMinute(state: WatchState, nowMs: number): number | undefined {
  const watchedMs = nowMs - state.sinceMs;
  if (watchedMs < RATE_WATCHED_MS_MIN) return undefined;
  return Math.round((inLastMinute(state, nowMs) * RATE_MS) / Math.min(watchedMs, RATE_MS));
}

function inLastMinute({ lastMinuteMs }: WatchState, nowMs: number): number {
  while (lastMinuteMs.length > 0 && nowMs - lastMinuteMs[0]! > RATE_MS) lastMinuteMs.shift();
  return lastMinuteMs.length;
}

function heard(state: WatchState, uplink: UplinkEvent, nowMs: number): void {
  const { verdict, sequence } = uplink;
  if (verdict === "repeat") {
    state.repeated += 1;
    const repeated = sequence === undefined ? undefined : state.bySequence.get(sequence);
    if (repeated !== undefined) {
      repeated.repeats += 1;
      return;
    }
  } else {
    state.heard += 1;
    if (inLastMinute(state, nowMs) < RATE_FRAMES_MAX) state.lastMinuteMs.push(nowMs);
  }
  if (verdict === "refused") state.refused += 1;
  const frame: WatchedFrame = { uplink, repeats: 0, cores: new Map() };
  state.frames.push(frame);
  if (sequence !== undefined) state.bySequence.set(sequence, frame);
  if (state.frames.length <= FRAMES_MAX) return;
  const gone = state.frames.shift()!;
  const { sequence: goneSequence } = gone.uplink;
  if (goneSequence !== undefined && state.bySequence.get(goneSequence) === gone)
    state.bySequence.delete(goneSequence);
}

/** The newest of that core and id that has no answer yet: a core's own txpk has no id. */
function withDownlink(
  { downlinks }: WatchState,
  { coreId, gatewayEui, downlinkId }: TxpkEvent | TxAckEvent,
  change: (downlink: WatchedDownlink) => void,
): void {
  const found = downlinks.findLast(
    ({ command, ack }) =>
      ack === undefined &&
      command.coreId === coreId &&
      command.gatewayEui === gatewayEui &&
      command.downlinkId === downlinkId,
  );
  if (found !== undefined) change(found);
}
