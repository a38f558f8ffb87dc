/** Beside real parts (processes, sockets, disks) a test waits for what it wants, never for a time. */

/** @param what is said when it does not come, and how things are then; the condition itself tells it well enough. */
export async function until(
  holds: () => boolean,
  what: string | (() => string) = String(holds),
  limitMs = 20_000,
): Promise<void> {
  const untilMs = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > untilMs)
      throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
