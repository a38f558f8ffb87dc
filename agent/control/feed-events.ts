/**
 * What the feed tells: one event per thing that happens to a frame or a downlink, as plain JSON.
 *
 *   uplink      an rxpk was read and judged                          (agent/south/push-data.ts)
 *   custody     a kept frame is answered for, or was given up        (the same)
 *   delivered   a core has answered for a frame, or it died          (agent/north/crossing.ts)
 *   downlink    a core's command came                                (agent/downlink/downlinks.ts, passage.ts)
 *   txpk        one of its items went to the forwarder               (the same)
 *   txAck       what became of the command                           (the same)
 *
 * An event has the PHY's header, never its payload: who asked for the octets gets them beside it (feed.ts). Pure. Names
 * are read by programs and stay.
 */
import type { Verdict } from "../frame/admission.ts";
import { airtimeUs } from "../lorawan/airtime.ts";
import { writeDatr } from "../lorawan/modulation.ts";
import { type Phy, readPhy } from "../lorawan/phy.ts";
import type { CrcStatus, Modulation, Rxpk } from "../lorawan/rxpk.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import type { TxMoment } from "../lorawan/txpk.ts";
import type { Delivery, DownlinkTiming } from "../north/core.ts";

export type MType =
  | "joinRequest"
  | "joinAccept"
  | "unconfirmedUp"
  | "unconfirmedDown"
  | "confirmedUp"
  | "confirmedDown"
  | "rejoinRequest"
  | "proprietary";

/** What a PHYPayload says without any key. What a kind of frame does not have is absent. */
export interface PhyHeader {
  readonly mType: MType;
  /** 8 lower-case hex digits. */
  readonly devAddr?: string;
  /** The low 16 bits. */
  readonly fCnt?: number;
  readonly fPort?: number;
  readonly adr?: boolean;
  readonly ack?: boolean;
  readonly fOptsOctets?: number;
  readonly frmPayloadOctets?: number;
  /** 16 lower-case hex digits, as joinEui. */
  readonly devEui?: string;
  readonly joinEui?: string;
  readonly devNonce?: number;
  /** 6 lower-case hex digits, as a rejoin says it. */
  readonly netId?: string;
}

/** How a frame was on air. */
export interface OnAir {
  readonly frequencyHz: number;
  /** "SF7BW125", 50000 (FSK), "M0CW137". */
  readonly datr: string | number;
  /** LoRa only. */
  readonly spreadingFactor?: number;
  readonly sizeOctets: number;
}

export interface UplinkEvent extends OnAir {
  readonly kind: "uplink";
  /** When it arrived here. */
  readonly wallMs: number;
  readonly gatewayEui: string;
  /** kept: it has a sequence. repeat: of the frame of that sequence. refused: `reason` says why. */
  readonly verdict: "kept" | "repeat" | "refused";
  readonly reason?: string;
  readonly sequence?: number;
  /** The device's own repetition (NbTrans). */
  readonly repetition: boolean;
  /** How old it was when it arrived. */
  readonly ageMs: number;
  readonly delayed: boolean;
  readonly tmstUs: number;
  readonly crc: CrcStatus;
  readonly rssiDbm?: number;
  readonly snrDb?: number;
  readonly channel?: number;
  readonly airtimeMs: number;
  /** Absent where it is no LoRaWAN frame, or nobody can know (bad CRC). */
  readonly header?: PhyHeader;
}

export interface CustodyEvent {
  readonly kind: "custody";
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly sequence: number;
  readonly outcome: "held" | "givenUp";
}

export interface DeliveredEvent {
  readonly kind: "delivered";
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly coreId: string;
  readonly sequence: number;
  readonly delivery: Delivery | "joinExpired" | "repetition";
  readonly replay: boolean;
  /** Absent where it was not sent. */
  readonly tookMs?: number;
}

export interface DownlinkEvent {
  readonly kind: "downlink";
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly coreId: string;
  /** Absent where the core writes its own txpk. */
  readonly downlinkId?: number;
  readonly items: readonly DownlinkItemSaid[];
}

export interface DownlinkItemSaid extends OnAir {
  readonly powerDbm: number;
  readonly timing?: DownlinkTiming;
  readonly header?: PhyHeader;
}

export interface TxpkEvent extends Partial<OnAir> {
  readonly kind: "txpk";
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly coreId: string;
  readonly downlinkId?: number;
  readonly powerDbm?: number;
  readonly moment: TxMoment["kind"];
  /** Until it is on air; absent where nobody can know. */
  readonly inMs?: number;
}

export interface TxAckEvent {
  readonly kind: "txAck";
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly coreId: string;
  readonly downlinkId?: number;
  /** One per item; of a core's own txpk there is one, and none where the forwarder says nothing. */
  readonly statuses: readonly TxStatus[];
  /** Another power than was asked for, where the forwarder said so. */
  readonly powerDbm?: number;
  /** What the statuses have no word for. */
  readonly reason?: string;
}

export type FeedEvent = UplinkEvent | CustodyEvent | DeliveredEvent | DownlinkEvent | TxpkEvent | TxAckEvent;

// ---------------------------------------------------------------------------------------- how they are made

const MTYPE_OF_DATA = {
  up: { confirmed: "confirmedUp", unconfirmed: "unconfirmedUp" },
  down: { confirmed: "confirmedDown", unconfirmed: "unconfirmedDown" },
} as const;

export function headerOf(phy: Phy): PhyHeader {
  switch (phy.kind) {
    case "data":
      return {
        mType: MTYPE_OF_DATA[phy.up ? "up" : "down"][phy.confirmed ? "confirmed" : "unconfirmed"],
        devAddr: phy.devAddr,
        fCnt: phy.fCnt,
        ...(phy.fPort === undefined ? {} : { fPort: phy.fPort }),
        adr: phy.adr,
        ack: phy.ack,
        fOptsOctets: phy.fOpts.length,
        frmPayloadOctets: phy.frmPayload.length,
      };
    case "joinRequest":
      return { mType: phy.kind, joinEui: phy.joinEui, devEui: phy.devEui, devNonce: phy.devNonce };
    case "rejoinRequest":
      return {
        mType: phy.kind,
        devEui: phy.devEui,
        ...(phy.netId === undefined ? {} : { netId: phy.netId }),
        ...(phy.joinEui === undefined ? {} : { joinEui: phy.joinEui }),
      };
    default:
      return { mType: phy.kind };
  }
}

export function onAirOf(frequencyHz: number, modulation: Modulation, sizeOctets: number): OnAir {
  return {
    frequencyHz,
    datr: writeDatr(modulation) ?? "?",
    ...(modulation.kind === "lora" ? { spreadingFactor: modulation.spreadingFactor } : {}),
    sizeOctets,
  };
}

/** @returns undefined for octets that are no LoRaWAN frame. */
export function headerOfOctets(octets: Buffer): PhyHeader | undefined {
  const read = readPhy(octets);
  return read.ok ? headerOf(read.value) : undefined;
}

/** @param sequence of a frame that was kept. */
export function uplinkEvent(
  gatewayEui: string,
  wallMs: number,
  heard: { readonly rxpk: Rxpk; readonly ageMs: number },
  verdict: Verdict,
  sequence: number | undefined,
): UplinkEvent {
  const { rxpk } = heard;
  const { modulation, payload, rssiDbm, snrDb, channel } = rxpk;
  const header = rxpk.crc === "bad" ? undefined : headerOfOctets(payload);
  const numbered = verdict.kind === "repeat" ? verdict.sequence : sequence;
  return {
    kind: "uplink",
    wallMs,
    gatewayEui,
    verdict: verdict.kind === "admitted" ? "kept" : verdict.kind,
    ...(verdict.kind === "refused" ? { reason: verdict.reason } : {}),
    ...(numbered === undefined ? {} : { sequence: numbered }),
    repetition: verdict.kind === "admitted" && verdict.repetition,
    ageMs: Math.round(heard.ageMs),
    delayed: rxpk.delayed,
    tmstUs: rxpk.tmstUs,
    crc: rxpk.crc,
    ...(rssiDbm === undefined ? {} : { rssiDbm }),
    ...(snrDb === undefined ? {} : { snrDb }),
    ...(channel === undefined ? {} : { channel }),
    ...onAirOf(rxpk.frequencyHz, modulation, payload.length),
    airtimeMs: Math.round(airtimeUs(modulation, payload.length) / 1_000),
    ...(header === undefined ? {} : { header }),
  };
}
