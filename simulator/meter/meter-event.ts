/**
 * What meters do, told as it happens: all that the ledger and the reports know of them.
 *
 * Times are true time in microseconds, on the axis of the air; an uplink is one (devEui, devAddr, fCnt), however
 * often it was sent. Payloads are the readings in the clear, as the meter meant them.
 */
import type { W1Reading } from "./payload.ts";
import type { WindowMiss } from "./receive-windows.ts";

export interface OnAir {
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  readonly startUs: number;
  readonly airtimeUs: number;
  /** 1: the first time. */
  readonly attempt: number;
}

export type MeterEvent =
  | ({ readonly kind: "joinSent"; readonly devEui: string; readonly devNonce: number } & OnAir)
  | {
      readonly kind: "joined";
      readonly devEui: string;
      readonly devAddr: string;
      readonly window: 1 | 2;
      /** End of the join-accept. */
      readonly atUs: number;
      /** Join-requests it took, since the meter's start or its last session. */
      readonly attempts: number;
    }
  | ({
      readonly kind: "uplinkSent";
      readonly devEui: string;
      readonly devAddr: string;
      readonly fCnt: number;
      readonly fPort: number;
      readonly confirmed: boolean;
      /** It acknowledges a downlink. */
      readonly ack: boolean;
      readonly payload: Buffer;
      readonly reading: W1Reading;
    } & OnAir)
  | {
      /** A confirmed uplink that nobody acknowledged, after its last attempt. */
      readonly kind: "uplinkGivenUp";
      readonly devEui: string;
      readonly devAddr: string;
      readonly fCnt: number;
      readonly attempts: number;
    }
  | {
      /** In its window, with a good MIC and a counter that rises. */
      readonly kind: "downlinkReceived";
      readonly devEui: string;
      readonly devAddr: string;
      readonly window: 1 | 2;
      readonly fCnt: number;
      /** It acknowledges the confirmed uplink that this counter names. */
      readonly acknowledges: number | undefined;
      readonly confirmed: boolean;
      readonly fPort: number | undefined;
      readonly payload: Buffer;
      /** MAC commands it carries. They are not answered yet. */
      readonly macOctets: number;
      readonly startUs: number;
      /** From where it should have started; negative: too early. */
      readonly offUs: number;
    }
  | {
      /**
       * It bears the meter's DevAddr and was not received. The meter itself knows nothing of it, except where it
       * was heard (micBad, fCntNotRising, fCntTooFar).
       */
      readonly kind: "downlinkMissed";
      readonly devEui: string;
      readonly devAddr: string;
      readonly why: DownlinkMiss;
      readonly startUs: number;
    };

export type DownlinkMiss =
  | WindowMiss
  /** No window was to come. */
  | "notListening"
  /** RX1 was still receiving something else when RX2 should have opened. */
  | "busy"
  | "micBad"
  | "fCntNotRising"
  | "fCntTooFar"
  | "malformed";
