/**
 * The two moments after an uplink at which a class A device listens, and what it can hear then.
 *
 * True time, in whole microseconds of the air's axis. A window's nominal opening is where the first preamble symbol
 * of an answer should start (exact to 20 us, says the standard). A real receiver listens around it for n symbols,
 * long enough to see 6 of the 8 preamble symbols although either side is off by up to 10 ms:
 *
 *   n = max(ceil(2 * 6 - 8 + 2 * 10 ms / Tsym), 6)      tolerance = (n / 2 - 2) Tsym
 *
 * 10.24 ms at SF7, one symbol (32.8 ms) at SF12. An answer that starts further off is not heard.
 *
 * Source: LoRaWAN 1.0.3, 3.3; the reckoning is that of LoRaMac-node, RegionCommonComputeRxWindowParameters.
 */
import { loraAirtimeUs, loraSymbolUs } from "../../agent/lorawan/airtime.ts";
import type { Transmission } from "../air/air.ts";
import { DATA_RATES, type ReceiveParameters, rx1DataRate } from "./eu868.ts";

export interface ReceiveWindow {
  readonly number: 1 | 2;
  /** Where an answer's first preamble symbol should start. */
  readonly openUs: number;
  /** How far it may start from there, either way. */
  readonly toleranceUs: number;
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** The longest frame its data rate allows. */
  readonly sizeOctetsMax: number;
}

export type ReceiveWindows = readonly [rx1: ReceiveWindow, rx2: ReceiveWindow];

/** Why a window does not hear a transmission. */
export type WindowMiss = "early" | "late" | "frequency" | "dataRate";

const RX2_AFTER_RX1_US = 1_000_000;
const PREAMBLE_SYMBOLS = 8;
const PREAMBLE_SYMBOLS_NEEDED = 6;
const RECEIVE_ERROR_US = 10_000;
/** MHDR, FHDR without FOpts, FPort, MIC. */
const FRAME_OVERHEAD_OCTETS = 13;

/** @param uplink its end in true time, the channel and the data rate it was sent at. */
export function receiveWindows(
  uplink: { readonly endUs: number; readonly frequencyHz: number; readonly dataRate: number },
  parameters: ReceiveParameters,
): ReceiveWindows {
  const rx1Us = uplink.endUs + parameters.rx1DelayUs;
  const rx1Rate = rx1DataRate(uplink.dataRate, parameters.rx1DataRateOffset);
  return [
    windowAt(1, rx1Us, uplink.frequencyHz, rx1Rate),
    windowAt(2, rx1Us + RX2_AFTER_RX1_US, parameters.rx2FrequencyHz, parameters.rx2DataRate),
  ];
}

/** @returns undefined when the window hears it. */
export function missOf(window: ReceiveWindow, transmission: Transmission): WindowMiss | undefined {
  const offUs = transmission.startUs - window.openUs;
  if (offUs < -window.toleranceUs) return "early";
  if (offUs > window.toleranceUs) return "late";
  if (transmission.frequencyHz !== window.frequencyHz) return "frequency";
  return transmission.spreadingFactor === window.spreadingFactor &&
    transmission.bandwidthHz === window.bandwidthHz
    ? undefined
    : "dataRate";
}

/** When the longest frame that either window could still hear has ended. */
export function closeUs(windows: ReceiveWindows): number {
  const ends = windows.map(({ sizeOctetsMax: sizeOctets, ...window }) => {
    return window.openUs + window.toleranceUs + loraAirtimeUs({ ...window, sizeOctets, crc: false });
  });
  return Math.max(...ends);
}

function windowAt(number: 1 | 2, openUs: number, frequencyHz: number, dataRate: number): ReceiveWindow {
  const { spreadingFactor, bandwidthHz, payloadOctetsMax } = DATA_RATES[dataRate]!;
  const symbolUs = loraSymbolUs(spreadingFactor, bandwidthHz);
  const symbols = Math.max(
    Math.ceil(2 * PREAMBLE_SYMBOLS_NEEDED - PREAMBLE_SYMBOLS + (2 * RECEIVE_ERROR_US) / symbolUs),
    PREAMBLE_SYMBOLS_NEEDED,
  );
  const toleranceUs = (symbols / 2 - (PREAMBLE_SYMBOLS - PREAMBLE_SYMBOLS_NEEDED)) * symbolUs;
  const sizeOctetsMax = payloadOctetsMax + FRAME_OVERHEAD_OCTETS;
  return { number, openUs, toleranceUs, frequencyHz, spreadingFactor, bandwidthHz, sizeOctetsMax };
}
