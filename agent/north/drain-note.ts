/**
 * What a drain leaves for the process after it, in the journal's notes: the plan it follows, and since when nothing has
 * got through. Without the second an outage would seem to begin with the oldest frame that was kept, or not at all, and
 * its gateway would choose another pace than its neighbours.
 *
 *   {"version":1,"bootId":"<32 hex>","away":{"fromMs":61000,"fromUtcMs":1767225600000}, ...the fields of Followed}
 *
 * Pure. Our own, but a disk can lie, and an older version may have written it: that one knew no `away`.
 */
import { type Followed, PLAN_SOURCES } from "./followed.ts";

const VERSION = 1;

/** Since when nothing gets through. */
export interface Away {
  /** Monotonic, of the boot that wrote it. */
  readonly fromMs: number;
  /** undefined: the clock could not be trusted. */
  readonly fromUtcMs: number | undefined;
}

export interface DrainNote {
  /** The kernel boot whose monotonic times these are. */
  readonly bootId: string;
  readonly followed: Followed | undefined;
  readonly away: Away | undefined;
}

/** @returns "" when there is nothing to say. */
export function writeDrainNote({ bootId, followed, away }: DrainNote): string {
  if (followed === undefined && away === undefined) return "";
  return JSON.stringify({ version: VERSION, bootId, away, ...followed });
}

/** @returns undefined when it says nothing that can be relied on. */
export function readDrainNote(text: string): DrainNote | undefined {
  try {
    const said = JSON.parse(text) as Record<string, unknown> & { bootId?: unknown; version?: unknown };
    const { version, bootId, away, ...rest } = said;
    if (version !== VERSION || typeof bootId !== "string") return undefined;
    const note = { bootId, followed: followedOf(rest), away: awayOf(away) };
    return note.followed === undefined && note.away === undefined ? undefined : note;
  } catch {
    return undefined;
  }
}

function followedOf(
  said: Record<string, unknown> & { plan?: Record<string, unknown> },
): Followed | undefined {
  const moments = [said.sinceMs, said.beginsMs, said.endsMs, said.freeBeforeMs, said.outageFromMs];
  const planned = [said.plan?.t0Ms, said.plan?.tFromMs, said.plan?.k];
  if (![...moments, said.reboots, ...planned].every(Number.isFinite)) return undefined;
  if (!(PLAN_SOURCES as readonly unknown[]).includes(said.source)) return undefined;
  return said as unknown as Followed;
}

function awayOf(said: unknown): Away | undefined {
  const { fromMs, fromUtcMs } = (said ?? {}) as Record<string, unknown>;
  if (!Number.isFinite(fromMs)) return undefined;
  return {
    fromMs: fromMs as number,
    fromUtcMs: Number.isFinite(fromUtcMs) ? (fromUtcMs as number) : undefined,
  };
}
