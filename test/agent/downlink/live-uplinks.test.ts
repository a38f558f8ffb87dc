/**
 * Goal: of a core that hands back no context, an answer passes only in a window of an uplink that it heard live.
 * Method: the rule is stated a second time, by search over whole microseconds, and compared on drawn uplinks; the edges
 * are named one by one.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createLiveUplinks,
  LIVE_UPLINKS_MAX,
  type LiveUplink,
} from "../../../agent/downlink/live-uplinks.ts";

const SPAN_US = 2 ** 32;
const SESSION = 3;
const running = (): number => SESSION;

function uplink(more: Partial<LiveUplink> = {}): LiveUplink {
  return { tmstUs: 1_000_000, board: 0, concentratorSession: SESSION, heardMs: 0, sentMs: 0, ...more };
}

/** Judges an answer so many microseconds behind an uplink that was sent at 0 ms. */
function judged(behindUs: number, nowMs = 500, tmstUs = 1_000_000) {
  const uplinks = createLiveUplinks();
  uplinks.sent(uplink({ tmstUs }));
  const txUs = (((tmstUs + behindUs) % SPAN_US) + SPAN_US) % SPAN_US;
  return uplinks.judge(txUs, nowMs, running);
}

const late = { ok: false, fault: "noLiveUplink" };

describe("an answer", () => {
  test.each([
    [999_000, false],
    [999_979, false],
    [999_980, true],
    [1_000_000, true],
    [1_000_020, true],
    [1_000_021, false],
    [1_500_000, false],
    [2_000_000, true],
    [5_000_000, true],
    [16_000_000, true],
    [16_000_021, false],
    [17_000_000, false],
    [0, false],
    [-1_000_000, false],
  ])("%i microseconds behind its uplink: passes %s", (behindUs, passes) => {
    expect(judged(behindUs)).toEqual(passes ? { ok: true, value: Math.round(behindUs / 1e6) * 1e3 } : late);
  });

  test.each([SPAN_US - 1, SPAN_US - 500_000, SPAN_US - 16_000_000])(
    "passes where the counter comes round, at %i",
    (tmstUs) => {
      for (const seconds of [1, 16]) expect(judged(seconds * 1e6, 500, tmstUs).ok).toBe(true);
      expect(judged(999_000, 500, tmstUs)).toEqual(late);
      expect(judged(17_000_000, 500, tmstUs)).toEqual(late);
    },
  );

  test("passes for 17 s after its uplink was sent, and no longer: a round of the counter later least of all", () => {
    expect(judged(1_000_000, 17_000).ok).toBe(true);
    expect(judged(1_000_000, 17_001)).toEqual(late);
    expect(judged(1_000_000, SPAN_US / 1e3 + 500)).toEqual(late);
  });

  test("to the concentrator's run before does not pass, nor while no run is known", () => {
    const uplinks = createLiveUplinks();
    uplinks.sent(uplink());
    const other = { ok: false, fault: "otherSession" };
    expect(uplinks.judge(2_000_000, 500, () => SESSION + 1)).toEqual(other);
    expect(uplinks.judge(2_000_000, 500, () => undefined)).toEqual(other);
    expect(uplinks.judge(2_000_000, 500, running).ok).toBe(true);
  });

  test("is judged by the board that heard its uplink", () => {
    const uplinks = createLiveUplinks();
    uplinks.sent(uplink({ board: 1 }));
    expect(uplinks.judge(2_000_000, 500, (board) => (board === 1 ? SESSION : SESSION + 1)).ok).toBe(true);
  });
});

test("whatever was heard, an answer passes exactly when a window of LoRaWAN lies there", () => {
  // Crowded, so that windows meet: few microseconds, near the wrap, over half a minute.
  const tmst = fc.integer({ min: -20_000_000, max: 20_000_000 }).map((us) => (us + SPAN_US) % SPAN_US);
  const heard = fc.record({ tmstUs: tmst, sentMs: fc.integer({ min: 0, max: 30_000 }) });
  const behind = fc.oneof(
    fc.integer({ min: 0, max: 18_000_000 }),
    fc
      .tuple(fc.integer({ min: 0, max: 18 }), fc.integer({ min: -25, max: 25 }))
      .map(([s, us]) => s * 1e6 + us),
  );
  fc.assert(
    fc.property(
      fc.array(heard, { minLength: 1, maxLength: 30 }),
      fc.nat(),
      behind,
      fc.integer({ min: 0, max: 50_000 }),
      (all, which, behindUs, laterMs) => {
        const sent = [...all].sort((one, other) => one.sentMs - other.sentMs);
        const uplinks = createLiveUplinks();
        for (const one of sent) uplinks.sent(uplink(one));
        const nowMs = sent.at(-1)!.sentMs + (laterMs > 20_000 ? 0 : laterMs);
        const txUs = (sent[which % sent.length]!.tmstUs + behindUs) % SPAN_US;
        const hasWindow = sent.some(({ tmstUs, sentMs }) => {
          if (nowMs - sentMs > 17_000) return false;
          for (let second = 1; second <= 16; second++)
            for (let us = -20; us <= 20; us++)
              if ((tmstUs + second * 1_000_000 + us + SPAN_US) % SPAN_US === txUs) return true;
          return false;
        });
        expect(uplinks.judge(txUs, nowMs, running).ok).toBe(hasWindow);
      },
    ),
    { numRuns: 300 },
  );
});

test(`${LIVE_UPLINKS_MAX} uplinks are remembered, beyond them the oldest is forgotten`, () => {
  const uplinks = createLiveUplinks();
  for (let at = 0; at <= LIVE_UPLINKS_MAX; at++) uplinks.sent(uplink({ tmstUs: at * 100, sentMs: at }));
  const answerOf = (at: number) => uplinks.judge(at * 100 + 5_000_000, LIVE_UPLINKS_MAX, running).ok;
  expect(answerOf(0)).toBe(false);
  expect(answerOf(1)).toBe(true);
  expect(answerOf(LIVE_UPLINKS_MAX)).toBe(true);
});
