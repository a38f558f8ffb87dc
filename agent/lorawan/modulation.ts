/**
 * How a frame is modulated, and how `modu`, `datr`, `codr` and `hpw` say so.
 *
 *   modu      datr         codr                        else
 *   LORA      "SF7BW125"   "4/5"                       bandwidth in kHz
 *   FSK       50000        none                        bit/s; fdev in Hz on downlinks
 *   LR-FHSS   "M0CW137"    "1/3" or "2/6", "2/3" ...   channel width in kHz; hpw grid steps
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4; sx1302_hal, PROTOCOL.md; the spellings of LR-FHSS:
 * ChirpStack gateway-bridge and The Things Stack, which disagree.
 */
import { countOf, type Fields } from "./fields.ts";
import type { Read } from "./read.ts";

export type LoraCodeRate = "4/5" | "4/6" | "4/7" | "4/8" | "4/5LI" | "4/6LI" | "4/8LI";
export type LrFhssCodeRate = "1/3" | "2/3" | "1/2" | "5/6";

export type Modulation =
  | {
      readonly kind: "lora";
      readonly spreadingFactor: number;
      readonly bandwidthHz: number;
      /** undefined: "OFF", absent or unknown. */
      readonly codeRate: LoraCodeRate | undefined;
    }
  | { readonly kind: "fsk"; readonly bitrate: number; readonly deviationHz: number | undefined }
  | {
      readonly kind: "lrFhss";
      readonly channelWidthHz: number;
      /** 0: not said. */
      readonly gridSteps: number;
      readonly codeRate: LrFhssCodeRate | undefined;
    };

export type ModulationFault = "unknownModulation" | "badDataRate";

const SPREADING_FACTOR_MIN = 5;
const SPREADING_FACTOR_MAX = 12;

/** Wider than any LoRa channel (1,625 kHz at 2.4 GHz) and any LR-FHSS one (1,523 kHz). */
const WIDTH_KHZ_MAX = 2_000;
const BITRATE_MAX = 1_000_000;
const DATR_CHARS_MAX = 16;

/** The reference forwarder writes "OFF" for a code rate it could not tell; it has no entry here. */
const LORA_CODE_RATES: ReadonlyMap<unknown, LoraCodeRate> = new Map([
  ["4/5", "4/5"],
  ["4/6", "4/6"],
  ["2/3", "4/6"],
  ["4/7", "4/7"],
  ["4/8", "4/8"],
  ["2/4", "4/8"],
  ["1/2", "4/8"],
  ["4/5LI", "4/5LI"],
  ["4/6LI", "4/6LI"],
  ["4/8LI", "4/8LI"],
]);

const LR_FHSS_CODE_RATES: ReadonlyMap<unknown, LrFhssCodeRate> = new Map([
  ["1/3", "1/3"],
  ["2/6", "1/3"],
  ["2/3", "2/3"],
  ["4/6", "2/3"],
  ["1/2", "1/2"],
  ["3/6", "1/2"],
  ["5/6", "5/6"],
]);

/** Reads the modulation of an rxpk or a txpk. `modu` in any case; an unknown code rate is no fault. */
export function readModulation(fields: Fields): Read<Modulation, ModulationFault> {
  switch (fields.modu === "LORA" ? "LORA" : modulationName(fields.modu)) {
    case "LORA":
      return readLora(fields);
    case "FSK":
      return readFsk(fields);
    case "LRFHSS":
    case "LR-FHSS":
      return readLrFhss(fields);
    default:
      return { ok: false, fault: "unknownModulation" };
  }
}

/** @returns `datr` for LoRa and FSK; undefined when it cannot be written (bandwidths are whole kHz). */
export function writeDatr(modulation: Modulation): string | number | undefined {
  switch (modulation.kind) {
    case "lora": {
      const { spreadingFactor, bandwidthHz } = modulation;
      return isSpreadingFactor(spreadingFactor) && isWidth(bandwidthHz / 1000)
        ? `SF${spreadingFactor}BW${bandwidthHz / 1000}`
        : undefined;
    }
    case "fsk":
      return isBitrate(modulation.bitrate) ? modulation.bitrate : undefined;
    case "lrFhss":
      return isWidth(modulation.channelWidthHz / 1000)
        ? `M0CW${modulation.channelWidthHz / 1000}`
        : undefined;
  }
}

function modulationName(modu: unknown): string | undefined {
  return typeof modu === "string" && modu.length <= DATR_CHARS_MAX ? modu.toUpperCase() : undefined;
}

/** "SF", one or two digits, "BW", one to four digits. */
function readLora(fields: Fields): Read<Modulation, ModulationFault> {
  const { datr } = fields;
  if (typeof datr !== "string" || datr.length > DATR_CHARS_MAX || !datr.startsWith("SF"))
    return BAD_DATA_RATE;
  const widthAt = datr.indexOf("BW", 2);
  const spreadingFactor = wholeNumber(datr, 2, widthAt);
  const widthKhz = wholeNumber(datr, widthAt + 2, datr.length);
  if (widthAt < 0 || !isSpreadingFactor(spreadingFactor) || !isWidth(widthKhz)) return BAD_DATA_RATE;
  const codeRate = LORA_CODE_RATES.get(fields.codr);
  return { ok: true, value: { kind: "lora", spreadingFactor, bandwidthHz: widthKhz * 1000, codeRate } };
}

function readFsk(fields: Fields): Read<Modulation, ModulationFault> {
  const bitrate = countOf(fields.datr);
  if (bitrate === undefined || !isBitrate(bitrate)) return BAD_DATA_RATE;
  return { ok: true, value: { kind: "fsk", bitrate, deviationHz: countOf(fields.fdev) } };
}

/** "M", digits, "CW", digits. */
function readLrFhss(fields: Fields): Read<Modulation, ModulationFault> {
  const { datr } = fields;
  if (typeof datr !== "string" || datr.length > DATR_CHARS_MAX || !datr.startsWith("M")) return BAD_DATA_RATE;
  const widthAt = datr.indexOf("CW", 1);
  const mode = wholeNumber(datr, 1, widthAt);
  const widthKhz = wholeNumber(datr, widthAt + 2, datr.length);
  if (widthAt < 0 || Number.isNaN(mode) || !isWidth(widthKhz)) return BAD_DATA_RATE;
  const codeRate = LR_FHSS_CODE_RATES.get(fields.codr);
  const gridSteps = countOf(fields.hpw) ?? 0;
  return { ok: true, value: { kind: "lrFhss", channelWidthHz: widthKhz * 1000, gridSteps, codeRate } };
}

const BAD_DATA_RATE = { ok: false, fault: "badDataRate" } as const;

function isSpreadingFactor(number: number): boolean {
  return Number.isInteger(number) && number >= SPREADING_FACTOR_MIN && number <= SPREADING_FACTOR_MAX;
}

function isWidth(khz: number): boolean {
  return Number.isInteger(khz) && khz >= 1 && khz <= WIDTH_KHZ_MAX;
}

function isBitrate(bitrate: number): boolean {
  return Number.isInteger(bitrate) && bitrate >= 1 && bitrate <= BITRATE_MAX;
}

/** The number these characters write, NaN when there is none or something else. */
function wholeNumber(text: string, from: number, to: number): number {
  if (to <= from) return Number.NaN;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
