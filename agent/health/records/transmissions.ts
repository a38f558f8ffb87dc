/**
 * What became of downlinks, by gateway: only ever added to. What the cores' own statistics want, since they last asked:
 * downlink/tx-statistics.ts, which tells this.
 */
import type { TxStatus } from "../../lorawan/tx-status.ts";
import type { TransmissionsView } from "./view.ts";

export interface Transmissions {
  /** A command came. */
  received(gatewayEui: string): void;
  /** A forwarder took one of its items. */
  emitted(gatewayEui: string): void;
  /** An item was answered. */
  answered(gatewayEui: string, status: TxStatus): void;
  drop(gatewayEui: string): void;
  view(): TransmissionsView[];
}

interface Totals {
  received: number;
  emitted: number;
  readonly byStatus: Partial<Record<TxStatus, number>>;
}

export function createTransmissions(): Transmissions {
  const byGateway = new Map<string, Totals>();
  const of = (gatewayEui: string): Totals => {
    const known = byGateway.get(gatewayEui);
    if (known !== undefined) return known;
    const made: Totals = { received: 0, emitted: 0, byStatus: {} };
    byGateway.set(gatewayEui, made);
    return made;
  };
  return {
    received: (gatewayEui) => {
      of(gatewayEui).received += 1;
    },
    emitted: (gatewayEui) => {
      of(gatewayEui).emitted += 1;
    },
    answered: (gatewayEui, status) => {
      const { byStatus } = of(gatewayEui);
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    },
    drop: (gatewayEui) => byGateway.delete(gatewayEui),
    view: () =>
      [...byGateway].map(([gatewayEui, { received, emitted, byStatus }]) => ({
        gatewayEui,
        received,
        emitted,
        byStatus: { ...byStatus },
      })),
  };
}
