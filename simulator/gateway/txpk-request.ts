/**
 * A PULL_RESP's txpk as the reference forwarder reads it.
 *
 * agent/lorawan/txpk.ts reads the same field by field, but kindly. Here every roughness of the original is kept, so
 * that what our agent (or any server) writes meets a judge that was not written to like it: the frequency is cut to
 * whole Hz, a number that is none is 0 (tmst "immediate" too), what is no boolean counts as true (null too) except
 * for imme, and `size` octets are sent whatever `data` holds, the missing ones as 0. Not kept: its JSON reader takes
 * comments and does not look behind the closing brace.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_down.
 */
import { type Fields, fieldsOf, readFields } from "../../agent/lorawan/fields.ts";
import type { LoraCodeRate, Modulation } from "../../agent/lorawan/modulation.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import type { TxChain } from "./radio-plan.ts";

type TxMoment =
  | { readonly kind: "immediately" }
  | { readonly kind: "tmst"; readonly tmstUs: number }
  | { readonly kind: "tmms"; readonly tmmsMs: number };

export interface TxRequest {
  readonly at: TxMoment;
  readonly frequencyHz: number;
  readonly rfChain: number;
  /** EIRP; undefined: 0 dBm conducted. */
  readonly powerDbm: number | undefined;
  readonly modulation: Exclude<Modulation, { kind: "lrFhss" }>;
  readonly inverted: boolean;
  /** Symbols (LoRa) or octets (FSK). */
  readonly preamble: number;
  readonly noCrc: boolean;
  readonly noHeader: boolean;
  /** `size` octets. */
  readonly phyPayload: Buffer;
}

/** Only gpsUnlocked is answered; of all others nobody hears, as no TX_ACK goes out. */
export type TxRequestFault =
  | "badJson"
  | "notAnObject"
  | "gpsUnlocked"
  | "noMoment"
  | "noFrequency"
  | "noRfChain"
  | "rfChainCannotSend"
  | "badModulation"
  | "badDataRate"
  | "badCodeRate"
  | "noDeviation"
  | "noSize"
  | "noPayload";

const SPREADING_FACTORS = [5, 6, 7, 8, 9, 10, 11, 12];
const BANDWIDTHS_KHZ = [125, 250, 500];
const CODE_RATES: ReadonlyMap<unknown, LoraCodeRate> = new Map([
  ["4/5", "4/5"],
  ["4/6", "4/6"],
  ["2/3", "4/6"],
  ["4/7", "4/7"],
  ["4/8", "4/8"],
  ["1/2", "4/8"],
]);
const LORA_PREAMBLE = { fewest: 6, usual: 8 };
const FSK_PREAMBLE = { fewest: 3, usual: 5 };

export interface TxAbilities {
  readonly gpsLocked: boolean;
  readonly txChains: readonly (TxChain | undefined)[];
}

/** @param text the JSON text of the PULL_RESP. */
export function readTxRequest(text: string, can: TxAbilities): Read<TxRequest, TxRequestFault> {
  const root = readFields(text);
  if (!root.ok) return root;
  const txpk = fieldsOf(root.value.txpk);
  if (txpk === undefined) return { ok: false, fault: "notAnObject" };
  const at = momentOf(txpk);
  if (at === undefined) return { ok: false, fault: "noMoment" };
  if (at.kind === "tmms" && !can.gpsLocked) return { ok: false, fault: "gpsUnlocked" };
  if (txpk.freq === undefined) return { ok: false, fault: "noFrequency" };
  if (txpk.rfch === undefined) return { ok: false, fault: "noRfChain" };
  const rfChain = unsigned(numberOr0(txpk.rfch), 8);
  if (can.txChains[rfChain] === undefined) return { ok: false, fault: "rfChainCannotSend" };
  const modulation = modulationOf(txpk);
  if (!modulation.ok) return modulation;
  if (txpk.size === undefined) return { ok: false, fault: "noSize" };
  if (typeof txpk.data !== "string") return { ok: false, fault: "noPayload" };
  const lora = modulation.value.kind === "lora";
  return {
    ok: true,
    value: {
      at,
      frequencyHz: unsigned(1e6 * numberOr0(txpk.freq), 32),
      rfChain,
      powerDbm: txpk.powe === undefined ? undefined : signed8(numberOr0(txpk.powe)),
      modulation: modulation.value,
      inverted: lora && anythingButFalse(txpk.ipol),
      preamble: preambleOf(txpk.prea, lora ? LORA_PREAMBLE : FSK_PREAMBLE),
      noCrc: anythingButFalse(txpk.ncrc),
      noHeader: anythingButFalse(txpk.nhdr),
      phyPayload: octetsOf(txpk.data, unsigned(numberOr0(txpk.size), 16)),
    },
  };
}

function momentOf(txpk: Fields): TxMoment | undefined {
  if (txpk.imme === true) return { kind: "immediately" };
  if (txpk.tmst !== undefined) return { kind: "tmst", tmstUs: unsigned(numberOr0(txpk.tmst), 32) };
  if (txpk.tmms !== undefined) return { kind: "tmms", tmmsMs: Math.trunc(numberOr0(txpk.tmms)) };
  return undefined;
}

function modulationOf(
  txpk: Fields,
): Read<TxRequest["modulation"], "badModulation" | "badDataRate" | "badCodeRate" | "noDeviation"> {
  if (txpk.modu === "LORA") return loraOf(txpk);
  if (txpk.modu !== "FSK") return { ok: false, fault: "badModulation" };
  if (txpk.datr === undefined) return { ok: false, fault: "badDataRate" };
  if (txpk.fdev === undefined) return { ok: false, fault: "noDeviation" };
  const bitrate = unsigned(numberOr0(txpk.datr), 32);
  // Kept in whole kHz of eight bits.
  const deviationHz = unsigned(numberOr0(txpk.fdev) / 1_000, 8) * 1_000;
  return { ok: true, value: { kind: "fsk", bitrate, deviationHz } };
}

function loraOf(txpk: Fields): Read<TxRequest["modulation"], "badDataRate" | "badCodeRate"> {
  // sscanf: two digits, three digits, and whatever follows.
  const datr = typeof txpk.datr === "string" ? /^SF(\d{1,2})BW(\d{1,3})/.exec(txpk.datr) : null;
  const spreadingFactor = Number(datr?.[1]);
  const bandwidthKhz = Number(datr?.[2]);
  if (!SPREADING_FACTORS.includes(spreadingFactor) || !BANDWIDTHS_KHZ.includes(bandwidthKhz)) {
    return { ok: false, fault: "badDataRate" };
  }
  const codeRate = CODE_RATES.get(txpk.codr);
  if (codeRate === undefined) return { ok: false, fault: "badCodeRate" };
  return {
    ok: true,
    value: { kind: "lora", spreadingFactor, bandwidthHz: bandwidthKhz * 1_000, codeRate },
  };
}

function preambleOf(prea: unknown, { fewest, usual }: typeof LORA_PREAMBLE): number {
  return prea === undefined ? usual : unsigned(Math.max(fewest, numberOr0(prea)), 16);
}

function octetsOf(base64: string, sizeOctets: number): Buffer {
  const octets = Buffer.alloc(sizeOctets);
  Buffer.from(base64, "base64").copy(octets);
  return octets;
}

/** The JSON reader's number of anything that is none. */
function numberOr0(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function anythingButFalse(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** C's cast of a double to uintN_t: cut, modulo 2^bits. */
function unsigned(value: number, bits: 8 | 16 | 32): number {
  const modulus = 2 ** bits;
  return ((Math.trunc(value) % modulus) + modulus) % modulus;
}

function signed8(value: number): number {
  return (unsigned(value, 8) << 24) >> 24;
}
