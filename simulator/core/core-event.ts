/**
 * What the core did, told as it happens, for those who judge (simulator/ledger.ts) and those who look.
 *
 * `atUs` is true time, microseconds of the clock's monotonic time. Counters have all 32 bits.
 */
import type { CounterRefusal } from "./frame-counter.ts";
import type { GatewayMessageFault } from "./gateway-messages.ts";
import type { JoinRefusal } from "./join-server.ts";

export type CoreEvent = { readonly atUs: number } & (
  | {
      readonly kind: "delivered";
      readonly devEui: string;
      readonly devAddr: string;
      readonly fCnt: number;
      /** Each gateway once, in the order in which their copies came. */
      readonly gatewayEuis: readonly string[];
      readonly delayed: boolean;
    }
  | {
      readonly kind: "refusedByCounter";
      readonly devEui: string;
      readonly devAddr: string;
      readonly fCnt: number;
      readonly gatewayEuis: readonly string[];
      /** sessionOver: its device has joined since, and counts anew. */
      readonly reason: CounterRefusal | "sessionOver";
    }
  /** A copy that nobody looked at: its transmission had just been handled. */
  | { readonly kind: "duplicate"; readonly gatewayEui: string }
  | {
      readonly kind: "joinAccepted";
      readonly devEui: string;
      readonly devAddr: string;
      readonly devNonce: number;
      readonly gatewayEuis: readonly string[];
      /** The session it put an end to. */
      readonly formerDevAddr: string | undefined;
    }
  | {
      readonly kind: "joinRefused";
      readonly devEui: string;
      readonly reason: JoinRefusal | "unknownDevice";
      readonly gatewayEuis: readonly string[];
    }
  | { readonly kind: "micFailed"; readonly devAddr: string; readonly gatewayEuis: readonly string[] }
  | { readonly kind: "unknownDevAddr"; readonly devAddr: string; readonly gatewayEuis: readonly string[] }
  /** Read as a message, and nothing the band or LoRaWAN knows. */
  | { readonly kind: "uplinkRefused"; readonly fault: UplinkFault; readonly gatewayEuis: readonly string[] }
  | { readonly kind: "messageRefused"; readonly fault: GatewayMessageFault }
  | {
      readonly kind: "downlinkSent";
      readonly downlinkId: number;
      readonly devEui: string;
      readonly gatewayEui: string;
      readonly purpose: DownlinkPurpose;
    }
  | {
      readonly kind: "txAck";
      readonly downlinkId: number;
      readonly gatewayEui: string;
      /** The first OK, else the last of the items' own; NONE: there was no item. */
      readonly status: string;
      /** undefined: the downlink is not remembered, the acknowledgement does nothing. */
      readonly devEui: string | undefined;
    }
  /** From the late channel: what the core had not delivered and could not any more. */
  | {
      readonly kind: "recovered" | "lateDropped";
      readonly devEui: string;
      readonly devAddr: string;
      readonly fCnt: number;
      readonly gatewayEui: string;
    }
  | { readonly kind: "lateRefused"; readonly fault: LateFault }
);

export type LateFault =
  | "tooLong"
  | "notJson"
  | "badVersion"
  | "incomplete"
  | "noUplink"
  | "unknownDevAddr"
  | "micBad";

/** What made the core answer; an application item may acknowledge besides. */
export type DownlinkPurpose = "joinAccept" | "application" | "acknowledgement" | "adrAckReq";

export type UplinkFault = "malformed" | "unexpectedType" | "unknownDataRate" | "unknownChannel";

/** An event that has just happened: its moment is added by whoever tells it on. */
export type Tell = (event: Untimed<CoreEvent>) => void;

type Untimed<E> = E extends CoreEvent ? Omit<E, "atUs"> : never;

/** By kind, and by reason, fault, purpose or status where it has one: "delivered", "refusedByCounter.reset". */
export function countName(event: Untimed<CoreEvent>): string {
  switch (event.kind) {
    case "refusedByCounter":
    case "joinRefused":
      return `${event.kind}.${event.reason}`;
    case "uplinkRefused":
    case "messageRefused":
    case "lateRefused":
      return `${event.kind}.${event.fault}`;
    case "downlinkSent":
      return `${event.kind}.${event.purpose}`;
    case "txAck":
      return `${event.kind}.${event.devEui === undefined ? "unknown" : event.status}`;
    default:
      return event.kind;
  }
}
