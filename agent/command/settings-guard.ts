/**
 * Settings that a core must not change, whatever it is allowed.
 *
 * Local ones: what makes the agent run a program, read a secret or trust somebody, what gives cores their rights, and where
 * the journal is. Which they are, the table says (config/table.ts, `local`).
 *
 * Another core's, all of them, and which cores there are, in which order: who changed where another core is would be sent
 * its password; and a password of the environment belongs to the core at its place.
 *
 * Both are changed on the gateway itself. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { CoreSettings, Settings } from "../config/settings.ts";
import { type PlacedRow, rowsOf, SINGLE_TABLES } from "../config/table.ts";

/** @returns the keys of local settings that differ, of the tables that stand once and of this core; none when all is well. */
export function localChanges(before: Settings, next: Settings, coreId: string): string[] {
  const single = SINGLE_TABLES.flatMap((table) => {
    const [was, is] = [before[table], next[table]];
    return changed(locals(table), was, is).map((key) => `${table}.${key}`);
  });
  const [was, is] = [before, next].map(({ cores }) => cores.find(({ id }) => id === coreId));
  if (was === undefined || is === undefined) return single;
  return [...single, ...keysOf(coreId, changed(locals("core"), was, is))];
}

/** @returns what is changed that is not this core's: keys, or the ids of cores that come, go, or change places. */
export function changesOfOthers(before: Settings, next: Settings, coreId: string): string[] {
  return Array.from({ length: Math.max(before.cores.length, next.cores.length) }).flatMap((_, at) => {
    const [was, is] = [before.cores[at], next.cores[at]];
    if (was === undefined || is === undefined || was.id !== is.id) return coresOf(was, is);
    return was.id === coreId ? [] : keysOf(was.id, changed(rowsOf("core") ?? [], was, is));
  });
}

function coresOf(...cores: readonly (CoreSettings | undefined)[]): string[] {
  return cores.flatMap((core) => (core === undefined ? [] : [`core.${core.id}`]));
}

function keysOf(coreId: string, keys: readonly string[]): string[] {
  return keys.map((key) => `core.${coreId}.${key}`);
}

function changed(rows: readonly PlacedRow[], was: object, is: object): string[] {
  return rows
    .filter(({ field }) => !isDeepStrictEqual(fieldOf(was, field), fieldOf(is, field)))
    .map(({ key }) => key);
}

function locals(table: string): readonly PlacedRow[] {
  return (rowsOf(table) ?? []).filter(({ local }) => local === true);
}

function fieldOf(table: object, field: string): unknown {
  return (table as Record<string, unknown>)[field];
}
