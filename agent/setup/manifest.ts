/**
 * What setup has changed, kept until it is put back: a copy of each file as it was, and a list (manifest.json) of what
 * was changed into what.
 *
 * The promise: copies and list are fsynced before the first file of the box is touched. So whatever ends setup, and
 * whenever, `restore` finds each file either as it was or as setup made it, and knows the former octets.
 *
 *   <data partition>/edge-agent-setup/manifest.json
 *   <data partition>/edge-agent-setup/<first 16 digits of the SHA-256>-<name>      copies, by their content
 *
 * The folder belongs to root, and lies beside the agent's own: restore runs as root and writes what stands here, so the
 * agent's user must have no say in it.
 */
import { AgentError } from "../errors.ts";
import type { Box, BoxFile } from "../ports.ts";
import type { Argv } from "../profile/profile.ts";
import type { Address, ServerKeys } from "./former-server.ts";
import type { ForwarderFormat } from "./forwarder-text.ts";

export const KEEP_NAME = "edge-agent-setup";
const MANIFEST_NAME = "manifest.json";
const MODE = 0o600;
/** What setups before these have made of a file counts as somebody else's change. */
const MADE_MAX = 16;

/** A file that setup changes, or makes. */
export interface Change {
  readonly path: string;
  readonly owner: "agent" | "forwarder";
  /** undefined: there was none. */
  readonly before: BoxFile | undefined;
  readonly after: Buffer;
}

export interface KeptFile {
  readonly path: string;
  readonly owner: Change["owner"];
  /** null: there was none. */
  readonly before: {
    readonly sha256: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    /** Name of the copy. */
    readonly copy: string;
  } | null;
  /** Whatever setups have made of it: one that was cut off may have left what the one before it made. */
  readonly after: { readonly sha256: readonly string[] };
}

export interface Manifest {
  readonly version: 1;
  /** begun: setup has not come to its end. */
  readonly state: "begun" | "done";
  readonly profile: string;
  /** Where the forwarder was pointed, and how its settings say so. */
  readonly address: Address;
  readonly format: ForwarderFormat;
  readonly keys: ServerKeys;
  readonly restart: Argv;
  /** Says whether the forwarder runs. */
  readonly status: Argv | null;
  readonly files: readonly KeptFile[];
  /** That setup has made for its files, the deepest first; absent: of a setup that did not say. */
  readonly folders?: readonly string[];
}

export interface Keeping {
  readonly box: Box;
  readonly sha256: (content: Uint8Array) => string;
  readonly folder: string;
}

/** @returns undefined when nothing is kept there. @throws AgentError FILE_IO, also for a list that is none of ours. */
export async function readManifest({
  box,
  folder,
}: Pick<Keeping, "box" | "folder">): Promise<Manifest | undefined> {
  const path = `${folder}/${MANIFEST_NAME}`;
  const content = await box.read(path);
  if (content === undefined) return undefined;
  try {
    const manifest: unknown = JSON.parse(content.toString("utf8"));
    if (isManifest(manifest)) return manifest;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AgentError("FILE_IO", `${path}: no manifest of this version`);
}

/**
 * Keeps what the changes will change. Of a file that an earlier setup has changed the copy from before that one stays,
 * unless somebody else has changed it since.
 * @returns the manifest as it is now on disk.
 */
export async function keepBefore(
  keeping: Keeping,
  earlier: Manifest | undefined,
  changes: readonly Change[],
  about: Omit<Manifest, "version" | "state" | "files" | "folders">,
): Promise<Manifest> {
  const { sha256 } = keeping;
  const files = new Map((earlier?.files ?? []).map((file) => [file.path, file]));
  for (const change of changes) {
    const { path, owner, before, after } = change;
    const known = files.get(path);
    const isKnown = known !== undefined && (await standOf(keeping, known)) !== "changed";
    const kept = isKnown ? known.before : before === undefined ? null : await copyOf(keeping, path, before);
    const made = [...(isKnown ? known.after.sha256 : []), sha256(after)].slice(-MADE_MAX);
    files.set(path, { path, owner, before: kept, after: { sha256: made } });
  }
  const folders = new Set(earlier?.folders ?? []);
  for (const { path, before } of changes) {
    if (before !== undefined) continue;
    for (const folder of await missingFolders(keeping, path)) folders.add(folder);
  }
  const manifest: Manifest = {
    version: 1,
    state: "begun",
    ...about,
    files: [...files.values()],
    folders: [...folders],
  };
  await writeManifest(keeping, manifest);
  return manifest;
}

/** The deepest first. */
async function missingFolders({ box }: Keeping, path: string): Promise<string[]> {
  const missing: string[] = [];
  let folder = path.slice(0, path.lastIndexOf("/"));
  while (folder !== "" && (await box.stamp(folder)) === undefined) {
    missing.push(folder);
    folder = folder.slice(0, folder.lastIndexOf("/"));
  }
  return missing;
}

/** Takes away the folders that setup has made, those that nobody has put anything into. */
export async function removeFolders({ box }: Keeping, { folders = [] }: Manifest): Promise<void> {
  for (const folder of folders) await box.remove(folder);
}

export async function writeManifest({ box, folder }: Keeping, manifest: Manifest): Promise<void> {
  await put(box, `${folder}/${MANIFEST_NAME}`, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
}

/** How a file stands: as it was before setup, as setup left it, or changed by somebody since. */
export async function standOf(
  { box, sha256 }: Keeping,
  file: KeptFile,
): Promise<"before" | "after" | "changed"> {
  const content = await box.read(file.path);
  if (content === undefined) return file.before === null ? "before" : "changed";
  const digest = sha256(content);
  if (digest === file.before?.sha256) return "before";
  return file.after.sha256.includes(digest) ? "after" : "changed";
}

/** @returns the file as it was; undefined: there was none. @throws AgentError FILE_IO when the copy is lost or damaged */
export async function keptFile(
  { box, sha256, folder }: Keeping,
  file: KeptFile,
): Promise<BoxFile | undefined> {
  if (file.before === null) return undefined;
  const { copy, mode, uid, gid } = file.before;
  const content = await box.read(`${folder}/${copy}`);
  if (content === undefined || sha256(content) !== file.before.sha256) {
    throw new AgentError("FILE_IO", `${folder}/${copy}: the copy is lost or damaged`);
  }
  return { content, mode, uid, gid };
}

/** The list first: without it the copies mean nothing. */
export async function forget({ box, folder }: Keeping): Promise<void> {
  await box.remove(`${folder}/${MANIFEST_NAME}`);
  for (const name of await box.names(folder)) {
    if (/^[0-9a-f]{16}-/.test(name)) await box.remove(`${folder}/${name}`);
  }
  await box.remove(folder);
}

async function copyOf(
  { box, sha256, folder }: Keeping,
  path: string,
  before: BoxFile,
): Promise<NonNullable<KeptFile["before"]>> {
  const { content, mode, uid, gid } = before;
  const digest = sha256(content);
  const copy = `${digest.slice(0, 16)}-${path.slice(path.lastIndexOf("/") + 1)}`;
  await put(box, `${folder}/${copy}`, content);
  return { sha256: digest, mode, uid, gid, copy };
}

/** Of whoever runs us: root. */
async function put(box: Box, path: string, content: Buffer): Promise<void> {
  await box.replace(path, { content, mode: MODE });
}

function isManifest(value: unknown): value is Manifest {
  const { version, files, restart, address } = (value ?? {}) as Partial<Manifest>;
  return version === 1 && Array.isArray(files) && Array.isArray(restart) && typeof address === "object";
}
