/**
 * What mqtt.js needs to be held to, and what a broker may say that Mosquitto does not: against a server made of
 * octets. What every opening of the port keeps to is in test/contracts/mqtt.test.ts.
 */
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";
import { openMqtt } from "../../../agent/host/mqtt.ts";
import type { MqttClosed, MqttConnectOptions, MqttLink } from "../../../agent/ports.ts";
import { type Authority, createAuthority } from "../../authority.ts";
import { until } from "../../until.ts";

const CONNACK_5 = Buffer.from("20030000 00".replaceAll(" ", ""), "hex");
const CONNACK_3 = Buffer.from("20020000", "hex");

const servers: { close(): unknown }[] = [];
const links: MqttLink[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const link of links.splice(0)) link.close("abruptly");
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A server which answers the first packet it hears with these octets. */
async function octetServer(answer: Buffer, more?: (socket: Socket) => void) {
  const heard: Buffer[] = [];
  const port = await listening(
    createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.write(answer);
        more?.(socket);
      });
      socket.on("data", (octets) => heard.push(octets));
    }),
  );
  return { port, heard };
}

function begin(url: string, options: Partial<MqttConnectOptions> = {}) {
  const seen = { connected: undefined as { receiveMaximum: number } | undefined };
  let link!: MqttLink;
  const closed = new Promise<MqttClosed>((resolve) => {
    link = openMqtt(openClock()).connect(
      { url, version: 5, clientId: "x", keepaliveS: 30, connectTimeoutMs: 20_000, ...options },
      {
        onConnected: (info) => {
          seen.connected = info;
        },
        onMessage: () => undefined,
        onClosed: resolve,
      },
    );
  });
  links.push(link);
  return { link, seen, closed };
}

const url = (port: number): string => `mqtt://127.0.0.1:${port}`;

test("a DISCONNECT with reason 142 says that the session was taken over", async () => {
  const { port } = await octetServer(CONNACK_5, (socket) => socket.write(Buffer.from("e0028e00", "hex")));
  expect(await begin(url(port)).closed).toMatchObject({ code: "takenOver", reasonCode: 142 });
});

test("any other DISCONNECT is an end, with its reason", async () => {
  const { port } = await octetServer(CONNACK_5, (socket) => socket.write(Buffer.from("e0028b00", "hex")));
  expect(await begin(url(port)).closed).toMatchObject({ code: "closed", reasonCode: 139 });
});

test.each([
  [5, 0x86, "credentials"],
  [5, 0x87, "credentials"],
  [5, 0x88, "refused"],
  [5, 0x9f, "refused"],
  [4, 4, "credentials"],
  [4, 5, "credentials"],
  [4, 3, "refused"],
] as const)("version %s: CONNACK with reason %s is %s", async (version, reasonCode, code) => {
  const connack = Buffer.from(version === 5 ? CONNACK_5 : CONNACK_3);
  connack[3] = reasonCode;
  const { port } = await octetServer(connack);
  expect(await begin(url(port), { version }).closed).toMatchObject({ code, reasonCode });
});

test("the broker's Receive Maximum is told, and 65,535 when it says nothing", async () => {
  const said = await octetServer(Buffer.from("2006000003210014", "hex"));
  const silent = await octetServer(CONNACK_5);
  const [first, second] = [begin(url(said.port)), begin(url(silent.port))];
  await until(() => first.seen.connected !== undefined && second.seen.connected !== undefined);
  expect(first.seen.connected).toEqual({ receiveMaximum: 20 });
  expect(second.seen.connected).toEqual({ receiveMaximum: 65_535 });
});

test.each(["00", "f0ff", "ff".repeat(40), "20ffffffffff"])(
  "octets that are no MQTT (%s) end it",
  async (hex) => {
    const { port } = await octetServer(Buffer.from(hex, "hex"));
    const why = await begin(url(port), { connectTimeoutMs: 500 }).closed;
    expect(["refused", "protocol", "timeout", "closed"]).toContain(why.code);
  },
);

test("octets that are no MQTT, once connected, end it at once", async () => {
  const { port } = await octetServer(CONNACK_5);
  const { seen, closed } = begin(url(port));
  await until(() => seen.connected !== undefined);
  for (const socket of sockets) socket.write(Buffer.from("ff".repeat(8), "hex"));
  expect((await closed).code).toBe("protocol");
});

test("a message longer than we allow ends it, and is not kept", async () => {
  const { port } = await octetServer(CONNACK_5, (socket) => {
    const long = Buffer.alloc(256 * 1024 + 100, 1);
    const remaining = 2 + 1 + 1 + long.length;
    const header = [0x30, (remaining & 0x7f) | 0x80, ((remaining >> 7) & 0x7f) | 0x80, remaining >> 14];
    socket.write(Buffer.concat([Buffer.from(header), Buffer.from([0, 1, 0x74, 0]), long]));
  });
  expect((await begin(url(port)).closed).code).toBe("protocol");
});

test("a web server that wants no websocket is a refusal that says so", async () => {
  const http = createHttpServer((_request, response) => response.writeHead(404).end());
  const port = await listening(http);
  const why = await begin(`ws://127.0.0.1:${port}/mqtt`).closed;
  expect(why).toMatchObject({ code: "refused", detail: expect.stringContaining("404") });
});

describe("CONNECT", () => {
  test("starts clean, asks for a session that ends with the connection, and carries will and keepalive", async () => {
    const { port, heard } = await octetServer(CONNACK_5);
    const { seen } = begin(url(port), {
      username: "gw",
      password: "p",
      keepaliveS: 45,
      will: { topic: "w", payload: Buffer.from([7]), retain: true },
    });
    await until(() => seen.connected !== undefined);
    const octets = Buffer.concat(heard);
    // Fixed header, "MQTT", version 5, flags: user, password, will retain, will QoS 1, will, clean start.
    expect(octets.subarray(2, 12).toString("hex")).toBe("00044d51545405ee002d");
    expect(octets.includes(Buffer.from("1100000000", "hex")), "session expiry 0").toBe(true);
  });

  test("of 3.1.1 starts clean too", async () => {
    const { port, heard } = await octetServer(CONNACK_3);
    const { seen } = begin(url(port), { version: 4 });
    await until(() => seen.connected !== undefined);
    expect(Buffer.concat(heard).subarray(2, 12).toString("hex")).toBe("00044d5154540402001e");
  });
});

test("what was in flight when the connection ended is not sent on the next one", async () => {
  const { port, heard } = await octetServer(CONNACK_5);
  const first = begin(url(port));
  await until(() => first.seen.connected !== undefined);
  const sent = first.link.publish({ topic: "join", payload: Buffer.from("old"), qos: 1 });
  await until(() => Buffer.concat(heard).includes("old"));
  for (const socket of sockets) socket.destroy();
  expect(await sent).toEqual({ outcome: "closed" });
  heard.length = 0;
  const second = begin(url(port));
  await until(() => second.seen.connected !== undefined);
  void second.link.publish({ topic: "join", payload: Buffer.from("new"), qos: 1 });
  await until(() => Buffer.concat(heard).includes("new"));
  expect(Buffer.concat(heard).includes("old")).toBe(false);
});

describe("given up on a road that has gone dark", () => {
  let authority: Authority;
  beforeAll(() => {
    authority = createAuthority();
  });
  afterAll(() => authority.remove());

  test.each(["mqtt", "mqtts"] as const)(
    "what the kernel has not sent never arrives, %s",
    async (protocol) => {
      const heard: Buffer[] = [];
      const onSocket = (socket: Socket): void => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.once("data", () => socket.write(CONNACK_5));
        socket.on("data", (octets) => heard.push(octets));
      };
      const { certFile, keyFile } = authority.issue("broker");
      const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
      const port = await listening(
        protocol === "mqtt" ? createServer(onSocket) : createTlsServer(files, onSocket),
      );
      const ca = readFileSync(authority.caFile);
      const { link, seen, closed } = begin(`${protocol}://127.0.0.1:${port}`, { ca });
      await until(() => seen.connected !== undefined);
      for (const socket of sockets) socket.pause();
      // More than the far side's kernel takes from ours, and less than ours takes from us.
      void link.publish({ topic: "t", payload: Buffer.alloc(512 * 1024, "filler"), qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      void link.publish({ topic: "t", payload: Buffer.from("too late"), qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      link.close("abruptly");
      expect((await closed).code).toBe("closed");
      for (const socket of sockets) socket.resume();
      await until(() => [...sockets].every((socket) => socket.destroyed));
      expect(Buffer.concat(heard).includes("filler")).toBe(true);
      expect(Buffer.concat(heard).includes("too late")).toBe(false);
    },
  );
});

test("closed politely with something unanswered, it says DISCONNECT all the same, so no will is published", async () => {
  const { port, heard } = await octetServer(CONNACK_5);
  const { link, seen, closed } = begin(url(port));
  await until(() => seen.connected !== undefined);
  const sent = link.publish({ topic: "t", payload: Buffer.from("x"), qos: 1 });
  link.close("politely");
  expect(await sent).toEqual({ outcome: "closed" });
  expect((await closed).code).toBe("closed");
  await until(() => /e000$|e0020000$/.test(Buffer.concat(heard).toString("hex")), "DISCONNECT");
});
