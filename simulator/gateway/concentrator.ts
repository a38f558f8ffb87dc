/**
 * A virtual concentrator: hears what is on air in its channels and stamps it with its own counter.
 *
 * What it sends is in transmitter.ts; who carries what it heard to a server, in upstream.ts. The counter starts with
 * the concentrator and again with each restart, as on the reference design, where a restart resets the chip.
 */
import { gpsMsFromUtcMs } from "../../agent/lorawan/gps-time.ts";
import type { Clock } from "../../agent/ports.ts";
import { type Listener, nowUs, type Reception } from "../air/air.ts";
import { type Counter, createCounter } from "./counter.ts";
import type { Gps } from "./gps.ts";
import { type RadioPlan, type RxChannel, rxChannelOf } from "./radio-plan.ts";
import { writeRxpk } from "./rxpk-text.ts";

/** A frame as this concentrator heard it. */
export interface HeardFrame {
  readonly phyPayload: Buffer;
  /** Count at the end of the frame. */
  readonly tmst: number;
  /** True time of the end of the frame. */
  readonly trueUs: number;
  /** The JSON text of its rxpk. */
  readonly rxpk: string;
}

export interface ConcentratorParts {
  /** The gateway's EUI; its name on air. */
  readonly name: string;
  readonly clock: Clock;
  readonly plan: RadioPlan;
  readonly driftPpm: number;
  readonly gps: Gps | undefined;
  readonly onHeard: (frame: HeardFrame) => void;
}

export interface Concentrator extends Listener {
  /** (Re)starts it: the counter is 0 now. */
  start(): void;
  /** It hears nothing any more. */
  stop(): void;
  readonly counter: Counter;
}

export function createConcentrator(parts: ConcentratorParts): Concentrator {
  const { clock, plan, gps } = parts;
  let listeningSinceUs = Number.POSITIVE_INFINITY;
  let counter = createCounter(nowUs(clock), parts.driftPpm);

  /** Whether a demodulator gets hold of it, and on which channel: of a frame whose beginning was missed, none does. */
  const demodulates = ({ transmission }: Reception): RxChannel | undefined =>
    transmission.startUs < listeningSinceUs ? undefined : rxChannelOf(plan, transmission);

  return {
    name: parts.name,
    get counter() {
      return counter;
    },
    start: () => {
      listeningSinceUs = nowUs(clock);
      counter = createCounter(listeningSinceUs, parts.driftPpm);
    },
    stop: () => {
      listeningSinceUs = Number.POSITIVE_INFINITY;
    },
    hear: (reception) => {
      const channel = demodulates(reception);
      if (channel === undefined) return;
      const { endUs } = reception;
      const tmst = counter.at(endUs);
      const stamp = gps?.locked() ? stampOf(gps.utcUsAt(endUs)) : undefined;
      const rxpk = writeRxpk({ reception, channel, tmst, stamp });
      parts.onHeard({ phyPayload: reception.transmission.phyPayload, tmst, trueUs: endUs, rxpk });
    },
  };
}

function stampOf(utcUs: number): { utcUs: number; tmmsMs: number } {
  return { utcUs, tmmsMs: gpsMsFromUtcMs(Math.floor(utcUs / 1_000)) };
}
