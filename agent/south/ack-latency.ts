/** How long PUSH_DATAs waited for their PUSH_ACK: smoothed, longest, by class, and of late. Pure. */
import { createLatencyWindow, type LatencyView } from "../health/records/latency-window.ts";

/** Upper ends of the classes; the reference forwarder waits 100 ms, Kerlink's 3 s. */
export const LATENCY_CLASSES_MS = [1, 10, 100, 1_000, 3_000, Number.POSITIVE_INFINITY] as const;
/** Of each new value in the smoothed one. */
const WEIGHT = 1 / 8;

export interface AckLatency {
  /** @param nowMs monotonic. */
  add(latencyMs: number, nowMs: number): void;
  view(nowMs: number): AckLatencyView;
}

export interface AckLatencyView {
  /** undefined before the first. */
  readonly smoothedMs: number | undefined;
  readonly longestMs: number;
  /** How many took at most LATENCY_CLASSES_MS[i], and longer than the class before. */
  readonly classes: readonly number[];
  readonly recent: LatencyView;
}

export function createAckLatency(): AckLatency {
  const classes: number[] = LATENCY_CLASSES_MS.map(() => 0);
  let smoothedMs: number | undefined;
  let longestMs = 0;
  const recent = createLatencyWindow();
  return {
    add: (latencyMs, nowMs) => {
      recent.add(latencyMs, nowMs);
      smoothedMs = smoothedMs === undefined ? latencyMs : smoothedMs + (latencyMs - smoothedMs) * WEIGHT;
      if (latencyMs > longestMs) longestMs = latencyMs;
      let at = 0;
      while (latencyMs > LATENCY_CLASSES_MS[at]!) at++;
      classes[at]! += 1;
    },
    view: (nowMs) => ({ smoothedMs, longestMs, classes: [...classes], recent: recent.view(nowMs) }),
  };
}
