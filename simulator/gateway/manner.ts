/**
 * How packet forwarders behave, as data: what differs between them that a server can notice.
 *
 * The code switches on these names, never on who made the forwarder. Another manner is one of these with some values
 * changed: `{ ...KERLINK, keeps: { ...KERLINK.keeps, marksDelayed: false } }`.
 *
 * Sources: sx1302_hal V2.1.0, packet_forwarder (PROTOCOL.md, lora_pkt_fwd.c); Kerlink wiki, lora:cpf, and the
 * commented lorafwd.toml; captures in helium/semtech-udp and chirpstack-gateway-bridge.
 */

/** Sends each frame once: what is not acknowledged is gone. Frames wait in the concentrator while a PUSH_ACK is. */
export interface KeepsNothing {
  readonly kind: "nothing";
  readonly fifoFramesMax: number;
  readonly datagramFramesMax: number;
}

/** Keeps each frame until it is acknowledged; at framesMax the newest takes the place of the oldest. */
export interface KeepsStore {
  readonly kind: "store";
  readonly framesMax: number;
  /** One PUSH_DATA carries as many as fit. */
  readonly datagramOctetsMax: number;
  /** Between one fetch from the store and the next. */
  readonly cooldownMs: number;
  /** Whether frames that were held back or sent before say `"delayed":true`. */
  readonly marksDelayed: boolean;
}

export interface Manner {
  /** How often the concentrator is asked for frames. */
  readonly fetchMs: number;
  readonly keeps: KeepsNothing | KeepsStore;
  /** How long a PUSH_ACK (and, where sockets restart, a PULL_ACK) is waited for; nothing is pushed meanwhile. */
  readonly ackWaitMs: number;
  /** The wait is that many reads of the socket, and any datagram ends one of them; undefined: others do not matter. */
  readonly ackWaitReads: number | undefined;
  /** After so many unanswered datagrams in a row both sockets are bound anew, to other ports; undefined: never. */
  readonly socketRestartAfterTimeouts: number | undefined;
  readonly keepaliveMs: number;
  readonly statMs: number;
  /** stat.ackr of a period in which nothing was sent. */
  readonly ackrOfNothing: 0 | null;
  /** What stat has beside the usual fields. */
  readonly statExtras: readonly ("temp" | "boot" | "ping")[];
  /** A PULL_RESP is cut behind these octets. */
  readonly pullRespOctetsMax: number;
  /** When a downlink that was taken is said to be. Refusals are always said at once. */
  readonly txAckAt: "acceptance" | "transmission";
  /** How a power is answered that could not be set, although the downlink is sent. */
  readonly otherPowerIs: "warn" | "error";
  /** A TX_ACK without JSON ends in one octet 00. */
  readonly emptyTxAckEndsInNul: boolean;
}

export const REFERENCE: Manner & { readonly keeps: KeepsNothing } = {
  fetchMs: 10,
  keeps: { kind: "nothing", fifoFramesMax: 255, datagramFramesMax: 8 },
  ackWaitMs: 100,
  ackWaitReads: 2,
  socketRestartAfterTimeouts: undefined,
  keepaliveMs: 5_000,
  statMs: 30_000,
  ackrOfNothing: 0,
  statExtras: ["temp"],
  pullRespOctetsMax: 999,
  txAckAt: "acceptance",
  otherPowerIs: "warn",
  emptyTxAckEndsInNul: false,
};

export const KERLINK: Manner & { readonly keeps: KeepsStore } = {
  fetchMs: 10,
  keeps: { kind: "store", framesMax: 200, datagramOctetsMax: 20_000, cooldownMs: 100, marksDelayed: true },
  ackWaitMs: 3_000,
  ackWaitReads: undefined,
  socketRestartAfterTimeouts: 10,
  keepaliveMs: 10_000,
  statMs: 30_000,
  ackrOfNothing: null,
  statExtras: ["boot", "ping"],
  pullRespOctetsMax: 65_507,
  txAckAt: "transmission",
  otherPowerIs: "error",
  emptyTxAckEndsInNul: true,
};

/** By the names scenarios call them. */
export const MANNERS = { reference: REFERENCE, kerlink: KERLINK } as const;
