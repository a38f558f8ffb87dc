/**
 * PHYPayload: the LoRaWAN frame as it was on air, without any key.
 *
 * Pure: octets in, values out. Nothing is decrypted and no MIC is checked, here or anywhere in the agent. Numbers are
 * little-endian on air; EUIs, DevAddr and NetID are written big-endian, as everybody writes them.
 *
 *   all              MHDR 1 | ... | MIC 4                                    MHDR: MType 3 bits, RFU 3, Major 2
 *   data             MHDR | DevAddr 4 | FCtrl 1 | FCnt 2 | FOpts 0..15 | [FPort 1 | FRMPayload] | MIC
 *   join-request     MHDR | JoinEUI 8 | DevEUI 8 | DevNonce 2 | MIC                                  23 octets
 *   join-accept      MHDR | encrypted 16 or 32                                                 17 or 33 octets
 *   rejoin 0, 2      MHDR | type 1 | NetID 3 | DevEUI 8 | RJcount 2 | MIC                            19 octets
 *   rejoin 1         MHDR | type 1 | JoinEUI 8 | DevEUI 8 | RJcount 2 | MIC                          24 octets
 *
 * Source: LoRaWAN 1.0.2 and 1.1, chapters 4 and 6; lengths: test/vectors/frame-parse.json.
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
      /** The low 16 bits of the counter: no more is on air. */
      readonly fCnt: number;
      /** undefined: no FPort. */
      readonly fPort: number | undefined;
      readonly adr: boolean;
      readonly ack: boolean;
      /** FCtrl bit 6: ADRACKReq up, RFU down. */
      readonly adrAckReq: boolean;
      /** FCtrl bit 4: ClassB up, FPending down. */
      readonly bit4: boolean;
      /** Views of the octets read, as they were on air. */
      readonly fOpts: Buffer;
      readonly frmPayload: Buffer;
      readonly mic: Buffer;
    }
  | {
      readonly kind: "rejoinRequest";
      readonly type: 0 | 1 | 2;
      /** Types 0 and 2; 6 lower-case hex digits. */
      readonly netId: string | undefined;
      /** Type 1. */
      readonly joinEui: string | undefined;
      readonly devEui: string;
      readonly rjCount: number;
    }
  | { readonly kind: "joinAccept" }
  | { readonly kind: "proprietary" };

export type PhyFault =
  | "empty"
  | "unsupportedMajor"
  | "tooShort"
  | "fOptsBeyondFrame"
  | "fOptsWithFPort0"
  | "joinRequestLength"
  | "joinAcceptLength"
  | "rejoinLengthOrType";

const MIC_OCTETS = 4;
const FOPTS_AT = 8;
const DATA_OCTETS_MIN = FOPTS_AT + MIC_OCTETS;
const JOIN_REQUEST_OCTETS = 23;
const JOIN_ACCEPT_OCTETS = 17;
const JOIN_ACCEPT_CFLIST_OCTETS = 33;
const REJOIN_0_2_OCTETS = 19;
const REJOIN_1_OCTETS = 24;

const NOTHING = Buffer.alloc(0);

/**
 * Reads a PHYPayload. Major other than 0 is refused for every MType; the RFU bits of MHDR are not looked at.
 *
 * @param bytes as received; the values keep views of it.
 */
export function readPhy(bytes: Buffer): Read<Phy, PhyFault> {
  const mhdr = bytes[0];
  if (mhdr === undefined) return { ok: false, fault: "empty" };
  if ((mhdr & 0b11) !== 0) return { ok: false, fault: "unsupportedMajor" };
  switch (mhdr >> 5) {
    case 0b000:
      return readJoinRequest(bytes);
    case 0b001:
      return bytes.length === JOIN_ACCEPT_OCTETS || bytes.length === JOIN_ACCEPT_CFLIST_OCTETS
        ? { ok: true, value: { kind: "joinAccept" } }
        : { ok: false, fault: "joinAcceptLength" };
    case 0b010:
      return readData(bytes, true, false);
    case 0b011:
      return readData(bytes, false, false);
    case 0b100:
      return readData(bytes, true, true);
    case 0b101:
      return readData(bytes, false, true);
    case 0b110:
      return readRejoin(bytes);
    default:
      return { ok: true, value: { kind: "proprietary" } };
  }
}

function readData(bytes: Buffer, up: boolean, confirmed: boolean): Read<Phy, PhyFault> {
  if (bytes.length < DATA_OCTETS_MIN) return { ok: false, fault: "tooShort" };
  const fCtrl = bytes[5]!;
  const portAt = FOPTS_AT + (fCtrl & 0x0f);
  const micAt = bytes.length - MIC_OCTETS;
  if (portAt > micAt) return { ok: false, fault: "fOptsBeyondFrame" };
  const fPort = portAt < micAt ? bytes[portAt] : undefined;
  if (fPort === 0 && portAt > FOPTS_AT) return { ok: false, fault: "fOptsWithFPort0" };
  return {
    ok: true,
    value: {
      kind: "data",
      up,
      confirmed,
      devAddr: bytes.readUInt32LE(1).toString(16).padStart(8, "0"),
      fCnt: bytes[6]! | (bytes[7]! << 8),
      fPort,
      adr: (fCtrl & 0x80) !== 0,
      adrAckReq: (fCtrl & 0x40) !== 0,
      ack: (fCtrl & 0x20) !== 0,
      bit4: (fCtrl & 0x10) !== 0,
      fOpts: portAt > FOPTS_AT ? bytes.subarray(FOPTS_AT, portAt) : NOTHING,
      frmPayload: portAt + 1 < micAt ? bytes.subarray(portAt + 1, micAt) : NOTHING,
      mic: bytes.subarray(micAt),
    },
  };
}

function readJoinRequest(bytes: Buffer): Read<Phy, PhyFault> {
  if (bytes.length !== JOIN_REQUEST_OCTETS) return { ok: false, fault: "joinRequestLength" };
  return {
    ok: true,
    value: {
      kind: "joinRequest",
      joinEui: hexReversed(bytes, 1, 9),
      devEui: hexReversed(bytes, 9, 17),
      devNonce: bytes.readUInt16LE(17),
    },
  };
}

function readRejoin(bytes: Buffer): Read<Phy, PhyFault> {
  const type = bytes[1];
  if ((type === 0 || type === 2) && bytes.length === REJOIN_0_2_OCTETS) {
    const netId = hexReversed(bytes, 2, 5);
    const devEui = hexReversed(bytes, 5, 13);
    const rjCount = bytes.readUInt16LE(13);
    return { ok: true, value: { kind: "rejoinRequest", type, netId, joinEui: undefined, devEui, rjCount } };
  }
  if (type === 1 && bytes.length === REJOIN_1_OCTETS) {
    const joinEui = hexReversed(bytes, 2, 10);
    const devEui = hexReversed(bytes, 10, 18);
    const rjCount = bytes.readUInt16LE(18);
    return { ok: true, value: { kind: "rejoinRequest", type, netId: undefined, joinEui, devEui, rjCount } };
  }
  return { ok: false, fault: "rejoinLengthOrType" };
}

function hexReversed(bytes: Buffer, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).reverse().toString("hex");
}
