/** The control socket on a real gateway: node:http over a Unix socket. */
import { chmod, lstat, mkdir, unlink } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import { AgentError } from "../errors.ts";
import type { ControlAnswer, ControlDoor, ControlRequest } from "../ports.ts";

const BODY_OCTETS_MAX = 1024 * 1024;
const ANSWER_WITHIN_MS = 10_000;
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
    const server = createServer((request, response) => void handle(request, response, answer));
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
    response.writeHead(given.status, { "content-type": "application/json" });
    response.end(JSON.stringify(given.body));
  };
  // Who hangs up before the end of the question wants no answer.
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return reply({ status: 400, body: { error: "the body is no JSON, or too long" } });
  const { method } = request;
  if (method !== "GET" && method !== "POST") return reply({ status: 405, body: { error: "GET or POST" } });
  reply(await answer({ method, path: request.url ?? "/", body: body.value }));
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
    const request = httpRequest(
      { socketPath, method: asked.method, path: asked.path, timeout: ANSWER_WITHIN_MS, agent: false },
      (response) => {
        readBody(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body: body?.value }),
          fail,
        );
      },
    );
    request.on("error", fail);
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.end(asked.body === undefined ? undefined : JSON.stringify(asked.body));
  });
}
