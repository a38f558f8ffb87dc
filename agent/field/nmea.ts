/**
 * NMEA 0183 sentences of a GNSS receiver: GGA, RMC, GSA and GSV, of any talker (GP, GN, GL, GA, GB, BD, QZ …).
 *
 *   $GNGGA,123519.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47
 *   $ talker kind , fields … * checksum: two hex digits, the XOR of all between $ and *
 *
 * Pure: a line in, a value or a fault out. What belongs together is put together in epoch.ts. An empty field is not
 * known, and no fault; a field that is no number where one must be is one.
 *
 * Source: NMEA 0183, 4.10, as u-blox M8 (UBX-13003221, 31) and the gpsd project (NMEA Revealed) describe it.
 */
import type { Read } from "../lorawan/read.ts";

/** How the position was made: 0 not at all, 1 GNSS, 2 differential, 4 and 5 RTK, 6 estimated, 7 by hand, 8 made up. */
export type FixQuality = number;

export type Sentence =
  | {
      readonly kind: "gga";
      /** hhmmss.ss as it stands there: what is of one second belongs together. */
      readonly time: string | undefined;
      readonly quality: FixQuality;
      /** In use. Receivers of Kerlink's kind stop counting at 12. */
      readonly satellites: number | undefined;
      readonly hdop: number | undefined;
      readonly position: Position | undefined;
      /** Above mean sea level. */
      readonly altitudeM: number | undefined;
    }
  | {
      readonly kind: "rmc";
      readonly time: string | undefined;
      /** The receiver's own verdict: A, and no estimate. */
      readonly valid: boolean;
      readonly position: Position | undefined;
      /** UTC, milliseconds since the Unix epoch, of date and time; undefined while the receiver knows neither. */
      readonly wallMs: number | undefined;
    }
  | { readonly kind: "gsa"; readonly fix: "none" | "2d" | "3d"; readonly hdop: number | undefined }
  | {
      readonly kind: "gsv";
      readonly talker: string;
      /** NMEA 4.10: the signal, of which one talker may report several; "" before. */
      readonly signal: string;
      readonly inView: number;
    };

/** WGS 84, degrees; north and east are positive. */
export interface Position {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** other: a sound sentence that we do not read. */
export type NmeaFault = "noSentence" | "cut" | "checksum" | "field" | "other";

/** @param line without its end; what stands before the last $ is what is left of a line that was cut. */
export function readSentence(line: string): Read<Sentence, NmeaFault> {
  const begin = line.lastIndexOf("$");
  if (begin < 0) return fault("noSentence");
  const star = line.indexOf("*", begin);
  if (star < 0 || line.length < star + 3) return fault("cut");
  const digits = line.slice(star + 1, star + 3);
  const isSound = /^[0-9A-Fa-f]{2}$/.test(digits);
  if (!isSound || Number.parseInt(digits, 16) !== checksumOf(line, begin + 1, star)) return fault("checksum");
  const [address = "", ...fields] = line.slice(begin + 1, star).split(",");
  const read = READERS[address.slice(-3)];
  if (address.length !== 5 || read === undefined) return fault("other");
  const value = read(fields, address.slice(0, 2));
  return value === undefined ? fault("field") : { ok: true, value };
}

/** The XOR of the characters, of which there is one per octet. */
function checksumOf(line: string, from: number, until: number): number {
  let sum = 0;
  for (let at = from; at < until; at++) sum ^= line.charCodeAt(at);
  return sum;
}

function fault(name: NmeaFault): Read<Sentence, NmeaFault> {
  return { ok: false, fault: name };
}

type Reader = (fields: readonly string[], talker: string) => Sentence | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  GGA: ([time, latitude, north, longitude, east, quality, satellites, hdop, altitude]) => {
    const numbers = [quality, satellites, hdop, altitude].map(numberOf);
    if (numbers.some(Number.isNaN) || !isTime(time)) return undefined;
    const [q = 0, inUse, dilution, altitudeM] = numbers;
    const position = positionOf(latitude, north, longitude, east);
    if (position === "wrong") return undefined;
    const hdopKnown =
      dilution !== undefined && dilution > 0 && dilution < HDOP_UNKNOWN ? dilution : undefined;
    return {
      kind: "gga",
      time: time || undefined,
      quality: q,
      satellites: inUse,
      hdop: hdopKnown,
      position,
      altitudeM,
    };
  },
  RMC: ([time, status, latitude, north, longitude, east, , , date, , , mode = "A"]) => {
    if (!isTime(time) || !/^[AV]?$/.test(status ?? "")) return undefined;
    const position = positionOf(latitude, north, longitude, east);
    if (position === "wrong") return undefined;
    // Mode (NMEA 2.3): A, D, F, P and R are fixes; E is dead reckoning, M by hand, N none, S a simulator.
    const valid = status === "A" && /^[ADFPR]?$/.test(mode);
    return { kind: "rmc", time: time || undefined, valid, position, wallMs: wallMsOf(date, time) };
  },
  GSA: (fields) => {
    const fix = FIXES[fields[1] ?? ""];
    const hdop = numberOf(fields[15]);
    if (fix === undefined || Number.isNaN(hdop)) return undefined;
    return { kind: "gsa", fix, hdop: hdop !== undefined && hdop < HDOP_UNKNOWN ? hdop : undefined };
  },
  GSV: (fields, talker) => {
    const inView = numberOf(fields[2]);
    if (inView === undefined || !(inView >= 0 && inView <= 99)) return undefined;
    // Three fields, four for each satellite, and one more for the signal.
    const signal = fields.length % 4 === 0 ? (fields.at(-1) ?? "") : "";
    return { kind: "gsv", talker, signal, inView };
  },
};

const FIXES: Readonly<Record<string, "none" | "2d" | "3d">> = { "": "none", 1: "none", 2: "2d", 3: "3d" };
/** Receivers write 99.99 for what they do not know. */
const HDOP_UNKNOWN = 99;

/** @returns undefined for an empty field, NaN for what is no number. */
function numberOf(field: string | undefined): number | undefined {
  if (field === undefined || field === "") return undefined;
  return /^-?\d{1,8}(\.\d{0,8})?$/.test(field) ? Number(field) : Number.NaN;
}

function isTime(field: string | undefined): boolean {
  return field === undefined || field === "" || /^([01]\d|2[0-3])[0-5]\d[0-6]\d(\.\d{1,4})?$/.test(field);
}

/** ddmm.mmmm and dddmm.mmmm. @returns undefined for empty fields. */
function positionOf(
  latitude: string | undefined,
  north: string | undefined,
  longitude: string | undefined,
  east: string | undefined,
): Position | undefined | "wrong" {
  if (!latitude && !longitude) return undefined;
  const latitudeDeg = degreesOf(latitude, 2, 90) * signOf(north, "N", "S");
  const longitudeDeg = degreesOf(longitude, 3, 180) * signOf(east, "E", "W");
  return Number.isNaN(latitudeDeg + longitudeDeg)
    ? "wrong"
    : { latitudeDeg: rounded(latitudeDeg), longitudeDeg: rounded(longitudeDeg) };
}

function degreesOf(field = "", digits: 2 | 3, degreesMax: number): number {
  if (!/^\d{4,5}(\.\d{1,8})?$/.test(field) || !/^(\.|$)/.test(field.slice(digits + 2))) return Number.NaN;
  const minutes = Number(field.slice(digits));
  const degrees = Number(field.slice(0, digits)) + minutes / 60;
  return minutes < 60 && degrees <= degreesMax ? degrees : Number.NaN;
}

/** To a centimetre: receivers do not know it better. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}

function signOf(hemisphere: string | undefined, plus: string, minus: string): number {
  if (hemisphere === plus) return 1;
  return hemisphere === minus ? -1 : Number.NaN;
}

/** ddmmyy and hhmmss.ss. @returns undefined where either is missing or no date. */
function wallMsOf(date: string | undefined, time: string | undefined): number | undefined {
  if (!time || !/^\d{6}$/.test(date ?? "")) return undefined;
  const [day, month, year] = [0, 2, 4].map((at) => Number(date!.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  // 80 to 99 are of the last century: GPS time began in 1980.
  const midnightMs = Date.UTC(year < 80 ? 2000 + year : 1900 + year, month - 1, day);
  if (new Date(midnightMs).getUTCDate() !== day || month < 1 || month > 12) return undefined;
  const [hours, minutes] = [0, 2].map((at) => Number(time.slice(at, at + 2))) as [number, number];
  return midnightMs + hours * 3_600_000 + minutes * 60_000 + Math.round(Number(time.slice(4)) * 1_000);
}

const ROLLOVER_MS = 1_024 * 7 * 86_400_000;
const ROLLOVERS_MAX = 3;

/**
 * The GPS week is told in 10 bits: an old receiver shows a date 1,024 weeks (19.6 years) ago, or 2,048.
 * @param notBeforeMs a date that cannot be: the program's own.
 * @returns the time as it must be, or undefined when no number of weeks makes it possible.
 */
export function unrolled(wallMs: number, notBeforeMs: number): number | undefined {
  for (let times = 0; times <= ROLLOVERS_MAX; times++) {
    const moved = wallMs + times * ROLLOVER_MS;
    if (moved >= notBeforeMs) return moved;
  }
  return undefined;
}
