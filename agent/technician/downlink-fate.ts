/** What the forwarder's word on a downlink is worth. That of an uplink: fate.ts. Pure. */

import type { TextKey } from "../text/text.ts";

/** Nobody knows whether it was sent: no answer came, or none that can be read. */
export type Doubt = "unanswered" | "unreadable";

const DOUBTS: Readonly<Record<string, Doubt | undefined>> = {
  txAckMissing: "unanswered",
  protocolWithoutTxAck: "unanswered",
  gatewayGone: "unanswered",
  txAckUnreadable: "unreadable",
};

/** @param reason why the frame is not known to be sent (downlink/downlinks.ts). */
export function doubtOf(reason: string | undefined): Doubt | undefined {
  return reason === undefined || !Object.hasOwn(DOUBTS, reason) ? undefined : DOUBTS[reason];
}

/** Why it was not sent, in words: by the forwarder's word or the agent's own, which have no case in common. */
const REFUSALS: Readonly<Record<string, TextKey | undefined>> = {
  TOO_LATE: "refusal.tooLate",
  TOO_EARLY: "refusal.tooEarly",
  COLLISION_PACKET: "refusal.collisionPacket",
  COLLISION_BEACON: "refusal.collisionBeacon",
  TX_FREQ: "refusal.frequency",
  frequency: "refusal.frequency",
  TX_POWER: "refusal.power",
  power: "refusal.power",
  GPS_UNLOCKED: "refusal.gpsUnlocked",
  QUEUE_FULL: "refusal.queueFull",
  tooManyPending: "refusal.queueFull",
  DUTY_CYCLE_OVERFLOW: "refusal.dutyCycle",
  dutyCycle: "refusal.dutyCycle",
  SEND_LBT: "refusal.channelBusy",
  noForwarder: "refusal.noForwarder",
  coreMayNotTransmit: "refusal.mayNotTransmit",
  closed: "refusal.closed",
};

/** @param word of a forwarder or of ours. @returns undefined where we have no words for it. */
export function refusalOf(word: string | undefined): TextKey | undefined {
  return word === undefined || !Object.hasOwn(REFUSALS, word) ? undefined : REFUSALS[word];
}

/** Forwarders spell their errors in capitals, and the agent its own reasons not. */
export function isForwarderWord(word: string): boolean {
  return word === word.toUpperCase();
}

/** The reason is the forwarder's own word where the status is only the nearest one of the core's. */
export function withReason(statuses: string, reason: string | undefined): string {
  const isSaid = reason === undefined || statuses.split(", ").includes(reason);
  return isSaid ? statuses : `${statuses} (${reason})`;
}
