/**
 * GPS time: milliseconds since 1980-01-06T00:00:00Z without leap seconds, as `tmms` and ChirpStack count it, and UTC
 * as Unix counts it.
 *
 * Pure. A new leap second is a new row of the table. Forwarders have been seen that are one second ahead
 * (packet_forwarder, issue 154; the example in sx1302_hal's PROTOCOL.md).
 *
 * Source: IERS Bulletin C; test/vectors/gps-time.json.
 */

const GPS_EPOCH_UTC_MS = Date.UTC(1980, 0, 6);

/** GPS minus UTC in seconds from the first instant (UTC) at which it held, latest first. */
export const LEAP_SECONDS: readonly { readonly fromUtcMs: number; readonly offsetS: number }[] = [
  { fromUtcMs: Date.UTC(2017, 0, 1), offsetS: 18 },
  { fromUtcMs: Date.UTC(2015, 6, 1), offsetS: 17 },
  { fromUtcMs: Date.UTC(2012, 6, 1), offsetS: 16 },
  { fromUtcMs: Date.UTC(2009, 0, 1), offsetS: 15 },
  { fromUtcMs: Date.UTC(2006, 0, 1), offsetS: 14 },
  { fromUtcMs: Date.UTC(1999, 0, 1), offsetS: 13 },
  { fromUtcMs: Date.UTC(1997, 6, 1), offsetS: 12 },
  { fromUtcMs: Date.UTC(1996, 0, 1), offsetS: 11 },
  { fromUtcMs: Date.UTC(1994, 6, 1), offsetS: 10 },
  { fromUtcMs: Date.UTC(1993, 6, 1), offsetS: 9 },
  { fromUtcMs: Date.UTC(1992, 6, 1), offsetS: 8 },
  { fromUtcMs: Date.UTC(1991, 0, 1), offsetS: 7 },
  { fromUtcMs: Date.UTC(1990, 0, 1), offsetS: 6 },
  { fromUtcMs: Date.UTC(1988, 0, 1), offsetS: 5 },
  { fromUtcMs: Date.UTC(1985, 6, 1), offsetS: 4 },
  { fromUtcMs: Date.UTC(1983, 6, 1), offsetS: 3 },
  { fromUtcMs: Date.UTC(1982, 6, 1), offsetS: 2 },
  { fromUtcMs: Date.UTC(1981, 6, 1), offsetS: 1 },
  { fromUtcMs: GPS_EPOCH_UTC_MS, offsetS: 0 },
];

/** The end of the year 9999: beyond it a time of today cannot be written as others read it. */
export const GPS_MS_MAX = Date.UTC(10_000, 0, 1) - 1 - GPS_EPOCH_UTC_MS;

/** @param utcMs milliseconds since the Unix epoch, not before the GPS epoch. */
export function gpsMsFromUtcMs(utcMs: number): number {
  for (const { fromUtcMs, offsetS } of LEAP_SECONDS) {
    if (utcMs >= fromUtcMs) return utcMs - GPS_EPOCH_UTC_MS + offsetS * 1000;
  }
  return utcMs - GPS_EPOCH_UTC_MS;
}

/**
 * A leap second has no Unix time of its own: it becomes the second after it.
 * @param gpsMs milliseconds since the GPS epoch, 0 or more.
 */
export function utcMsFromGpsMs(gpsMs: number): number {
  for (const { fromUtcMs, offsetS } of LEAP_SECONDS) {
    const utcMs = gpsMs + GPS_EPOCH_UTC_MS - offsetS * 1000;
    if (utcMs >= fromUtcMs) return utcMs;
  }
  return gpsMs + GPS_EPOCH_UTC_MS;
}
