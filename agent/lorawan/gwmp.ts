/**
 * GWMP (the Semtech UDP protocol): the datagrams between a packet forwarder and this agent, both ways.
 *
 * Pure: octets in, values out; the sockets are in agent/host/udp.ts and who is answered when in agent/south/.
 * Whatever comes from the network is not trusted, so reading returns a fault instead of throwing. The JSON is not
 * read here: push-body.ts, rxpk.ts, stat.ts and txpk.ts do that.
 *
 *   octet   0        1..2    3      4..11        12..
 *           version  token   kind   gatewayEui   JSON text       PUSH_DATA 0, PULL_DATA 2 (no JSON), TX_ACK 5
 *
 *   octet   0        1..2    3      4..
 *           version  token   kind   JSON text                    PUSH_ACK 1, PULL_ACK 4 (no JSON), PULL_RESP 3
 *
 * Versions 1 and 2 share these layouts (1 has no TX_ACK and leaves PULL_RESP's token zero); an answer carries the
 * version it answers. Octets 00 and blanks behind any datagram are dropped: Kerlink's iBTS ends a TX_ACK with 00.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, sections 3 to 6; sx1302_hal, PROTOCOL.md.
 */
import type { Read } from "./read.ts";

export type GwmpVersion = 1 | 2;

/** Two octets as they stood on the wire. Opaque: echo it, never reckon with it (peers disagree on its order). */
export type Token = readonly [number, number];

/** What a packet forwarder says. gatewayEui: 16 lower-case hex digits. */
export type Upward =
  | {
      readonly kind: "pushData";
      readonly version: GwmpVersion;
      readonly token: Token;
      readonly gatewayEui: string;
      /** The JSON text as octets, a view of the datagram; empty when there was none. */
      readonly body: Buffer;
    }
  | {
      readonly kind: "pullData";
      readonly version: GwmpVersion;
      readonly token: Token;
      readonly gatewayEui: string;
    }
  | {
      readonly kind: "txAck";
      readonly version: GwmpVersion;
      readonly token: Token;
      readonly gatewayEui: string;
      /** The JSON text; empty when there was none. */
      readonly body: string;
    };

/** What is said to a packet forwarder. */
export type Downward =
  | { readonly kind: "pushAck" | "pullAck"; readonly version: GwmpVersion; readonly token: Token }
  | {
      readonly kind: "pullResp";
      readonly version: GwmpVersion;
      readonly token: Token;
      /** The JSON text. */
      readonly body: string;
    };

/** tooLong: over DATAGRAM_OCTETS_MAX, or octets behind a datagram that has no JSON. */
export type GwmpFault = "tooShort" | "tooLong" | "wrongVersion" | "unknownKind";

/** The largest payload of an IPv4 UDP datagram. */
export const DATAGRAM_OCTETS_MAX = 65_507;

/** A PULL_RESP must stay below 1,000 octets: the reference forwarder's buff_down has no more. */
export const PULL_RESP_OCTETS_MAX = 999;

const PUSH_DATA = 0;
const PUSH_ACK = 1;
const PULL_DATA = 2;
const PULL_RESP = 3;
const PULL_ACK = 4;
const TX_ACK = 5;

const HEADER_OCTETS = 4;
const UPWARD_HEADER_OCTETS = 12;

/**
 * Reads what a packet forwarder sent.
 *
 * @param bytes one whole UDP payload; a PUSH_DATA's body is a view of it.
 * @returns the datagram, or the first fault found. A PUSH_DATA without JSON is an empty one.
 */
export function readUpward(bytes: Buffer): Read<Upward, GwmpFault> {
  if (bytes.length < UPWARD_HEADER_OCTETS) return { ok: false, fault: "tooShort" };
  if (bytes.length > DATAGRAM_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  const version = bytes[0];
  if (version !== 1 && version !== 2) return { ok: false, fault: "wrongVersion" };
  const token: Token = [bytes[1]!, bytes[2]!];
  const gatewayEui = bytes.toString("hex", HEADER_OCTETS, UPWARD_HEADER_OCTETS);
  const end = endWithoutBlanks(bytes, UPWARD_HEADER_OCTETS);

  switch (bytes[3]) {
    case PUSH_DATA: {
      const body = bytes.subarray(UPWARD_HEADER_OCTETS, end);
      return { ok: true, value: { kind: "pushData", version, token, gatewayEui, body } };
    }
    case PULL_DATA:
      if (end > UPWARD_HEADER_OCTETS) return { ok: false, fault: "tooLong" };
      return { ok: true, value: { kind: "pullData", version, token, gatewayEui } };
    case TX_ACK: {
      const body = bytes.toString("utf8", UPWARD_HEADER_OCTETS, end);
      return { ok: true, value: { kind: "txAck", version, token, gatewayEui, body } };
    }
    default:
      return { ok: false, fault: "unknownKind" };
  }
}

/** Reads what a server sent to a packet forwarder: the forwarder's half, for the simulator and for tests. */
export function readDownward(bytes: Buffer): Read<Downward, GwmpFault> {
  if (bytes.length < HEADER_OCTETS) return { ok: false, fault: "tooShort" };
  if (bytes.length > DATAGRAM_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  const version = bytes[0];
  if (version !== 1 && version !== 2) return { ok: false, fault: "wrongVersion" };
  const token: Token = [bytes[1]!, bytes[2]!];
  const end = endWithoutBlanks(bytes, HEADER_OCTETS);

  switch (bytes[3]) {
    case PUSH_ACK:
    case PULL_ACK: {
      if (end > HEADER_OCTETS) return { ok: false, fault: "tooLong" };
      const kind = bytes[3] === PUSH_ACK ? "pushAck" : "pullAck";
      return { ok: true, value: { kind, version, token } };
    }
    case PULL_RESP: {
      const body = bytes.toString("utf8", HEADER_OCTETS, end);
      return { ok: true, value: { kind: "pullResp", version, token, body } };
    }
    default:
      return { ok: false, fault: "unknownKind" };
  }
}

export function writePushAck(version: GwmpVersion, token: Token): Buffer {
  return Buffer.from([version, token[0], token[1], PUSH_ACK]);
}

export function writePullAck(version: GwmpVersion, token: Token): Buffer {
  return Buffer.from([version, token[0], token[1], PULL_ACK]);
}

/** @param body the JSON text of writeTxpk(), which keeps the datagram within PULL_RESP_OCTETS_MAX. */
export function writePullResp(version: GwmpVersion, token: Token, body: string): Buffer {
  return Buffer.concat([Buffer.from([version, token[0], token[1], PULL_RESP]), Buffer.from(body, "utf8")]);
}

/** @param gatewayEui 16 hex digits. @param body JSON text. */
export function writePushData(
  version: GwmpVersion,
  token: Token,
  gatewayEui: string,
  body: string | Buffer,
): Buffer {
  return writeUpward(version, token, PUSH_DATA, gatewayEui, body);
}

/** @param gatewayEui 16 hex digits. */
export function writePullData(version: GwmpVersion, token: Token, gatewayEui: string): Buffer {
  return writeUpward(version, token, PULL_DATA, gatewayEui, "");
}

/** @param gatewayEui 16 hex digits. @param body the JSON text of writeTxAckBody(); empty: accepted. */
export function writeTxAck(version: GwmpVersion, token: Token, gatewayEui: string, body = ""): Buffer {
  return writeUpward(version, token, TX_ACK, gatewayEui, body);
}

function writeUpward(
  version: GwmpVersion,
  token: Token,
  kind: number,
  gatewayEui: string,
  body: string | Buffer,
): Buffer {
  return Buffer.concat([
    Buffer.from([version, token[0], token[1], kind]),
    Buffer.from(gatewayEui, "hex"),
    typeof body === "string" ? Buffer.from(body, "utf8") : body,
  ]);
}

/** Where the datagram ends when 00, blank, tab and line ends behind `from` are dropped. */
function endWithoutBlanks(bytes: Buffer, from: number): number {
  let end = bytes.length;
  while (end > from && isBlank(bytes[end - 1]!)) end--;
  return end;
}

function isBlank(octet: number): boolean {
  return octet === 0x00 || octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
}
