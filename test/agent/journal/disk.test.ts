/** A disk that hangs: how many of the process's threads it may keep. */
import { expect, test } from "vitest";
import { makeDisk, READ_MS_MAX, READS_AT_ONCE } from "../../../agent/journal/disk.ts";
import type { KeyValueStore } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { collectLog } from "./fixtures.ts";

test("of the reads that hang no more than two are under way, and all are given up in time", async () => {
  const clock = new WorldClock();
  const store = { close: async () => {} } as unknown as KeyValueStore;
  const disk = makeDisk({
    clock,
    log: collectLog().log,
    open: async () => store,
    makeRoom: async () => false,
    isFatal: () => false,
    onRefused: () => {},
    onPutOff: () => {},
    onRetry: () => {},
    onOpen: () => {},
  });
  await disk.tryOpen();
  let begun = 0;
  const hanging = () => {
    begun++;
    return new Promise<void>(() => {});
  };
  const reads = Array.from({ length: 10 }, () => disk.read(hanging).catch((error) => error.code));
  await clock.advance(READ_MS_MAX - 1);
  expect(begun).toBe(READS_AT_ONCE);
  await clock.advance(1);
  expect(await Promise.all(reads)).toEqual(Array(10).fill("STORE_IO"));
  expect(begun).toBe(READS_AT_ONCE);
  expect(disk.failing).toMatch(/a read has not ended/);
  disk.calm();
});
