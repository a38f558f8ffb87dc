/**
 * The gw messages as octets on MQTT: protobuf by the generated gw.js, or JSON by gw-json.ts.
 *
 * Pure. What the gateway sends is encoded as the settings say; what it receives tells by its first octet which it
 * is: no gw message in protobuf can begin with "{" (it would open a group, field 15). What comes from the network
 * is not trusted, so decoding returns a fault instead of throwing.
 */

import { gw } from "../lorawan/gw.js";
import {
  CONN_STATE,
  DOWNLINK_FRAME,
  DOWNLINK_TX_ACK,
  EXEC_REQUEST,
  EXEC_RESPONSE,
  GATEWAY_CONFIGURATION,
  GATEWAY_STATS,
  readJson,
  UPLINK_FRAME,
  writeJson,
} from "../lorawan/gw-json.ts";
import type { Read } from "../lorawan/read.ts";

/** A command of two items has some 200 octets, in JSON some 900. */
const COMMAND_OCTETS_MAX = 64 * 1024;

interface GwEncoding {
  uplinkFrame(message: gw.UplinkFrame.$Properties): Uint8Array;
  gatewayStats(message: gw.GatewayStats.$Properties): Uint8Array;
  downlinkTxAck(message: gw.DownlinkTxAck.$Properties): Uint8Array;
  connState(message: gw.ConnState.$Properties): Uint8Array;
  execResponse(message: gw.GatewayCommandExecResponse.$Properties): Uint8Array;
}

const PROTOBUF: GwEncoding = {
  uplinkFrame: (message) => gw.UplinkFrame.encode(message).finish(),
  gatewayStats: (message) => gw.GatewayStats.encode(message).finish(),
  downlinkTxAck: (message) => gw.DownlinkTxAck.encode(message).finish(),
  connState: (message) => gw.ConnState.encode(message).finish(),
  execResponse: (message) => gw.GatewayCommandExecResponse.encode(message).finish(),
};

const JSON_TEXT: GwEncoding = {
  uplinkFrame: (message) => asText(writeJson(UPLINK_FRAME, message)),
  gatewayStats: (message) => asText(writeJson(GATEWAY_STATS, message)),
  downlinkTxAck: (message) => asText(writeJson(DOWNLINK_TX_ACK, message)),
  connState: (message) => asText(writeJson(CONN_STATE, message)),
  execResponse: (message) => asText(writeJson(EXEC_RESPONSE, message)),
};

export function gwEncoding(name: "protobuf" | "json"): GwEncoding {
  return name === "json" ? JSON_TEXT : PROTOBUF;
}

type GwFault = "tooLong" | "undecodable";

export function decodeDownlinkFrame(payload: Buffer): Read<gw.DownlinkFrame.$Properties, GwFault> {
  return decode(payload, DOWNLINK_FRAME, gw.DownlinkFrame);
}

export function decodeGatewayConfiguration(
  payload: Buffer,
): Read<gw.GatewayConfiguration.$Properties, GwFault> {
  return decode(payload, GATEWAY_CONFIGURATION, gw.GatewayConfiguration);
}

export function decodeExecRequest(payload: Buffer): Read<gw.GatewayCommandExecRequest.$Properties, GwFault> {
  return decode(payload, EXEC_REQUEST, gw.GatewayCommandExecRequest);
}

/** An empty payload, with which a retained message is cleared, reads as OFFLINE, as it does at the core. */
export function decodeConnState(payload: Buffer): Read<gw.ConnState.$Properties, GwFault> {
  return decode(payload, CONN_STATE, gw.ConnState);
}

const OPENING_BRACE = 0x7b;

function decode<M>(
  payload: Buffer,
  shape: Parameters<typeof readJson>[0],
  message: { decode(bytes: Uint8Array): M },
): Read<M, GwFault> {
  if (payload.length > COMMAND_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  try {
    const value =
      payload[0] === OPENING_BRACE
        ? (readJson(shape, JSON.parse(payload.toString("utf8"))) as M)
        : message.decode(payload);
    return { ok: true, value };
  } catch {
    // Whatever the reader stumbled over: these octets are not the message.
    return { ok: false, fault: "undecodable" };
  }
}

function asText(json: unknown): Buffer {
  return Buffer.from(JSON.stringify(json), "utf8");
}
