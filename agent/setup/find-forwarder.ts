/**
 * Which settings files the packet forwarder of this box really uses: those on the command line of its process, else
 * those that its switch file names, else the first of those that the profile knows. Nothing is changed.
 *
 * Where several forwarders run, or several files say different things, none is guessed: the candidates are given back.
 */

import type { Box } from "../ports.ts";
import type { GatewayFacts } from "../profile/profile.ts";
import { type ForwarderFormat, readForwarderText, valueAt } from "./forwarder-text.ts";
import { wordsOf } from "./switch-file.ts";

type ForwarderFacts = GatewayFacts["forwarder"];

export interface UsedFiles {
  /** The later ones win over the earlier ones; not empty. */
  readonly files: readonly string[];
  readonly how: "process" | "switch" | "list" | "named";
  /** Of a forwarder that is run more than once: which. */
  readonly instance: string | undefined;
}

export type FoundForwarder =
  | { readonly ok: true; readonly used: UsedFiles }
  | { readonly ok: false; readonly why: "none" }
  | { readonly ok: false; readonly why: "several"; readonly candidates: readonly string[] };

export interface ForwarderSearch {
  readonly box: Box;
  readonly facts: ForwarderFacts;
  readonly format: ForwarderFormat;
  /** The file that a person has named; it wins. */
  readonly named: string | undefined;
}

/** What the reference forwarder reads from the folder it is started in, the later winning. */
const JSON_FILES = ["global_conf.json", "local_conf.json"] as const;

/** @throws AgentError FILE_IO */
export async function findForwarder(search: ForwarderSearch): Promise<FoundForwarder> {
  const { box, named } = search;
  const running = await filesOfProcesses(search);
  if (named !== undefined) {
    const known = running.find((files) => files.includes(named));
    if ((await box.stamp(named)) === undefined) return { ok: false, why: "none" };
    return found(search, known ?? (await withLocal(search, [named])), "named");
  }
  if (running.length > 1) return several(running);
  if (running[0] !== undefined) return found(search, running[0], "process");
  const switched = await filesOfSwitch(search);
  if (switched.length > 0) return found(search, switched, "switch");
  const listed = await filesOfList(search);
  if (listed.length === 0) return { ok: false, why: "none" };
  if (listed.length > 1 && !(await agree(search, listed))) return several(listed);
  return found(search, listed[0]!, "list");
}

function found({ facts }: ForwarderSearch, files: readonly string[], how: UsedFiles["how"]): FoundForwarder {
  return { ok: true, used: { files, how, instance: instanceOf(facts, files.at(-1)!) } };
}

function several(sets: readonly (readonly string[])[]): FoundForwarder {
  return { ok: false, why: "several", candidates: sets.map((files) => files.at(-1)!) };
}

// ------------------------------------------------------------------------------------- the process line

/** One set of files for each process that uses files of its own. */
async function filesOfProcesses(search: ForwarderSearch): Promise<readonly (readonly string[])[]> {
  const { box, facts } = search;
  const { process: program } = facts;
  if (program === undefined) return [];
  const sets = new Map<string, readonly string[]>();
  for (const { argv, directory } of await box.processes()) {
    if (baseName(argv[0] ?? "") !== program.value) continue;
    const files = await filesOnLine(search, argv.slice(1), directory);
    if (files.length > 0) sets.set(files.join("\0"), files);
  }
  return [...sets.values()];
}

async function filesOnLine(
  { box, format }: ForwarderSearch,
  words: readonly string[],
  directory: string | undefined,
): Promise<readonly string[]> {
  const named = words.filter(
    (word, index) => !word.startsWith("-") && (word.endsWith(`.${format}`) || words[index - 1] === "-c"),
  );
  const wanted = named.length > 0 || format === "toml" ? named : JSON_FILES;
  const paths = wanted.map((path) => absolute(path, directory)).filter((path) => path !== undefined);
  return present(box, paths);
}

// ----------------------------------------------------------------------------- the switch file, the list

async function filesOfSwitch({ box, facts, format }: ForwarderSearch): Promise<readonly string[]> {
  const { switchFile, argumentsKey } = facts;
  if (switchFile === undefined || argumentsKey === undefined) return [];
  const text = (await box.read(switchFile.value))?.toString("latin1") ?? "";
  const words = wordsOf(text, argumentsKey.value) ?? [];
  return present(
    box,
    words.filter((word) => word.startsWith("/") && word.endsWith(`.${format}`)),
  );
}

/** Those of the profile, and of further instances, whose files lie beside the first's. */
async function filesOfList(search: ForwarderSearch): Promise<readonly (readonly string[])[]> {
  const { box, facts } = search;
  const listed = facts.settingsFiles?.value ?? [];
  const paths = [...(await present(box, listed)), ...(await instancesOnDisk(search))];
  return Promise.all(paths.map((path) => withLocal(search, [path])));
}

async function instancesOnDisk({ box, facts }: ForwarderSearch): Promise<readonly string[]> {
  const first = facts.settingsFiles?.value[0];
  if (first === undefined || facts.instances === undefined) return [];
  const folder = folderOf(first);
  const paths = (await box.names(folder)).map((name) => `${folder}/${name}`).sort();
  return paths.filter((path) => instanceOf(facts, path) !== undefined);
}

/** @returns "b" for /etc/lorafwd-b.toml where the forwarder's own is /etc/lorafwd.toml and instances are known. */
function instanceOf(facts: ForwarderFacts, path: string): string | undefined {
  const first = facts.settingsFiles?.value[0];
  if (first === undefined || facts.instances === undefined) return undefined;
  const dot = first.lastIndexOf(".");
  const [before, after] = [`${first.slice(0, dot)}-`, first.slice(dot)];
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const name = path.slice(before.length, -after.length);
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : undefined;
}

/** Files that say the same may stand for each other; an instance is a forwarder of its own, whatever it says. */
async function agree(search: ForwarderSearch, sets: readonly (readonly string[])[]): Promise<boolean> {
  const { box, facts, format } = search;
  const keys = [facts.serverKey, facts.uplinkPortKey, facts.downlinkPortKey].flatMap(
    (key) => key?.value ?? [],
  );
  const said = new Set<string>();
  for (const files of sets) {
    if (instanceOf(facts, files.at(-1)!) !== undefined) return false;
    const values = keys.map(() => undefined as unknown);
    for (const file of files) {
      const read = readForwarderText(format, (await box.read(file)) ?? Buffer.alloc(0), file);
      if (!read.ok) return false;
      for (const [index, key] of keys.entries()) values[index] = valueAt(read.document, key) ?? values[index];
    }
    said.add(JSON.stringify(values.map((value) => String(value))));
  }
  return said.size === 1;
}

// --------------------------------------------------------------------------------------------- files

/** The reference forwarder's local file goes with its global one. */
async function withLocal(
  { box, format }: ForwarderSearch,
  files: readonly string[],
): Promise<readonly string[]> {
  const [global, local] = JSON_FILES;
  const [file] = files;
  if (format !== "json" || file === undefined || baseName(file) !== global) return files;
  return present(box, [file, `${folderOf(file)}/${local}`]);
}

async function present(box: Box, paths: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(paths.map((path) => box.stamp(path)));
  return paths.filter((path, index) => there[index] !== undefined && paths.indexOf(path) === index);
}

function absolute(path: string, directory: string | undefined): string | undefined {
  if (path.startsWith("/")) return path;
  return directory === undefined ? undefined : `${directory}/${path.replace(/^\.\//, "")}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
