/**
 * txpk: what a packet forwarder is asked to transmit. What it says of it is in tx-ack.ts.
 *
 * Pure. Which window, which item and whether there is still time is decided in agent/downlink/; the datagrams are
 * gwmp.ts's. What is written is what the strictest forwarder takes: the reference one drops a txpk without any
 * TX_ACK when a field it wants is missing or malformed, takes null or a number for true where it wants a boolean, and
 * knows `modu` only as LORA and FSK. So no null is ever written, and what need not be said is left out.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, sections 5 and 6; sx1302_hal, lora_pkt_fwd.c, thread_down.
 */
import { readBase64 } from "./base64.ts";
import {
  countOf,
  type Fields,
  type FieldsFault,
  fieldsOf,
  numberOf,
  readFields,
  UINT32_MAX,
} from "./fields.ts";
import { frequencyMhz, readFrequencyHz } from "./frequency.ts";
import { type Modulation, readModulation, writeDatr } from "./modulation.ts";
import type { Read } from "./read.ts";

export type TxMoment =
  | { readonly kind: "immediately" }
  /** The concentrator's counter, 0..2^32-1 microseconds. */
  | { readonly kind: "tmst"; readonly tmstUs: number }
  /** Milliseconds since the GPS epoch; the forwarder needs a GPS lock. */
  | { readonly kind: "tmms"; readonly tmmsMs: number };

export interface Txpk {
  readonly at: TxMoment;
  readonly frequencyHz: number;
  /** 0 when absent. */
  readonly rfChain?: number | undefined;
  /**
   * EIRP: the forwarder subtracts its antenna's gain. Written in whole dBm, never louder than asked for; undefined:
   * the forwarder's default.
   */
  readonly powerDbm: number | undefined;
  /** LoRa or FSK. Without a code rate 4/5 is written, without a deviation FSK_DEVIATION_HZ: both are mandatory. */
  readonly modulation: Modulation;
  /** LoRa only; LoRaWAN downlinks are inverted. */
  readonly polarizationInversion: boolean;
  /** Symbols (LoRa) or octets (FSK); 0: the forwarder's default, 8 or 5. */
  readonly preamble: number;
  /** Leave out the CRC over the payload. */
  readonly noCrc: boolean;
  /** Implicit header, LoRa only. */
  readonly noHeader?: boolean | undefined;
  readonly board: number | undefined;
  readonly antenna: number | undefined;
  /** The PHYPayload, at most TX_PAYLOAD_OCTETS_MAX. */
  readonly payload: Buffer;
}

export type TxpkFault =
  | FieldsFault
  | "noMoment"
  | "badMoment"
  | "badFrequency"
  | "badRfChain"
  | "badPower"
  | "badModulation"
  | "badCodeRate"
  | "badDeviation"
  | "badPreamble"
  | "badAntenna"
  | "badSize"
  | "badPayload"
  | "tooLong";

/** What the radio sends at most; with it the datagram stays within PULL_RESP_OCTETS_MAX. */
export const TX_PAYLOAD_OCTETS_MAX = 255;

/** What ChirpStack and The Things Stack send for 50 kbit/s. */
const FSK_DEVIATION_HZ = 25_000;

const INT8_MIN = -128;
const INT8_MAX = 127;
const UINT8_MAX = 0xff;
const UINT16_MAX = 0xffff;

/** @returns the JSON text of a PULL_RESP, or why it cannot be said. */
export function writeTxpk(txpk: Txpk): Read<string, TxpkFault> {
  const fault = faultOf(txpk);
  if (fault !== undefined) return { ok: false, fault };
  const { at, modulation, payload } = txpk;
  const lora = modulation.kind === "lora";
  return {
    ok: true,
    // JSON.stringify leaves out what is undefined.
    value: JSON.stringify({
      txpk: {
        imme: at.kind === "immediately",
        rfch: txpk.rfChain ?? 0,
        powe: txpk.powerDbm === undefined ? undefined : Math.floor(txpk.powerDbm),
        ant: txpk.antenna,
        brd: txpk.board,
        tmst: at.kind === "tmst" ? at.tmstUs : undefined,
        tmms: at.kind === "tmms" ? at.tmmsMs : undefined,
        freq: frequencyMhz(txpk.frequencyHz),
        modu: lora ? "LORA" : "FSK",
        datr: writeDatr(modulation),
        codr: lora ? (modulation.codeRate ?? "4/5") : undefined,
        fdev: modulation.kind === "fsk" ? (modulation.deviationHz ?? FSK_DEVIATION_HZ) : undefined,
        ipol: lora ? txpk.polarizationInversion : undefined,
        prea: txpk.preamble === 0 ? undefined : txpk.preamble,
        ncrc: txpk.noCrc ? true : undefined,
        nhdr: lora && txpk.noHeader ? true : undefined,
        size: payload.length,
        data: payload.toString("base64"),
      },
    }),
  };
}

/**
 * Reads the body of a PULL_RESP as the reference forwarder does (the simulator's side). Mandatory: freq, rfch, modu,
 * datr, size, data, codr for LoRa, fdev for FSK, and one of imme true, tmst, tmms, taken in that order. `imme` must
 * be the boolean true; of ipol, ncrc and nhdr anything but false that is there means true. powe may be missing.
 *
 * Unlike the reference forwarder it transmits what `data` holds when `size` says otherwise (that one only warns, and
 * sends `size` octets of its buffer).
 *
 * @returns the txpk, or why the forwarder would drop it in silence.
 */
export function readTxpk(text: string): Read<Txpk, TxpkFault> {
  const object = readFields(text);
  if (!object.ok) return object;
  const fields = fieldsOf(object.value.txpk);
  if (fields === undefined) return { ok: false, fault: "notAnObject" };

  const at = momentOf(fields);
  if (at === undefined) return { ok: false, fault: "noMoment" };
  const frequencyHz = readFrequencyHz(fields.freq);
  if (frequencyHz === undefined) return { ok: false, fault: "badFrequency" };
  const rfChain = countOf(fields.rfch, UINT8_MAX);
  if (rfChain === undefined) return { ok: false, fault: "badRfChain" };
  const modulation = txModulationOf(fields);
  if (!modulation.ok) return modulation;
  if (countOf(fields.size, UINT16_MAX) === undefined) return { ok: false, fault: "badSize" };
  const payload = typeof fields.data === "string" ? readBase64(fields.data) : undefined;
  if (payload === undefined) return { ok: false, fault: "badPayload" };

  const txpk: Txpk = {
    at,
    frequencyHz,
    rfChain,
    powerDbm: numberOf(fields.powe),
    modulation: modulation.value,
    polarizationInversion: flagOf(fields.ipol),
    preamble: countOf(fields.prea, UINT16_MAX) ?? 0,
    noCrc: flagOf(fields.ncrc),
    noHeader: flagOf(fields.nhdr),
    board: countOf(fields.brd, UINT8_MAX),
    antenna: countOf(fields.ant, UINT8_MAX),
    payload,
  };
  const fault = faultOf(txpk);
  return fault === undefined ? { ok: true, value: txpk } : { ok: false, fault };
}

/** When a PULL_RESP's txpk is to be sent, whatever else is in it; undefined when it does not say. */
export function readTxMoment(text: string): Read<TxMoment | undefined, FieldsFault> {
  const object = readFields(text);
  if (!object.ok) return object;
  const fields = fieldsOf(object.value.txpk);
  return fields === undefined ? { ok: false, fault: "notAnObject" } : { ok: true, value: momentOf(fields) };
}

function faultOf(txpk: Txpk): TxpkFault | undefined {
  const { at, modulation } = txpk;
  if (at.kind === "tmst" && !isCount(at.tmstUs, UINT32_MAX)) return "badMoment";
  if (at.kind === "tmms" && !isCount(at.tmmsMs, Number.MAX_SAFE_INTEGER)) return "badMoment";
  if (!isCount(txpk.frequencyHz, UINT32_MAX) || txpk.frequencyHz === 0) return "badFrequency";
  if (!isOptionalCount(txpk.rfChain, UINT8_MAX)) return "badRfChain";
  if (txpk.powerDbm !== undefined && !(txpk.powerDbm >= INT8_MIN && txpk.powerDbm <= INT8_MAX))
    return "badPower";
  if (modulation.kind === "lrFhss" || writeDatr(modulation) === undefined) return "badModulation";
  if (modulation.kind === "fsk" && !isOptionalCount(modulation.deviationHz, UINT32_MAX))
    return "badDeviation";
  if (!isCount(txpk.preamble, UINT16_MAX)) return "badPreamble";
  if (!isOptionalCount(txpk.board, UINT8_MAX) || !isOptionalCount(txpk.antenna, UINT8_MAX))
    return "badAntenna";
  return txpk.payload.length > TX_PAYLOAD_OCTETS_MAX ? "tooLong" : undefined;
}

function momentOf(fields: Fields): TxMoment | undefined {
  if (fields.imme === true) return { kind: "immediately" };
  const tmstUs = countOf(fields.tmst);
  if (tmstUs !== undefined) return { kind: "tmst", tmstUs };
  const tmmsMs = countOf(fields.tmms, Number.MAX_SAFE_INTEGER);
  return tmmsMs === undefined ? undefined : { kind: "tmms", tmmsMs };
}

function txModulationOf(fields: Fields): Read<Modulation, "badModulation" | "badCodeRate" | "badDeviation"> {
  if (fields.modu !== "LORA" && fields.modu !== "FSK") return { ok: false, fault: "badModulation" };
  const modulation = readModulation(fields);
  if (!modulation.ok) return { ok: false, fault: "badModulation" };
  const { value } = modulation;
  if (value.kind === "lora" && value.codeRate === undefined) return { ok: false, fault: "badCodeRate" };
  if (value.kind === "fsk" && value.deviationHz === undefined) return { ok: false, fault: "badDeviation" };
  return { ok: true, value };
}

function flagOf(value: unknown): boolean {
  return value !== undefined && value !== false;
}

function isCount(number: number, max: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= max;
}

function isOptionalCount(number: number | undefined, max: number): boolean {
  return number === undefined || isCount(number, max);
}
