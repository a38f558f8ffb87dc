/**
 * What a device has after a join, LoRaWAN 1.0.3: address, keys, counters, channels, receive windows.
 *
 * No time and no radio: those are in meter.ts. MAC commands are received and not obeyed yet; they will change
 * `receive` and `channelsHz` here.
 */
import { readPhy } from "../../agent/lorawan/phy.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import type { CmacKey } from "./cmac.ts";
import {
  type DataFrame,
  type DataKeys,
  dataKeys,
  fullFCnt,
  isDataMicGood,
  openData,
  writeDataFrame,
} from "./data-frames.ts";
import { channelsAfterJoin, type ReceiveParameters, receiveParametersOf } from "./eu868.ts";
import { cfListFrequenciesHz, type JoinAccept } from "./join-frames.ts";
import { type SessionKeys10, sessionKeys10 } from "./keys.ts";

/** A counter that jumps this far is not believed. 1.0.4 has no such rule. */
const MAX_FCNT_GAP = 16_384;

const MTYPE_DOWN = 0b011;
const MTYPE_CONFIRMED_DOWN = 0b101;

export interface Session {
  readonly devAddr: string;
  readonly sessionKeys: SessionKeys10;
  readonly keys: DataKeys;
  readonly receive: ReceiveParameters;
  readonly channelsHz: readonly number[];
  /** Of the next new uplink. */
  fCntUp: number;
  /** Of the last downlink; undefined: none yet. */
  lastFCntDown: number | undefined;
  /** The next uplink acknowledges a confirmed downlink. */
  ackDue: boolean;
}

export type DownlinkFault = "malformed" | "foreign" | "micBad" | "fCntNotRising" | "fCntTooFar";

export function openSession(accept: JoinAccept, devNonce: number, appKey: CmacKey): Session {
  const sessionKeys = sessionKeys10(appKey.aes, { ...accept, devNonce });
  return {
    devAddr: accept.devAddr,
    sessionKeys,
    keys: dataKeys(sessionKeys),
    receive: receiveParametersOf(accept),
    channelsHz: channelsAfterJoin(accept.cfList ? cfListFrequenciesHz(accept.cfList) : []),
    fCntUp: 0,
    lastFCntDown: undefined,
    ackDue: false,
  };
}

/** A new uplink: takes the next counter and pays the acknowledgement that is due. */
export function composeUplink(
  session: Session,
  uplink: { readonly confirmed: boolean; readonly fPort: number; readonly payload: Uint8Array },
): { readonly fCnt: number; readonly ack: boolean; readonly bytes: Buffer } {
  const fCnt = session.fCntUp++;
  const ack = session.ackDue;
  session.ackDue = false;
  const frame = { ...uplink, up: true, devAddr: session.devAddr, fCnt, ack };
  return { fCnt, ack, bytes: writeDataFrame(frame, session.keys) };
}

/** Whether a downlink bears this session's address, without looking further. */
export function downlinkIsFor(session: Session, bytes: Uint8Array): boolean {
  const mType = bytes[0]! >> 5;
  if (mType !== MTYPE_DOWN && mType !== MTYPE_CONFIRMED_DOWN) return false;
  const devAddr = (bytes[1]! | (bytes[2]! << 8) | (bytes[3]! << 16) | (bytes[4]! << 24)) >>> 0;
  return devAddr === Number.parseInt(session.devAddr, 16);
}

/** Reads what a window heard. What is accepted moves the session on; what is refused changes nothing. */
export function receiveDownlink(session: Session, bytes: Buffer): Read<Required<DataFrame>, DownlinkFault> {
  const phy = readPhy(bytes);
  if (!phy.ok) return { ok: false, fault: "malformed" };
  if (phy.value.kind !== "data" || phy.value.up) return { ok: false, fault: "foreign" };
  if (phy.value.devAddr !== session.devAddr) return { ok: false, fault: "foreign" };
  const fCnt = fullFCnt(session.lastFCntDown, phy.value.fCnt);
  const gap = fCnt - (session.lastFCntDown ?? fCnt - 1);
  // Behind looks like almost a whole round ahead.
  if (gap === 0 || gap >= 0x8000) return { ok: false, fault: "fCntNotRising" };
  if (gap >= MAX_FCNT_GAP) return { ok: false, fault: "fCntTooFar" };
  if (!isDataMicGood(bytes, session.keys.nwkSKey, fCnt)) return { ok: false, fault: "micBad" };
  session.lastFCntDown = fCnt;
  if (phy.value.confirmed) session.ackDue = true;
  return { ok: true, value: openData(bytes, phy.value, session.keys, fCnt) };
}
