/**
 * The courier: carries one gateway's frames to one core, each device's in order.
 *
 * A live frame goes out at once. A device whose earlier frame has not been taken is *behind*: its frames wait in its
 * lane, and the courier asks the journal for them one by one, oldest first. One of a lane is in flight at a time, so
 * that no answer can put them out of order. A replay has PACE_MS around it, because the core handles each uplink on
 * its own after its de-duplication wait, and two of one device sent together may finish in either order; between
 * live frames there is no pause.
 *
 * The courier keeps no frame that is not in flight: what waits is in the journal. How a frame is said on the wire
 * is the connection's affair (chirpstack-mqtt.ts).
 */
import { isAgentError } from "../errors.ts";
import type { ClockState, Frame, HeardFrame, Lane } from "../frame/frame.ts";
import { deriveHeard } from "../frame/heard.ts";
import type { Counters } from "../health/counters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import type { CoreConnection, Delivery } from "./core.ts";
import { isMortal, isReplay, lifeLeftMs, type Now, toCarried } from "./freshness.ts";
import { createLanes, type LaneState } from "./lanes.ts";
import { createSuspicion } from "./suspicion.ts";

/** Twice the core's de-duplication window (200 ms), and some. */
const PACE_MS = 500;
/** After "no subscriber" or a refusal of everything: the pause, doubled up to the longest. */
const HOLD_FIRST_MS = 1_000;
const HOLD_LONGEST_MS = 30_000;
/** A connection that ends so soon after a frame was sent may have ended on that frame. */
const BLAME_WITHIN_MS = 1_000;

export interface CourierParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly journal: Journal;
  readonly connection: Pick<CoreConnection, "connected" | "slots" | "send" | "status">;
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  readonly counters: Counters;
  readonly log: Log;
}

export interface CourierStatus {
  readonly lanesBehind: number;
  readonly inFlight: number;
  readonly carriedLive: number;
  readonly replayed: number;
  readonly setAside: number;
  readonly holding: boolean;
}

export interface Courier {
  /** A frame that the journal has just taken into keeping. */
  offer(heard: HeardFrame, lane: Lane): void;
  /** The connection is up: whatever waits may go. */
  connected(): void;
  disconnected(): void;
  status(): CourierStatus;
  /** Carries nothing more. */
  close(): void;
}

export function createCourier(parts: CourierParts): Courier {
  const { coreId, gatewayEui, journal, connection, clock, counters, log } = parts;
  const lanes = createLanes();
  /** Lanes that are behind and may send, in turn. */
  const ready: LaneState[] = [];
  const suspicion = createSuspicion();
  let inFlight = 0;
  let reading = 0;
  let carriedLive = 0;
  let replayed = 0;
  let setAside = 0;
  let holdMs = 0;
  let hold: Timer | undefined;
  let closed = false;

  const now = (): Now => ({
    monotonicMs: clock.monotonicMs(),
    wallMs: clock.wallMs(),
    kernelBootId: clock.kernelBootId(),
    clockState: parts.clockState(),
  });
  const roundTripMs = (): number => connection.status().roundTripMs ?? 0;
  const mayFly = (): boolean => connection.connected && hold === undefined && !closed;
  const slots = (): number => (suspicion.strong || holdMs > 0 ? 1 : connection.slots);
  const laneState = (lane: Lane): LaneState => lanes.of(lane, clock.monotonicMs() - PACE_MS);

  function offer(heard: HeardFrame, lane: Lane): void {
    if (closed) return;
    const state = laneState(lane);
    const isFree = !state.behind && !state.flying && mayFly() && inFlight + reading < slots();
    if (isFree && paceLeftMs(state, heard.frame) <= 0) {
      carry(state, heard);
      return;
    }
    fallBehind(state);
    pump();
  }

  /** Milliseconds this lane must still rest before the frame may go. */
  function paceLeftMs(state: LaneState, frame: Frame): number {
    if (!state.lastWasReplay && !isReplay(frame, now())) return 0;
    return state.lastAnsweredMs + PACE_MS - clock.monotonicMs();
  }

  function fallBehind(state: LaneState): void {
    state.behind = true;
    state.news = true;
    if (state.queued || state.flying) return;
    state.queued = true;
    ready.push(state);
  }

  /** Sends as long as there is room and somebody waits. */
  function pump(): void {
    while (mayFly() && ready.length > 0 && inFlight + reading < slots()) {
      const state = ready.shift()!;
      reading += 1;
      void carryNext(state)
        .catch((error: unknown) => unreadable(state, error))
        .finally(() => {
          reading -= 1;
          pump();
        });
    }
  }

  /** The disk does not answer. The journal re-opens it; the lane is asked again after a pause. */
  function unreadable(state: LaneState, error: unknown): void {
    if (!isAgentError(error, "STORE_IO")) throw error;
    counters.count("journalReadFailed");
    state.queued = false;
    holdBack();
    fallBehind(state);
  }

  /** Takes the lane's next frame from the journal and carries it, or finds that the lane has caught up. */
  async function carryNext(state: LaneState): Promise<void> {
    state.news = false;
    const frame = await journal.next(coreId, state.lane, state.handedOut);
    state.queued = false;
    if (closed) return;
    if (frame === undefined) {
      state.behind = false;
      if (state.news) fallBehind(state);
      return;
    }
    if (!mayFly()) return fallBehind(state);
    const restMs = paceLeftMs(state, frame);
    if (restMs > 0) return rest(state, restMs);
    const heard = deriveHeard(frame);
    if (!heard.ok) {
      // It could be read when it was admitted: only a change of version can have made it unreadable.
      aside(state, frame, "unreadable");
      return fallBehind(state);
    }
    carry(state, heard.value);
    if (!state.flying) fallBehind(state);
  }

  function rest(state: LaneState, restMs: number): void {
    state.queued = true;
    clock.after(restMs, () => {
      ready.push(state);
      pump();
    });
  }

  function carry(state: LaneState, heard: HeardFrame): void {
    const { frame } = heard;
    state.handedOut = frame.sequence;
    const at = now();
    const lifeMs = lifeLeftMs(heard, at, roundTripMs);
    if (lifeMs !== undefined && lifeMs <= 0) {
      die(frame);
      return;
    }
    const carried = toCarried(heard, at, lifeMs);
    state.flying = true;
    inFlight += 1;
    void connection.send(carried).then((delivery) => {
      inFlight -= 1;
      state.flying = false;
      state.lastAnsweredMs = clock.monotonicMs();
      state.lastWasReplay = carried.replay;
      answered(state, heard, delivery, state.lastAnsweredMs - at.monotonicMs, carried.replay);
      pump();
    });
  }

  function answered(
    state: LaneState,
    heard: HeardFrame,
    delivery: Delivery,
    tookMs: number,
    replay: boolean,
  ): void {
    const { frame } = heard;
    if (delivery === "taken") {
      taken(frame, replay);
      if (state.behind) fallBehind(state);
      return;
    }
    counters.count("notTaken", delivery);
    if (delivery === "closed" && isMortal(heard)) die(frame);
    else state.handedOut = frame.sequence - 1;
    if (delivery !== "closed") holdBack();
    const suspect = delivery === "refused" || (delivery === "closed" && tookMs < BLAME_WITHIN_MS);
    if (suspect && suspicion.blame(frame.sequence, carriedLive + replayed)) aside(state, frame, delivery);
    fallBehind(state);
  }

  function taken(frame: Frame, replay: boolean): void {
    journal.taken(coreId, frame);
    suspicion.absolve(frame.sequence);
    holdMs = 0;
    if (replay) replayed += 1;
    else carriedLive += 1;
  }

  /** A join whose time has passed: nobody may ever see it, and nothing need wait for it. */
  function die(frame: Frame): void {
    counters.count("frameDropped", "joinExpired");
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
    state.handedOut = frame.sequence;
    counters.count("frameSetAside", reason);
    log.warn({ coreId, gatewayEui, sequence: frame.sequence, reason }, "frame set aside");
    journal.setAside(coreId, frame);
  }

  return {
    offer,
    connected: () => {
      for (const { lane } of journal.backlog(coreId))
        if (lane.startsWith(gatewayEui)) fallBehind(laneState(lane));
      pump();
    },
    disconnected: () => {
      hold?.cancel();
      hold = undefined;
      holdMs = 0;
    },
    status: () => {
      return {
        lanesBehind: lanes.behind(),
        inFlight,
        carriedLive,
        replayed,
        setAside,
        holding: hold !== undefined,
      };
    },
    close: () => {
      closed = true;
      hold?.cancel();
    },
  };
}
