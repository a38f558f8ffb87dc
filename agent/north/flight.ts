/**
 * What is in flight on one connection: counts it, times its answers, and never has more unanswered than the
 * broker allows (mqtt.js does not heed its Receive Maximum). How many of these may be uplinks is in window.ts;
 * nothing here is ever sent again.
 */
import type { Clock, MqttLink, MqttPublish, MqttPublished } from "../ports.ts";
import { createWindow } from "./window.ts";

/** Stats and acks that wait for a broker which allows hardly anything; the courier keeps to its slots. */
const WAITING_MAX = 64;
/** An answer that took this long tells that the road was dead for a while. */
const LATE_ANSWER_MS = 1_000;
/** What comes within this time of a late answer came with it. */
const TOGETHER_MS = 500;
/** Weight of a new round trip in the smoothed one. */
const ROUND_TRIP_WEIGHT = 1 / 8;

const CLOSED: MqttPublished = { outcome: "closed" };

export interface Flight {
  /** A QoS 1 publish. Never rejects. */
  publish(message: MqttPublish): Promise<MqttPublished>;
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
  const waiting: Waiting[] = [];
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
    if (waiting.length > 0) release(published);
    if (inFlight === 0) onEmpty?.();
    return published;
  }

  function release(published: MqttPublished): void {
    if (published.outcome === "closed") for (const { resolve } of waiting.splice(0)) resolve(CLOSED);
    const next = waiting.shift();
    if (next !== undefined) void send(next.message).then(next.resolve);
  }

  function send(message: MqttPublish): Promise<MqttPublished> {
    const sentMs = clock.monotonicMs();
    window.sent(sentMs, inFlight);
    inFlight += 1;
    return link.publish(message).then((published) => answered(published, sentMs));
  }

  return {
    publish: (message) => {
      if (inFlight < receiveMaximum) return send(message);
      if (waiting.length >= WAITING_MAX) return Promise.resolve(CLOSED);
      return new Promise((resolve) => waiting.push({ message, resolve }));
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
