/**
 * JSON values as lines (NDJSON) on a stream: written no faster than they are read, read no faster than they are used.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";
import { AgentError, type AgentErrorCode, isAgentError } from "../errors.ts";
import type { Lines } from "../ports.ts";

/** An rxpk is at most one datagram of 64 KiB; escaped in JSON it may be six times that. */
export const LINE_OCTETS_MAX = 1024 * 1024;

const NEWLINE = 0x0a;

/** An error of the world that ended the lines, as their last one. */
interface SaidError {
  readonly error: { readonly code: AgentErrorCode; readonly message: string; readonly reason: string };
}

/**
 * Writes all lines and ends the stream. When its reader has gone, the lines are ended and it returns.
 * @throws what is no AgentError
 */
export async function writeLines(stream: Writable, lines: Lines): Promise<void> {
  try {
    for await (const piece of lines) {
      if (stream.destroyed) return;
      if (piece.length === 0) continue;
      let text = "";
      for (const value of piece) text += `${JSON.stringify(value)}\n`;
      if (!stream.write(text)) await drained(stream);
    }
  } catch (error) {
    if (!isAgentError(error)) throw error;
    const { code, message, reason } = error;
    stream.write(`${JSON.stringify({ error: { code, message, reason } } satisfies SaidError)}\n`);
  }
  stream.end();
}

/** Until there is room, or nobody reads any more. */
async function drained(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  const given = new AbortController();
  const { signal } = given;
  await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]).catch(() => {});
  given.abort();
}

/**
 * Reads lines as they come.
 * @throws SyntaxError for a line that is no JSON or longer than LINE_OCTETS_MAX; AgentError where the writer has said one;
 *         what the stream throws.
 */
export async function* readLines(stream: AsyncIterable<unknown>): Lines & AsyncGenerator<unknown[]> {
  /** The beginning of a line, in parts: a line is put together once. */
  let begun: Buffer[] = [];
  let begunOctets = 0;
  for await (const part of stream) {
    const chunk = part as Buffer;
    const values: unknown[] = [];
    let from = 0;
    let failure: unknown;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      begun.push(chunk.subarray(from, end));
      try {
        values.push(readLine(begun));
      } catch (error) {
        failure = error;
        break;
      }
      begun = [];
      begunOctets = 0;
      from = end + 1;
    }
    // What came before it counts.
    if (values.length > 0) yield values;
    if (failure !== undefined) throw failure;
    begun.push(chunk.subarray(from));
    begunOctets += chunk.length - from;
    if (begunOctets > LINE_OCTETS_MAX) throw new SyntaxError("a line is too long");
  }
  if (begunOctets > 0) yield [readLine(begun)];
}

function readLine(parts: readonly Buffer[]): unknown {
  const value: unknown = JSON.parse((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8"));
  const { error } = (value ?? {}) as Partial<SaidError>;
  if (error !== undefined) throw new AgentError(error.code, error.message, undefined, error.reason);
  return value;
}
