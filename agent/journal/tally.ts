/**
 * The tally: how many frames, and octets of records, ever reached the disk and ever left it.
 *
 * Written in every batch that adds or removes, so that whatever LevelDB passes over in silence shows as a difference
 * when the journal is opened. Pure.
 *
 *   octet  0      8        16           24
 *          added  removed  addedOctets  removedOctets      (IEEE doubles, big-endian; sealed as in keys.ts)
 */
import { metaKey, seal, unseal } from "./keys.ts";

export interface Tally {
  readonly added: number;
  readonly removed: number;
  readonly addedOctets: number;
  readonly removedOctets: number;
}

export const EMPTY_TALLY: Tally = { added: 0, removed: 0, addedOctets: 0, removedOctets: 0 };
export const TALLY_KEY = metaKey("tally");

export function writeTally(tally: Tally): Buffer {
  const bytes = Buffer.allocUnsafe(32);
  bytes.writeDoubleBE(tally.added, 0);
  bytes.writeDoubleBE(tally.removed, 8);
  bytes.writeDoubleBE(tally.addedOctets, 16);
  bytes.writeDoubleBE(tally.removedOctets, 24);
  return seal(TALLY_KEY, bytes);
}

/** @returns undefined when it is absent or damaged. */
export function readTally(sealed: Buffer | undefined): Tally | undefined {
  const bytes = unseal(TALLY_KEY, sealed);
  if (bytes?.length !== 32) return undefined;
  return {
    added: bytes.readDoubleBE(0),
    removed: bytes.readDoubleBE(8),
    addedOctets: bytes.readDoubleBE(16),
    removedOctets: bytes.readDoubleBE(24),
  };
}

export function framesOf(tally: Tally): number {
  return tally.added - tally.removed;
}

export function octetsOf(tally: Tally): number {
  return Math.max(0, tally.addedOctets - tally.removedOctets);
}
