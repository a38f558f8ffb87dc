/**
 * What is answered to a command, on `[prefix/]edge/<eui>/reply/<name>`: JSON, never retained, and soon forgotten by the
 * broker. Its JSON Schema: commands.schema.json.
 *
 *   { "id": "…", "command": "journal-stats", "outcome": "done", "result": { … }, "gateway": { … } }
 *
 * Pure.
 */
import type { CommandName } from "./catalogue.ts";
import type { Now } from "./lifetime.ts";

/** One message: a minute of a slow modem. */
export const REPLY_OCTETS_MAX = 32 * 1024;
/** Nobody waits longer. */
export const REPLY_LIFE_MS = 10 * 60_000;

/**
 * done: what was asked has been. accepted: it has begun, and another reply with this id follows. refused: nothing was
 * done. failed: it was tried.
 */
export type Outcome = "done" | "accepted" | "refused" | "failed";

/** What a handler gives back. */
export interface Answer {
  readonly outcome: Outcome;
  /** Why it was refused or failed: a word that scripts may rely on. */
  readonly reason?: string | undefined;
  /** The same for a person, in English. */
  readonly detail?: string | undefined;
  readonly result?: unknown;
}

export interface Reply extends Answer {
  readonly id: string;
  readonly command: CommandName | string;
  /** Of several, from 1. */
  readonly part?: number;
  /** No part follows. */
  readonly last?: boolean;
}

export const done = (result: unknown): Answer => ({ outcome: "done", result });
export const refused = (reason: string, detail?: string): Answer => ({ outcome: "refused", reason, detail });
export const failed = (reason: string, detail?: string): Answer => ({ outcome: "failed", reason, detail });

/** @returns the octets; a result that is too long is replaced by a failure that says so. */
export function writeReply(reply: Reply, now: Now): Buffer {
  const { wallMs, monotonicMs, kernelBootId, clockState } = now;
  const gateway = {
    ...(clockState === "unsynchronised" ? {} : { at: new Date(wallMs).toISOString() }),
    clock: clockState,
    bootId: kernelBootId,
    uptimeS: Math.floor(monotonicMs / 1e3),
  };
  const octets = Buffer.from(JSON.stringify({ ...reply, gateway }));
  if (octets.length <= REPLY_OCTETS_MAX) return octets;
  const { id, command } = reply;
  return Buffer.from(JSON.stringify({ id, command, ...failed("replyTooLong"), gateway }));
}
