/**
 * Crowding: in which lane a frame waits where very many lanes wait already.
 *
 * A lane that waits costs some 2 KB of memory, in the journal and in each courier, and DevAddrs cost nothing: noise that
 * passes as LoRaWAN, or somebody who makes them up, can bring a new one with every frame. Up to LANES_MAX lanes that wait
 * each device has its own; a device that comes beyond that shares one of OVERFLOW_LANES with others. There its frames
 * are carried in order as ever, only more slowly: a lane sends one replay in half a second. (In thinning such a lane
 * counts as one device.)
 *
 * A device's frames stay in order across the change: whoever has frames in its own lane goes on there, and whose shared
 * lane holds any goes on there until it is empty, whosever they are. Pure but for what it asks of the journal.
 */
import type { Lane } from "../frame/frame.ts";
import type { Journal } from "./journal.ts";

/** More than a busy gateway has devices; with all of them waiting the agent stays within bare Node + 60 MB. */
export const LANES_MAX = 6_144;
/** Of each gateway and kind (data, joins). By the last octet of an address that nobody has. */
export const OVERFLOW_LANES = 256;

/** Of a lane's name: `<eui>/d`, `<eui>/j`; what follows is the address. */
const KIND_END = 18;

/** @returns the lane in which the next frame of this device's lane is to be kept. */
export type Crowding = (lane: Lane) => Lane;

/** @param lanesMax for tests. */
export function createCrowding(
  journal: Pick<Journal, "lanesWaiting" | "holds">,
  lanesMax: number = LANES_MAX,
): Crowding {
  /** Shared lanes may hold something: of an earlier run, nobody knows. */
  let shared = true;
  return (lane) => {
    const { lanesWaiting } = journal;
    if (lanesWaiting === 0) shared = false;
    const hasRoom = lanesWaiting < lanesMax;
    if ((hasRoom && !shared) || journal.holds(lane)) return lane;
    const overflow = overflowLane(lane);
    if (hasRoom && !journal.holds(overflow)) return lane;
    shared = true;
    return overflow;
  };
}

function overflowLane(lane: Lane): Lane {
  const octets = (lane.length - KIND_END) >> 1;
  if (octets === 0) return lane;
  const number = hashOf(lane) % OVERFLOW_LANES;
  return `${lane.slice(0, KIND_END)}${"ff".repeat(octets - 1)}${number.toString(16).padStart(2, "0")}`;
}

/** FNV-1a, stirred: neighbouring addresses must not share. */
function hashOf(lane: Lane): number {
  let hash = 0x811c9dc5;
  for (let at = KIND_END; at < lane.length; at++) hash = Math.imul(hash ^ lane.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
