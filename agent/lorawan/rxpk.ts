/**
 * rxpk: one received frame in a PUSH_DATA's JSON.
 *
 * Pure: text in, values out; push-body.ts finds the texts. Which frames are wanted is decided in agent/frame/, not
 * here. What a frame cannot be carried or answered without (tmst, freq, modu, datr, data) must be there and sound,
 * else there is a fault. Of all else, what is missing, null or makes no sense counts as not said: a reading is worth
 * more than the channel number beside it. Numbers may be floats or strings.
 *
 * - `stat` missing is "none", as peers have it; a value without a meaning is a fault, because frames are kept or
 *   dropped by it.
 * - `rsig` (jver 2, several antennas): the antenna heard best tells RSSI, SNR, channel, antenna, fine time and
 *   frequency offset; the top level tells what it does not.
 * - `size` is not looked at: no peer does, and a frame whose octets were cut fails its MIC at the core.
 * - `data` is standard base64, padded or not; the URL-safe alphabet is a fault. Empty is a frame without octets.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4; sx1302_hal, PROTOCOL.md; Kerlink's and ChirpStack's
 * additions as test/vectors/gwmp.json has them.
 */
import { base64SizeOctets, readBase64 } from "./base64.ts";
import { countOf, type Fields, type FieldsFault, fieldsOf, numberOf, readFields } from "./fields.ts";
import { readFrequencyHz } from "./frequency.ts";
import { GPS_MS_MAX } from "./gps-time.ts";
import { type Modulation, type ModulationFault, readModulation } from "./modulation.ts";
import type { Read } from "./read.ts";
import { readUtcText } from "./utc-text.ts";

export type { LoraCodeRate, LrFhssCodeRate, Modulation } from "./modulation.ts";

export type CrcStatus = "ok" | "bad" | "none";

export interface Rxpk {
  /** 1 when it is not said. */
  readonly jver: number;
  /** Microseconds of the concentrator's counter at the end of the frame; wraps at 2^32. */
  readonly tmstUs: number;
  /** UTC, milliseconds since the Unix epoch (may carry a fraction). */
  readonly timeUtcMs: number | undefined;
  /** Milliseconds since the GPS epoch. */
  readonly tmmsMs: number | undefined;
  /** Nanoseconds in the GPS second, 0..999999999. */
  readonly fineTimeNs: number | undefined;
  readonly frequencyHz: number;
  readonly crc: CrcStatus;
  readonly modulation: Modulation;
  /** Of the best antenna where there are several (rsig). */
  readonly rssiDbm: number | undefined;
  readonly snrDb: number | undefined;
  readonly channel: number | undefined;
  readonly rfChain: number | undefined;
  readonly board: number | undefined;
  readonly antenna: number | undefined;
  readonly frequencyOffsetHz: number | undefined;
  /** The forwarder held the frame back. */
  readonly delayed: boolean;
  readonly metadata: ReadonlyMap<string, string>;
  /** The PHYPayload. */
  readonly payload: Buffer;
}

export type RxpkFault =
  | FieldsFault
  | ModulationFault
  | "badTmst"
  | "badFrequency"
  | "badCrcStatus"
  | "noPayload"
  | "badBase64"
  | "payloadTooLong";

/** LoRa's length octet has no more. */
export const PAYLOAD_OCTETS_MAX = 255;
/** Antennas of rsig that are compared; the rest is not looked at. */
export const ANTENNAS_MAX = 16;
/** Entries of meta that are kept, the first ones; longer keys and values are left out. */
export const METADATA_ENTRIES_MAX = 16;
export const METADATA_CHARS_MAX = 128;

const NO_METADATA: ReadonlyMap<string, string> = new Map();
const FINE_TIME_NS_MAX = 999_999_999;

/**
 * Reads one rxpk.
 *
 * @param text the JSON text of the object.
 * @returns the rxpk, or the first fault found. Never throws.
 */
export function readRxpk(text: string): Read<Rxpk, RxpkFault> {
  const object = readFields(text);
  if (!object.ok) return object;
  const fields = object.value;

  const tmstUs = countOf(fields.tmst);
  if (tmstUs === undefined) return { ok: false, fault: "badTmst" };
  const frequencyHz = readFrequencyHz(fields.freq);
  if (frequencyHz === undefined) return { ok: false, fault: "badFrequency" };
  const crc = crcStatusOf(fields.stat);
  if (crc === undefined) return { ok: false, fault: "badCrcStatus" };
  const modulation = readModulation(fields);
  if (!modulation.ok) return modulation;
  const payload = readPayload(fields.data);
  if (!payload.ok) return payload;

  const best = bestAntenna(fields.rsig);
  return {
    ok: true,
    value: {
      jver: countOf(fields.jver) ?? 1,
      tmstUs,
      timeUtcMs: typeof fields.time === "string" ? readUtcText(fields.time) : undefined,
      tmmsMs: countOf(fields.tmms, GPS_MS_MAX),
      fineTimeNs: countOf(best?.ftime, FINE_TIME_NS_MAX) ?? countOf(fields.ftime, FINE_TIME_NS_MAX),
      frequencyHz,
      crc,
      modulation: modulation.value,
      rssiDbm:
        numberOf(best?.rssic) ?? numberOf(best?.rssis) ?? numberOf(fields.rssi) ?? numberOf(fields.rssis),
      snrDb: numberOf(best?.lsnr) ?? numberOf(fields.lsnr),
      channel: countOf(best?.chan) ?? countOf(fields.chan),
      rfChain: countOf(fields.rfch),
      board: countOf(fields.brd),
      antenna: countOf(best?.ant) ?? countOf(fields.ant),
      frequencyOffsetHz: numberOf(best?.foff) ?? numberOf(fields.foff),
      delayed: fields.delayed === true || fields.delayed === 1,
      metadata: fields.meta === undefined ? NO_METADATA : metadataOf(fields.meta),
      payload: payload.value,
    },
  };
}

function crcStatusOf(stat: unknown): CrcStatus | undefined {
  if (stat === 1) return "ok";
  if (stat === undefined || stat === null) return "none";
  switch (numberOf(stat)) {
    case 1:
      return "ok";
    case 0:
      return "none";
    case -1:
      return "bad";
    default:
      return undefined;
  }
}

function readPayload(data: unknown): Read<Buffer, "noPayload" | "badBase64" | "payloadTooLong"> {
  if (typeof data !== "string") return { ok: false, fault: "noPayload" };
  if (base64SizeOctets(data) > PAYLOAD_OCTETS_MAX) return { ok: false, fault: "payloadTooLong" };
  const payload = readBase64(data);
  return payload === undefined ? { ok: false, fault: "badBase64" } : { ok: true, value: payload };
}

/** The antenna of the best SNR, then signal RSSI, then channel RSSI; the first of equals. */
function bestAntenna(rsig: unknown): Fields | undefined {
  if (!Array.isArray(rsig)) return undefined;
  let best: Fields | undefined;
  for (let i = 0; i < rsig.length && i < ANTENNAS_MAX; i++) {
    const antenna = fieldsOf(rsig[i]);
    if (antenna !== undefined && (best === undefined || hearsBetter(antenna, best))) best = antenna;
  }
  return best;
}

function hearsBetter(antenna: Fields, than: Fields): boolean {
  for (const key of ["lsnr", "rssis", "rssic"]) {
    const mine = numberOf(antenna[key]) ?? Number.NEGATIVE_INFINITY;
    const other = numberOf(than[key]) ?? Number.NEGATIVE_INFINITY;
    if (mine !== other) return mine > other;
  }
  return false;
}

function metadataOf(meta: unknown): ReadonlyMap<string, string> {
  const fields = fieldsOf(meta);
  if (fields === undefined) return NO_METADATA;
  const metadata = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) {
    if (metadata.size === METADATA_ENTRIES_MAX) break;
    if (typeof value !== "string") continue;
    if (key.length <= METADATA_CHARS_MAX && value.length <= METADATA_CHARS_MAX) metadata.set(key, value);
  }
  return metadata;
}
