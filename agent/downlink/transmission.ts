/**
 * A downlink item as the forwarder wants it: the JSON of a PULL_RESP, or why the item cannot be transmitted.
 *
 * Pure. Whether there is still time is judged in freshness.ts; how a txpk is written, and that the forwarder will
 * not drop it in silence, is agent/lorawan/txpk.ts's.
 *
 * Payload CRC: LoRaWAN wants none on a downlink, but a forwarder appends one unless `ncrc` says otherwise, and the
 * core decides (no_crc). The airtime that is accounted is that of what goes on air: with CRC unless it was
 * switched off.
 *
 * Source: sx1302_hal packet_forwarder, lora_pkt_fwd.c, thread_down.
 */
import { airtimeUs } from "../lorawan/airtime.ts";
import type { Read } from "../lorawan/read.ts";
import type { Modulation } from "../lorawan/rxpk.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import { TX_PAYLOAD_OCTETS_MAX, type TxMoment, writeTxpk } from "../lorawan/txpk.ts";
import type { DownlinkCommand, DownlinkItem } from "../north/core.ts";
import { type DownlinkMoment, judge, type TimedItem } from "./freshness.ts";

/** Forwarders keep the power in a signed octet. */
const POWER_DBM_LIMIT = 127;

export interface Transmission {
  /** The PULL_RESP's JSON text. */
  readonly json: string;
  readonly airtimeUs: number;
  readonly at: TxMoment;
  /** undefined: at a GPS time, while our own clock is not to be trusted. */
  readonly onAirMonotonicMs: number | undefined;
}

export interface Refusal {
  readonly status: TxStatus;
  readonly reason: string;
}

/** @param currentSession as judge() wants it (freshness.ts). */
export function prepare(
  item: DownlinkItem,
  arrival: Pick<DownlinkCommand, "arrivedMonotonicMs" | "unansweredMs">,
  now: DownlinkMoment,
  currentSession: (board: number) => number | undefined,
): Read<Transmission, Refusal> {
  const { phyPayload, frequencyHz, powerDbm, modulation } = item;
  if (!hasTiming(item)) return refuse("INTERNAL_ERROR", "noTiming");
  if (phyPayload.length === 0) return refuse("INTERNAL_ERROR", "noPayload");
  if (phyPayload.length > TX_PAYLOAD_OCTETS_MAX) return refuse("INTERNAL_ERROR", "payloadTooLong");
  if (modulation.kind === "lrFhss") return refuse("INTERNAL_ERROR", "lrFhss");
  if (!Number.isInteger(frequencyHz) || frequencyHz <= 0) return refuse("TX_FREQ", "frequency");
  if (!(Math.abs(powerDbm) <= POWER_DBM_LIMIT)) return refuse("TX_POWER", "power");

  const fresh = judge(item, arrival, now, currentSession);
  if (!fresh.ok) return refuse(fresh.status, fresh.reason);
  const onAir = withDeviation(modulation);
  const written = writeTxpk({
    at: fresh.at,
    frequencyHz,
    // Never louder than was asked for.
    powerDbm: Math.floor(powerDbm),
    modulation: onAir,
    polarizationInversion: item.polarizationInversion,
    preamble: item.preamble,
    noCrc: item.noCrc,
    board: fresh.board,
    antenna: fresh.antenna,
    payload: phyPayload,
  });
  if (!written.ok) return refuse("INTERNAL_ERROR", written.fault);
  return {
    ok: true,
    value: {
      json: written.value,
      airtimeUs: airtimeUs(onAir, phyPayload.length, { noCrc: item.noCrc, preamble: item.preamble }),
      at: fresh.at,
      onAirMonotonicMs: fresh.onAirMonotonicMs,
    },
  };
}

/** Protobuf cannot tell a deviation of 0 from none; none is the forwarder's usual one. */
function withDeviation(modulation: Modulation): Modulation {
  return modulation.kind === "fsk" && modulation.deviationHz === 0
    ? { ...modulation, deviationHz: undefined }
    : modulation;
}

function hasTiming(item: DownlinkItem): item is TimedItem {
  return item.timing !== undefined;
}

function refuse(status: TxStatus, reason: string): { ok: false; fault: Refusal } {
  return { ok: false, fault: { status, reason } };
}
