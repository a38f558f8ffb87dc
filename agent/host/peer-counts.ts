/** How many connections an address and its network hold, of those they may. Who is over it is counted until he has gone. */
import { networkOf } from "./peer-network.ts";

export interface PeerCounts {
  /** @returns whether there is room for one more of this address; leave() follows in any case. */
  enter(address: string): boolean;
  leave(address: string): void;
}

export function createPeerCounts(peerMax: number, networkMax: number): PeerCounts {
  const peers = new Map<string, number>();
  const networks = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string, by: 1 | -1): number => {
    const count = (counts.get(key) ?? 0) + by;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
    return count;
  };
  return {
    enter: (address) => {
      const ofPeer = add(peers, address, 1);
      const ofNetwork = add(networks, networkOf(address), 1);
      return ofPeer <= peerMax && ofNetwork <= networkMax;
    },
    leave: (address) => {
      add(peers, address, -1);
      add(networks, networkOf(address), -1);
    },
  };
}
