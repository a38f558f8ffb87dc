/**
 * The journal's report: what it holds in a few figures, for `edge-agent journal stats`. Who asks for it, and for the rest:
 * journal-desk.ts.
 */
import { isAgentError } from "../errors.ts";
import { DROPPED_KEY, type DropCounts, readDropCounts } from "../journal/drops.ts";
import type { Inspection } from "../journal/inspection.ts";
import type { JournalStats } from "../journal/journal.ts";
import { countAside, oldestArrivedWallMs } from "../journal/kept-frames.ts";
import { type LaneTable, readLaneTable } from "../journal/lane-table.ts";
import { framesOf, octetsOf } from "../journal/tally.ts";
import type { Now } from "../north/freshness.ts";

export type ByCore = Readonly<Record<string, number>>;

/** What a running agent knows without reading. */
export interface Known {
  readonly stats: JournalStats;
  readonly devices: number;
  readonly byCore: ByCore;
}

export interface JournalReport {
  readonly directory: string;
  readonly now: Now;
  readonly storedFrames: number;
  readonly storedOctets: number;
  readonly oldestArrivedWallMs: number | undefined;
  readonly devices: number;
  readonly byCore: ByCore;
  /** Absent where the disk refuses to say. */
  readonly aside: number | undefined;
  /** Frames that ever came to disk and left it again. */
  readonly addedTotal: number;
  readonly removedTotal: number;
  readonly dropped: DropCounts;
  /** Only of a running agent. */
  readonly running: JournalStats | undefined;
}

export interface ReportParts {
  readonly inspection: Inspection;
  readonly now: () => Now;
  /** Absent: no agent runs. */
  readonly known?: () => Known;
}

export async function report({ inspection, now, known }: ReportParts): Promise<JournalReport> {
  const tally = inspection.tally();
  const stats = known?.();
  const { devices, byCore } = stats ?? (await count(inspection));
  return {
    directory: inspection.directory,
    now: now(),
    storedFrames: tally === undefined ? 0 : framesOf(tally),
    storedOctets: tally === undefined ? 0 : Math.round(octetsOf(tally)),
    oldestArrivedWallMs: stats
      ? finite(stats.stats.oldestArrivedWallMs)
      : await oldestArrivedWallMs(inspection),
    devices,
    byCore,
    aside: await countAside(inspection).catch((error: unknown) => {
      if (stats === undefined || !isAgentError(error)) throw error;
      return undefined;
    }),
    addedTotal: tally?.added ?? 0,
    removedTotal: tally?.removed ?? 0,
    dropped: stats ? stats.stats.dropped : await droppedOf(inspection),
    running: stats?.stats,
  };
}

/** Of a record that cannot be read nobody knows. */
function finite(wallMs: number | undefined): number | undefined {
  return Number.isFinite(wallMs) ? wallMs : undefined;
}

async function droppedOf(inspection: Inspection): Promise<DropCounts> {
  return readDropCounts(await inspection.look((store) => store.get(DROPPED_KEY)));
}

async function count(inspection: Inspection): Promise<{ devices: number; byCore: ByCore }> {
  const { rows } = await readWhole(readLaneTable(inspection));
  const byCore: Record<string, number> = Object.fromEntries(inspection.cores.map((core) => [core, 0]));
  for (const row of rows) {
    for (const [core, frames] of Object.entries(row.byCore)) byCore[core] = (byCore[core] ?? 0) + frames;
  }
  return { devices: rows.length, byCore };
}

async function readWhole(reading: AsyncGenerator<unknown, LaneTable>): Promise<LaneTable> {
  for (;;) {
    const step = await reading.next();
    if (step.done) return step.value;
  }
}
