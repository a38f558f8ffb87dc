/** Waiting that ends: what the disk or the network should have done may hang, and who commands must not wait with it. */
import type { Clock } from "../ports.ts";

/**
 * @param work must not reject.
 * @returns undefined when it was not done in time; it goes on all the same.
 */
export function inTime<T>(
  clock: Pick<Clock, "after">,
  work: Promise<T>,
  withinMs: number,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const late = clock.after(withinMs, () => resolve(undefined));
    void work.then((value) => {
      late.cancel();
      resolve(value);
    });
  });
}
