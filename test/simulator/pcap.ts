/**
 * What was on air, as a pcap that Wireshark reads: one LoRaTap packet per LoRa frame.
 *
 * Pure: transmissions in, octets out. LoRa only; a frame's time is that of its first preamble symbol.
 *
 *   file     a1b2c3d4 | version 2.4 | zone 0 | sigfigs 0 | snaplen | linktype 270        24 octets, little-endian
 *   packet   seconds | microseconds | octets kept | octets there                         16 octets, little-endian
 *   LoRaTap  version 0 | padding | 15 | frequency Hz (4) | bandwidth / 125 kHz | SF | RSSI (3) | SNR | sync word
 *                                                                                        15 octets, big-endian
 *
 * Source: wiki.wireshark.org/Development/LibpcapFileFormat; eriknl/LoRaTap, README, version 0. No package writes it.
 */
import type { Transmission } from "../../simulator/air/air.ts";

const MAGIC = 0xa1b2c3d4;
const LINKTYPE_LORATAP = 270;
const SNAPLEN = 65_535;
const FILE_HEADER_OCTETS = 24;
const PACKET_HEADER_OCTETS = 16;
const LORATAP_OCTETS = 15;
const BANDWIDTH_STEP_HZ = 125_000;
/** Public networks, LoRaWAN among them: what makes Wireshark read a frame as such. */
const SYNC_WORD = 0x34;
/** Nobody measured: the field's own "not known". */
const RSSI_UNKNOWN = 0xff;

type OnAir = Pick<Transmission, "phyPayload" | "frequencyHz" | "bandwidthHz" | "spreadingFactor" | "startUs">;

export function writePcap(transmissions: readonly OnAir[]): Buffer {
  return Buffer.concat([fileHeader(), ...transmissions.flatMap(packet)]);
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_OCTETS);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPLEN, 16);
  header.writeUInt32LE(LINKTYPE_LORATAP, 20);
  return header;
}

function packet(transmission: OnAir): Buffer[] {
  const { phyPayload, startUs } = transmission;
  const header = Buffer.alloc(PACKET_HEADER_OCTETS);
  const octets = LORATAP_OCTETS + phyPayload.length;
  header.writeUInt32LE(Math.floor(startUs / 1e6), 0);
  header.writeUInt32LE(startUs % 1e6, 4);
  header.writeUInt32LE(octets, 8);
  header.writeUInt32LE(octets, 12);
  return [header, loraTap(transmission), phyPayload];
}

function loraTap({ frequencyHz, bandwidthHz, spreadingFactor }: OnAir): Buffer {
  const tap = Buffer.alloc(LORATAP_OCTETS);
  tap.writeUInt16BE(LORATAP_OCTETS, 2);
  tap.writeUInt32BE(frequencyHz, 4);
  tap[8] = bandwidthHz / BANDWIDTH_STEP_HZ;
  tap[9] = spreadingFactor;
  tap.fill(RSSI_UNKNOWN, 10, 13);
  tap[14] = SYNC_WORD;
  return tap;
}
