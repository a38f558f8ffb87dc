/**
 * What the doctor says: one check a line, in the order in which data flows, and the first that is broken.
 *
 * Ids are fixed, for they are read by programs. What is said to people is a text that is not yet in any language (Said);
 * show.ts speaks it. Which checks there are: table.ts; how they are judged: examine.ts.
 */
import type { Said } from "../../text/text.ts";

/**
 * ok: looked at, and right. warn: it works, and somebody should look at it. fail: frames or downlinks are lost by it, or
 * wait. unknown: it cannot be known from here, and `next` says why. skipped: an earlier check has failed, or there is
 * nothing to be looked at.
 */
export const VERDICTS = ["ok", "warn", "fail", "unknown", "skipped"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The stretches of the road, south to north; the settings come before them all, the box under them last. */
export const GROUPS = [
  "settings",
  "radio",
  "forwarder",
  "agent",
  "clock",
  "backhaul",
  "core",
  "box",
] as const;
export type Group = (typeof GROUPS)[number];

/** Figures and names that were seen, with the unit last in their names. */
export type Evidence = Readonly<Record<string, string | number | boolean>>;

export interface Check {
  /** kebab-case, such as "broker-tcp". */
  readonly id: string;
  /** Which of several: a core's id. */
  readonly subject?: string;
  readonly group: Group;
  readonly verdict: Verdict;
  /** What was found, in a sentence. */
  readonly finding: Said;
  readonly evidence: Evidence;
  /** The next thing to do; absent: nothing. */
  readonly next?: Said;
  /** For what was skipped: the check before it that failed, or could not be examined. */
  readonly because?: string;
}

export interface DoctorReport {
  readonly version: string;
  /** By this gateway's own clock, which may be wrong. */
  readonly startedWallMs: number;
  readonly tookMs: number;
  readonly checks: readonly Check[];
  /** The id of the first check that failed. */
  readonly firstBroken?: string;
  /** Its subject, where it has one. */
  readonly firstBrokenSubject?: string;
  /**
   * The id of the check that this user's rights do not reach, and for want of which others were not examined. What is
   * missing then is not well, but not known.
   */
  readonly unexaminedFor?: string;
}

/** @returns the first check with this verdict. */
export function firstWith(checks: readonly Check[], verdict: Verdict): Check | undefined {
  return checks.find((check) => check.verdict === verdict);
}
