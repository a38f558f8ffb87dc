/**
 * Load for the agent, or for the floor in its place: what the generator is asked, and what it measures.
 *
 * The generator is a process of its own (load-process.ts), so that what the agent costs is the agent's alone.
 */
import { type Helper, startHelper } from "./children.ts";

/** Frames at a steady pace, whatever becomes of them; or as many as are acknowledged, so many unanswered at once. */
export type Load = {
  readonly port: number;
  readonly durationMs: number;
  /** Each frame another DevAddr, as noise has it; else those of five hundred meters. */
  readonly randomAddresses?: true;
} & (
  | { readonly kind: "paced"; readonly perSecond: number }
  | { readonly kind: "windowed"; readonly unansweredMax: number }
);

export interface Measured {
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledged within durationMs, by the second. */
  readonly perSecond: number;
  /** From PUSH_DATA to its PUSH_ACK. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The text of one rxpk, the last one. */
  readonly rxpkOctets: number;
}

export type Generator = Helper<Load, Measured>;

export function startGenerator(): Generator {
  return startHelper(new URL("load-process.ts", import.meta.url));
}
