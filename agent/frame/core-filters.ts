/**
 * Which cores should have a frame: each core's own filters, beside the gateway's, with the same meaning
 * (network-filter.ts). Where a core filters nothing it should have all that is kept.
 *
 * Pure. A frame that no core should have is not kept at all (admission.ts).
 */
import type { Phy } from "../lorawan/phy.ts";
import { createNetworkFilter, type FilterSettings, type NetworkFilter } from "./network-filter.ts";

interface FilteredCore extends FilterSettings {
  readonly id: string;
}

/**
 * @param phy undefined: no LoRaWAN frame, which the gateway's settings let pass; it says nothing of its network.
 * @returns ids, in the order of the settings; often the same array.
 */
export type CoreFilters = (phy: Phy | undefined) => readonly string[];

/** @param lorawanOnly as for the gateway's own filter: how proprietary frames are looked at. */
export function createCoreFilters(cores: readonly FilteredCore[], lorawanOnly: boolean): CoreFilters {
  const all = cores.map(({ id }) => id);
  const filters: (NetworkFilter | undefined)[] = cores.map((core) =>
    filtersAny(core) ? createNetworkFilter(core) : undefined,
  );
  if (filters.every((filter) => filter === undefined)) return () => all;
  // One array for each set of cores, however many frames there are.
  const idsBySet = new Map<number, readonly string[]>();
  return (phy) => {
    if (phy === undefined) return all;
    let set = 0;
    for (let at = 0; at < filters.length; at++) {
      const filter = filters[at];
      if (filter === undefined || filter(phy, lorawanOnly) === undefined) set |= 1 << at;
    }
    let ids = idsBySet.get(set);
    if (ids === undefined) {
      ids = all.filter((_id, at) => set & (1 << at));
      idsBySet.set(set, ids);
    }
    return ids;
  };
}

function filtersAny({ netIds, devAddrPrefixes, joinEuiRanges }: FilterSettings): boolean {
  return netIds.length + devAddrPrefixes.length + joinEuiRanges.length > 0;
}
