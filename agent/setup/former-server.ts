/**
 * The server that a packet forwarder speaks to before setup: what it is to the agent. Pure.
 */
import { valueAt } from "./forwarder-text.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** As its settings have it, with names of services made numbers. */
export interface ForwarderServer {
  readonly host: string;
  /** undefined: none is set, or its name is none of a service. */
  readonly uplinkPort: number | undefined;
  readonly downlinkPort: number | undefined;
}

/**
 * agent: it is the agent already. unset: the factory's value, or nobody is there. server: today's network server, as
 * the URL of a core. twoPorts, unclear: a server, but no core can be made of it as it stands.
 */
export type FormerServer =
  | { readonly kind: "agent" | "unset" | "twoPorts" | "unclear" }
  | { readonly kind: "server"; readonly url: string };

export interface ServerKeys {
  readonly server: string;
  readonly uplinkPort: string;
  readonly downlinkPort: string;
}

type Document = Readonly<Record<string, unknown>>;

/** @param documents of the forwarder's files, the later winning. @param services /etc/services, for ports by name. */
export function readServer(
  documents: readonly Document[],
  keys: ServerKeys,
  services: string,
): ForwarderServer {
  const last = (key: string): unknown =>
    documents
      .map((document) => valueAt(document, key))
      .filter((value) => value !== undefined)
      .at(-1);
  const host = last(keys.server);
  return {
    host: typeof host === "string" ? host.trim() : "",
    uplinkPort: portOf(last(keys.uplinkPort), services),
    downlinkPort: portOf(last(keys.downlinkPort), services),
  };
}

/** @param isTaken somebody listens on that port of this machine. */
export function judgeServer(
  { host, uplinkPort, downlinkPort }: ForwarderServer,
  known: {
    readonly agent: Address;
    readonly factoryHosts: readonly string[];
    readonly isTaken: boolean;
  },
): FormerServer {
  const { agent } = known;
  if (host === "" || known.factoryHosts.includes(host)) return { kind: "unset" };
  const isHere = isLoopback(host);
  if (isAt({ host, uplinkPort, downlinkPort }, agent)) return { kind: "agent" };
  if (isHere && (!uplinkPort || !known.isTaken)) return { kind: "unset" };
  if (!uplinkPort || !downlinkPort || !/^[A-Za-z0-9._:-]+$/.test(host)) return { kind: "unclear" };
  if (uplinkPort !== downlinkPort) return { kind: "twoPorts" };
  return { kind: "server", url: `udp://${host.includes(":") ? `[${host}]` : host}:${uplinkPort}` };
}

/** Both ways. */
export function isAt({ host, uplinkPort, downlinkPort }: ForwarderServer, address: Address): boolean {
  if (uplinkPort !== address.port || downlinkPort !== address.port) return false;
  return host === address.host || (isLoopback(host) && isLoopback(address.host));
}

/** 127.0.0.0/8 (RFC 1122, 3.2.1.3), ::1, and the name that means them (RFC 6761, 6.3). */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

/** A number, its text, or the name of a UDP service (services(5)). */
function portOf(value: unknown, services: string): number | undefined {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : servicePort(text, services);
  return port !== undefined && port <= 65_535 ? port : undefined;
}

function servicePort(name: string, services: string): number | undefined {
  if (name === "") return undefined;
  for (const line of services.split("\n")) {
    const [first, where, ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    const [, port] = /^([0-9]+)\/udp$/.exec(where ?? "") ?? [];
    if (port !== undefined && [first, ...aliases].includes(name)) return Number(port);
  }
  return undefined;
}
