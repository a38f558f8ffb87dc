/**
 * txpk_ack: what a packet forwarder says of a txpk it was given.
 *
 * Pure. The reference forwarder speaks when it has accepted the packet into its queue, Kerlink's when it transmits.
 * What the answer means to the core is decided in agent/downlink/.
 *
 *   no JSON, {"txpk_ack":{}}, error or warn "" or "NONE"       accepted
 *   {"txpk_ack":{"warn":"TX_POWER","value":20}}                accepted, with another power (Kerlink: "power")
 *   {"txpk_ack":{"error":"TOO_LATE"}}                          refused
 *
 * Source: sx1302_hal, PROTOCOL.md, section 5; Kerlink's spelling: lorafwd's report_tx_power.
 */
import { type FieldsFault, fieldsOf, numberOf, readFields } from "./fields.ts";
import type { Read } from "./read.ts";

export type TxAck =
  | { readonly outcome: "accepted" }
  /** Will be transmitted, but not as asked: powerDbm instead of the power asked for, where it was said. */
  | { readonly outcome: "warn"; readonly warn: string; readonly powerDbm: number | undefined }
  /** As the forwarder spelt it. */
  | { readonly outcome: "error"; readonly error: string };

/** Never to be taken for an acceptance. */
export type TxAckFault = FieldsFault | "noTxpkAck";

/** Longer ones are cut: they go to logs. */
export const TX_ACK_WORD_CHARS_MAX = 64;

/** @param text the body of a TX_ACK; empty or nothing but blanks and NUL: accepted. */
export function readTxAck(text: string): Read<TxAck, TxAckFault> {
  if (isBlank(text)) return { ok: true, value: { outcome: "accepted" } };
  const object = readFields(text);
  if (!object.ok) return object;
  const fields = fieldsOf(object.value.txpk_ack);
  if (fields === undefined) return { ok: false, fault: "noTxpkAck" };

  const error = wordOf(fields.error);
  if (error !== undefined) return { ok: true, value: { outcome: "error", error } };
  const warn = wordOf(fields.warn);
  if (warn === undefined) return { ok: true, value: { outcome: "accepted" } };
  const powerDbm = numberOf(fields.value) ?? numberOf(fields.power);
  return { ok: true, value: { outcome: "warn", warn, powerDbm } };
}

/** The body of a TX_ACK as the reference forwarder writes it (the simulator's side). */
export function writeTxAckBody(ack: TxAck): string {
  switch (ack.outcome) {
    case "accepted":
      return "";
    case "warn":
      return JSON.stringify({ txpk_ack: { warn: ack.warn, value: ack.powerDbm } });
    case "error":
      return JSON.stringify({ txpk_ack: { error: ack.error } });
  }
}

/** undefined: nothing is said. What is no string is still something. */
function wordOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const word = typeof value === "string" ? value : JSON.stringify(value);
  return word.toUpperCase() === "NONE" ? undefined : word.slice(0, TX_ACK_WORD_CHARS_MAX);
}

function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x00 && code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false;
  }
  return true;
}
