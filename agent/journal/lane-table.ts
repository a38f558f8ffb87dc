/**
 * What lies on disk, lane by lane: counted from the index alone, which is a seventh of the records.
 *
 * Memory: one small object per lane.
 */
import type { Lane } from "../frame/frame.ts";
import type { Inspection } from "./inspection.ts";
import { INDEX, indexStart, laneOfIndexKey, readIndexKey, sameLane } from "./keys.ts";
import { scanKeys } from "./scan.ts";

const KEYS_AT_ONCE = 512;

export interface LaneRow {
  readonly lane: Lane;
  frames: number;
  /** How many each core has yet to take, by its name. */
  readonly byCore: Record<string, number>;
  readonly oldestSequence: number;
  newestSequence: number;
}

export interface LaneTable {
  readonly rows: LaneRow[];
  /** Index entries that cannot be read. */
  readonly damaged: number;
}

/**
 * @returns at the end; yields how many frames were counted so far.
 * @throws AgentError STORE_IO, STORE_DAMAGED
 */
export async function* readLaneTable(inspection: Inspection): AsyncGenerator<number, LaneTable> {
  let counted = 0;
  const rows: LaneRow[] = [];
  let damaged = 0;
  let row: LaneRow | undefined;
  let before: Buffer | undefined;
  for await (const keys of scanKeys(inspection.look, INDEX, KEYS_AT_ONCE)) {
    for (const key of keys) {
      const entry = readIndexKey(key);
      if (entry === undefined) {
        damaged++;
        continue;
      }
      const { sequence } = entry;
      const cores = inspection.waiting(sequence, entry.claims);
      if (cores.length === 0) continue;
      if (row === undefined || before === undefined || !sameLane(before, key)) {
        row = {
          lane: laneOfIndexKey(key),
          frames: 0,
          byCore: {},
          oldestSequence: sequence,
          newestSequence: sequence,
        };
        rows.push(row);
      }
      before = key;
      row.frames++;
      row.newestSequence = sequence;
      for (const core of cores) row.byCore[core] = (row.byCore[core] ?? 0) + 1;
    }
    counted += keys.length;
    yield counted;
    await inspection.rest();
  }
  return { rows, damaged };
}

/** The lanes of a device, one for each gateway that has frames here. @throws AgentError STORE_IO, STORE_DAMAGED */
export async function lanesOfDevice(
  inspection: Inspection,
  device: { readonly devAddr?: string | undefined; readonly devEui?: string | undefined },
): Promise<Lane[]> {
  const lanes: Lane[] = [];
  let gte = INDEX.gte;
  for (;;) {
    const [key] = await inspection.look((store) => store.keys({ gte, lt: INDEX.lt, limit: 1 }));
    if (key === undefined) return lanes;
    const gatewayEui = key.toString("hex", 1, 9);
    if (device.devAddr !== undefined) lanes.push(`${gatewayEui}/d${device.devAddr}`);
    if (device.devEui !== undefined) lanes.push(`${gatewayEui}/j${device.devEui}`);
    gte = Buffer.concat([indexStart(gatewayEui), Buffer.alloc(1, 0xff)]);
  }
}
