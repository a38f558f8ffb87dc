/**
 * Durations and sizes as people write them: "80ms", "48h", "512MB". Decimal sizes as disks are sold (1 MB is
 * 1,000,000 octets), binary ones with an i (IEC 80000-13).
 */
const DURATION_UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SIZE_UNITS_OCTETS = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
} as const;

/** @param written a whole number and a unit; the kind's pattern has checked it. */
export function readDurationMs(written: string): number {
  return read(written, DURATION_UNITS_MS);
}

export function readSizeOctets(written: string): number {
  return read(written, SIZE_UNITS_OCTETS);
}

/** Days are for reading only: "48h" is what a promise says, and it comes back as it was. */
export function printDuration(durationMs: number): string {
  const { d: _, ...units } = DURATION_UNITS_MS;
  return print(durationMs, units);
}

export function printSize(sizeOctets: number): string {
  return print(sizeOctets, SIZE_UNITS_OCTETS);
}

function read(written: string, units: Readonly<Record<string, number>>): number {
  const unitAt = written.search(/[a-zA-Z]/);
  return Number(written.slice(0, unitAt)) * (units[written.slice(unitAt)] ?? Number.NaN);
}

/** In the largest unit that leaves a whole number. */
function print(value: number, units: Readonly<Record<string, number>>): string {
  const [unit, factor] =
    Object.entries(units)
      .sort(([, a], [, b]) => b - a)
      .find(([, candidate]) => value > 0 && value % candidate === 0) ?? Object.entries(units)[0]!;
  return `${value / factor}${unit}`;
}
