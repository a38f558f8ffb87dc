/**
 * What a gateway says of itself and of the downlinks it was given: ChirpStack's gw.GatewayStats, gw.DownlinkTxAck
 * and gw.ConnState. Pure; the encoding is in gw-encoding.ts.
 */

import type { gw } from "../lorawan/gw.js";
import { TX_STATUSES } from "../lorawan/tx-status.ts";
import type { DownlinkAck, GatewayStats } from "./core.ts";
import { fromMs } from "./gw-time.ts";
import { toGwModulation } from "./modulation.ts";

const LOCATION_FROM_GPS: gw.LocationSource = 1;

/** @param configVersion of the last configuration that the core sent; "" when it sent none. */
export function toGatewayStats(
  gatewayEui: string,
  stats: GatewayStats,
  configVersion: string,
): gw.GatewayStats.$Properties {
  return {
    gatewayId: gatewayEui,
    time: fromMs(stats.timeWallMs),
    location: stats.location
      ? {
          latitude: stats.location.latitudeDeg,
          longitude: stats.location.longitudeDeg,
          altitude: stats.location.altitudeM ?? 0,
          source: LOCATION_FROM_GPS,
        }
      : null,
    configVersion,
    rxPacketsReceived: stats.rxReceived,
    rxPacketsReceivedOk: stats.rxReceivedOk,
    txPacketsReceived: stats.txReceived,
    txPacketsEmitted: stats.txEmitted,
    metadata: Object.fromEntries(stats.metadata),
    txPacketsPerFrequency: Object.fromEntries(stats.txPerFrequencyHz),
    rxPacketsPerFrequency: Object.fromEntries(stats.rxPerFrequencyHz),
    txPacketsPerModulation: stats.txPerModulation.map(perModulation),
    rxPacketsPerModulation: stats.rxPerModulation.map(perModulation),
    txPacketsPerStatus: Object.fromEntries(stats.txPerStatus),
  };
}

export function toDownlinkTxAck({
  gatewayEui,
  downlinkId,
  statuses,
}: DownlinkAck): gw.DownlinkTxAck.$Properties {
  return {
    gatewayId: gatewayEui,
    downlinkId,
    items: statuses.map((status) => ({ status: TX_STATUSES.indexOf(status) as gw.TxAckStatus })),
  };
}

export function toConnState(gatewayEui: string, online: boolean): gw.ConnState.$Properties {
  return { gatewayId: gatewayEui, state: online ? 1 : 0 };
}

function perModulation({
  modulation,
  count,
}: GatewayStats["rxPerModulation"][number]): gw.PerModulationCount.$Properties {
  return { modulation: toGwModulation(modulation), count };
}
