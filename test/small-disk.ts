/**
 * A small disk of its own: a tmpfs that can be filled up and made read-only, unmounted when the test ends.
 *
 * Mounting wants a right: root has it, and so has anybody in a mount namespace of his own
 * (`unshare -rm npx vitest run …`). Without it the test fails and says so: a disk that cannot be filled proves nothing.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface SmallDisk {
  readonly path: string;
  freeOctets(): number;
  /** Somebody else fills it, to the last octet or so much less. */
  fill(leaveOctets?: number): void;
  /** And takes his file away. */
  clear(): void;
  /** true: nobody can write any more. */
  readOnly(is: boolean): void;
}

const FILLER = "filler";
const PAGE_OCTETS = 4_096;

export function mountSmallDisk(octets: number, path = mkdtempSync(join(tmpdir(), "small-disk-"))): SmallDisk {
  try {
    mount("-t", "tmpfs", "-o", `size=${octets}`, "none", path);
  } catch (error) {
    const hint = "this test mounts a tmpfs: run it as root, or with: unshare -rm npx vitest run <test>";
    throw new Error(`${hint}\n${(error as Error).message}`);
  }
  onTestFinished(() => {
    // Lazily: whoever still has a file open on it ends with the test.
    execFileSync("umount", ["--lazy", path]);
    rmSync(path, { recursive: true, force: true });
  });
  const freeOctets = (): number => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  const disk: SmallDisk = {
    path,
    freeOctets,
    fill: (leaveOctets = 0) => {
      appendFileSync(join(path, FILLER), Buffer.alloc(Math.max(0, freeOctets() - leaveOctets)));
      if (leaveOctets > 0) return;
      const file = openSync(join(path, FILLER), "a");
      try {
        for (;;) writeSync(file, Buffer.alloc(PAGE_OCTETS));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
    },
    clear: () => rmSync(join(path, FILLER), { force: true }),
    readOnly: (is) => mount("-o", `remount,${is ? "ro" : "rw"}`, path),
  };
  return disk;
}

function mount(...words: string[]): void {
  execFileSync("mount", words, { stdio: ["ignore", "ignore", "pipe"] });
}
