/**
 * Turns: which lane of one courier goes next.
 *
 * Lanes that had caught up and found no slot come first, for their frames are live still; then whoever is due, the
 * longest overdue before all others (lanes.ts). A lane of joins asks only for a slot, one with stored frames for one of
 * the replays' slots and for the pace's leave.
 */
import type { Lane } from "../frame/frame.ts";
import type { Clock } from "../ports.ts";
import { REST_MS } from "./departures.ts";
import { createLanes, type LaneState } from "./lanes.ts";
import type { Pace } from "./pace.ts";

/** While lanes wait for the axis, the wall clock is looked at so often: NTP may have stepped it. */
const LOOK_MS = 10_000;

/** How many frames may be in flight, and how many are. */
export interface Room {
  readonly busy: () => number;
  readonly slots: () => number;
  readonly replaySlots: () => number;
}

/** Whose turn it is. */
export interface Turn {
  readonly state: LaneState;
  /** With leave of the pace, to be given back when no replay is sent. */
  readonly hasLeave: boolean;
}

export interface Turns {
  of(lane: Lane): LaneState;
  isFlying(lane: Lane): boolean;
  /** How many lanes have frames that wait. */
  behind(): number;
  /** The lane has a frame that could go now, were there a slot. */
  urge(state: LaneState): void;
  /** The lane has frames that wait, until this moment at least. */
  fallBehind(state: LaneState, dueMs: number): void;
  next(): Turn | undefined;
  /** When next() may have an answer again, monotonic; undefined: when something happens. */
  dueMs(nowMs: number): number | undefined;
  /** The connection is up. @param backlog lanes with frames, the one with the oldest first. */
  begin(backlog: readonly LaneState[]): void;
  /** Each lane that waits for its moment gets another look now. */
  hasten(): void;
}

/** Joins and rejoins have lanes of their own (frame.ts, laneOf). */
export function isOfJoins({ lane }: LaneState): boolean {
  return lane[lane.indexOf("/") + 1] === "j";
}

export function createTurns(clock: Clock, pace: Pick<Pace, "take" | "readyAtMs">, room: Room): Turns {
  const lanes = createLanes();
  const urgent: LaneState[] = [];

  function fallBehind(state: LaneState, dueMs: number): void {
    state.behind = true;
    state.news = true;
    if (!state.queued && !state.flying) lanes.wait(state, dueMs);
  }

  function putInOrder(state: LaneState, nowMs: number): void {
    const isInQueue = state.place >= 0;
    if (isInQueue) lanes.wait(state, nowMs);
    else fallBehind(state, nowMs);
  }

  function next(): Turn | undefined {
    if (urgent.length > 0)
      return room.busy() < room.slots() ? { state: urgent.shift()!, hasLeave: false } : undefined;
    const first = lanes.first();
    const nowMs = clock.monotonicMs();
    if (first === undefined || first.dueMs > nowMs) return undefined;
    if (isOfJoins(first))
      return room.busy() < room.slots() ? { state: lanes.shift()!, hasLeave: false } : undefined;
    const mayReplay = room.busy() < room.replaySlots() && pace.take(nowMs);
    return mayReplay ? { state: lanes.shift()!, hasLeave: true } : undefined;
  }

  return {
    of: (lane) => lanes.of(lane, clock.monotonicMs() - REST_MS),
    isFlying: lanes.isFlying,
    behind: lanes.behind,
    urge: (state) => {
      state.behind = true;
      state.news = true;
      state.queued = true;
      urgent.push(state);
    },
    fallBehind,
    next,
    dueMs: (nowMs) => {
      const first = lanes.first();
      if (first === undefined) return undefined;
      if (first.dueMs > nowMs) return Math.min(first.dueMs, nowMs + LOOK_MS);
      return room.busy() < room.replaySlots() ? pace.readyAtMs(nowMs) : undefined;
    },
    begin: (backlog) => {
      const nowMs = clock.monotonicMs();
      for (const state of urgent.splice(0)) lanes.wait(state, nowMs);
      // Oldest first, but whoever was blamed for the end of the road lets somebody else try it.
      for (const state of backlog) if (!state.suspect) putInOrder(state, nowMs);
      for (const state of backlog) if (state.suspect) putInOrder(state, nowMs);
    },
    hasten: () => lanes.hasten(clock.monotonicMs()),
  };
}
