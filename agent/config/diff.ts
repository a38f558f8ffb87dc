/** What SIGHUP may take over from settings that were read again, and what needs a restart. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { CoreSettings, Settings } from "./settings.ts";
import { type PlacedRow, rowsOf, SINGLE_TABLES } from "./table.ts";

export interface SettingsDiff {
  /** Keys that changed and can change now: `log.level`, `core.main.may_transmit`. */
  readonly live: readonly string[];
  /** Keys that changed and wait for a restart; `core.<id>` is a core that came or went. */
  readonly restart: readonly string[];
}

/** Cores are the same core when they have the same id, wherever they stand in the file. */
export function diffSettings(old: Settings, next: Settings): SettingsDiff {
  const changes = SINGLE_TABLES.flatMap((table) => changed(table, rowsOf(table), old[table], next[table]));
  for (const core of next.cores) {
    const before = coreOf(old, core.id);
    if (before !== undefined) changes.push(...changed(`core.${core.id}`, rowsOf("core"), before, core));
  }
  const cameOrWent = [
    ...next.cores.filter(({ id }) => coreOf(old, id) === undefined),
    ...old.cores.filter(({ id }) => coreOf(next, id) === undefined),
  ];
  return {
    live: changes.filter(({ live }) => live).map(({ key }) => key),
    restart: [
      ...changes.filter(({ live }) => !live).map(({ key }) => key),
      ...cameOrWent.map(({ id }) => `core.${id}`),
    ],
  };
}

/** @returns the old settings with all that may change live taken from the next ones: what is in force from now. */
export function applyLive(old: Settings, next: Settings): Settings {
  const tables = SINGLE_TABLES.map((table) => [table, withLive(rowsOf(table), old[table], next[table])]);
  const cores = old.cores.map((core) => {
    const after = coreOf(next, core.id);
    return after === undefined ? core : withLive(rowsOf("core"), core, after);
  });
  return { ...old, ...Object.fromEntries(tables), cores };
}

interface Change {
  readonly key: string;
  readonly live: boolean;
}

function changed(name: string, rows: readonly PlacedRow[] = [], old: object, next: object): Change[] {
  return rows
    .filter(({ field }) => !isDeepStrictEqual(fieldOf(old, field), fieldOf(next, field)))
    .map(({ key, live }) => ({ key: `${name}.${key}`, live }));
}

function withLive<T extends object>(rows: readonly PlacedRow[] = [], old: T, next: T): T {
  const live = rows.filter((row) => row.live).map(({ field }) => [field, fieldOf(next, field)]);
  return { ...old, ...Object.fromEntries(live) };
}

function fieldOf(table: object, field: string): unknown {
  return (table as Record<string, unknown>)[field];
}

function coreOf(settings: Settings, id: string): CoreSettings | undefined {
  return settings.cores.find((core) => core.id === id);
}
