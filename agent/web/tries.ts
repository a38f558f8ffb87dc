/**
 * How often a code may be tried: a few times freely, then after waits that double, by network (an address, or of
 * IPv6 its /64); and never more than a handful a second by all together, so that many addresses are no help.
 *
 * Only wrong tries count. Memory is bounded: beyond NETWORKS_MAX the one that failed longest ago is forgotten, and the
 * limit for all together still holds.
 */
export const FREE_TRIES = 3;
export const WAIT_MS_MAX = 5 * 60_000;
export const TRIES_PER_SECOND_MAX = 5;
export const NETWORKS_MAX = 256;
const FIRST_WAIT_MS = 1_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

export interface Tries {
  /** @returns 0 when this network may try now, else how long it has to wait. */
  waitMs(network: string, nowMs: number): number;
  /** It tried, and was wrong. */
  wrong(network: string, nowMs: number): void;
  right(network: string): void;
}

export function createTries(): Tries {
  const networks = new Map<string, { failures: number; lastMs: number }>();
  let second = Number.NEGATIVE_INFINITY;
  let inSecond = 0;

  return {
    waitMs: (network, nowMs) => {
      const all = nowMs - second < 1_000 && inSecond >= TRIES_PER_SECOND_MAX ? second + 1_000 - nowMs : 0;
      const own = networks.get(network);
      if (own === undefined) return all;
      return Math.max(all, own.lastMs + pauseMs(own.failures) - nowMs, 0);
    },
    wrong: (network, nowMs) => {
      if (nowMs - second >= 1_000) {
        second = nowMs;
        inSecond = 0;
      }
      inSecond += 1;
      const before = networks.get(network);
      const failures = before && nowMs - before.lastMs < FORGOTTEN_AFTER_MS ? before.failures : 0;
      // The last to fail stands last.
      networks.delete(network);
      networks.set(network, { failures: failures + 1, lastMs: nowMs });
      if (networks.size > NETWORKS_MAX) networks.delete(networks.keys().next().value!);
    },
    right: (network) => void networks.delete(network),
  };
}

function pauseMs(failures: number): number {
  if (failures < FREE_TRIES) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES), WAIT_MS_MAX);
}
