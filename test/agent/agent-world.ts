/**
 * A whole agent in the simulated world: a gateway with its disk, the packet forwarders beside it and the cores north
 * of it. The real wiring (agent/agent.ts) over the world's ports; only the world is made up.
 *
 * The agent lives in a process that can be ended in two ways: stop() as SIGTERM does, cutPower() as a power cut does
 * (what was not synced is gone, nothing is said any more). start() gives the same gateway a new process.
 */

import { type Agent, type AgentParts, startAgent } from "../../agent/agent.ts";
import { loadSettings } from "../../agent/config/load.ts";
import type { Settings } from "../../agent/config/settings.ts";
import { AgentError } from "../../agent/errors.ts";
import { writePullData, writePushData, writeTxAck } from "../../agent/lorawan/gwmp.ts";
import { loadKinds } from "../../agent/north/kinds.ts";
import type {
  Clock,
  ControlAnswer,
  ControlDoor,
  ControlRequest,
  Doors,
  KeyValueStores,
  Mqtt,
  Udp,
  UdpPeer,
  UdpSocket,
} from "../../agent/ports.ts";
import { WorldClock } from "../../simulator/world/clock.ts";
import { type WorldBroker, WorldMqtt } from "../../simulator/world/mqtt.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { WorldStores } from "../../simulator/world/store.ts";
import { WorldUdp } from "../../simulator/world/udp.ts";
import {
  type DownlinkFrame,
  readConnState,
  readTxAck,
  readUplink,
  type TxAck,
  type Uplink,
} from "./chirpstack.ts";
import { memoryFiles } from "./config/memory-files.ts";
import { type Line, writtenLog } from "./north/core-world.ts";
import { judge } from "./north/judge.ts";

/** Loaded before any world begins: in a world nothing waits for the machine's disk. */
const connectCore = await loadKinds(["chirpstack-mqtt", "gwmp"]);

export const EUI = "7276ff0044010010";
export const OTHER_EUI = "7276ff0044010011";
const JOURNAL = "/journal";
const LISTEN = { host: "127.0.0.1", port: 1700 };
/** What one synced batch takes. */
const FSYNC_MS = 7;
/** What it takes to open the control socket. */
const CONTROL_MS = 20;

export interface SettingsText {
  /** Lines of TOML by table, after those which every world has. */
  readonly tables?: Readonly<Record<string, string>>;
  /** Each made by coreToml(). */
  readonly cores?: readonly string[];
}

/** Settings as an operator writes them. */
export function settingsOf({ tables = {}, cores = [coreToml("main")] }: SettingsText = {}): Settings {
  const given: Record<string, string> = {
    forwarder: `listen = "${LISTEN.host}:${LISTEN.port}"`,
    journal: `path = "${JOURNAL}"`,
    clock: 'probe_file = "/synchronised"',
  };
  const names = new Set([...Object.keys(given), ...Object.keys(tables)]);
  const sections = [...names].map((name) => `[${name}]\n${given[name] ?? ""}\n${tables[name] ?? ""}`);
  const tomlText = [...sections, ...cores].join("\n");
  const read = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  return read.settings;
}

export function coreToml(id: string, more = ""): string {
  return `[[core]]\nid = "${id}"\nservers = ["mqtt://${id}:1883"]\ntopic_prefix = "eu868"\n${more}\n`;
}

/** A core behind Semtech UDP. */
export function gwmpCoreToml(id: string, servers: readonly string[], more = ""): string {
  return `[[core]]\nid = "${id}"\nkind = "gwmp"\nservers = ${JSON.stringify(servers)}\n${more}\n`;
}

// ------------------------------------------------------------------------------------------ the cores

/** An uplink as a core read it, and when. */
export interface CoreUplink extends Uplink {
  readonly atMs: number;
}

export interface WorldCore {
  readonly broker: WorldBroker;
  readonly ups: CoreUplink[];
  readonly stats: { readonly gatewayEui: string; readonly atMs: number }[];
  readonly acks: TxAck[];
  /** The state that stands retained. */
  state(gatewayEui?: string): "ONLINE" | "OFFLINE" | undefined;
  /** Asks for a downlink, as ChirpStack would. */
  command(frame: DownlinkFrame, gatewayEui?: string): void;
  /** Subscribers, while it has any. */
  subscribe(): void;
  unsubscribe(): void;
}

function openCore(clock: WorldClock, broker: WorldBroker): WorldCore {
  const core: Pick<WorldCore, "ups" | "stats" | "acks"> = { ups: [], stats: [], acks: [] };
  const onEvent = (topic: string, payload: Buffer): void => {
    const atMs = clock.monotonicMs();
    if (topic.endsWith("/up")) core.ups.push({ ...readUplink(payload), atMs });
    else if (topic.endsWith("/ack")) core.acks.push(readTxAck(payload));
    else if (topic.endsWith("/stats")) {
      core.stats.push({ gatewayEui: judge.GatewayStats.deserializeBinary(payload).getGatewayId(), atMs });
    }
  };
  let end: (() => void) | undefined;
  const opened: WorldCore = {
    ...core,
    broker,
    state: (gatewayEui = EUI) => {
      const payload = broker.retained.get(`eu868/gateway/${gatewayEui}/state/conn`)?.payload;
      return payload && readConnState(payload);
    },
    command: (frame, gatewayEui = EUI) => {
      frame.setGatewayId(gatewayEui);
      const topic = `eu868/gateway/${gatewayEui}/command/down`;
      broker.publish({ topic, payload: frame.serializeBinary(), qos: 1 });
    },
    subscribe: () => {
      end ??= broker.listen("eu868/gateway/+/event/+", ({ topic, payload }) => onEvent(topic, payload));
    },
    unsubscribe: () => {
      end?.();
      end = undefined;
    },
  };
  opened.subscribe();
  return opened;
}

// ------------------------------------------------------------------------------------- the forwarders

export interface WorldForwarder {
  readonly gatewayEui: string;
  /** Tokens (hex) of PUSH_ACKs, in order. */
  readonly acked: string[];
  readonly pullAcks: string[];
  readonly pullResps: { readonly token: readonly [number, number]; readonly json: string }[];
  /** A PUSH_DATA. @returns the token, hex. */
  push(...rxpks: readonly string[]): string;
  /** A PUSH_DATA with this body. */
  pushBody(body: string | Buffer): string;
  /** Where its PUSH_DATAs come from. */
  readonly upPort: number;
  /** Octets as they are, from there. */
  raw(octets: Uint8Array): void;
  pull(): void;
  /** Answers the newest PULL_RESP; empty: no error. */
  txAck(json?: string): void;
}

async function openForwarder(udp: WorldUdp, gatewayEui: string, port: number): Promise<WorldForwarder> {
  const forwarder: Pick<WorldForwarder, "acked" | "pullAcks" | "pullResps"> = {
    acked: [],
    pullAcks: [],
    pullResps: [],
  };
  const onDatagram = (bytes: Buffer): void => {
    const token = bytes.toString("hex", 1, 3);
    if (bytes[3] === 1) forwarder.acked.push(token);
    else if (bytes[3] === 4) forwarder.pullAcks.push(token);
    else if (bytes[3] === 3)
      forwarder.pullResps.push({ token: [bytes[1]!, bytes[2]!], json: bytes.toString("utf8", 4) });
  };
  const up: UdpSocket = await udp.bind({ host: "127.0.0.1", port }, onDatagram);
  const down: UdpSocket = await udp.bind({ host: "127.0.0.1", port: port + 1 }, onDatagram);
  let next = 0;
  const nextToken = (): [number, number] => {
    next += 1;
    return [(next >> 8) & 0xff, next & 0xff];
  };
  const pushBody = (body: string | Buffer): string => {
    const token = nextToken();
    up.send(writePushData(2, token, gatewayEui, body), LISTEN);
    return Buffer.from(token).toString("hex");
  };
  return {
    ...forwarder,
    gatewayEui,
    upPort: port,
    push: (...rxpks) => pushBody(`{"rxpk":[${rxpks.join(",")}]}`),
    pushBody,
    raw: (octets) => up.send(octets, LISTEN),
    pull: () => down.send(writePullData(2, nextToken(), gatewayEui), LISTEN),
    txAck: (json = "") => {
      const { token } = forwarder.pullResps.at(-1)!;
      down.send(writeTxAck(2, token, gatewayEui, json), LISTEN);
    },
  };
}

// ------------------------------------------------------------------------------------------ the world

export interface AgentWorld {
  readonly clock: WorldClock;
  readonly udp: WorldUdp;
  readonly stores: WorldStores;
  readonly log: Line[];
  /** PHYPayloads (hex) that a power cut at this moment would leave on disk, or that were there and were taken. */
  readonly durable: ReadonlySet<string>;
  readonly agent: Agent;
  core(id?: string): WorldCore;
  forwarder(gatewayEui?: string): Promise<WorldForwarder>;
  /** Two frames, far enough apart that the concentrator's clock is told, proven and noted. */
  settleIn(forwarder: WorldForwarder): Promise<void>;
  start(settings?: Settings): Promise<void>;
  stop(): Promise<void>;
  cutPower(): void;
  /** Somebody else listens on the agent's port. @returns what ends it. */
  takePort(): () => Promise<void>;
  /** Somebody else answers on the control socket. @returns what ends it. */
  refuseControl(): () => Promise<void>;
  /** Asks on the control socket. */
  ask(request: ControlRequest): Promise<ControlAnswer>;
  /** Called with every datagram that the agent sends, at the moment it does. */
  onSent: (bytes: Uint8Array, to: UdpPeer) => void;
  /** An rxpk heard now, by a concentrator that started with the world. */
  rxpk(shape?: RxpkShape): string;
  counted(name: string, reason?: string): number;
}

export interface RxpkShape {
  readonly devAddr?: string;
  readonly fCnt?: number;
  /** How long ago it was heard. */
  readonly ageMs?: number;
  /** PHYPayload, hex. */
  readonly phy?: string;
  readonly [field: string]: unknown;
}

/** An agent that has started, and one core ("main") that listens, unless told otherwise. */
export async function openAgentWorld(
  options: {
    settings?: Settings;
    seed?: number;
    /** What else each process is given at its start. */
    more?: () => Partial<Pick<AgentParts, "settingsFile">> & { readonly doors?: Partial<Doors> };
  } = {},
): Promise<AgentWorld> {
  const first = options.settings ?? settingsOf();
  const clock = new WorldClock();
  const udp = new WorldUdp(clock);
  const mqtt = new WorldMqtt(clock);
  const stores = new WorldStores();
  const files = memoryFiles({ "/synchronised": "" });
  const rng = new WorldRng(options.seed ?? 1);
  const log = writtenLog();
  const durable = createDurable();
  const cores = new Map<string, WorldCore>();
  for (const { id } of first.cores) cores.set(id, openCore(clock, mqtt.broker(`mqtt://${id}:1883`)));
  let life: Life | undefined;
  let settings = first;
  let port = 50_000;
  let controlRefused = false;

  const world: AgentWorld = {
    clock,
    udp,
    stores,
    log: log.lines,
    durable: durable.synced,
    get agent() {
      if (life?.agent === undefined) throw new Error("no agent runs");
      return life.agent;
    },
    core: (id = "main") => cores.get(id)!,
    forwarder: (gatewayEui = EUI) => {
      port += 2;
      return openForwarder(udp, gatewayEui, port);
    },
    settleIn: async (forwarder) => {
      for (let frame = 0; frame < 2; frame++) {
        forwarder.push(world.rxpk());
        await clock.advance(5_000);
      }
    },
    start: async (next = settings) => {
      settings = next;
      const begun = beginLife({
        clock,
        udp,
        mqtt,
        stores,
        durable,
        cores,
        onSent: (bytes, to) => world.onSent(bytes, to),
        controlRefused: () => controlRefused,
      });
      life = begun;
      const commands = { run: async () => ({ exitCode: 127, stdout: "" }) };
      const { doors: moreDoors, ...more } = options.more?.() ?? {};
      const doors: Doors = { ...begun.doors, files, rng, log, commands, ...moreDoors };
      const starting = startAgent({
        ...{ settings, connectCore, doors, version: "1.2.3", builtWallMs: 0 },
        ...more,
      });
      begun.agent = await moving(clock, starting);
      await clock.advance(100);
    },
    stop: async () => {
      await moving(clock, world.agent.stop());
      life = undefined;
    },
    cutPower: () => {
      life?.end();
      life = undefined;
      stores.cutPower(JOURNAL);
      durable.cut();
    },
    takePort: () => {
      const taken = udp.bind(LISTEN, () => undefined);
      return async () => (await taken).close();
    },
    refuseControl: () => {
      controlRefused = true;
      return async () => {
        controlRefused = false;
      };
    },
    ask: (request) => {
      if (life?.answer === undefined) throw new AgentError("CONTROL_UNREACHABLE", "nobody");
      return life.answer(request);
    },
    onSent: () => undefined,
    rxpk: (shape = {}) => rxpkAt(clock.monotonicMs(), shape),
    counted: (name, reason) => {
      const counted = world.agent.status().counters[name] ?? 0;
      return typeof counted === "number" ? counted : (counted[reason ?? ""] ?? 0);
    },
  };
  await world.start();
  return world;
}

/** Moves time until the promise is there: the disk takes its time. */
async function moving<T>(clock: WorldClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const settle = (): void => {
    done = true;
  };
  promise.then(settle, settle);
  for (let step = 0; !done; step++) {
    if (step > 10_000) throw new Error("it takes for ever");
    await clock.advance(1);
  }
  return promise;
}

// ---------------------------------------------------------------------------------- one process's life

interface Life {
  agent: Agent | undefined;
  answer: ((request: ControlRequest) => Promise<ControlAnswer>) | undefined;
  readonly doors: Pick<Doors, "clock" | "udp" | "stores" | "mqtt" | "control">;
  /** Nothing of it acts any more. */
  end(): void;
}

interface LifeParts {
  readonly clock: WorldClock;
  readonly udp: WorldUdp;
  readonly mqtt: WorldMqtt;
  readonly stores: WorldStores;
  readonly durable: Durable;
  readonly cores: ReadonlyMap<string, WorldCore>;
  readonly onSent: AgentWorld["onSent"];
  readonly controlRefused: () => boolean;
}

function beginLife(parts: LifeParts): Life {
  let alive = true;
  const sockets: { close(): Promise<void> }[] = [];
  const ifAlive = (run: () => void) => () => {
    if (alive) run();
  };
  const clock: Clock = {
    wallMs: () => parts.clock.wallMs(),
    monotonicMs: () => parts.clock.monotonicMs(),
    kernelBootId: () => parts.clock.kernelBootId(),
    after: (delayMs, run) => parts.clock.after(delayMs, ifAlive(run)),
    sleep: (delayMs, signal) => parts.clock.sleep(delayMs, signal),
  };
  const udp: Udp = {
    bind: async (at, onDatagram) => {
      const socket = await parts.udp.bind(at, (bytes, from) => {
        if (alive) onDatagram(bytes, from);
      });
      sockets.push(socket);
      const send: UdpSocket["send"] = (bytes, to) => {
        if (!alive) return;
        parts.onSent(bytes, to);
        socket.send(bytes, to);
      };
      return { address: socket.address, send, close: () => socket.close() };
    },
    connect: async (to, onDatagram, onRefused) => {
      const socket = await parts.udp.connect(
        to,
        (bytes) => alive && onDatagram(bytes),
        () => alive && onRefused(),
      );
      sockets.push(socket);
      const send = (bytes: Uint8Array): void => {
        if (!alive) return;
        parts.onSent(bytes, to);
        socket.send(bytes);
      };
      return { send, close: () => socket.close() };
    },
    resolve: (host) => parts.udp.resolve(host),
  };
  /** What a dead process waits for never comes. */
  const whileAlive = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => alive && resolve(value),
        (error) => alive && reject(error),
      );
    });
  const mqtt: Mqtt = {
    connect: (options, handlers) => {
      const link = parts.mqtt.connect(options, {
        onConnected: (info) => alive && handlers.onConnected(info),
        onMessage: (message) => alive && handlers.onMessage(message),
        onClosed: (why) => alive && handlers.onClosed(why),
      });
      return {
        publish: (message) => whileAlive(link.publish(message)),
        subscribe: (filters, qos) => whileAlive(link.subscribe(filters, qos)),
        unansweredMs: () => link.unansweredMs(),
        octets: () => link.octets(),
        close: (how) => link.close(how),
      };
    },
  };
  const life: Life = {
    agent: undefined,
    answer: undefined,
    doors: {
      clock,
      udp,
      mqtt,
      stores: slowStores(parts.stores, parts.clock, parts.durable, whileAlive),
      control: {
        serve: async (_socketPath, answer) => {
          await parts.clock.sleep(CONTROL_MS);
          if (parts.controlRefused()) throw new AgentError("CONTROL_BIND", "another agent answers");
          life.answer = answer;
          return {
            close: async () => {
              life.answer = undefined;
            },
          };
        },
        ask: () => Promise.reject(new AgentError("CONTROL_UNREACHABLE", "not from here")),
      } satisfies ControlDoor,
    },
    end: () => {
      alive = false;
      for (const socket of sockets) void socket.close();
      for (const [id, { broker }] of parts.cores)
        for (const eui of [EUI, OTHER_EUI]) broker.kick(`edge-agent-${eui}-${id}`);
    },
  };
  return life;
}

// --------------------------------------------------------------------------------------------- the disk

interface Durable {
  readonly synced: Set<string>;
  wrote(value: Uint8Array): void;
  sync(): void;
  cut(): void;
}

/** Reads the records' own text for what was heard: it need know nothing of their shape. */
function createDurable(): Durable {
  const synced = new Set<string>();
  let waiting: string[] = [];
  return {
    synced,
    wrote: (value) => {
      const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
      for (const [, data] of text.matchAll(/"data":"([^"]*)"/g)) {
        waiting.push(Buffer.from(data!, "base64").toString("hex"));
      }
    },
    sync: () => {
      for (const phy of waiting) synced.add(phy);
      waiting = [];
    },
    cut: () => {
      waiting = [];
    },
  };
}

/** A synced batch takes its time, and counts as durable only when it has been confirmed. */
function slowStores(
  stores: WorldStores,
  clock: WorldClock,
  durable: Durable,
  whileAlive: <T>(promise: Promise<T>) => Promise<T>,
): KeyValueStores {
  return {
    repair: (directory) => stores.repair(directory),
    open: async (directory) => {
      const store = await stores.open(directory);
      return {
        ...store,
        batch: async (operations, options) => {
          if (options.sync) await clock.sleep(FSYNC_MS);
          await whileAlive(store.batch(operations, options));
          for (const operation of operations) if (operation.type === "put") durable.wrote(operation.value);
          if (options.sync) durable.sync();
        },
      };
    },
  };
}

// ------------------------------------------------------------------------------------------ what is heard

let nextFCnt = 0;

/** PHYPayload of an unconfirmed data frame, hex. */
export function dataPhy(devAddr: string, fCnt: number): string {
  const bytes = Buffer.alloc(16);
  bytes[0] = 0x40;
  Buffer.from(devAddr, "hex").reverse().copy(bytes, 1);
  bytes.writeUInt16LE(fCnt & 0xffff, 6);
  bytes[8] = 1;
  bytes.writeUInt32LE(fCnt >>> 0, 12);
  return bytes.toString("hex");
}

/** PHYPayload of a join-request, hex. */
export function joinPhy(devNonce: number): string {
  const bytes = Buffer.alloc(23);
  Buffer.from("70b3d57ed0000001", "hex").reverse().copy(bytes, 1);
  Buffer.from("0018b20000000001", "hex").reverse().copy(bytes, 9);
  bytes.writeUInt16LE(devNonce, 17);
  return bytes.toString("hex");
}

function rxpkAt(nowMs: number, shape: RxpkShape): string {
  const { devAddr = "26011234", fCnt = nextFCnt++, ageMs = 0, phy, ...fields } = shape;
  const payload = Buffer.from(phy ?? dataPhy(devAddr, fCnt), "hex");
  return JSON.stringify({
    tmst: Math.round((nowMs - ageMs) * 1_000) % 2 ** 32,
    chan: 2,
    rfch: 0,
    freq: 868.1,
    stat: 1,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    rssi: -61,
    lsnr: 7.5,
    size: payload.length,
    data: payload.toString("base64"),
    ...fields,
  });
}

/** The PHYPayload of an rxpk, hex. */
export function phyOf(rxpk: string): string {
  return Buffer.from(JSON.parse(rxpk).data, "base64").toString("hex");
}
