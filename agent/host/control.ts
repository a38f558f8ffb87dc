/** The control socket on a real gateway: node:http over a Unix socket. */
import { chmod, lstat, mkdir, unlink } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import { AgentError, isAgentError } from "../errors.ts";
import type { ControlAnswer, ControlDoor, ControlRequest, Lines } from "../ports.ts";
import { readLines, writeLines } from "./ndjson.ts";

const BODY_OCTETS_MAX = 1024 * 1024;
const ANSWER_WITHIN_MS = 10_000;
/** Between two pieces of lines: a disk may be slow, but an agent that says nothing for so long has stopped. */
const LINES_WITHIN_MS = 120_000;
const JSON_TYPE = "application/json";
const LINES_TYPE = "application/x-ndjson";
const SOCKET_MODE = 0o660;

export function openControlDoor(): ControlDoor {
  return { serve, ask };
}

async function serve(
  socketPath: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<{ close(): Promise<void> }> {
  try {
    await removeDeadSocket(socketPath);
    await mkdir(dirname(socketPath), { recursive: true });
    // Frames that are brought in may take their time.
    const options = { requestTimeout: 0 };
    const server = createServer(options, (request, response) => void handle(request, response, answer));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socketPath, resolve);
    });
    await chmod(socketPath, SOCKET_MODE);
    return {
      close: () =>
        new Promise((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        }),
    };
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw new AgentError("CONTROL_BIND", `cannot open ${socketPath}: ${(cause as Error).message}`, cause);
  }
}

async function removeDeadSocket(socketPath: string): Promise<void> {
  const alive = await ask(socketPath, { method: "GET", path: "/", body: undefined }).then(
    () => true,
    () => false,
  );
  if (alive) throw new AgentError("CONTROL_BIND", `another agent answers on ${socketPath}`);
  // Whatever else lies there is somebody's file, and listen() will say so.
  const found = await lstat(socketPath).catch(() => undefined);
  if (found?.isSocket()) await unlink(socketPath);
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<void> {
  const reply = (given: ControlAnswer): void => {
    response.writeHead(given.status, { "content-type": JSON_TYPE });
    response.end(JSON.stringify(given.body));
  };
  // The world's failure is for whoever asked, and no reason to end the agent.
  const answerOf = (asked: ControlRequest): Promise<ControlAnswer> =>
    answer(asked).catch((error: unknown) => {
      if (!isAgentError(error)) throw error;
      return { status: 503, body: { code: error.code, error: error.message } };
    });
  const path = request.url ?? "/";
  if (request.method === "POST" && request.headers["content-type"] === LINES_TYPE) {
    const lines = readLines(request);
    return send(response, await answerOf({ method: "POST", path, body: undefined, lines }), reply);
  }
  // Who hangs up before the end of the question wants no answer.
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return reply({ status: 400, body: { error: "the body is no JSON, or too long" } });
  const { method } = request;
  if (method !== "GET" && method !== "POST") return reply({ status: 405, body: { error: "GET or POST" } });
  await send(response, await answerOf({ method, path, body: body.value }), reply);
}

async function send(
  response: ServerResponse,
  given: ControlAnswer,
  reply: (given: ControlAnswer) => void,
): Promise<void> {
  if (given.lines === undefined) return reply(given);
  response.writeHead(given.status, { "content-type": LINES_TYPE });
  response.flushHeaders();
  await writeLines(response, orUnreadable(given.lines));
}

/** What a client sent and nobody can read is its own fault, not a bug. */
async function* orUnreadable(lines: Lines): Lines {
  try {
    yield* lines;
  } catch (error) {
    if (isAgentError(error)) throw error;
    const gone = (error as NodeJS.ErrnoException).code === "ECONNRESET";
    if (!gone && !(error instanceof SyntaxError)) throw error;
    throw new AgentError(
      "CONTROL_UNREACHABLE",
      `the request ended badly: ${(error as Error).message}`,
      error,
    );
  }
}

async function readBody(stream: AsyncIterable<unknown>): Promise<{ value: unknown } | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of stream) {
    octets += (chunk as Buffer).length;
    if (octets > BODY_OCTETS_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  if (octets === 0) return { value: undefined };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return undefined;
  }
}

function ask(socketPath: string, asked: ControlRequest): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(
        new AgentError("CONTROL_UNREACHABLE", `no agent answers on ${socketPath}: ${cause.message}`, cause),
      );
    const { method, path, lines, signal } = asked;
    const headers = lines === undefined ? {} : { "content-type": LINES_TYPE };
    const request = httpRequest(
      {
        ...{ socketPath, method, path, headers, timeout: ANSWER_WITHIN_MS, agent: false },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        if (response.headers["content-type"] === LINES_TYPE) {
          request.setTimeout(LINES_WITHIN_MS);
          return resolve({
            status: response.statusCode ?? 0,
            body: undefined,
            lines: answered(response, socketPath),
          });
        }
        readBody(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body: body?.value }),
          fail,
        );
      },
    );
    request.on("error", fail);
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    if (lines === undefined) request.end(asked.body === undefined ? undefined : JSON.stringify(asked.body));
    // What goes wrong there is told by the answer, or by its end.
    else writeLines(request, lines).catch((cause: Error) => request.destroy(cause));
  });
}

async function* answered(response: IncomingMessage, socketPath: string): Lines {
  try {
    yield* readLines(response);
  } catch (cause) {
    if (isAgentError(cause)) throw cause;
    throw new AgentError(
      "CONTROL_UNREACHABLE",
      `the agent on ${socketPath} went away: ${(cause as Error).message}`,
      cause,
    );
  }
}
