/** Looks at the road to one core: each server by name, TCP and TLS; the files that prove who we are; and a visit. */

import type { CoreSettings } from "../../../config/settings.ts";
import { peerOf } from "../../../config/udp-server.ts";
import { type Credentials, readCredentials } from "../../../north/credentials.ts";
import type { UdpPeer } from "../../../ports.ts";
import { isLoopback } from "../../../setup/former-server.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, CoreSeen, CredentialsSeen, NetworkSeen, ServerSeen } from "../facts.ts";
import { decide } from "../firewall.ts";
import { visit } from "./visit.ts";

const LOOKUP_MS_MAX = 5_000;
const TCP_MS_MAX = 4_000;
const TLS_MS_MAX = 5_000;
const PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };

export interface CoreLook {
  readonly core: CoreSettings;
  readonly gatewayEui: string | undefined;
  readonly agent: AgentSeen;
  readonly network: NetworkSeen;
  /** iptables -S; undefined: it could not be read. */
  readonly rules: string | undefined;
}

export async function lookAtCore(doors: DoctorDoors, look: CoreLook): Promise<CoreSeen> {
  const { core, gatewayEui } = look;
  const read = await readCredentials(doors.files, core);
  const proof: Partial<Credentials> = read.ok ? withPassword(read.value, core) : {};
  const servers = await Promise.all(core.servers.map((url) => lookAtServer(doors, look, url, proof)));
  const route = routeOf(look);
  const credentials = credentialsSeen(doors, read.ok ? undefined : read.fault, proof);
  const seen = { core, gatewayEui, route, servers, credentials };
  const server = read.ok ? visitable(seen) : undefined;
  if (server === undefined) return seen;
  const asks = { core, gatewayEui, url: server.url, proof, looksForListeners: wantsListeners(seen) };
  return { ...seen, visit: await visit(doors, asks) };
}

/** The environment's wins (agent/config/settings.ts). */
function withPassword(credentials: Credentials, { password }: CoreSettings): Credentials {
  return password === undefined ? credentials : { ...credentials, password };
}

function routeOf({ agent, core, gatewayEui }: CoreLook): CoreSeen["route"] {
  if (agent.state !== "answers") return undefined;
  const routes = agent.status.cores.filter(({ id }) => id === core.id);
  return routes.find((one) => one.gatewayEui === gatewayEui) ?? routes[0];
}

/**
 * A broker may give every connection of an account one client id (Mosquitto: use_username_as_clientid), whatever it
 * asked for: a visit would then throw the agent out. So while the agent is connected nobody visits, for what it was
 * answered says as much; unless nobody listens and no frame goes anyway.
 */
function visitable(seen: Omit<CoreSeen, "visit">): ServerSeen | undefined {
  const { core, route, servers } = seen;
  if (core.kind === "gwmp") return undefined;
  if (route?.state === "connected" && !route.alarms.includes("noSubscriber")) return undefined;
  return servers.find(
    ({ tcp, isTls, tls }) => tcp?.ok === true && (!isTls || (tls?.ok === true && tls.distrust === undefined)),
  );
}

/** The running agent's own publishes say it while they are taken. */
function wantsListeners({ core, route }: Omit<CoreSeen, "visit">): boolean {
  return core.mqttVersion === 5 && (route?.state !== "connected" || route.alarms.includes("noSubscriber"));
}

// ------------------------------------------------------------------------------------------ one server

async function lookAtServer(
  doors: DoctorDoors,
  look: CoreLook,
  url: string,
  proof: Partial<Credentials>,
): Promise<ServerSeen> {
  const { reach, clock } = doors;
  const { host, port } = addressOf(url);
  const isTls = url.startsWith("mqtts:") || url.startsWith("wss:");
  const begunMs = clock.monotonicMs();
  const found = await reach.lookup(host, LOOKUP_MS_MAX);
  const lookup = { ...found, tookMs: Math.round(clock.monotonicMs() - begunMs) };
  const to = found.ok
    ? (found.addresses.find((address) => !address.includes(":")) ?? found.addresses[0])
    : undefined;
  const isHere = isLoopback(host) || (to !== undefined && isLoopback(to));
  const base = { url, host, port, isLoopback: isHere, isTls, lookup };
  if (to === undefined) return base;
  const firewall = firewallOf(look, to, port, isHere);
  const walled = { ...base, ...(firewall === undefined ? {} : { firewall }) };
  if (look.core.kind === "gwmp") return walled;
  const tcp = await reach.tcp({ host, port }, TCP_MS_MAX);
  if (!tcp.ok || !isTls) return { ...walled, tcp };
  const { ca, cert, key } = proof;
  const given = { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  return { ...walled, tcp, tls: await reach.tls({ host, port, name: host, ...given }, TLS_MS_MAX) };
}

function addressOf(url: string): UdpPeer {
  if (url.startsWith("udp:")) return peerOf(url);
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (PORTS[protocol] ?? 0) : Number(port),
  };
}

function firewallOf({ rules, core, network }: CoreLook, to: string, toPort: number, isHere: boolean) {
  if (rules === undefined || to.includes(":")) return undefined;
  const protocol = core.kind === "gwmp" ? "udp" : "tcp";
  return decide(rules, "OUTPUT", { protocol, toPort, to, interfaceName: isHere ? "lo" : network.routes[0] });
}

// ------------------------------------------------------------------------------------------- our files

function credentialsSeen(
  { reach }: DoctorDoors,
  fault: string | undefined,
  proof: Partial<Credentials>,
): CredentialsSeen {
  if (fault !== undefined) return { fault };
  const { ca, cert, key } = proof;
  return {
    ...(ca ? { ca: reach.certificates(ca) ?? "unreadable" } : {}),
    ...(cert ? { cert: reach.certificates(cert) ?? "unreadable" } : {}),
    ...(cert && key ? { keyFits: reach.keyFits(cert, key) ?? "unreadable" } : {}),
  };
}
