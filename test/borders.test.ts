/**
 * Guards the borders of the house: which part may import which, and that time, chance, disk and network come only
 * through the ports.
 *
 * Method: every import of every source file is read and judged against one table; every source file outside
 * agent/host/ is searched for what only the ports may touch. The judges themselves are tested on files made up to
 * break each rule.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

const TOP = join(import.meta.dirname, "..");

/** Parts of agent/ that a part may import, besides itself, ports.ts and errors.ts, and text/. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lorawan: [],
  text: [],
  config: [],
  profile: ["config"],
  host: ["journal"],
  health: ["lorawan", "frame", "config", "journal", "south", "north", "downlink", "field"],
  field: ["lorawan", "config"],
  care: ["config", "field", "journal", "setup", "south"],
  frame: ["lorawan", "config", "health"],
  journal: ["frame", "lorawan", "health"],
  south: ["lorawan", "frame", "journal", "config", "health"],
  north: ["lorawan", "frame", "journal", "config", "health", "downlink"],
  downlink: ["lorawan", "frame", "config", "health", "north"],
  command: ["care", "config", "control", "field", "frame", "health", "journal", "lorawan", "north", "setup"],
  control: ["care", "field", "lorawan", "frame", "config", "health", "journal", "north", "south", "downlink"],
  setup: ["lorawan", "config", "profile", "control"],
  technician: [
    "command",
    ...["field", "lorawan", "frame", "journal", "config", "health", "control", "north", "south"],
    ...["profile", "setup"],
  ],
  metrics: ["config", "control", "health"],
  web: ["config", "control", "health", "technician"],
};
const EVERYBODY_MAY = ["ports.ts", "errors.ts", "in-time.ts", "text"];
/** The rooms at the top of agent/ see everything: the wiring, and the command. */
const SEES_ALL = ["agent.ts", "oversight.ts", "main.ts", "run.ts", "command-line.ts"];
/** The program itself: opens the doors, and owns the process. */
const PROGRAM = ["main.ts", "run.ts", "command-line.ts"];
/** What the simulator may see of the agent. */
const SIMULATOR_MAY = ["agent/lorawan/", "agent/ports.ts", "agent/errors.ts", "agent/agent.ts"];
/** Where the fleet runs on the real clock and the real network, it opens the same doors. */
const OPENS_DOORS = ["demo", "fleet-status", "main.ts"];
/** Node's own modules that touch no world. */
const PURE_NODE = [
  "node:buffer",
  "node:util",
  "node:path",
  "node:assert",
  "node:assert/strict",
  "node:events",
];
/**
 * What runs in a browser, and sees of the agent only what it is told (by type), what people read, and how figures and
 * lines are said. Its doors are the browser's own.
 */
const PAGE = "agent/web/page/";
const PAGE_MAY = [
  "agent/web/page/",
  "agent/text/",
  "agent/technician/words.ts",
  "agent/technician/field-lines.ts",
  "agent/technician/health-lines.ts",
];
/** What an agent that starts loads: a gateway keeps in its memory whatever was loaded. */
const START = ["agent/main.ts", "agent/run.ts", "agent/north/chirpstack-mqtt.ts", "agent/north/gwmp.ts"];
/** And what not, before somebody asks, or there is need. */
const LATE =
  /^(agent\/(command-line\.ts|text\/text\.ts|technician\/|command\/open-desks\.ts|web\/desk\.ts|control\/journal-desk\.ts|metrics\/(families|exposition)\.ts)|(mqtt|level|serialport|pino-pretty|prom-client|selfsigned|yargs)$)/;
/** What only agent/host/ (and the command itself) may write. */
const WORLD = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\.now\b/,
  /\bset(Timeout|Interval|Immediate)\(/,
  /\bprocess\./,
  /\bfetch\(/,
];

interface Source {
  readonly path: string;
  readonly text: string;
}

function sourcesOf(folder: string): Source[] {
  return readdirSync(join(TOP, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => relative(TOP, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, text: readFileSync(join(TOP, path), "utf8") }));
}

/** What is imported by type is not there when it runs. */
function importedByPage({ path, text }: Source): string[] {
  return importsOf({ path, text: withoutTypes(text) });
}

function withoutTypes(text: string): string {
  return text.replaceAll(/^(import|export) type [^;]*;/gm, "");
}

/** @returns all that is loaded with these files, and by which of them: what is imported when it is called is not. */
function loadedWith(entries: readonly string[], sources: readonly Source[]): Map<string, string> {
  const loaded = new Map(entries.map((entry) => [entry, "the start"]));
  for (const [path] of loaded) {
    const source = sources.find((candidate) => candidate.path === path);
    if (source === undefined) continue;
    for (const [, name] of withoutTypes(source.text).matchAll(/^(?:import|export|\}).*"([^"]+)";$/gm)) {
      const target = targetOf(source, name!);
      if (!loaded.has(target)) loaded.set(target, path);
    }
  }
  return loaded;
}

function importsOf(source: Source): string[] {
  const found = source.text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*\(?\s*"([^"]+)"/g);
  return [...found].map(([, name]) => name!);
}

/** @returns the imported file's path from the top, or the package's name. */
function targetOf(source: Source, name: string): string {
  return name.startsWith(".") ? normalize(join(dirname(source.path), name)) : name;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** @returns one line per rule that this file breaks. */
function breaches(source: Source): string[] {
  const [house, part] = source.path.split("/") as [string, string];
  if (source.path.startsWith(PAGE)) return breachesOfPage(source);
  const found = importsOf(source)
    .map((name) => targetOf(source, name))
    .filter((target) => !mayImport(house, part, target))
    .map((target) => `${source.path} imports ${target}`);
  if (!touchesTheWorld(house, part)) return found;
  const text = withoutComments(source.text);
  return [
    ...found,
    ...WORLD.filter((touch) => touch.test(text)).map((touch) => `${source.path} touches ${touch}`),
  ];
}

function breachesOfPage(source: Source): string[] {
  const isAllowed = (target: string): boolean =>
    target === "uplot" || PAGE_MAY.some((allowed) => target.startsWith(allowed));
  return importedByPage(source)
    .map((name) => targetOf(source, name))
    .filter((target) => !isAllowed(target))
    .map((target) => `${source.path} imports ${target}`);
}

/** Only the doors themselves, and the command that opens them, are free of the search. */
function touchesTheWorld(house: string, part: string): boolean {
  if (house !== "agent") return false;
  return part !== "host" && part !== "packaging" && !PROGRAM.includes(part);
}

function mayImport(house: string, part: string, target: string): boolean {
  if (target.startsWith("node:"))
    return house !== "agent" || part === "host" || PROGRAM.includes(part) || PURE_NODE.includes(target);
  if (!target.startsWith("agent/") && !target.startsWith("simulator/"))
    return mayUsePackage(house, part, target);
  if (house === "simulator")
    return (
      target.startsWith("simulator/") || simulatorMay(part).some((allowed) => target.startsWith(allowed))
    );
  if (target.startsWith("simulator/")) return false;
  const to = target.split("/")[1]!;
  if (SEES_ALL.includes(part) || to === part || EVERYBODY_MAY.includes(to)) return true;
  return (MAY_IMPORT[part] ?? []).includes(to);
}

function simulatorMay(part: string): string[] {
  return OPENS_DOORS.includes(part) ? [...SIMULATOR_MAY, "agent/host/"] : SIMULATOR_MAY;
}

/** Packages that open a door are the doors' alone. */
function mayUsePackage(house: string, part: string, name: string): boolean {
  const doors = [
    "mqtt",
    "level",
    "classic-level",
    "serialport",
    "@serialport/parser-readline",
    "pino",
    "pino-pretty",
  ];
  return house !== "agent" || part === "host" || !doors.includes(name);
}

describe("the borders of the house", () => {
  test("every part imports only what its place allows, and touches the world only through the ports", () => {
    const sources = [...sourcesOf("agent"), ...sourcesOf("simulator")];
    expect(sources.length).toBeGreaterThan(30);
    expect(sources.flatMap(breaches)).toEqual([]);
  });

  test("an agent that starts loads no texts, no bench, and nothing that waits for a question", () => {
    const loaded = loadedWith(START, sourcesOf("agent"));
    for (const path of ["agent/agent.ts", "agent/journal/writer.ts", "agent/text/said.ts", "valibot", "pino"])
      expect([...loaded.keys()]).toContain(path);
    const early = [...loaded].filter(([path]) => LATE.test(path));
    expect(early.map(([path, by]) => `${by} loads ${path}`)).toEqual([]);
  });

  test("every part of the agent has its rule", () => {
    const parts = readdirSync(join(TOP, "agent"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(parts.filter((part) => !(part in MAY_IMPORT) && part !== "packaging")).toEqual([]);
  });

  test.each([
    [
      "the agent importing the simulator",
      "agent/north/x.ts",
      'import { a } from "../../simulator/world/clock.ts";',
    ],
    ["the language importing a neighbour", "agent/lorawan/x.ts", 'import { a } from "../frame/frame.ts";'],
    ["the journal knowing the courier", "agent/journal/x.ts", 'import { a } from "../north/courier.ts";'],
    [
      "the simulator reaching into the journal",
      "simulator/core/x.ts",
      'import { a } from "../../agent/journal/record.ts";',
    ],
    ["a disk outside the doors", "agent/journal/x.ts", 'import { readFile } from "node:fs/promises";'],
    ["a late import of the network", "agent/south/x.ts", 'const dgram = await import("node:dgram");'],
    ["LevelDB outside the doors", "agent/journal/x.ts", 'import { Level } from "level";'],
    ["the wall clock outside the doors", "agent/south/x.ts", "const now = Date.now();"],
    ["chance outside the doors", "agent/north/x.ts", "const draw = Math.random();"],
    ["a timer outside the doors", "agent/north/x.ts", "setTimeout(() => undefined, 5);"],
    ["the page loading the agent", "agent/web/page/x.ts", 'import { a } from "../desk.ts";'],
    ["the page loading Node", "agent/web/page/x.ts", 'import { join } from "node:path";'],
  ])("%s is found", (_what, path, text) => {
    expect(breaches({ path, text })).toHaveLength(1);
  });
});
