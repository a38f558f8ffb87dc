/**
 * Settings that a core must not change, whatever it is allowed: what makes the agent run a program or read a secret, what
 * gives cores their rights, and where the journal is. They are changed on the gateway itself. Which they are, the table
 * says (config/table.ts, `local`).
 *
 * Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { CoreSettings, Settings } from "../config/settings.ts";
import { defaultOf, type PlacedRow, rowsOf, SINGLE_TABLES } from "../config/table.ts";

/** @returns the keys of local settings that differ, none when all is well. */
export function localChanges(before: Settings, next: Settings): string[] {
  const single = SINGLE_TABLES.flatMap((table) =>
    locals(table)
      .filter(({ field }) => !isDeepStrictEqual(fieldOf(before[table], field), fieldOf(next[table], field)))
      .map(({ key }) => `${table}.${key}`),
  );
  return [...single, ...next.cores.flatMap((core) => changesOfCore(before, core))];
}

/** A core that is new must have none of them either. */
function changesOfCore(before: Settings, core: CoreSettings): string[] {
  const was = before.cores.find(({ id }) => id === core.id);
  return locals("core")
    .filter((row) => {
      const value = fieldOf(core, row.field);
      // What stands at another place has another default: a new core is no first one.
      const plain = value === undefined ? undefined : row.kind.toml(value);
      return was === undefined
        ? !isDeepStrictEqual(plain, defaultOf(row, 1))
        : !isDeepStrictEqual(value, fieldOf(was, row.field));
    })
    .map(({ key }) => `core.${core.id}.${key}`);
}

function locals(table: string): readonly PlacedRow[] {
  return (rowsOf(table) ?? []).filter(({ local }) => local === true);
}

function fieldOf(table: object, field: string): unknown {
  return (table as Record<string, unknown>)[field];
}
