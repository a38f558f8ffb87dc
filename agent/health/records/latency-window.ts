/**
 * How long something took of late: its number, its quantiles and its longest, over the last five minutes. Pure.
 *
 * A ring of slices of a minute, each a histogram with four classes to a doubling; so a quantile is at most a quarter above
 * the true one, and never below it. Adding costs three array writes.
 */

const SLICES = 5;
const SLICE_MS = 60_000;
/** Classes begin at an eighth of a millisecond. */
const UNITS_PER_MS = 8;
/** Beyond it (four and a half minutes) all is one class. */
const UNITS_MAX = 2 ** 31 - 1;
const CLASSES = 31 * 4;

export const LATENCY_WINDOW_MS = SLICES * SLICE_MS;

export interface LatencyView {
  /** Of the last LATENCY_WINDOW_MS, and up to a minute less. */
  readonly count: number;
  /** undefined when there was none. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly longestMs: number | undefined;
}

export interface LatencyWindow {
  add(latencyMs: number, nowMs: number): void;
  view(nowMs: number): LatencyView;
}

export function createLatencyWindow(): LatencyWindow {
  const counts = new Uint32Array(SLICES * CLASSES);
  const longestMs = new Float64Array(SLICES);
  /** Which minute each slice holds. */
  const minutes = new Float64Array(SLICES).fill(Number.NEGATIVE_INFINITY);

  /** Asked again and again while nothing happens: by each look at health, each report, each status. */
  let told: { readonly minute: number; readonly view: LatencyView } | undefined;

  const sliceOf = (nowMs: number): number => {
    const minute = Math.floor(nowMs / SLICE_MS);
    const slice = minute % SLICES;
    if (minutes[slice] !== minute) {
      minutes[slice] = minute;
      longestMs[slice] = 0;
      counts.fill(0, slice * CLASSES, (slice + 1) * CLASSES);
    }
    return slice;
  };

  return {
    add: (latencyMs, nowMs) => {
      told = undefined;
      const slice = sliceOf(nowMs);
      counts[slice * CLASSES + classOf(latencyMs)]! += 1;
      if (latencyMs > longestMs[slice]!) longestMs[slice] = latencyMs;
    },
    view: (nowMs) => {
      const minute = Math.floor(nowMs / SLICE_MS);
      if (told?.minute === minute) return told.view;
      const sums = new Float64Array(CLASSES);
      let count = 0;
      let longest = 0;
      for (let slice = 0; slice < SLICES; slice++) {
        if (minute - minutes[slice]! >= SLICES) continue;
        longest = Math.max(longest, longestMs[slice]!);
        for (let at = 0; at < CLASSES; at++) {
          const counted = counts[slice * CLASSES + at]!;
          sums[at]! += counted;
          count += counted;
        }
      }
      const quantile = (share: number): number | undefined =>
        count === 0 ? undefined : Math.min(longest, upperEndMs(classHolding(sums, share * count)));
      const view: LatencyView = {
        count,
        p50Ms: quantile(0.5),
        p95Ms: quantile(0.95),
        p99Ms: quantile(0.99),
        longestMs: count === 0 ? undefined : longest,
      };
      told = { minute, view };
      return view;
    },
  };
}

/** The highest bit set and the two below it. */
function classOf(latencyMs: number): number {
  const units = Math.min(UNITS_MAX, Math.max(1, Math.floor(latencyMs * UNITS_PER_MS)));
  const bit = 31 - Math.clz32(units);
  const below = bit >= 2 ? (units >>> (bit - 2)) & 3 : (units << (2 - bit)) & 3;
  return bit * 4 + below;
}

function upperEndMs(at: number): number {
  const bit = at >> 2;
  return ((5 + (at & 3)) * 2 ** bit) / 4 / UNITS_PER_MS;
}

function classHolding(sums: Float64Array, rank: number): number {
  let seen = 0;
  for (let at = 0; at < CLASSES; at++) {
    seen += sums[at]!;
    if (seen >= rank && seen > 0) return at;
  }
  return CLASSES - 1;
}
