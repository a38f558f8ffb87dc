/** What happened within the last while, from totals that only rise. Pure but for its memory. */

/** A total at the beginning of each slice, by key. */
export interface RisingWindow {
  /** @param total since whatever start; a smaller one than before begins anew. */
  look(key: string, total: number, nowMs: number): void;
  /** By how much it has risen within the window. */
  risen(key: string): number;
  /** Forgets those that were not looked at since. */
  forget(before: number): void;
}

const SLICES = 10;

interface Line {
  total: number;
  seenMs: number;
  /** The slice that runs is last. */
  slices: number[];
  slice: number;
}

/** @param windowMs up to a tenth less of it is looked back on. */
export function risingWindow(windowMs: number): RisingWindow {
  const sliceMs = windowMs / SLICES;
  const lines = new Map<string, Line>();
  return {
    look: (key, total, nowMs) => {
      const slice = Math.floor(nowMs / sliceMs);
      const line = lines.get(key);
      if (line === undefined) {
        lines.set(key, { total, seenMs: nowMs, slices: [0], slice });
        return;
      }
      const passed = Math.min(slice - line.slice, SLICES);
      for (let at = 0; at < passed; at++) line.slices.push(0);
      line.slices = line.slices.slice(-SLICES);
      line.slice = slice;
      line.slices[line.slices.length - 1]! += total >= line.total ? total - line.total : total;
      line.total = total;
      line.seenMs = nowMs;
    },
    risen: (key) => lines.get(key)?.slices.reduce((sum, more) => sum + more, 0) ?? 0,
    forget: (before) => {
      for (const [key, { seenMs }] of lines) if (seenMs < before) lines.delete(key);
    },
  };
}
