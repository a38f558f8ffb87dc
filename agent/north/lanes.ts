/**
 * The lanes of one courier: what it remembers of each device it carries for, and which lane is due next. Frames are
 * not kept here; the journal has them.
 *
 * Lanes that wait stand in one queue by the moment at which they are due: at once, after the rest that a replay wants
 * around it, or when the axis comes to their frame. Whoever was just served stands behind all who are overdue, so the
 * lanes are served in turn, and five thousand of them need one timer.
 */
import type { Lane } from "../frame/frame.ts";

/**
 * Idle lanes are remembered for their pace alone; beyond this many, the idle ones are forgotten. Where most are behind
 * that frees little, so the next look comes when there are twice as many.
 */
const LANES_KEPT_MAX = 4_096;

export interface LaneState {
  readonly lane: Lane;
  /** A frame of this lane is in flight: the next one waits for its answer. */
  flying: boolean;
  /** The journal may hold frames of this lane that were not handed out yet. */
  behind: boolean;
  /** In the queue, or being read: not to be queued a second time. */
  queued: boolean;
  /** A frame was kept while the lane was being read: what was read may be old. */
  news: boolean;
  /** Its next frame was blamed for a failure: somebody else should try the road first. */
  suspect: boolean;
  /** The highest sequence handed out; the journal is asked for what follows it. */
  handedOut: number;
  /** When the last frame of this lane was answered, and whether it was a replay. */
  lastAnsweredMs: number;
  lastWasReplay: boolean;
  /** What tells the last frame taken from others, by which its repetition is known; undefined: nothing was. */
  lastTaken: number | undefined;
  /** Monotonic; counts while it stands in the queue. */
  dueMs: number;
  /** Among those due at the same moment the one that came first. */
  turn: number;
  /** Its place in the queue; -1: it does not stand there. */
  place: number;
}

export interface Lanes {
  /** @param restedSinceMs lanes whose last answer is older than this have nothing left to be remembered for. */
  of(lane: Lane, restedSinceMs: number): LaneState;
  isFlying(lane: Lane): boolean;
  behind(): number;
  /** Stands in the queue from now on, or moves in it. */
  wait(state: LaneState, dueMs: number): void;
  /** The one that is due first, however far ahead that is. */
  first(): LaneState | undefined;
  /** Takes the first one out of the queue. */
  shift(): LaneState | undefined;
  /** Gives each that waits for a later moment than now another look: due now, in the order they stood. */
  hasten(nowMs: number): void;
}

export function createLanes(): Lanes {
  const lanes = new Map<Lane, LaneState>();
  /** A binary heap: nobody is due before the one at half his place. */
  const heap: LaneState[] = [];
  let turns = 0;
  let behind = 0;
  let sweepAt = LANES_KEPT_MAX;

  function forgetIdle(restedSinceMs: number): void {
    for (const state of lanes.values()) {
      const idle = !state.behind && !state.queued && !state.flying;
      if (idle && state.lastAnsweredMs < restedSinceMs) lanes.delete(state.lane);
    }
    sweepAt = Math.max(LANES_KEPT_MAX, 2 * lanes.size);
  }

  function put(state: LaneState, place: number): void {
    heap[place] = state;
    state.place = place;
  }

  function rise(state: LaneState, from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(state, heap[parent]!)) break;
      put(heap[parent]!, place);
      place = parent;
    }
    put(state, place);
    return place;
  }

  function sink(state: LaneState, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, state)) break;
      put(heap[child]!, place);
      place = child;
    }
    put(state, place);
  }

  return {
    of: (lane, restedSinceMs) => {
      const known = lanes.get(lane);
      if (known) return known;
      if (lanes.size >= sweepAt) forgetIdle(restedSinceMs);
      const made = idleLane(lane, (change) => {
        behind += change;
      });
      lanes.set(lane, made);
      return made;
    },
    isFlying: (lane) => lanes.get(lane)?.flying ?? false,
    behind: () => behind,
    wait: (state, dueMs) => {
      state.dueMs = dueMs;
      state.turn = turns++;
      state.queued = true;
      if (state.place < 0) heap.push(state);
      const from = state.place < 0 ? heap.length - 1 : state.place;
      sink(state, rise(state, from));
    },
    first: () => heap[0],
    shift: () => {
      const first = heap[0];
      if (first === undefined) return undefined;
      const last = heap.pop()!;
      if (last !== first) sink(last, 0);
      first.place = -1;
      return first;
    },
    hasten: (nowMs) => {
      heap.sort((one, other) => (isBefore(one, other) ? -1 : 1));
      heap.forEach((state, place) => {
        state.dueMs = Math.min(state.dueMs, nowMs);
        state.turn = turns++;
        state.place = place;
      });
    },
  };
}

function isBefore(one: LaneState, other: LaneState): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.turn < other.turn);
}

/** @param tell how many more lanes are behind from now on. */
function idleLane(lane: Lane, tell: (change: 1 | -1) => void): LaneState {
  let behind = false;
  return {
    lane,
    flying: false,
    get behind() {
      return behind;
    },
    set behind(is) {
      if (is !== behind) tell(is ? 1 : -1);
      behind = is;
    },
    queued: false,
    news: false,
    suspect: false,
    handedOut: -1,
    lastAnsweredMs: Number.NEGATIVE_INFINITY,
    lastWasReplay: false,
    lastTaken: undefined,
    dueMs: 0,
    turn: 0,
    place: -1,
  };
}
