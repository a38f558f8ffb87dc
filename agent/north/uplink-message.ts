/**
 * A frame as ChirpStack's gw.UplinkFrame.
 *
 * Pure. How the message is encoded is in gw-encoding.ts; which frames are carried, and when, in courier.ts.
 *
 * Two gateways that heard the same transmission must send the same tx_info octet for octet, for it is part of the
 * core's de-duplication key: whole Hz, the code rate as an enum, and nothing that only one of them may know. One
 * gateway that sends a frame twice must send the same phy_payload, tx_info, context and uplink_id.
 *
 * Source: chirpstack/chirpstack, api/proto/gw/gw.proto; chirpstack/src/uplink/{mod,helpers}.rs.
 */
import { contextOf } from "../downlink/context.ts";
import type { Frame } from "../frame/frame.ts";
import { gpsMsFromUtcMs, utcMsFromGpsMs } from "../lorawan/gps-time.ts";
import type { gw } from "../lorawan/gw.js";
import type { CrcStatus, Rxpk } from "../lorawan/rxpk.ts";
import type { Carried } from "./core.ts";
import { fromMs } from "./gw-time.ts";
import { toGwModulation } from "./modulation.ts";

const CRC_STATUS: Record<CrcStatus, gw.CRCStatus> = { none: 0, bad: 1, ok: 2 };

export function toUplinkFrame(carried: Carried): gw.UplinkFrame.$Properties {
  const { frame, rxpk } = carried.heard;
  return {
    phyPayload: rxpk.payload,
    txInfo: { frequency: rxpk.frequencyHz, modulation: toGwModulation(rxpk.modulation) },
    rxInfo: {
      gatewayId: frame.gatewayEui,
      uplinkId: uplinkIdOf(frame, rxpk),
      ...timesOf(carried),
      rssi: Math.round(rxpk.rssiDbm ?? 0),
      snr: rxpk.snrDb ?? 0,
      channel: rxpk.channel ?? 0,
      rfChain: rxpk.rfChain ?? 0,
      board: rxpk.board ?? 0,
      antenna: rxpk.antenna ?? 0,
      context: contextOf(frame, rxpk),
      metadata: metadataOf(carried),
      crcStatus: CRC_STATUS[rxpk.crc],
    },
  };
}

type Times = Pick<gw.UplinkRxInfo.$Properties, "gwTime" | "timeSinceGpsEpoch" | "fineTimeSinceGpsEpoch">;

/**
 * When it was heard. A core takes gw_time only when it is near its own time, and time_since_gps_epoch however old
 * it is: so every replay whose time is known carries the latter. A live frame carries GPS time only where GPS gave
 * it, because the core hands it on to devices that ask for the time.
 */
function timesOf({ heard: { rxpk }, replay, heardUtcMs, timeSource }: Carried): Times {
  if (rxpk.tmmsMs !== undefined) {
    return {
      gwTime: fromMs(utcMsFromGpsMs(rxpk.tmmsMs)),
      timeSinceGpsEpoch: fromMs(rxpk.tmmsMs),
      // ftime counts within the GPS second, so that second is what it is added to.
      fineTimeSinceGpsEpoch:
        rxpk.fineTimeNs === undefined
          ? null
          : { seconds: Math.floor(rxpk.tmmsMs / 1e3), nanos: rxpk.fineTimeNs },
    };
  }
  if (heardUtcMs === undefined) return {};
  if (!replay && timeSource !== "gps") return { gwTime: fromMs(heardUtcMs) };
  return { gwTime: fromMs(heardUtcMs), timeSinceGpsEpoch: fromMs(gpsMsFromUtcMs(heardUtcMs)) };
}

const NO_METADATA = Object.freeze({});

/** What the forwarder gave, and on a replay the marks by which a reader knows it. */
function metadataOf({ heard: { frame, rxpk }, replay, ageMs, timeSource }: Carried): Record<string, string> {
  if (!replay && rxpk.metadata.size === 0) return NO_METADATA;
  const metadata: Record<string, string> = Object.fromEntries(rxpk.metadata);
  if (!replay) return metadata;
  metadata.delayed = "true";
  metadata.hold_ms = String(Math.round(ageMs));
  metadata.rx_seq = String(frame.sequence);
  metadata.time_source = timeSource;
  return metadata;
}

/**
 * A number by which the core's logs tell this reception from others: FNV-1a of what makes a repeat a repeat (EUI,
 * board, tmst, frequency, data rate, PHYPayload), so that the same reception has the same id however often it is
 * sent, also after a restart.
 */
export function uplinkIdOf(
  { gatewayEui }: Frame,
  { board, tmstUs, frequencyHz, modulation, payload }: Rxpk,
): number {
  let hash = 0x811c9dc5;
  const mix = (octet: number): void => {
    hash = Math.imul(hash ^ octet, 0x01000193);
  };
  const mixNumber = (value: number): void => {
    for (let shift = 0; shift < 32; shift += 8) mix((value >>> shift) & 0xff);
  };
  for (let at = 0; at < gatewayEui.length; at++) mix(gatewayEui.charCodeAt(at));
  mixNumber(board ?? 0);
  mixNumber(tmstUs);
  mixNumber(frequencyHz);
  if (modulation.kind === "lora") {
    mixNumber(modulation.spreadingFactor);
    mixNumber(modulation.bandwidthHz);
  } else if (modulation.kind === "fsk") mixNumber(modulation.bitrate);
  else mixNumber(modulation.channelWidthHz);
  for (let at = 0; at < payload.length; at++) mix(payload[at]!);
  return hash >>> 0;
}
