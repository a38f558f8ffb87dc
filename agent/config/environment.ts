/**
 * Settings given by environment variables; they win over the file.
 *
 *   EDGE_AGENT_JOURNAL__PATH        journal.path
 *   EDGE_AGENT_CORE__0__SERVERS     servers of the first [[core]], counted from 0 in the order of the file
 *
 * The number after the last core of the file adds a core. Lists are separated by commas, so that an element
 * holding a comma can only stand in the file. By number and not by id, because an id may hold a "-", which no
 * shell allows in a name.
 */
import { said } from "../text/said.ts";
import { nearest } from "./nearest.ts";
import { CORES_MAX, rowsOf, SINGLE_TABLES } from "./table.ts";
import type { Trouble } from "./trouble.ts";

const PREFIX = "EDGE_AGENT_";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Given {
  readonly variable: string;
  readonly text: string;
}

export interface ReadEnvironment {
  /** By the setting's key, such as `journal.path` or `core[0].servers`. */
  readonly given: ReadonlyMap<string, Given>;
  /** Cores of the file and those the environment adds. */
  readonly coreCount: number;
  readonly troubles: readonly Trouble[];
}

/** @returns the variable that stands for a setting. @param table `journal`, or `core[0]`. */
export function variableOf(table: string, key: string): string {
  return PREFIX + `${table.replace("[", "__").replace("]", "")}__${key}`.toUpperCase();
}

export function readEnvironment(env: Environment, fileCoreCount: number): ReadEnvironment {
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== undefined);
  const coreCount = countCores(names, fileCoreCount);
  const given = new Map<string, Given>();
  const troubles: Trouble[] = [];
  const settings = settingsByVariable(coreCount);
  for (const variable of names) {
    const setting = settings.get(variable);
    if (setting !== undefined) given.set(setting, { variable, text: env[variable] ?? "" });
    else troubles.push(unknownVariable(variable, [...settings.keys()], coreCount));
  }
  return { given, coreCount, troubles };
}

/** Cores are added one after the other: a number beyond a gap adds none. */
function countCores(names: readonly string[], fileCoreCount: number): number {
  let count = fileCoreCount;
  while (count < CORES_MAX && names.some((name) => name.startsWith(`${PREFIX}CORE__${count}__`))) count++;
  return count;
}

function settingsByVariable(coreCount: number): Map<string, string> {
  const tables = [...SINGLE_TABLES, ...Array.from({ length: coreCount }, (_, index) => `core[${index}]`)];
  const settings = new Map<string, string>();
  for (const table of tables) {
    for (const { key } of rowsOf(table.replace(/\[.*/, "")) ?? []) {
      settings.set(variableOf(table, key), `${table}.${key}`);
    }
  }
  return settings;
}

function unknownVariable(variable: string, known: readonly string[], coreCount: number): Trouble {
  const origin = { kind: "environment", variable } as const;
  const coreNumber = /^EDGE_AGENT_CORE__([0-9]{1,4})__/.exec(variable)?.[1];
  if (coreNumber !== undefined && Number(coreNumber) >= coreCount) {
    const max = Math.min(coreCount, CORES_MAX - 1);
    return { code: "unknownVariable", origin, key: "core", expected: said("expected.coreIndex", { max }) };
  }
  const meant = nearest(variable, known);
  return {
    code: "unknownVariable",
    origin,
    key: "",
    expected: said("expected.knownVariable", { nearest: meant }),
    nearest: meant,
  };
}
