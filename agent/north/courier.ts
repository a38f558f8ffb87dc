/**
 * The courier: carries one gateway's frames to one core, each device's in order.
 *
 * A live frame goes out at once. A device whose earlier frame has not been taken is *behind*: its frames wait in its
 * lane, and the courier asks the journal for them one by one, oldest first. One of a lane is in flight at a time, so
 * that no answer can put them out of order. A replay has PACE_MS around it, because the core handles each uplink on
 * its own after its de-duplication wait, and two of one device sent together may finish in either order; between
 * live frames there is no pause.
 *
 * Three others say when a lane may go: drain.ts (after an outage all gateways keep to one time axis), pace.ts (how many
 * replays a second) and the connection's slots, of which replays leave some to live frames. Joins ask only for a slot:
 * an answer that comes late is worth nothing.
 *
 * The courier keeps no frame that is not in flight: what waits is in the journal, and of a lane that waits it knows the
 * moment at which it is due. One timer rings for the earliest. How a frame is said on the wire is the connection's
 * affair (chirpstack-mqtt.ts).
 */
import { isAgentError } from "../errors.ts";
import type { ClockState, Frame, HeardFrame, Lane } from "../frame/frame.ts";
import { deriveHeard } from "../frame/heard.ts";
import type { Counters } from "../health/counters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { canRide } from "./axis.ts";
import type { Carried, CoreConnection, Delivery } from "./core.ts";
import { createDrain, type DrainStatus, type Moment } from "./drain.ts";
import { isMortal, isReplay, lifeLeftMs, type Now, toCarried } from "./freshness.ts";
import { createLanes, type LaneState } from "./lanes.ts";
import { createPace, type Pace } from "./pace.ts";
import { axisLengthMs, writeReplayPlan } from "./replay-plan.ts";
import { createSuspicion } from "./suspicion.ts";

/** Twice the core's de-duplication window (200 ms), and some. */
const PACE_MS = 500;
/** After "no subscriber" or a refusal of everything: the pause, doubled up to the longest. */
const HOLD_FIRST_MS = 1_000;
const HOLD_LONGEST_MS = 30_000;
/** After the disk did not answer: the pause of that lane, doubled up to the longest. */
const UNREADABLE_FIRST_MS = 1_000;
const UNREADABLE_LONGEST_MS = 30_000;
/** A connection that ends so soon after a frame was sent may have ended on that frame. */
const BLAME_WITHIN_MS = 1_000;
/** Of the slots, this share is kept for live frames while stored ones go. */
const LIVE_SHARE = 1 / 4;
/** While lanes wait for the axis, the wall clock is looked at so often: NTP may have stepped it. */
const LOOK_MS = 10_000;
/** Less is what NTP slews, and does no harm. */
const STEP_MS = 250;
const NEVER = Number.POSITIVE_INFINITY;
/** What the axis has left behind should be sent within so long, as far as the lanes' rest allows. */
const OVERDUE_MS = 60_000;

export interface CourierSettings {
  /** Each replay goes to the `late` topic as well. */
  readonly late: boolean;
  /** Keeps to a time axis after an outage. */
  readonly pairing: boolean;
  /** May make the plan for all. */
  readonly mayPropose: boolean;
  /** 0: no limit. */
  readonly replayRateMaxPerS: number;
}

export interface CourierParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly settings: CourierSettings;
  readonly journal: Journal;
  readonly connection: Pick<
    CoreConnection,
    "connected" | "slots" | "send" | "sendLate" | "proposePlan" | "status"
  >;
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  /** What to add to the wall clock to get UTC, where a source told. */
  readonly clockOffsetMs: () => number | undefined;
  readonly counters: Counters;
  readonly log: Log;
  /** Of replays; absent: pace.ts. */
  readonly pace?: Pace;
}

export interface CourierStatus {
  readonly lanesBehind: number;
  readonly inFlight: number;
  readonly carriedLive: number;
  readonly replayed: number;
  readonly setAside: number;
  readonly holding: boolean;
  readonly drain: DrainStatus;
  /** How many stored frames a second may go. */
  readonly replayRatePerS: number;
}

export interface Courier {
  /** A frame that the journal has just taken into keeping. */
  offer(heard: HeardFrame, lane: Lane): void;
  /** The connection is up: whatever waits may go. */
  connected(): void;
  disconnected(): void;
  /** What somebody published as the replay plan of all. */
  hearPlan(payload: Buffer): void;
  status(): CourierStatus;
  /** Carries nothing more. */
  close(): void;
}

export function createCourier(parts: CourierParts): Courier {
  const { coreId, gatewayEui, settings, journal, connection, clock, counters, log } = parts;
  const noteName = `drain/${coreId}/${gatewayEui}`;
  const lanes = createLanes();
  /** Lanes that had caught up and found no slot, with frames that are live still. They come first. */
  const urgent: LaneState[] = [];
  /** Lanes whose next frame the disk does not give, with their pause. */
  const unreadableMs = new Map<LaneState, number>();
  const suspicion = createSuspicion();
  const pace = parts.pace ?? createPace(settings.replayRateMaxPerS);
  const drain = createDrain({
    gatewayEui,
    mayPropose: settings.mayPropose,
    note: journal.notes.get(noteName),
    remember: (note) => journal.notes.set(noteName, note),
    propose: (plan) => {
      log.info({ coreId, gatewayEui, ...plan }, "replay plan proposed");
      void connection
        .proposePlan(writeReplayPlan(plan))
        .then((delivery) => counters.count("planProposed", delivery));
    },
    onChange: () => {
      changed = true;
    },
  });
  let changed = false;
  let inFlight = 0;
  let reading = 0;
  let carriedLive = 0;
  let replayed = 0;
  let setAside = 0;
  let holdMs = 0;
  let hold: Timer | undefined;
  let timer: Timer | undefined;
  let timerDueMs = NEVER;
  let wallMinusMonotonicMs = clock.wallMs() - clock.monotonicMs();
  let closed = false;

  const now = (): Now => ({
    monotonicMs: clock.monotonicMs(),
    wallMs: clock.wallMs(),
    kernelBootId: clock.kernelBootId(),
    clockState: parts.clockState(),
  });
  const moment = ({ monotonicMs, wallMs, kernelBootId, clockState }: Now): Moment => ({
    monotonicMs,
    utcMs: wallMs,
    kernelBootId,
    clockGood: canRide(clockState, parts.clockOffsetMs()),
  });
  const roundTripMs = (): number => connection.status().roundTripMs ?? 0;
  const mayFly = (): boolean => connection.connected && hold === undefined && !closed;
  const laneState = (lane: Lane): LaneState => lanes.of(lane, clock.monotonicMs() - PACE_MS);
  /** Joins and rejoins have lanes of their own (frame.ts, laneOf). */
  const isOfJoins = (lane: Lane): boolean => lane[gatewayEui.length + 1] === "j";

  const slots = (): number => (suspicion.strong || holdMs > 0 ? 1 : connection.slots);
  function replaySlots(): number {
    if (drain.probing) return 1;
    const all = slots();
    const left = all - Math.ceil(all * LIVE_SHARE);
    return Math.max(1, settings.late ? left >> 1 : left);
  }

  // ------------------------------------------------------------------------------------- live frames

  function offer(heard: HeardFrame, lane: Lane): void {
    if (closed) return;
    const at = now();
    const state = laneState(lane);
    pace.arrived(at.monotonicMs);
    const dueMs = dueAtMs(state, heard, at);
    const isIdle = !state.behind && !state.flying && !state.queued;
    const isFree = isIdle && dueMs <= at.monotonicMs && (!drain.probing || isMortal(heard));
    if (isFree && mayFly() && inFlight + reading < slots()) {
      carry(state, heard, at);
      return;
    }
    if (isFree) {
      state.behind = true;
      state.news = true;
      state.queued = true;
      urgent.push(state);
    } else fallBehind(state, dueMs);
    pump();
  }

  /** When it may go, monotonic milliseconds: after the lane's rest, and not before the axis comes to it. */
  function dueAtMs(state: LaneState, heard: HeardFrame, at: Now): number {
    const isPaced = state.lastWasReplay || isReplay(heard.frame, at);
    const restedMs = isPaced ? state.lastAnsweredMs + PACE_MS : at.monotonicMs;
    if (!settings.pairing || drain.calm || isMortal(heard)) return restedMs;
    if (drain.probing) return Math.max(restedMs, at.monotonicMs);
    return Math.max(restedMs, drain.mayGoAtMs(moment(at), toCarried(heard, at, undefined)));
  }

  // --------------------------------------------------------------------------------------- the lanes

  function fallBehind(state: LaneState, dueMs: number): void {
    state.behind = true;
    state.news = true;
    if (!state.queued && !state.flying) lanes.wait(state, dueMs);
  }

  /** Sends as long as there is room and somebody's turn has come. */
  function pump(): void {
    if (changed) {
      changed = false;
      replan();
    }
    while (mayFly()) {
      const isLive = urgent.length > 0;
      const state = nextLane();
      if (state === undefined) break;
      reading += 1;
      const hasLeave = !isLive && !isOfJoins(state.lane);
      void carryNext(state, hasLeave)
        .catch((error: unknown) => unreadable(state, hasLeave, error))
        .finally(() => {
          reading -= 1;
          pump();
        });
    }
    arm();
  }

  function nextLane(): LaneState | undefined {
    const busy = inFlight + reading;
    if (urgent.length > 0) return busy < slots() ? urgent.shift() : undefined;
    const first = lanes.first();
    const nowMs = clock.monotonicMs();
    if (first === undefined || first.dueMs > nowMs) return undefined;
    if (isOfJoins(first.lane)) return busy < slots() ? lanes.shift() : undefined;
    return busy < replaySlots() && pace.take(nowMs) ? lanes.shift() : undefined;
  }

  /**
   * Takes the lane's next frame from the journal and carries it, or finds when it is due, or that there is none.
   * @param hasLeave of pace.ts, to be given back when no replay is sent.
   */
  async function carryNext(state: LaneState, hasLeave: boolean): Promise<void> {
    state.news = false;
    const frame = await journal.next(coreId, state.lane, state.handedOut);
    state.queued = false;
    unreadableMs.delete(state);
    if (closed) return;
    const at = now();
    if (frame === undefined) {
      state.behind = false;
      if (hasLeave) pace.giveBack();
      if (state.news) fallBehind(state, at.monotonicMs);
      else if (lanes.behind() === 0 && !drain.calm) drain.drained(moment(at));
      return;
    }
    const heard = deriveHeard(frame);
    if (!heard.ok) {
      // It could be read when it was admitted: only a change of version can have made it unreadable.
      aside(state, frame, "unreadable");
      return fallBehind(state, at.monotonicMs);
    }
    const dueMs = dueAtMs(state, heard.value, at);
    if (!mayFly() || dueMs > at.monotonicMs) {
      if (hasLeave) pace.giveBack();
      return fallBehind(state, Math.max(dueMs, at.monotonicMs));
    }
    if (hasLeave && !isReplay(frame, at)) pace.giveBack();
    carry(state, heard.value, at);
    if (!state.flying) fallBehind(state, at.monotonicMs);
  }

  /**
   * The disk does not answer. The journal re-opens it; this lane is asked again after a pause, and all others go on:
   * what is in memory needs no disk.
   */
  function unreadable(state: LaneState, hasLeave: boolean, error: unknown): void {
    if (!isAgentError(error, "STORE_IO")) throw error;
    counters.count("journalReadFailed");
    state.queued = false;
    if (hasLeave) pace.giveBack();
    const pauseMs = unreadableMs.get(state) ?? UNREADABLE_FIRST_MS;
    unreadableMs.set(state, Math.min(pauseMs * 2, UNREADABLE_LONGEST_MS));
    fallBehind(state, clock.monotonicMs() + pauseMs);
  }

  // ------------------------------------------------------------------------------------------ sending

  function carry(state: LaneState, heard: HeardFrame, at: Now): void {
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
    const asProbe = drain.probing && !isMortal(heard);
    state.flying = true;
    inFlight += 1;
    if (carried.replay && settings.late) sayLate(carried);
    void connection.send(carried).then((delivery) => {
      inFlight -= 1;
      state.flying = false;
      state.lastAnsweredMs = clock.monotonicMs();
      state.lastWasReplay = carried.replay;
      answered(state, carried, delivery, state.lastAnsweredMs - at.monotonicMs, asProbe);
      pump();
    });
  }

  /**
   * On the same connection and before the frame itself: a broker that has taken the frame has seen this. Nothing
   * depends on what becomes of it.
   */
  function sayLate(carried: Carried): void {
    void connection.sendLate(carried).then((delivery) => counters.count("lateSent", delivery));
  }

  function answered(
    state: LaneState,
    carried: Carried,
    delivery: Delivery,
    tookMs: number,
    asProbe: boolean,
  ): void {
    const { heard, replay } = carried;
    const { frame } = heard;
    const nowMs = state.lastAnsweredMs;
    if (delivery === "taken") {
      taken(state, carried, tookMs);
      if (settings.pairing && !drain.calm) drain.passed(moment(now()), asProbe ? carried : undefined);
      if (state.behind) fallBehind(state, nowMs + (replay ? PACE_MS : 0));
      return;
    }
    counters.count("notTaken", delivery);
    if (settings.pairing && delivery !== "closed") drain.lost(moment(now()));
    const isGone = delivery === "closed" && isMortal(heard);
    if (isGone) drop(frame, "joinExpired");
    else state.handedOut = frame.sequence - 1;
    if (delivery !== "closed") holdBack();
    const isSuspect =
      delivery === "refused" || (!isGone && delivery === "closed" && tookMs < BLAME_WITHIN_MS);
    if (isSuspect) state.suspect = true;
    if (isSuspect && suspicion.blame(frame.sequence, carriedLive + replayed)) aside(state, frame, delivery);
    // Whoever nobody listened to stays first: with it the next attempt is made, and it is the oldest.
    fallBehind(state, delivery === "noSubscriber" ? state.dueMs - 1 : nowMs);
  }

  function taken(state: LaneState, { heard, replay }: Carried, tookMs: number): void {
    const { frame } = heard;
    journal.taken(coreId, frame);
    suspicion.absolve(frame.sequence);
    state.suspect = false;
    state.lastTaken = markOf(heard);
    holdMs = 0;
    if (replay) {
      replayed += 1;
      pace.answered(clock.monotonicMs(), tookMs);
    } else carriedLive += 1;
  }

  /** Nobody may ever see it, or nobody needs it: a join whose time has passed, a copy of what was taken. */
  function drop(frame: Frame, reason: "joinExpired" | "repetition"): void {
    counters.count("frameDropped", reason);
    suspicion.absolve(frame.sequence);
    journal.taken(coreId, frame);
  }

  /** Nobody takes anything: try again later, with one frame. */
  function holdBack(): void {
    if (hold) return;
    holdMs = Math.min(Math.max(holdMs * 2, HOLD_FIRST_MS), HOLD_LONGEST_MS);
    hold = clock.after(holdMs, () => {
      hold = undefined;
      pump();
    });
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

  // -------------------------------------------------------------------------------------------- time

  /** One timer: for the lane that is due first, for leave to send it, for what the drain waits for. */
  function arm(): void {
    if (!connection.connected || closed) {
      stopTimer();
      return;
    }
    const nowMs = clock.monotonicMs();
    let dueMs = settings.pairing && !drain.calm ? (drain.tick(moment(now())) ?? NEVER) : NEVER;
    if (changed) {
      pump();
      return;
    }
    const first = lanes.first();
    if (first !== undefined && hold === undefined) {
      if (first.dueMs > nowMs) dueMs = Math.min(dueMs, first.dueMs, nowMs + LOOK_MS);
      else if (inFlight + reading < replaySlots()) dueMs = Math.min(dueMs, pace.readyAtMs(nowMs));
    }
    if (timer !== undefined && timerDueMs === dueMs) return;
    stopTimer();
    if (dueMs === NEVER) return;
    timerDueMs = dueMs;
    timer = clock.after(Math.max(0, dueMs - nowMs), onTimer);
  }

  function stopTimer(): void {
    timer?.cancel();
    timer = undefined;
    timerDueMs = NEVER;
  }

  function onTimer(): void {
    timer = undefined;
    timerDueMs = NEVER;
    const at = now();
    if (lanes.behind() === 0 && !drain.calm) drain.drained(moment(at));
    const apartMs = at.wallMs - at.monotonicMs;
    if (Math.abs(apartMs - wallMinusMonotonicMs) > STEP_MS) {
      wallMinusMonotonicMs = apartMs;
      changed = true;
    }
    pump();
  }

  /** The plan has changed: every lane asks again when it is due. */
  function replan(): void {
    const nowMs = clock.monotonicMs();
    lanes.hasten(nowMs);
    const { plan, endsMs } = drain;
    pace.limit(plan?.ratePerS);
    if (plan === undefined || endsMs === undefined) {
      pace.demand(0, OVERDUE_MS);
      return;
    }
    const stored = mine().reduce((sum, { frames }) => sum + frames, 0);
    pace.demand(stored, nowMs < endsMs ? Math.min(axisLengthMs(plan), endsMs - nowMs) : OVERDUE_MS);
  }

  const mine = () => journal.backlog(coreId).filter(({ lane }) => lane.startsWith(gatewayEui));

  function connected(): void {
    const nowMs = clock.monotonicMs();
    for (const state of urgent.splice(0)) lanes.wait(state, nowMs);
    const backlog = mine().map(({ lane }) => laneState(lane));
    // Oldest first, but whoever was blamed for the end of the road lets somebody else try it.
    for (const state of backlog) if (!state.suspect) putInOrder(state, nowMs);
    for (const state of backlog) if (state.suspect) putInOrder(state, nowMs);
    if (settings.pairing) {
      const canProbe = backlog.some(({ suspect, lane }) => !suspect && !isOfJoins(lane));
      drain.up(moment(now()), canProbe);
    }
    changed = true;
    pump();
  }

  function putInOrder(state: LaneState, nowMs: number): void {
    const isInQueue = state.place >= 0;
    if (isInQueue) lanes.wait(state, nowMs);
    else fallBehind(state, nowMs);
  }

  return {
    offer,
    connected,
    disconnected: () => {
      hold?.cancel();
      hold = undefined;
      holdMs = 0;
      stopTimer();
      if (settings.pairing) drain.lost(moment(now()));
    },
    hearPlan: (payload) => {
      if (!settings.pairing || closed) return;
      const fault = drain.hear(moment(now()), payload);
      counters.count("planHeard", fault ?? "good");
      pump();
    },
    status: () => {
      const at = now();
      return {
        lanesBehind: lanes.behind(),
        inFlight,
        carriedLive,
        replayed,
        setAside,
        holding: hold !== undefined,
        drain: drain.status(moment(at)),
        replayRatePerS: Math.round(pace.ratePerS(at.monotonicMs) * 10) / 10,
      };
    },
    close: () => {
      closed = true;
      hold?.cancel();
      stopTimer();
    },
  };
}

/** What tells a frame from its lane's others, and is the same in its repetitions: MIC and counter; else nothing. */
function markOf({ phy }: HeardFrame): number | undefined {
  if (phy?.kind !== "data") return undefined;
  return phy.mic.readUInt32LE(0) * 0x10000 + phy.fCnt;
}
