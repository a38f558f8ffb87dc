/**
 * The backlog: which lanes hold frames that a core has still to get, in memory or on disk. Pure.
 */
import type { Lane } from "../frame/frame.ts";
import type { LaneBacklog } from "./journal.ts";
import type { Memory } from "./memory.ts";
import type { Shelves } from "./shelves.ts";

/** @returns the lanes that hold frames for the core of this slot, the one with the oldest frame first. */
export function backlogOf(slot: number, shelves: Shelves, memory: Memory): readonly LaneBacklog[] {
  const lanes = new Map<Lane, LaneBacklog>();
  for (const { lane, frames, oldest } of shelves.all()) {
    if (frames[slot]) lanes.set(lane, { lane, frames: frames[slot], oldestSequence: oldest[slot]! });
  }
  for (const [lane, all] of memory.lanes()) {
    const mine = all.filter((held) => (held.claims >> slot) & 1);
    if (mine.length === 0) continue;
    const onDisk = lanes.get(lane);
    const first = mine[0]!.frame.sequence;
    lanes.set(lane, {
      lane,
      frames: mine.length + (onDisk?.frames ?? 0),
      oldestSequence: Math.min(first, onDisk?.oldestSequence ?? first),
    });
  }
  return [...lanes.values()].sort((one, other) => one.oldestSequence - other.oldestSequence);
}
