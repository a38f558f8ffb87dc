/**
 * The gateways whose forwarder should be heard: the settings' own, else those that were heard, over restarts too, so that
 * a forwarder that does not come back after one is missed. One that is silent for a week while another speaks has been
 * replaced, and is forgotten.
 */
import type { JournalNotes } from "../../journal/journal.ts";

const NOTE = "health.forwarders";
export const FORWARDERS_MAX = 16;
const REPLACED_AFTER_MS = 7 * 86_400_000;
/** The note is written no more often for one that goes on speaking. */
const NOTED_EVERY_MS = 86_400_000;

export interface KnownForwarders {
  /** @param alive those that are now; @returns all that should be. @param utcMs undefined: the clock is not trusted. */
  look(own: string, alive: readonly string[], utcMs: number | undefined): readonly string[];
  /** Something is to be kept. */
  readonly changed: boolean;
  save(): void;
  /** The notes of earlier runs are there. */
  restore(): void;
}

export function knowForwarders(notes: JournalNotes): KnownForwarders {
  /** When each was last known to speak, UTC; 0: at a time nobody knows. */
  const known = new Map<string, number>();
  let changed = false;
  return {
    look: (own, alive, utcMs) => {
      if (own !== "") return [own];
      for (const eui of alive) {
        const before = known.get(eui);
        if (before === undefined && known.size >= FORWARDERS_MAX) continue;
        if (before === undefined || (utcMs !== undefined && Math.abs(utcMs - before) >= NOTED_EVERY_MS)) {
          known.set(eui, utcMs ?? 0);
          changed = true;
        }
      }
      if (utcMs !== undefined && alive.length > 0) {
        for (const [eui, seenUtcMs] of known) {
          if (alive.includes(eui)) continue;
          // One heard at an unknown time has its week from now.
          if (seenUtcMs === 0) known.set(eui, utcMs);
          else if (utcMs - seenUtcMs >= REPLACED_AFTER_MS + NOTED_EVERY_MS) {
            known.delete(eui);
            changed = true;
          }
        }
      }
      return [...known.keys()];
    },
    get changed() {
      return changed;
    },
    save: () => {
      changed = false;
      notes.set(NOTE, known.size === 0 ? "" : JSON.stringify(Object.fromEntries(known)));
    },
    restore: () => {
      try {
        const said = JSON.parse(notes.get(NOTE) ?? "{}") as Record<string, number>;
        for (const [eui, seenUtcMs] of Object.entries(said)) {
          if (!known.has(eui) && known.size < FORWARDERS_MAX) known.set(eui, seenUtcMs);
        }
      } catch {
        // A damaged note: they are heard again.
      }
    },
  };
}
