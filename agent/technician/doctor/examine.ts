/**
 * Facts in, checks out: every rule in its order, and what stands on something broken is skipped and not accused; nor is
 * what stands on something that this user may not see called healthy, or absent.
 *
 * Pure. The rules: table.ts; who looks: looks/.
 */
import { said } from "../../text/said.ts";
import type { CoreSeen, Facts } from "./facts.ts";
import type { Check } from "./report.ts";
import type { CoreRule, GatewayRule, Judgement, Rule } from "./rule.ts";

/** What nearly all others see by: while one of them is unknown, a check that finds nothing has not looked. */
const EYES = ["settings", "agent-running"];

/**
 * @param only ids that are wanted; with them come those on which they stand and which have failed. Absent: all.
 * @returns in the order of the rules; the rules of a core follow one another, core by core.
 */
export function examine(rules: readonly Rule[], facts: Facts, only?: readonly string[]): readonly Check[] {
  const checks: Check[] = [];
  const wanted = only === undefined ? undefined : withNeeds(rules, only);
  for (const stretch of stretches(rules.filter(({ id }) => wanted?.has(id) ?? true))) {
    if (isCoreRule(stretch[0]!)) {
      // Which cores there are stands in the settings: without them each rule is told once, of none.
      const cores = facts.settings.state === "good" ? facts.cores : [undefined];
      for (const core of cores)
        for (const rule of stretch as readonly CoreRule[]) checks.push(judged(rule, checks, facts, core));
    } else {
      for (const rule of stretch as readonly GatewayRule[]) checks.push(judged(rule, checks, facts));
    }
  }
  return only === undefined
    ? checks
    : checks.filter(({ id, verdict }) => only.includes(id) || verdict === "fail");
}

function judged(rule: Rule, before: readonly Check[], facts: Facts, core?: CoreSeen): Check {
  const { id, group } = rule;
  const subject = core?.core.id;
  const named = { id, group, ...(subject === undefined ? {} : { subject }) };
  const because = brokenBefore(rule, before, subject);
  if (because !== undefined) {
    const finding = said("doctor.skippedBecause", { because });
    return { ...named, verdict: "skipped", finding, evidence: {}, because };
  }
  const judgement = judge(rule, facts, core);
  if (judgement === undefined) {
    const blind = blindBefore(rule, before);
    const finding =
      blind === undefined ? said("doctor.notHere") : said("doctor.notExamined", { because: blind });
    const because = blind === undefined ? {} : { because: blind };
    return { ...named, verdict: "skipped", finding, evidence: {}, ...because };
  }
  const { evidence = {}, next, ...rest } = judgement;
  return { ...named, ...rest, evidence, ...(next === undefined ? {} : { next }) };
}

function judge(rule: Rule, facts: Facts, core: CoreSeen | undefined): Judgement | undefined {
  if (!isCoreRule(rule)) return rule.judge(facts);
  return core === undefined ? undefined : rule.judgeCore(core, facts);
}

/** @returns the id of the first thing broken on which this rule stands, however far back. */
function brokenBefore(rule: Rule, before: readonly Check[], subject: string | undefined): string | undefined {
  for (const check of before) {
    if (!rule.needs.includes(check.id)) continue;
    if (check.subject !== undefined && check.subject !== subject) continue;
    if (check.verdict === "fail") return check.id;
    if (check.because !== undefined && hasFailed(before, check.because)) return check.because;
  }
  return undefined;
}

/** @returns the first of the eyes by which this rule sees and that could not be opened. */
function blindBefore(rule: Rule, before: readonly Check[]): string | undefined {
  for (const { id, verdict, because } of before) {
    if (!rule.needs.includes(id)) continue;
    if (verdict === "unknown" && EYES.includes(id)) return id;
    if (verdict === "skipped" && because !== undefined && EYES.includes(because)) return because;
  }
  return undefined;
}

/**
 * @returns the id for want of which checks were not examined although it has not failed: whoever reads these checks must
 * not take them for a gateway on which all is well.
 */
export function unexaminedFor(checks: readonly Check[]): string | undefined {
  return checks.find(({ because }) => because !== undefined && !hasFailed(checks, because))?.because;
}

function hasFailed(checks: readonly Check[], wanted: string): boolean {
  return checks.some(({ id, verdict }) => id === wanted && verdict === "fail");
}

/** Rules of a core that follow one another are asked core by core. */
function stretches(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  const all: Rule[][] = [];
  for (const rule of rules) {
    const last = all.at(-1);
    if (last !== undefined && isCoreRule(last[0]!) === isCoreRule(rule)) last.push(rule);
    else all.push([rule]);
  }
  return all;
}

function withNeeds(rules: readonly Rule[], ids: readonly string[]): ReadonlySet<string> {
  const all = new Set(ids);
  // A rule needs only earlier ones: once back to front finds them all.
  for (const rule of [...rules].reverse()) if (all.has(rule.id)) for (const need of rule.needs) all.add(need);
  return all;
}

function isCoreRule(rule: Rule): rule is CoreRule {
  return "judgeCore" in rule;
}
