/**
 * Downlinks of class A as ChirpStack sends them: two items, RX1 and RX2, each so and so long after the uplink whose
 * context they carry.
 *
 * Pure. That the context may be old is not looked at: a late uplink is answered as if it were live, and whoever
 * transmits must know better.
 *
 * ChirpStack draws the gateway among those with 10 dB to spare and takes the best only when there is none; here it is
 * always the best, so that a run can be repeated.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/downlink/{helpers,data,join}.rs; lrwn/src/region/eu868.rs.
 */

import type { gw } from "../../agent/lorawan/gw.js";
import { subBandOf } from "../../agent/lorawan/region.ts";
import { DATA_RATES, type ReceiveParameters, rx1DataRate } from "../meter/eu868.ts";
import { durationOf, type UplinkCopy } from "./gateway-messages.ts";

const RX2_AFTER_RX1_MS = 1_000;
const CODE_RATE_4_5 = 1;
/** EIRP: 500 mW ERP in the sub-band of RX2, 25 mW in the others. */
const POWER_DBM = { high: 29, low: 16 } as const;
const HIGH_POWER_SUB_BAND = "P";

export type DownlinkFrame = gw.DownlinkFrame.$Properties;

export interface Window {
  readonly delayMs: number;
  readonly frequencyHz: number;
  readonly dataRate: number;
}

/** The copy whose gateway hears the device best: SNR, then RSSI, then the first that came. @param copies not empty. */
export function bestCopy(copies: readonly UplinkCopy[]): UplinkCopy {
  return copies.reduce((best, copy) => {
    if (copy.snrDb !== best.snrDb) return copy.snrDb > best.snrDb ? copy : best;
    return copy.rssiDbm > best.rssiDbm ? copy : best;
  });
}

/** RX1 and RX2 after an uplink on this frequency and data rate. */
export function windowsAfter(
  uplink: { readonly frequencyHz: number; readonly dataRate: number },
  receive: ReceiveParameters,
): readonly [Window, Window] {
  const rx1DelayMs = receive.rx1DelayUs / 1_000;
  return [
    {
      delayMs: rx1DelayMs,
      frequencyHz: uplink.frequencyHz,
      dataRate: rx1DataRate(uplink.dataRate, receive.rx1DataRateOffset),
    },
    {
      delayMs: rx1DelayMs + RX2_AFTER_RX1_MS,
      frequencyHz: receive.rx2FrequencyHz,
      dataRate: receive.rx2DataRate,
    },
  ];
}

/** @param copy of the gateway that is to transmit. */
export function downlinkFrame(
  downlinkId: number,
  copy: UplinkCopy,
  windows: readonly Window[],
  phyPayload: Buffer,
): DownlinkFrame {
  return {
    downlinkId,
    gatewayId: copy.gatewayEui,
    items: windows.map((window) => ({ phyPayload, txInfo: txInfoOf(copy, window) })),
  };
}

export function downlinkPowerDbm(frequencyHz: number): number {
  return subBandOf(frequencyHz)?.name === HIGH_POWER_SUB_BAND ? POWER_DBM.high : POWER_DBM.low;
}

function txInfoOf(copy: UplinkCopy, window: Window): gw.DownlinkTxInfo.$Properties {
  const { spreadingFactor, bandwidthHz } = DATA_RATES[window.dataRate]!;
  return {
    frequency: window.frequencyHz,
    power: downlinkPowerDbm(window.frequencyHz),
    modulation: {
      lora: {
        bandwidth: bandwidthHz,
        spreadingFactor,
        codeRate: CODE_RATE_4_5,
        polarizationInversion: true,
      },
    },
    board: copy.board,
    antenna: copy.antenna,
    timing: { delay: { delay: durationOf(window.delayMs) } },
    context: copy.context,
  };
}
