/** The page's desk on a clock that moves only when told, asked as a browser would. */
import { onTestFinished } from "vitest";
import type { WebAnswer, WebReader, WebRequest } from "../../../agent/ports.ts";
import { openDesk } from "../../../agent/web/desk.ts";
import type { Way } from "../../../agent/web/gate.ts";
import { createOneTimeCode } from "../../../agent/web/one-time-code.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { writtenLog } from "../north/core-world.ts";
import { madeUpGateway } from "./made-up-gateway.ts";

export const LISTING = {
  "page.en.html": { type: "text/html; charset=utf-8", tag: "a1" },
  "page.fr.html": { type: "text/html; charset=utf-8", tag: "a2" },
  "page-abc.js": { type: "text/javascript; charset=utf-8", tag: "abc" },
};

/** Octets that a test can know. */
export function countingSecret(): (octets: number) => Buffer {
  let drawn = 0;
  return (octets) => {
    drawn += 1;
    return Buffer.alloc(octets, drawn);
  };
}

export type Asking = Partial<Omit<WebRequest, "body">> & { readonly json?: unknown; readonly body?: Buffer };

export interface DeskRig {
  readonly clock: WorldClock;
  readonly gateway: ReturnType<typeof madeUpGateway>;
  readonly log: ReturnType<typeof writtenLog>;
  code(): string;
  /** As our page asks, unless told otherwise. */
  ask(asking: Asking): Promise<WebAnswer>;
  /** The session's cookie, as a browser sends it. */
  signIn(): Promise<string>;
}

export function openDeskRig(way: Way): DeskRig {
  const clock = new WorldClock();
  const gateway = madeUpGateway(clock);
  const log = writtenLog();
  const secret = countingSecret();
  const code = createOneTimeCode(clock, secret);
  const files = memoryFiles({
    "/page/files.json": JSON.stringify(LISTING),
    "/page/page.en.html": "english",
    "/page/page.en.html.br": "ENGLISH-BR",
    "/page/page.en.html.gz": "ENGLISH-GZ",
    "/page/page.fr.html": "français",
    "/page/page-abc.js": "script",
    "/page/secret.txt": "not listed",
    "/secret.txt": "outside",
  });
  const desk = openDesk({ ...gateway.parts, clock, files, log, way, folder: "/page", code, secret });
  onTestFinished(() => desk.close());
  const host = way === "loopback" ? "127.0.0.1:1780" : "192.0.2.7:1780";
  const origin = `${way === "loopback" ? "http" : "https"}://${host}`;
  const ask: DeskRig["ask"] = ({
    method = "GET",
    path = "/",
    headers = {},
    peer = "198.51.100.1",
    network = peer,
    json,
    body,
  }) =>
    desk.answer({
      ...{ method, path, peer, network },
      headers: {
        host,
        ...(method === "POST" ? { origin, "x-edge-agent": "1", "content-type": "application/json" } : {}),
        ...headers,
      },
      body: body ?? Buffer.from(json === undefined ? "" : JSON.stringify(json)),
    });
  return {
    clock,
    gateway,
    log,
    code: () => code.issue().code,
    ask,
    signIn: async () => {
      const answer = await ask({ method: "POST", path: "/api/session", json: { code: code.issue().code } });
      return answer.headers["set-cookie"]!.split(";")[0]!;
    },
  };
}

export function jsonOf(answer: WebAnswer): unknown {
  return JSON.parse(String(answer.body));
}

/** A reader of a stream who takes everything, or as much as `waiting` says. */
export function openReader(): WebReader & { readonly written: string[]; waiting: number; isCut: boolean } {
  const reader = {
    written: [] as string[],
    waiting: 0,
    isCut: false,
    write: (text: string) => void reader.written.push(text),
    get waitingOctets() {
      return reader.waiting;
    },
    cut: () => {
      reader.isCut = true;
    },
  };
  return reader;
}

/** The events of a kind that a reader was told. */
export function told<T>(reader: { readonly written: readonly string[] }, event: string): T[] {
  return reader.written
    .filter((text) => text.startsWith(`event: ${event}\n`))
    .map((text) => JSON.parse(text.slice(text.indexOf("data: ") + 6)));
}
