/**
 * What a forwarder's refusal is called by the core: txpk_ack.error as the contract's TxAckStatus.
 *
 * Reading the TX_ACK's text is in agent/lorawan/tx-ack.ts; what follows from a refusal in downlinks.ts.
 *
 * Source: sx1302_hal packet_forwarder PROTOCOL.md 5.4 (and 1.4 of the older one, where TX_POWER was an error);
 * ChirpStack api/proto/gw/gw.proto, TxAckStatus.
 */
import type { TxStatus } from "../lorawan/tx-status.ts";

const STATUS_OF_ERROR: ReadonlyMap<string, TxStatus> = new Map([
  ["TOO_LATE", "TOO_LATE"],
  ["TOO_EARLY", "TOO_EARLY"],
  ["COLLISION_PACKET", "COLLISION_PACKET"],
  ["COLLISION_BEACON", "COLLISION_BEACON"],
  ["TX_FREQ", "TX_FREQ"],
  ["TX_POWER", "TX_POWER"],
  ["GPS_UNLOCKED", "GPS_UNLOCKED"],
]);

/** @returns INTERNAL_ERROR for whatever the contract has no word for (UNKNOWN, SEND_LBT, SEND_FAIL …). */
export function statusOfTxError(error: string): TxStatus {
  return STATUS_OF_ERROR.get(error) ?? "INTERNAL_ERROR";
}
