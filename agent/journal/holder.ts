/**
 * The holder: a small file beside the store that says who holds the journal, and at a clean end what it contained.
 *
 * It answers three things before LevelDB is opened or where LevelDB cannot: whether a newer version wrote the
 * journal (it must not even be opened then), which process refuses to share it, and how much a cleanly closed
 * journal had, should the store's own last words be the ones that are damaged. It is written once at start and once
 * at the end. Missing or unreadable, it is merely no help.
 */
import type { Files } from "../ports.ts";

export interface Holder {
  readonly format: number;
  readonly openCount: number;
  /** While it is held: by whom. */
  readonly process?: ProcessIdentity;
  /** After a clean end: frames ever added and removed. */
  readonly added?: number;
  readonly removed?: number;
}

/** A process id is used again one day; with the start (kernel ticks since boot) it is unique within a boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
  readonly kernelBootId: string;
}

const NAME = "holder.json";

/** Beside it while a start reads the store for the first time. */
const OPENING = "opening";

export async function readHolder(files: Files, directory: string): Promise<Holder | undefined> {
  try {
    const text = await files.read(`${directory}/${NAME}`);
    const value: unknown = text === undefined ? undefined : JSON.parse(text.toString());
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @throws AgentError FILE_IO */
export async function writeHolder(files: Files, directory: string, holder: Holder): Promise<void> {
  await files.replace(`${directory}/${NAME}`, Buffer.from(`${JSON.stringify(holder)}\n`));
}

/**
 * Says that the store is about to be read for the first time in this run.
 * @returns whether the last start said so too and never came to say that it had ended.
 */
export async function beginOpening(files: Files, directory: string): Promise<boolean> {
  const path = `${directory}/${OPENING}`;
  try {
    if ((await files.read(path)) !== undefined) return true;
    await files.replace(path, Buffer.from("\n"));
  } catch {
    // The first start finds no directory, and a disk that refuses is met by the store itself.
  }
  return false;
}

export async function endOpening(files: Files, directory: string): Promise<void> {
  await files.remove(`${directory}/${OPENING}`).catch(() => {});
}

/** @returns undefined where there is no /proc. */
export async function ownIdentity(files: Files, kernelBootId: string): Promise<ProcessIdentity | undefined> {
  const stat = await readStat(files, "self");
  return stat && { ...stat, kernelBootId };
}

/**
 * @returns who holds the journal, for people: pid, command line where it can be seen, and whether the process still
 *          runs; "another process" when nobody left a name.
 */
export async function describeHolder(files: Files, holder: Holder | undefined): Promise<string> {
  const named = holder?.process;
  if (named === undefined) return "another process";
  const stat = await readStat(files, String(named.pid));
  if (stat?.startTicks !== named.startTicks) return `another process (last held by process ${named.pid})`;
  const commandLine = await files.read(`/proc/${named.pid}/cmdline`).catch(() => undefined);
  const command = commandLine?.toString().replaceAll("\0", " ").trim();
  return command ? `process ${named.pid} (${command})` : `process ${named.pid}`;
}

/** Source: proc_pid_stat(5): pid, (comm), state, … starttime is the 22nd field. comm may hold spaces. */
async function readStat(files: Files, pid: string): Promise<{ pid: number; startTicks: number } | undefined> {
  const text = (await files.read(`/proc/${pid}/stat`).catch(() => undefined))?.toString();
  if (text === undefined) return undefined;
  const afterName = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { pid: Number.parseInt(text, 10), startTicks: Number(afterName[19]) };
}

function isHolder(value: unknown): value is Holder {
  const holder = value as Holder | null | undefined;
  return typeof holder?.format === "number" && typeof holder.openCount === "number";
}
