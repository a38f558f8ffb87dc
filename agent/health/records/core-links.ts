/**
 * The links to the cores, by core and gateway: since when, how often lost, and the octets on them. It looks on where the
 * connection is made (watch()) and changes nothing of it.
 */
import type { Clock, Mqtt, MqttLink, Udp } from "../../ports.ts";
import type { CoreLinkView } from "./view.ts";

/** IP and UDP headers of a datagram. */
const UDP_HEADERS_OCTETS = { ipv4: 28, ipv6: 48 } as const;

/** What a connection is made of, as far as it is looked at. */
export interface Watched {
  readonly mqtt: Mqtt;
  readonly udp: Udp;
  readonly handlers: { onConnected(): void; onDisconnected(): void };
}

export type OnOctets = (coreId: string, sentOctets: number, receivedOctets: number) => void;

export interface CoreLinks {
  /** @returns what the connection is to be made of instead. */
  watch<T extends Watched>(coreId: string, gatewayEui: string, parts: T): T;
  /** Takes in what went over open connections since it was last asked. */
  collect(): void;
  drop(gatewayEui: string): void;
  view(): CoreLinkView[];
}

interface Link {
  readonly coreId: string;
  readonly gatewayEui: string;
  connected: boolean;
  sinceMs: number;
  connects: number;
  outages: number;
  /** Without the one that lasts. */
  awayMs: number;
  sentOctets: number;
  receivedOctets: number;
  /** Open connections, and what of each is counted already. */
  readonly open: Map<MqttLink, { sent: number; received: number }>;
}

export function createCoreLinks(clock: Pick<Clock, "monotonicMs" | "wallMs">, onOctets: OnOctets): CoreLinks {
  const links = new Map<string, Link>();

  const add = (link: Link, sent: number, received: number): void => {
    if (sent === 0 && received === 0) return;
    link.sentOctets += sent;
    link.receivedOctets += received;
    onOctets(link.coreId, sent, received);
  };
  const read = (link: Link, connection: MqttLink): void => {
    const counted = link.open.get(connection);
    if (counted === undefined) return;
    const { sent, received } = connection.octets();
    add(link, sent - counted.sent, received - counted.received);
    counted.sent = sent;
    counted.received = received;
  };

  const watchedMqtt = (link: Link, mqtt: Mqtt): Mqtt => ({
    connect: (options, handlers) => {
      const connection = mqtt.connect(options, {
        onConnected: (info) => handlers.onConnected(info),
        onMessage: (message) => handlers.onMessage(message),
        onClosed: (why) => {
          read(link, connection);
          link.open.delete(connection);
          handlers.onClosed(why);
        },
      });
      link.open.set(connection, { sent: 0, received: 0 });
      return connection;
    },
  });

  const watchedUdp = (link: Link, udp: Udp): Udp => ({
    bind: (at, onDatagram) => udp.bind(at, onDatagram),
    resolve: (host) => udp.resolve(host),
    connect: async (to, onDatagram, onRefused) => {
      const headers = to.host.includes(":") ? UDP_HEADERS_OCTETS.ipv6 : UDP_HEADERS_OCTETS.ipv4;
      const heard = (bytes: Buffer): void => {
        add(link, 0, bytes.length + headers);
        onDatagram(bytes);
      };
      const socket = await udp.connect(to, heard, onRefused);
      return {
        send: (bytes) => {
          add(link, bytes.length + headers, 0);
          socket.send(bytes);
        },
        close: () => socket.close(),
      };
    },
  });

  return {
    watch: (coreId, gatewayEui, parts) => {
      const link: Link = {
        ...{ coreId, gatewayEui, connected: false, sinceMs: clock.monotonicMs() },
        ...{ connects: 0, outages: 0, awayMs: 0, sentOctets: 0, receivedOctets: 0, open: new Map() },
      };
      links.set(`${coreId}/${gatewayEui}`, link);
      const { handlers } = parts;
      return {
        ...parts,
        mqtt: watchedMqtt(link, parts.mqtt),
        udp: watchedUdp(link, parts.udp),
        handlers: {
          ...handlers,
          onConnected: () => {
            connected(link, clock.monotonicMs());
            handlers.onConnected();
          },
          onDisconnected: () => {
            disconnected(link, clock.monotonicMs());
            handlers.onDisconnected();
          },
        },
      };
    },
    collect: () => {
      for (const link of links.values()) for (const connection of link.open.keys()) read(link, connection);
    },
    drop: (gatewayEui) => {
      for (const [name, link] of links) if (link.gatewayEui === gatewayEui) links.delete(name);
    },
    view: () => {
      const nowMs = clock.monotonicMs();
      return [...links.values()].map(({ open: _open, ...link }) => {
        const sinceMs = nowMs - link.sinceMs;
        const awayMs = link.awayMs + (link.outages > 0 && !link.connected ? sinceMs : 0);
        return { ...link, sinceMs, sinceWallMs: clock.wallMs() - sinceMs, awayMs };
      });
    },
  };
}

function connected(link: Link, nowMs: number): void {
  link.connects += 1;
  if (link.connected) return;
  if (link.outages > 0) link.awayMs += nowMs - link.sinceMs;
  link.connected = true;
  link.sinceMs = nowMs;
}

function disconnected(link: Link, nowMs: number): void {
  if (!link.connected) return;
  link.connected = false;
  link.sinceMs = nowMs;
  link.outages += 1;
}
