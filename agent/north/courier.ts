/**
 * The courier: carries one gateway's frames to one core, each device's in order.
 *
 * A live frame goes out at once. A device whose earlier frame has not been taken is *behind*: its frames wait in its
 * lane, and the courier asks the journal for them one by one, oldest first. One of a lane is in flight at a time, so
 * that no answer can put them out of order. A replay has REST_MS around it, because the core handles each uplink on
 * its own after its de-duplication wait, and two of one device sent together may finish in either order; between
 * live frames there is no pause.
 *
 * Three others say when a lane may go: departures.ts (the lane's rest, and after an outage the time axis of all
 * gateways), pace.ts (how many replays a second) and the connection's slots, of which replays leave some to live frames.
 * Which of those that may is next: turns.ts. Joins ask only for a slot: an answer that comes late is worth nothing.
 *
 * The courier keeps no frame that is not in flight: what waits is in the journal, and of a lane that waits it knows the
 * moment at which it is due. One timer rings for the earliest. What comes of a frame that was sent: crossing.ts; how it
 * is said on the wire is the connection's affair (chirpstack-mqtt.ts).
 */
import { isAgentError } from "../errors.ts";
import type { ClockState, Frame, HeardFrame, Lane } from "../frame/frame.ts";
import { deriveHeard } from "../frame/heard.ts";
import type { Counters } from "../health/counters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock, Log } from "../ports.ts";
import { createAlarmClock, NEVER } from "./alarm-clock.ts";
import type { CoreConnection, Delivery } from "./core.ts";
import { type Crossing, type CrossingOnlooker, createCrossings } from "./crossing.ts";
import { createDepartures, REST_MS } from "./departures.ts";
import type { DrainStatus } from "./drain.ts";
import { isMortal, isReplay, type Now } from "./freshness.ts";
import { createHold } from "./hold.ts";
import type { LaneState } from "./lanes.ts";
import { createPace, type Pace } from "./pace.ts";
import { createTurns, isOfJoins, type Turn } from "./turns.ts";

/** After the disk did not answer: the pause of that lane, doubled up to the longest. */
const UNREADABLE_FIRST_MS = 1_000;
const UNREADABLE_LONGEST_MS = 30_000;
/** A read that takes longer holds up no live frame any more. */
const SLOW_READ_MS = 300;
/** The journal reads some dozens together: more who wait for it would only crowd the memory. */
const READS_MAX = 64;

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
  readonly onlooker?: CrossingOnlooker | undefined;
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
  /** The journal has frames of this lane that nobody offered: they were brought in from elsewhere. */
  remind(lane: Lane): void;
  /** The connection is up: whatever waits may go. */
  connected(): void;
  disconnected(): void;
  /** What somebody published as the replay plan of all. */
  hearPlan(payload: Buffer): void;
  /** The journal has found at last what an earlier run kept (Journal.whenFound). */
  found(): void;
  /** Whether a frame of this lane is on its way and not answered. */
  isInFlight(lane: Lane): boolean;
  status(): CourierStatus;
  /** Carries nothing more. */
  close(): void;
  /** The same, and leaves nothing behind for a later run. */
  forget(): void;
}

export function createCourier(parts: CourierParts): Courier {
  const { coreId, gatewayEui, settings, journal, connection, clock, counters } = parts;
  /** Lanes whose next frame the disk does not give, with their pause. */
  const unreadableMs = new Map<LaneState, number>();
  const pace = parts.pace ?? createPace(settings.replayRateMaxPerS);
  const departures = createDepartures({
    ...parts,
    pairing: settings.pairing,
    mayPropose: settings.mayPropose,
    notes: journal.notes,
    pace,
  });
  /** Since when, monotonic, the longest first. */
  const reads = new Map<Turn, number>();
  let closed = false;
  const hold = createHold(clock, pump);
  const timer = createAlarmClock(clock, onTimer);
  const crossings = createCrossings({
    ...parts,
    late: settings.late,
    onTaken: taken,
    onNotTaken: notTaken,
  });

  const mayFly = (): boolean => connection.connected && !hold.active && !closed;
  /** Frames that are being read to be sent; a read that hangs is none. */
  function reading(): number {
    if (reads.size === 0) return 0;
    let all = reads.size;
    const slowSinceMs = clock.monotonicMs() - SLOW_READ_MS;
    for (const sinceMs of reads.values()) {
      if (sinceMs > slowSinceMs) break;
      all -= 1;
    }
    return all;
  }
  /** Those, and the frames in flight. */
  const busy = (): number => crossings.inFlight + reading();
  const firstReadMs = (): number => reads.values().next().value ?? NEVER;
  const isDiskSlow = (): boolean => firstReadMs() <= clock.monotonicMs() - SLOW_READ_MS;
  const slots = (): number => (crossings.suspicious || hold.doubtful ? 1 : connection.slots);
  function replaySlots(): number {
    const most = departures.replaySlots(slots());
    // Each takes two where the late channel is served.
    return settings.late ? Math.max(1, most >> 1) : most;
  }

  const turns = createTurns(clock, pace, { busy, slots, replaySlots });

  // ------------------------------------------------------------------------------------- live frames

  function offer(heard: HeardFrame, lane: Lane): void {
    if (closed) return;
    const at = departures.now();
    const state = turns.of(lane);
    pace.arrived(at.monotonicMs);
    departures.kept();
    const dueMs = departures.dueAtMs(state, heard, at);
    const isIdle = !state.behind && !state.flying && !state.queued;
    const isFree =
      isIdle && dueMs <= at.monotonicMs && (!departures.probing || isMortal(heard) || isDiskSlow());
    if (isFree && mayFly() && busy() < slots()) {
      carry(state, heard, at);
      return;
    }
    if (isFree) turns.urge(state);
    else turns.fallBehind(state, dueMs);
    pump();
  }

  // --------------------------------------------------------------------------------------- the lanes

  /** Sends as long as there is room and somebody's turn has come. */
  function pump(): void {
    if (departures.takeChange()) replan();
    while (mayFly() && reading() < READS_MAX) {
      const turn = turns.next();
      if (turn === undefined) break;
      reads.set(turn, clock.monotonicMs());
      void carryNext(turn)
        .catch((error: unknown) => unreadable(turn, error))
        .finally(() => {
          reads.delete(turn);
          pump();
        });
    }
    arm();
  }

  /** Takes the lane's next frame from the journal and carries it, or finds when it is due, or that there is none. */
  async function carryNext(turn: Turn): Promise<void> {
    const { state, hasLeave } = turn;
    state.news = false;
    const frame = await journal.next(coreId, state.lane, state.handedOut);
    state.queued = false;
    unreadableMs.delete(state);
    if (closed) return;
    if (state.suspect && frame?.sequence !== state.handedOut + 1) crossings.gone(state);
    const at = departures.now();
    if (frame === undefined) {
      state.behind = false;
      if (hasLeave) pace.giveBack();
      if (state.news) turns.fallBehind(state, at.monotonicMs);
      else if (turns.behind() === 0) departures.drained();
      return;
    }
    journal.converting(frame);
    carryStored(turn, frame, at);
    // Not in a `finally`: a process that ends in between is to leave its mark.
    journal.converted();
  }

  function carryStored({ state, hasLeave }: Turn, frame: Frame, at: Now): void {
    const heard = deriveHeard(frame);
    if (!heard.ok) {
      // It could be read when it was admitted: only a change of version can have made it unreadable.
      crossings.aside(state, frame, "unreadable");
      turns.fallBehind(state, at.monotonicMs);
      return;
    }
    const dueMs = departures.dueAtMs(state, heard.value, at);
    const isSlotGone = crossings.inFlight >= slots();
    if (!mayFly() || isSlotGone || dueMs > at.monotonicMs) {
      if (hasLeave) pace.giveBack();
      turns.fallBehind(state, Math.max(dueMs, at.monotonicMs));
      return;
    }
    if (hasLeave && !isReplay(frame, at)) pace.giveBack();
    carry(state, heard.value, at);
    if (!state.flying) turns.fallBehind(state, at.monotonicMs);
  }

  /**
   * The disk does not answer. The journal re-opens it; this lane is asked again after a pause, and all others go on:
   * what is in memory needs no disk.
   */
  function unreadable({ state, hasLeave }: Turn, error: unknown): void {
    if (!isAgentError(error, "STORE_IO")) throw error;
    counters.count("journalReadFailed");
    state.queued = false;
    if (hasLeave) pace.giveBack();
    const pauseMs = unreadableMs.get(state) ?? UNREADABLE_FIRST_MS;
    unreadableMs.set(state, Math.min(pauseMs * 2, UNREADABLE_LONGEST_MS));
    turns.fallBehind(state, clock.monotonicMs() + pauseMs);
  }

  // ------------------------------------------------------------------------------------------ sending

  function carry(state: LaneState, heard: HeardFrame, at: Now): void {
    crossings.carry(state, heard, at, departures.probing && !isMortal(heard));
  }

  function taken({ state, carried, tookMs, asProbe }: Crossing): void {
    const nowMs = state.lastAnsweredMs;
    hold.forget();
    if (carried.replay) pace.answered(nowMs, tookMs);
    departures.passed(asProbe ? carried : undefined);
    if (state.behind) turns.fallBehind(state, nowMs + (carried.replay ? REST_MS : 0));
    pump();
  }

  function notTaken({ state }: Crossing, delivery: Exclude<Delivery, "taken">): void {
    if (delivery !== "closed") {
      departures.lost();
      hold.begin();
    }
    // Whoever nobody listened to stays first: with it the next attempt is made, and it is the oldest.
    turns.fallBehind(state, delivery === "noSubscriber" ? state.dueMs - 1 : state.lastAnsweredMs);
    pump();
  }

  // -------------------------------------------------------------------------------------------- time

  /** One timer: for the lane that is due first, for leave to send it, for what the drain waits for. */
  function arm(): void {
    if (!connection.connected || closed) {
      timer.stop();
      return;
    }
    const nowMs = clock.monotonicMs();
    let dueMs = departures.tick() ?? NEVER;
    if (departures.changed) {
      pump();
      return;
    }
    if (!hold.active) dueMs = Math.min(dueMs, turns.dueMs(nowMs) ?? NEVER);
    // What a read that hangs has kept from going is looked at when it counts no more.
    const slowAtMs = firstReadMs() + SLOW_READ_MS;
    if (slowAtMs > nowMs) dueMs = Math.min(dueMs, slowAtMs);
    timer.set(dueMs, nowMs);
  }

  function onTimer(): void {
    if (turns.behind() === 0) departures.drained();
    departures.look();
    pump();
  }

  /** The plan has changed: every lane asks again when it is due. */
  function replan(): void {
    turns.hasten();
    departures.demand(() => mine().reduce((sum, { frames }) => sum + frames, 0));
  }

  const mine = () => journal.backlog(coreId).filter(({ lane }) => lane.startsWith(gatewayEui));

  function connected(): void {
    const backlog = mine().map(({ lane }) => turns.of(lane));
    turns.begin(backlog);
    departures.connected(backlog.some((state) => !state.suspect && !isOfJoins(state)));
    pump();
  }

  function close(): void {
    closed = true;
    hold.lift();
    timer.stop();
  }

  return {
    offer,
    remind: (lane) => {
      if (closed) return;
      turns.fallBehind(turns.of(lane), clock.monotonicMs());
      pump();
    },
    connected,
    disconnected: () => {
      hold.lift();
      timer.stop();
      departures.lost();
    },
    hearPlan: (payload) => {
      if (closed) return;
      departures.hearPlan(payload);
      pump();
    },
    found: () => {
      if (closed) return;
      for (const { lane } of mine()) turns.of(lane).handedOut = -1;
      departures.found();
      if (connection.connected) connected();
    },
    isInFlight: turns.isFlying,
    status: () => ({
      lanesBehind: turns.behind(),
      inFlight: crossings.inFlight,
      carriedLive: crossings.carriedLive,
      replayed: crossings.replayed,
      setAside: crossings.setAside,
      holding: hold.active,
      drain: departures.status(),
      replayRatePerS: Math.round(pace.ratePerS(clock.monotonicMs()) * 10) / 10,
    }),
    close,
    forget: () => {
      close();
      departures.forget();
    },
  };
}
