/** Looks at the road to one core: each server by name, TCP and TLS; the files that prove who we are; and a visit. */

import type { CoreSettings } from "../../../config/settings.ts";
import { peerOf } from "../../../config/udp-server.ts";
import { type Credentials, readCredentials } from "../../../north/credentials.ts";
import type { Files, UdpPeer } from "../../../ports.ts";
import { isLoopback } from "../../../setup/former-server.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, CoreSeen, CredentialsSeen, NetworkSeen, ServerSeen } from "../facts.ts";
import { decide } from "../firewall.ts";
import { isForbidden } from "../forbidden.ts";
import { visit } from "./visit.ts";

const LOOKUP_MS_MAX = 5_000;
const TCP_MS_MAX = 4_000;
const TLS_MS_MAX = 4_000;
const PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };

export interface CoreLook {
  readonly core: CoreSettings;
  readonly gatewayEui: string | undefined;
  readonly agent: AgentSeen;
  readonly network: NetworkSeen;
  /** iptables -S; undefined: it could not be read. */
  readonly rules: string | undefined;
}

/** What is seen so far: whoever has waited long enough takes what there is. */
export type CoreSeenSoFar = { -readonly [Name in keyof CoreSeen]: CoreSeen[Name] };

/** What is known of it without looking. */
export function coreUnseen(look: CoreLook): CoreSeenSoFar {
  const { core, gatewayEui } = look;
  return { core, gatewayEui, route: routeOf(look), servers: [], credentials: {} };
}

/** @param seen is filled, step by step; and given back. */
export async function lookAtCore(doors: DoctorDoors, look: CoreLook, seen: CoreSeenSoFar): Promise<CoreSeen> {
  const { core, gatewayEui, agent } = look;
  const read = await readCredentials(doors.files, core);
  const proof: Partial<Credentials> = read.ok ? read.value : {};
  seen.credentials = await credentialsSeen(doors, core, read.ok ? undefined : read.fault, proof);
  const servers: ServerSeenSoFar[] = core.servers.map((url) => serverUnseen(url));
  seen.servers = servers;
  await Promise.all(servers.map((server) => lookAtServer(doors, look, server, proof)));
  const server = read.ok ? visitable(seen, agent) : undefined;
  if (server === undefined) return seen;
  const asks = { core, gatewayEui, url: server.url, proof, looksForListeners: wantsListeners(seen) };
  await visit(doors, asks, (visited) => {
    seen.visit = visited;
  });
  return seen;
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
function visitable(seen: Omit<CoreSeen, "visit">, agent: AgentSeen): ServerSeen | undefined {
  const { core, route, servers } = seen;
  if (core.kind === "gwmp") return undefined;
  // It runs, and may well be connected.
  if (agent.state === "mute" || (agent.state === "silent" && agent.isRunning)) return undefined;
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

type ServerSeenSoFar = { -readonly [Name in keyof ServerSeen]: ServerSeen[Name] };

function serverUnseen(url: string): ServerSeenSoFar {
  const { host, port } = addressOf(url);
  const isTls = url.startsWith("mqtts:") || url.startsWith("wss:");
  return { url, host, port, isLoopback: isLoopback(host), isTls };
}

async function lookAtServer(
  { reach, clock }: DoctorDoors,
  look: CoreLook,
  seen: ServerSeenSoFar,
  { ca, cert, key }: Partial<Credentials>,
): Promise<void> {
  const { host, port, isTls } = seen;
  const begunMs = clock.monotonicMs();
  const found = await reach.lookup(host, LOOKUP_MS_MAX);
  seen.lookup = { ...found, tookMs: Math.round(clock.monotonicMs() - begunMs) };
  const to = found.ok
    ? (found.addresses.find((address) => !address.includes(":")) ?? found.addresses[0])
    : undefined;
  if (to === undefined) return;
  seen.isLoopback ||= isLoopback(to);
  const firewall = firewallOf(look, to, port, seen.isLoopback);
  if (firewall !== undefined) seen.firewall = firewall;
  if (look.core.kind === "gwmp") return;
  seen.tcp = await reach.tcp({ host, port }, TCP_MS_MAX);
  if (!seen.tcp.ok || !isTls) return;
  const given = { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  seen.tls = await reach.tls({ host, port, name: host, ...given }, TLS_MS_MAX);
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

async function credentialsSeen(
  { reach, files }: DoctorDoors,
  core: CoreSettings,
  fault: string | undefined,
  { ca, cert, key }: Partial<Credentials>,
): Promise<CredentialsSeen> {
  if (fault !== undefined) return { fault, ...((await mayRead(files, core)) ? {} : { isForbidden: true }) };
  return {
    ...(ca ? { ca: reach.certificates(ca) ?? "unreadable" } : {}),
    ...(cert ? { cert: reach.certificates(cert) ?? "unreadable" } : {}),
    ...(cert && key ? { keyFits: reach.keyFits(cert, key) ?? "unreadable" } : {}),
  };
}

/** Whether this user may read all that the core's settings name. */
async function mayRead(
  files: Files,
  { passwordFile, caFile, certFile, keyFile }: CoreSettings,
): Promise<boolean> {
  for (const path of [passwordFile, caFile, certFile, keyFile].filter((one) => one !== "")) {
    const refused = await files.read(path).then(() => false, isForbidden);
    if (refused) return false;
  }
  return true;
}
