/**
 * A frame of the journal as a line of an export: JSONL for machines, CSV for people. What is kept is there as it is
 * (journal/frame-document.ts); what follows from it is made here, as the running version reads it. Pure.
 *
 * In CSV, digits that are no figures (EUIs, addresses, payloads) begin with 0x: a spreadsheet would make 26010e01 a
 * number, and cut 0004a30b. Nothing else is text from the air, so no field can begin a formula.
 */
import type { Frame, HeardFrame } from "../frame/frame.ts";
import { deriveHeard } from "../frame/heard.ts";
import type { BrokenDocument, FrameDocument, TimeSource } from "../journal/frame-document.ts";
import { writeDatr } from "../lorawan/modulation.ts";
import { type Now, toCarried } from "../north/freshness.ts";
import { uplinkIdOf } from "../north/uplink-message.ts";

export type Document = FrameDocument | BrokenDocument;

/** What follows from a frame. */
export interface Derived {
  /** undefined: this version cannot read its text. */
  readonly heard: HeardFrame | undefined;
  readonly heardUtcMs: number | undefined;
  readonly timeSource: TimeSource;
  readonly uplinkId: number | undefined;
}

export function isBrokenDocument(document: Document): document is BrokenDocument {
  return "fault" in document;
}

/** @param now of the machine whose journal it is. */
export function derive(document: FrameDocument, now: Now): Derived {
  const { rxpk: rxpkText, ...rest } = document;
  const frame: Frame = { ...rest, rxpkText };
  const read = deriveHeard(frame);
  if (!read.ok)
    return { heard: undefined, heardUtcMs: undefined, timeSource: "unsynced", uplinkId: undefined };
  const heard = read.value;
  const { heardUtcMs, timeSource } = toCarried(heard, now, undefined);
  const isRepaired = timeSource === "ntp" && frame.clockState === "unsynchronised";
  return {
    heard,
    heardUtcMs,
    timeSource: isRepaired ? "repaired" : timeSource,
    uplinkId: uplinkIdOf(frame, heard.rxpk),
  };
}

// -------------------------------------------------------------------------------------------- JSONL

/** @returns the line without its end. */
export function toJsonLine(document: Document, derived: Derived | undefined): string {
  if (derived === undefined) return JSON.stringify(document);
  const { heard, heardUtcMs, timeSource, uplinkId } = derived;
  return JSON.stringify({
    ...document,
    ...(heardUtcMs === undefined ? {} : { heardAt: utcText(heardUtcMs) }),
    timeSource,
    ...(uplinkId === undefined ? {} : { uplinkId }),
    ...addressOf(heard),
  });
}

function addressOf(heard: HeardFrame | undefined): object {
  const phy = heard?.phy;
  if (phy?.kind === "data") return { devAddr: phy.devAddr, fCnt: phy.fCnt };
  if (phy?.kind === "joinRequest")
    return { joinEui: phy.joinEui, devEui: phy.devEui, devNonce: phy.devNonce };
  return phy?.kind === "rejoinRequest" ? { devEui: phy.devEui } : {};
}

function utcText(utcMs: number): string | undefined {
  return Math.abs(utcMs) <= DATE_MS_MAX ? new Date(utcMs).toISOString() : undefined;
}

const DATE_MS_MAX = 8.64e15;

// ---------------------------------------------------------------------------------------------- CSV

type Cell = string | number | boolean | undefined;

/** A column's name, and what stands in it. */
const COLUMNS: readonly (readonly [string, (row: CsvRow) => Cell])[] = [
  ["sequence", ({ frame }) => frame.sequence],
  ["gateway_eui", ({ frame }) => hex(frame.gatewayEui)],
  ["heard_at", ({ heardUtcMs }) => (heardUtcMs === undefined ? undefined : utcText(heardUtcMs))],
  ["time_source", ({ timeSource }) => timeSource],
  ["arrived_at", ({ frame }) => utcText(frame.arrivedWallMs)],
  ["clock_state", ({ frame }) => frame.clockState],
  ["age_at_arrival_ms", ({ frame }) => frame.ageAtArrivalMs],
  ["kind", ({ heard }) => heard.phy?.kind ?? "notLorawan"],
  ["dev_addr", ({ phy }) => hex(phy.devAddr)],
  ["dev_eui", ({ phy }) => hex(phy.devEui)],
  ["join_eui", ({ phy }) => hex(phy.joinEui)],
  ["f_cnt", ({ phy }) => phy.fCnt],
  ["f_port", ({ phy }) => phy.fPort],
  ["confirmed", ({ phy }) => phy.confirmed],
  ["adr", ({ phy }) => phy.adr],
  ["frequency_hz", ({ heard }) => heard.rxpk.frequencyHz],
  ["data_rate", ({ heard }) => writeDatr(heard.rxpk.modulation)],
  ["rssi_dbm", ({ heard }) => heard.rxpk.rssiDbm],
  ["snr_db", ({ heard }) => heard.rxpk.snrDb],
  ["crc", ({ heard }) => heard.rxpk.crc],
  ["tmst_us", ({ heard }) => heard.rxpk.tmstUs],
  ["delayed", ({ frame }) => frame.delayed],
  ["repetition", ({ frame }) => frame.repetition],
  ["uplink_id", ({ uplinkId }) => uplinkId],
  ["cores", ({ frame }) => frame.cores.join(" ")],
  ["phy_payload", ({ heard }) => hex(heard.rxpk.payload.toString("hex"))],
];

/** Every field that some kind of PHYPayload has. */
interface AnyPhy {
  readonly devAddr?: string;
  readonly devEui?: string;
  readonly joinEui?: string | undefined;
  readonly fCnt?: number;
  readonly fPort?: number | undefined;
  readonly confirmed?: boolean;
  readonly adr?: boolean;
}

interface CsvRow extends Derived {
  readonly frame: FrameDocument;
  readonly heard: HeardFrame;
  readonly phy: AnyPhy;
}

export function csvHeader(separator: string): string {
  return COLUMNS.map(([name]) => name).join(separator);
}

/** @returns the line without its end; undefined for a frame that this version cannot read. */
export function toCsvLine(document: FrameDocument, derived: Derived, separator: string): string | undefined {
  const { heard } = derived;
  if (heard === undefined) return undefined;
  const row: CsvRow = { ...derived, frame: document, heard, phy: (heard.phy ?? {}) as AnyPhy };
  return COLUMNS.map(([, cell]) => quoted(cell(row), separator)).join(separator);
}

/** RFC 4180, 2.5 to 2.7. */
function quoted(cell: Cell, separator: string): string {
  if (cell === undefined) return "";
  const text = String(cell);
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function hex(digits: string | undefined): string | undefined {
  return digits === undefined ? undefined : `0x${digits}`;
}
