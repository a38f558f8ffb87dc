/**
 * Claims: which cores should still get a frame, as one bit per core. Pure.
 *
 * A core has a slot (its bit) for as long as it is configured. The table of slots is stored, with the sequence
 * from which each slot counts: a core added later starts at now, also when it inherits the slot of one that was
 * removed, and the claims of a removed core lapse without a record being rewritten.
 */
import assert from "node:assert/strict";

/** Bits in an index entry. */
export const CORES_MAX = 8;

export interface CoreSlot {
  readonly id: string;
  /** Claims on frames before this one lapsed. */
  readonly fromSequence: number;
}

/** By slot; null where none is. */
export type CoreTable = readonly (CoreSlot | null)[];

/** Keeps the slot of each core that stays, frees those of cores that went, gives the first free ones to new cores. */
export function assignSlots(before: CoreTable, cores: readonly string[], fromSequence: number): CoreTable {
  assert(cores.length > 0 && cores.length <= CORES_MAX, `1 to ${CORES_MAX} cores, not ${cores.length}`);
  const table = before.map((slot) => (slot !== null && cores.includes(slot.id) ? slot : null));
  for (const id of cores) {
    if (table.some((slot) => slot?.id === id)) continue;
    const free = table.indexOf(null);
    table[free < 0 ? table.length : free] = { id, fromSequence };
  }
  return table;
}

export interface Claims {
  readonly table: CoreTable;
  /** @returns undefined for a core that is not configured. */
  slotOf(core: string): number | undefined;
  /** The claims of these cores; unknown ones have none. */
  of(cores: readonly string[]): number;
  /** Those of the stored claims that still stand. */
  standing(stored: number, sequence: number): number;
  names(claims: number): readonly string[];
  /** From now on another table holds. Claims given before mean nothing in it. */
  adopt(table: CoreTable): void;
}

export function makeClaims(first: CoreTable): Claims {
  let table = first;
  const slots = new Map<string, number>();
  let all = 0;
  let youngest = 0;
  const namesByClaims = new Map<number, readonly string[]>();
  const adopt = (next: CoreTable): void => {
    table = next;
    slots.clear();
    namesByClaims.clear();
    all = youngest = 0;
    for (const [slot, core] of table.entries()) {
      if (core === null) continue;
      slots.set(core.id, slot);
      all |= 1 << slot;
      youngest = Math.max(youngest, core.fromSequence);
    }
  };
  adopt(first);
  return {
    get table() {
      return table;
    },
    adopt,
    slotOf: (core) => slots.get(core),
    of: (cores) => {
      let claims = 0;
      for (const core of cores) {
        const slot = slots.get(core);
        if (slot !== undefined) claims |= 1 << slot;
      }
      return claims;
    },
    standing: (stored, sequence) => {
      if (sequence >= youngest) return stored & all;
      let claims = 0;
      for (const [slot, core] of table.entries()) {
        if (core !== null && sequence >= core.fromSequence) claims |= stored & (1 << slot);
      }
      return claims;
    },
    names: (claims) => {
      let names = namesByClaims.get(claims);
      if (names === undefined) {
        names = table.flatMap((core, slot) => (core !== null && claims & (1 << slot) ? [core.id] : []));
        namesByClaims.set(claims, names);
      }
      return names;
    },
  };
}
