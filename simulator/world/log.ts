/**
 * A log that is remembered: the last lines, and how often each event was said. The mirror of agent/host/log.ts.
 */
import type { Log, LogFields } from "../../agent/ports.ts";

type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogLine {
  readonly level: LogLevel;
  readonly fields: LogFields;
  readonly event: string;
}

const LINES_KEPT_MAX = 1_000;

export interface WorldLog extends Log {
  /** The last ones but debug, oldest first. */
  readonly lines: readonly LogLine[];
  /** By level and event: "error: journal failing". */
  readonly counts: ReadonlyMap<string, number>;
}

/** @param onLine told each line but those of debug. */
export function createWorldLog(onLine: (line: LogLine) => void = () => undefined): WorldLog {
  const lines: LogLine[] = [];
  const counts = new Map<string, number>();
  const write = (line: LogLine): void => {
    const name = `${line.level}: ${line.event}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (line.level === "debug") return;
    lines.push(line);
    if (lines.length > LINES_KEPT_MAX) lines.shift();
    onLine(line);
  };
  const of = (bound: LogFields): Log => {
    const say = (level: LogLevel) => (fields: LogFields, event: string) =>
      write({ level, fields: { ...bound, ...fields }, event });
    return {
      debug: say("debug"),
      info: say("info"),
      warn: say("warn"),
      error: say("error"),
      child: (fields) => of({ ...bound, ...fields }),
    };
  };
  return { ...of({}), lines, counts };
}
