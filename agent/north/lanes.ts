/**
 * The lanes of one courier: what it remembers of each device it carries for. Frames are not kept here; the journal
 * has them.
 */
import type { Lane } from "../frame/frame.ts";

/** Idle lanes are remembered for their pace alone; beyond this many, the idle ones are forgotten. */
const LANES_KEPT_MAX = 4_096;

export interface LaneState {
  readonly lane: Lane;
  /** A frame of this lane is in flight: the next one waits for its answer. */
  flying: boolean;
  /** The journal may hold frames of this lane that were not handed out yet. */
  behind: boolean;
  /** In the queue, resting, or being read: not to be queued a second time. */
  queued: boolean;
  /** A frame was kept while the lane was being read: what was read may be old. */
  news: boolean;
  /** The highest sequence handed out; the journal is asked for what follows it. */
  handedOut: number;
  /** When the last frame of this lane was answered, and whether it was a replay. */
  lastAnsweredMs: number;
  lastWasReplay: boolean;
}

export interface Lanes {
  /** @param restedSinceMs lanes whose last answer is older than this have nothing left to be remembered for. */
  of(lane: Lane, restedSinceMs: number): LaneState;
  behind(): number;
}

export function createLanes(): Lanes {
  const lanes = new Map<Lane, LaneState>();

  function forgetIdle(restedSinceMs: number): void {
    for (const state of lanes.values()) {
      const idle = !state.behind && !state.queued && !state.flying;
      if (idle && state.lastAnsweredMs < restedSinceMs) lanes.delete(state.lane);
    }
  }

  return {
    of: (lane, restedSinceMs) => {
      const known = lanes.get(lane);
      if (known) return known;
      if (lanes.size >= LANES_KEPT_MAX) forgetIdle(restedSinceMs);
      const made = idleLane(lane);
      lanes.set(lane, made);
      return made;
    },
    behind: () => {
      let count = 0;
      for (const state of lanes.values()) if (state.behind) count += 1;
      return count;
    },
  };
}

function idleLane(lane: Lane): LaneState {
  return {
    lane,
    flying: false,
    behind: false,
    queued: false,
    news: false,
    handedOut: -1,
    lastAnsweredMs: Number.NEGATIVE_INFINITY,
    lastWasReplay: false,
  };
}
