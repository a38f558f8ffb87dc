/**
 * Crossings: frames on their way to the core, one of a lane at a time, and what comes of each.
 *
 * A frame that was taken leaves the journal; so does a join whose time has passed, a copy of what was taken already,
 * and a frame on which the far side chokes while others pass (suspicion.ts). Any other is handed out again, when the
 * courier says so: which lane goes, and when, is decided in courier.ts.
 */
import type { Frame, HeardFrame } from "../frame/frame.ts";
import type { Counters } from "../health/counters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock, Log } from "../ports.ts";
import type { Carried, CoreConnection, Delivery } from "./core.ts";
import { isMortal, lifeLeftMs, type Now, toCarried } from "./freshness.ts";
import type { LaneState } from "./lanes.ts";
import { createSuspicion } from "./suspicion.ts";

/** A connection that ends so soon after a frame was sent may have ended on that frame. */
const BLAME_WITHIN_MS = 1_000;

/** One frame's, when it has been answered. */
export interface Crossing {
  readonly state: LaneState;
  readonly carried: Carried;
  readonly tookMs: number;
  /** It was sent to try the road with. */
  readonly asProbe: boolean;
}

/** Whoever looks on (agent/control/feed.ts). He is told only while he listens. */
export interface CrossingOnlooker {
  readonly hasListeners: boolean;
  /** @param delivery joinExpired, repetition: it was dropped. @param tookMs until the answer; undefined: it was not sent. */
  delivered(
    coreId: string,
    gatewayEui: string,
    sequence: number,
    delivery: Delivery | "joinExpired" | "repetition",
    replay: boolean,
    tookMs: number | undefined,
  ): void;
}

export interface CrossingsParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  /** Each replay goes to the `late` topic as well. */
  readonly late: boolean;
  readonly journal: Pick<Journal, "taken" | "setAside">;
  readonly connection: Pick<CoreConnection, "send" | "sendLate" | "status">;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  /** The frame has left the journal. */
  readonly onTaken: (crossing: Crossing) => void;
  readonly onNotTaken: (crossing: Crossing, delivery: Exclude<Delivery, "taken">) => void;
  readonly onlooker?: CrossingOnlooker | undefined;
}

export interface Crossings {
  /** Sends the frame, unless it has nothing left to live for. @param asProbe it alone tries the road. */
  carry(state: LaneState, heard: HeardFrame, at: Now, asProbe: boolean): void;
  /** The journal has dropped the frame that was to be sent again: nothing is to be learnt from it any more. */
  gone(state: LaneState): void;
  /** Puts a frame apart, out of its lane. */
  aside(state: LaneState, frame: Frame, reason: string): void;
  readonly inFlight: number;
  readonly carriedLive: number;
  readonly replayed: number;
  readonly setAside: number;
  /** A frame was blamed twice: it should fly alone. */
  readonly suspicious: boolean;
}

export function createCrossings(parts: CrossingsParts): Crossings {
  const { coreId, gatewayEui, journal, connection, clock, counters, log, onlooker } = parts;
  const suspicion = createSuspicion();
  let inFlight = 0;
  let carriedLive = 0;
  let replayed = 0;
  let setAside = 0;

  const roundTripMs = (): number => connection.status().roundTripMs ?? 0;

  function carry(state: LaneState, heard: HeardFrame, at: Now, asProbe: boolean): void {
    const { frame } = heard;
    state.handedOut = frame.sequence;
    const lifeMs = lifeLeftMs(heard, at, roundTripMs);
    if (lifeMs !== undefined && lifeMs <= 0) {
      drop(frame, "joinExpired");
      return;
    }
    const carried = toCarried(heard, at, lifeMs);
    if (carried.replay && frame.repetition && markOf(heard) === state.lastTaken) {
      drop(frame, "repetition");
      return;
    }
    state.flying = true;
    inFlight += 1;
    if (carried.replay && parts.late) sayLate(carried);
    void connection.send(carried).then((delivery) => {
      inFlight -= 1;
      state.flying = false;
      state.lastAnsweredMs = clock.monotonicMs();
      state.lastWasReplay = carried.replay;
      answered({ state, carried, tookMs: state.lastAnsweredMs - at.monotonicMs, asProbe }, delivery);
    });
  }

  /**
   * On the same connection and before the frame itself: a broker that has taken the frame has seen this. Nothing
   * depends on what becomes of it.
   */
  function sayLate(carried: Carried): void {
    void connection.sendLate(carried).then((delivery) => counters.count("lateSent", delivery));
  }

  function answered(crossing: Crossing, delivery: Delivery): void {
    if (onlooker?.hasListeners) {
      const { heard, replay } = crossing.carried;
      onlooker.delivered(coreId, gatewayEui, heard.frame.sequence, delivery, replay, crossing.tookMs);
    }
    if (delivery === "taken") {
      taken(crossing);
      parts.onTaken(crossing);
      return;
    }
    counters.count("notTaken", delivery);
    notTaken(crossing, delivery);
    parts.onNotTaken(crossing, delivery);
  }

  function taken({ state, carried: { heard, replay } }: Crossing): void {
    const { frame } = heard;
    journal.taken(coreId, frame);
    suspicion.absolve(frame.sequence);
    state.suspect = false;
    state.lastTaken = markOf(heard);
    if (replay) replayed += 1;
    else carriedLive += 1;
  }

  function notTaken({ state, carried: { heard }, tookMs }: Crossing, delivery: Delivery): void {
    const { frame } = heard;
    const isGone = delivery === "closed" && isMortal(heard);
    // Lower than the frame itself where older ones have been found meanwhile (Courier.found).
    const after = Math.min(state.handedOut, frame.sequence - 1);
    const isLaneAnew = state.handedOut < frame.sequence;
    if (isGone) drop(frame, "joinExpired");
    else state.handedOut = after;
    const isSuspect =
      delivery === "refused" || (!isGone && delivery === "closed" && tookMs < BLAME_WITHIN_MS);
    if (isSuspect) state.suspect = true;
    if (isSuspect && suspicion.blame(frame.sequence, carriedLive + replayed)) aside(state, frame, delivery);
    if (isLaneAnew) state.handedOut = after;
  }

  function gone(state: LaneState): void {
    suspicion.absolve(state.handedOut + 1);
    state.suspect = false;
  }

  /** Nobody may ever see it, or nobody needs it: a join whose time has passed, a copy of what was taken. */
  function drop(frame: Frame, reason: "joinExpired" | "repetition"): void {
    counters.count("frameDropped", reason);
    if (onlooker?.hasListeners)
      onlooker.delivered(coreId, gatewayEui, frame.sequence, reason, true, undefined);
    suspicion.absolve(frame.sequence);
    journal.taken(coreId, frame);
  }

  function aside(state: LaneState, frame: Frame, reason: string): void {
    setAside += 1;
    suspicion.absolve(frame.sequence);
    state.suspect = false;
    state.handedOut = frame.sequence;
    counters.count("frameSetAside", reason);
    log.warn({ coreId, gatewayEui, sequence: frame.sequence, reason }, "frame set aside");
    journal.setAside(coreId, frame);
  }

  return {
    carry,
    aside,
    gone,
    get inFlight() {
      return inFlight;
    },
    get carriedLive() {
      return carriedLive;
    },
    get replayed() {
      return replayed;
    },
    get setAside() {
      return setAside;
    },
    get suspicious() {
      return suspicion.strong;
    },
  };
}

/** What tells a frame from its lane's others, and is the same in its repetitions: MIC and counter; else nothing. */
function markOf({ phy }: HeardFrame): number | undefined {
  if (phy?.kind !== "data") return undefined;
  return phy.mic.readUInt32LE(0) * 0x10000 + phy.fCnt;
}
