/** The log of a running agent: pino on stderr, pretty on a terminal, JSON lines otherwise. */
import { createRequire } from "node:module";
import pino, { type DestinationStream } from "pino";
import type { Log } from "../ports.ts";

/** stdout belongs to results. */
const STDERR = 2;

/** The agent's log; `level` may be changed while it runs. */
export function openLog(level: string, isTerminal: boolean): Log & { level: string } {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, isTerminal ? prettyLines() : pino.destination({ fd: STDERR, sync: true }));
}

/** Loaded for terminals only: a gateway never pays for it. */
function prettyLines(): DestinationStream {
  const pretty = createRequire(import.meta.url)("pino-pretty") as (options: object) => DestinationStream;
  return pretty({ destination: STDERR, sync: true, translateTime: "SYS:HH:MM:ss.l" });
}
