/**
 * What a journal says of itself: its format, how often it was opened, which cores have which slot. Written once per
 * opening, under one key. Pure.
 *
 * The number of openings makes sequences rise across restarts without a write per frame: each opening has 2^32 of
 * its own.
 */
import type { CoreTable } from "./claims.ts";
import { metaKey, seal, unseal } from "./keys.ts";

/** Raised when an older version could not read what a newer one writes. */
export const FORMAT = 1;

export interface Identity {
  readonly format: number;
  readonly openCount: number;
  readonly cores: CoreTable;
  /** Tells the opening that wrote this from any other, also of another store; older versions wrote none. */
  readonly opening?: string;
}

export const IDENTITY_KEY = metaKey("identity");
const SEQUENCES_PER_OPENING = 2 ** 32;

/** Far beyond what a store's openings come to: what is heard before the store says where it stands is numbered here. */
const OPENINGS_MAX = 2 ** 21 - 1;

export function writeIdentity(identity: Identity): Buffer {
  return seal(IDENTITY_KEY, Buffer.from(JSON.stringify(identity)));
}

/** @returns undefined when it is absent or damaged; of a newer format only `format` can be relied on. */
export function readIdentity(sealed: Buffer | undefined): Identity | undefined {
  const bytes = unseal(IDENTITY_KEY, sealed);
  return bytes && (JSON.parse(bytes.toString()) as Identity);
}

/** The first sequence of an opening. */
export function firstSequence(openCount: number): number {
  return openCount * SEQUENCES_PER_OPENING;
}

export const PROVISIONAL_FIRST = OPENINGS_MAX * SEQUENCES_PER_OPENING;

/** In which opening a sequence was given. */
export function openingOf(sequence: number): number {
  return Math.floor(sequence / SEQUENCES_PER_OPENING);
}
