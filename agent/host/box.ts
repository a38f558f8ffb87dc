/**
 * The gateway's own files and processes.
 *
 * With a root other than "/" everything is looked for beneath it: for a made-up box. Links within it are followed as
 * they stand.
 */
import { constants } from "node:fs";
import {
  access,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Box, BoxFile, BoxProcess, Claim } from "../ports.ts";
import { orFileError, unlessAbsent } from "./file-error.ts";
import { openFiles } from "./files.ts";
import { besideOf, replaceWhole, syncFolder } from "./whole-file.ts";

const PERMISSIONS = 0o7777;
/** statfs(2): TMPFS_MAGIC, RAMFS_MAGIC. */
const IN_MEMORY = [0x01021994, 0x858458f6];

export function openBox(root = "/"): Box {
  const files = openFiles();
  const at = (path: string): string => join(root, path);
  return {
    read: (path, octetsMax) => files.read(at(path), octetsMax),
    stamp: (path) => files.stamp(at(path)),
    look: (path) => unlessAbsent(at(path), look),
    names: async (folder) => (await unlessAbsent(at(folder), (path) => readdir(path))) ?? [],
    obstacle: (path) => obstacle(at(path)),
    replace: (path, file) => orFileError(at(path), (real) => replace(real, file)),
    remove: (path) => orFileError(at(path), remove),
    processes: () => processes(at("/proc")),
    claim: (path) => orFileError(at(path), claim),
  };
}

async function look(path: string): Promise<BoxFile> {
  const { mode, uid, gid } = await stat(path);
  return { content: await readFile(path), mode: mode & PERMISSIONS, uid, gid };
}

async function obstacle(path: string): ReturnType<Box["obstacle"]> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  let folder = dirname(target);
  while (!(await isThere(folder))) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS" ? "readOnly" : "rights";
  }
  const self = process.getuid?.() ?? 0;
  // Only root may give a file to its owner again.
  if (self !== 0 && found !== undefined && found.uid !== self) return "rights";
  return IN_MEMORY.includes((await statfs(folder)).type) ? "volatile" : undefined;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => (error as NodeJS.ErrnoException).code !== "ENOENT",
  );
}

async function replace(
  path: string,
  { content, mode, uid, gid }: Parameters<Box["replace"]>[1],
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true });
  await replaceWhole(target, 0o600, async (file) => {
    await file.writeFile(content);
    const now = await file.stat();
    const [owner, group] = [uid ?? now.uid, gid ?? now.gid];
    if (now.uid !== owner || now.gid !== group) await file.chown(owner, group);
    // After chown, which takes away set-user-ID.
    await file.chmod(mode);
  });
}

async function remove(path: string): Promise<void> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) await rm(path, { force: true });
  else if ((await readdir(path)).length === 0) await rmdir(path);
  await syncFolder(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Linked, not written: whoever finds it finds a pid in it. */
async function claim(path: string): Promise<Claim> {
  await mkdir(dirname(path), { recursive: true });
  const beside = besideOf(path);
  await writeFile(beside, `${process.pid}\n`, { flag: "wx", mode: 0o644 });
  try {
    for (;;) {
      try {
        await link(beside, path);
        return { ok: true, release: () => rm(path, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const pid = Number(await readFile(path, "utf8").catch(() => "0"));
      if (isAnother(pid)) return { ok: false, pid };
      // Of one that was killed.
      await rm(path, { force: true });
    }
  } finally {
    await rm(beside, { force: true });
  }
}

/** One of our own number is of a process before us. */
function isAnother(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A process may end while it is looked at. */
async function processes(proc: string): Promise<readonly BoxProcess[]> {
  const names = await readdir(proc).catch((): string[] => []);
  const found: BoxProcess[] = [];
  for (const name of names) {
    if (!/^[0-9]+$/.test(name)) continue;
    const line = await readFile(join(proc, name, "cmdline"), "utf8").catch(() => "");
    const argv = line.replace(/\0$/, "").split("\0");
    if (argv[0] === undefined || argv[0] === "") continue;
    const directory = await readlink(join(proc, name, "cwd")).catch(() => undefined);
    found.push({ argv, directory });
  }
  return found;
}
