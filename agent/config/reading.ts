/**
 * The walk over the table of settings: for each row the value that counts, its origin, or the trouble with it.
 * What TOML is and where lines are: load.ts, lines.ts. It goes on after a trouble, so that all are found.
 */
import * as v from "valibot";
import { said } from "../text/said.ts";
import { contradictionsOf, type ReadSettings } from "./cross.ts";
import { type Environment, type Given, readEnvironment, variableOf } from "./environment.ts";
import type { TomlValue } from "./kind.ts";
import type { KeyPath, Lines } from "./lines.ts";
import { keyDistance, nearest } from "./nearest.ts";
import { CORES_MAX, defaultOf, type PlacedRow, rowsOf, SINGLE_TABLES } from "./table.ts";
import { type Origin, showKey, showValue, TROUBLES_MAX, type Trouble } from "./trouble.ts";

export interface Reading {
  /** Field by field as in Settings; complete only when there is no trouble. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly troubles: readonly Trouble[];
}

/** Defaults that the gateway's profile gives, by the key of the setting. */
export interface GivenByProfile {
  readonly profile: string;
  readonly defaults: ReadonlyMap<string, TomlValue>;
}

type Table = Readonly<Record<string, unknown>>;

/** One table of the file, or one core. */
interface Place {
  /** As people read it: `journal`, `core[0]`. */
  readonly name: string;
  readonly path: KeyPath;
  readonly rows: readonly PlacedRow[];
  readonly coreIndex: number;
}

export function readDocument(from: {
  readonly document: Table;
  readonly path: string;
  readonly lines: Lines;
  readonly env: Environment;
  readonly given?: GivenByProfile | undefined;
}): Reading {
  const { document, lines } = from;
  const troubles: Trouble[] = [];
  const origins = new Map<string, Origin>();
  const fileCores = coresOf(document.core);
  const environment = readEnvironment(from.env, Math.min(fileCores.length, CORES_MAX));

  refuseUnknownTables();
  const values: Record<string, unknown> = {};
  for (const name of SINGLE_TABLES) {
    const place = { name, path: [name], rows: rowsOf(name) ?? [], coreIndex: 0 };
    values[name] = readTable(place, document[name]);
  }
  const cores = Array.from({ length: environment.coreCount }, (_, coreIndex) => {
    const place = {
      name: `core[${coreIndex}]`,
      path: ["core", coreIndex],
      rows: rowsOf("core") ?? [],
      coreIndex,
    };
    return readTable(place, fileCores[coreIndex]);
  });
  values.cores = cores;
  refuseWrongCores();
  refuseContradictions();
  return { values, origins, troubles: [...troubles, ...environment.troubles] };

  function refuseUnknownTables(): void {
    for (const [key, value] of Object.entries(document)) {
      if (troubles.length > TROUBLES_MAX) return;
      if (rowsOf(key) !== undefined) continue;
      if (!isTable(value) && coresOf(value).length === 0) {
        unknownKey(key, showKey(key), [key]);
        continue;
      }
      const meant = nearest(key, [...SINGLE_TABLES, "core"]);
      troubles.push({
        code: "unknownTable",
        origin: inFile([key]),
        key: showKey(key),
        expected: said("expected.knownTable", { nearest: meant }),
        nearest: meant,
      });
    }
  }

  function readTable(place: Place, given: unknown): Table {
    if (given !== undefined && !isTable(given)) {
      const expected =
        place.path[0] === "core" ? said("expected.cores") : said("expected.table", { table: place.name });
      const found = showValue(given, false);
      troubles.push({ code: "wrongValue", origin: inFile(place.path), key: place.name, expected, found });
      return {};
    }
    const table: Table = given ?? {};
    refuseUnknownKeys(place, table);
    const read: Record<string, unknown> = {};
    for (const row of place.rows) {
      const value = readRow(place, row, table);
      if (value !== undefined) read[row.field] = value;
    }
    return read;
  }

  function refuseUnknownKeys(place: Place, table: Table): void {
    for (const key of Object.keys(table)) {
      if (troubles.length > TROUBLES_MAX) return;
      if (place.rows.some((row) => row.key === key)) continue;
      unknownKey(`${place.path[0]}.${key}`, `${place.name}.${showKey(key)}`, [...place.path, key]);
    }
  }

  /** The value is not shown: under an unknown key it may well be a secret. */
  function unknownKey(searched: string, key: string, path: KeyPath): void {
    const meant = nearest(searched, knownKeys(), keyDistance);
    const expected = said("expected.knownKey", { nearest: meant });
    troubles.push({ code: "unknownKey", origin: inFile(path), key, expected, nearest: meant });
  }

  /** @returns the value that counts; undefined when there is none, or when it is wrong. */
  function readRow(place: Place, row: PlacedRow, table: Table): unknown {
    const key = `${place.name}.${row.key}`;
    const inTable = Object.hasOwn(table, row.key);
    if (row.secret && inTable) {
      const expected = said("expected.environmentOnly", { variable: variableOf(place.name, row.key) });
      const found = showValue(undefined, true);
      troubles.push({ code: "wrongValue", origin: inFile([...place.path, row.key]), key, expected, found });
      return undefined;
    }
    const variable = environment.given.get(key);
    if (variable !== undefined)
      return check(place, row, row.kind.fromText(variable.text), byVariable(variable));
    if (inTable) return check(place, row, table[row.key], inFile([...place.path, row.key]));
    const byProfile = from.given?.defaults.get(key);
    if (from.given !== undefined && byProfile !== undefined)
      return check(place, row, byProfile, { kind: "profile", profile: from.given.profile });
    const byDefault = defaultOf(row, place.coreIndex);
    if (byDefault !== undefined) return check(place, row, byDefault, { kind: "default" });
    if (row.example !== undefined) {
      const expected = said("expected.required", { example: JSON.stringify(row.example) });
      troubles.push({ code: "missing", origin: inFile(place.path), key, expected });
    }
    return undefined;
  }

  function check(place: Place, row: PlacedRow, value: unknown, origin: Origin): unknown {
    const key = `${place.name}.${row.key}`;
    origins.set(key, origin);
    const checked = v.safeParse(row.kind.schema, value);
    if (checked.success) return checked.output;
    for (const index of new Set(checked.issues.map((issue) => issue.path?.[0]?.key))) {
      if (typeof index === "number" && row.kind.element !== undefined) {
        const found = showValue((value as readonly unknown[])[index], row.secret);
        const { expected } = row.kind.element;
        const elementOrigin = origin.kind === "file" ? inFile([...place.path, row.key, index]) : origin;
        troubles.push({
          code: "wrongValue",
          origin: elementOrigin,
          key: `${key}[${index}]`,
          expected,
          found,
        });
      } else {
        const found = showValue(value, row.secret);
        troubles.push({ code: "wrongValue", origin, key, expected: row.kind.expected, found });
      }
    }
    return undefined;
  }

  function refuseWrongCores(): void {
    const given = document.core;
    if (given !== undefined && fileCores.length === 0) {
      const found = showValue(given, false);
      troubles.push({
        code: "wrongValue",
        origin: inFile(["core"]),
        key: "core",
        expected: said("expected.cores"),
        found,
      });
    } else if (fileCores.length > CORES_MAX) {
      const expected = said("expected.coresMax", { max: CORES_MAX });
      const found = String(fileCores.length);
      troubles.push({
        code: "wrongValue",
        origin: inFile(["core", CORES_MAX]),
        key: "core",
        expected,
        found,
      });
    } else if (cores.length === 0) {
      troubles.push({
        code: "missing",
        origin: inFile([]),
        key: "core",
        expected: said("expected.someCore"),
      });
    }
  }

  function refuseContradictions(): void {
    for (const { key, expected, found } of contradictionsOf({
      ...values,
      cores,
    } as unknown as ReadSettings)) {
      const origin = originOf(key);
      const shown = found === undefined ? {} : { found: showValue(found, false) };
      troubles.push({ code: "contradiction", origin, key, expected, ...shown });
    }
  }

  /** The variable of a setting or of its list, else the line where the key or what is around it stands. */
  function originOf(key: string): Origin {
    const given = origins.get(key) ?? origins.get(key.replace(/\[[0-9]+\]$/, ""));
    if (given?.kind === "environment") return given;
    const path = key.split(/[.[\]]+/).filter((part) => part !== "");
    return inFile(path.map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part)));
  }

  /** Where it stands; where nothing is written, the nearest table around it. */
  function inFile(path: KeyPath): Origin {
    for (let length = path.length; length > 0; length--) {
      const spot = lines.spotOf(path.slice(0, length));
      if (spot !== undefined) return { kind: "file", file: from.path, ...spot };
    }
    return { kind: "file", file: from.path };
  }
}

function byVariable({ variable }: Given): Origin {
  return { kind: "environment", variable };
}

function knownKeys(): string[] {
  return [...SINGLE_TABLES, "core"].flatMap((table) =>
    (rowsOf(table) ?? []).map(({ key }) => `${table}.${key}`),
  );
}

/** @returns the tables of `[[core]]`, also when one of them is no table; none when it is no list. */
function coresOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
