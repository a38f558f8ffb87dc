/**
 * How often a code may be tried: a few times freely, then after waits that double, by address; and never more than a
 * handful a second by all together, so that many addresses are no help.
 *
 * Only wrong tries count. Memory is bounded: beyond PEERS_MAX the address that failed longest ago is forgotten, and the
 * limit for all together still holds.
 */
export const FREE_TRIES = 3;
export const WAIT_MS_MAX = 5 * 60_000;
export const TRIES_PER_SECOND_MAX = 5;
export const PEERS_MAX = 256;
const FIRST_WAIT_MS = 1_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

export interface Tries {
  /** @returns 0 when this address may try now, else how long it has to wait. */
  waitMs(peer: string, nowMs: number): number;
  /** It tried, and was wrong. */
  wrong(peer: string, nowMs: number): void;
  right(peer: string): void;
}

export function createTries(): Tries {
  const peers = new Map<string, { failures: number; lastMs: number }>();
  let second = Number.NEGATIVE_INFINITY;
  let inSecond = 0;

  return {
    waitMs: (peer, nowMs) => {
      const all = nowMs - second < 1_000 && inSecond >= TRIES_PER_SECOND_MAX ? second + 1_000 - nowMs : 0;
      const own = peers.get(networkOf(peer));
      if (own === undefined) return all;
      return Math.max(all, own.lastMs + pauseMs(own.failures) - nowMs, 0);
    },
    wrong: (peer, nowMs) => {
      if (nowMs - second >= 1_000) {
        second = nowMs;
        inSecond = 0;
      }
      inSecond += 1;
      const key = networkOf(peer);
      const before = peers.get(key);
      const failures = before && nowMs - before.lastMs < FORGOTTEN_AFTER_MS ? before.failures : 0;
      // The last to fail stands last.
      peers.delete(key);
      peers.set(key, { failures: failures + 1, lastMs: nowMs });
      if (peers.size > PEERS_MAX) peers.delete(peers.keys().next().value!);
    },
    right: (peer) => void peers.delete(networkOf(peer)),
  };
}

function pauseMs(failures: number): number {
  if (failures < FREE_TRIES) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES), WAIT_MS_MAX);
}

/** Of IPv6 the /64: one customer has all of it. */
function networkOf(peer: string): string {
  if (!peer.includes(":") || peer.startsWith("::ffff:")) return peer;
  return peer.split("::")[0]!.split(":").slice(0, 4).join(":");
}
