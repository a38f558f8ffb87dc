/** The log of a running agent: pino on stderr, pretty on a terminal, JSON lines otherwise. */
import pino, { type DestinationStream } from "pino";
import type { Log } from "../ports.ts";

/** stdout belongs to results. */
const STDERR = 2;

/** The agent's log; `level` may be changed while it runs. */
export async function openLog(level: string, isTerminal: boolean): Promise<Log & { level: string }> {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, isTerminal ? await prettyLines() : pino.destination({ fd: STDERR, sync: true }));
}

/** Loaded for terminals only: a gateway never pays for it. */
async function prettyLines(): Promise<DestinationStream> {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ destination: STDERR, sync: true, translateTime: "SYS:HH:MM:ss.l" });
}
