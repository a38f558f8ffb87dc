/** A replay as a server behind Semtech UDP sees it; the frames are other people's (test/vectors/gwmp.json). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitPushBody } from "../../../agent/lorawan/push-body.ts";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";
import { createPresentTmst, replayedRxpk } from "../../../agent/north/gwmp-rxpk.ts";
import gwmp from "../../vectors/gwmp.json" with { type: "json" };
import { carriedOf, LORA_RXPK } from "./carried.ts";

const HEARD_UTC_MS = Date.UTC(2026, 0, 1, 12, 30, 15, 250);
const SPAN_US = 2 ** 32;

/** Every rxpk that others published and that is admitted here. */
const PUBLISHED = gwmp.datagrams
  .filter(({ hex }) => hex.slice(6, 8) === "00" && hex.length > 24)
  .flatMap(({ id, hex }) =>
    splitPushBody(Buffer.from(hex.slice(24), "hex")).rxpks.map((text): [string, string] => [id, text]),
  )
  .filter(([, text]) => readRxpk(text).ok);

describe("a replayed rxpk", () => {
  test.each(PUBLISHED)("of %s is the same frame, but for its tmst and its mark", (_id, text) => {
    const replayed = replayedRxpk(carriedOf(text, { heardUtcMs: undefined }), 12_345_678);
    const [before, after] = [readRxpk(text), readRxpk(replayed)];
    if (!before.ok || !after.ok) throw new Error("unreadable");
    expect(after.value).toEqual({ ...before.value, tmstUs: 12_345_678, delayed: true, tmmsMs: undefined });
    const { tmst: _tmst, delayed: _delayed, ...rest } = JSON.parse(replayed);
    const { tmst: _old, delayed: _was, tmms: _gps, time, ...fields } = JSON.parse(text);
    expect(rest).toEqual(time === undefined || time === null ? fields : { ...fields, time });
  });

  test("there are such frames", () => {
    expect(PUBLISHED.length).toBeGreaterThan(3);
  });

  test("says when it was heard, where that is known and the forwarder did not say", () => {
    const timeOf = (rxpk: object, heardUtcMs: number | undefined): unknown =>
      JSON.parse(replayedRxpk(carriedOf(rxpk, { heardUtcMs }), 1)).time;
    expect(timeOf(LORA_RXPK, HEARD_UTC_MS)).toBe("2026-01-01T12:30:15.250000Z");
    expect(timeOf(LORA_RXPK, undefined)).toBeUndefined();
    const time = "2026-01-01T12:30:14.999999Z";
    expect(timeOf({ ...LORA_RXPK, time }, HEARD_UTC_MS)).toBe(time);
    expect(timeOf({ ...LORA_RXPK, time: null }, undefined)).toBeUndefined();
    expect(timeOf({ ...LORA_RXPK, time: "yesterday" }, HEARD_UTC_MS)).toBe("2026-01-01T12:30:15.250000Z");
  });
});

test("a replay has no GPS time beside the present tmst: a server would take the two for one moment", () => {
  const rxpk = { ...LORA_RXPK, tmms: 1_450_000_000_000 };
  const replayed = JSON.parse(replayedRxpk(carriedOf(rxpk, { heardUtcMs: HEARD_UTC_MS }), 1));
  expect(replayed).not.toHaveProperty("tmms");
  expect(replayed.time).toBe("2026-01-01T12:30:15.250000Z");
});

describe("the counter of replays", () => {
  test("never says the same value twice, follows the concentrator's, and comes round with it", () => {
    const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: SPAN_US - 1 }), steps, (startUs, moves) => {
        let nowUs = startUs;
        const next = createPresentTmst(() => nowUs);
        const said = new Set<number>();
        for (const move of moves) {
          nowUs = (nowUs + move + SPAN_US) % SPAN_US;
          const us = next(0);
          expect(said.has(us)).toBe(false);
          said.add(us);
          expect(Number.isInteger(us) && us >= 0 && us < SPAN_US).toBe(true);
          expect((us - nowUs + SPAN_US) % SPAN_US).toBeLessThan(300_000);
        }
      }),
    );
  });

  test("begins anew with another run of the concentrator", () => {
    let nowUs = 3_000_000_000;
    const next = createPresentTmst(() => nowUs);
    next(0);
    nowUs = 5_000_000;
    expect(next(0)).toBe(5_000_000);
  });
});
