/**
 * Departures: when a frame of one courier may go. After its lane's rest; and after an outage, where the core pairs its
 * gateways' replays, not before the axis comes to it.
 *
 * It asks the clocks for the drain (drain.ts), which knows none, keeps its note in the journal, says its proposals on
 * the connection, tells the pace what the axis demands, and notices when the wall clock was stepped. Who goes next, and
 * the timer, are in courier.ts.
 */
import type { ClockState, Frame, HeardFrame } from "../frame/frame.ts";
import type { Counters } from "../health/counters.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Clock, Log } from "../ports.ts";
import { canRide } from "./axis.ts";
import type { CoreConnection } from "./core.ts";
import { createDrain, type DrainStatus } from "./drain.ts";
import { isMortal, isReplay, type Now, toCarried } from "./freshness.ts";
import type { LaneState } from "./lanes.ts";
import type { HeardAt, Moment } from "./moment.ts";
import type { Pace } from "./pace.ts";
import { axisLengthMs, type ReplayPlan, writeReplayPlan } from "./replay-plan.ts";

/** Around a replay. Twice the core's de-duplication window (200 ms), and some. */
export const REST_MS = 500;
/** Less is what NTP slews, and does no harm. */
const STEP_MS = 250;
/** What the axis has left behind should be sent within so long, as far as the lanes' rest allows. */
const OVERDUE_MS = 60_000;
/** Of the slots, this share is kept for live frames while stored ones go. */
const LIVE_SHARE = 1 / 4;

export interface DeparturesParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  /** Keeps to a time axis after an outage. */
  readonly pairing: boolean;
  /** May make the plan for all. */
  readonly mayPropose: boolean;
  readonly notes: JournalNotes;
  readonly connection: Pick<CoreConnection, "proposePlan">;
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  /** What to add to the wall clock to get UTC, where a source told. */
  readonly clockOffsetMs: () => number | undefined;
  readonly pace: Pick<Pace, "demand" | "limit">;
  readonly counters: Counters;
  readonly log: Log;
}

export interface Departures {
  now(): Now;
  /** Monotonic milliseconds. */
  dueAtMs(state: LaneState, heard: HeardFrame, at: Now): number;
  /** Whether one old frame at a time may go, the oldest first. */
  readonly probing: boolean;
  /** Of so many slots, how many replays may use. */
  replaySlots(slots: number): number;
  /** Every lane should ask again when it is due: the plan has changed, or the clock. */
  readonly changed: boolean;
  /** The same, and it is so no longer. */
  takeChange(): boolean;

  /** The journal has found at last what an earlier run kept. */
  found(): void;
  /** The connection is up. @param canProbe there is an old frame to try it with. */
  connected(canProbe: boolean): void;
  /** Nothing gets through. */
  lost(): void;
  /** A frame was kept. */
  kept(): void;
  /** A frame was taken. @param probe the one that tried the road, when it was that one. */
  passed(probe: HeardAt | undefined): void;
  /** Nothing is stored any more. */
  drained(): void;
  /** What somebody published as the replay plan of all. */
  hearPlan(payload: Buffer): void;
  /** Looks at the wall clock: it may have been stepped. */
  look(): void;
  /** Does what is due. @returns when to be called again, monotonic; undefined: not for its own sake. */
  tick(): number | undefined;
  /** Tells the pace what the axis demands. @param stored how many frames wait. */
  demand(stored: () => number): void;
  status(): DrainStatus;
  /** No later run should know of any plan. */
  forget(): void;
}

export function createDepartures(parts: DeparturesParts): Departures {
  const { coreId, gatewayEui, pairing, clock, counters, log, pace } = parts;
  const noteName = `drain/${coreId}/${gatewayEui}`;
  let changed = false;
  let wallMinusMonotonicMs = clock.wallMs() - clock.monotonicMs();
  const drain = createDrain({
    gatewayEui,
    mayPropose: parts.mayPropose,
    note: parts.notes.get(noteName),
    remember: (note) => parts.notes.set(noteName, note),
    propose,
    onChange: () => {
      changed = true;
    },
  });

  const now = (): Now => ({
    monotonicMs: clock.monotonicMs(),
    wallMs: clock.wallMs(),
    kernelBootId: clock.kernelBootId(),
    clockState: parts.clockState(),
  });
  const momentOf = ({ monotonicMs, wallMs, kernelBootId, clockState }: Now): Moment => ({
    monotonicMs,
    utcMs: wallMs,
    kernelBootId,
    clockGood: canRide(clockState, parts.clockOffsetMs()),
  });
  const moment = (): Moment => momentOf(now());

  function propose(plan: ReplayPlan): void {
    log.info({ coreId, gatewayEui, ...plan }, "replay plan proposed");
    void parts.connection
      .proposePlan(writeReplayPlan(plan))
      .then((delivery) => counters.count("planProposed", delivery));
  }

  /** How long the lane itself wants to rest. */
  function restedAtMs(state: LaneState, frame: Frame, at: Now): number {
    const isPaced = state.lastWasReplay || isReplay(frame, at);
    return isPaced ? state.lastAnsweredMs + REST_MS : at.monotonicMs;
  }

  function dueAtMs(state: LaneState, heard: HeardFrame, at: Now): number {
    const restedMs = restedAtMs(state, heard.frame, at);
    if (drain.calm || isMortal(heard)) return restedMs;
    if (drain.probing) return Math.max(restedMs, at.monotonicMs);
    return Math.max(restedMs, drain.mayGoAtMs(momentOf(at), toCarried(heard, at, undefined)));
  }

  function demand(stored: () => number): void {
    const nowMs = clock.monotonicMs();
    const { plan, endsMs } = drain;
    pace.limit(plan?.ratePerS);
    if (plan === undefined || endsMs === undefined) {
      pace.demand(0, OVERDUE_MS);
      return;
    }
    pace.demand(stored(), nowMs < endsMs ? Math.min(axisLengthMs(plan), endsMs - nowMs) : OVERDUE_MS);
  }

  // Where the core does not pair, the drain hears of nothing and is calm for ever.
  return {
    now,
    dueAtMs,
    get probing() {
      return drain.probing;
    },
    replaySlots: (slots) => (drain.probing ? 1 : Math.max(1, slots - Math.ceil(slots * LIVE_SHARE))),
    get changed() {
      return changed;
    },
    takeChange: () => {
      const is = changed;
      changed = false;
      return is;
    },
    found: () => {
      if (pairing) drain.found(moment(), parts.notes.get(noteName));
    },
    connected: (canProbe) => {
      if (pairing) drain.up(moment(), canProbe);
      changed = true;
    },
    lost: () => {
      if (pairing) drain.lost(moment());
    },
    kept: () => {
      if (!drain.calm) drain.kept(moment());
    },
    passed: (probe) => {
      if (!drain.calm) drain.passed(moment(), probe);
    },
    drained: () => {
      if (!drain.calm) drain.drained(moment());
    },
    hearPlan: (payload) => {
      if (!pairing) return;
      const fault = drain.hear(moment(), payload);
      counters.count("planHeard", fault ?? "good");
    },
    look: () => {
      const apartMs = clock.wallMs() - clock.monotonicMs();
      if (Math.abs(apartMs - wallMinusMonotonicMs) <= STEP_MS) return;
      wallMinusMonotonicMs = apartMs;
      changed = true;
    },
    tick: () => (drain.calm ? undefined : drain.tick(moment())),
    demand,
    status: () => drain.status(moment()),
    forget: () => {
      if (parts.notes.get(noteName) !== undefined) parts.notes.set(noteName, "");
    },
  };
}
