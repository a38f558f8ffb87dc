/**
 * Which frames of a full journal can be spared. Pure; who reads them and when: thinning.ts.
 *
 * Meters send cumulative indexes: a device whose first and last frame of an outage arrive has lost no water, only the
 * hours between. So of no lane, and for no core, does the first or the last frame go. The courier has at most one frame
 * of a lane in flight, the oldest that its core has not taken: it is one of those too.
 */
import type { Lane } from "../frame/frame.ts";
import { makeDevAddrMatcher } from "../lorawan/dev-addr.ts";
import type { IndexEntry } from "./keys.ts";

/**
 * What of a piece of a lane can go without its being any core's first or last.
 * @param entries in order, with their standing claims.
 * @param seen the claims of all that lies in the lane before the piece.
 * @returns for each entry whether it can be spared. Of the last ones of a piece nobody knows what follows: they cannot.
 */
export function spare(entries: readonly IndexEntry[], seen: number): boolean[] {
  let before = seen;
  const spared = entries.map(({ claims }) => {
    const isFirst = (claims & ~before) !== 0;
    before |= claims;
    return !isFirst;
  });
  let later = 0;
  for (let at = entries.length - 1; at >= 0; at--) {
    const { claims } = entries[at]!;
    if ((claims & ~later) !== 0) spared[at] = false;
    later |= claims;
  }
  return spared;
}

/**
 * Every second frame of the older half of a lane.
 * @param place of a frame in its lane, from 0.
 * @param frames of the lane.
 */
export function isSecondOfOlderHalf(place: number, frames: number): boolean {
  return place % 2 === 1 && place < Math.ceil(frames / 2);
}

/** Lanes with fewer are as thin as they get. */
export const FRAMES_TO_THIN_MIN = 3;

/**
 * Compiles the NetIDs that are ours. Empty: nobody is foreign.
 * @returns whether a lane is of a device of another network; joins and what is no LoRaWAN belong to nobody.
 */
export function makeIsForeign(homeNetIds: readonly string[]): (lane: Lane) => boolean {
  if (homeNetIds.length === 0) return () => false;
  const isHome = makeDevAddrMatcher(homeNetIds, []);
  return (lane) => lane[DEVICE_AT] === "d" && !isHome(lane.slice(DEVICE_AT + 1));
}

/** Where a lane's name says what kind of address follows: behind the EUI and its slash. */
const DEVICE_AT = 17;
