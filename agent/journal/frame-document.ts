/**
 * A frame as JSON: what an export has on each line, and what an import reads. Lossless: all that a record has
 * (record.ts) is there under its own name, and the rxpk's text is the text. What can be derived stands beside it for
 * whoever reads the file without us (technician/journal-lines.ts) and is not read again, but for one: the true time of a frame
 * that was heard with a wrong clock, which only its own gateway could still tell.
 *
 * The shape has a number, `format`; a reader refuses a later one. Its JSON Schema lies beside: frame-document.schema.json.
 * Pure.
 */
import type { ClockState, FrameDraft } from "../frame/frame.ts";
import type { Read } from "../lorawan/read.ts";
import { readUtcText } from "../lorawan/utc-text.ts";
import { isBroken, type Kept } from "./kept-frames.ts";

export const DOCUMENT_FORMAT = 1;

/** gps: of the frame itself. ntp: the gateway's clock was right. repaired: made true later. unsynced: nobody knows. */
export type TimeSource = "gps" | "ntp" | "repaired" | "unsynced";

export interface FrameDocument {
  readonly format: number;
  /** Of the journal it comes from. */
  readonly sequence: number;
  readonly gatewayEui: string;
  /** The rxpk's JSON text as heard. */
  readonly rxpk: string;
  readonly arrivedWallMs: number;
  readonly arrivedMonotonicMs: number;
  readonly kernelBootId: string;
  readonly ageAtArrivalMs: number;
  readonly concentratorSession: number;
  readonly clockState: ClockState;
  readonly delayed: boolean;
  readonly repetition: boolean;
  /** The cores that had not taken it. */
  readonly cores: readonly string[];
  /** Of its record. */
  readonly sizeOctets: number;
  /** UTC of reception, where it is known. */
  readonly heardAt?: string;
  readonly timeSource?: TimeSource;
}

/** A record that nobody can read: its octets, and why. */
export interface BrokenDocument {
  readonly format: number;
  readonly sequence: number;
  readonly fault: string;
  /** Base64. */
  readonly record: string;
}

export function toDocument(kept: Kept): FrameDocument | BrokenDocument {
  if (isBroken(kept)) {
    const { sequence, fault, bytes } = kept;
    return { format: DOCUMENT_FORMAT, sequence, fault, record: bytes.toString("base64") };
  }
  const { frame, cores, sizeOctets } = kept;
  const { sequence, rxpkText, ...rest } = frame;
  const { gatewayEui, ...times } = rest;
  return { format: DOCUMENT_FORMAT, sequence, gatewayEui, rxpk: rxpkText, ...times, cores, sizeOctets };
}

export type DocumentFault =
  | "notAnObject"
  | "otherFormat"
  | "newerFormat"
  | "unreadableRecord"
  | "badGatewayEui"
  | "badRxpk"
  | "badTimes"
  | "badClockState"
  | "badMarks";

export interface BroughtFrame {
  readonly draft: FrameDraft;
  /** The cores that the other journal kept it for; empty when it does not say. */
  readonly cores: readonly string[];
}

/** One datagram: no rxpk can be longer. */
const RXPK_CHARS_MAX = 65_507;
const CORES_MAX = 255;
const CLOCK_STATES: readonly unknown[] = ["gps", "synchronised", "unsynchronised"] satisfies ClockState[];
const EUI = /^[0-9a-f]{16}$/;
const BOOT_ID = /^[0-9a-f]{32}$/;

/**
 * Reads a line of an export. The rxpk's text is not read here.
 * @returns the frame as it is brought in: held back by its way through a file, hence `delayed` and never live.
 */
export function readDocument(value: unknown): Read<BroughtFrame, DocumentFault> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fault("notAnObject");
  const document = value as Partial<Record<keyof FrameDocument | "record", unknown>>;
  const { format, gatewayEui, rxpk, kernelBootId, clockState, delayed, repetition } = document;
  if (typeof format !== "number" || format < 1) return fault("otherFormat");
  if (format > DOCUMENT_FORMAT) return fault("newerFormat");
  if (rxpk === undefined && document.record !== undefined) return fault("unreadableRecord");
  if (typeof gatewayEui !== "string" || !EUI.test(gatewayEui)) return fault("badGatewayEui");
  if (typeof rxpk !== "string" || rxpk.length > RXPK_CHARS_MAX) return fault("badRxpk");
  const { arrivedWallMs, arrivedMonotonicMs, ageAtArrivalMs, concentratorSession } = document;
  if (!isTime(arrivedWallMs) || !isTime(arrivedMonotonicMs) || !isTime(ageAtArrivalMs))
    return fault("badTimes");
  if (typeof kernelBootId !== "string" || !BOOT_ID.test(kernelBootId)) return fault("badTimes");
  if (!Number.isSafeInteger(concentratorSession) || (concentratorSession as number) < 0)
    return fault("badMarks");
  if (!CLOCK_STATES.includes(clockState)) return fault("badClockState");
  if (typeof delayed !== "boolean" || typeof repetition !== "boolean") return fault("badMarks");
  const cores = document.cores ?? [];
  if (!Array.isArray(cores) || cores.length > CORES_MAX || cores.some((core) => typeof core !== "string")) {
    return fault("badMarks");
  }
  const heardMs = repairedMs(document);
  return {
    ok: true,
    value: {
      cores: cores as string[],
      draft: {
        gatewayEui,
        rxpkText: rxpk,
        arrivedWallMs: heardMs === undefined ? arrivedWallMs : heardMs + ageAtArrivalMs,
        arrivedMonotonicMs,
        kernelBootId,
        ageAtArrivalMs,
        concentratorSession: concentratorSession as number,
        clockState: heardMs === undefined ? (clockState as ClockState) : "synchronised",
        delayed: true,
        repetition,
      },
    },
  };
}

function repairedMs({
  timeSource,
  heardAt,
}: Partial<Record<keyof FrameDocument, unknown>>): number | undefined {
  return timeSource === "repaired" && typeof heardAt === "string" ? readUtcText(heardAt) : undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function fault(name: DocumentFault): Read<never, DocumentFault> {
  return { ok: false, fault: name };
}
