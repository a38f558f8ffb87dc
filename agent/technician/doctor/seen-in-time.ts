/** A look that ends, for a technician stands in the rain: what takes too long, or fails, has not been seen. */
import { inTime } from "../../in-time.ts";
import type { Clock } from "../../ports.ts";

/** @returns what the work gives, or `otherwise` when it takes longer or fails. Never rejects. */
export function seenInTime<T>(clock: Clock, timeoutMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  return inTime(
    clock,
    timeoutMs,
    work.catch(() => otherwise),
    otherwise,
  );
}
