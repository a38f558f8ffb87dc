/**
 * The join server: join-request in, join-accept and session out, LoRaWAN 1.0.x.
 *
 * Pure. A DevNonce is refused when it was used before, and for nothing else: one that has never been seen is accepted
 * whenever it comes, also days late. What that does to a device which has joined since is the caller's doing
 * (devices.ts), as it is ChirpStack's.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/uplink/join.rs and storage/device_keys.rs; LoRaWAN 1.0.3, 6.2.
 */
import type { Read } from "../../agent/lorawan/read.ts";
import { cmacKey } from "../meter/cmac.ts";
import { dataKeys } from "../meter/data-frames.ts";
import { receiveParametersOf } from "../meter/eu868.ts";
import {
  isRequestMicGood,
  type JoinAccept,
  type JoinRequest,
  writeCfList,
  writeJoinAccept,
} from "../meter/join-frames.ts";
import { sessionKeys10 } from "../meter/keys.ts";
import type { CoreSession, Device } from "./devices.ts";

/** What a join-accept tells a device. */
export interface JoinSettings {
  /** 6 hex digits. */
  readonly netId: string;
  /** 1..15. */
  readonly rx1DelayS: number;
  /** 0..5. */
  readonly rx1DataRateOffset: number;
  /** 0..6. */
  readonly rx2DataRate: number;
  /** Channels beside the three of joining, at most five: the CFList. None: no CFList. */
  readonly extraChannelsHz: readonly number[];
}

export type JoinRefusal = "micBad" | "devNonceUsed";

export interface Joined {
  readonly accept: Buffer;
  readonly session: CoreSession;
}

/**
 * Takes the DevNonce when it is good; the session is opened by the caller.
 * @param phyPayload the request as it was on air.
 */
export function answerJoin(
  device: Device,
  request: JoinRequest,
  phyPayload: Buffer,
  devAddr: string,
  settings: JoinSettings,
): Read<Joined, JoinRefusal> {
  const appKey = cmacKey(device.identity.appKey);
  if (!isRequestMicGood(phyPayload, appKey)) return { ok: false, fault: "micBad" };
  const nonce = `${request.joinEui}/${request.devNonce}`;
  if (device.usedNonces.has(nonce)) return { ok: false, fault: "devNonceUsed" };
  device.usedNonces.add(nonce);
  const { extraChannelsHz, rx1DelayS, rx1DataRateOffset, rx2DataRate, netId } = settings;
  const accept: JoinAccept = {
    joinNonce: device.joinNonce++,
    netId,
    devAddr,
    optNeg: false,
    rx1DataRateOffset,
    rx2DataRate,
    rxDelayS: rx1DelayS,
    cfList: extraChannelsHz.length === 0 ? undefined : writeCfList(extraChannelsHz),
  };
  const session: CoreSession = {
    devEui: device.identity.devEui,
    devAddr,
    keys: dataKeys(sessionKeys10(appKey.aes, { ...accept, devNonce: request.devNonce })),
    receive: receiveParametersOf(accept),
    nextFCntUp: 0,
    fCntDown: 0,
  };
  return { ok: true, value: { accept: writeJoinAccept(accept, { encryption: appKey }), session } };
}
