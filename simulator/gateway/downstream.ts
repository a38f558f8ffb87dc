/**
 * A forwarder's road down: PULL_DATA keeps it open, PULL_RESP come on it, TX_ACK answers them.
 *
 * What a txpk asks for is read in txpk-request.ts, whether it can be sent is decided in transmitter.ts. A txpk that
 * cannot be read is dropped without a word.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_down and send_tx_ack; what differs from it
 * elsewhere is in manner.ts.
 */
import { readDownward, type Token, writePullData, writeTxAck } from "../../agent/lorawan/gwmp.ts";
import { type TxAck, writeTxAckBody } from "../../agent/lorawan/tx-ack.ts";
import type { Clock, RngStream, Timer } from "../../agent/ports.ts";
import type { GatewayEventSink } from "./gateway-event.ts";
import type { Manner } from "./manner.ts";
import type { Counts } from "./statistics.ts";
import { drawToken, numberOfToken } from "./token.ts";
import type { Transmitter, TxRefusal } from "./transmitter.ts";
import type { NotEmittedReason, TxOrder } from "./tx-chain.ts";
import { readTxRequest, type TxAbilities } from "./txpk-request.ts";

export interface DownstreamParts {
  readonly eui: string;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly manner: Manner;
  readonly counts: Counts;
  readonly emit: GatewayEventSink;
  readonly abilities: () => TxAbilities;
  readonly submit: Transmitter["submit"];
  /** @returns false while there is no socket; nothing is sent then. */
  readonly send: (bytes: Buffer) => boolean;
  readonly onAnswered: () => void;
  readonly onTimeout: () => void;
}

export interface Downstream {
  onDatagram(bytes: Buffer): void;
  onEmitted(order: TxOrder): void;
  onNotEmitted(order: TxOrder, reason: NotEmittedReason): void;
  /** Sends a PULL_DATA now, and from now on. */
  start(): void;
  stop(): void;
}

export function createDownstream(parts: DownstreamParts): Downstream {
  const { eui, clock, manner, counts, emit } = parts;
  let keepaliveTimer: Timer | undefined;
  let waitTimer: Timer | undefined;
  let pulled: Token | undefined;

  const pull = (): void => {
    pulled = drawToken(parts.chance);
    parts.send(writePullData(2, pulled, eui));
    waitTimer?.cancel();
    waitTimer = clock.after(manner.ackWaitMs, parts.onTimeout);
    keepaliveTimer = clock.after(manner.keepaliveMs, pull);
  };

  const onPullAck = (token: Token): void => {
    if (!pulled || numberOfToken(token) !== numberOfToken(pulled)) return;
    waitTimer?.cancel();
    parts.onAnswered();
  };

  const onPullResp = (token: Token, body: string): void => {
    const number = numberOfToken(token);
    const request = readTxRequest(body, parts.abilities());
    if (!request.ok) {
      if (request.fault === "gpsUnlocked") refuse(number, "GPS_UNLOCKED");
      else emit({ kind: "downlinkIgnored", eui, token: number, fault: request.fault });
      return;
    }
    counts.dwnb++;
    const order = parts.submit(number, request.value);
    if (!order.ok) {
      refuse(number, order.fault);
      return;
    }
    const { tmst, startUs, powerDbm, powerExact } = order.value;
    const warnPowerDbm = powerExact ? undefined : powerDbm;
    emit({ kind: "downlinkAccepted", eui, token: number, tmst, startUs, warnPowerDbm });
    if (manner.txAckAt === "acceptance") accept(order.value);
  };

  const refuse = (token: number, error: TxRefusal): void => {
    emit({ kind: "downlinkRefused", eui, token, error });
    answer(token, { outcome: "error", error });
  };

  const accept = ({ token, powerDbm, powerExact }: TxOrder): void => {
    answer(token, powerExact ? { outcome: "accepted" } : otherPower(powerDbm));
  };

  const otherPower = (powerDbm: number): TxAck =>
    manner.otherPowerIs === "error"
      ? { outcome: "error", error: "TX_POWER" }
      : { outcome: "warn", warn: "TX_POWER", powerDbm };

  const answer = (token: number, ack: TxAck): void => {
    const body = writeTxAckBody(ack);
    const nul = body === "" && manner.emptyTxAckEndsInNul ? "\0" : "";
    parts.send(writeTxAck(2, [token >> 8, token & 0xff], eui, body + nul));
  };

  return {
    onDatagram: (bytes) => {
      const read = readDownward(bytes.subarray(0, manner.pullRespOctetsMax));
      if (!read.ok || read.value.version !== 2) return;
      if (read.value.kind === "pullAck") onPullAck(read.value.token);
      if (read.value.kind === "pullResp") onPullResp(read.value.token, read.value.body);
    },
    onEmitted: (order) => {
      counts.txnb++;
      const { token, tmst, startUs, airtimeUs, powerDbm, request } = order;
      const { phyPayload, frequencyHz } = request;
      emit({
        kind: "emitted",
        eui,
        token,
        phyPayload,
        tmst,
        startUs,
        airtimeUs,
        frequencyHz,
        powerDbm,
      });
      if (manner.txAckAt === "transmission") accept(order);
    },
    onNotEmitted: ({ token }, reason) => emit({ kind: "notEmitted", eui, token, reason }),
    start: pull,
    stop: () => {
      keepaliveTimer?.cancel();
      waitTimer?.cancel();
      pulled = undefined;
    },
  };
}
