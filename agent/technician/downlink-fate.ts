/** What the forwarder's word on a downlink is worth. That of an uplink: fate.ts. Pure. */

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

/** The reason is the forwarder's own word where the status is only the nearest one of the core's. */
export function withReason(statuses: string, reason: string | undefined): string {
  const isSaid = reason === undefined || statuses.split(", ").includes(reason);
  return isSaid ? statuses : `${statuses} (${reason})`;
}
