/**
 * When an uplink is said to have been heard. Pure.
 *
 * GPS time of any copy wins, however old it is; else the gateway's own time where it is near the core's; else the
 * core's. So a replay without GPS time is stamped with the moment of its arrival.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/uplink/helpers.rs, get_rx_timestamp; gateway.rx_timestamp_max_drift
 * in config.rs.
 */
import { utcMsFromGpsMs } from "../../agent/lorawan/gps-time.ts";
import type { UplinkCopy } from "./gateway-messages.ts";

const RX_TIMESTAMP_DRIFT_MS_MAX = 30_000;

export interface EventTime {
  /** UTC, milliseconds. */
  readonly heardMs: number;
  readonly source: "gps" | "gateway" | "core";
}

export function eventTime(
  copies: readonly Pick<UplinkCopy, "gpsMs" | "gwTimeMs">[],
  nowWallMs: number,
): EventTime {
  for (const { gpsMs } of copies)
    if (gpsMs !== undefined) return { heardMs: utcMsFromGpsMs(gpsMs), source: "gps" };
  for (const { gwTimeMs } of copies)
    if (gwTimeMs !== undefined && Math.abs(nowWallMs - gwTimeMs) < RX_TIMESTAMP_DRIFT_MS_MAX)
      return { heardMs: gwTimeMs, source: "gateway" };
  return { heardMs: nowWallMs, source: "core" };
}
