/**
 * Time on air, in microseconds.
 *
 * Pure arithmetic. How much of it may be used is in region.ts, what was used in agent/downlink/duty-cycle.ts.
 *
 *   Tsym     = 2^SF / BW
 *   T        = (preamble + 4.25 + payload symbols) Tsym
 *   payload  = 8 + max(ceil((8 PL - 4 SF + 28 + 16 CRC - 20 IH) / (4 (SF - 2 DE))) (CR + 4), 0)
 *
 * PL octets of PHYPayload, CRC 1 when the payload has one, IH 1 without header, DE 1 with low data rate
 * optimisation, CR 1..4 for 4/5..4/8. SF5 and SF6 are reckoned likewise, although newer radios have longer preambles
 * there; long interleaving (LI) like its plain code rate.
 *
 * Source: Semtech SX1276 datasheet, 4.1.1.7, and AN1200.13; FSK: The Things Stack, pkg/toa.
 */
import type { LoraCodeRate, LrFhssCodeRate, Modulation } from "./modulation.ts";

export interface LoraTransmission {
  readonly sizeOctets: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** undefined: 4/5, the only one LoRaWAN uses. */
  readonly codeRate?: LoraCodeRate | undefined;
  /** Uplinks have one, LoRaWAN downlinks have none. */
  readonly crc: boolean;
  /** 8 when absent. */
  readonly preambleSymbols?: number | undefined;
  readonly implicitHeader?: boolean | undefined;
  /** When absent: on where a symbol lasts 16 ms or more, as LoRaWAN has it. */
  readonly lowDataRateOptimisation?: boolean | undefined;
}

const PREAMBLE_SYMBOLS = 8;
/** The two sync words and the two and a quarter down-chirps behind the preamble. */
const SYNC_SYMBOLS = 4.25;
const LOW_DATA_RATE_SYMBOL_US = 16_000;

const CODE_RATE_NUMBERS: Readonly<Record<LoraCodeRate, number>> = {
  "4/5": 1,
  "4/6": 2,
  "4/7": 3,
  "4/8": 4,
  "4/5LI": 1,
  "4/6LI": 2,
  "4/8LI": 4,
};

/** LR-FHSS sends 488.28125 bit/s whatever its code rate. */
const LR_FHSS_BITRATE = 488.28125;
const LR_FHSS_HEADER_BITS = 114;
const LR_FHSS_CRC_OCTETS = 2;
const LR_FHSS_TAIL_BITS = 6;
const LR_FHSS_BLOCK_BITS = 48;
const LR_FHSS_BLOCK_GUARD_BITS = 2;
const LR_FHSS_CODING = {
  "1/3": { numerator: 3, denominator: 1, headers: 3 },
  "1/2": { numerator: 2, denominator: 1, headers: 2 },
  "2/3": { numerator: 3, denominator: 2, headers: 2 },
  "5/6": { numerator: 6, denominator: 5, headers: 2 },
} as const;

/** FSK as LoRaWAN frames it: preamble, sync word, length, payload, CRC. */
const FSK_PREAMBLE_OCTETS = 5;
const FSK_SYNC_OCTETS = 3;
const FSK_LENGTH_OCTETS = 1;
const FSK_CRC_OCTETS = 2;

/** How a packet leaves its modulation's defaults: what a txpk may say, and what an uplink never does. */
export interface AirtimeOptions {
  /** LoRa only: FSK is reckoned with its CRC. */
  readonly noCrc?: boolean | undefined;
  /** Symbols (LoRa) or octets (FSK); 0 is the default of 8 or 5. */
  readonly preamble?: number | undefined;
  readonly noHeader?: boolean | undefined;
}

/** The time on air of a packet of any modulation; without options that of an uplink. */
export function airtimeUs(modulation: Modulation, sizeOctets: number, options: AirtimeOptions = {}): number {
  switch (modulation.kind) {
    case "lora":
      return loraAirtimeUs({
        sizeOctets,
        spreadingFactor: modulation.spreadingFactor,
        bandwidthHz: modulation.bandwidthHz,
        codeRate: modulation.codeRate,
        crc: options.noCrc !== true,
        preambleSymbols: options.preamble || undefined,
        implicitHeader: options.noHeader,
      });
    case "fsk":
      return fskAirtimeUs(sizeOctets, modulation.bitrate, options.preamble || undefined);
    case "lrFhss":
      return lrFhssAirtimeUs(sizeOctets, modulation.codeRate);
  }
}

export function loraAirtimeUs(transmission: LoraTransmission): number {
  const symbolUs = loraSymbolUs(transmission.spreadingFactor, transmission.bandwidthHz);
  const preambleUs = loraPreambleUs(symbolUs, transmission.preambleSymbols ?? PREAMBLE_SYMBOLS);
  return preambleUs + loraPayloadSymbols(transmission) * symbolUs;
}

export function loraSymbolUs(spreadingFactor: number, bandwidthHz: number): number {
  return (2 ** spreadingFactor * 1e6) / bandwidthHz;
}

/** Preamble and sync. @param preambleSymbols without the sync. */
export function loraPreambleUs(symbolUs: number, preambleSymbols: number): number {
  return (preambleSymbols + SYNC_SYMBOLS) * symbolUs;
}

/** Symbols of header, payload and CRC. */
export function loraPayloadSymbols(transmission: LoraTransmission): number {
  const { sizeOctets, spreadingFactor, bandwidthHz, codeRate, crc, implicitHeader } = transmission;
  const optimised =
    transmission.lowDataRateOptimisation ??
    loraSymbolUs(spreadingFactor, bandwidthHz) >= LOW_DATA_RATE_SYMBOL_US;
  const bits = 8 * sizeOctets - 4 * spreadingFactor + 28 + (crc ? 16 : 0) - (implicitHeader ? 20 : 0);
  const bitsPerBlock = 4 * (spreadingFactor - (optimised ? 2 : 0));
  const symbolsPerBlock = CODE_RATE_NUMBERS[codeRate ?? "4/5"] + 4;
  return 8 + Math.max(Math.ceil(bits / bitsPerBlock) * symbolsPerBlock, 0);
}

/** @param bitrate bit/s. */
export function fskAirtimeUs(
  sizeOctets: number,
  bitrate: number,
  preambleOctets: number = FSK_PREAMBLE_OCTETS,
): number {
  const framedOctets = preambleOctets + FSK_SYNC_OCTETS + FSK_LENGTH_OCTETS + sizeOctets + FSK_CRC_OCTETS;
  return (framedOctets * 8 * 1e6) / bitrate;
}

/**
 * Headers and payload, coded and cut into blocks. Headers are repeated as LoRaWAN has it: three times with 1/3,
 * twice with the others; an unknown code rate is reckoned as 1/3, the longest.
 *
 * Source: Semtech's sx126x driver, lr_fhss_mac.
 */
export function lrFhssAirtimeUs(sizeOctets: number, codeRate: LrFhssCodeRate = "1/3"): number {
  const { numerator, denominator, headers } = LR_FHSS_CODING[codeRate];
  const plainBits = (sizeOctets + LR_FHSS_CRC_OCTETS) * 8 + LR_FHSS_TAIL_BITS;
  const codedBits = Math.ceil((plainBits * numerator) / denominator);
  const lastBlockBits = codedBits % LR_FHSS_BLOCK_BITS;
  const payloadBits =
    Math.floor(codedBits / LR_FHSS_BLOCK_BITS) * (LR_FHSS_BLOCK_BITS + LR_FHSS_BLOCK_GUARD_BITS) +
    (lastBlockBits > 0 ? lastBlockBits + LR_FHSS_BLOCK_GUARD_BITS : 0);
  return ((headers * LR_FHSS_HEADER_BITS + payloadBits) * 1e6) / LR_FHSS_BITRATE;
}
