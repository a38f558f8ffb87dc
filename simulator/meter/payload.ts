/**
 * What our meters say: the "basic" uplink of the Axioma Qalcosonic W1, a real ultrasonic water meter. Other meters
 * and other uplinks of this one are not here yet.
 *
 * Pure. All little-endian, 47 octets on FPort 100:
 *
 *   octet   0..3      4        5..8     9..12      13..16      17..46
 *           time, s   status   litres   log time   log litres  15 x litres of one hour
 *
 * The hourly volumes follow the log time, which is a whole hour; the last of them ends at or before the time.
 *
 * Source: the field list of the vendor's LoRaWAN guide as public decoders have it; judged by what two of them
 * published for real frames (test/vectors/meters.json, axioma).
 */
import type { Read } from "../../agent/lorawan/read.ts";
import type { Water } from "./water.ts";

export const W1_FPORT = 100;
export const W1_OCTETS = 47;
const W1_HOURS = 15;
const W1_STATUS_GOOD = 0;

const DELTAS_AT = 17;
const HOUR_S = 3_600;

export interface W1Reading {
  /** Seconds since the Unix epoch, UTC. */
  readonly timeS: number;
  /** 0: all is well; 0x04 low battery, 0x08 permanent error, 0x10 temporary error. */
  readonly status: number;
  /** The index. */
  readonly litres: number;
  readonly logTimeS: number;
  readonly logLitres: number;
  /** Fifteen, each 0..65,535. */
  readonly hourlyLitres: readonly number[];
}

/** wrongLength: not this kind of uplink. implausible: its parts contradict each other. */
export type W1Fault = "wrongLength" | "implausible";

/** What the meter would say at this moment. */
export function w1ReadingAt(water: Water, timeMs: number): W1Reading {
  const timeS = Math.floor(timeMs / 1_000);
  const logTimeS = (Math.floor(timeS / HOUR_S) - W1_HOURS) * HOUR_S;
  const hours = Array.from({ length: W1_HOURS + 1 }, (_, hour) =>
    water.litresAt((logTimeS + hour * HOUR_S) * 1_000),
  );
  return {
    timeS,
    status: W1_STATUS_GOOD,
    litres: water.litresAt(timeS * 1_000),
    logTimeS,
    logLitres: hours[0]!,
    hourlyLitres: hours.slice(1).map((litres, hour) => litres - hours[hour]!),
  };
}

export function writeW1(reading: W1Reading): Buffer {
  const bytes = Buffer.alloc(W1_OCTETS);
  bytes.writeUInt32LE(reading.timeS, 0);
  bytes.writeUInt8(reading.status, 4);
  bytes.writeUInt32LE(reading.litres, 5);
  bytes.writeUInt32LE(reading.logTimeS, 9);
  bytes.writeUInt32LE(reading.logLitres, 13);
  reading.hourlyLitres.forEach((litres, hour) => {
    bytes.writeUInt16LE(litres, DELTAS_AT + 2 * hour);
  });
  return bytes;
}

export function readW1(bytes: Buffer): Read<W1Reading, W1Fault> {
  if (bytes.length !== W1_OCTETS) return { ok: false, fault: "wrongLength" };
  const reading: W1Reading = {
    timeS: bytes.readUInt32LE(0),
    status: bytes.readUInt8(4),
    litres: bytes.readUInt32LE(5),
    logTimeS: bytes.readUInt32LE(9),
    logLitres: bytes.readUInt32LE(13),
    hourlyLitres: Array.from({ length: W1_HOURS }, (_, hour) => bytes.readUInt16LE(DELTAS_AT + 2 * hour)),
  };
  return isPlausible(reading) ? { ok: true, value: reading } : { ok: false, fault: "implausible" };
}

function isPlausible(reading: W1Reading): boolean {
  const loggedLitres = reading.hourlyLitres.reduce((sum, litres) => sum + litres, reading.logLitres);
  return (
    reading.logTimeS % HOUR_S === 0 &&
    reading.timeS >= reading.logTimeS + W1_HOURS * HOUR_S &&
    reading.litres >= loggedLitres
  );
}
