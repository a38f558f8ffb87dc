/**
 * A figure of the bench: what was measured, beside the floor that the same machine showed in the same run.
 *
 * One JSON line per figure on stdout; on stderr the same for people, with what the floor is.
 */
export interface Floor {
  readonly value: number;
  /** What was measured, in a few words. */
  readonly of: string;
}

/**
 * Prints one figure.
 * @param bench dotted name, the part first.
 */
export function say(bench: string, value: number, unit: string, floor: Floor): void {
  const line = {
    bench,
    value: rounded(value),
    unit,
    floor: rounded(floor.value),
    ratio: ratio(value, floor.value),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.stderr.write(`${bench}: ${line.value} ${unit}; ${line.floor}: ${floor.of}\n`);
}

/** null where there is nothing to divide by; nothing beside nothing is as good as it gets. */
function ratio(value: number, floor: number): number | null {
  if (floor === 0) return value === 0 ? 1 : null;
  return Math.round((value / floor) * 100) / 100;
}

/** Four digits tell everything that a shared machine can repeat. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @param share 0..1. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
