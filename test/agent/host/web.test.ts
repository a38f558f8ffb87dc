/** The page's server on real sockets of loopback: who asks too much, too slowly or too often is sent away. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  BODY_OCTETS_MAX,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_PEER_MAX,
  HEADER_OCTETS_MAX,
  openWebDoor,
} from "../../../agent/host/web.ts";
import type { WebAnswer, WebIdentity, WebReader, WebRequest } from "../../../agent/ports.ts";

const OK: WebAnswer = { status: 200, headers: { "content-type": "text/plain" }, body: "here" };

async function serve(
  answer: (request: WebRequest) => Promise<WebAnswer> = async () => OK,
  identity?: WebIdentity,
  host = "127.0.0.1",
) {
  const server = await openWebDoor().serve({ host, port: 0, identity }, answer);
  onTestFinished(() => server.close());
  return server;
}

function dial(port: number, from = "127.0.0.1"): Socket {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Everything that comes until the other side ends it. */
async function say(port: number, text: string): Promise<string> {
  const socket = dial(port);
  let heard = "";
  socket.on("data", (bytes) => {
    heard += String(bytes);
  });
  socket.write(text);
  await once(socket, "close");
  return heard;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "edge-agent-identity-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("a question comes with its path, headers, body and asker, without the query", async () => {
  const asked: WebRequest[] = [];
  const { address } = await serve(async (request) => {
    asked.push(request);
    return OK;
  });
  const answer = await fetch(`http://127.0.0.1:${address.port}/a/b?c=d`, {
    method: "POST",
    body: "hello",
    headers: { "X-One": "1" },
  });
  expect([answer.status, await answer.text()]).toEqual([200, "here"]);
  expect(asked[0]).toMatchObject({
    method: "POST",
    path: "/a/b",
    peer: "127.0.0.1",
    headers: { "x-one": "1" },
  });
  expect(String(asked[0]!.body)).toBe("hello");
});

describe("limits", () => {
  test("a body of the limit passes, one octet more is refused unread", async () => {
    let asked = 0;
    const { address } = await serve(async () => {
      asked += 1;
      return OK;
    });
    const post = (octets: number) =>
      fetch(`http://127.0.0.1:${address.port}/`, { method: "POST", body: "x".repeat(octets) });
    expect((await post(BODY_OCTETS_MAX)).status).toBe(200);
    expect((await post(BODY_OCTETS_MAX + 1)).status).toBe(413);
    expect(asked).toBe(1);
  });

  test("a body that does not say how long it is, and is too long, ends the connection", async () => {
    let asked = 0;
    const { address } = await serve(async () => {
      asked += 1;
      return OK;
    });
    const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await say(address.port, `${head}${chunk}${chunk}${chunk}0\r\n\r\n`)).toMatch(
      /^$|^HTTP\/1\.1 413 /,
    );
    expect(await say(address.port, `${head}${chunk}${chunk}`)).toMatch(/^$|^HTTP\/1\.1 413 /);
    expect(asked).toBe(0);
  });

  test("headers beyond their limit, and what is no HTTP, are not answered by us", async () => {
    let asked = 0;
    const { address } = await serve(async () => {
      asked += 1;
      return OK;
    });
    await say(address.port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(HEADER_OCTETS_MAX)}\r\n\r\n`);
    await say(address.port, "\u0016\u0003\u0001 this is TLS, perhaps\r\n\r\n");
    await say(
      address.port,
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    expect(asked).toBe(0);
  });

  test("one address has so many connections, and another still gets in", async () => {
    const { address } = await serve();
    const sockets = Array.from({ length: CONNECTIONS_PER_PEER_MAX }, () => dial(address.port));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    await once(dial(address.port), "close");
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    const other = dial(address.port, "127.0.0.2");
    other.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const [bytes] = await once(other, "data");
    expect(String(bytes)).toContain("200 OK");
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() =>
        fetch(`http://127.0.0.1:${address.port}/`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  test("all together have so many, from however many addresses", async () => {
    const { address } = await serve();
    const sockets: Socket[] = [];
    for (let at = 0; at < CONNECTIONS_MAX; at++) {
      const socket = dial(address.port, `127.0.1.${1 + Math.floor(at / CONNECTIONS_PER_PEER_MAX)}`);
      await once(socket, "connect");
      sockets.push(socket);
    }
    await once(dial(address.port, "127.0.2.1"), "close");
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
  });
});

test("a stream is written as it happens, knows what waits, and its end is told", async () => {
  let reader: WebReader | undefined;
  let gone = 0;
  const { address } = await serve(async () => ({
    status: 200,
    headers: { "content-type": "text/event-stream" },
    stream: (to) => {
      reader = to;
      return () => {
        gone += 1;
      };
    },
  }));
  const socket = dial(address.port);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "data");
  reader!.write("event: one\n\n");
  const [bytes] = await once(socket, "data");
  expect(String(bytes)).toContain("event: one");
  // Nobody reads any more: what the kernel does not take waits with us.
  socket.pause();
  for (let piece = 0; piece < 400 && reader!.waitingOctets < 1e6; piece++) reader!.write("x".repeat(65_536));
  expect(reader!.waitingOctets).toBeGreaterThan(65_536);
  reader!.cut();
  await expect.poll(() => gone).toBe(1);
});

test("an answer to somebody who has gone is for nobody", async () => {
  let answered = false;
  const { address } = await serve(async () => {
    await new Promise((later) => setTimeout(later, 50));
    answered = true;
    return { ...OK, stream: () => () => undefined };
  });
  const socket = dial(address.port);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "connect");
  socket.destroy();
  await expect.poll(() => answered).toBe(true);
  expect((await fetch(`http://127.0.0.1:${address.port}/`).then(({ status }) => status)).valueOf()).toBe(200);
});

test("a port that is taken is said", async () => {
  const { address } = await serve();
  await expect(openWebDoor().serve({ ...address }, async () => OK)).rejects.toMatchObject({
    code: "WEB_BIND",
  });
});

describe("an identity of its own", () => {
  test("is made once, kept for its owner's eyes only, and found again", async () => {
    const path = join(folder(), "page.pem");
    const door = openWebDoor();
    const made = await door.ownIdentity(path, "192.0.2.7", Date.UTC(2026, 0, 1));
    expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await door.ownIdentity(path, "192.0.2.9", Date.UTC(2027, 0, 1));
    expect(again.fingerprint).toBe(made.fingerprint);
  });

  test("names where it listens, is good from the day of the build, for longer than the gateway stands", async () => {
    const identity = await openWebDoor().ownIdentity(
      join(folder(), "page.pem"),
      "192.0.2.7",
      Date.UTC(2026, 0, 1),
    );
    const { address } = await serve(undefined, identity);
    const socket = tlsConnect({ port: address.port, host: "127.0.0.1", rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    const certificate = socket.getPeerX509Certificate()!;
    expect(certificate.fingerprint256).toBe(identity.fingerprint);
    expect(certificate.subjectAltName).toContain("192.0.2.7");
    expect(new Date(certificate.validFrom).toISOString()).toBe("2026-01-01T00:00:00.000Z");
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2055);
    expect(certificate.ca).toBe(false);
    expect(certificate.publicKey.asymmetricKeyType).toBe("ec");
  });

  test("that a hand has damaged is made anew", async () => {
    const path = join(folder(), "page.pem");
    const door = openWebDoor();
    const made = await door.ownIdentity(path, "::", Date.UTC(2026, 0, 1));
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 200));
    const anew = await door.ownIdentity(path, "::", Date.UTC(2026, 0, 1));
    expect(anew.fingerprint).not.toBe(made.fingerprint);
  });

  test("that cannot be kept is none: the next start would have another", async () => {
    await expect(openWebDoor().ownIdentity("/proc/nowhere/page.pem", "::", 0)).rejects.toMatchObject({
      code: "WEB_BIND",
    });
  });
});

test("TLS is spoken where there is an identity, and nothing else", async () => {
  const identity = await openWebDoor().ownIdentity(
    join(folder(), "page.pem"),
    "127.0.0.1",
    Date.UTC(2026, 0, 1),
  );
  const { address } = await serve(undefined, identity);
  await expect(fetch(`http://127.0.0.1:${address.port}/`)).rejects.toThrow();
  const status = await new Promise((resolve, reject) => {
    httpsRequest(
      {
        port: address.port,
        host: "127.0.0.1",
        ca: Buffer.from(identity.cert),
        checkServerIdentity: () => undefined,
      },
      (response) => resolve(response.statusCode),
    )
      .on("error", reject)
      .end();
  });
  expect(status).toBe(200);
});

test("files that are no certificate and its key are said by name", async () => {
  const at = folder();
  const [one, other] = [join(at, "one.pem"), join(at, "other.pem")];
  const door = openWebDoor();
  await door.ownIdentity(one, "::", 0);
  await door.ownIdentity(other, "::", 0);
  expect((await door.readIdentity(one, one)).fingerprint).toHaveLength(95);
  await expect(door.readIdentity(one, other)).rejects.toMatchObject({
    code: "WEB_BIND",
    message: expect.stringContaining(one),
  });
  await expect(door.readIdentity(join(at, "none.pem"), one)).rejects.toMatchObject({ code: "WEB_BIND" });
});
