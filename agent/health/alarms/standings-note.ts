/** The alarms that stand, as they are kept over a restart: who comes after us neither raises them again nor forgets them. */
import type { JournalNotes } from "../../journal/journal.ts";
import { ALARM_IDS, type AlarmId, type Evidence, type Severity } from "./alarm.ts";
import { alarmOf, keyOf, type Moment, type Standing, type Standings } from "./engine.ts";

const NOTE = "health.alarms";
/** A note must stay small: of more alarms the gravest are kept, as the engine has them in order. */
export const KEPT_MAX = 48;
const EVIDENCE_CHARACTERS_MAX = 200;

interface Kept {
  readonly id: AlarmId;
  readonly subject?: string;
  readonly severity: Severity;
  readonly wallMs: number;
  readonly monotonicMs?: number | undefined;
  readonly evidence: Evidence;
}

/** @returns what tells a set of standing alarms from another; their figures do not. */
export function signatureOf(standings: Standings): string {
  return [...standings]
    .filter(([, { raised }]) => raised)
    .map(([key, { severity }]) => `${key}:${severity}`)
    .sort()
    .join(" ");
}

export function keepStandings(notes: JournalNotes, standings: Standings, boot: string, now: Moment): void {
  const raised = [...standings.values()].filter((standing) => standing.raised).slice(0, KEPT_MAX);
  const kept = raised.map((standing): Kept => {
    const { id, subject, severity, sinceWallMs, evidence } = alarmOf(standing, now);
    const { monotonicMs } = standing.since;
    const small = JSON.stringify(evidence).length <= EVIDENCE_CHARACTERS_MAX ? evidence : {};
    return {
      id,
      ...(subject === undefined ? {} : { subject }),
      severity,
      wallMs: sinceWallMs,
      monotonicMs,
      evidence: small,
    };
  });
  notes.set(NOTE, kept.length === 0 ? "" : JSON.stringify({ boot, kept }));
}

export function readStandings(notes: JournalNotes, boot: string): Map<string, Standing> {
  const found = new Map<string, Standing>();
  const text = notes.get(NOTE);
  if (text === undefined) return found;
  try {
    const said = JSON.parse(text) as { readonly boot: string; readonly kept: readonly Kept[] };
    for (const { id, subject, severity, wallMs, monotonicMs, evidence } of said.kept) {
      if (!ALARM_IDS.includes(id)) continue;
      const since = said.boot === boot && monotonicMs !== undefined ? { monotonicMs } : { wallMs };
      found.set(keyOf(id, subject), {
        id,
        subject,
        raised: true,
        severity,
        since,
        turningMs: undefined,
        evidence,
      });
    }
  } catch {
    found.clear();
  }
  return found;
}
