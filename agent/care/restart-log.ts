/**
 * What is remembered of restarts, over restarts of the agent and of the box: one note in the journal, written before each
 * restart, so that one that takes the power with it is remembered too.
 *
 * Where the disk does not obey, the note is as good as this process; no more can be had.
 */
import type { JournalNotes } from "../journal/journal.ts";
import { type Moment, type Restart, remembered } from "./restart-policy.ts";

/** As written; the reason is for people. */
export interface LoggedRestart extends Restart {
  readonly why: string;
}

const NOTE = "health.care.restarts";
const RESTARTS_MAX = 64;
export const WHY_CHARACTERS_MAX = 80;

export interface RestartLog {
  /** Oldest first. */
  all(): readonly LoggedRestart[];
  add(restart: LoggedRestart, now: Moment): void;
  /** The notes of earlier runs are there at last: they are added to those of this one. */
  found(): void;
}

export function openRestartLog(notes: JournalNotes): RestartLog {
  let restarts = readRestarts(notes.get(NOTE));
  return {
    all: () => restarts,
    add: (restart, now) => {
      const why = restart.why.slice(0, WHY_CHARACTERS_MAX);
      restarts = remembered([...restarts, { ...restart, why }], now, RESTARTS_MAX);
      notes.set(NOTE, JSON.stringify(restarts));
    },
    found: () => {
      const known = new Set(restarts.map(nameOf));
      const before = readRestarts(notes.get(NOTE)).filter((one) => !known.has(nameOf(one)));
      if (before.length === 0) return;
      const isOurs = restarts.length > 0;
      restarts = [...before, ...restarts].slice(-RESTARTS_MAX);
      if (isOurs) notes.set(NOTE, JSON.stringify(restarts));
    },
  };
}

function nameOf({ kernelBootId, monotonicMs }: Moment): string {
  return `${kernelBootId}/${monotonicMs}`;
}

/** What cannot be read is not there: another version may have written it. */
function readRestarts(note: string | undefined): LoggedRestart[] {
  try {
    const said: unknown = JSON.parse(note ?? "[]");
    return Array.isArray(said) ? said.filter(isRestart).slice(-RESTARTS_MAX) : [];
  } catch {
    return [];
  }
}

function isRestart(said: Partial<LoggedRestart> | null): said is LoggedRestart {
  return (
    typeof said?.kernelBootId === "string" &&
    Number.isFinite(said.monotonicMs) &&
    Number.isFinite(said.wallMs) &&
    typeof said.trusted === "boolean" &&
    (said.by === "care" || said.by === "command") &&
    typeof said.why === "string"
  );
}
