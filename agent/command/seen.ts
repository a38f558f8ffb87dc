/**
 * The commands that were seen, so that none is obeyed twice: by core and id, each for as long as it could be good.
 *
 * What changes something is remembered in a note of the journal too, and so over restarts and power cuts: the note is
 * set before anything is done. What only reads is remembered by this process alone.
 *
 * A command is good for an hour at most (envelope.ts), and forgotten no sooner: one that is sent again later is expired.
 * When all places are taken by commands that are still good, no further one is taken.
 */
import type { JournalNotes } from "../journal/journal.ts";
import type { Right } from "./catalogue.ts";
import { type Envelope, TTL_S_MAX } from "./envelope.ts";
import { CLOCK_SKEW_MS, type Now } from "./lifetime.ts";

/** A note stays below 16 KB. */
export const SEEN_CHANGES_MAX = 96;
export const SEEN_READS_MAX = 512;
const NOTE = "command.seen";
/** Of what was seen while the clock was wrong. */
const FORGOTTEN_MS = (TTL_S_MAX + 60) * 1e3;

/**
 * As it stands in the note: UTC until which it may be good (0: it stood by the boot's own time), the boot's first eight
 * digits, and until when in its time.
 */
type Seen = readonly [untilMs: number, boot: string, untilMonotonicMs: number];

export interface SeenCommands {
  has(key: string): boolean;
  /** @returns false when there is no place for it: it must not be obeyed. */
  remember(key: string, envelope: Envelope, right: Right, now: Now): boolean;
}

export function rememberSeen(notes: JournalNotes): SeenCommands {
  const reads = new Map<string, Seen>();
  /** Read each time: where the disk was slow to open, the note comes late. */
  let parsedFrom: string | undefined;
  let changes = new Map<string, Seen>();

  function kept(): Map<string, Seen> {
    const text = notes.get(NOTE);
    if (text !== parsedFrom) {
      // What was seen before the note was there stays seen.
      changes = new Map([...readNote(text), ...changes]);
      parsedFrom = text;
    }
    return changes;
  }

  return {
    has: (key) => reads.has(key) || kept().has(key),
    remember: (key, envelope, right, now) => {
      const seen = seenUntil(envelope, now);
      const among = right === "read" ? reads : kept();
      const max = right === "read" ? SEEN_READS_MAX : SEEN_CHANGES_MAX;
      for (const [old, until] of among) if (isOver(until, now)) among.delete(old);
      if (among.size >= max) {
        // Of those that were only answered, the oldest may be answered again.
        if (right === "change") return false;
        for (const oldest of among.keys()) {
          among.delete(oldest);
          break;
        }
      }
      among.set(key, seen);
      if (right === "change") {
        parsedFrom = JSON.stringify([...among]);
        notes.set(NOTE, parsedFrom);
      }
      return true;
    },
  };
}

function seenUntil({ uptime, expiresAtMs }: Envelope, { kernelBootId, monotonicMs }: Now): Seen {
  const boot = bootOf(kernelBootId);
  if (uptime !== undefined) return [0, boot, Math.round(uptime.untilMs)];
  return [expiresAtMs + CLOCK_SKEW_MS, boot, Math.round(monotonicMs + FORGOTTEN_MS)];
}

/** Whether it is refused without being remembered. A clock that jumps ahead and back makes no old command good. */
function isOver([untilMs, boot, untilMonotonicMs]: Seen, now: Now): boolean {
  const isOverHere = boot !== bootOf(now.kernelBootId) || now.monotonicMs > untilMonotonicMs;
  if (untilMs === 0) return isOverHere;
  return isOverHere && now.clockState !== "unsynchronised" && now.wallMs > untilMs;
}

function bootOf(kernelBootId: string): string {
  return kernelBootId.slice(0, 8);
}

function readNote(text: string | undefined): Map<string, Seen> {
  try {
    const said = JSON.parse(text ?? "[]") as [string, Seen][];
    return new Map(said.filter(([key, seen]) => typeof key === "string" && Number.isFinite(seen[2])));
  } catch {
    return new Map();
  }
}
