/**
 * What is in flight on one connection: counts it, times its answers, and never has more unanswered than the
 * broker allows (mqtt.js does not heed its Receive Maximum). How many of these may be uplinks is in window.ts;
 * nothing here is ever sent again.
 */
import type { Clock, MqttLink, MqttPublish, MqttPublished } from "../ports.ts";
import { createWindow } from "./window.ts";

/**
 * Stats and acks that wait for the broker's allowance. 64 commands of a gateway may wait for their TX_ACK and fail
 * together (agent/downlink/downlinks.ts), and those beyond are refused at once: a broker that held back what it may
 * for us (mosquitto: 1,000) hands it over in one breath. An ack and its place take some 300 octets.
 */
export const REPORTS_WAITING_MAX = 2_048;
/** Of what is said in our own namespace (reports, alarms, replies) so much waits for all else; beyond, it is refused. */
export const BESIDE_WAITING_MAX = 64;
/** An answer that took this long tells that the road was dead for a while. */
const LATE_ANSWER_MS = 1_000;
/** What comes within this time of a late answer came with it. */
const TOGETHER_MS = 500;
/** Weight of a new round trip in the smoothed one. */
const ROUND_TRIP_WEIGHT = 1 / 8;

const CLOSED: MqttPublished = { outcome: "closed" };
const QUEUE_FULL = { outcome: "queueFull" } as const;

/** queueFull: it was never sent, because too many waited before it. */
export type Reported = MqttPublished | typeof QUEUE_FULL;

export interface Flight {
  /**
   * A QoS 1 publish. Never rejects, and is never dropped while the connection holds: the courier keeps to its
   * slots, so that what waits here is bounded by them. They go out in the order in which they were given.
   */
  publish(message: MqttPublish): Promise<MqttPublished>;
  /** The same for stats and acks, of which nobody else keeps the number small. In order among themselves. */
  report(message: MqttPublish): Promise<Reported>;
  /** The same for what can wait: one at a time, and only while nothing else waits. In order among themselves. */
  beside(message: MqttPublish): Promise<Reported>;
  readonly inFlight: number;
  /** How many uplinks may be in flight. */
  readonly slots: number;
  /** Smoothed; undefined before the first answer. */
  readonly roundTripMs: number | undefined;
  /**
   * How long a packet of ours has waited for its answer, or had waited when the answer came a moment ago: what
   * arrives in the same breath as a late answer was as late as that.
   */
  unansweredMs(): number;
  /** Resolves when nothing is in flight, `limitMs` from now at the latest. */
  whenEmpty(limitMs: number): Promise<void>;
}

interface Waiting {
  readonly message: MqttPublish;
  readonly resolve: (published: MqttPublished) => void;
}

export function createFlight(link: MqttLink, receiveMaximum: number, clock: Clock): Flight {
  const window = createWindow(receiveMaximum);
  const publishes: Waiting[] = [];
  const reports: Waiting[] = [];
  const besides: Waiting[] = [];
  let besideInFlight = false;
  let isReportsTurn = false;
  let inFlight = 0;
  let roundTripMs: number | undefined;
  let lateMs = 0;
  let lateAtMs = Number.NEGATIVE_INFINITY;
  let onEmpty: (() => void) | undefined;

  function answered(published: MqttPublished, sentMs: number): MqttPublished {
    const nowMs = clock.monotonicMs();
    const tookMs = nowMs - sentMs;
    if (published.outcome === "acknowledged") {
      window.answered(nowMs, tookMs, inFlight);
      roundTripMs =
        roundTripMs === undefined ? tookMs : roundTripMs + (tookMs - roundTripMs) * ROUND_TRIP_WEIGHT;
      if (tookMs >= LATE_ANSWER_MS) {
        lateMs = tookMs;
        lateAtMs = nowMs;
      }
    }
    inFlight -= 1;
    if (publishes.length + reports.length + besides.length > 0) release(published);
    if (inFlight === 0) onEmpty?.();
    return published;
  }

  function release(published: MqttPublished): void {
    if (published.outcome === "closed")
      for (const { resolve } of [...publishes.splice(0), ...reports.splice(0), ...besides.splice(0)])
        resolve(CLOSED);
    // By turns: a burst of acks must not hold a join back, nor a long replay the acks.
    const next = isReportsTurn
      ? (reports.shift() ?? publishes.shift())
      : (publishes.shift() ?? reports.shift());
    isReportsTurn = !isReportsTurn;
    if (next !== undefined) void send(next.message).then(next.resolve);
    else if (!besideInFlight && besides.length > 0) sendBeside(besides.shift()!);
  }

  function sendBeside({ message, resolve }: Waiting): void {
    besideInFlight = true;
    void send(message, () => {
      besideInFlight = false;
    }).then(resolve);
  }

  function wait(queue: Waiting[], message: MqttPublish): Promise<MqttPublished> {
    return new Promise((resolve) => queue.push({ message, resolve }));
  }

  /** @param onAnswered before the next one is chosen. */
  function send(message: MqttPublish, onAnswered?: () => void): Promise<MqttPublished> {
    const sentMs = clock.monotonicMs();
    window.sent(sentMs, inFlight);
    inFlight += 1;
    return link.publish(message).then((published) => {
      onAnswered?.();
      return answered(published, sentMs);
    });
  }

  return {
    publish: (message) => (inFlight < receiveMaximum ? send(message) : wait(publishes, message)),
    report: (message) => {
      if (inFlight < receiveMaximum) return send(message);
      if (reports.length >= REPORTS_WAITING_MAX) return Promise.resolve(QUEUE_FULL);
      return wait(reports, message);
    },
    beside: (message) => {
      if (besides.length >= BESIDE_WAITING_MAX) return Promise.resolve(QUEUE_FULL);
      if (besideInFlight || inFlight >= receiveMaximum) return wait(besides, message);
      return new Promise((resolve) => sendBeside({ message, resolve }));
    },
    get inFlight() {
      return inFlight;
    },
    get slots() {
      return window.slots;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    unansweredMs: () => {
      const together = clock.monotonicMs() - lateAtMs <= TOGETHER_MS;
      return Math.max(link.unansweredMs(), together ? lateMs : 0);
    },
    whenEmpty: (limitMs) => {
      if (inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = clock.after(limitMs, resolve);
        onEmpty = () => {
          timer.cancel();
          resolve();
        };
      });
    },
  };
}
