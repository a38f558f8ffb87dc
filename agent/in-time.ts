/** Waiting that ends: disks, networks, other programs and people may hang, and who waits for them must not hang with them. */
import type { Clock } from "./ports.ts";

/**
 * @param work goes on although it is late; what it then gives, or fails with, is nobody's any more.
 * @returns what the work gives, or `late` when that takes longer than `limitMs`. Rejects as the work does, in time.
 */
export async function inTime<T, Late>(
  clock: Pick<Clock, "sleep">,
  limitMs: number,
  work: Promise<T>,
  late: Late,
): Promise<T | Late> {
  const done = new AbortController();
  const tooLong = clock.sleep(limitMs, done.signal).then(
    () => late,
    () => late,
  );
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    // With a reason of its own no error is made, with a trace that nobody reads.
    done.abort("done");
  }
}
