/** UDP on a real gateway. */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { AgentError } from "../errors.ts";
import type { Udp } from "../ports.ts";

/** A burst of aggregated datagrams after an outage must wait in the kernel, not be dropped there. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

export function openUdp(onError: (error: Error) => void): Udp {
  return {
    bind: (at, onDatagram) =>
      new Promise((resolve, reject) => {
        const socket = createSocket({ type: isIPv6(at.host) ? "udp6" : "udp4" });
        const refuse = (cause: Error): void => {
          socket.close();
          reject(
            new AgentError("UDP_BIND", `cannot listen on ${at.host}:${at.port}: ${cause.message}`, cause),
          );
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
      }),
  };
}

/** The kernel caps it at net.core.rmem_max without a word; a platform that refuses keeps its default. */
function raiseReceiveBuffer(socket: ReturnType<typeof createSocket>): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
  } catch {
    // The default still holds some hundred datagrams.
  }
}
