/**
 * The real connection to a real Mosquitto: mqtt.js, files and clock as on a gateway, everything it says written
 * down; and an independent client that listens beside it.
 */
import { createServer, connect as dial, type Socket } from "node:net";
import mqtt, { type MqttClient } from "mqtt";
import type { CoreSettings } from "../../../agent/config/settings.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openMqtt } from "../../../agent/host/mqtt.ts";
import { openRng } from "../../../agent/host/rng.ts";
import { createChirpstackMqtt } from "../../../agent/north/chirpstack-mqtt.ts";
import type { DownlinkCommand } from "../../../agent/north/core.ts";
import type { Mosquitto } from "../../mosquitto.ts";
import { GATEWAY_EUI } from "./carried.ts";
import { coreSettings, writtenLog } from "./core-world.ts";

/** What is to be ended after a test, last first. */
export const endings: (() => Promise<unknown>)[] = [];

export async function endAll(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

export function realCore(settings: Partial<CoreSettings>) {
  const seen = { ups: 0, downs: 0, commands: [] as DownlinkCommand[] };
  const log = writtenLog();
  const clock = openClock();
  const connection = createChirpstackMqtt({
    settings: coreSettings({ topicPrefix: "", ...settings }),
    gatewayEui: GATEWAY_EUI,
    mqtt: openMqtt(clock),
    files: openFiles(),
    clock,
    rng: openRng(),
    log,
    counters: createCounters(),
    handlers: {
      onConnected: () => {
        seen.ups += 1;
      },
      onDisconnected: () => {
        seen.downs += 1;
      },
      onDownlink: (command) => seen.commands.push(command),
      onStatsInterval: () => undefined,
      onTxpk: () => undefined,
      onReplayPlan: () => undefined,
      onOwnCommand: () => undefined,
      onExec: () => undefined,
    },
  });
  endings.push(() => connection.stop());
  connection.start();
  return { connection, seen, log };
}

export interface Reader {
  readonly client: MqttClient;
  readonly messages: { readonly topic: string; readonly payload: Buffer; readonly retain: boolean }[];
  last(topic: string): Buffer | undefined;
}

/** The core, as far as the broker can tell. */
export async function reader(
  broker: Pick<Mosquitto, "url">,
  filter: string,
  options: mqtt.IClientOptions = {},
): Promise<Reader> {
  const client = mqtt.connect(broker.url, { protocolVersion: 5, reconnectPeriod: 50, ...options });
  endings.push(() => client.endAsync(true));
  const messages: { topic: string; payload: Buffer; retain: boolean }[] = [];
  client.on("message", (topic, payload, packet) => messages.push({ topic, payload, retain: packet.retain }));
  client.on("error", () => undefined);
  await client.subscribeAsync(filter, { qos: 0 });
  return {
    client,
    messages,
    last: (topic) => messages.findLast((message) => message.topic === topic)?.payload,
  };
}

export interface Road {
  readonly port: number;
  /** Its connections end without a word. */
  cut(): void;
  /** It reads nothing more: what is sent stays with the sender's kernel once its own is full. */
  darken(): void;
  lighten(): void;
}

/** A road that can fail: a TCP relay. */
export async function road(toPort: number): Promise<Road> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = dial(toPort, "127.0.0.1");
    keep(near);
    keep(far);
    near.pipe(far);
    far.pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  endings.push(async () => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    cut,
    darken: () => {
      for (const socket of sockets) socket.pause();
    },
    lighten: () => {
      for (const socket of sockets) socket.resume();
    },
  };
}
