/**
 * The ballast's watch: makes it some time after the start, and brings it back after it had to be given up.
 *
 * Room comes from frames that the cores take, from thinning, or from whoever else filled the disk. What LevelDB has removed
 * takes room until it is compacted, and compacting writes before it frees: so all of it is compacted only where what is
 * left fits into the room there is, and the part that holds nothing any more otherwise. One timer, while there is none.
 *
 * Stored frames are thinned for it only while none can be added, and only where the journal has as much as is missing: a
 * disk that somebody else has filled is not emptied by giving up a backlog.
 */
import type { Clock, KeyValueStore, Timer } from "../ports.ts";
import type { Ballast } from "./ballast.ts";
import type { Books } from "./books.ts";
import { INDEX, RECORDS, recordKey } from "./keys.ts";
import { octetsOf } from "./tally.ts";

/** Others have more urgent things to do at the start, and it is made once in a gateway's life. */
export const BALLAST_FIRST_MS = 60_000;
export const BALLAST_LOOK_MS = 10_000;
/** What LevelDB may write to keep `live` octets. */
const COMPACTION_MARGIN = 1.25;

export interface BallastWatch {
  /** The ballast has been given up. */
  hurry(): void;
  stop(): void;
}

export interface BallastWatchParts {
  readonly clock: Clock;
  readonly books: Books;
  readonly ballast: Ballast;
  /** undefined while the disk refuses. */
  store(): KeyValueStore | undefined;
  /** Thins, when the disk stays full. */
  thin(): Promise<unknown>;
  /** There is room again. */
  onRoom(): void;
  /** A compaction has failed. */
  onFailed(error: unknown, store: KeyValueStore): void;
}

export function watchBallast(parts: BallastWatchParts): BallastWatch {
  const { clock, books, ballast } = parts;
  let timer: Timer | undefined = clock.after(BALLAST_FIRST_MS, onTimer);
  let compactedAt = -1;
  let thinnedAt = -1;
  let stopped = false;

  function onTimer(): void {
    timer = undefined;
    void look().finally(() => {
      if (!ballast.isThere && !stopped) timer ??= clock.after(BALLAST_LOOK_MS, onTimer);
    });
  }

  async function look(): Promise<void> {
    if (await ballast.restore()) return parts.onRoom();
    const open = parts.store();
    if (open === undefined || stopped || !ballast.wasGivenUp) return;
    await compact(open);
    if (await ballast.restore()) return parts.onRoom();
    const missingOctets = await ballast.missingOctets();
    if (missingOctets === 0) return parts.onRoom();
    if (octetsOf(books.tally) < missingOctets) return;
    const { removed } = books.tally;
    // Once for each time at which nobody else has removed anything since: a fifth each time, and never in flight.
    if (removed === thinnedAt) await parts.thin();
    thinnedAt = books.tally.removed;
  }

  async function compact(open: KeyValueStore): Promise<void> {
    const { removed } = books.tally;
    if (removed === compactedAt) return;
    compactedAt = removed;
    const freeOctets = (await ballast.freeOctets()) ?? 0;
    const fits = octetsOf(books.tally) * COMPACTION_MARGIN < freeOctets;
    const until = fits || books.oldest === undefined ? RECORDS.lt : recordKey(books.oldest.sequence);
    try {
      await open.compact(RECORDS.gte, until);
      if (fits) await open.compact(INDEX.gte, INDEX.lt);
    } catch (error) {
      parts.onFailed(error, open);
    }
  }

  return {
    hurry: () => {
      timer?.cancel();
      timer = stopped ? undefined : clock.after(BALLAST_LOOK_MS, onTimer);
    },
    stop: () => {
      stopped = true;
      timer?.cancel();
    },
  };
}
