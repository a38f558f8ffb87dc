/**
 * One TX chain: programs what its just-in-time queue gives out, and hands it to the air for the moment it was
 * planned for, not for the one at which a timer ran.
 *
 * A downlink that was taken may still not go out, as on the real thing: one that is due while the chain is sending is
 * dropped, and one that is due before the last one has begun takes its place. The HAL looks every 10 ms; here it is
 * looked at the microsecond.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_jit; lgw_send of libloragw.
 */
import type { Clock, Timer } from "../../agent/ports.ts";
import { nowUs } from "../air/air.ts";
import type { Counter } from "./counter.ts";
import { createJitQueue, type JitQueue, PROGRAM_AHEAD_US } from "./jit-queue.ts";
import type { TxChain as Limits } from "./radio-plan.ts";
import type { TxRequest } from "./txpk-request.ts";

/** refusedByRadio: longer than the radio's 255 octets, or a bit rate it does not have. */
export type NotEmittedReason = "overwritten" | "busy" | "restarted" | "refusedByRadio";

/** A downlink that was taken. */
export interface TxOrder {
  /** Of the PULL_RESP. */
  readonly token: number;
  readonly request: TxRequest;
  readonly tmst: number;
  /** True time of the first preamble symbol. */
  readonly startUs: number;
  readonly airtimeUs: number;
  /** Conducted. */
  readonly powerDbm: number;
  /** Whether that is what was asked for. */
  readonly powerExact: boolean;
}

/** What a queued packet will be an order of; its count is the queue's to say. */
type WaitingOrder = Omit<TxOrder, "tmst" | "startUs">;

export interface TxChainParts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly counter: () => Counter;
  readonly onEmitted: (order: TxOrder) => void;
  readonly onNotEmitted: (order: TxOrder, reason: NotEmittedReason) => void;
}

export interface TxChain {
  readonly limits: Limits;
  /** Beacons wait in it without an order. */
  readonly queue: JitQueue<WaitingOrder | undefined>;
  orderOf(waiting: WaitingOrder, tmst: number): TxOrder;
  /** To be called when something was placed in the queue. */
  arm(): void;
  /** Forgets all that waits. */
  clear(): void;
}

const PAYLOAD_OCTETS_MAX = 255;
const FSK_BITRATE = { lowest: 500, highest: 250_000 };

export function createTxChain(parts: TxChainParts): TxChain {
  const { clock, counter } = parts;
  const queue = createJitQueue<WaitingOrder | undefined>();
  /** Programmed, not begun. */
  let scheduled: TxOrder | undefined;
  let sendingUntilUs = 0;
  let timer: Timer | undefined;

  const orderOf = (waiting: WaitingOrder, tmst: number): TxOrder => ({
    ...waiting,
    tmst,
    startUs: counter().trueUsOf(tmst, nowUs(clock)),
  });

  const arm = (): void => {
    timer?.cancel();
    timer = undefined;
    const now = nowUs(clock);
    const dueCountUs = queue.dueCountUs();
    const dueUs = dueCountUs === undefined ? Number.POSITIVE_INFINITY : counter().trueUsOf(dueCountUs, now);
    const nextUs = Math.min(dueUs, scheduled?.startUs ?? Number.POSITIVE_INFINITY);
    if (nextUs === Number.POSITIVE_INFINITY) return;
    // At least a microsecond: a drifting counter may still be one short when true time has arrived.
    timer = clock.after(Math.max(1, nextUs - now) / 1_000, wake);
  };

  const wake = (): void => {
    const now = nowUs(clock);
    for (;;) {
      const due = queue.takeDue(counter().at(now));
      if (due === undefined) break;
      if (due.packet) program(orderOf(due.packet, due.countUs));
    }
    beginUpTo(now);
    arm();
  };

  const program = (order: TxOrder): void => {
    const programmedUs = order.startUs - PROGRAM_AHEAD_US;
    beginUpTo(programmedUs);
    const busy = programmedUs < sendingUntilUs;
    if (busy || !radioTakes(order.request)) {
      parts.onNotEmitted(order, busy ? "busy" : "refusedByRadio");
      return;
    }
    if (scheduled) parts.onNotEmitted(scheduled, "overwritten");
    scheduled = order;
  };

  /** Begins what is scheduled, if its moment is not after this one. */
  const beginUpTo = (momentUs: number): void => {
    const order = scheduled;
    if (order === undefined || order.startUs > momentUs) return;
    scheduled = undefined;
    sendingUntilUs = order.startUs + order.airtimeUs;
    parts.onEmitted(order);
  };

  return {
    limits: parts.limits,
    queue,
    orderOf,
    arm,
    clear: () => {
      timer?.cancel();
      timer = undefined;
      if (scheduled) parts.onNotEmitted(scheduled, "restarted");
      scheduled = undefined;
      sendingUntilUs = 0;
      for (const { packet, countUs } of queue.drain()) {
        if (packet) parts.onNotEmitted(orderOf(packet, countUs), "restarted");
      }
    },
  };
}

function radioTakes({ modulation, phyPayload }: TxRequest): boolean {
  if (phyPayload.length > PAYLOAD_OCTETS_MAX) return false;
  if (modulation.kind === "lora") return true;
  return modulation.bitrate >= FSK_BITRATE.lowest && modulation.bitrate <= FSK_BITRATE.highest;
}
