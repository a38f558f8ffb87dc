import fc from "fast-check";
import { expect, test } from "vitest";
import {
  afterTelling,
  readTold,
  untold,
  writeTold,
} from "../../../../agent/health/report/outage-messages.ts";
import { outage } from "./busy-gateway.ts";

test("whatever the order in which outages end, each is told once, and the note stays short", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 30 }, (_none, index) => index),
        { minLength: 30 },
      ),
      (ending) => {
        let note: string | undefined;
        const told: number[] = [];
        const over = new Set<number>();
        for (const number of ending) {
          over.add(number);
          // Those before the latest have begun.
          const outages = Array.from({ length: Math.max(...over) + 1 }, (_none, index) =>
            outage(index, over.has(index) ? {} : { toWallMs: undefined }),
          );
          for (
            let next = untold(outages, readTold(note))[0];
            next;
            next = untold(outages, readTold(note))[0]
          ) {
            told.push(next.number);
            note = writeTold(afterTelling(readTold(note), next.number, outages));
          }
          expect(note!.length).toBeLessThan(160);
        }
        expect([...told].sort((one, other) => one - other)).toEqual(
          [...over].sort((one, other) => one - other),
        );
        expect(readTold(note)).toEqual({ upTo: 29, beyond: [] });
      },
    ),
  );
});

test("one that is no longer remembered keeps nobody from forgetting the numbers beyond it", () => {
  const told = afterTelling({ upTo: 3, beyond: [9] }, 8, [outage(8), outage(9)]);
  expect(told).toEqual({ upTo: 9, beyond: [] });
});

test.each([undefined, "", "{", "[]", '{"upTo":"x"}', '{"upTo":3}', '{"upTo":3,"beyond":["a"]}'])(
  "a note that says %j says that none was told",
  (note) => {
    expect(untold([outage(0)], readTold(note))).toHaveLength(1);
  },
);
