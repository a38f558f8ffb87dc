/**
 * The alarm engine: from what the rules find at each look, which alarms stand. Pure: (standing, found, now) in, the same
 * and what happened out.
 *
 *   quiet ──(bad for raiseAfterMs without a break)──> raised ──(good for clearAfterMs without a break)──> quiet
 *
 * Between "bad" and "good" lies "between": it keeps what stands as it is, raises nothing and clears nothing. "unknown"
 * stops both clocks: an agent that has just started knows little, and neither clears nor repeats what its predecessor
 * raised. What no rule speaks of any more (a core removed) is as good. So no alarm comes and goes faster than its
 * clearAfterMs.
 */
import type { Alarm, AlarmEvent, AlarmId, Evidence, Severity } from "./alarm.ts";

/** What one rule says of one subject. */
export interface Finding {
  readonly subject?: string | undefined;
  readonly verdict: "bad" | "between" | "good" | "unknown";
  /** Where it is not the rule's own. */
  readonly severity?: Severity | undefined;
  readonly evidence?: Evidence;
}

/** Undefined instead of a list: the rule can say nothing now, of no subject. */
export interface Found {
  readonly id: AlarmId;
  readonly severity: Severity;
  readonly raiseAfterMs: number;
  readonly clearAfterMs: number;
  readonly findings: readonly Finding[] | undefined;
}

/** When it began: in this boot by monotonic time, else by a wall time that was noted. */
export type Since =
  | { readonly monotonicMs: number }
  | { readonly monotonicMs?: undefined; readonly wallMs: number };

/** One subject of one rule that is not simply good. */
export interface Standing {
  readonly id: AlarmId;
  readonly subject?: string | undefined;
  readonly raised: boolean;
  readonly severity: Severity;
  readonly since: Since;
  /** Raised: good without a break since; else bad since. Monotonic; undefined: the clock stands. */
  readonly turningMs: number | undefined;
  readonly evidence: Evidence;
}

export type Standings = ReadonlyMap<string, Standing>;

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** Raised at a time. Made-up EUIs must not fill the memory; the gravest rules come first in the table. */
export const STANDINGS_MAX = 256;

const GRAVITY: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

export function keyOf(id: AlarmId, subject: string | undefined): string {
  return subject === undefined ? id : `${id}/${subject}`;
}

/** @returns what stands now, and what has happened, in the order of the rules. */
export function step(
  before: Standings,
  found: readonly Found[],
  now: Moment,
): { readonly standings: Standings; readonly events: readonly AlarmEvent[] } {
  const standings = new Map<string, Standing>();
  const events: AlarmEvent[] = [];
  const spoken = new Set<string>();
  const held = new Set<AlarmId>();

  const settle = (rule: Found, finding: Finding): void => {
    const key = keyOf(rule.id, finding.subject);
    spoken.add(key);
    const known = before.get(key);
    const next = turn(known, rule, finding, now.monotonicMs);
    if (next !== undefined && standings.size < STANDINGS_MAX) standings.set(key, next);
    const event = eventOf(known, standings.get(key));
    if (event !== undefined)
      events.push({ event, alarm: alarmOf((next ?? known)!, now), atWallMs: Math.round(now.wallMs) });
  };

  for (const rule of found) {
    if (rule.findings === undefined) held.add(rule.id);
    for (const finding of rule.findings ?? []) settle(rule, finding);
  }
  const ruleOf = new Map(found.map((rule) => [rule.id, rule]));
  for (const [key, known] of before) {
    if (spoken.has(key)) continue;
    const rule = ruleOf.get(known.id);
    // A rule of another version is spoken of no more.
    if (rule === undefined) continue;
    const { subject } = known;
    settle(rule, held.has(known.id) ? { subject, verdict: "unknown" } : { subject, verdict: "good" });
  }
  return { standings, events };
}

function turn(
  known: Standing | undefined,
  rule: Found,
  finding: Finding,
  nowMs: number,
): Standing | undefined {
  return known?.raised ? turnRaised(known, rule, finding, nowMs) : turnQuiet(known, rule, finding, nowMs);
}

function turnRaised(known: Standing, rule: Found, finding: Finding, nowMs: number): Standing | undefined {
  const evidence = finding.evidence ?? known.evidence;
  if (finding.verdict === "unknown") return { ...known, turningMs: undefined };
  if (finding.verdict === "between") return { ...known, evidence, turningMs: undefined };
  if (finding.verdict === "bad")
    return { ...known, evidence, severity: finding.severity ?? rule.severity, turningMs: undefined };
  const turningMs = known.turningMs ?? nowMs;
  return nowMs - turningMs >= rule.clearAfterMs ? undefined : { ...known, turningMs };
}

function turnQuiet(
  known: Standing | undefined,
  rule: Found,
  { subject, verdict, severity = rule.severity, evidence = {} }: Finding,
  nowMs: number,
): Standing | undefined {
  if (verdict !== "bad") return undefined;
  const turningMs = known?.turningMs ?? nowMs;
  return {
    id: rule.id,
    subject,
    raised: nowMs - turningMs >= rule.raiseAfterMs,
    severity,
    since: { monotonicMs: turningMs },
    turningMs: nowMs - turningMs >= rule.raiseAfterMs ? undefined : turningMs,
    evidence,
  };
}

function eventOf(before: Standing | undefined, after: Standing | undefined): AlarmEvent["event"] | undefined {
  const was = before?.raised === true;
  const is = after?.raised === true;
  if (was !== is) return is ? "raised" : "cleared";
  if (!was || !is) return undefined;
  return GRAVITY[after.severity] > GRAVITY[before.severity] ? "worsened" : undefined;
}

export function alarmOf({ id, subject, severity, since, evidence }: Standing, now: Moment): Alarm {
  const sinceWallMs =
    since.monotonicMs === undefined ? since.wallMs : now.wallMs - (now.monotonicMs - since.monotonicMs);
  return {
    id,
    ...(subject === undefined ? {} : { subject }),
    severity,
    sinceWallMs: Math.round(sinceWallMs),
    evidence,
  };
}

/** @returns those that are raised, the gravest first, of these the oldest first. */
export function alarmsOf(standings: Standings, now: Moment): Alarm[] {
  return [...standings.values()]
    .filter(({ raised }) => raised)
    .map((standing) => alarmOf(standing, now))
    .sort(
      (one, other) => GRAVITY[other.severity] - GRAVITY[one.severity] || one.sinceWallMs - other.sinceWallMs,
    );
}
