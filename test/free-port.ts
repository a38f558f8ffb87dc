/**
 * A port for who must know it before it is listened on. Who listens itself asks for port 0 instead, and is never
 * refused.
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const PORT_MIN = 12_000;
/** From here on the kernel gives ports to connections and to who asks for any (ip_local_port_range). */
const PORT_END = 32_768;
/** Far enough apart that processes begun one after the other go through ports of their own. */
const PORTS_PER_PROCESS = 211;
let next = (process.pid * PORTS_PER_PROCESS) % (PORT_END - PORT_MIN);

/** @returns one that nobody has, by TCP or UDP, on loopback, and that nobody is given by chance before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + next;
    next = (next + 1) % (PORT_END - PORT_MIN);
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}
