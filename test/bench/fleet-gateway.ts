/**
 * How many datagrams a second one virtual gateway sends over real UDP on loopback, to somebody who acknowledges each
 * at once. Like the forwarders it plays it has one on its way at a time; so has the floor, a bare socket that sends
 * the same octets. A frame each: the dearest case.
 */
import { createSocket } from "node:dgram";
import { openClock } from "../../agent/host/clock.ts";
import { openUdp } from "../../agent/host/udp.ts";
import type { Udp } from "../../agent/ports.ts";
import { type Air, type Listener, nowUs } from "../../simulator/air/air.ts";
import { createForwarder } from "../../simulator/gateway/forwarder.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { median, say } from "./figure.ts";
import { startEcho } from "./floor.ts";
import type { Effort } from "./main.ts";

const HOST = "127.0.0.1";
const EUI = "02f1eefffe000001";
const TIMES = 3;
const RUN_MS = 1_500;
/** A reading of 47 octets. */
const PHY_PAYLOAD = Buffer.alloc(60, 0x40);
const RADIO = {
  frequencyHz: 868_100_000,
  spreadingFactor: 7,
  bandwidthHz: 125_000,
  inverted: false,
  powerDbm: 14,
  airtimeUs: 112_896,
};
const PUSH_DATA = 0;

interface Pace {
  readonly perSecond: number;
  /** Of this process. */
  readonly cpuUs: number;
}

export async function benchGateway(effort: Effort): Promise<void> {
  const echo = await startEcho();
  const gateways: Pace[] = [];
  const floors: Pace[] = [];
  let datagram = Buffer.alloc(0);
  const udp = noting(openUdp(raise), (bytes) => {
    datagram = Buffer.from(bytes);
  });
  for (let i = 0; i < TIMES; i++) {
    gateways.push(await gatewayPace(udp, echo.port, RUN_MS * effort));
    floors.push(await barePace(datagram, echo.port, RUN_MS * effort));
  }
  await echo.end();
  const of = "a bare socket that sends the same octets, one unanswered at a time";
  const middle = (paces: readonly Pace[], what: keyof Pace): number =>
    median(paces.map((pace) => pace[what]));
  say("fleet.datagrams", middle(gateways, "perSecond"), "datagrams/s", {
    value: middle(floors, "perSecond"),
    of,
  });
  say("fleet.datagrams.cpu", middle(gateways, "cpuUs"), "us/datagram", {
    value: middle(floors, "cpuUs"),
    of,
  });
}

/** Whatever is acknowledged, the next frame is there already. */
async function gatewayPace(udp: Udp, port: number, runMs: number): Promise<Pace> {
  const clock = openClock();
  let concentrator: Listener | undefined;
  const air: Air = {
    addGateway: (gateway) => {
      concentrator = gateway;
    },
    addMeter: () => undefined,
    transmit: () => undefined,
  };
  const hear = (): void => {
    const startUs = nowUs(clock);
    const transmission = { phyPayload: PHY_PAYLOAD, ...RADIO, startUs };
    concentrator!.hear({ transmission, endUs: startUs + RADIO.airtimeUs, rssiDbm: -97, snrDb: 7 });
  };
  let acknowledged = 0;
  const forwarder = createForwarder({
    eui: EUI,
    server: { host: HOST, port },
    udp,
    clock,
    rng: new WorldRng(1),
    air,
    onEvent: ({ kind }) => {
      if (kind === "pushAcknowledged") acknowledged += 1;
      if (kind === "pushAcknowledged" || kind === "pushUnacknowledged") hear();
    },
  });
  await forwarder.start();
  hear();
  const pace = await measured(runMs, () => acknowledged);
  await forwarder.stop();
  return pace;
}

async function barePace(datagram: Buffer, port: number, runMs: number): Promise<Pace> {
  const socket = createSocket("udp4");
  let answered = 0;
  const send = (): void => socket.send(datagram, port, HOST);
  socket.on("message", () => {
    answered += 1;
    send();
  });
  await new Promise<void>((bound) => socket.bind(0, HOST, bound));
  send();
  const pace = await measured(runMs, () => answered);
  await new Promise<void>((closed) => socket.close(closed));
  return pace;
}

async function measured(runMs: number, count: () => number): Promise<Pace> {
  const [fromMs, fromCount, fromCpu] = [performance.now(), count(), process.cpuUsage()];
  await new Promise((resolve) => setTimeout(resolve, runMs));
  const done = count() - fromCount;
  const { user, system } = process.cpuUsage(fromCpu);
  return { perSecond: (done * 1e3) / (performance.now() - fromMs), cpuUs: (user + system) / done };
}

/** Tells of each PUSH_DATA, so that the floor can send the same. */
function noting(udp: Udp, note: (bytes: Uint8Array) => void): Udp {
  return {
    ...udp,
    bind: async (at, onDatagram) => {
      const socket = await udp.bind(at, onDatagram);
      return {
        ...socket,
        send: (bytes, to) => {
          if (bytes[3] === PUSH_DATA) note(bytes);
          socket.send(bytes, to);
        },
      };
    },
  };
}

function raise(error: Error): never {
  throw error;
}
