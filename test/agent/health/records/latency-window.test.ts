/** Quantiles of the last five minutes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createLatencyWindow, LATENCY_WINDOW_MS } from "../../../../agent/health/records/latency-window.ts";

test("nothing was measured: nothing is said", () => {
  expect(createLatencyWindow().view(0)).toEqual({
    count: 0,
    p50Ms: undefined,
    p95Ms: undefined,
    p99Ms: undefined,
    longestMs: undefined,
  });
});

test("a quantile is never below the true one, and at most a quarter above it", () => {
  const latency = fc.double({ min: 0.5, max: 200_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), (latenciesMs) => {
      const window = createLatencyWindow();
      for (const latencyMs of latenciesMs) window.add(latencyMs, 1_000);
      const sorted = [...latenciesMs].sort((one, other) => one - other);
      const truth = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
      const view = window.view(1_000);
      expect(view.count).toBe(latenciesMs.length);
      expect(view.longestMs).toBe(sorted.at(-1));
      for (const [said, share] of [
        [view.p50Ms!, 0.5],
        [view.p95Ms!, 0.95],
        [view.p99Ms!, 0.99],
      ] as const) {
        expect(said).toBeGreaterThanOrEqual(truth(share));
        expect(said).toBeLessThanOrEqual(truth(share) * 1.25 + 0.125);
      }
    }),
  );
});

test("what is older than the window is forgotten, what is a minute younger is not", () => {
  const window = createLatencyWindow();
  window.add(5_000, 30_000);
  window.add(10, 90_000);
  expect(window.view(LATENCY_WINDOW_MS - 1)).toMatchObject({ count: 2, longestMs: 5_000 });
  expect(window.view(LATENCY_WINDOW_MS)).toMatchObject({ count: 1, longestMs: 10 });
  expect(window.view(10 * LATENCY_WINDOW_MS).count).toBe(0);
  window.add(7, 10 * LATENCY_WINDOW_MS + 90_000);
  expect(window.view(10 * LATENCY_WINDOW_MS + 90_000)).toMatchObject({ count: 1, longestMs: 7 });
});

test("beyond its classes it still tells the longest", () => {
  const window = createLatencyWindow();
  window.add(1e12, 0);
  expect(window.view(0)).toMatchObject({ count: 1, longestMs: 1e12 });
});
