/**
 * Planned maintenance: announced with an end, told to the core, and counted apart, neither up nor down.
 *
 * It outlives restarts and power cuts, and ends by itself: nobody has to come back to switch it off. Within one boot
 * its end is a matter of monotonic time, so that a clock put right meanwhile changes nothing; after a reboot of the wall
 * clock.
 */
import type { JournalNotes } from "../../journal/journal.ts";
import type { Clock } from "../../ports.ts";

/** Longer is no maintenance. */
export const MAINTENANCE_MS_MAX = 7 * 86_400_000;
const REASON_CHARACTERS_MAX = 200;
const BY_CHARACTERS_MAX = 64;
const NOTE = "health.maintenance";

export interface MaintenanceFlag {
  readonly sinceWallMs: number;
  readonly untilWallMs: number;
  readonly reason: string;
  /** Who announced it: a core's id, or a person. */
  readonly by: string;
}

export interface Maintenance {
  /** undefined: none. */
  current(): MaintenanceFlag | undefined;
  /**
   * Announces it, from now; a second one takes the place of the first.
   * @param durationMs 1 to MAINTENANCE_MS_MAX; more is cut to it. Texts are cut to their limits.
   */
  begin(plan: { readonly durationMs: number; readonly reason: string; readonly by: string }): MaintenanceFlag;
  /** @returns whether there was one. */
  end(): boolean;
}

interface Kept extends MaintenanceFlag {
  readonly boot: string;
  readonly untilMonotonicMs: number;
}

export interface MaintenanceParts {
  readonly clock: Pick<Clock, "wallMs" | "monotonicMs" | "kernelBootId">;
  readonly notes: JournalNotes;
  /** Called before and after it begins, is replaced, or ends: what was until now still counts the old way. */
  readonly onChange: () => void;
}

export interface KeptMaintenance extends Maintenance {
  /** Wall time at which it ends, by the clock as it is now; undefined: none. It may lie in the past. */
  untilWallMs(): number | undefined;
  /** Forgets one that has ended by itself. */
  tick(): void;
}

export function keepMaintenance({ clock, notes, onChange }: MaintenanceParts): KeptMaintenance {
  /** Read each time it is asked: where the disk was slow to open, the note comes late. */
  let parsedFrom: string | undefined;
  let parsed: Kept | undefined;

  const kept = (): Kept | undefined => {
    const text = notes.get(NOTE);
    if (text !== parsedFrom) {
      parsedFrom = text;
      parsed = text === undefined ? undefined : readKept(text);
    }
    return parsed;
  };

  const leftMs = ({ boot, untilMonotonicMs, untilWallMs }: Kept): number =>
    boot === clock.kernelBootId()
      ? untilMonotonicMs - clock.monotonicMs()
      : Math.min(untilWallMs - clock.wallMs(), MAINTENANCE_MS_MAX);

  const put = (note: string): void => {
    onChange();
    notes.set(NOTE, note);
    onChange();
  };

  return {
    current: () => {
      const flag = kept();
      if (flag === undefined || leftMs(flag) <= 0) return undefined;
      const { sinceWallMs, reason, by } = flag;
      return { sinceWallMs, untilWallMs: Math.round(clock.wallMs() + leftMs(flag)), reason, by };
    },
    untilWallMs: () => {
      const flag = kept();
      return flag && clock.wallMs() + leftMs(flag);
    },
    begin: ({ durationMs, reason, by }) => {
      const lastsMs = Math.min(Math.max(1, durationMs), MAINTENANCE_MS_MAX);
      const sinceWallMs = Math.round(clock.wallMs());
      const flag = {
        sinceWallMs,
        untilWallMs: Math.round(sinceWallMs + lastsMs),
        reason: reason.slice(0, REASON_CHARACTERS_MAX),
        by: by.slice(0, BY_CHARACTERS_MAX),
      };
      const note: Kept = {
        ...flag,
        boot: clock.kernelBootId(),
        untilMonotonicMs: Math.round(clock.monotonicMs() + lastsMs),
      };
      put(JSON.stringify(note));
      return flag;
    },
    end: () => {
      const flag = kept();
      if (flag === undefined) return false;
      const had = leftMs(flag) > 0;
      put("");
      return had;
    },
    tick: () => {
      const flag = kept();
      if (flag !== undefined && leftMs(flag) <= 0) put("");
    },
  };
}

function readKept(text: string): Kept | undefined {
  try {
    const said = JSON.parse(text) as Kept;
    const isSound = Number.isFinite(said.untilWallMs) && Number.isFinite(said.untilMonotonicMs);
    return isSound ? said : undefined;
  } catch {
    return undefined;
  }
}
