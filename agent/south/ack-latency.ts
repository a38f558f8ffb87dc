/** How long PUSH_DATAs waited for their PUSH_ACK: smoothed, longest, and by class. Pure. */

/** Upper ends of the classes; the reference forwarder waits 100 ms, Kerlink's 3 s. */
export const LATENCY_CLASSES_MS = [1, 10, 100, 1_000, 3_000, Number.POSITIVE_INFINITY] as const;
/** Of each new value in the smoothed one. */
const WEIGHT = 1 / 8;

export interface AckLatency {
  add(latencyMs: number): void;
  view(): AckLatencyView;
}

export interface AckLatencyView {
  /** undefined before the first. */
  readonly smoothedMs: number | undefined;
  readonly longestMs: number;
  /** How many took at most LATENCY_CLASSES_MS[i], and longer than the class before. */
  readonly classes: readonly number[];
}

export function createAckLatency(): AckLatency {
  const classes: number[] = LATENCY_CLASSES_MS.map(() => 0);
  let smoothedMs: number | undefined;
  let longestMs = 0;
  return {
    add: (latencyMs) => {
      smoothedMs = smoothedMs === undefined ? latencyMs : smoothedMs + (latencyMs - smoothedMs) * WEIGHT;
      if (latencyMs > longestMs) longestMs = latencyMs;
      let at = 0;
      while (latencyMs > LATENCY_CLASSES_MS[at]!) at++;
      classes[at]! += 1;
    },
    view: () => ({ smoothedMs, longestMs, classes: [...classes] }),
  };
}
