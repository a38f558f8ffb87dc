/**
 * Counters: what happened, how often, by reason. Everything refused, dropped or given up is counted here, and
 * shown by `edge-agent status`; faults from the air are counted and not logged one by one.
 *
 * Names and reasons are camelCase and stable, for they are read by programs. Pure.
 */

/** Reasons come from code, but a bug must not be able to fill the memory through them. */
const REASONS_MAX = 512;

export interface Counters {
  /** @param name what happened, such as "frameRefused"; @param reason why, such as "crcBad". */
  count(name: string, reason?: string, by?: number): void;
  get(name: string, reason?: string): number;
  /** Nested by name and reason: `{"frameRefused":{"crcBad":3},"pushData":12}`. */
  snapshot(): Record<string, number | Record<string, number>>;
}

export function createCounters(): Counters {
  const plain = new Map<string, number>();
  const byReason = new Map<string, Map<string, number>>();
  let reasons = 0;

  const reasonsOf = (name: string): Map<string, number> => {
    const known = byReason.get(name);
    if (known) return known;
    const made = new Map<string, number>();
    byReason.set(name, made);
    return made;
  };

  return {
    count: (name, reason, by = 1) => {
      if (reason === undefined) {
        plain.set(name, (plain.get(name) ?? 0) + by);
        return;
      }
      const counted = reasonsOf(name);
      const before = counted.get(reason);
      if (before === undefined && reasons >= REASONS_MAX) {
        counted.set("other", (counted.get("other") ?? 0) + by);
        return;
      }
      if (before === undefined) reasons += 1;
      counted.set(reason, (before ?? 0) + by);
    },
    get: (name, reason) => (reason === undefined ? plain.get(name) : byReason.get(name)?.get(reason)) ?? 0,
    snapshot: () => {
      const all: Record<string, number | Record<string, number>> = Object.fromEntries(plain);
      for (const [name, counted] of byReason) all[name] = Object.fromEntries(counted);
      return all;
    },
  };
}
