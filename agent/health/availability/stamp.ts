/**
 * The stamp: one note, written every five minutes and when the agent ends in peace, from which the next run knows until
 * when this one lived, and what today's account was. So a power cut is known to within five minutes, counted against us;
 * a restart to the second.
 */
import type { JournalNotes } from "../../journal/journal.ts";
import type { Sheet } from "./calendar.ts";
import type { OffCause, WrittenPiece } from "./pieces.ts";

export const STAMP_EVERY_MS = 300_000;
const NOTE = "health.stamp";

export interface Stamp {
  readonly boot: string;
  readonly monotonicMs: number;
  /** Written by an agent that was told to end. */
  readonly clean: boolean;
  /** UTC up to which all time was dated; absent: the clock was never trusted. */
  readonly anchorUtcMs?: number | undefined;
  /** Since then, by subject: those that are known, also without any. */
  readonly pieces: Readonly<Record<string, readonly WrittenPiece[]>>;
  /** Before those pieces the gateway was off for a time not known yet. */
  readonly off?: OffCause | undefined;
  /** A packet forwarder was heard at some time. */
  readonly heard: boolean;
  /** Today, as days since 1970 in UTC, and its account. */
  readonly today?: { readonly utcDay: number; readonly sheet: Sheet } | undefined;
}

export function writeStamp(notes: JournalNotes, stamp: Stamp): void {
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === "number" ? Math.round(value) : value;
  notes.set(NOTE, JSON.stringify(stamp, rounded));
}

/** @returns undefined where there is none, or a damaged one. */
export function readStamp(notes: JournalNotes): Stamp | undefined {
  const text = notes.get(NOTE);
  if (text === undefined) return undefined;
  try {
    const stamp = JSON.parse(text) as Stamp;
    const isSound = typeof stamp.boot === "string" && Number.isFinite(stamp.monotonicMs);
    return isSound && typeof stamp.pieces === "object" ? stamp : undefined;
  } catch {
    return undefined;
  }
}
