/**
 * The DevNonces of one meter up to LoRaWAN 1.0.3: they look drawn, and none comes twice.
 *
 * A walk through all 65,536 from a drawn start (a full-period congruential generator), so that nothing need be
 * remembered but how many were used: whoever lets a meter live on after a restart keeps that number, or a core
 * refuses its next join-request as a repeat. The counters of 1.0.4 and 1.1 are not here.
 *
 * Source: LoRaWAN 1.0.3, 6.2.4.
 */
import type { RngStream } from "../../agent/ports.ts";

export const DEV_NONCES_MAX = 0x10000;

export interface DevNonces {
  /** How many were given, in earlier lives too. */
  used(): number;
  /** @returns undefined when all have been used: such a device joins no more. */
  next(): number | undefined;
}

export function createDevNonces(stream: RngStream, usedBefore = 0): DevNonces {
  let nonce = stream.below(DEV_NONCES_MAX);
  let used = 0;
  const step = (): void => {
    nonce = (25_173 * nonce + 13_849) % DEV_NONCES_MAX;
    used++;
  };
  while (used < usedBefore) step();
  return {
    used: () => used,
    next: () => {
      if (used >= DEV_NONCES_MAX) return undefined;
      step();
      return nonce;
    },
  };
}
