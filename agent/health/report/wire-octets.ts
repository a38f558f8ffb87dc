/**
 * What a message of ours costs on the road north, for the budget of a month: the PUBLISH, its TLS record, and the headers
 * of TCP and IP that carry it, with the acknowledgement of the broker's answer.
 *
 * Pure. What really passes the socket is counted by records/traffic.ts, without those headers.
 *
 * Source: MQTT 5.0, 3.3 (fixed header, topic, packet identifier, properties); RFC 8446, 5.2; RFC 9293; RFC 791.
 */

/** Header, content type, and the tag of an AEAD cipher. */
const TLS_OCTETS = 5 + 1 + 16;
/** IPv4 and TCP without options. */
const PACKET_HEADER_OCTETS = 40;
/** What a cellular road lets through in one piece. */
const SEGMENT_OCTETS_MAX = 1_360;
const PACKET_ID_OCTETS = 2;
const NO_PROPERTIES_OCTETS = 1;
const MONTH_MS = 30 * 86_400_000;

/** The own reports of a gateway may cost so much a month. */
export const MONTH_OCTETS_MAX = 10_000_000;

/** Octets of a QoS 1 PUBLISH over MQTT 5 and TLS. */
export function wireOctets(topic: string, payloadOctets: number): number {
  const rest = 2 + Buffer.byteLength(topic) + PACKET_ID_OCTETS + NO_PROPERTIES_OCTETS + payloadOctets;
  const stream = 1 + lengthOctets(rest) + rest + TLS_OCTETS;
  // The broker's answer is itself acknowledged.
  return stream + (Math.ceil(stream / SEGMENT_OCTETS_MAX) + 1) * PACKET_HEADER_OCTETS;
}

/** A variable byte integer. */
function lengthOctets(value: number): number {
  if (value < 128) return 1;
  return value < 16_384 ? 2 : 3;
}

/** Octets a month (30 days) of a message that is sent every so often. */
export function monthOctets(messageOctets: number, everyMs: number): number {
  return Math.round((MONTH_MS / everyMs) * messageOctets);
}
