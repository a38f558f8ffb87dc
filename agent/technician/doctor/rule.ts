/** One check as the doctor knows it: what it needs, and how it judges. Pure. */
import type { Said } from "../../text/text.ts";
import type { CoreSeen, Facts } from "./facts.ts";
import type { Evidence, Group, Verdict } from "./report.ts";

export interface Judgement {
  readonly verdict: Verdict;
  readonly finding: Said;
  readonly evidence?: Evidence;
  readonly next?: Said;
}

interface Named {
  readonly id: string;
  readonly group: Group;
  /** Ids of checks without which this one says nothing: it is skipped when one of them has failed. */
  readonly needs: readonly string[];
}

export interface GatewayRule extends Named {
  /** Asked once. @returns undefined when there is nothing to be looked at. */
  readonly judge: (facts: Facts) => Judgement | undefined;
}

export interface CoreRule extends Named {
  /** Asked for each core. */
  readonly judgeCore: (core: CoreSeen, facts: Facts) => Judgement | undefined;
}

export type Rule = GatewayRule | CoreRule;

export function ok(finding: Said, evidence: Evidence = {}): Judgement {
  return { verdict: "ok", finding, evidence };
}

export function warn(finding: Said, next: Said, evidence: Evidence = {}): Judgement {
  return { verdict: "warn", finding, next, evidence };
}

export function fail(finding: Said, next: Said, evidence: Evidence = {}): Judgement {
  return { verdict: "fail", finding, next, evidence };
}

/** There is nothing to judge. @param finding why not */
export function skipped(finding: Said): Judgement {
  return { verdict: "skipped", finding };
}

/** @param next why it cannot be known, and what would tell. */
export function unknown(finding: Said, next: Said, evidence: Evidence = {}): Judgement {
  return { verdict: "unknown", finding, next, evidence };
}
