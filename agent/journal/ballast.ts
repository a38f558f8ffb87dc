/**
 * The ballast: a file that takes some of the disk, to be given up when the disk is full.
 *
 * On a full disk LevelDB cannot even remove: a removal is written before anything is freed. So the ballast goes first,
 * the store opens again, and while the ballast is away only what makes room is written, unless there is as much room
 * beside it. It comes back when the disk has twice its size free: making it must not fill what it is there to keep free.
 *
 * When its turn comes: writer.ts, ballast-watch.ts. The disk itself: Files (ports.ts).
 */
import type { Files, Log } from "../ports.ts";

/** LevelDB may write its whole log (4 MiB) to a table when it opens, beside a new log and manifest. */
export const BALLAST_OCTETS = 8 * 1024 * 1024;
/** Of a small disk at most so much. */
const DISK_SHARE_MAX = 1 / 4;
const NAME = "ballast";

export interface Ballast {
  /** Whether it lies there. */
  readonly isThere: boolean;
  /** The disk was full in this run, and it has not come back since. */
  readonly wasGivenUp: boolean;
  /** Looks whether an earlier run has left it. */
  find(): Promise<void>;
  /** @returns whether there was one to give up. */
  giveUp(): Promise<boolean>;
  /** Makes it where there is room. @returns whether it is there now */
  restore(): Promise<boolean>;
  /** Whether frames may be added: while the ballast is there, or as much room is left. */
  hasRoom(): Promise<boolean>;
  /** What the disk lacks for frames to be added; 0 while they may be. */
  missingOctets(): Promise<number>;
  /** What the disk has left; undefined when it does not say. */
  freeOctets(): Promise<number | undefined>;
}

export interface BallastOptions {
  readonly files: Files;
  readonly log: Log;
  readonly directory: string;
}

export function makeBallast({ files, log, directory }: BallastOptions): Ballast {
  const path = `${directory}/${NAME}`;
  let isThere = false;
  let wasGivenUp = false;
  let saidFull = false;
  let hadBallast = false;

  async function room(): Promise<{ freeOctets: number; ballastOctets: number } | undefined> {
    const space = await files.space(directory).catch(() => undefined);
    if (space === undefined) return undefined;
    const shareOctets = Math.floor(space.totalOctets * DISK_SHARE_MAX);
    return { freeOctets: space.freeOctets, ballastOctets: Math.min(BALLAST_OCTETS, shareOctets) };
  }

  return {
    get isThere() {
      return isThere;
    },
    get wasGivenUp() {
      return wasGivenUp;
    },
    find: async () => {
      isThere = (await files.stamp(path).catch(() => undefined)) !== undefined;
    },
    giveUp: async () => {
      await files.remove(path).catch(() => {});
      const had = isThere;
      isThere = false;
      wasGivenUp = true;
      hadBallast ||= had;
      if (had) log.warn({ directory }, "journal ballast given up: the disk is full");
      return had;
    },
    restore: async () => {
      if (isThere) return true;
      const found = await room();
      if (found === undefined || found.freeOctets < 2 * found.ballastOctets) return false;
      try {
        await files.allocate(path, found.ballastOctets);
      } catch {
        // Somebody else has taken the room meanwhile.
        return false;
      }
      isThere = true;
      wasGivenUp = false;
      log.info({ directory, octets: found.ballastOctets }, "journal ballast made");
      return true;
    },
    hasRoom: async () => {
      if (isThere) return true;
      const found = await room();
      const isFull = found !== undefined && found.freeOctets < found.ballastOctets;
      if (isFull && !saidFull) {
        const { freeOctets, ballastOctets: neededOctets } = found;
        const ballast = wasGivenUp && hadBallast ? "given up" : "none yet";
        log.error(
          { directory, freeOctets, neededOctets, ballast },
          "disk full: frames are carried, not stored",
        );
      }
      saidFull = isFull;
      return !isFull;
    },
    missingOctets: async () => {
      const found = isThere ? undefined : await room();
      return found === undefined ? 0 : Math.max(0, found.ballastOctets - found.freeOctets);
    },
    freeOctets: async () => (await room())?.freeOctets,
  };
}
