/**
 * One virtual gateway in a world of its own: a clock that is told, an air, a server that answers as a test wishes,
 * and a meter that notes what it hears.
 */
import {
  type Downward,
  readUpward,
  type Token,
  type Upward,
  writePullResp,
} from "../../../agent/lorawan/gwmp.ts";
import type { UdpPeer, UdpSocket } from "../../../agent/ports.ts";
import { type Air, createAir, nowUs, type Reception } from "../../../simulator/air/air.ts";
import {
  createForwarder,
  type Forwarder,
  type ForwarderOptions,
} from "../../../simulator/gateway/forwarder.ts";
import type { GatewayEvent } from "../../../simulator/gateway/gateway-event.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { WorldUdp } from "../../../simulator/world/udp.ts";

export const EUI = "7276ff00390300ae";
const SERVER: UdpPeer = { host: "127.0.0.1", port: 1700 };

interface Arrived {
  readonly said: Upward;
  readonly bytes: Buffer;
  readonly from: UdpPeer;
  readonly atMs: number;
}

/** A server that notes all and, until told otherwise, answers at once. */
interface TestServer {
  readonly arrived: Arrived[];
  answers: { push: boolean; pull: boolean };
  send(bytes: Buffer, to: UdpPeer): void;
  acknowledge(push: Arrived): void;
}

export interface GatewayWorld {
  readonly clock: WorldClock;
  readonly udp: WorldUdp;
  readonly air: Air;
  readonly server: TestServer;
  readonly forwarder: Forwarder;
  readonly events: GatewayEvent[];
  /** What the meter heard, newest last. */
  readonly receptions: Reception[];
  /** Puts an SF7 uplink on air now that ends in 61.696 ms or so. @returns its end, true time. */
  uplink(octets?: Buffer, frequencyHz?: number): number;
  /** Sends a PULL_RESP to where the last PULL_DATA came from. */
  pullResp(body: string, token?: Token): void;
  /** True microseconds now. */
  nowUs(): number;
  pushes(): Arrived[];
  /** The JSON of every PUSH_DATA so far, parsed. */
  bodies(): { rxpk?: Record<string, unknown>[]; stat?: Record<string, unknown> }[];
  txAcks(): string[];
  eventsOf<K extends GatewayEvent["kind"]>(kind: K): Extract<GatewayEvent, { kind: K }>[];
}

export const UPLINK_US = 61_696;

export async function gatewayWorld(
  options: Partial<ForwarderOptions> = {},
  clock = new WorldClock(),
  seed = 1,
): Promise<GatewayWorld> {
  const udp = new WorldUdp(clock);
  const rng = new WorldRng(seed);
  const air = createAir({ clock, rng });
  const events: GatewayEvent[] = [];
  const receptions: Reception[] = [];
  const server = await startServer(udp, clock);
  air.addMeter({ name: "meter", hear: (reception) => receptions.push(reception) });
  const forwarder = createForwarder({
    eui: EUI,
    server: SERVER,
    udp,
    clock,
    rng,
    air,
    onEvent: (event) => events.push(event),
    ...options,
  });
  await forwarder.start();
  // The first PULL_DATA arrives.
  await clock.advance(0);
  const pushes = () => server.arrived.filter(({ said }) => said.kind === "pushData");
  return {
    clock,
    udp,
    air,
    server,
    forwarder,
    events,
    receptions,
    uplink: (octets = Buffer.from("40112233448000000102030405", "hex"), frequencyHz = 868_100_000) => {
      const startUs = nowUs(clock);
      const radio = { frequencyHz, spreadingFactor: 7, bandwidthHz: 125_000, inverted: false, powerDbm: 14 };
      air.transmit("meter", { phyPayload: octets, ...radio, startUs, airtimeUs: UPLINK_US });
      return startUs + UPLINK_US;
    },
    pullResp: (body, token = [1, 2]) => {
      const pull = server.arrived.findLast(({ said }) => said.kind === "pullData");
      server.send(writePullResp(2, token, body), pull!.from);
    },
    nowUs: () => nowUs(clock),
    pushes,
    bodies: () =>
      pushes().map(({ said }) => JSON.parse(said.kind === "pushData" ? said.body.toString() : "")),
    txAcks: () => server.arrived.flatMap(({ said }) => (said.kind === "txAck" ? [said.body] : [])),
    eventsOf: (kind) =>
      events.filter((event): event is Extract<GatewayEvent, { kind: typeof kind }> => event.kind === kind),
  };
}

async function startServer(udp: WorldUdp, clock: WorldClock): Promise<TestServer> {
  const arrived: Arrived[] = [];
  const answers = { push: true, pull: true };
  let socket: UdpSocket;
  const answer = (kind: Downward["kind"], { said, from }: Arrived): void => {
    const octet = kind === "pushAck" ? 1 : 4;
    socket.send(Buffer.from([2, said.token[0], said.token[1], octet]), from);
  };
  socket = await udp.bind(SERVER, (bytes, from) => {
    const read = readUpward(bytes);
    if (!read.ok) throw new Error(`the gateway sent ${read.fault}: ${bytes.toString("hex")}`);
    const one: Arrived = { said: read.value, bytes, from, atMs: clock.monotonicMs() };
    arrived.push(one);
    if (read.value.kind === "pushData" && answers.push) answer("pushAck", one);
    if (read.value.kind === "pullData" && answers.pull) answer("pullAck", one);
  });
  return {
    arrived,
    answers,
    send: (bytes, to) => socket.send(bytes, to),
    acknowledge: (push) => answer("pushAck", push),
  };
}
