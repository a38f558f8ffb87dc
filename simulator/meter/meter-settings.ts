/**
 * Who a meter is and how it behaves. Firmware profiles (firmware-profiles/meters) will fill these.
 */
export interface MeterIdentity {
  /** 16 lower-case hex digits. */
  readonly devEui: string;
  readonly joinEui: string;
  /** 16 octets. */
  readonly appKey: Buffer;
}

export interface MeterSettings {
  /**
   * An uplink every `intervalMs`, each up to `jitterMs` late. The first comes within a minute (or an interval, if
   * that is shorter) of the join; intervals that the repeats of a confirmed uplink have used up are left out.
   */
  readonly schedule: { readonly intervalMs: number; readonly jitterMs: number };
  /** Share of the uplinks that want an acknowledgement, 0..1. */
  readonly confirmedShare: number;
  /** DR of the uplinks, 0..5. */
  readonly dataRate: number;
  /** DRs of the join-requests, one drawn for each. All six when absent. */
  readonly joinDataRates?: readonly number[];
  /** Drawn wait after a join-request that nobody answered. 5 to 20 s when absent. */
  readonly joinRetryMs?: { readonly fromMs: number; readonly toMs: number };
  /**
   * "waived": for a rig whose day lasts a minute, whose meters must send more than 1 % of the time. The join budget
   * holds all the same. "kept" when absent.
   */
  readonly dutyCycle?: "kept" | "waived";
  /** EIRP; 14 when absent. */
  readonly powerDbm?: number;
  /** DevNonces of earlier lives, so that a core that remembers them is not asked twice with one. */
  readonly devNoncesUsed?: number;
}
