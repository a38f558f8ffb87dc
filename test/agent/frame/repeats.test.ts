import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createRepeats,
  REPEATS_AGE_MS_MAX,
  REPEATS_MAX,
  type Reception,
} from "../../../agent/frame/repeats.ts";

const AIRTIME_US = 50_000;

function reception(payload: number, tmstUs: number, frequencyHz = 868_100_000): Reception {
  return {
    gatewayEui: "0102030405060708",
    concentratorSession: 1,
    board: 0,
    tmstUs,
    frequencyHz,
    modulation: { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" },
    snrDb: 5,
    payload: Buffer.from([0x40, payload >> 8, payload & 0xff]),
  };
}

/** The same by the plainest means: a list, oldest first. */
interface Known {
  readonly payload: number;
  readonly tmstUs: number;
  readonly atMs: number;
  readonly sequence: number;
  gone: boolean;
}

test("the table agrees with a plain list, whatever is added, found, forgotten and outgrown", () => {
  const step = fc.record({
    payload: fc.integer({ min: 0, max: 5 }),
    tmstS: fc.integer({ min: 1, max: 3 }),
    forget: fc.boolean(),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(REPEATS_AGE_MS_MAX / 3)),
  });
  const max = 7;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer(), (steps, seed) => {
      const repeats = createRepeats(seed, max);
      const list: Known[] = [];
      let nowMs = 0;
      for (const [sequence, { payload, tmstS, forget, afterMs }] of steps.entries()) {
        nowMs += afterMs;
        const tmstUs = tmstS * 1e6;
        const young = list.filter((known) => !known.gone && nowMs - known.atMs <= REPEATS_AGE_MS_MAX);
        const same = young.filter((known) => known.payload === payload);
        const expected = same.filter((known) => known.tmstUs === tmstUs).map((known) => known.sequence);

        const match = repeats.find(reception(payload, tmstUs), AIRTIME_US, nowMs);
        expect(match.heardBefore).toBe(same.length > 0);
        expect(match.ghost).toBe(-1);
        if (match.repeat >= 0) expect(expected).toContain(repeats.sequenceAt(match.repeat));
        else {
          expect(expected).toEqual([]);
          repeats.setSequence(repeats.addFound(reception(payload, tmstUs), nowMs), sequence);
          list.push({ payload, tmstUs, atMs: nowMs, sequence, gone: false });
          // What the ring overwrites is its oldest slot, in use or not.
          const outgrown = list[list.length - 1 - max];
          if (outgrown !== undefined) outgrown.gone = true;
        }
        if (forget) {
          const victim = list[list.length >> 1]!;
          repeats.forget(victim.sequence);
          victim.gone = true;
        }
        expect(repeats.size).toBe(list.filter((known) => !known.gone).length);
      }
    }),
  );
});

test("at its bound the table holds as many as it says, and finds every one", () => {
  const repeats = createRepeats(99);
  const add = (i: number): void => {
    const heard = reception(i & 0xffff, i * 1_000);
    expect(repeats.find(heard, AIRTIME_US, i).repeat).toBe(-1);
    repeats.setSequence(repeats.addFound(heard, i), i);
  };
  for (let i = 0; i < REPEATS_MAX + 100; i++) add(i);
  expect(repeats.size).toBe(REPEATS_MAX);
  for (let i = 0; i < REPEATS_MAX + 100; i++) {
    const { repeat } = repeats.find(reception(i & 0xffff, i * 1_000), AIRTIME_US, REPEATS_MAX);
    expect(repeat >= 0, `frame ${i}`).toBe(i >= 100);
    if (repeat >= 0) expect(repeats.sequenceAt(repeat)).toBe(i);
  }
});

test("of several ghosts the best SNR is found", () => {
  const repeats = createRepeats(1);
  for (const [i, snrDb] of [-3, 8, 2].entries()) {
    const heard = { ...reception(1, 1_000_000, 868_100_000 + i * 200_000), snrDb };
    repeats.find(heard, AIRTIME_US, 0);
    repeats.addFound(heard, 0);
  }
  const { ghost } = repeats.find(reception(1, 1_000_010, 869_000_000), AIRTIME_US, 0);
  expect(repeats.snrDbAt(ghost)).toBe(8);
});

test("a hundred thousand payloads that differ in little are all told apart", () => {
  const repeats = createRepeats(4711, 100_000);
  for (let i = 0; i < 100_000; i++) {
    const payload = Buffer.alloc(24);
    payload[0] = 0x40;
    payload.writeUInt16LE(i & 0xff, 6);
    payload.writeUInt16LE(i >> 8, 20);
    const heard = { ...reception(0, 1), payload };
    expect(repeats.find(heard, AIRTIME_US, 0).heardBefore).toBe(false);
    repeats.addFound(heard, 0);
  }
});
