/**
 * The downlinks that are with a forwarder and wait for its TX_ACK, by gateway and token.
 *
 * Tokens are counted up from a random start and not drawn: 65,536 downlinks pass before one comes again, so a
 * TX_ACK that comes after its time cannot be taken for another downlink's.
 */
import type { RngStream, Timer } from "../ports.ts";

/** Downlinks of one gateway that wait for a TX_ACK; a forwarder's own queue holds 32 packets. */
export const PENDING_PER_GATEWAY_MAX = 64;

const TOKENS = 0x1_0000;

/** What waits for its TX_ACK. */
export interface Waiting {
  /** Gives it up. */
  timer: Timer | undefined;
  /** @param text what followed the gateway EUI in the TX_ACK; empty when nothing did. */
  answered(text: string): void;
  /** None can come any more. */
  failed(reason: string): void;
}

export interface Pending<T> {
  /** @returns the token it waits under, 0..65535, unique among those of this gateway. */
  add(gatewayEui: string, waiting: T): number;
  /** Takes it out; undefined when nothing of this gateway waits under the token. */
  take(gatewayEui: string, token: number): T | undefined;
  size(gatewayEui: string): number;
  /** Takes out all of one gateway, or all. */
  drain(gatewayEui?: string): T[];
}

export function createPending<T>(chance: RngStream): Pending<T> {
  const byGateway = new Map<string, Map<number, T>>();
  let nextToken = chance.below(TOKENS);

  const freeToken = (taken: ReadonlyMap<number, T>): number => {
    while (taken.has(nextToken)) nextToken = (nextToken + 1) % TOKENS;
    const token = nextToken;
    nextToken = (nextToken + 1) % TOKENS;
    return token;
  };

  return {
    add: (gatewayEui, waiting) => {
      const ours = byGateway.get(gatewayEui) ?? new Map<number, T>();
      byGateway.set(gatewayEui, ours);
      const token = freeToken(ours);
      ours.set(token, waiting);
      return token;
    },
    take: (gatewayEui, token) => {
      const ours = byGateway.get(gatewayEui);
      const waiting = ours?.get(token);
      ours?.delete(token);
      if (ours?.size === 0) byGateway.delete(gatewayEui);
      return waiting;
    },
    size: (gatewayEui) => byGateway.get(gatewayEui)?.size ?? 0,
    drain: (gatewayEui) => {
      const euis = gatewayEui === undefined ? [...byGateway.keys()] : [gatewayEui];
      const drained = euis.flatMap((eui) => [...(byGateway.get(eui)?.values() ?? [])]);
      for (const eui of euis) byGateway.delete(eui);
      return drained;
    },
  };
}
