/**
 * PHYPayload: the LoRaWAN frame as it was on air, without any key.
 */
import type { Read } from "./read.ts";

/** EUIs and DevAddr as big-endian lower-case hex. */
export type Phy =
  | {
      readonly kind: "joinRequest";
      readonly joinEui: string;
      readonly devEui: string;
      readonly devNonce: number;
    }
  | {
      readonly kind: "data";
      readonly up: boolean;
      readonly confirmed: boolean;
      /** 8 lower-case hex digits. */
      readonly devAddr: string;
      readonly fCnt: number;
      /** undefined: no FPort. */
      readonly fPort: number | undefined;
      readonly adr: boolean;
      readonly ack: boolean;
      /** FCtrl bit 6: ADRACKReq up, RFU down. */
      readonly adrAckReq: boolean;
      /** FCtrl bit 4: ClassB up, FPending down. */
      readonly bit4: boolean;
      readonly fOpts: Buffer;
      readonly frmPayload: Buffer;
      readonly mic: Buffer;
    }
  | {
      readonly kind: "rejoinRequest";
      readonly type: 0 | 1 | 2;
      readonly netId: string | undefined;
      readonly joinEui: string | undefined;
      readonly devEui: string;
      readonly rjCount: number;
    }
  | { readonly kind: "joinAccept" }
  | { readonly kind: "proprietary" };

export type PhyFault = "notImplemented";

export function readPhy(_bytes: Buffer): Read<Phy, PhyFault> {
  return { ok: false, fault: "notImplemented" };
}
