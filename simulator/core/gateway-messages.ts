/**
 * What gateways say to the core and the core to gateways: octets on MQTT, read and written as ChirpStack does.
 *
 * Pure. A payload in which "gatewayId" stands is JSON, any other is protobuf; what is missing or of an older form is
 * refused as ChirpStack refuses it. What an uplink means is in uplink.ts and join-server.ts.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/gateway/backend/mqtt.rs and api/proto/gw/gw.proto.
 */

import { gw } from "../../agent/lorawan/gw.js";
import {
  DOWNLINK_FRAME,
  DOWNLINK_TX_ACK,
  GATEWAY_STATS,
  readJson,
  UPLINK_FRAME,
  writeJson,
} from "../../agent/lorawan/gw-json.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import { DATA_RATES } from "../meter/eu868.ts";

/** One uplink as one gateway heard it. */
export interface UplinkCopy {
  readonly gatewayEui: string;
  readonly phyPayload: Buffer;
  /** tx_info and phy_payload: copies of one transmission agree in both, octet for octet. */
  readonly key: string;
  readonly frequencyHz: number;
  /** DR of EU868; undefined: the modulation is none of the band's. */
  readonly dataRate: number | undefined;
  readonly spreadingFactor: number;
  readonly rssiDbm: number;
  readonly snrDb: number;
  readonly board: number;
  readonly antenna: number;
  /** Opaque: goes back with the downlink. */
  readonly context: Uint8Array;
  /** UTC, milliseconds. */
  readonly gwTimeMs: number | undefined;
  /** Since the GPS epoch, milliseconds. */
  readonly gpsMs: number | undefined;
  /** The agent's marks of a replay. */
  readonly delayed: boolean;
  readonly holdMs: number | undefined;
}

export interface TxAck {
  readonly gatewayEui: string;
  readonly downlinkId: number;
  /** One per item, by the names of gw.TxAckStatus. */
  readonly statuses: readonly string[];
}

export type GatewayMessage = {
  readonly gatewayEui: string;
  /** It was written in JSON, not in protobuf. */
  readonly json: boolean;
} & (
  | { readonly kind: "up"; readonly copy: UplinkCopy }
  | { readonly kind: "ack"; readonly ack: TxAck }
  | { readonly kind: "stats" }
);

export type GatewayMessageFault =
  | "unknownTopic"
  | "unknownEvent"
  | "tooLong"
  | "undecodable"
  | "noTxInfo"
  | "noRxInfo"
  | "badGatewayId";

/** An uplink has some 300 octets, in JSON some 1,000. */
export const MESSAGE_OCTETS_MAX = 64 * 1024;

const EUI = /^[0-9a-f]{16}$/;
const JSON_MARK = "gatewayId";
const CODE_RATE_4_5 = 1;

export function eventFilter(topicPrefix: string): string {
  return `${prefixOf(topicPrefix)}gateway/+/event/+`;
}

/** What agents publish beside the contract: replays once more. */
export function lateFilter(topicPrefix: string): string {
  return `${prefixOf(topicPrefix)}edge/+/late`;
}

export function isLateTopic(topic: string): boolean {
  return topic.endsWith("/late");
}

export function commandTopic(topicPrefix: string, gatewayEui: string): string {
  return `${prefixOf(topicPrefix)}gateway/${gatewayEui}/command/down`;
}

/** @param topic of a message that came by eventFilter(). */
export function readGatewayMessage(
  topic: string,
  payload: Buffer,
): Read<GatewayMessage, GatewayMessageFault> {
  if (payload.length > MESSAGE_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  const json = payload.includes(JSON_MARK);
  try {
    if (topic.endsWith("/up")) return readUplink(payload, json);
    if (topic.endsWith("/ack")) return readTxAck(payload, json);
    if (topic.endsWith("/stats")) return readStats(payload, json);
  } catch {
    // Whatever the reader stumbled over: these octets are not the message.
    return { ok: false, fault: "undecodable" };
  }
  return { ok: false, fault: topic.includes("/event/") ? "unknownEvent" : "unknownTopic" };
}

/** @param json as the gateway itself writes. */
export function writeDownlinkFrame(frame: gw.DownlinkFrame.$Properties, json: boolean): Uint8Array {
  if (json) return Buffer.from(JSON.stringify(writeJson(DOWNLINK_FRAME, frame)), "utf8");
  return gw.DownlinkFrame.encode(frame).finish();
}

export function durationOf(ms: number): gw.Duration.$Properties {
  const seconds = Math.floor(ms / 1e3);
  return { seconds, nanos: Math.round((ms - 1e3 * seconds) * 1e6) };
}

function prefixOf(topicPrefix: string): string {
  return topicPrefix === "" ? "" : `${topicPrefix}/`;
}

function messageOf<M>(
  payload: Buffer,
  json: boolean,
  shape: Parameters<typeof readJson>[0],
  message: { decode(bytes: Uint8Array): M },
): M {
  if (!json) return message.decode(payload);
  return readJson(shape, JSON.parse(payload.toString("utf8"))) as M;
}

function readUplink(payload: Buffer, json: boolean): Read<GatewayMessage, GatewayMessageFault> {
  const frame: gw.UplinkFrame.$Properties = messageOf(payload, json, UPLINK_FRAME, gw.UplinkFrame);
  const { txInfo, rxInfo } = frame;
  if (!txInfo) return { ok: false, fault: "noTxInfo" };
  if (!rxInfo) return { ok: false, fault: "noRxInfo" };
  const gatewayEui = rxInfo.gatewayId ?? "";
  if (!EUI.test(gatewayEui)) return { ok: false, fault: "badGatewayId" };
  const phyPayload = asBuffer(frame.phyPayload);
  const holdMs = Number(rxInfo.metadata?.hold_ms ?? Number.NaN);
  const copy: UplinkCopy = {
    gatewayEui,
    phyPayload,
    key: keyOf(txInfo, phyPayload),
    frequencyHz: txInfo.frequency ?? 0,
    dataRate: dataRateOf(txInfo.modulation),
    spreadingFactor: txInfo.modulation?.lora?.spreadingFactor ?? 0,
    rssiDbm: rxInfo.rssi ?? 0,
    snrDb: rxInfo.snr ?? 0,
    board: rxInfo.board ?? 0,
    antenna: rxInfo.antenna ?? 0,
    context: asBuffer(rxInfo.context),
    gwTimeMs: rxInfo.gwTime ? msOf(rxInfo.gwTime) : undefined,
    gpsMs: rxInfo.timeSinceGpsEpoch ? msOf(rxInfo.timeSinceGpsEpoch) : undefined,
    delayed: rxInfo.metadata?.delayed === "true",
    holdMs: Number.isFinite(holdMs) ? holdMs : undefined,
  };
  return { ok: true, value: { kind: "up", gatewayEui, json, copy } };
}

/**
 * ChirpStack decodes tx_info and encodes it anew for its key: unknown fields, their order and defaults written out do
 * not count, everything else does. The JSON form here has the same virtue.
 */
function keyOf(txInfo: gw.UplinkTxInfo.$Properties, phyPayload: Buffer): string {
  return `${JSON.stringify(writeJson(UPLINK_FRAME, { txInfo }))}${phyPayload.toString("latin1")}`;
}

function dataRateOf(modulation: gw.Modulation.$Properties | null | undefined): number | undefined {
  const lora = modulation?.lora;
  if (!lora || lora.codeRate !== CODE_RATE_4_5) return undefined;
  const found = DATA_RATES.findIndex(
    ({ spreadingFactor, bandwidthHz }) =>
      spreadingFactor === lora.spreadingFactor && bandwidthHz === lora.bandwidth,
  );
  return found < 0 ? undefined : found;
}

function readTxAck(payload: Buffer, json: boolean): Read<GatewayMessage, GatewayMessageFault> {
  const message: gw.DownlinkTxAck.$Properties = messageOf(payload, json, DOWNLINK_TX_ACK, gw.DownlinkTxAck);
  const gatewayEui = message.gatewayId ?? "";
  if (!EUI.test(gatewayEui)) return { ok: false, fault: "badGatewayId" };
  const statuses = (message.items ?? []).map(({ status }) => gw.TxAckStatus[status ?? 0] ?? String(status));
  const ack: TxAck = { gatewayEui, downlinkId: message.downlinkId ?? 0, statuses };
  return { ok: true, value: { kind: "ack", gatewayEui, json, ack } };
}

function readStats(payload: Buffer, json: boolean): Read<GatewayMessage, GatewayMessageFault> {
  const message: gw.GatewayStats.$Properties = messageOf(payload, json, GATEWAY_STATS, gw.GatewayStats);
  const gatewayEui = message.gatewayId ?? "";
  if (!EUI.test(gatewayEui)) return { ok: false, fault: "badGatewayId" };
  return { ok: true, value: { kind: "stats", gatewayEui, json } };
}

/** What is read may hold a Long where 64 bits are due. */
function msOf({ seconds, nanos }: gw.Duration.$Properties): number {
  return Number(seconds ?? 0) * 1e3 + (nanos ?? 0) / 1e6;
}

function asBuffer(bytes: Uint8Array | null | undefined): Buffer {
  if (!bytes) return Buffer.alloc(0);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
