/**
 * Every octet of a report is paid for, 1,615 times: figures are rounded to what they are worth, what is not known is
 * absent, and a report that is still too long leaves out its longest lists, and says which.
 *
 * Pure.
 */
import type { DroppablePart, HealthReport } from "./message.ts";

/** @returns to three significant digits: nobody acts upon the fourth. Whole numbers below 1,000 stay as they are. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function roundedOr(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : rounded(value);
}

/** Whole seconds. */
export function seconds(durationMs: number): number {
  return Math.round(durationMs / 1e3);
}

export function secondsOr(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : seconds(durationMs);
}

/** To a place or so of the comma. */
export function fixed(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function fixedOr(value: number | undefined, digits: number): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : fixed(value, digits);
}

/** UTC to the second; undefined where the clock is not to be trusted. */
export function utcText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}

/** Without what is undefined, an empty list or an empty object. */
export function compact<T extends object>(parts: T): T {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parts)) if (!isEmpty(value)) kept[name] = value;
  return kept as T;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/**
 * Writes a report.
 * @param dropFirst its parts that may go, the least missed first; one goes after the other until the rest fits.
 * @returns JSON, UTF-8, of octetsMax at most, unless what must stay is longer than that.
 */
export function writeWithin(
  report: HealthReport,
  dropFirst: readonly DroppablePart[],
  octetsMax: number,
): Buffer {
  let payload = Buffer.from(JSON.stringify(report));
  let left: HealthReport = report;
  const omitted: DroppablePart[] = [];
  for (const part of dropFirst) {
    if (payload.length <= octetsMax) break;
    if (left[part] === undefined) continue;
    const { [part]: _gone, ...rest } = left;
    omitted.push(part);
    left = { ...rest, omitted };
    payload = Buffer.from(JSON.stringify(left));
  }
  return payload;
}
