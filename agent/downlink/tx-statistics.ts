/**
 * What was transmitted, by gateway, since it was last asked: the tx half of the core's GatewayStats.
 *
 * Counted per gateway whatever core commanded it. There is one reader: taking sets to zero.
 */
import type { Transmissions } from "../health/records/transmissions.ts";
import type { Modulation } from "../lorawan/rxpk.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import type { GatewayStats } from "../north/core.ts";

export type TxStatistics = Pick<
  GatewayStats,
  "txReceived" | "txEmitted" | "txPerFrequencyHz" | "txPerModulation" | "txPerStatus"
>;

/** Frequencies and modulations told apart between two readings; what comes on top is in the totals alone. */
export const TX_KINDS_MAX = 64;

export interface TxCounts {
  /** A command came. */
  received(gatewayEui: string): void;
  /** A forwarder took one of its items. */
  emitted(gatewayEui: string, frequencyHz: number, modulation: Modulation): void;
  /** A command was answered. IGNORED items were not tried, and are not counted. */
  answered(gatewayEui: string, statuses: readonly TxStatus[]): void;
  take(gatewayEui: string): TxStatistics;
}

interface Counted {
  txReceived: number;
  txEmitted: number;
  readonly perFrequencyHz: Map<number, number>;
  readonly perModulation: Map<string, { readonly modulation: Modulation; count: number }>;
  readonly perStatus: Map<TxStatus, number>;
}

/** @param totals told of each, for who wants to know what was transmitted in all. */
export function createTxCounts(totals?: Transmissions): TxCounts {
  const byGateway = new Map<string, Counted>();

  const of = (gatewayEui: string): Counted => {
    const known = byGateway.get(gatewayEui);
    if (known) return known;
    const made: Counted = {
      txReceived: 0,
      txEmitted: 0,
      perFrequencyHz: new Map(),
      perModulation: new Map(),
      perStatus: new Map(),
    };
    byGateway.set(gatewayEui, made);
    return made;
  };

  return {
    received: (gatewayEui) => {
      of(gatewayEui).txReceived += 1;
      totals?.received(gatewayEui);
    },
    emitted: (gatewayEui, frequencyHz, modulation) => {
      const counted = of(gatewayEui);
      counted.txEmitted += 1;
      totals?.emitted(gatewayEui);
      const before = counted.perFrequencyHz.get(frequencyHz);
      if (before !== undefined || counted.perFrequencyHz.size < TX_KINDS_MAX) {
        counted.perFrequencyHz.set(frequencyHz, (before ?? 0) + 1);
      }
      const name = JSON.stringify(modulation);
      const kind = counted.perModulation.get(name);
      if (kind) kind.count += 1;
      else if (counted.perModulation.size < TX_KINDS_MAX)
        counted.perModulation.set(name, { modulation, count: 1 });
    },
    answered: (gatewayEui, statuses) => {
      const { perStatus } = of(gatewayEui);
      for (const status of statuses) {
        if (status === "IGNORED") continue;
        perStatus.set(status, (perStatus.get(status) ?? 0) + 1);
        totals?.answered(gatewayEui, status);
      }
    },
    take: (gatewayEui) => {
      const counted = of(gatewayEui);
      byGateway.delete(gatewayEui);
      return {
        txReceived: counted.txReceived,
        txEmitted: counted.txEmitted,
        txPerFrequencyHz: counted.perFrequencyHz,
        txPerModulation: [...counted.perModulation.values()],
        txPerStatus: counted.perStatus,
      };
    },
  };
}
