/** Marks: a few octets in a file that stays open, written in place. */
import { closeSync, constants, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Mark, Marks } from "../ports.ts";

/** Of what an earlier process left, at most so much is read. */
const BEFORE_OCTETS_MAX = 4_096;
/** Read and write, made where there is none, and never what somebody has put a link to. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

export function openMarks(): Marks {
  return { open: openMark };
}

function openMark(path: string): Mark | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, FLAGS, 0o640);
    const before = Buffer.alloc(BEFORE_OCTETS_MAX);
    const octets = readSync(file, before, 0, before.length, 0);
    return {
      before: before.subarray(0, octets),
      write: (bytes) => {
        try {
          writeSync(file, bytes, 0, bytes.length, 0);
        } catch {
          // A full tmpfs: nobody is suspected then.
        }
      },
      close: () => closeSync(file),
    };
  } catch {
    return undefined;
  }
}
