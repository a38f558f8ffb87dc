/**
 * The PUSH_DATAs of one link: which frames go together, how fast, and which of them the core has taken.
 *
 * The promise: send() resolves with "taken" only when a datagram that carried the frame was PUSH_ACKed. An
 * acknowledgement that comes after its time counts too, for the frame itself or for its next attempt: a road slower
 * than the patience must not make frames travel for ever.
 *
 * - Live frames of one moment go in one datagram, as the forwarder sent them (gwmp-waiting.ts, gwmp-load.ts).
 * - At most DATAGRAMS_IN_FLIGHT_MAX unanswered, none more while the link is doubted, and no bursts (datagram-pace.ts).
 *   What waits meanwhile goes together in the next one.
 * - A frame that was not acknowledged goes alone, so that it can spoil no other; under suspicion (gwmp-tries.ts) it is
 *   "refused". Where PULL_DATA is answered and no PUSH_DATA is, nobody takes frames: "noSubscriber".
 *
 * Nothing is sent again here; that is for the courier. Servers and sockets: gwmp-link.ts.
 */
import type { LiveUplinks } from "../downlink/live-uplinks.ts";
import { createPending } from "../downlink/pending.ts";
import { DATAGRAM_OCTETS_MAX, type GwmpVersion, type Token, writePushData } from "../lorawan/gwmp.ts";
import type { Clock, RngStream, Timer } from "../ports.ts";
import type { Alarms } from "./alarms.ts";
import type { Carried, Delivery } from "./core.ts";
import { createDatagramPace } from "./datagram-pace.ts";
import type { GwmpAlarm, GwmpLink } from "./gwmp-link.ts";
import { createPresentTmst } from "./gwmp-rxpk.ts";
import { createGwmpTries } from "./gwmp-tries.ts";
import { createGwmpWaiting, type Departure, type Passenger } from "./gwmp-waiting.ts";

/** With what is never held back, ten: what a dark road hands over at once is no burst to a server. */
export const DATAGRAMS_IN_FLIGHT_MAX = 8;
/** What the courier may hand over; what waits here goes together. */
const FRAMES_MAX = 64;
/** A slow road is waited for, but not for ever. */
const ANSWER_MS_MAX = 30_000;
const ROUND_TRIPS_AWAITED = 4;
const ROUND_TRIP_WEIGHT = 1 / 8;
/** Datagrams whose acknowledgement still counts although nobody waits for it. */
export const LATE_DATAGRAMS_MAX = 64;
/** So many PUSH_DATAs in a row without an answer, PULL_DATAs having one meanwhile, and nobody takes frames there. */
const SILENT_PUSHES_MAX = 5;
/** So many, and another server may: with the courier's holds between them some minutes. */
export const DEAF_PUSHES_MAX = 20;

export interface GwmpFlightParts {
  readonly gatewayEui: string;
  readonly pushAckTimeoutMs: number;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly count: (name: string, reason?: string) => void;
  readonly alarms: Pick<Alarms<GwmpAlarm>, "raise" | "clear">;
  readonly link: Pick<GwmpLink, "send" | "answered" | "missed" | "turnAway" | "up" | "doubted">;
  readonly version: () => GwmpVersion;
  readonly presentTmstUs: (board: number) => number;
  readonly uplinks: Pick<LiveUplinks, "sent">;
}

export interface GwmpFlight {
  send(carried: Carried): Promise<Delivery>;
  /** Beside the frames, once: a stat. @param text a JSON object. @returns false when it could not be sent. */
  sendStat(text: string): boolean;
  acknowledged(token: Token): void;
  /** The link is doubted no more. */
  resume(): void;
  /** The link says each datagram it sends. */
  sent(): void;
  /** Nothing of what is in flight will be answered. */
  lost(): void;
  readonly slots: number;
  readonly inFlight: number;
  readonly roundTripMs: number | undefined;
}

interface Datagram {
  readonly passengers: readonly Passenger[];
  readonly sentMs: number;
  timer: Timer | undefined;
}

export function createGwmpFlight(parts: GwmpFlightParts): GwmpFlight {
  const { clock, link, gatewayEui, alarms } = parts;
  const tokens = createPending<Datagram>(parts.chance);
  const pace = createDatagramPace();
  const inFlight = new Set<Datagram>();
  /** Tokens of datagrams that nobody waits for any more, the oldest first. */
  const late = new Set<number>();
  const tries = createGwmpTries();
  const waiting = createGwmpWaiting({
    tries,
    presentTmstUs: createPresentTmst(parts.presentTmstUs),
    onJoinNotLive: (passenger) => {
      parts.count("joinNotLive");
      settle(passenger, "closed");
    },
  });
  let acked = 0;
  let silentPushes = 0;
  let roundTripMs: number | undefined;
  let flushing = false;
  let pause: Timer | undefined;

  function send(carried: Carried): Promise<Delivery> {
    const { sequence } = carried.heard.frame;
    if (tries.hasPassed(sequence)) return Promise.resolve("taken");
    if (!link.up) return Promise.resolve("closed");
    return new Promise((resolve) => {
      const sinceMs = clock.monotonicMs();
      waiting.add({ carried, sequence, sinceMs, settled: false, resolve }, sinceMs);
      soon();
    });
  }

  /** What the forwarder sent together is offered in one turn, and goes together. */
  function soon(): void {
    if (flushing) return;
    flushing = true;
    queueMicrotask(() => {
      flushing = false;
      flush();
    });
  }

  function flush(): void {
    while (waiting.size > 0 && link.up) {
      if (link.doubted || inFlight.size >= DATAGRAMS_IN_FLIGHT_MAX) return;
      const nowMs = clock.monotonicMs();
      const waitMs = pace.waitMs(nowMs);
      if (waitMs > 0) {
        pause ??= clock.after(waitMs, () => {
          pause = undefined;
          flush();
        });
        return;
      }
      const departure = waiting.next(nowMs);
      if (departure !== undefined) depart(departure, nowMs);
    }
  }

  function depart({ passengers, isLive, body }: Departure, nowMs: number): void {
    const datagram: Datagram = { passengers, sentMs: nowMs, timer: undefined };
    const number = tokens.add(gatewayEui, datagram);
    const bytes = pushData(number, body);
    if (bytes.length > DATAGRAM_OCTETS_MAX) {
      tokens.take(gatewayEui, number);
      for (const passenger of passengers) settle(passenger, "refused");
      return;
    }
    inFlight.add(datagram);
    datagram.timer = clock.after(answerMs(), () => unanswered(number, datagram));
    if (isLive) for (const { carried } of passengers) noteLive(carried, nowMs);
    link.send(bytes);
  }

  function noteLive({ heard: { frame, rxpk } }: Carried, nowMs: number): void {
    parts.uplinks.sent({
      tmstUs: rxpk.tmstUs,
      board: rxpk.board ?? 0,
      concentratorSession: frame.concentratorSession,
      heardMs: frame.arrivedMonotonicMs - frame.ageAtArrivalMs,
      sentMs: nowMs,
    });
  }

  function pushData(number: number, body: string): Buffer {
    return writePushData(parts.version(), [number >> 8, number & 0xff], gatewayEui, body);
  }

  function answerMs(): number {
    const awaitedMs = Math.min(ROUND_TRIPS_AWAITED * (roundTripMs ?? 0), ANSWER_MS_MAX);
    return Math.max(parts.pushAckTimeoutMs, awaitedMs);
  }

  // ------------------------------------------------------------------------------------------ answers

  function acknowledged([high, low]: Token): void {
    const number = high * 256 + low;
    const datagram = tokens.take(gatewayEui, number);
    late.delete(number);
    if (datagram === undefined) {
      parts.count("coreDatagramRefused", "unknownToken");
      return;
    }
    if (datagram.passengers.length > 0) {
      acked += 1;
      silentPushes = 0;
      alarms.clear("pushUnanswered");
    }
    link.answered();
    timed(clock.monotonicMs() - datagram.sentMs);
    datagram.timer?.cancel();
    const isLate = !inFlight.delete(datagram);
    for (const passenger of datagram.passengers) {
      tries.passed(passenger.sequence);
      if (!isLate) settle(passenger, "taken");
      else if (!settleAgain(passenger.sequence)) tries.passedLate(passenger.sequence);
    }
    flush();
  }

  /** The frame is on its way a second time. @returns false when it is not. */
  function settleAgain(sequence: number): boolean {
    const flying = [...inFlight].flatMap(({ passengers }) => passengers);
    const found = [...flying, ...waiting.all()].find(
      (passenger) => passenger.sequence === sequence && !passenger.settled,
    );
    if (found !== undefined) settle(found, "taken");
    return found !== undefined;
  }

  /** What lay in a dark road tells little of it when it is open. */
  function timed(passedMs: number): void {
    const tookMs = Math.min(passedMs, ANSWER_MS_MAX);
    roundTripMs =
      roundTripMs === undefined ? tookMs : roundTripMs + (tookMs - roundTripMs) * ROUND_TRIP_WEIGHT;
  }

  function unanswered(number: number, datagram: Datagram): void {
    inFlight.delete(datagram);
    awaitNoMore(number);
    parts.count("pushUnanswered");
    // While the link is doubted the road may be dark.
    if (!link.doubted) silentPushes += 1;
    link.missed();
    // The link may have ended over it, and settled all.
    const delivery = verdict();
    for (const passenger of datagram.passengers) {
      if (passenger.settled) continue;
      settle(passenger, tries.failed(passenger.sequence, acked) ? "refused" : delivery);
    }
    flush();
  }

  function verdict(): Delivery {
    if (silentPushes < SILENT_PUSHES_MAX || !link.up) return "closed";
    alarms.raise("pushUnanswered");
    if (silentPushes >= DEAF_PUSHES_MAX) {
      silentPushes = 0;
      link.turnAway();
    }
    return link.up ? "noSubscriber" : "closed";
  }

  /** Its acknowledgement still counts, until LATE_DATAGRAMS_MAX others were given up. */
  function awaitNoMore(number: number): void {
    late.add(number);
    const [oldest] = late;
    if (oldest === undefined || late.size <= LATE_DATAGRAMS_MAX) return;
    late.delete(oldest);
    tokens.take(gatewayEui, oldest);
  }

  function settle(passenger: Passenger, delivery: Delivery): void {
    if (passenger.settled) return;
    passenger.settled = true;
    passenger.resolve(delivery);
  }

  return {
    send,
    sendStat: (text) => {
      if (!link.up) return false;
      const datagram = { passengers: [], sentMs: clock.monotonicMs(), timer: undefined };
      const number = tokens.add(gatewayEui, datagram);
      awaitNoMore(number);
      return link.send(pushData(number, `{"stat":${text}}`));
    },
    acknowledged,
    resume: soon,
    sent: () => pace.sent(clock.monotonicMs()),
    lost: () => {
      pause?.cancel();
      pause = undefined;
      const flown = [...inFlight].flatMap(({ timer, passengers }) => {
        timer?.cancel();
        return passengers;
      });
      inFlight.clear();
      tokens.drain();
      late.clear();
      for (const { settled, sequence } of flown) if (!settled) tries.failed(sequence, acked);
      for (const passenger of [...flown, ...waiting.drain()]) settle(passenger, "closed");
    },
    get slots() {
      if (!link.up) return 0;
      return link.doubted ? 1 : FRAMES_MAX;
    },
    get inFlight() {
      return [...inFlight].reduce((sum, { passengers }) => sum + passengers.length, waiting.size);
    },
    get roundTripMs() {
      return roundTripMs;
    },
  };
}
