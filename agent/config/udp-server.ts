/**
 * Where a core behind Semtech UDP is: `udp://host[:port]` of the settings. A URL's parser does not know the scheme's
 * port. Pure.
 */
import type { UdpPeer } from "../ports.ts";

/** Semtech's own. */
const PORT_DEFAULT = 1700;

export function peerOf(server: string): UdpPeer {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? PORT_DEFAULT : Number(port) };
}
