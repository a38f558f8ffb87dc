/**
 * MQTT on a real gateway: the Mqtt port opened on mqtt.js.
 *
 * mqtt.js is held to one connection: a new client for each, no reconnecting, no queue for what is published
 * offline, and a store that keeps nothing. Its own habit of sending again what was in flight is thereby off;
 * who sends again, and in which order, is decided in agent/north/courier.ts. PUBACK reason codes are read from
 * the packets themselves, because its callbacks hide code 16 ("no matching subscribers").
 *
 * The TCP socket is opened here and given to the library, so that what was not sent in time can be thrown away
 * (mqtt-socket.ts). The library costs some 12 MB, so it is loaded at the first connect.
 */
import type { Socket } from "node:net";
import type { IClientOptions, IClientPublishOptions, MqttClient, Packet } from "mqtt";
import type {
  Clock,
  Mqtt,
  MqttClosed,
  MqttConnectOptions,
  MqttHandlers,
  MqttLink,
  MqttPublish,
  MqttPublished,
  Timer,
} from "../ports.ts";
import { closedByDisconnect, closedByError } from "./mqtt-closed.ts";
import { dial, giveUp, hostOf, portOf, protocolOf, standingOn } from "./mqtt-socket.ts";

type Library = typeof import("mqtt");

/** How long a polite close may take before the connection is cut. */
const POLITE_CLOSE_MS_MAX = 500;
/** The broker must not send us more at once (MQTT 5); commands are far smaller. */
const INCOMING_PACKET_OCTETS_MAX = 256 * 1024;
/** What MQTT 5 means by saying nothing. */
const RECEIVE_MAXIMUM_DEFAULT = 65_535;

const CLOSED: MqttPublished = { outcome: "closed" };
const WRITTEN: MqttPublished = { outcome: "acknowledged", reasonCode: 0 };

export function openMqtt(clock: Clock): Mqtt {
  let library: Promise<Library> | undefined;
  return {
    connect: (options, handlers) => {
      const link = new Link(clock, options, handlers);
      library ??= import("mqtt");
      void library.then((loaded) => link.open(loaded));
      return link;
    },
  };
}

/** A packet of ours that wants an answer. */
interface Waiting {
  readonly sentMs: number;
  /** @param codes the answer's reason codes; undefined when the connection ended first. */
  readonly settle: (codes: readonly number[] | undefined) => void;
}

class Link implements MqttLink {
  readonly #clock: Clock;
  readonly #options: MqttConnectOptions;
  readonly #handlers: MqttHandlers;
  /** By packet identifier; insertion order is the order of sending. */
  readonly #waiting = new Map<number, Waiting>();
  #client: MqttClient | undefined;
  #socket: Socket | undefined;
  #patience: Timer | undefined;
  #pingSentMs: number | undefined;
  #connected = false;
  #ended = false;

  constructor(clock: Clock, options: MqttConnectOptions, handlers: MqttHandlers) {
    this.#clock = clock;
    this.#options = options;
    this.#handlers = handlers;
  }

  open(library: Library): void {
    if (this.#ended) return;
    const { url, connectTimeoutMs } = this.#options;
    this.#patience = this.#clock.after(connectTimeoutMs, () =>
      this.#end({ code: "timeout", detail: `no CONNACK within ${connectTimeoutMs} ms` }),
    );
    const socket = dial(new URL(url));
    this.#socket = socket;
    socket.on("error", (error) => this.#end(closedByError(error, this.#connected)));
    socket.once("connect", () => this.#speak(library, socket));
  }

  #speak(library: Library, socket: Socket): void {
    if (this.#ended) return;
    try {
      this.#client = clientOn(socket, this.#options, library);
    } catch (error) {
      // A key or certificate that cannot be parsed is thrown, not emitted.
      const why = closedByError(error, false);
      if (why.code !== "tls") throw error;
      this.#end(why);
      return;
    }
    const client = this.#client;
    // mqtt.js keeps errors without a code to itself, such as a refused websocket upgrade.
    client.stream.on("error", (error) => this.#end(closedByError(error, this.#connected)));
    client.on("error", (error) => this.#end(closedByError(error, this.#connected)));
    client.on("disconnect", (packet) => this.#end(closedByDisconnect(packet.reasonCode)));
    client.on("close", () => this.#end({ code: "closed", detail: "the far side closed the connection" }));
    client.on("packetsend", (packet) => {
      if (packet.cmd === "pingreq") this.#pingSentMs = this.#clock.monotonicMs();
    });
    client.on("packetreceive", (packet) => this.#onPacket(packet));
    client.on("connect", (connack) => {
      if (this.#ended) return;
      this.#connected = true;
      this.#patience?.cancel();
      this.#handlers.onConnected({
        receiveMaximum: connack.properties?.receiveMaximum ?? RECEIVE_MAXIMUM_DEFAULT,
      });
    });
    client.on("message", (topic, payload, packet) => {
      if (this.#ended) return;
      const { messageExpiryInterval: expiryS, correlationData: correlation } = packet.properties ?? {};
      this.#handlers.onMessage({
        topic,
        payload,
        retain: packet.retain,
        ...(expiryS === undefined ? {} : { expiryS }),
        ...(correlation === undefined ? {} : { correlation }),
      });
    });
  }

  publish(message: MqttPublish): Promise<MqttPublished> {
    const client = this.#client;
    if (this.#ended || !this.#connected || client === undefined) return Promise.resolve(CLOSED);
    const payload = asBuffer(message.payload);
    if (message.qos === 0) {
      return new Promise((resolve) => {
        client.publish(message.topic, payload, publishOptions(message), (error) =>
          resolve(error ? CLOSED : WRITTEN),
        );
      });
    }
    return new Promise((resolve) => {
      client.publish(message.topic, payload, publishOptions(message));
      this.#wait(client, (codes) =>
        resolve(codes === undefined ? CLOSED : { outcome: "acknowledged", reasonCode: codes[0] ?? 0 }),
      );
    });
  }

  subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly number[] | undefined> {
    const client = this.#client;
    if (this.#ended || !this.#connected || client === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      // Its callback calls a refused filter an error; the SUBACK itself says which.
      client.subscribe([...filters], { qos }, () => {});
      this.#wait(client, resolve);
    });
  }

  unansweredMs(): number {
    const nowMs = this.#clock.monotonicMs();
    const pingMs = this.#pingSentMs === undefined ? 0 : nowMs - this.#pingSentMs;
    for (const oldest of this.#waiting.values()) return Math.max(pingMs, nowMs - oldest.sentMs);
    return pingMs;
  }

  octets(): { readonly sent: number; readonly received: number } {
    return { sent: this.#socket?.bytesWritten ?? 0, received: this.#socket?.bytesRead ?? 0 };
  }

  close(how: "politely" | "abruptly"): void {
    const why: MqttClosed = { code: "closed", detail: "closed by the agent" };
    const client = this.#client;
    if (how === "abruptly" || client === undefined || !this.#connected) {
      // onClosed must not be called from inside close().
      queueMicrotask(() => this.#end(why));
      return;
    }
    // With something in flight mqtt.js would wait for its answer before it says DISCONNECT.
    for (const messageId of this.#waiting.keys()) client.removeOutgoingMessage(messageId);
    this.#settleAll();
    this.#connected = false;
    client.end(false);
    this.#clock.after(POLITE_CLOSE_MS_MAX, () => this.#end(why));
  }

  /** The packet identifier is the one that mqtt.js has just given out. */
  #wait(client: MqttClient, settle: Waiting["settle"]): void {
    this.#waiting.set(client.getLastMessageId(), { sentMs: this.#clock.monotonicMs(), settle });
  }

  #onPacket(packet: Packet): void {
    if (packet.cmd === "puback") this.#answered(packet.messageId, [packet.reasonCode ?? 0]);
    else if (packet.cmd === "suback") this.#answered(packet.messageId, packet.granted as number[]);
    else if (packet.cmd === "pingresp") this.#pingSentMs = undefined;
  }

  #answered(messageId: number | undefined, codes: readonly number[]): void {
    const waiting = messageId === undefined ? undefined : this.#waiting.get(messageId);
    if (waiting === undefined) return;
    this.#waiting.delete(messageId!);
    waiting.settle(codes);
  }

  #settleAll(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.settle(undefined);
  }

  #end(why: MqttClosed): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connected = false;
    this.#patience?.cancel();
    // First of all: whatever else closes the socket would let the kernel send what it still holds.
    if (this.#socket) giveUp(this.#socket);
    this.#client?.end(true);
    this.#client?.stream.destroy();
    this.#settleAll();
    this.#handlers.onClosed(why);
  }
}

function clientOn(socket: Socket, options: MqttConnectOptions, library: Library): MqttClient {
  // Of an ESM import of a CommonJS package; bundled, the names stand one level deeper.
  const { connect, MqttClient, Store } =
    "connect" in library ? library : (library as { default: Library }).default;
  const url = new URL(options.url);
  const settings: IClientOptions = {
    ...clientOptions(options, url),
    ...standingOn(socket, url),
    outgoingStore: new (forgetful(Store))(),
  };
  return protocolOf(url) === "mqtt" ? new MqttClient(() => socket, settings) : connect(settings);
}

/** A store that keeps nothing: mqtt.js then has nothing to send again. */
function forgetful(Store: Library["Store"]): Library["Store"] {
  return class extends Store {
    override put(_packet: unknown, done?: () => void): this {
      done?.();
      return this;
    }
    override del(packet: never, done: (error?: Error, packet?: never) => void): this {
      done(undefined, packet);
      return this;
    }
  } as Library["Store"];
}

function clientOptions(options: MqttConnectOptions, url: URL): IClientOptions {
  const protocol = protocolOf(url);
  const web = protocol === "ws" || protocol === "wss";
  const secure = protocol === "mqtts" || protocol === "wss";
  const version5 = options.version === 5;
  return {
    protocol,
    // A websocket's URL keeps the brackets of an IPv6 address, a socket's host has none.
    hostname: web ? url.hostname : hostOf(url),
    port: portOf(url),
    ...(web ? { path: `${url.pathname || "/"}${url.search}` } : {}),
    protocolId: "MQTT",
    protocolVersion: options.version,
    clientId: options.clientId,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(secure ? tlsOptions(options) : {}),
    keepalive: options.keepaliveS,
    connectTimeout: options.connectTimeoutMs,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // Its cache of all 65,536 packet identifiers would cost several megabytes.
    writeCache: false,
    timerVariant: "native",
    ...(version5
      ? { properties: { sessionExpiryInterval: 0, maximumPacketSize: INCOMING_PACKET_OCTETS_MAX } }
      : {}),
    ...(options.will ? { will: { ...options.will, payload: asBuffer(options.will.payload), qos: 1 } } : {}),
  };
}

function tlsOptions(options: MqttConnectOptions): IClientOptions {
  return {
    ...(options.ca ? { ca: asBuffer(options.ca) } : {}),
    ...(options.cert ? { cert: asBuffer(options.cert) } : {}),
    ...(options.key ? { key: asBuffer(options.key) } : {}),
  };
}

const LIVE: IClientPublishOptions = { qos: 1 };

function publishOptions({ qos, retain, expiryS, correlation }: MqttPublish): IClientPublishOptions {
  const properties = {
    ...(expiryS === undefined ? {} : { messageExpiryInterval: expiryS }),
    ...(correlation === undefined ? {} : { correlationData: asBuffer(correlation) }),
  };
  const mayHaveProperties = expiryS !== undefined || correlation !== undefined;
  if (!mayHaveProperties && retain !== true && qos === 1) return LIVE;
  return { qos, retain: retain === true, ...(mayHaveProperties ? { properties } : {}) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
