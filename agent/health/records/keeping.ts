/**
 * Keeping the records over restarts, in the journal's notes (records.ts says which, and when).
 *
 * Times are kept as ages, together with the moment at which they were so old (moment.ts). Where nobody can say yet how
 * long ago that was (the wall clock begins in 1970 and is put right later) it is taken for now, and put right with the
 * clock.
 */
import type { ClockState } from "../../frame/frame.ts";
import type { Clock } from "../../ports.ts";
import {
  deviceNoteName,
  type GatewayRow,
  ROWS_PER_NOTE,
  readDeviceNote,
  writeDeviceNote,
} from "./device-notes.ts";
import { DEVICES_MAX, type Devices } from "./devices.ts";
import { DROPS_NOTE, type DropTimes } from "./drop-times.ts";
import type { Gateways } from "./gateways.ts";
import { JOINS_MAX, JOINS_PER_NOTE, type JoinRow, type Joins, joinNoteName } from "./joins.ts";
import { momentOf, type Saved, whenSaved } from "./moment.ts";
import { TRAFFIC_NOTE, type Traffic } from "./traffic.ts";

export const HOURLY_MS = 3_600_000;
export const DEVICES_EVERY_MS = 6 * HOURLY_MS;

/** As JournalNotes. */
export interface Notes {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

export interface KeepingParts {
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  readonly notes: Notes;
  readonly gateways: Gateways;
  readonly devices: Devices;
  readonly joins: Joins;
  readonly traffic: Traffic;
  readonly drops: DropTimes;
}

export interface Keeping {
  /** Takes in what earlier runs noted; once, when the notes can be read. Before it nothing is saved. */
  restore(): void;
  /** Saves what is due, and puts times right when the clock can be trusted. */
  tick(): void;
  /** Saves all. */
  save(): void;
  /** Since when devices are recorded, monotonic; perhaps negative. */
  readonly sinceMs: number;
}

/** Taken in for now, until somebody can say how long ago it was. */
interface Undated {
  readonly saved: Saved;
  readonly atMs: number;
}

export function createKeeping(parts: KeepingParts): Keeping {
  const { clock, notes, gateways, devices, joins, traffic, drops } = parts;
  let sinceMs = clock.monotonicMs();
  let hourlyMs = sinceMs;
  let devicesMs = sinceMs + HOURLY_MS - DEVICES_EVERY_MS;
  let undated: Undated | undefined;
  let isRestored = false;

  /** @returns when it was, and whether that is known. */
  const place = (saved: Saved): { atMs: number; isKnown: boolean } => {
    const now = momentOf(parts);
    const when = whenSaved(saved, now);
    if (typeof when === "number") return { atMs: when, isKnown: true };
    // All notes of a run are of about one moment: the last tells for all.
    if (when === undefined && (undated === undefined || saved.savedMs > undated.saved.savedMs))
      undated = { saved, atMs: now.savedMs };
    return { atMs: now.savedMs, isKnown: false };
  };

  const restoreDevices = (): void => {
    for (let n = 0; n * ROWS_PER_NOTE < DEVICES_MAX; n++) {
      const read = readDeviceNote(notes.get(deviceNoteName(n)) ?? "");
      if (read === undefined) continue;
      const { atMs, isKnown } = place(read.saved);
      for (const { gatewayEui, row } of read.rows) {
        devices.restore(gateways.find(gatewayEui).index, row, atMs, isKnown);
        sinceMs = Math.min(sinceMs, atMs - row.firstAgeMs);
      }
    }
  };
  const restoreJoins = (): void => {
    for (let n = 0; n * JOINS_PER_NOTE < JOINS_MAX; n++) {
      const read = readAged<{ readonly joins: readonly JoinRow[] }>(notes.get(joinNoteName(n)));
      if (Array.isArray(read?.joins)) joins.restore(read.joins, place(read).atMs);
    }
  };
  const restoreDrops = (): void => {
    const read = readAged<{ readonly ageS: Readonly<Record<string, number>> }>(notes.get(DROPS_NOTE));
    if (typeof read?.ageS === "object") drops.restore(read.ageS, place(read).atMs);
  };

  const setRight = (): void => {
    if (undated === undefined) return;
    const { saved, atMs } = undated;
    const when = whenSaved(saved, momentOf(parts));
    if (when === undefined) return;
    undated = undefined;
    if (when === "never" || when >= atMs) return;
    devices.shift(atMs, atMs - when);
    joins.shift(atMs, atMs - when);
    drops.shift(atMs, atMs - when);
    if (sinceMs <= atMs) sinceMs -= atMs - when;
  };

  const saveHourly = (): void => {
    const said = traffic.note();
    if (said !== undefined) notes.set(TRAFFIC_NOTE, said);
    const dropped = drops.note(momentOf(parts));
    if (dropped !== undefined) notes.set(DROPS_NOTE, dropped);
  };
  const setIfChanged = (name: string, value: string): void => {
    if ((notes.get(name) ?? "") !== value) notes.set(name, value);
  };
  const saveDevices = (): void => {
    const saved = momentOf(parts);
    devices.prune(saved.savedMs);
    joins.prune(saved.savedMs);
    const rows: GatewayRow[] = [];
    for (const { gatewayEui, index } of gateways.all()) {
      devices.each(index, saved.savedMs, sinceMs, (row) => rows.push({ gatewayEui, row }));
    }
    for (let n = 0; n * ROWS_PER_NOTE < DEVICES_MAX; n++) {
      const part = rows.slice(n * ROWS_PER_NOTE, (n + 1) * ROWS_PER_NOTE);
      setIfChanged(deviceNoteName(n), part.length === 0 ? "" : writeDeviceNote(saved, part));
    }
    const joined = joins.rows(saved.savedMs);
    for (let n = 0; n * JOINS_PER_NOTE < JOINS_MAX; n++) {
      const part = joined.slice(n * JOINS_PER_NOTE, (n + 1) * JOINS_PER_NOTE);
      setIfChanged(joinNoteName(n), part.length === 0 ? "" : JSON.stringify({ v: 1, ...saved, joins: part }));
    }
  };

  return {
    restore: () => {
      isRestored = true;
      traffic.restore(notes.get(TRAFFIC_NOTE));
      restoreDevices();
      restoreJoins();
      restoreDrops();
    },
    tick: () => {
      if (!isRestored) return;
      setRight();
      const nowMs = clock.monotonicMs();
      if (nowMs - hourlyMs >= HOURLY_MS) {
        hourlyMs = nowMs;
        saveHourly();
      }
      if (nowMs - devicesMs >= DEVICES_EVERY_MS) {
        devicesMs = nowMs;
        saveDevices();
      }
    },
    save: () => {
      if (!isRestored) return;
      setRight();
      saveHourly();
      saveDevices();
    },
    get sinceMs() {
      return sinceMs;
    },
  };
}

/** A note that cannot be read is none. */
function readAged<T>(text: string | undefined): (Saved & T) | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Saved & T & { readonly v: number };
    return note.v === 1 && Number.isFinite(note.savedMs) ? note : undefined;
  } catch {
    return undefined;
  }
}
