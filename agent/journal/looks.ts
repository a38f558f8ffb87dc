/**
 * Looks: what people's commands read of the store. One at a time, and none while the disk refuses: each that hangs keeps
 * one of the process's few threads busy (disk.ts), and nobody can call it back.
 */
import { AgentError } from "../errors.ts";
import { inTime } from "../in-time.ts";
import type { Clock, KeyValueStore } from "../ports.ts";

/** So long a look waits for the one before it. */
export const LOOK_MS_MAX = 5_000;

export interface LooksParts {
  readonly clock: Clock;
  /** undefined while it is not open. */
  store(): KeyValueStore | undefined;
  /** What the disk says instead of obeying. */
  failing(): string | undefined;
}

/** @returns a look at the store. @throws AgentError STORE_IO, STORE_DAMAGED: a failure is the looker's alone */
export function makeLooks({
  clock,
  store,
  failing,
}: LooksParts): <T>(look: (store: KeyValueStore) => Promise<T>) => Promise<T> {
  let running: Promise<void> | undefined;

  function begin<T>(look: (store: KeyValueStore) => Promise<T>, open: KeyValueStore): Promise<T> {
    const looking = look(open);
    const ended = (): void => {
      running = undefined;
    };
    running = looking.then(ended, ended);
    return looking;
  }

  return async (look) => {
    const untilMs = clock.monotonicMs() + LOOK_MS_MAX;
    for (;;) {
      const open = store();
      const why = failing();
      if (open === undefined || why !== undefined)
        throw new AgentError("STORE_IO", why ?? "the store is not open");
      if (running === undefined) return begin(look, open);
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0) throw new AgentError("STORE_IO", "the disk does not answer");
      await inTime(clock, leftMs, running, undefined);
    }
  };
}
