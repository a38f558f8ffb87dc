/**
 * A day of a gateway with four hundred devices in the simulated world, on a real disk, its core in reach: what of the
 * processor goes into health, what it says north, and what it writes.
 *
 * Whose the processor is says V8's own sampling profiler: time belongs to health when a function of agent/health/ is at
 * work or waits for what it called. What is sent afterwards by others on its behalf is not in it.
 */
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { createWorld } from "../../simulator/world/doors.ts";
import { createWorldLog } from "../../simulator/world/log.ts";
import { createGateway } from "../voyages/health/gateway.ts";
import { writtenOctets } from "./process-reading.ts";
import { watchedStores } from "./watched-stores.ts";

const DEVICES = 400;
const HOUR_MS = 3_600_000;
const SAMPLE_US = 200;
/** What begins is not what goes on. */
const SETTLE_MS = 10 * 60_000;
/** The disk has ended what it was asked before time goes on. */
const STEP_MS = 1_000;

export interface HealthDay {
  readonly hours: number;
  readonly devices: number;
  readonly cpu: { readonly healthMs: number; readonly agentMs: number };
  /** What went out below edge/. */
  readonly own: readonly { readonly topic: string; readonly octets: number }[];
  readonly flash: { readonly octets: number; readonly syncs: number; readonly noteOctets: number };
}

export async function runHealthDay({
  directory,
  hours,
}: {
  readonly directory: string;
  readonly hours: number;
}): Promise<HealthDay> {
  const world = createWorld(1);
  const { clock } = world;
  const stores = watchedStores();
  let noteOctets = 0;
  const counted: typeof stores = {
    ...stores,
    get synced() {
      return stores.synced;
    },
    open: async (at, options) => {
      const store = await stores.open(at, options);
      return {
        ...store,
        batch: (operations, how) => {
          for (const operation of operations)
            if (operation.type === "put") noteOctets += operation.key.length + operation.value.length;
          return store.batch(operations, how);
        },
      };
    },
  };
  const gateway = await createGateway({
    world,
    number: 0,
    seed: 1,
    traits: {
      gnss: false,
      battery: false,
      certificates: false,
      smallJournal: false,
      devices: DEVICES,
      intervalMs: HOUR_MS,
      pullPeriodMs: 10_000,
    },
    log: createWorldLog(),
    onBug: (error) => {
      throw error;
    },
    doors: { stores: counted },
    journal: `${directory}/journal`,
  });
  const own: { topic: string; octets: number }[] = [];
  let measuring = false;
  gateway.broker.listen("eu868/#");
  gateway.broker.onTaken = ({ topic, payload }) => {
    if (measuring && topic.includes("/edge/")) own.push({ topic, octets: payload.length });
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      await clock.advance(STEP_MS);
      await stores.whenIdle();
    }
  };
  await gateway.start();
  await pass(SETTLE_MS);
  measuring = true;
  const before = { octets: writtenOctets(process.pid), syncs: stores.synced, noteOctets };
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await session.post("Profiler.start");
  await pass(hours * HOUR_MS);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  const octets = writtenOctets(process.pid) - before.octets;
  const stored = gateway.agent?.status().journal.storedTotal;
  if (stored !== 0) throw new Error(`${stored} frames were stored although the core took them`);
  return {
    hours,
    devices: DEVICES,
    cpu: {
      healthMs: timeWithin(profile, "/agent/health/"),
      agentMs: timeWithin(profile, "/agent/", "/test/agent/"),
    },
    own,
    flash: { octets, syncs: stores.synced - before.syncs, noteOctets: noteOctets - before.noteOctets },
  };
}

/** Milliseconds in functions of these files, and in all that they called. */
function timeWithin(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  part: string,
  but = "\0",
): number {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const urls = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.url]));
  const known = new Map<number, boolean>();
  const isWithin = (id: number | undefined): boolean => {
    if (id === undefined) return false;
    const before = known.get(id);
    if (before !== undefined) return before;
    const url = urls.get(id)!;
    const is = (url.includes(part) && !url.includes(but)) || isWithin(parents.get(id));
    known.set(id, is);
    return is;
  };
  let us = 0;
  for (const [at, id] of samples.entries()) if (isWithin(id)) us += timeDeltas[at] ?? 0;
  return us / 1_000;
}
