/**
 * The core's side: a real Mosquitto, somebody who has subscribed (without whom nothing counts as taken), and a slow
 * road to it.
 */
import { writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { end, newDirectory, start } from "./children.ts";

export interface Core {
  readonly port: number;
  /** Resolves when a gateway has said ONLINE since the last call. */
  whenOnline(): Promise<void>;
  stop(): Promise<void>;
}

const TOPIC = "eu868/gateway/+/#";
const ONLINE_TOPIC = "/state/conn";
const READY_MS_MAX = 10_000;
const RETRY_MS = 20;
/** Debian keeps Mosquitto where only root's PATH looks. */
const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`;

export async function startCore(): Promise<Core> {
  const port = await freePort();
  const config = join(newDirectory(), "mosquitto.conf");
  // test/mosquitto.ts logs all that it does, which costs it more than the work itself.
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    "log_dest none",
  ];
  // As root it would change to a user who may not read the configuration.
  writeFileSync(config, `${[...lines, ...(process.getuid?.() === 0 ? ["user root"] : [])].join("\n")}\n`);
  const mosquitto = start("mosquitto", ["-c", config], { stdio: "ignore", env: { ...process.env, PATH } });
  let onOnline: (() => void) | undefined;
  const subscriber = await connectWhenReady(port);
  subscriber.on("error", () => {});
  await new Promise<void>((resolve) => {
    subscriber.once("data", () => resolve());
    subscriber.write(Buffer.concat([connectPacket(), subscribePacket(TOPIC)]));
  });
  subscriber.on("data", (bytes) => {
    if (onOnline === undefined || !bytes.includes(ONLINE_TOPIC)) return;
    onOnline();
    onOnline = undefined;
  });
  return {
    port,
    whenOnline: () =>
      new Promise((resolve) => {
        onOnline = resolve;
      }),
    stop: async () => {
      subscriber.destroy();
      await end(mosquitto);
    },
  };
}

async function connectWhenReady(port: number): Promise<Socket> {
  for (const untilMs = performance.now() + READY_MS_MAX; ; ) {
    const socket = connect(port, "127.0.0.1");
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (connected) return socket;
    if (performance.now() > untilMs) throw new Error("mosquitto does not start (is it installed?)");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** MQTT 3.1.1, clean session, no keepalive. */
function connectPacket(): Buffer {
  const id = Buffer.from("bench");
  const body = Buffer.concat([
    Buffer.from([0, 4]),
    Buffer.from("MQTT"),
    Buffer.from([4, 2, 0, 0, 0, id.length]),
    id,
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** QoS 0: nothing to answer. */
function subscribePacket(filter: string): Buffer {
  const text = Buffer.from(filter);
  const body = Buffer.concat([Buffer.from([0, 1, 0, text.length]), text, Buffer.from([0])]);
  return Buffer.concat([Buffer.from([0x82, body.length]), body]);
}

export interface SlowRoad {
  readonly port: number;
  stop(): Promise<void>;
}

/** A road to the port on which everything takes so long each way. */
export async function openSlowRoad(toPort: number, oneWayMs: number): Promise<SlowRoad> {
  const sockets = new Set<Socket>();
  const delay = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    from.on("data", (bytes) => setTimeout(() => to.write(bytes), oneWayMs));
    from.on("close", () => {
      sockets.delete(from);
      setTimeout(() => to.end(), oneWayMs);
    });
  };
  const server = createServer((near) => {
    const far = connect(toPort, "127.0.0.1");
    delay(near, far);
    delay(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
