/**
 * What one batch writes: frames that come to disk, frames on disk that have changed, and the tally of both. Pure; when
 * it is written and what follows from it is in writer.ts.
 */
import type { StoreOperation } from "../ports.ts";
import type { Claims } from "./claims.ts";
import { ASIDE, indexKey, lanePrefix, NO_VALUE, recordKey } from "./keys.ts";
import type { Held } from "./memory.ts";
import { writeRecord } from "./record.ts";
import type { Stored } from "./shelves.ts";
import { TALLY_KEY, type Tally, writeTally } from "./tally.ts";

export interface Batch {
  operations: StoreOperation[];
  readonly added: { readonly held: Held; readonly claims: number; readonly octets: number }[];
  /** Put aside only. */
  readonly apart: readonly Held[];
  readonly changes: {
    readonly stored: Stored;
    readonly claims: number;
    readonly aside: Buffer | undefined;
  }[];
  readonly tally: Tally;
}

/**
 * @param frames those to be stored; none but changes when undefined.
 * @param changed frames on disk whose claims are fewer now than the disk has.
 */
export function assemble(
  frames: Iterable<Held> | undefined,
  changed: Iterable<Stored>,
  tally: Tally,
  claims: Claims,
): Batch {
  const operations: StoreOperation[] = [];
  const added: { held: Held; claims: number; octets: number }[] = [];
  const apart: Held[] = [];
  const changes: { stored: Stored; claims: number; aside: Buffer | undefined }[] = [];
  let addedOctets = 0;
  let removed = 0;
  let removedOctets = 0;
  for (const held of frames ?? []) {
    const { frame, lane, claims: wanted } = held;
    const record = writeRecord(frame, lane, claims.names(wanted));
    if (held.aside) {
      const value = writeRecord(frame, lane, claims.names(held.aside));
      operations.push({ type: "put", key: recordKey(frame.sequence, ASIDE), value });
    }
    if (wanted === 0) {
      apart.push(held);
      continue;
    }
    operations.push({ type: "put", key: recordKey(frame.sequence), value: record });
    operations.push({
      type: "put",
      key: indexKey(lane, frame.sequence, wanted),
      value: NO_VALUE,
    });
    added.push({ held, claims: wanted, octets: record.length });
    addedOctets += record.length;
  }
  for (const stored of changed) {
    const prefix = lanePrefix(stored.lane);
    operations.push({ type: "del", key: indexKey(prefix, stored.sequence, stored.diskClaims) });
    if (stored.claims !== 0) {
      const key = indexKey(prefix, stored.sequence, stored.claims);
      operations.push({ type: "put", key, value: NO_VALUE });
    } else {
      operations.push({ type: "del", key: recordKey(stored.sequence) });
      removed++;
      removedOctets += stored.octets;
    }
    if (stored.aside !== undefined) {
      operations.push({ type: "put", key: recordKey(stored.sequence, ASIDE), value: stored.aside });
    }
    changes.push({ stored, claims: stored.claims, aside: stored.aside });
  }
  const next: Tally = {
    added: tally.added + added.length,
    removed: tally.removed + removed,
    addedOctets: tally.addedOctets + addedOctets,
    removedOctets: tally.removedOctets + removedOctets,
  };
  if (added.length > 0 || removed > 0) {
    operations.push({ type: "put", key: TALLY_KEY, value: writeTally(next) });
  }
  return { operations, added, apart, changes, tally: next };
}
