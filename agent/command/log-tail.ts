/**
 * The last lines of the log, kept in memory for the command log-tail and for nobody's disk. Lines of debug are not kept:
 * they are one per frame.
 *
 * No key, payload or password is in a log by the rule of the house; a field that is named like a secret, and what a
 * URL may hide, is hidden here all the same, for this log leaves the gateway.
 */
import { HIDDEN, withoutUrlSecrets } from "../config/shown-url.ts";
import type { Clock, Log, LogFields } from "../ports.ts";

const LINES_MAX = 200;
/** Longer fields are cut away: a stack trace is for the gateway's own log. */
const FIELDS_CHARACTERS_MAX = 400;
const SECRET_NAME = /pass(word|wd|phrase)?|secret|token|credential|private|(^|_)key$|appkey|nwkkey|payload/i;

export type TailLevel = "info" | "warn" | "error";

export interface TailLine {
  readonly wallMs: number;
  readonly level: TailLevel;
  readonly event: string;
  /** JSON. */
  readonly fields: string;
}

export interface LogTail {
  /** To be used instead of the log it was made from. */
  readonly log: Log;
  /** The oldest first. */
  lines(): readonly TailLine[];
}

const RANK: Readonly<Record<TailLevel, number>> = { info: 0, warn: 1, error: 2 };

export function isAtLeast(level: TailLevel, least: TailLevel): boolean {
  return RANK[level] >= RANK[least];
}

export function keepLogTail(log: Log, clock: Pick<Clock, "wallMs">): LogTail {
  const kept: TailLine[] = [];
  let next = 0;

  function keep(level: TailLevel, bound: LogFields, fields: LogFields, event: string): void {
    kept[next] = { wallMs: clock.wallMs(), level, event, fields: writeFields({ ...bound, ...fields }) };
    next = (next + 1) % LINES_MAX;
  }

  const of = (beneath: Log, bound: LogFields): Log => ({
    debug: (fields, event) => beneath.debug(fields, event),
    info: (fields, event) => {
      keep("info", bound, fields, event);
      beneath.info(fields, event);
    },
    warn: (fields, event) => {
      keep("warn", bound, fields, event);
      beneath.warn(fields, event);
    },
    error: (fields, event) => {
      keep("error", bound, fields, event);
      beneath.error(fields, event);
    },
    child: (fields) => of(beneath.child(fields), { ...bound, ...fields }),
  });

  return { log: of(log, {}), lines: () => [...kept.slice(next), ...kept.slice(0, next)] };
}

function writeFields(fields: LogFields): string {
  let text: string;
  try {
    text = JSON.stringify(fields, hideSecret) ?? "{}";
  } catch {
    // A value that refers to itself.
    return '{"cut":true}';
  }
  if (text.length <= FIELDS_CHARACTERS_MAX) return text;
  return JSON.stringify({ cut: text.slice(0, FIELDS_CHARACTERS_MAX) });
}

function hideSecret(name: string, value: unknown): unknown {
  if (SECRET_NAME.test(name)) return HIDDEN;
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" ? withoutUrlSecrets(value) : value;
}
