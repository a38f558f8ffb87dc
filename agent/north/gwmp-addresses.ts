/**
 * The addresses of a link's servers: each try takes another of those that a name has, so that one family or one
 * machine that is dead keeps nobody from the others. A name is resolved anew for each try; while nobody knows it, the
 * addresses it had before are still good: a name server may be dead where the core is not.
 */

import { peerOf } from "../config/udp-server.ts";
import type { Udp, UdpPeer } from "../ports.ts";

interface Known {
  addresses: readonly string[];
  tries: number;
}

export interface ServerAddress {
  readonly to: UdpPeer;
  /** Nobody knows the name at present. */
  readonly isOld: boolean;
}

export interface GwmpAddresses {
  /** @returns where to try this server next; undefined when nobody knows its name, and nobody ever did. */
  next(server: string): Promise<ServerAddress | undefined>;
}

export function createGwmpAddresses(udp: Pick<Udp, "resolve">): GwmpAddresses {
  /** By server; there are no more than the settings have. */
  const servers = new Map<string, Known>();

  return {
    next: async (server) => {
      const { host, port } = peerOf(server);
      const found = await udp.resolve(host);
      const known = servers.get(server) ?? { addresses: [], tries: 0 };
      servers.set(server, known);
      if (found.length > 0) known.addresses = found;
      const address = known.addresses[known.tries++ % Math.max(1, known.addresses.length)];
      return address === undefined ? undefined : { to: { host: address, port }, isOld: found.length === 0 };
    },
  };
}
