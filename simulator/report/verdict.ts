/**
 * What the ledger's figures are worth: the rule by which a run is good, and by which the demo ends with 0 or 1.
 *
 * Pure. The figures themselves are in simulator/ledger.ts, their words in words.ts.
 */
import type { LedgerDocument } from "../ledger.ts";

export type Trouble =
  /** A meter never got into a session. */
  | "notAllJoined"
  /** A gateway heard it, its agent was running, and the core never saw it. */
  | "lost"
  /** Nothing ever waited in an agent: the run proved nothing. */
  | "nothingBuffered"
  /** More than the share below were refused by counter although the outage was not common to all gateways. */
  | "overtaken";

/** Of the uplinks heard. */
export const OVERTAKEN_SHARE_MAX = 0.01;

/** @param overtakenOutside uplinks overtaken outside the outages that all gateways had in common. @returns none: good. */
export function troublesOf(document: LedgerDocument, overtakenOutside: number): Trouble[] {
  const troubles: Trouble[] = [];
  if (document.joined < document.meters) troubles.push("notAllJoined");
  if (document.lost > 0) troubles.push("lost");
  if (document.bufferedPeak === 0) troubles.push("nothingBuffered");
  if (overtakenOutside > OVERTAKEN_SHARE_MAX * document.uplinksHeard) troubles.push("overtaken");
  return troubles;
}
