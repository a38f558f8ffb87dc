/**
 * The filters by network: frames of other people's networks are not ours to keep.
 *
 *   data frame        DevAddr within one of the NetIDs or of the DevAddr prefixes
 *   join-request      JoinEUI within one of the ranges, both ends included
 *   rejoin 0 and 2    NetID is one of the NetIDs
 *   rejoin 1          as a join-request
 *   proprietary       says nothing of its network: passes where no filter is set, or lorawanOnly is off
 *
 * Where a list is empty, all pass. Pure; the settings were checked where they were read (agent/config/).
 */
import { makeDevAddrMatcher, makeJoinEuiMatcher } from "../lorawan/dev-addr.ts";
import type { Phy } from "../lorawan/phy.ts";

export interface FilterSettings {
  /** 6 hex digits each. */
  readonly netIds: readonly string[];
  /** "26000000/7". */
  readonly devAddrPrefixes: readonly string[];
  /** 16 hex digits each. */
  readonly joinEuiRanges: readonly (readonly [string, string])[];
}

/** Which filter refused. */
export type NetworkRefusal = "netId" | "joinEui" | "proprietary";

/** @returns the refusal, or undefined: it may pass. */
export type NetworkFilter = (phy: Phy, lorawanOnly: boolean) => NetworkRefusal | undefined;

/** @throws RangeError when a setting cannot be understood: that is a bug of who checked it. */
export function createNetworkFilter(settings: FilterSettings): NetworkFilter {
  const { devAddrPrefixes, joinEuiRanges } = settings;
  const netIds = settings.netIds.map((netId) => netId.toLowerCase());
  const isOurDevAddr = makeDevAddrMatcher(netIds, devAddrPrefixes);
  const isOurJoinEui = makeJoinEuiMatcher(joinEuiRanges);
  const isOurNetId = (netId: string): boolean => netIds.length === 0 || netIds.includes(netId);
  const filtersAny = netIds.length + devAddrPrefixes.length + joinEuiRanges.length > 0;

  return (phy, lorawanOnly) => {
    switch (phy.kind) {
      case "data":
        return isOurDevAddr(phy.devAddr) ? undefined : "netId";
      case "joinRequest":
        return isOurJoinEui(phy.joinEui) ? undefined : "joinEui";
      case "rejoinRequest":
        if (phy.joinEui !== undefined) return isOurJoinEui(phy.joinEui) ? undefined : "joinEui";
        return isOurNetId(phy.netId!) ? undefined : "netId";
      case "proprietary":
        return filtersAny && lorawanOnly ? "proprietary" : undefined;
      case "joinAccept":
        return undefined;
    }
  };
}
