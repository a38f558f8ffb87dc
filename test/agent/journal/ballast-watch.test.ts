/** The ballast's watch on a disk that stays nearly full: what it gives up for room, and what it does not. */
import { expect, test } from "vitest";
import { BALLAST_OCTETS, makeBallast } from "../../../agent/journal/ballast.ts";
import { BALLAST_LOOK_MS, watchBallast } from "../../../agent/journal/ballast-watch.ts";
import { emptyBooks } from "../../../agent/journal/books.ts";
import type { KeyValueStore } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { collectLog, MemoryFiles } from "./fixtures.ts";

const MINUTE_MS = 60_000;

/** A disk that was full, with so much room now, and a journal with so many octets of records. */
async function openFullDisk(freeOctets: number, storedOctets: number) {
  const clock = new WorldClock();
  const files = new MemoryFiles();
  files.freeOctets = freeOctets;
  const { log } = collectLog();
  const ballast = makeBallast({ files, log, directory: "/journal" });
  await ballast.giveUp();
  const books = emptyBooks();
  books.tally = { added: 1_000, removed: 0, addedOctets: storedOctets, removedOctets: 0 };
  const seen = { thinnings: 0, rooms: 0 };
  const store = { compact: async () => {} } as unknown as KeyValueStore;
  const watch = watchBallast({
    ...{ clock, books, ballast },
    store: () => store,
    thin: async () => {
      seen.thinnings++;
      const { tally } = books;
      books.tally = {
        ...tally,
        removed: tally.removed + 1,
        removedOctets: tally.removedOctets + storedOctets / 5,
      };
    },
    onRoom: () => {
      seen.rooms++;
    },
    onFailed: (error) => expect.fail(String(error)),
  });
  watch.hurry();
  return { clock, files, ballast, seen, watch };
}

test("frames are thinned while none can be added, as long as that can help", async () => {
  const { clock, seen } = await openFullDisk(0, 10 * BALLAST_OCTETS);
  await clock.advance(2 * BALLAST_LOOK_MS);
  expect(seen.thinnings).toBe(1);
  await clock.advance(10 * MINUTE_MS);
  expect(seen.thinnings, "what is left is less than what is missing").toBe(5);
});

test("where frames can be added again none is given up for the ballast's sake", async () => {
  const { clock, seen, ballast, files } = await openFullDisk(BALLAST_OCTETS, 10 * BALLAST_OCTETS);
  await clock.advance(10 * MINUTE_MS);
  expect(seen.thinnings).toBe(0);
  expect(seen.rooms).toBeGreaterThan(0);
  expect(ballast.isThere).toBe(false);
  files.freeOctets = 2 * BALLAST_OCTETS;
  await clock.advance(BALLAST_LOOK_MS);
  expect(ballast.isThere).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test("a disk that somebody else has filled costs no backlog", async () => {
  const { clock, seen } = await openFullDisk(0, BALLAST_OCTETS - 1);
  await clock.advance(10 * MINUTE_MS);
  expect(seen.thinnings).toBe(0);
});
