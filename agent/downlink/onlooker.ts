/** Whoever looks on while downlinks go their way (agent/control/feed.ts). He is told only while he listens. */
import type { Modulation } from "../lorawan/rxpk.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import type { TxMoment } from "../lorawan/txpk.ts";
import type { DownlinkItem } from "../north/core.ts";

/** Whose downlink it is. */
export interface Errand {
  readonly coreId: string;
  readonly gatewayEui: string;
  /** Absent for a core that writes its own txpk. */
  readonly downlinkId?: number;
}

export interface DownlinkOnlooker {
  readonly hasListeners: boolean;
  /** A command came. @param items none: the core writes its own txpk. */
  commanded(errand: Errand, items: readonly DownlinkItem[]): void;
  /** An item is with the forwarder. @param item undefined: a core's own, which could not be read. */
  sent(
    errand: Errand,
    when: { readonly at: TxMoment; readonly onAirMonotonicMs: number | undefined },
    item:
      | {
          readonly frequencyHz: number;
          readonly modulation: Modulation;
          readonly sizeOctets: number;
          readonly powerDbm: number | undefined;
        }
      | undefined,
  ): void;
  /** The command was answered, or never will be. */
  answered(
    errand: Errand,
    answer: {
      readonly statuses: readonly TxStatus[];
      /** Another power than was asked for. */
      readonly powerDbm?: number | undefined;
      readonly reason?: string | undefined;
    },
  ): void;
}
