/**
 * stat: what a packet forwarder says of itself in a PUSH_DATA. Counters are per period, not cumulative.
 *
 * Pure. Forwarders leave out what they do not know, write null (Kerlink's `ackr` before the first PUSH_DATA) or add
 * fields of their own; nothing in here is mandatory, so only a text that is no JSON object is a fault.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4; test/vectors/gwmp.json for the variants.
 */
import { type FieldsFault, numberOf, readFields, UINT32_MAX } from "./fields.ts";
import type { Read } from "./read.ts";
import { readUtcText } from "./utc-text.ts";

export interface Stat {
  readonly timeUtcMs: number | undefined;
  /** undefined when there is none or it is a placeholder such as 0/0. */
  readonly location:
    | { readonly latitudeDeg: number; readonly longitudeDeg: number; readonly altitudeM: number | undefined }
    | undefined;
  readonly rxReceived: number | undefined;
  readonly rxOk: number | undefined;
  readonly rxForwarded: number | undefined;
  readonly ackRatePercent: number | undefined;
  readonly downlinksReceived: number | undefined;
  readonly txEmitted: number | undefined;
  readonly temperatureC: number | undefined;
}

export type StatFault = FieldsFault;

/** Latitude and longitude that sample configurations carry and nobody replaced. Source: The Things Stack, io/udp. */
const PLACEHOLDERS_DEG: readonly (readonly [number, number])[] = [
  [0, 0],
  [10, 10],
  [10, 20],
];

/**
 * Reads one stat.
 *
 * @param text the JSON text of the object.
 */
export function readStat(text: string): Read<Stat, StatFault> {
  const object = readFields(text);
  if (!object.ok) return object;
  const fields = object.value;
  return {
    ok: true,
    value: {
      timeUtcMs: typeof fields.time === "string" ? readUtcText(fields.time) : undefined,
      location: locationOf(numberOf(fields.lati), numberOf(fields.long), numberOf(fields.alti)),
      rxReceived: counterOf(fields.rxnb),
      rxOk: counterOf(fields.rxok),
      rxForwarded: counterOf(fields.rxfw),
      ackRatePercent: numberOf(fields.ackr),
      downlinksReceived: counterOf(fields.dwnb),
      txEmitted: counterOf(fields.txnb),
      temperatureC: numberOf(fields.temp),
    },
  };
}

function locationOf(
  latitudeDeg: number | undefined,
  longitudeDeg: number | undefined,
  altitudeM: number | undefined,
): Stat["location"] {
  if (latitudeDeg === undefined || longitudeDeg === undefined) return undefined;
  if (Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 180) return undefined;
  if (PLACEHOLDERS_DEG.some(([lat, long]) => lat === latitudeDeg && long === longitudeDeg)) return undefined;
  return { latitudeDeg, longitudeDeg, altitudeM };
}

/** A counter, rounded should it be a float; undefined beyond 0..2^32-1. */
function counterOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number >= 0 && number <= UINT32_MAX ? Math.round(number) : undefined;
}
