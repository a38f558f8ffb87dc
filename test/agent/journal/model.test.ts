/**
 * Goal: whatever the order of keeping, committing, taking, failing, power cuts and restarts, no acknowledged frame is
 * ever missing for a core that has not taken it, and each lane is handed out in order, nothing twice in one run.
 * Method: random steps against the real journal on the world's disk, held against a few lines of model.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Frame, Lane } from "../../../agent/frame/frame.ts";
import type { Journal } from "../../../agent/journal/journal.ts";
import { draft, INTERVAL_MS, laneOfMeter, makeWorld, readLane } from "./fixtures.ts";

const CORES = ["main", "second"];
const LANES = [1, 2, 3].map(laneOfMeter);
const RUNS = process.env.LONG ? 5_000 : 400;

interface Expected {
  readonly frame: Frame;
  readonly lane: Lane;
  readonly cores: readonly string[];
  acknowledged: boolean;
  /** Cores that took it; a power cut may undo that, but nothing else. */
  readonly taken: Set<string>;
}

const pick = fc.nat({ max: 1_000 });
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("keep" as const),
      lane: fc.nat({ max: 2 }),
      to: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("take" as const), core: fc.nat({ max: 1 }), which: pick }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("drain" as const),
      core: fc.nat({ max: 1 }),
      lane: fc.nat({ max: 2 }),
      count: fc.nat({ max: 12 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(1, 40, INTERVAL_MS, 1_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), keepBatches: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refuse" as const), landing: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stall" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("obey" as const), failing: fc.boolean() }) },
);

test("no acknowledged frame is ever missing, and order per lane holds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const world = makeWorld({ cores: CORES });
      const { stores, clock } = world;
      let journal: Journal = await world.open();
      const expected: Expected[] = [];
      /** Taken since the last power cut or start: what must not be handed out again. */
      let takenNow = new Map<string, Set<number>>(CORES.map((core) => [core, new Set()]));
      /** Frames that somebody may still hold in his hands, also over a restart; and those kept in this run. */
      let known: Frame[] = [];
      let keptNow = new Set<Frame>();
      let release = (_fails?: boolean): void => {};

      const take = (core: string, frame: Frame): void => {
        const of = expected.find((each) => each.frame.sequence === frame.sequence)!;
        journal.taken(core, frame);
        of.taken.add(core);
        takenNow.get(core)!.add(frame.sequence);
      };
      const check = async (): Promise<void> => {
        for (const core of CORES) {
          for (const lane of LANES) {
            const got = await readLane(journal, lane, core);
            const sequences = got.map((frame) => frame.sequence);
            expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
            for (const sequence of sequences) expect(takenNow.get(core)!.has(sequence)).toBe(false);
            for (const each of expected) {
              if (each.lane !== lane || !each.acknowledged) continue;
              if (!each.cores.includes(core) || each.taken.has(core)) continue;
              expect(got).toContainEqual(each.frame);
            }
            const frames = journal.backlog(core).find((each) => each.lane === lane)?.frames ?? 0;
            expect(frames).toBe(got.length);
          }
        }
      };
      const reopen = async (): Promise<void> => {
        stores.refuse(undefined);
        release();
        journal = await world.open();
        known = known.slice(-20);
        keptNow = new Set();
        expect(journal.stats().lostAtOpen).toBe(0);
        await check();
      };

      for (const each of steps) {
        if (each.do === "keep") {
          const cores = each.to === 2 ? CORES : [CORES[each.to]!];
          const lane = LANES[each.lane]!;
          const frame = journal.keep(draft(), lane, cores, (outcome) => {
            entry.acknowledged = outcome === "held";
          });
          const entry: Expected = { frame, lane, cores, acknowledged: false, taken: new Set() };
          expected.push(entry);
          known.push(frame);
          keptNow.add(frame);
        } else if (each.do === "take") {
          const frame = known[each.which % Math.max(1, known.length)];
          if (frame !== undefined) take(CORES[each.core]!, frame);
        } else if (each.do === "drain" && journal.stats().failing === undefined) {
          const core = CORES[each.core]!;
          for (let count = 0, after = -1; count < each.count; count++) {
            const frame = await journal.next(core, LANES[each.lane]!, after);
            if (frame === undefined) break;
            known.push(frame);
            after = frame.sequence;
            if (count % 3 !== 2) take(core, frame);
          }
        } else if (each.do === "wait") {
          await clock.advance(each.ms);
        } else if (each.do === "cut") {
          world.cutPower(each.keepBatches);
          await clock.advance(0);
          takenNow = new Map(CORES.map((core) => [core, new Set()]));
          await reopen();
        } else if (each.do === "restart") {
          release();
          await journal.close();
          // A close that could not write is no better than a power cut.
          if (journal.stats().failing !== undefined)
            takenNow = new Map(CORES.map((core) => [core, new Set()]));
          await reopen();
        } else if (each.do === "stall") {
          release();
          release = stores.stall();
        } else if (each.do === "refuse") {
          stores.refusedBatchesLand = each.landing;
          stores.refuse((operation) => operation === "batch");
        } else if (each.do === "obey") {
          release(each.failing);
          stores.refuse(undefined);
          await clock.advance(60_000);
        }
      }
      release();
      stores.refuse(undefined);
      await clock.advance(120_000);
      for (const each of expected) {
        // Power cuts take what was not acknowledged; all else has custody by now.
        if (keptNow.has(each.frame)) expect(each.acknowledged || each.taken.size > 0).toBe(true);
      }
      await check();
      await journal.close();
      await reopen();
      await journal.close();
    }),
    { numRuns: RUNS },
  );
});
