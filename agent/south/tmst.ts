/** Reckoning modulo the wrap of tmst, the concentrator's 32-bit microsecond counter. In milliseconds. */

export const TMST_WRAP_MS = 2 ** 32 / 1e3;

/** Into [0, wrap). */
export function wrapped(ms: number): number {
  return ms - Math.floor(ms / TMST_WRAP_MS) * TMST_WRAP_MS;
}

/** `a - b` modulo the wrap, into [-wrap/2, wrap/2). */
export function apartMs(a: number, b: number): number {
  return wrapped(a - b + TMST_WRAP_MS / 2) - TMST_WRAP_MS / 2;
}
