/**
 * Drops: frames that leave the journal although a core has not taken them, counted by reason.
 *
 * The counts are written in the batch that removes (writer.ts), so that a restart knows them and a power cut that brings
 * a frame back takes its count back too. What is dropped and when: expiry.ts, thinning.ts, limits.ts.
 */
import type { StoreOperation } from "../ports.ts";
import { metaKey, seal, unseal } from "./keys.ts";

/**
 * expired      older than a core's max_age: one for each core that loses it
 * joinExpired  a join that nobody can answer any more
 * foreign      of a NetID that is not ours              }
 * copy         a device's own repetition (NbTrans)      }
 * fport0       MAC commands only                        } thinning, in this order
 * thinned      every second one of a device's older half}
 * lastResort   the journal was full of first and last frames
 */
export const DROP_REASONS = [
  "expired",
  "joinExpired",
  "foreign",
  "copy",
  "fport0",
  "thinned",
  "lastResort",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** By reason; those that never occurred are absent. */
export type DropCounts = Readonly<Partial<Record<DropReason, number>>>;

export const DROPPED_KEY = metaKey("dropped");

export interface Drops {
  readonly counts: DropCounts;
  /** Of this run of the agent. */
  readonly total: number;
  count(reason: DropReason, by?: number): void;
  /** What a store said of earlier runs is added to what was counted since. */
  inherit(counts: DropCounts): void;
  /** What the next batch has to say; undefined: nothing new. */
  operation(): StoreOperation | undefined;
  /** The operation that was given last is on disk. */
  said(): void;
}

export function makeDrops(): Drops {
  const counts: Partial<Record<DropReason, number>> = {};
  let total = 0;
  let revision = 0;
  let given = 0;
  let saved = 0;
  const count = (reason: DropReason, by: number): void => {
    counts[reason] = (counts[reason] ?? 0) + by;
  };
  return {
    get counts() {
      return { ...counts };
    },
    get total() {
      return total;
    },
    count: (reason, by = 1) => {
      count(reason, by);
      total += by;
      revision++;
    },
    inherit: (before) => {
      for (const reason of DROP_REASONS) if (before[reason]) count(reason, before[reason]);
    },
    operation: () => {
      if (saved === revision) return undefined;
      given = revision;
      return { type: "put", key: DROPPED_KEY, value: writeDropCounts(counts) };
    },
    said: () => {
      saved = given;
    },
  };
}

export function writeDropCounts(counts: DropCounts): Buffer {
  return seal(DROPPED_KEY, Buffer.from(JSON.stringify(counts)));
}

/** @returns none when it is absent or damaged. */
export function readDropCounts(sealed: Buffer | undefined): DropCounts {
  const bytes = unseal(DROPPED_KEY, sealed);
  return bytes === undefined ? {} : (JSON.parse(bytes.toString()) as DropCounts);
}
