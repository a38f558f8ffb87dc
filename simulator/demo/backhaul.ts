/**
 * A backhaul that can be cut: a TCP relay on loopback between one agent and the core's broker. Whatever the broker
 * is, what the agent sees is its road going away and coming back.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Backhaul {
  /** Where the agent finds the core. */
  readonly port: number;
  /** Every connection ends, and no new one comes to be. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function openBackhaul(core: {
  readonly host: string;
  readonly port: number;
}): Promise<Backhaul> {
  const sockets = new Set<Socket>();
  let isCut = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    track(near);
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(core.port, core.host);
    track(far);
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  await listen(server);

  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: portOf(server),
    cut: () => {
      isCut = true;
      dropAll();
    },
    restore: () => {
      isCut = false;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        dropAll();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the relay has no port");
  return address.port;
}
