/**
 * The road back: a core's command becomes a PULL_RESP in time, or an honest failure.
 *
 * The promise: every command is answered exactly once, with one status per item. OK is only ever what the
 * forwarder said; at most one item of a command is transmitted; nothing stale reaches the radio.
 *
 * Items are tried in order, each judged at the moment it would be sent. A refusal tries the next. Where nobody can
 * say whether an item is on air (no TX_ACK within its time, an unreadable one, a forwarder of protocol 1, which
 * has none) the command ends, since the next item could be a second transmission. A core that reads only the last
 * status (ChirpStack does) must not read IGNORED there, so what follows such an end is INTERNAL_ERROR too; IGNORED
 * stands only behind an OK.
 *
 * Freshness is judged in freshness.ts, the txpk made in transmission.ts, duty cycle accounted in duty-cycle.ts;
 * the sockets and where a gateway's PULL_DATA came from are in agent/south/.
 */
import type { Settings } from "../config/settings.ts";
import type { Counters } from "../health/counters.ts";
import type { Transmissions } from "../health/records/transmissions.ts";
import { readTxAck } from "../lorawan/tx-ack.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import type { DownlinkAck, DownlinkCommand, DownlinkItem, TxpkRequest } from "../north/core.ts";
import type { Clock, Log, Rng } from "../ports.ts";
import { type Charge, createDutyCycle, type SubBandLoad } from "./duty-cycle.ts";
import type { DownlinkMoment } from "./freshness.ts";
import type { DownlinkOnlooker } from "./onlooker.ts";
import { createPassage } from "./passage.ts";
import { createPending, PENDING_PER_GATEWAY_MAX, type Waiting } from "./pending.ts";
import { prepare, type Refusal, type Transmission } from "./transmission.ts";
import { txAckWaitMs } from "./tx-ack-wait.ts";
import { createTxCounts, type TxStatistics } from "./tx-statistics.ts";
import { statusOfTxError } from "./tx-status.ts";

export { PENDING_PER_GATEWAY_MAX } from "./pending.ts";
export { TX_ACK_UNKNOWN_MS } from "./tx-ack-wait.ts";

/** A core sends two (RX1, RX2); a command with more than this is no answer to anything. */
export const ITEMS_MAX = 16;

export interface DownlinksParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly counters: Pick<Counters, "count">;
  /** Asked at each use, so that a reload counts at once. */
  readonly settings: () => Pick<Settings, "downlink" | "forwarder">;
  readonly coreMayTransmit: (coreId: string) => boolean;
  /** The running concentrator session; undefined while no live frame has told it. */
  readonly currentSession: (gatewayEui: string, board: number) => number | undefined;
  /** GPS time in milliseconds; undefined while the wall clock is not to be trusted. */
  readonly gpsNowMs: () => number | undefined;
  /** GPS time in milliseconds before which nothing can lie ahead: that of this program's making. */
  readonly gpsFloorMs: number;
  /**
   * Sends a PULL_RESP to where the gateway's newest PULL_DATA came from.
   * @param token 0..65535; the same number comes back through txAck().
   * @returns false when no PULL_DATA of this gateway is known.
   */
  readonly send: (gatewayEui: string, token: number, json: string) => boolean;
  /** Whether the gateway's forwarder speaks a protocol that has TX_ACK (2, not 1). */
  readonly hasTxAck: (gatewayEui: string) => boolean;
  readonly transmissions?: Transmissions | undefined;
  readonly onlooker?: DownlinkOnlooker | undefined;
}

export interface Downlinks {
  /** @param reply called once, perhaps before this returns. */
  command(command: DownlinkCommand, reply: (ack: DownlinkAck) => void): void;
  /** A core's own txpk, to be passed on as it is (passage.ts). */
  pass(request: TxpkRequest): void;
  /** @param text what followed the gateway EUI in the TX_ACK; empty when nothing did. */
  txAck(gatewayEui: string, token: number, text: string): void;
  /** What was transmitted since this was last called; one reader per gateway. */
  takeTxStatistics(gatewayEui: string): TxStatistics;
  dutyCycleLoads(gatewayEui: string): SubBandLoad[];
  /** As DutyCycle.allows, whether the settings enforce it or not. */
  allows(gatewayEui: string, frequencyHz: number, airtimeUs: number, nowMs: number): boolean;
  pendingOf(gatewayEui: string): number;
  /** The gateway is gone: what waits for its TX_ACK fails. */
  drop(gatewayEui: string): void;
  /** What waits fails, and so does every later command. */
  close(): void;
}

/** A command on its way; it stands at the item `statuses.length`. */
interface Job {
  readonly command: DownlinkCommand;
  readonly reply: (ack: DownlinkAck) => void;
  readonly statuses: TxStatus[];
  /** What the forwarder said of the power, and what the statuses have no word for: for who looks on. */
  powerDbm?: number | undefined;
  reason?: string;
}

/** An item that is with the forwarder. */
interface Attempt extends Waiting {
  readonly job: Job;
  readonly item: DownlinkItem;
  readonly charge: Charge;
}

export function createDownlinks(parts: DownlinksParts): Downlinks {
  const { clock, counters, onlooker } = parts;
  const log = parts.log.child({ part: "downlink" });
  const pending = createPending<Waiting>(parts.rng.stream("downlink-token"));
  const dutyCycle = createDutyCycle();
  const counts = createTxCounts(parts.transmissions);
  let closed = false;

  const now = (): DownlinkMoment => ({
    monotonicMs: clock.monotonicMs(),
    kernelBootId: clock.kernelBootId(),
    gpsMs: parts.gpsNowMs(),
    gpsFloorMs: parts.gpsFloorMs,
  });

  /** Answers; the items that were not reached get `rest`. */
  const finish = (job: Job, rest: TxStatus): void => {
    const { gatewayEui, downlinkId, items } = job.command;
    while (job.statuses.length < items.length) job.statuses.push(rest);
    counts.answered(gatewayEui, job.statuses);
    job.reply({ gatewayEui, downlinkId, statuses: job.statuses });
    if (onlooker?.hasListeners) onlooker.answered(job.command, job);
  };

  const accepted = ({ job, item }: Attempt): void => {
    counters.count("downlinkAccepted");
    counts.emitted(job.command.gatewayEui, item.frequencyHz, item.modulation);
    job.statuses.push("OK");
    finish(job, "IGNORED");
  };

  const unknowable = ({ job }: Attempt, reason: string): void => {
    counters.count("downlinkUnconfirmed", reason);
    job.reason = reason;
    finish(job, "INTERNAL_ERROR");
  };

  const answered = (attempt: Attempt, text: string): void => {
    const read = readTxAck(text);
    if (!read.ok) unknowable(attempt, "txAckUnreadable");
    else if (read.value.outcome === "error") refused(attempt, read.value.error);
    else {
      if (read.value.outcome === "warn") {
        counters.count("downlinkSentWithOtherPower");
        attempt.job.powerDbm = read.value.powerDbm;
      }
      accepted(attempt);
    }
  };

  /** Tries the items from where the job stands, until one is with the forwarder or none is left. */
  const tryItems = (job: Job): void => {
    const { items } = job.command;
    while (job.statuses.length < items.length) {
      const refusal = tryItem(job, items[job.statuses.length]!);
      if (refusal === undefined) return;
      counters.count("downlinkItemRefused", refusal.reason);
      job.reason = refusal.reason;
      job.statuses.push(refusal.status);
    }
    finish(job, "INTERNAL_ERROR");
  };

  /** @returns undefined when the item is with the forwarder. */
  const tryItem = (job: Job, item: DownlinkItem): Refusal | undefined => {
    const { command } = job;
    const { gatewayEui } = command;
    const moment = now();
    const prepared = prepare(item, command, moment, (board) => parts.currentSession(gatewayEui, board));
    if (!prepared.ok) return prepared.fault;
    const { airtimeUs } = prepared.value;
    const enforced = parts.settings().downlink.enforceDutyCycle;
    if (enforced && !dutyCycle.allows(gatewayEui, item.frequencyHz, airtimeUs, moment.monotonicMs)) {
      return { status: "DUTY_CYCLE_OVERFLOW", reason: "dutyCycle" };
    }
    const sent = transmit(job, item, prepared.value, moment.monotonicMs);
    return sent ? undefined : { status: "INTERNAL_ERROR", reason: "noForwarder" };
  };

  /** @returns false when there is no forwarder to send it to. */
  const transmit = (job: Job, item: DownlinkItem, transmission: Transmission, nowMs: number): boolean => {
    const { gatewayEui } = job.command;
    const { json, airtimeUs, onAirMonotonicMs } = transmission;
    const charge = dutyCycle.charge(
      gatewayEui,
      item.frequencyHz,
      airtimeUs,
      nowMs,
      onAirMonotonicMs ?? nowMs,
    );
    const attempt: Attempt = {
      job,
      item,
      charge,
      timer: undefined,
      answered: (text) => answered(attempt, text),
      failed: (reason) => unknowable(attempt, reason),
    };
    const token = pending.add(gatewayEui, attempt);
    const giveUp = (reason: string): void => {
      if (pending.take(gatewayEui, token)) unknowable(attempt, reason);
    };
    // Everything stands before sending, for the answer may come from within send().
    const confirms = parts.hasTxAck(gatewayEui);
    if (confirms) attempt.timer = clock.after(txAckWaitMs(transmission, nowMs), () => giveUp("txAckMissing"));
    if (!parts.send(gatewayEui, token, json)) {
      attempt.timer?.cancel();
      pending.take(gatewayEui, token);
      charge.refund();
      return false;
    }
    if (onlooker?.hasListeners)
      onlooker.sent(job.command, transmission, { ...item, sizeOctets: item.phyPayload.length });
    if (!confirms) giveUp("protocolWithoutTxAck");
    return true;
  };

  const refused = (attempt: Attempt, error: string): void => {
    const { gatewayEui, downlinkId } = attempt.job.command;
    if (error === "TX_POWER" && parts.settings().forwarder.txPowerErrorMeansSent) {
      counters.count("downlinkSentWithOtherPower");
      accepted(attempt);
      return;
    }
    const status = statusOfTxError(error);
    // Only the log still tells what INTERNAL_ERROR was; the word is bounded where it was read.
    if (status === "INTERNAL_ERROR") log.info({ gatewayEui, downlinkId, error }, "downlink refused");
    else log.debug({ gatewayEui, downlinkId, error }, "downlink refused");
    counters.count("downlinkRefusedByForwarder", status);
    attempt.charge.refund();
    attempt.job.reason = error;
    attempt.job.statuses.push(status);
    tryItems(attempt.job);
  };

  const fail = (all: readonly Waiting[], reason: string): void => {
    for (const waiting of all) {
      waiting.timer?.cancel();
      waiting.failed(reason);
    }
  };

  const pass = createPassage({ ...parts, log, now, pending, dutyCycle, counts, isClosed: () => closed });

  return {
    command: (command, reply) => {
      counts.received(command.gatewayEui);
      const job: Job = { command, reply, statuses: [] };
      if (onlooker?.hasListeners) onlooker.commanded(command, command.items);
      const refusal = refusalOf(command);
      if (refusal === undefined) return tryItems(job);
      counters.count("downlinkCommandRefused", refusal.reason);
      job.reason = refusal.reason;
      finish(job, refusal.status);
    },
    txAck: (gatewayEui, token, text) => {
      const waiting = pending.take(gatewayEui, token);
      if (waiting === undefined) return counters.count("txAckIgnored", "unknownToken");
      waiting.timer?.cancel();
      waiting.answered(text);
    },
    pass,
    takeTxStatistics: counts.take,
    dutyCycleLoads: (gatewayEui) => dutyCycle.loads(gatewayEui, clock.monotonicMs()),
    allows: dutyCycle.allows,
    pendingOf: pending.size,
    drop: (gatewayEui) => fail(pending.drain(gatewayEui), "gatewayGone"),
    close: () => {
      closed = true;
      fail(pending.drain(), "closed");
    },
  };

  function refusalOf(command: DownlinkCommand): Refusal | undefined {
    if (closed) return { status: "INTERNAL_ERROR", reason: "closed" };
    if (!parts.coreMayTransmit(command.coreId))
      return { status: "INTERNAL_ERROR", reason: "coreMayNotTransmit" };
    if (command.items.length === 0) return { status: "INTERNAL_ERROR", reason: "noItems" };
    if (command.items.length > ITEMS_MAX) return { status: "INTERNAL_ERROR", reason: "tooManyItems" };
    if (pending.size(command.gatewayEui) >= PENDING_PER_GATEWAY_MAX) {
      return { status: "QUEUE_FULL", reason: "tooManyPending" };
    }
    return undefined;
  }
}
