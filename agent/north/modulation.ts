/**
 * Modulation between our words and ChirpStack's gw.Modulation. Pure.
 *
 * Source: chirpstack/chirpstack, api/proto/gw/gw.proto; the code rates of LR-FHSS, which the radio's makers write
 * as 1/3 and 2/3, are the core's 2/6 and 4/6 (chirpstack/lrwn/src/region/eu868.rs).
 */

import type { gw } from "../lorawan/gw.js";
import type { LoraCodeRate, LrFhssCodeRate, Modulation } from "../lorawan/rxpk.ts";

/** gw.CodeRate by number. */
const UNDEFINED = 0;
const LORA_CODE_RATES: readonly (readonly [LoraCodeRate, gw.CodeRate])[] = [
  ["4/5", 1],
  ["4/6", 2],
  ["4/7", 3],
  ["4/8", 4],
  ["4/5LI", 10],
  ["4/6LI", 11],
  ["4/8LI", 12],
];
const LR_FHSS_CODE_RATES: readonly (readonly [LrFhssCodeRate, gw.CodeRate])[] = [
  ["1/3", 6],
  ["2/3", 2],
  ["1/2", 4],
  ["5/6", 9],
];

const toLora = new Map(LORA_CODE_RATES);
const toLrFhss = new Map(LR_FHSS_CODE_RATES);
const fromLora = new Map(LORA_CODE_RATES.map(([ours, theirs]) => [theirs, ours]));
const fromLrFhss = new Map(LR_FHSS_CODE_RATES.map(([ours, theirs]) => [theirs, ours]));

/** As an uplink has it: no deviation, polarization or preamble, which a gateway does not measure. */
export function toGwModulation(modulation: Modulation): gw.Modulation.$Properties {
  switch (modulation.kind) {
    case "lora":
      return {
        lora: {
          bandwidth: modulation.bandwidthHz,
          spreadingFactor: modulation.spreadingFactor,
          codeRate: codeRate(toLora, modulation.codeRate),
        },
      };
    case "fsk":
      return { fsk: { datarate: modulation.bitrate } };
    case "lrFhss":
      return {
        lrFhss: {
          operatingChannelWidth: modulation.channelWidthHz,
          gridSteps: modulation.gridSteps,
          codeRate: codeRate(toLrFhss, modulation.codeRate),
        },
      };
  }
}

/** @returns undefined when it names no modulation. */
export function fromGwModulation(modulation: gw.Modulation.$Properties): Modulation | undefined {
  const { lora, fsk, lrFhss } = modulation;
  if (lora) {
    return {
      kind: "lora",
      spreadingFactor: lora.spreadingFactor ?? 0,
      bandwidthHz: lora.bandwidth ?? 0,
      codeRate: fromLora.get(lora.codeRate ?? UNDEFINED),
    };
  }
  if (fsk) {
    return {
      kind: "fsk",
      bitrate: fsk.datarate ?? 0,
      deviationHz: fsk.frequencyDeviation || undefined,
    };
  }
  if (lrFhss) {
    return {
      kind: "lrFhss",
      channelWidthHz: lrFhss.operatingChannelWidth ?? 0,
      gridSteps: lrFhss.gridSteps ?? 0,
      codeRate: fromLrFhss.get(lrFhss.codeRate ?? UNDEFINED),
    };
  }
  return undefined;
}

function codeRate<R>(table: ReadonlyMap<R, gw.CodeRate>, rate: R | undefined): gw.CodeRate {
  return rate === undefined ? UNDEFINED : (table.get(rate) ?? UNDEFINED);
}
