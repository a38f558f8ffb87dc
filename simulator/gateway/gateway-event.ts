/**
 * What a virtual gateway did, for those who judge (simulator/ledger.ts) and those who look.
 *
 * `trueUs` and `startUs` are the air's true time (microseconds of the clock's monotonic time); `tmst` is the
 * concentrator's own count, `token` the datagram's two octets, the first one high. `datagram` numbers the PUSH_DATA of one gateway from 1, since tokens are drawn and
 * come again.
 */
import type { TxRefusal } from "./transmitter.ts";
import type { NotEmittedReason } from "./tx-chain.ts";

export type GatewayEvent = { readonly eui: string } & (
  | { readonly kind: "heard"; readonly phyPayload: Buffer; readonly tmst: number; readonly trueUs: number }
  /** Heard, and given up by the gateway itself before any server acknowledged it. */
  | {
      readonly kind: "frameDropped";
      readonly phyPayload: Buffer;
      readonly tmst: number;
      readonly reason: "fifoFull" | "storeFull" | "restarted";
    }
  | {
      readonly kind: "pushSent";
      readonly datagram: number;
      readonly token: number;
      readonly rxpkCount: number;
      /** Of these, how many had been sent before. */
      readonly repeatedCount: number;
    }
  /** Comes for a late PUSH_ACK too, which the forwarder itself ignores; then `inTime` is false. */
  | {
      readonly kind: "pushAcknowledged";
      readonly datagram: number;
      readonly token: number;
      readonly rxpkCount: number;
      readonly afterMs: number;
      readonly inTime: boolean;
    }
  /** The forwarder waits no longer. */
  | {
      readonly kind: "pushUnacknowledged";
      readonly datagram: number;
      readonly token: number;
      readonly rxpkCount: number;
    }
  | {
      readonly kind: "downlinkAccepted";
      readonly token: number;
      readonly tmst: number;
      readonly startUs: number;
      /** Conducted, where it is not what was asked for. */
      readonly warnPowerDbm: number | undefined;
    }
  | { readonly kind: "downlinkRefused"; readonly token: number; readonly error: TxRefusal }
  /** Nobody is told of these: no TX_ACK goes out. */
  | { readonly kind: "downlinkIgnored"; readonly token: number; readonly fault: string }
  | {
      readonly kind: "emitted";
      readonly token: number;
      readonly phyPayload: Buffer;
      readonly tmst: number;
      readonly startUs: number;
      readonly airtimeUs: number;
      readonly frequencyHz: number;
      readonly powerDbm: number;
    }
  /** Accepted, and yet never on air. */
  | {
      readonly kind: "notEmitted";
      readonly token: number;
      readonly reason: NotEmittedReason;
    }
);

export type GatewayEventSink = (event: GatewayEvent) => void;
