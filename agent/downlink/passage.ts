/**
 * The passage: a txpk that a core wrote itself (agent/north/gwmp.ts) goes to the forwarder as it is, unknown fields
 * and all, or does not go; and what the forwarder says of it goes back as it is.
 *
 * The promise: nothing stale reaches the radio, and the core hears no word that the forwarder did not say, but for
 * refusals made here. Where the forwarder says nothing (a txpk it cannot read, a lost TX_ACK, protocol 1) nothing is
 * said to the core either, as if it stood there itself. There is one txpk to a request, so nothing else is tried.
 *
 * Refusals have the field's spelling. What it has no word for (no right to transmit, duty cycle, no forwarder) is
 * UNKNOWN, as the reference forwarder says of all that it has no word for.
 *
 * When a tmst is fresh: live-uplinks.ts. Duty cycle: duty-cycle.ts; of a txpk whose airtime cannot be reckoned
 * (another modulation, a field missing) nothing is charged, and it is refused where the duty cycle is enforced.
 *
 * Source: sx1302_hal packet_forwarder, lora_pkt_fwd.c, thread_down and send_tx_ack.
 */
import type { Settings } from "../config/settings.ts";
import type { Counters } from "../health/counters.ts";
import { airtimeUs } from "../lorawan/airtime.ts";
import type { Read } from "../lorawan/read.ts";
import { readTxAck, writeTxAckBody } from "../lorawan/tx-ack.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import { readTxMoment, readTxpk, type TxMoment, type Txpk } from "../lorawan/txpk.ts";
import type { TxpkRequest } from "../north/core.ts";
import type { Clock, Log } from "../ports.ts";
import type { Charge, DutyCycle } from "./duty-cycle.ts";
import { type DownlinkMoment, judgeGpsTime } from "./freshness.ts";
import type { DownlinkOnlooker } from "./onlooker.ts";
import { PENDING_PER_GATEWAY_MAX, type Pending, type Waiting } from "./pending.ts";
import type { Refusal } from "./transmission.ts";
import { txAckWaitMs } from "./tx-ack-wait.ts";
import type { TxCounts } from "./tx-statistics.ts";
import { statusOfTxError } from "./tx-status.ts";

export interface PassageParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Pick<Counters, "count">;
  readonly settings: () => Pick<Settings, "downlink" | "forwarder">;
  readonly coreMayTransmit: (coreId: string) => boolean;
  readonly currentSession: (gatewayEui: string, board: number) => number | undefined;
  readonly send: (gatewayEui: string, token: number, json: string) => boolean;
  readonly hasTxAck: (gatewayEui: string) => boolean;
  readonly now: () => DownlinkMoment;
  readonly pending: Pending<Waiting>;
  readonly dutyCycle: DutyCycle;
  readonly counts: TxCounts;
  readonly isClosed: () => boolean;
  readonly onlooker?: DownlinkOnlooker | undefined;
}

/** When it will be on air, and what of it could be read. */
interface Ready {
  readonly at: TxMoment;
  readonly onAirMonotonicMs: number | undefined;
  /** undefined: its airtime cannot be reckoned. */
  readonly txpk: Txpk | undefined;
}

export function createPassage(parts: PassageParts): (request: TxpkRequest) => void {
  const { clock, counters, counts, dutyCycle, pending, onlooker } = parts;

  const refuse = (request: TxpkRequest, { status, reason }: Refusal): void => {
    counters.count("downlinkItemRefused", reason);
    counts.answered(request.gatewayEui, [status]);
    if (onlooker?.hasListeners) onlooker.answered(request, { statuses: [status], reason });
    request.reply(writeTxAckBody({ outcome: "error", error: wordOf(status) }));
  };

  const judge = (request: TxpkRequest, at: TxMoment, now: DownlinkMoment): Read<Ready, Refusal> => {
    const { gatewayEui, json } = request;
    const read = readTxpk(json);
    const txpk = read.ok ? read.value : undefined;
    if (at.kind === "immediately")
      return { ok: true, value: { at, txpk, onAirMonotonicMs: now.monotonicMs } };
    if (at.kind === "tmms") {
      const judged = judgeGpsTime(at.tmmsMs, now);
      if (!judged.ok) return { ok: false, fault: judged };
      return { ok: true, value: { at, txpk, onAirMonotonicMs: judged.onAirMonotonicMs } };
    }
    const session = (board: number): number | undefined => parts.currentSession(gatewayEui, board);
    const answered = request.uplinks.judge(at.tmstUs, now.monotonicMs, session);
    if (!answered.ok) return { ok: false, fault: { status: "TOO_LATE", reason: answered.fault } };
    return { ok: true, value: { at, txpk, onAirMonotonicMs: answered.value } };
  };

  const transmit = (request: TxpkRequest, ready: Ready, nowMs: number): void => {
    const { gatewayEui, json } = request;
    const charge = chargeOf(gatewayEui, ready, nowMs);
    const waiting: Waiting = {
      timer: undefined,
      answered: (text) => answered(request, ready.txpk, charge, text),
      // What the forwarder did not say is not said for it.
      failed: (reason) => {
        counters.count("downlinkUnconfirmed", reason);
        if (onlooker?.hasListeners) onlooker.answered(request, { statuses: [], reason });
      },
    };
    const token = pending.add(gatewayEui, waiting);
    const giveUp = (reason: string): void => pending.take(gatewayEui, token)?.failed(reason);
    const confirms = parts.hasTxAck(gatewayEui);
    if (confirms) waiting.timer = clock.after(txAckWaitMs(ready, nowMs), () => giveUp("txAckMissing"));
    if (!parts.send(gatewayEui, token, json)) {
      waiting.timer?.cancel();
      pending.take(gatewayEui, token);
      charge?.refund();
      refuse(request, { status: "INTERNAL_ERROR", reason: "noForwarder" });
      return;
    }
    if (onlooker?.hasListeners) tellSent(request, ready);
    if (!confirms) giveUp("protocolWithoutTxAck");
  };

  const chargeOf = (gatewayEui: string, ready: Ready, nowMs: number): Charge | undefined => {
    const { txpk, onAirMonotonicMs = nowMs } = ready;
    if (txpk === undefined) {
      counters.count("downlinkNotAccounted");
      return undefined;
    }
    return dutyCycle.charge(gatewayEui, txpk.frequencyHz, airtimeOf(txpk), nowMs, onAirMonotonicMs);
  };

  const answered = (
    request: TxpkRequest,
    txpk: Txpk | undefined,
    charge: Charge | undefined,
    text: string,
  ): void => {
    const { gatewayEui } = request;
    const read = readTxAck(text);
    const error = read.ok && read.value.outcome === "error" ? read.value.error : undefined;
    const isSent =
      error === undefined || (error === "TX_POWER" && parts.settings().forwarder.txPowerErrorMeansSent);
    if (isSent) {
      counters.count("downlinkAccepted");
      if (txpk !== undefined) counts.emitted(gatewayEui, txpk.frequencyHz, txpk.modulation);
      counts.answered(gatewayEui, ["OK"]);
    } else {
      const status = statusOfTxError(error);
      counters.count("downlinkRefusedByForwarder", status);
      counts.answered(gatewayEui, [status]);
      charge?.refund();
    }
    if (onlooker?.hasListeners) {
      const warned = read.ok && read.value.outcome === "warn" ? read.value.powerDbm : undefined;
      const statuses = [isSent ? ("OK" as const) : statusOfTxError(error)];
      onlooker.answered(request, { statuses, powerDbm: warned, reason: error });
    }
    request.reply(text);
  };

  const tellSent = (request: TxpkRequest, { at, onAirMonotonicMs, txpk }: Ready): void =>
    onlooker?.sent(
      request,
      { at, onAirMonotonicMs },
      txpk === undefined ? undefined : { ...txpk, sizeOctets: txpk.payload.length },
    );

  return (request) => {
    const { gatewayEui, json } = request;
    const moment = readTxMoment(json);
    // A forwarder drops it without a word; so must who stands in its place.
    if (!moment.ok) return counters.count("commandIgnored", moment.fault);
    counts.received(gatewayEui);
    if (onlooker?.hasListeners) onlooker.commanded(request, []);
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(request, refusal);
    if (moment.value === undefined) return refuse(request, { status: "TOO_LATE", reason: "noTiming" });
    const now = parts.now();
    const ready = judge(request, moment.value, now);
    if (!ready.ok) return refuse(request, ready.fault);
    if (parts.settings().downlink.enforceDutyCycle && !fits(gatewayEui, ready.value.txpk, now.monotonicMs))
      return refuse(request, { status: "DUTY_CYCLE_OVERFLOW", reason: "dutyCycle" });
    transmit(request, ready.value, now.monotonicMs);
  };

  function refusalOf({ coreId, gatewayEui }: TxpkRequest): Refusal | undefined {
    if (parts.isClosed()) return { status: "INTERNAL_ERROR", reason: "closed" };
    if (!parts.coreMayTransmit(coreId)) return { status: "INTERNAL_ERROR", reason: "coreMayNotTransmit" };
    if (pending.size(gatewayEui) >= PENDING_PER_GATEWAY_MAX)
      return { status: "QUEUE_FULL", reason: "tooManyPending" };
    return undefined;
  }

  function fits(gatewayEui: string, txpk: Txpk | undefined, nowMs: number): boolean {
    if (txpk === undefined) return false;
    return dutyCycle.allows(gatewayEui, txpk.frequencyHz, airtimeOf(txpk), nowMs);
  }
}

function airtimeOf({ modulation, payload, noCrc, preamble }: Txpk): number {
  return airtimeUs(modulation, payload.length, { noCrc, preamble });
}

function wordOf(status: TxStatus): string {
  return status === "TOO_LATE" || status === "TOO_EARLY" ? status : "UNKNOWN";
}
