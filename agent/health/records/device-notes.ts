/**
 * The devices as notes in the journal: what outlives the process, small.
 *
 *   name    health.devices.<n>, n from 0
 *   value   {"v":1,"gateways":["<eui>",…],"savedMs":…,"boot":"…","wallMs":…|null,"rows":"<base64>"}
 *
 *   octet   0        4       6         8      12        16       20       24      28         32         36  37
 *           devAddr  lastFCnt restarts heard  expected  repeats  firstS   lastS   silentS    intervalMs SF  intervals
 *           38        39        40         41         42         43
 *           lastRssi  bestRssi  lastSnr    bestSnr    margin     gateway
 *
 * Numbers are little-endian; ages in seconds before the note was saved; RSSI as -dBm (0: none), SNR and margin in quarters
 * and halves of a dB, signed (-128: none); the gateway is its place in the list. `wallMs` is null where the clock was not
 * to be trusted. Each note says its own moment, so that a power cut between two does no harm. Pure.
 */
import type { DeviceRow } from "./devices.ts";
import type { Saved } from "./moment.ts";

export const ROW_OCTETS = 44;
/** A note stays below 16 KB with them. */
export const ROWS_PER_NOTE = 256;
const UINT32_MAX = 2 ** 32 - 1;
const NO_SNR = -128;

export interface GatewayRow {
  readonly gatewayEui: string;
  readonly row: DeviceRow;
}

interface DevicesNote extends Saved {
  readonly v: 1;
  readonly gateways: readonly string[];
  readonly rows: string;
}

export function deviceNoteName(n: number): string {
  return `health.devices.${n}`;
}

/** @param rows at most ROWS_PER_NOTE. */
export function writeDeviceNote(saved: Saved, rows: readonly GatewayRow[]): string {
  const gateways = [...new Set(rows.map(({ gatewayEui }) => gatewayEui))].slice(0, 0x100);
  const bytes = Buffer.alloc(rows.length * ROW_OCTETS);
  rows.forEach(({ gatewayEui, row }, at) => {
    writeRow(bytes, at * ROW_OCTETS, row, gateways.indexOf(gatewayEui));
  });
  const note: DevicesNote = { v: 1, gateways, ...saved, rows: bytes.toString("base64") };
  return JSON.stringify(note);
}

/** @returns undefined when it is none of ours: nothing is known then. */
export function readDeviceNote(text: string): { saved: Saved; rows: GatewayRow[] } | undefined {
  try {
    const note = JSON.parse(text) as DevicesNote;
    if (note.v !== 1 || !Number.isFinite(note.savedMs)) return undefined;
    const bytes = Buffer.from(note.rows, "base64");
    const rows: GatewayRow[] = [];
    for (let at = 0; at + ROW_OCTETS <= bytes.length; at += ROW_OCTETS) {
      const gatewayEui = note.gateways[bytes[at + 43]!];
      if (gatewayEui !== undefined) rows.push({ gatewayEui, row: readRow(bytes, at) });
    }
    return { saved: { savedMs: note.savedMs, boot: note.boot, wallMs: note.wallMs }, rows };
  } catch {
    return undefined;
  }
}

function writeRow(bytes: Buffer, at: number, row: DeviceRow, gateway: number): void {
  bytes.writeUInt32LE(row.devAddr, at);
  bytes.writeUInt16LE(row.lastFCnt, at + 4);
  bytes.writeUInt16LE(Math.min(row.restarts, 0xffff), at + 6);
  writeWord(bytes, at + 8, row.heard);
  writeWord(bytes, at + 12, row.expected);
  writeWord(bytes, at + 16, row.repeats);
  writeWord(bytes, at + 20, row.firstAgeMs / 1e3);
  writeWord(bytes, at + 24, row.lastAgeMs / 1e3);
  writeWord(bytes, at + 28, row.silentMs / 1e3);
  writeWord(bytes, at + 32, row.intervalMs);
  bytes[at + 36] = row.spreadingFactor;
  bytes[at + 37] = row.intervals;
  bytes[at + 38] = rssiOctet(row.lastRssiDbm);
  bytes[at + 39] = rssiOctet(row.bestRssiDbm);
  bytes.writeInt8(snrOctet(row.lastSnrDb, 4), at + 40);
  bytes.writeInt8(snrOctet(row.bestSnrDb, 4), at + 41);
  bytes.writeInt8(snrOctet(row.marginDb, 2), at + 42);
  bytes[at + 43] = gateway;
}

function writeWord(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(Math.min(UINT32_MAX, Math.max(0, Math.round(value))), at);
}

function readRow(bytes: Buffer, at: number): DeviceRow {
  return {
    devAddr: bytes.readUInt32LE(at),
    lastFCnt: bytes.readUInt16LE(at + 4),
    restarts: bytes.readUInt16LE(at + 6),
    heard: bytes.readUInt32LE(at + 8),
    expected: bytes.readUInt32LE(at + 12),
    repeats: bytes.readUInt32LE(at + 16),
    firstAgeMs: bytes.readUInt32LE(at + 20) * 1e3,
    lastAgeMs: bytes.readUInt32LE(at + 24) * 1e3,
    silentMs: bytes.readUInt32LE(at + 28) * 1e3,
    intervalMs: bytes.readUInt32LE(at + 32),
    spreadingFactor: bytes[at + 36]!,
    intervals: bytes[at + 37]!,
    lastRssiDbm: rssiOf(bytes[at + 38]!),
    bestRssiDbm: rssiOf(bytes[at + 39]!),
    lastSnrDb: snrOf(bytes.readInt8(at + 40), 4),
    bestSnrDb: snrOf(bytes.readInt8(at + 41), 4),
    marginDb: snrOf(bytes.readInt8(at + 42), 2),
  };
}

function rssiOctet(rssiDbm: number): number {
  return Number.isNaN(rssiDbm) ? 0 : Math.min(0xff, Math.max(1, Math.round(-rssiDbm)));
}

function rssiOf(octet: number): number {
  return octet === 0 ? Number.NaN : -octet;
}

function snrOctet(db: number, perDb: number): number {
  return Number.isNaN(db) ? NO_SNR : Math.min(127, Math.max(-127, Math.round(db * perDb)));
}

function snrOf(octet: number, perDb: number): number {
  return octet === NO_SNR ? Number.NaN : octet / perDb;
}
