/** The page's server on real sockets of loopback: who asks too much, too slowly or too often is sent away. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  BODY_OCTETS_MAX,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_PEER_MAX,
  HEADER_OCTETS_MAX,
  openWebDoor,
  type WebPatience,
} from "../../../agent/host/web.ts";
import type { WebAnswer, WebIdentity, WebReader, WebRequest } from "../../../agent/ports.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const BUILT_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

const OK: WebAnswer = { status: 200, headers: { "content-type": "text/plain" }, body: "here" };

async function serve(
  answer: (request: WebRequest) => Promise<WebAnswer> = async () => OK,
  identity?: WebIdentity,
  host = "127.0.0.1",
  patience?: WebPatience,
) {
  const server = await openWebDoor(patience).serve({ host, port: 0, identity }, answer);
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
/** However it ends: what was still on its way when the door was shut is answered with a reset. */
function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

async function say(port: number, text: string): Promise<string> {
  const socket = dial(port);
  let heard = "";
  socket.on("data", (bytes) => {
    heard += String(bytes);
  });
  socket.write(text);
  await gone(socket);
  return heard;
}

function daysOf({ validFrom, validTo }: X509Certificate): number {
  return (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS;
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
      .poll(
        () =>
          fetch(`http://127.0.0.1:${address.port}/`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 20_000 },
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

describe("who is slow", () => {
  const never = 60_000;
  const quick: WebPatience = { requestMs: 200, keepAliveMs: never, idleMs: never };
  const begun = "POST / HTTP/1.1\r\nHost: a\r\n";

  test.each([
    ["says nothing", ""],
    ["gives one header after the other", begun],
    ["gives its body octet by octet", `${begun}Content-Length: 4000\r\n\r\n`],
    ["gives its chunks octet by octet", `${begun}Transfer-Encoding: chunked\r\n\r\n5\r\n`],
  ])("and %s is not waited for", async (_what, text) => {
    let asked = 0;
    const answer = async () => {
      asked += 1;
      return OK;
    };
    const { address } = await serve(answer, undefined, undefined, quick);
    const socket = dial(address.port);
    socket.resume();
    socket.write(text);
    // Slow, and never silent.
    const drip = setInterval(() => socket.write("X"), 50);
    // Without a limit this waits until the test's own.
    await gone(socket);
    clearInterval(drip);
    expect(asked).toBe(0);
  });

  test("with the TLS handshake is not waited for", async () => {
    const identity = await openWebDoor().ownIdentity(
      join(testFolder("edge-agent-identity"), "page.pem"),
      "::",
      BUILT_MS,
    );
    const { address } = await serve(undefined, identity, undefined, quick);
    const socket = dial(address.port);
    socket.resume();
    await gone(socket);
  });

  test("to ask again is not waited for", async () => {
    const { address } = await serve(undefined, undefined, undefined, {
      requestMs: never,
      keepAliveMs: 200,
      idleMs: never,
    });
    expect(await say(address.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).toContain("200 OK");
  });

  test("to take a stream on which nothing moves is cut off, and its end is told", async () => {
    let gone = 0;
    const stream = () => () => {
      gone += 1;
    };
    const { address } = await serve(async () => ({ ...OK, stream }), undefined, undefined, {
      requestMs: never,
      keepAliveMs: never,
      idleMs: 400,
    });
    await say(address.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => gone === 1);
  });
});

describe("what a browser never says", () => {
  /** @returns what was asked of us, as "METHOD path". */
  async function heardOf(text: string): Promise<{ asked: string[]; heard: string }> {
    const asked: string[] = [];
    const { address } = await serve(async ({ method, path }) => {
      asked.push(`${method} ${path}`);
      await new Promise((later) => setTimeout(later, 20));
      return OK;
    });
    const socket = dial(address.port);
    let heard = "";
    socket.on("data", (bytes) => {
      heard += String(bytes);
    });
    socket.end(text);
    await gone(socket);
    return { asked, heard };
  }

  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  test.each([
    ["two lengths", `Host: a\r\nContent-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    [
      "a length and chunks",
      `Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ["chunks by another name", `Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ["a negative length", `Host: a\r\nContent-Length: -1\r\n\r\n${smuggled}`],
    ["a length in hex", `Host: a\r\nContent-Length: 0x0\r\n\r\n${smuggled}`],
    ["a folded header", "Host: a\r\nX: a\r\n b\r\n\r\n"],
    ["a space before the colon", "Host : a\r\n\r\n"],
    ["NUL in a header", "Host: a\r\nX: \u0000\r\n\r\n"],
    ["no host", "X: a\r\n\r\n"],
  ])("%s: not answered by us", async (_what, headers) => {
    const { asked, heard } = await heardOf(`POST / HTTP/1.1\r\n${headers}`);
    expect(asked).toEqual([]);
    expect(heard).not.toContain("200 OK");
  });

  test.each([
    ["GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", "GET /%2e%2e/%2e%2e/etc/passwd"],
    ["GET /../../etc/passwd HTTP/1.1", "GET /../../etc/passwd"],
    ["GET http://evil.example/api/status HTTP/1.1", "GET http://evil.example/api/status"],
    ["GET /api/status%00 HTTP/1.1", "GET /api/status%00"],
    ["OPTIONS * HTTP/1.1", "OPTIONS *"],
    ["GET / HTTP/1.0", "GET /"],
  ])("%s comes as it was said", async (line, as) => {
    expect((await heardOf(`${line}\r\nHost: a\r\n\r\n`)).asked).toEqual([as]);
  });

  test.each([
    "CONNECT evil.example:443 HTTP/1.1",
    "GET /\u0000 HTTP/1.1",
    "GET / HTTP/9.9",
    "get / HTTP/1.1",
    "PRI * HTTP/2.0",
  ])("%j is not answered by us", async (line) => {
    expect((await heardOf(`${line}\r\nHost: a\r\n\r\n`)).asked).toEqual([]);
  });

  test("an upgrade is a question like any other", async () => {
    const { address } = await serve();
    const socket = dial(address.port);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("a thousand questions in one packet are one question too many", async () => {
    const { asked } = await heardOf("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000));
    expect(asked.length).toBe(1);
  });

  test("a browser that keeps its connection asks as often as it likes", async () => {
    const { address } = await serve();
    const socket = dial(address.port);
    for (let question = 0; question < 50; question++) {
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      let heard = "";
      while (!heard.endsWith("here\r\n0\r\n\r\n") && !heard.endsWith("\r\n\r\nhere"))
        heard += String((await once(socket, "data"))[0]);
    }
  });

  test("the head of a stream is its head, and nobody looks", async () => {
    let looks = 0;
    const { address } = await serve(async () => ({
      status: 200,
      headers: { "content-type": "text/event-stream" },
      stream: () => {
        looks += 1;
        return () => undefined;
      },
    }));
    const heard = await say(address.port, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect([looks, heard]).toEqual([0, expect.stringContaining("200 OK")]);
  });
});

test("TLS before 1.2 is not spoken", async () => {
  const identity = await openWebDoor().ownIdentity(
    join(testFolder("edge-agent-identity"), "page.pem"),
    "::",
    BUILT_MS,
  );
  const { address } = await serve(undefined, identity);
  const speak = (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") =>
    new Promise<string>((resolve) => {
      const options = { minVersion: "TLSv1", maxVersion: version, rejectUnauthorized: false } as const;
      // Or this side would not even try.
      const socket = tlsConnect({ port: address.port, ciphers: "DEFAULT@SECLEVEL=0", ...options }, () => {
        resolve(socket.getProtocol() ?? "");
        socket.destroy();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    });
  expect(await speak("TLSv1.1")).toMatch(/ALERT_PROTOCOL_VERSION|ECONNRESET/);
  expect([await speak("TLSv1.2"), await speak("TLSv1.3")]).toEqual(["TLSv1.2", "TLSv1.3"]);
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
  let heard = "";
  socket.on("data", (bytes) => {
    heard += String(bytes);
  });
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await until(() => heard.includes("\r\n\r\n"), "the head");
  reader!.write("event: one\n\n");
  await until(() => heard.includes("event: one\n\n"), "the event");
  // Nobody reads any more: what the kernel does not take waits with us.
  socket.pause();
  for (let piece = 0; piece < 400 && reader!.waitingOctets < 1e6; piece++) reader!.write("x".repeat(65_536));
  expect(reader!.waitingOctets).toBeGreaterThan(65_536);
  reader!.cut();
  await until(() => gone === 1);
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
  await until(() => answered);
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
    const path = join(testFolder("edge-agent-identity"), "page.pem");
    const door = openWebDoor();
    const made = await door.ownIdentity(path, "192.0.2.7", BUILT_MS);
    expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await door.ownIdentity(path, "192.0.2.9", Date.UTC(2026, 6, 1));
    expect(again.fingerprint).toBe(made.fingerprint);
  });

  test("that was put back open to all is closed again", async () => {
    const path = join(testFolder("edge-agent-identity"), "page.pem");
    const made = await openWebDoor().ownIdentity(path, "::", BUILT_MS);
    chmodSync(path, 0o644);
    expect((await openWebDoor().ownIdentity(path, "::", BUILT_MS)).fingerprint).toBe(made.fingerprint);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is made anew before it ends, and whatever the clock says not sooner", async () => {
    const path = join(testFolder("edge-agent-identity"), "page.pem");
    const door = openWebDoor();
    const made = await door.ownIdentity(path, "::", BUILT_MS);
    const endsMs = Date.parse(new X509Certificate(made.cert).validTo);
    for (const nowMs of [0, BUILT_MS - 900 * DAY_MS, endsMs - 31 * DAY_MS])
      expect((await door.ownIdentity(path, "::", nowMs)).fingerprint).toBe(made.fingerprint);
    const next = await door.ownIdentity(path, "::", endsMs - 29 * DAY_MS);
    expect(next.fingerprint).not.toBe(made.fingerprint);
    expect(Date.parse(new X509Certificate(next.cert).validTo)).toBeGreaterThan(endsMs + 700 * DAY_MS);
  });

  test("that lasts longer than some browsers allow is made anew", async () => {
    const path = join(testFolder("edge-agent-identity"), "page.pem");
    const { generate } = await import("selfsigned");
    const long = await generate([{ name: "commonName", value: "a" }], {
      ...{ keyType: "ec", curve: "P-256", algorithm: "sha256" },
      ...{ notBeforeDate: new Date(BUILT_MS), notAfterDate: new Date(BUILT_MS + 3_650 * DAY_MS) },
    });
    writeFileSync(path, long.cert + long.private);
    const { cert } = await openWebDoor().ownIdentity(path, "::", BUILT_MS);
    expect(daysOf(new X509Certificate(cert))).toBeLessThan(825);
  });

  test("names where it listens, and lasts as long as every browser allows", async () => {
    const identity = await openWebDoor().ownIdentity(
      join(testFolder("edge-agent-identity"), "page.pem"),
      "192.0.2.7",
      BUILT_MS,
    );
    const { address } = await serve(undefined, identity);
    const socket = tlsConnect({ port: address.port, host: "127.0.0.1", rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    const certificate = socket.getPeerX509Certificate()!;
    expect(certificate.fingerprint256).toBe(identity.fingerprint);
    expect(certificate.subjectAltName).toContain("192.0.2.7");
    // From the day before: a phone's clock may be behind.
    expect(new Date(certificate.validFrom).toISOString()).toBe("2025-12-31T00:00:00.000Z");
    // Safari takes none of more than 825 days.
    expect(daysOf(certificate)).toBe(820);
    expect(certificate.ca).toBe(false);
    expect(certificate.publicKey.asymmetricKeyType).toBe("ec");
  });

  test("that a hand has damaged is made anew", async () => {
    const path = join(testFolder("edge-agent-identity"), "page.pem");
    const door = openWebDoor();
    const made = await door.ownIdentity(path, "::", BUILT_MS);
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 200));
    const anew = await door.ownIdentity(path, "::", BUILT_MS);
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
    join(testFolder("edge-agent-identity"), "page.pem"),
    "127.0.0.1",
    // Its date is looked at.
    Date.now(),
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
  const at = testFolder("edge-agent-identity");
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
