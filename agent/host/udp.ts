/** UDP on a real gateway. */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { AgentError } from "../errors.ts";
import type { ConnectedUdpSocket, Udp, UdpPeer, UdpSocket } from "../ports.ts";

/** A burst of aggregated datagrams after an outage must wait in the kernel, not be dropped there. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

export function openUdp(onError: (error: Error) => void): Udp {
  return {
    bind: (at, onDatagram) => bind(at, onDatagram, onError),
    connect: (to, onDatagram, onRefused) => connect(to, onDatagram, onRefused, onError),
    resolve: async (host) => {
      try {
        return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
      } catch {
        return [];
      }
    },
  };
}

function bind(
  at: UdpPeer,
  onDatagram: (bytes: Buffer, from: UdpPeer) => void,
  onError: (error: Error) => void,
): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(at);
    const refuse = (cause: Error): void => {
      socket.close();
      reject(new AgentError("UDP_BIND", `cannot listen on ${at.host}:${at.port}: ${cause.message}`, cause));
    };
    socket.once("error", refuse);
    socket.on("message", (bytes, from) => onDatagram(bytes, { host: from.address, port: from.port }));
    socket.bind({ address: at.host, port: at.port }, () => {
      socket.off("error", refuse);
      socket.on("error", onError);
      raiseReceiveBuffer(socket);
      const { address, port } = socket.address();
      resolve({
        address: { host: address, port },
        send: (bytes, to) => {
          try {
            socket.send(bytes, to.port, to.host, (error) => {
              if (error) onError(error);
            });
          } catch (error) {
            // Port 0 is thrown at, not called back for: anybody can write it into a datagram as its source.
            onError(error as Error);
          }
        },
        close: () => new Promise((closed) => socket.close(() => closed())),
      });
    });
  });
}

/** The kernel then drops what comes from elsewhere, and passes on that nobody listens (ICMP). */
function connect(
  to: UdpPeer,
  onDatagram: (bytes: Buffer) => void,
  onRefused: () => void,
  onError: (error: Error) => void,
): Promise<ConnectedUdpSocket> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(to);
    const fail = (error: Error): void => {
      if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") onRefused();
      else onError(error);
    };
    const refuse = (cause: Error): void => {
      socket.close();
      reject(new AgentError("UDP_BIND", `no road to ${to.host}:${to.port}: ${cause.message}`, cause));
    };
    const connected = (): void => {
      socket.off("error", refuse);
      socket.on("error", fail);
      resolve({
        send: (bytes) => {
          try {
            socket.send(bytes, (error) => {
              if (error) fail(error);
            });
          } catch (error) {
            // It was closed.
            onError(error as Error);
          }
        },
        close: () => new Promise((closed) => socket.close(() => closed())),
      });
    };
    socket.once("error", refuse);
    socket.on("message", (bytes) => onDatagram(bytes));
    socket.once("connect", connected);
    try {
      socket.connect(to.port, to.host);
    } catch (error) {
      refuse(error as Error);
    }
  });
}

function openSocket({ host }: UdpPeer): Socket {
  return createSocket({ type: isIPv6(host) ? "udp6" : "udp4" });
}

/** The kernel caps it at net.core.rmem_max without a word; a platform that refuses keeps its default. */
function raiseReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
  } catch {
    // The default still holds some hundred datagrams.
  }
}
