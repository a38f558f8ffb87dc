/** Waiting, but not for ever: a technician stands in the rain. */
import type { Clock } from "../../ports.ts";

/** @returns what the work gives, or `otherwise` when it takes longer or fails. Never rejects. */
export async function inTime<T>(clock: Clock, timeoutMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then(
    () => otherwise,
    () => otherwise,
  );
  try {
    return await Promise.race([work.catch(() => otherwise), late]);
  } finally {
    done.abort();
  }
}
