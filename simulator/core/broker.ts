/**
 * The embedded broker: aedes on loopback, for the demo and for tests without a broker of their own.
 *
 * Every client can be given a road of its own, a port with a fate: a cut road ends its connections and takes no new
 * ones, and nobody else notices.
 *
 * What it is not: a proof. aedes speaks MQTT 3.1.1 only, acknowledges a message before it has passed it on, and says
 * nothing of one that nobody subscribed to; reason code 16 of MQTT 5 is for Mosquitto. Whoever wants to take the core
 * away from gateways here must cut their roads: while the core alone is away, what they publish counts as taken.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { AuthenticateError } from "aedes";

export const EMBEDDED_MQTT_VERSION = 4;

const LOOPBACK = "127.0.0.1";
/** CONNACK 3: server unavailable. */
const SERVER_UNAVAILABLE = 3;

export interface Road {
  /** For the client at its end. */
  readonly url: string;
  readonly connections: number;
  /** As a dead backhaul: what is connected ends, what comes is ended at once. */
  cut(): void;
  /** As a broker that is not itself: what is connected ends, what comes is told "server unavailable". */
  refuse(): void;
  mend(): void;
}

export interface Broker {
  /** A new port, free when it was taken. */
  road(): Promise<Road>;
  /** All roads but these. */
  cutAll(except?: readonly Road[]): void;
  mendAll(): void;
  /** Messages it took from clients. */
  readonly taken: number;
  close(): Promise<void>;
}

type Fate = "open" | "cut" | "refusing";

export async function openBroker(): Promise<Broker> {
  const { Aedes } = await import("aedes");
  const fates = new WeakMap<object, () => Fate>();
  let taken = 0;
  const aedes = await Aedes.createBroker({
    authenticate: (client, _username, _password, done) => {
      if (fates.get(client.conn)?.() === "refusing") done(unavailable(), false);
      else done(null, true);
    },
  });
  aedes.on("publish", (_packet, client) => {
    if (client !== null) taken += 1;
  });
  const roads: (Road & { close(): Promise<void> })[] = [];

  return {
    road: async () => {
      const road = await openRoad((socket, fate) => {
        fates.set(socket, fate);
        aedes.handle(socket);
      });
      roads.push(road);
      return road;
    },
    cutAll: (except = []) => {
      for (const road of roads) if (!except.includes(road)) road.cut();
    },
    mendAll: () => {
      for (const road of roads) road.mend();
    },
    get taken() {
      return taken;
    },
    close: async () => {
      for (const road of roads) await road.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}

async function openRoad(
  onSocket: (socket: Socket, fate: () => Fate) => void,
): Promise<Road & { close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let fate: Fate = "open";
  const server = createServer({ noDelay: true }, (socket) => {
    // A client that vanishes resets its connection; that is its affair.
    socket.on("error", () => undefined);
    if (fate === "cut") {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket, () => fate);
  });
  await listening(server);
  const { port } = server.address() as { port: number };
  const change = (next: Fate): void => {
    fate = next;
    if (next !== "open") for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://${LOOPBACK}:${port}`,
    get connections() {
      return sockets.size;
    },
    cut: () => change("cut"),
    refuse: () => change("refusing"),
    mend: () => change("open"),
    close: () => {
      change("cut");
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, resolve);
  });
}

function unavailable(): AuthenticateError {
  return Object.assign(new Error("server unavailable"), { returnCode: SERVER_UNAVAILABLE });
}
