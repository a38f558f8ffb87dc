/**
 * The TCP socket under an MQTT connection: ours, and not the library's, so that it can be given up.
 *
 * close() and destroy() of a socket end it with FIN: the kernel goes on sending what it was given, for many minutes,
 * over a road that may have been dark when it was written. A join that was let go in time would then reach the core
 * when it can only do harm. So a socket that is given up is reset: what the kernel has not sent is thrown away.
 * (What the far side's kernel has received already cannot be called back by anybody.)
 *
 * TLS and websockets stand on this socket; of theirs Node can reset neither.
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as secure, type TLSSocket } from "node:tls";
import type { IClientOptions } from "mqtt";

export type MqttProtocol = "mqtt" | "mqtts" | "ws" | "wss";

const DEFAULT_PORT = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** @param url mqtt, mqtts, ws or wss. */
export function dial(url: URL): Socket {
  return connect({ host: hostOf(url), port: portOf(url), noDelay: true });
}

export function protocolOf(url: URL): MqttProtocol {
  return url.protocol.slice(0, -1) as MqttProtocol;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

export function portOf(url: URL): number {
  return url.port === "" ? DEFAULT_PORT[protocolOf(url)] : Number(url.port);
}

/** By which the library builds TLS or a websocket on this socket, once that is connected. */
export function standingOn(socket: Socket, url: URL): IClientOptions {
  switch (protocolOf(url)) {
    case "mqtt":
      return {};
    case "mqtts":
      // Not in its types, but all its options go to tls.connect().
      return { socket } as IClientOptions;
    case "ws":
      return { wsOptions: { createConnection: () => socket } as IClientOptions["wsOptions"] & object };
    case "wss": {
      const host = hostOf(url);
      const createConnection = (options: object): TLSSocket =>
        secure({ ...options, socket, host, servername: isIP(host) === 0 ? host : "" });
      return { wsOptions: { createConnection } as IClientOptions["wsOptions"] & object };
    }
  }
}

/** Ends it at once, whatever has not been sent. Harmless when it has ended. */
export function giveUp(socket: Socket): void {
  if (socket.destroyed) return;
  // Before it is connected there is nothing to throw away, and a reset would wait for the connection.
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
