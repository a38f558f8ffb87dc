import { expect, test, vi } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { type Gathered, GROUP_MAX, makeGatheredReads } from "../../../agent/journal/gathered-reads.ts";
import { sequenceOfRecordKey } from "../../../agent/journal/keys.ts";
import type { KeyValueStore } from "../../../agent/ports.ts";

const record = (sequence: number): Buffer => Buffer.from(`record ${sequence}`);

/** Reads of a store in which 13 is missing and 7 cannot be read; each waits until it is let go. */
function rig() {
  const groups: number[][] = [];
  const alone: number[] = [];
  let isClosed = false;
  let release = (): void => {};
  const getMany = async (keys: readonly Uint8Array[]): Promise<(Buffer | undefined)[]> => {
    const sequences = keys.map((key) => sequenceOfRecordKey(Buffer.from(key)));
    groups.push(sequences);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    if (sequences.includes(7)) throw new AgentError("STORE_DAMAGED", "a bad block");
    return sequences.map((sequence) => (sequence === 13 ? undefined : record(sequence)));
  };
  const store = { getMany } as Pick<KeyValueStore, "getMany"> as KeyValueStore;
  const reads = makeGatheredReads({
    read: async (from) => (isClosed ? undefined : from(store)),
    readAlone: async (sequence) => {
      alone.push(sequence);
      return sequence === 7 ? "unreadable" : record(sequence);
    },
  });
  const ask = (sequences: readonly number[]): Promise<(Gathered | undefined)[]> =>
    Promise.all(sequences.map((sequence) => reads.get(sequence)));
  return {
    ...{ ask, groups, alone },
    letGo: async (count: number) => {
      await vi.waitFor(() => expect(groups).toHaveLength(count));
      release();
    },
    close: () => {
      isClosed = true;
    },
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 100);

test("records wanted in one turn are read together, as many as a group holds", async () => {
  const { ask, letGo, groups } = rig();
  const found = ask(upTo(GROUP_MAX + 2));
  await letGo(1);
  await letGo(2);
  expect(await found).toEqual(upTo(GROUP_MAX + 2).map(record));
  expect(groups).toEqual([upTo(GROUP_MAX), upTo(GROUP_MAX + 2).slice(GROUP_MAX)]);
});

test("who asks while a group is on its way is in the next one", async () => {
  const { ask, letGo, groups } = rig();
  const first = ask([1, 2]);
  await vi.waitFor(() => expect(groups).toHaveLength(1));
  const second = ask([3]);
  const third = ask([4, 13]);
  await letGo(1);
  expect(await first).toEqual([record(1), record(2)]);
  await letGo(2);
  expect(await second).toEqual([record(3)]);
  expect(await third).toEqual([record(4), "missing"]);
  expect(groups).toEqual([
    [1, 2],
    [3, 4, 13],
  ]);
});

test("a record that cannot be read spoils none that is read with it", async () => {
  const { ask, letGo, alone } = rig();
  const found = ask([6, 7, 8]);
  await letGo(1);
  expect(await found).toEqual([record(6), "unreadable", record(8)]);
  expect(alone).toEqual([6, 7, 8]);
});

test("a single record needs no group", async () => {
  const { ask, groups, alone } = rig();
  expect(await ask([5])).toEqual([record(5)]);
  expect([groups, alone]).toEqual([[], [5]]);
});

test("of a closed journal nobody gets anything, and nobody waits for ever", async () => {
  const { ask, close } = rig();
  close();
  expect(await ask([1, 2])).toEqual([undefined, undefined]);
});
