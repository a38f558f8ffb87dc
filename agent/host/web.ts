/**
 * The local page's server on a real gateway: node:http, or node:https with an identity.
 *
 * Whoever reaches its port may try everything, so each connection is bounded in time and size before anything of ours
 * sees it, and no address may take them all. What is asked and answered: agent/web/.
 */
import { randomBytes } from "node:crypto";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { AgentError } from "../errors.ts";
import type { UdpPeer, WebAnswer, WebDoor, WebIdentity, WebReader, WebRequest } from "../ports.ts";
import { createPeerCounts } from "./peer-counts.ts";
import { networkOf } from "./peer-network.ts";

export const CONNECTIONS_MAX = 48;
/** A browser opens six, and a technician has a laptop and a phone. */
export const CONNECTIONS_PER_PEER_MAX = 16;
/** Who has one address of an IPv6 network can have them all: still there is room for others. */
export const CONNECTIONS_PER_NETWORK_MAX = 32;
export const BODY_OCTETS_MAX = 4 * 1024;
export const HEADER_OCTETS_MAX = 8 * 1024;

/** How long a connection may take. */
export interface WebPatience {
  /** For the headers, the whole request, the TLS handshake; overstepped by as much again at most. */
  readonly requestMs: number;
  /** Between one answer and the next question. */
  readonly keepAliveMs: number;
  /** Nothing at all moves; a live stream says something every few seconds. */
  readonly idleMs: number;
}

const PATIENCE: WebPatience = { requestMs: 10_000, keepAliveMs: 15_000, idleMs: 60_000 };

type Answering = (request: WebRequest) => Promise<WebAnswer>;

export function openWebDoor(patience: WebPatience = PATIENCE): WebDoor {
  return {
    serve: (at, answer) => serve(at, answer, patience),
    secret: randomBytes,
    readIdentity: async (...files) => (await import("./web-identity.ts")).readIdentity(...files),
    ownIdentity: async (...given) => (await import("./web-identity.ts")).ownIdentity(...given),
  };
}

async function serve(
  { host, port, identity }: UdpPeer & { readonly identity?: WebIdentity | undefined },
  answer: Answering,
  patience: WebPatience,
): Promise<{ readonly address: UdpPeer; close(): Promise<void> }> {
  const busy = new WeakSet<Socket>();
  const server = await createServer(identity, patience, (request, response) => {
    if (isAlone(request, response, busy)) void handle(request, response, answer);
  });
  limit(server, patience);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) =>
      reject(new AgentError("WEB_BIND", `cannot listen on ${host}:${port}: ${cause.message}`, cause)),
    );
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    address: { host: bound.address, port: bound.port },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function createServer(
  identity: WebIdentity | undefined,
  { requestMs, keepAliveMs }: WebPatience,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpServer> {
  const options: ServerOptions = {
    maxHeaderSize: HEADER_OCTETS_MAX,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: requestMs,
    keepAliveTimeout: keepAliveMs,
    insecureHTTPParser: false,
  };
  if (identity === undefined) return createHttpServer(options, onRequest);
  const https = await import("node:https");
  try {
    return https.createServer(
      {
        ...options,
        cert: Buffer.from(identity.cert),
        key: Buffer.from(identity.key),
        minVersion: "TLSv1.2",
        handshakeTimeout: requestMs,
      },
      onRequest,
    );
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new AgentError("WEB_BIND", `its certificate cannot be used: ${reason}`, cause);
  }
}

/**
 * One question at a time. No browser asks another before it has its answer (RFC 9112, 9.3.2, allows it), and a packet of
 * a thousand short questions would have us hold a thousand long answers.
 */
function isAlone({ socket }: IncomingMessage, response: ServerResponse, busy: WeakSet<Socket>): boolean {
  if (busy.has(socket)) {
    socket.destroy();
    return false;
  }
  busy.add(socket);
  response.once("close", () => busy.delete(socket));
  return true;
}

function limit(server: HttpServer, { idleMs }: WebPatience): void {
  server.maxConnections = CONNECTIONS_MAX;
  server.timeout = idleMs;
  const counts = createPeerCounts(CONNECTIONS_PER_PEER_MAX, CONNECTIONS_PER_NETWORK_MAX);
  server.on("connection", (socket: Socket) => {
    const peer = socket.remoteAddress ?? "";
    socket.once("close", () => counts.leave(peer));
    if (!counts.enter(peer)) socket.destroy();
  });
  // Octets that are no HTTP: nobody to answer to.
  server.on("clientError", (_error, socket) => socket.destroy());
}

async function handle(request: IncomingMessage, response: ServerResponse, answer: Answering): Promise<void> {
  const peer = request.socket.remoteAddress ?? "";
  // Who hangs up, in the middle of his question or of our answer, wants nothing more.
  response.on("error", () => undefined);
  // One that says so is not read; one that does not is read that far.
  const isLong = Number(request.headers["content-length"] ?? 0) > BODY_OCTETS_MAX;
  const body = isLong ? undefined : await readBody(request).catch(() => undefined);
  if (body === undefined) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const given = await answer({
    method: request.method ?? "",
    path: (request.url ?? "/").split("?", 1)[0]!,
    headers: request.headers as Readonly<Record<string, string | undefined>>,
    body,
    peer,
    network: networkOf(peer),
  });
  if (response.destroyed) return;
  response.writeHead(given.status, given.headers);
  // Who asks for the head of a stream does not look.
  if (given.stream === undefined || request.method === "HEAD") {
    response.end(request.method === "HEAD" ? undefined : given.body);
    return;
  }
  response.flushHeaders();
  const gone = given.stream(readerOf(response));
  response.once("close", gone);
}

function readerOf(response: ServerResponse): WebReader {
  return {
    write: (text) => void response.write(text),
    get waitingOctets() {
      return response.writableLength;
    },
    cut: () => response.destroy(),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request) {
    octets += (chunk as Buffer).length;
    if (octets > BODY_OCTETS_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
