/**
 * What somebody should look at, by name, while it lasts. Said once when it begins and once when it ends, however
 * often it is found.
 */
import type { Log, LogFields } from "../ports.ts";

export interface Alarms<Name extends string> {
  raise(name: Name, fields?: LogFields): void;
  clear(name: Name): void;
  list(): Name[];
}

export function createAlarms<Name extends string>(log: Log): Alarms<Name> {
  const raised = new Set<Name>();
  return {
    raise: (name, fields = {}) => {
      if (raised.has(name)) return;
      raised.add(name);
      log.warn({ alarm: name, ...fields }, "alarm raised");
    },
    clear: (name) => {
      if (raised.delete(name)) log.info({ alarm: name }, "alarm cleared");
    },
    list: () => [...raised],
  };
}
