/**
 * Tx-acks on their way to a ChirpStack core: kept over a short outage, sent when the road is back, given up when the core
 * has forgotten what they are about.
 *
 * A core that misses a positive ack takes the downlink for not sent: it uses its FCntDown again, which the device then
 * refuses, and sends the queue's item once more. It keeps what it has sent for 30 s; an ack that comes later finds
 * nothing. So acks wait in memory for so long at most, TX_ACKS_WAITING_MAX of them, the oldest given up first; nothing
 * of them is worth a flash write. One whose connection ended before its answer is sent again: twice says the same.
 *
 * Source: chirpstack, src/storage/downlink_frame.rs (SETEX 30), src/downlink/tx_ack.rs.
 */
import type { Clock } from "../ports.ts";
import type { Reported } from "./flight.ts";

/** From the moment the ack was made, which is at most some seconds after the core sent its command. */
export const TX_ACK_LIFE_MS = 30_000;
/** An ack and its place take some 300 octets. */
export const TX_ACKS_WAITING_MAX = 2_048;

export interface TxAcksParts {
  readonly clock: Clock;
  /** @param expiresInMs what is left of its life. @returns undefined while there is no connection. */
  readonly send: (payload: Uint8Array, expiresInMs: number) => Promise<Reported> | undefined;
  readonly count: (what: "expired" | "givenUp") => void;
}

export interface TxAcks {
  add(payload: Uint8Array): void;
  /** The connection is up. */
  connected(): void;
  readonly waiting: number;
}

interface Waiting {
  readonly payload: Uint8Array;
  readonly madeMs: number;
}

export function createTxAcks({ clock, send, count }: TxAcksParts): TxAcks {
  /** Not under way; the oldest first. */
  const waiting: Waiting[] = [];
  /** The queue of the connection is full: each answer makes room for one. */
  let isHeld = false;

  function pump(): void {
    while (waiting.length > 0 && !isHeld && sendFirst());
  }

  /** @returns false while there is no connection. */
  function sendFirst(): boolean {
    const ack = waiting[0]!;
    const leftMs = TX_ACK_LIFE_MS - (clock.monotonicMs() - ack.madeMs);
    const sent = leftMs > 0 ? send(ack.payload, leftMs) : "expired";
    if (sent === undefined) return false;
    waiting.shift();
    if (sent === "expired") count("expired");
    else void sent.then((reported) => answered(ack, reported));
    return true;
  }

  function answered(ack: Waiting, { outcome }: Reported): void {
    if (outcome !== "acknowledged") {
      isHeld ||= outcome === "queueFull";
      putBack(ack);
      return;
    }
    if (waiting.length === 0) isHeld = false;
    else if (isHeld) sendFirst();
  }

  /** Where it stood, among the others by age. */
  function putBack(ack: Waiting): void {
    const at = waiting.findIndex(({ madeMs }) => madeMs > ack.madeMs);
    waiting.splice(at < 0 ? waiting.length : at, 0, ack);
    if (waiting.length <= TX_ACKS_WAITING_MAX) return;
    waiting.shift();
    count("givenUp");
  }

  return {
    add: (payload) => {
      putBack({ payload, madeMs: clock.monotonicMs() });
      pump();
    },
    connected: () => {
      isHeld = false;
      pump();
    },
    get waiting() {
      return waiting.length;
    },
  };
}
