/**
 * The octets that went over the backhaul, by month of UTC and core, kept over restarts: what a cellular road costs.
 *
 * What is counted is booked to a month when the clock can be trusted; until then it waits, also over a restart. No time
 * here: each call brings it. Pure but for its memory.
 *
 * The note, at most 2 KB:
 *
 *   health.traffic   {"v":1,"month":"2026-11","watchedMs":…,"byCore":{"main":[sent,received]},
 *                     "undated":{"main":[sent,received]},"last":["2026-10",sent,received]}
 */
import type { MonthView, TrafficView } from "./view.ts";

export const TRAFFIC_NOTE = "health.traffic";
/** Ids of cores within one month; of more, the octets are in the sums alone. */
export const CORES_COUNTED_MAX = 16;
/** So much must have been watched before the month is projected from it. */
const PROJECTED_FROM_MS = 3_600_000;

export interface Traffic {
  add(coreId: string, sentOctets: number, receivedOctets: number): void;
  /** @param wallMs undefined: not to be trusted. */
  tick(monotonicMs: number, wallMs: number | undefined): void;
  /** What an earlier run noted; what was counted since is added. */
  restore(text: string | undefined): void;
  /** undefined: nothing has changed since it was last asked. */
  note(): string | undefined;
  /** @param wallMs as in tick(). */
  view(wallMs: number | undefined): TrafficView;
}

type Octets = [sent: number, received: number];
type Last = readonly [month: string, sent: number, received: number];

interface Note {
  readonly v: 1;
  readonly month: string | null;
  readonly watchedMs: number;
  readonly byCore: Readonly<Record<string, Octets>>;
  readonly undated: Readonly<Record<string, Octets>>;
  readonly last: Last | null;
}

export function createTraffic(): Traffic {
  let month: string | undefined;
  let watchedMs = 0;
  let byCore = new Map<string, Octets>();
  const undated = new Map<string, Octets>();
  let last: Last | undefined;
  let tickedMs: number | undefined;
  let noted = "";

  const begin = (next: string): void => {
    if (month !== undefined && month < next) last = [month, ...sumOf(byCore)];
    month = next;
    watchedMs = 0;
    byCore = new Map();
  };

  const write = (): string => {
    const note: Note = {
      ...{ v: 1, month: month ?? null, watchedMs: Math.round(watchedMs) },
      byCore: Object.fromEntries(byCore),
      undated: Object.fromEntries(undated),
      last: last ?? null,
    };
    return JSON.stringify(note);
  };

  return {
    add: (coreId, sentOctets, receivedOctets) => addTo(undated, coreId, sentOctets, receivedOctets),
    tick: (monotonicMs, wallMs) => {
      const sinceMs = monotonicMs - (tickedMs ?? monotonicMs);
      tickedMs = monotonicMs;
      if (wallMs === undefined) return;
      const present = monthOf(wallMs);
      if (month !== present) begin(present);
      watchedMs += Math.min(sinceMs, wallMs - startOf(present));
      for (const [coreId, octets] of undated) addTo(byCore, coreId, ...octets);
      undated.clear();
    },
    restore: (text) => {
      const note = readNote(text);
      if (note === undefined) return;
      for (const [coreId, octets] of Object.entries(note.undated)) addTo(undated, coreId, ...octets);
      last = note.last ?? last;
      if (note.month === null) return;
      if (month !== undefined && note.month < month) {
        last = [note.month, ...sumOf(new Map(Object.entries(note.byCore)))];
        return;
      }
      if (month !== undefined && note.month > month) return;
      month = note.month;
      watchedMs += note.watchedMs;
      for (const [coreId, octets] of Object.entries(note.byCore)) addTo(byCore, coreId, ...octets);
    },
    note: () => {
      const text = write();
      if (text === noted) return undefined;
      noted = text;
      return text;
    },
    view: (wallMs) => {
      const [undatedSent, undatedReceived] = sumOf(undated);
      return {
        month: month === undefined ? undefined : monthView(month, watchedMs, byCore, wallMs),
        lastMonth: last && { month: last[0], sentOctets: last[1], receivedOctets: last[2] },
        undatedOctets: undatedSent + undatedReceived,
      };
    },
  };
}

function monthView(
  month: string,
  watchedMs: number,
  byCore: ReadonlyMap<string, Octets>,
  wallMs: number | undefined,
): MonthView {
  const [sentOctets, receivedOctets] = sumOf(byCore);
  const leftMs = wallMs === undefined ? undefined : Math.max(0, endOf(month) - wallMs);
  const octets = sentOctets + receivedOctets;
  const isProjected = leftMs !== undefined && watchedMs >= PROJECTED_FROM_MS;
  return {
    month,
    sentOctets,
    receivedOctets,
    byCore: Object.fromEntries(
      [...byCore].map(([coreId, [sent, received]]) => [
        coreId,
        { sentOctets: sent, receivedOctets: received },
      ]),
    ),
    watchedMs,
    projectedOctets: isProjected ? Math.round(octets + (octets / watchedMs) * leftMs) : undefined,
  };
}

function addTo(sums: Map<string, Octets>, coreId: string, sent: number, received: number): void {
  const known = sums.get(coreId);
  if (known !== undefined) {
    known[0] += sent;
    known[1] += received;
  } else if (sums.size < CORES_COUNTED_MAX) sums.set(coreId, [sent, received]);
  else addTo(sums, sums.keys().next().value!, sent, received);
}

function sumOf(sums: ReadonlyMap<string, Octets>): Octets {
  let sent = 0;
  let received = 0;
  for (const octets of sums.values()) {
    sent += octets[0];
    received += octets[1];
  }
  return [sent, received];
}

/** @returns such as "2026-11". */
export function monthOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 7);
}

function startOf(month: string): number {
  return Date.parse(`${month}-01T00:00:00Z`);
}

function endOf(month: string): number {
  const start = new Date(startOf(month));
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
}

/** A note that cannot be read is none. */
function readNote(text: string | undefined): Note | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Note;
    const sums = [...Object.values(note.byCore), ...Object.values(note.undated)];
    const isSound =
      note.v === 1 &&
      Number.isFinite(note.watchedMs) &&
      (note.month === null || /^\d{4}-\d\d$/.test(note.month)) &&
      sums.every((octets) => octets.length === 2 && octets.every(Number.isFinite));
    return isSound ? note : undefined;
  } catch {
    return undefined;
  }
}
