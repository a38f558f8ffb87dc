/**
 * The dropper: takes claims from stored frames on the journal's own account, as if the core had taken them, and waits
 * until the disk has heard of it. Who loses what: expiry.ts, thinning.ts.
 */

import type { Lane } from "../frame/frame.ts";
import type { Claims } from "./claims.ts";
import type { DropReason, Drops } from "./drops.ts";
import { recordKey } from "./keys.ts";
import type { Reader } from "./reader.ts";
import type { Shelves, Stored } from "./shelves.ts";
import type { Writer } from "./writer.ts";

/** Frames whose state is read at the same time. */
export const DROPS_AT_ONCE = 16;
/** Every claim there can be. */
export const ALL_CLAIMS = 0xff;

export interface DropperParts {
  readonly claims: Claims;
  readonly shelves: Shelves;
  readonly reader: Pick<Reader, "recall" | "recallAll">;
  readonly writer: Writer;
  readonly drops: Drops;
  /** Whether this core is being sent a frame of this lane at this moment. */
  isInFlight(core: string, lane: Lane): boolean;
  isStopped(): boolean;
}

export interface Dropper {
  /**
   * At most DROPS_AT_ONCE frames lose these claims. What has been taken meanwhile is passed over.
   * @param lane of all of them, which then are in rising order and are looked up together; absent: of several.
   * @returns how many frames lost any, and the octets of those that are gone now.
   */
  drop(
    sequences: readonly number[],
    claims: number,
    reason: DropReason,
    lane?: Lane,
  ): Promise<{ readonly frames: number; readonly octets: number }>;
  /** Octets of the frames that are gone and that the tally still counts. */
  readonly pendingOctets: number;
  /** A batch was written: the tally has changed. */
  recount(): void;
  /** Resolves when the disk has heard of all that was dropped, or nobody wants to know any more. */
  flush(): Promise<void>;
  /** Whether any of these claims' cores is being sent a frame of the lane. */
  isInFlight(claims: number, lane: Lane): boolean;
}

export function makeDropper(parts: DropperParts): Dropper {
  const { claims: table, shelves, reader, writer, drops } = parts;
  let pendingOctets = 0;

  async function recall(sequence: number): Promise<Stored | undefined> {
    const stored = shelves.recall(sequence) ?? (await reader.recall(sequence));
    if (stored === undefined || stored.octets > 0) return stored;
    const value = await writer.readPatiently((store) => store.get(recordKey(sequence)));
    stored.octets = value?.length ?? 0;
    return stored;
  }

  const isInFlight = (claims: number, lane: Lane): boolean =>
    table.names(claims).some((core) => parts.isInFlight(core, lane));

  return {
    drop: async (sequences, claims, reason, lane) => {
      let frames = 0;
      let octets = 0;
      if (lane !== undefined) await reader.recallAll(lane, sequences);
      const all = await Promise.all(sequences.map(recall));
      if (parts.isStopped()) return { frames, octets };
      for (const stored of all) {
        // Taken, or read anew after a repair, while the others were read.
        if (stored === undefined || shelves.recall(stored.sequence) !== stored) continue;
        const lost = stored.claims & claims;
        if (lost === 0) continue;
        shelves.take(stored, lost);
        drops.count(reason, reason === "expired" ? table.names(lost).length : 1);
        frames++;
        if (stored.claims === 0) octets += stored.octets;
      }
      pendingOctets += octets;
      if (frames > 0) writer.changed();
      return { frames, octets };
    },
    get pendingOctets() {
      return pendingOctets;
    },
    recount: () => {
      pendingOctets = 0;
      for (const stored of shelves.changed) if (stored.claims === 0) pendingOctets += stored.octets;
    },
    flush: () => writer.flush(),
    isInFlight,
  };
}
