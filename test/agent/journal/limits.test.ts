/**
 * What the journal lets go of, and what it does not: by age, by size, and joins. On the world's disk, with time moved.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClockState, Frame, FrameDraft, Lane } from "../../../agent/frame/frame.ts";
import { VOUCHED } from "../../../agent/journal/age.ts";
import type { Journal } from "../../../agent/journal/journal.ts";
import { recordKey } from "../../../agent/journal/keys.ts";
import type { JournalLimits } from "../../../agent/journal/limits.ts";
import type { OpenJournal } from "../../../agent/journal/store-journal.ts";
import type { KeyValueStores } from "../../../agent/ports.ts";
import { WorldKernel } from "../../../simulator/world/kernel.ts";
import { draft, EUI, INTERVAL_MS, laneOfMeter, makeWorld, readAll, readLane } from "./fixtures.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const CORES = ["main", "second"];
const HUGE = 1e12;

interface Gateway {
  readonly kernel: WorldKernel;
  readonly world: ReturnType<typeof makeWorld>;
  limits: JournalLimits;
  clockState: ClockState;
  /** Lanes of which a frame is on its way, as `core lane`. */
  readonly inFlight: Set<string>;
  open(cores?: readonly string[], stores?: KeyValueStores): Promise<OpenJournal>;
  /** A frame heard now is on disk, its custody told. */
  keep(
    journal: Journal,
    lane: Lane,
    changes?: Partial<FrameDraft>,
    cores?: readonly string[],
  ): Promise<Frame>;
  advance(ms: number): Promise<void>;
}

function makeGateway(limits: Partial<JournalLimits> = {}, cores: readonly string[] = ["main"]): Gateway {
  const world = makeWorld();
  const kernel = new WorldKernel(world.clock, "limits");
  const gateway: Gateway = {
    kernel,
    world,
    limits: { maxSizeOctets: HUGE, homeNetIds: [], maxAgeMsOf: () => 365 * DAY_MS, ...limits },
    clockState: "synchronised",
    inFlight: new Set(),
    open: (wanted = cores, stores = world.stores) =>
      world.open({
        cores: wanted,
        stores,
        clock: kernel,
        limits: () => gateway.limits,
        comparableStates: () => (gateway.clockState === "unsynchronised" ? [] : VOUCHED),
        isInFlight: (core, lane) => gateway.inFlight.has(`${core} ${lane}`),
      }),
    keep: async (journal, lane, changes = {}, wanted = cores) => {
      const frame = journal.keep(heardNow(gateway, changes), lane, wanted, () => undefined);
      await gateway.advance(INTERVAL_MS);
      return frame;
    },
    advance: (ms) => world.clock.advance(ms),
  };
  return gateway;
}

function heardNow({ kernel, clockState }: Gateway, changes: Partial<FrameDraft>): FrameDraft {
  return draft({
    arrivedWallMs: kernel.wallMs(),
    arrivedMonotonicMs: kernel.monotonicMs(),
    kernelBootId: kernel.kernelBootId(),
    clockState,
    ...changes,
  });
}

/** The rxpk of a data frame of this port; undefined: without one. */
function rxpkOf(devAddr: string, fPort: number | undefined): string {
  const port = fPort === undefined ? [] : [fPort, 0xaa];
  const address = Buffer.from(devAddr, "hex").reverse();
  const phy = Buffer.from([0x40, ...address, 0, 1, 0, ...port, 1, 2, 3, 4]);
  return JSON.stringify({
    ...{ tmst: 1, freq: 868.1, chan: 0, rfch: 0, stat: 1, modu: "LORA", datr: "SF7BW125", codr: "4/5" },
    ...{ rssi: -80, lsnr: 7, size: phy.length, data: phy.toString("base64") },
  });
}

async function sequencesOf(journal: Journal, core = "main"): Promise<number[]> {
  const lanes = await readAll(journal, core);
  return [...lanes.values()].flat().map(({ sequence }) => sequence);
}

const events = ({ world }: Gateway): string[] => world.lines.map(({ event }) => event);

describe("a frame's age", () => {
  test("costs a core the frame after max_age, and the frame goes when no other core wants it", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => HOUR_MS }, CORES);
    const journal = await gateway.open();
    const [first, second] = [
      await gateway.keep(journal, laneOfMeter(1)),
      await gateway.keep(journal, laneOfMeter(2)),
    ];
    journal.taken("main", first);
    await gateway.advance(HOUR_MS - 2 * MINUTE_MS);
    const young = await gateway.keep(journal, laneOfMeter(1));
    expect(journal.stats().dropped).toEqual({});
    await gateway.advance(4 * MINUTE_MS);
    expect(await sequencesOf(journal, "main")).toEqual([young.sequence]);
    expect(await sequencesOf(journal, "second")).toEqual([young.sequence]);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { expired: 3 } });
    expect(events(gateway)).toContain("frames expired");
    journal.taken("second", second);
    await gateway.advance(MINUTE_MS);
    expect(journal.stats().storedFrames).toBe(1);
  });

  test("counts for each core by its own limit: one that is down for long costs the others nothing", async () => {
    const gateway = makeGateway({ maxAgeMsOf: (core) => (core === "second" ? HOUR_MS : 2 * DAY_MS) }, CORES);
    const journal = await gateway.open();
    const frames: number[] = [];
    for (let each = 0; each < 150; each++)
      frames.push((await gateway.keep(journal, laneOfMeter(each % 7))).sequence);
    await gateway.advance(2 * HOUR_MS);
    expect(await sequencesOf(journal, "second")).toEqual([]);
    expect((await sequencesOf(journal, "main")).sort()).toEqual(frames);
    expect(journal.stats()).toMatchObject({ storedFrames: 150, dropped: { expired: 150 } });
    await gateway.advance(2 * DAY_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: { expired: 300 } });
  });

  test("counts what the forwarder had kept it for", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => HOUR_MS });
    const journal = await gateway.open();
    await gateway.keep(journal, laneOfMeter(1), { ageAtArrivalMs: 50 * MINUTE_MS, delayed: true });
    await gateway.keep(journal, laneOfMeter(2));
    await gateway.advance(12 * MINUTE_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { expired: 1 } });
  });

  test("is no matter of the wall clock within one boot: NTP may step it forward and back", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => DAY_MS });
    const journal = await gateway.open();
    await gateway.keep(journal, laneOfMeter(1));
    gateway.kernel.wallOffsetMs = 365 * DAY_MS;
    await gateway.advance(2 * HOUR_MS);
    expect(journal.stats().dropped).toEqual({});
    gateway.kernel.wallOffsetMs = -365 * DAY_MS;
    await gateway.advance(20 * HOUR_MS);
    expect(journal.stats().dropped).toEqual({});
    await gateway.advance(3 * HOUR_MS);
    expect(journal.stats().dropped).toEqual({ expired: 1 });
  });

  test("goes on counting over a restart of the agent, and the counts stay", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => DAY_MS });
    let journal = await gateway.open();
    await gateway.keep(journal, laneOfMeter(1));
    await gateway.keep(journal, laneOfMeter(2));
    await gateway.advance(23 * HOUR_MS);
    await gateway.keep(journal, laneOfMeter(2));
    await journal.close();
    journal = await gateway.open();
    await gateway.advance(2 * HOUR_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { expired: 2 } });
    await journal.close();
    journal = await gateway.open();
    expect(journal.stats()).toMatchObject({ dropped: { expired: 2 } });
    await gateway.advance(23 * HOUR_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: { expired: 3 } });
  });

  describe("after a reboot", () => {
    async function rebooted(heard: ClockState): Promise<{ gateway: Gateway; journal: OpenJournal }> {
      const gateway = makeGateway({ maxAgeMsOf: () => DAY_MS });
      gateway.clockState = heard;
      const before = await gateway.open();
      for (let each = 0; each < 100; each++) await gateway.keep(before, laneOfMeter(each % 5));
      await before.close();
      await gateway.advance(2 * DAY_MS);
      gateway.kernel.bootIn1970(20_000);
      gateway.clockState = "unsynchronised";
      return { gateway, journal: await gateway.open() };
    }

    test("is not told by a clock that shows 1970, nor by one that leaps but is not trusted", async () => {
      const { gateway, journal } = await rebooted("synchronised");
      await gateway.advance(HOUR_MS);
      gateway.kernel.wallOffsetMs = 1_000 * DAY_MS;
      await gateway.advance(2 * HOUR_MS);
      expect(journal.stats()).toMatchObject({ storedFrames: 100, dropped: {} });
    });

    test("is told once the clock is right", async () => {
      const { gateway, journal } = await rebooted("synchronised");
      await gateway.advance(HOUR_MS);
      gateway.kernel.wallOffsetMs = 0;
      gateway.clockState = "synchronised";
      await gateway.advance(2 * HOUR_MS);
      expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: { expired: 100 } });
    });

    test("of frames heard without a clock is known after max_age of this boot at the latest", async () => {
      const { gateway, journal } = await rebooted("unsynchronised");
      gateway.kernel.wallOffsetMs = 0;
      gateway.clockState = "synchronised";
      await gateway.advance(23 * HOUR_MS);
      expect(journal.stats()).toMatchObject({ storedFrames: 100, dropped: {} });
      await gateway.advance(2 * HOUR_MS);
      expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: { expired: 100 } });
    });

    test("of frames heard without a clock is known by a younger one that is old enough", async () => {
      const gateway = makeGateway({ maxAgeMsOf: () => DAY_MS });
      gateway.clockState = "unsynchronised";
      let journal = await gateway.open();
      for (let each = 0; each < 100; each++) await gateway.keep(journal, laneOfMeter(each % 5));
      for (const state of ["synchronised", "unsynchronised"] as const) {
        await journal.close();
        gateway.kernel.boot(0, 20_000);
        gateway.clockState = state;
        journal = await gateway.open();
        await gateway.keep(journal, laneOfMeter(1));
        await gateway.advance(HOUR_MS);
      }
      await journal.close();
      await gateway.advance(23 * HOUR_MS + 30 * MINUTE_MS);
      gateway.kernel.boot(0, 20_000);
      gateway.clockState = "synchronised";
      journal = await gateway.open();
      await gateway.advance(2 * MINUTE_MS);
      // What came after that one is a day old at the most, and nobody knows.
      expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { expired: 101 } });
    });
  });

  test("takes nothing that is being sent at this moment", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => HOUR_MS });
    const journal = await gateway.open();
    await gateway.keep(journal, laneOfMeter(1));
    await gateway.keep(journal, laneOfMeter(2));
    gateway.inFlight.add(`main ${laneOfMeter(1)}`);
    await gateway.advance(HOUR_MS + 2 * MINUTE_MS);
    expect(await sequencesOf(journal)).toHaveLength(1);
    gateway.inFlight.clear();
    await gateway.advance(HOUR_MS + 2 * MINUTE_MS);
    expect(await sequencesOf(journal)).toEqual([]);
  });

  test("is looked at without reading what is young, and not at all while nothing is stored", async () => {
    const gateway = makeGateway({ maxAgeMsOf: () => DAY_MS });
    const { stores, clock } = gateway.world;
    const journal = await gateway.open();
    const idle = clock.pendingTimers;
    for (let each = 0; each < 500; each++) await gateway.keep(journal, laneOfMeter(each % 50));
    await gateway.advance(3 * HOUR_MS);
    let scans = 0;
    stores.refuse((operation) => {
      if (operation === "scan") scans++;
      return false;
    });
    await gateway.advance(12 * HOUR_MS);
    expect(scans).toBeGreaterThan(0);
    expect(scans).toBeLessThan(12 * 5);
    const { batches } = stores;
    await gateway.advance(HOUR_MS);
    expect(stores.batches).toBe(batches);
    for (const frames of (await readAll(journal)).values())
      for (const frame of frames) journal.taken("main", frame);
    await gateway.advance(2 * HOUR_MS);
    expect(clock.pendingTimers).toBe(idle);
  });
});

describe("a join on disk", () => {
  const joins = (device: number): Lane => `${EUI}/j${device.toString(16).padStart(16, "0")}`;

  test("goes when nobody can answer it any more, and nothing else does", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await gateway.keep(journal, joins(1));
    const data = await gateway.keep(journal, laneOfMeter(1));
    await gateway.advance(4_000);
    const young = await gateway.keep(journal, joins(1));
    expect(await readLane(journal, joins(1))).toHaveLength(2);
    await gateway.advance(3_000);
    expect(await readLane(journal, joins(1))).toEqual([young]);
    await gateway.advance(6_000);
    expect(await sequencesOf(journal)).toEqual([data.sequence]);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { joinExpired: 2 } });
  });

  test("of an earlier run goes too, after the time in which it could still be answered", async () => {
    const gateway = makeGateway();
    let journal = await gateway.open();
    await gateway.keep(journal, joins(1));
    await journal.close();
    journal = await gateway.open();
    await gateway.advance(3_000);
    expect(journal.stats().storedFrames).toBe(1);
    await gateway.keep(journal, joins(1));
    await gateway.advance(3_500);
    expect(journal.stats()).toMatchObject({ storedFrames: 1, dropped: { joinExpired: 1 } });
    await gateway.advance(6_000);
    expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: { joinExpired: 2 } });
  });

  test("that is being sent waits for its answer", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    const frame = await gateway.keep(journal, joins(1));
    gateway.inFlight.add(`main ${joins(1)}`);
    await gateway.advance(20_000);
    gateway.inFlight.clear();
    journal.taken("main", frame);
    await gateway.advance(20_000);
    expect(journal.stats()).toMatchObject({ storedFrames: 0, dropped: {} });
  });
});

describe("a journal that fills up", () => {
  /** Fills it, frame by frame, as long as `until` says no. */
  async function fill(
    gateway: Gateway,
    journal: Journal,
    laneAt: (frame: number) => Lane,
    frames: number,
    changesAt: (frame: number) => Partial<FrameDraft> = () => ({}),
  ): Promise<void> {
    for (let at = 0; at < frames; at++) {
      journal.keep(heardNow(gateway, changesAt(at)), laneAt(at), ["main"], () => undefined);
      if (at % 50 === 49) await gateway.advance(INTERVAL_MS);
    }
    await gateway.advance(INTERVAL_MS);
  }

  test("is left alone below 90 %, and thinned from there to 80 %", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 40), 2_000);
    const { storedOctets } = journal.stats();
    gateway.limits = { ...gateway.limits, maxSizeOctets: Math.ceil(storedOctets / 0.895) };
    await gateway.keep(journal, laneOfMeter(1));
    await gateway.advance(MINUTE_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 2_001, dropped: {} });

    gateway.limits = { ...gateway.limits, maxSizeOctets: Math.floor(storedOctets / 0.9) };
    await gateway.keep(journal, laneOfMeter(1));
    await gateway.advance(MINUTE_MS);
    const { storedOctets: left, dropped } = journal.stats();
    const targetOctets = gateway.limits.maxSizeOctets * 0.8;
    expect(left).toBeLessThanOrEqual(targetOctets);
    expect(left).toBeGreaterThan(targetOctets - 16 * 250);
    expect(Object.keys(dropped)).toEqual(["thinned"]);
    expect(events(gateway)).toContain("journal thinned");
    expect((await sequencesOf(journal)).length).toBe(journal.stats().storedFrames);
  });

  test("loses foreign frames first, then copies, then MAC commands, then every second one", async () => {
    const gateway = makeGateway({ homeNetIds: ["000013"] });
    const journal = await gateway.open();
    const address = (meter: number): string => `2600${meter.toString(16).padStart(4, "0")}`;
    // Of each device 40: ten copies, ten MAC commands; and as many devices of others.
    await fill(
      gateway,
      journal,
      (at) => `${EUI}/d${at % 2 === 0 ? address(at % 20) : `e0000${(at % 20).toString().padStart(3, "0")}`}`,
      800,
      (at) => {
        const turn = Math.floor(at / 20) % 4;
        return { repetition: turn === 1, rxpkText: rxpkOf(address(at % 20), turn === 2 ? 0 : 2) };
      },
    );
    const { storedOctets } = journal.stats();
    const octets = storedOctets / 800;
    const stages: string[] = [];
    for (const [share, expected] of [
      [1 / 4, ["foreign"]],
      [0.475 + 1 / 16, ["foreign", "copy"]],
      [0.475 + 3 / 16, ["foreign", "copy", "fport0"]],
      [0.8, ["foreign", "copy", "fport0", "thinned"]],
    ] as const) {
      const { dropped, reached } = await thinned(gateway, journal, storedOctets * (1 - share));
      stages.push(...Object.keys(dropped));
      expect(reached).toBe(true);
      expect(Object.keys(journal.stats().dropped)).toEqual(expected);
      expect(journal.stats().storedOctets).toBeLessThanOrEqual(storedOctets * (1 - share));
      expect(journal.stats().storedOctets).toBeGreaterThan(storedOctets * (1 - share) - 16 * octets * 1.5);
    }
    expect(journal.stats().dropped).toMatchObject({ foreign: 380, copy: 100, fport0: 100 });
    expect([...new Set(stages)]).toEqual(["foreign", "copy", "fport0", "thinned"]);
  });

  async function thinned(gateway: Gateway, journal: OpenJournal, targetOctets: number, dryRun = false) {
    const thinning = journal.thin(targetOctets, { dryRun });
    await gateway.advance(MINUTE_MS);
    return thinning;
  }

  test("keeps each device's first and last frame, for every core, until nothing else is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ meter: fc.nat({ max: 5 }), to: fc.nat({ max: 2 }), copy: fc.boolean() }), {
          minLength: 1,
          maxLength: 120,
        }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        async (kept, share) => {
          const gateway = makeGateway({}, CORES);
          const journal = await gateway.open();
          for (const { meter, to, copy } of kept) {
            const cores = to === 2 ? CORES : [CORES[to]!];
            journal.keep(heardNow(gateway, { repetition: copy }), laneOfMeter(meter), cores, () => undefined);
          }
          await gateway.advance(INTERVAL_MS);
          const before = new Map<string, Map<Lane, Frame[]>>();
          for (const core of CORES) before.set(core, await readAll(journal, core));
          await thinned(gateway, journal, journal.stats().storedOctets * share);
          if (journal.stats().dropped.lastResort) {
            // What is left by then is nobody's but a first or a last.
            expect(journal.stats().storedFrames).toBeLessThanOrEqual(4 * 6);
            return;
          }
          for (const core of CORES) {
            const after = await readAll(journal, core);
            for (const [lane, frames] of before.get(core)!) {
              expect(after.get(lane)?.[0]).toEqual(frames[0]);
              expect(after.get(lane)?.at(-1)).toEqual(frames.at(-1));
              const left = after.get(lane)!.map(({ sequence }) => sequence);
              expect(frames.map(({ sequence }) => sequence)).toEqual(expect.arrayContaining(left));
            }
          }
        },
      ),
      { numRuns: process.env.LONG ? 2_000 : 150 },
    );
  });

  test("of one device with ten thousand frames keeps the first, the last, and most of the young ones", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await fill(gateway, journal, () => laneOfMeter(1), 10_000);
    const { storedOctets } = journal.stats();
    await thinned(gateway, journal, storedOctets / 4);
    const left = (await sequencesOf(journal)).map((sequence) => sequence % 2 ** 32);
    expect(left[0]).toBe(0);
    expect(left.at(-1)).toBe(9_999);
    const young = left.filter((sequence) => sequence >= 9_000).length;
    const old = left.filter((sequence) => sequence < 1_000).length;
    expect(young).toBeGreaterThan(10 * old);
    expect(journal.stats().storedFrames).toBe(left.length);
  });

  test("of devices that were heard once stays within its limit, and goes on acknowledging", async () => {
    const gateway = makeGateway({ maxSizeOctets: 200_000 });
    const journal = await gateway.open();
    const meters = [laneOfMeter(1), laneOfMeter(2)];
    let given = 0;
    let largest = 0;
    for (let at = 0; at < 6_000; at++) {
      const lane = at % 100 < 2 ? meters[at % 100]! : laneOfMeter(10_000 + at);
      journal.keep(heardNow(gateway, {}), lane, ["main"], (outcome) => {
        if (outcome === "held") given++;
      });
      if (at % 20 === 19) {
        await gateway.advance(1_000);
        largest = Math.max(largest, journal.stats().storedOctets);
      }
    }
    expect(largest).toBeLessThan(200_000);
    expect(given).toBe(6_000);
    const { dropped, storedFrames } = journal.stats();
    expect(dropped.lastResort).toBeGreaterThan(3_000);
    expect(storedFrames).toBeGreaterThan(800);
    // What was heard once goes first: the meters have lost none by it but what was thinned.
    expect((await readLane(journal, meters[0]!))[0]!.sequence % 2 ** 32).toBe(0);
    expect((await readLane(journal, meters[1]!))[0]!.sequence % 2 ** 32).toBe(1);
  });

  test("loses foreign devices' only frames before those of any other", async () => {
    const gateway = makeGateway({ homeNetIds: ["000013"] });
    const journal = await gateway.open();
    const lanes = Array.from({ length: 200 }, (_, at): Lane => {
      const number = at.toString(16).padStart(6, "0");
      return `${EUI}/d${at % 2 === 0 ? "26" : "e0"}${number}`;
    });
    await fill(gateway, journal, (at) => lanes[at]!, 200);
    await thinned(gateway, journal, journal.stats().storedOctets / 2);
    const left = [...(await readAll(journal)).keys()];
    expect(left).toEqual(lanes.filter((_, at) => at % 2 === 0));
  });

  test("that cannot be thinned takes custody of nothing more, until there is room", async () => {
    const gateway = makeGateway({ maxSizeOctets: 20_000 });
    const journal = await gateway.open();
    const lanes = Array.from({ length: 500 }, (_, at) => laneOfMeter(at));
    for (const lane of lanes) gateway.inFlight.add(`main ${lane}`);
    const told = new Map<number, string>();
    for (const lane of lanes) {
      const frame = journal.keep(heardNow(gateway, {}), lane, ["main"], (outcome) =>
        told.set(frame.sequence, outcome),
      );
      await gateway.advance(1_000);
    }
    const { storedFrames, storedOctets, memoryFrames, full } = journal.stats();
    expect({ full, memoryFrames: memoryFrames > 300 }).toEqual({ full: true, memoryFrames: true });
    expect(storedOctets).toBeLessThan(20_000 + 250);
    expect([...told.values()]).toEqual(Array.from({ length: storedFrames }, () => "held"));
    expect(events(gateway).filter((event) => event === "journal full")).toHaveLength(1);
    // They are carried all the same.
    expect(await journal.next("main", lanes[499]!, -1)).toBeDefined();

    gateway.inFlight.clear();
    await gateway.advance(5 * MINUTE_MS);
    expect(journal.stats()).toMatchObject({ full: false, memoryFrames: 0 });
    expect(told.size).toBe(500);
    expect(journal.stats().storedOctets).toBeLessThan(20_000);
  });

  test("tells in a dry run what would go, and keeps it all", async () => {
    const gateway = makeGateway({ homeNetIds: ["000013"] });
    const journal = await gateway.open();
    await fill(
      gateway,
      journal,
      (at) => `${EUI}/d${at % 10 === 0 ? "e0" : "26"}00000${at % 10}`,
      1_000,
      (at) => ({ repetition: at % 7 === 0, rxpkText: rxpkOf(`2600000${at % 10}`, at % 5 === 0 ? 0 : 1) }),
    );
    for (const share of [0.9, 0.6, 0.2, 0.015]) {
      const before = journal.stats();
      const targetOctets = before.storedOctets * share;
      const tried = await thinned(gateway, journal, targetOctets, true);
      // Of commits of late: they have aged meanwhile.
      const { lastCommitMs, commitLatency, ...kept } = before;
      expect(journal.stats()).toMatchObject(kept);
      const done = await thinned(gateway, journal, targetOctets);
      expect(done.dropped).toEqual(tried.dropped);
      expect(done).toMatchObject({ frames: tried.frames, octets: tried.octets, reached: true });
      expect(tried.leftOctets).toBe(journal.stats().storedOctets);
    }
  });

  test("makes room on a disk that is smaller than it should be", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 40), 2_000);
    const { storedOctets } = journal.stats();
    const making = journal.makeRoom();
    await gateway.advance(MINUTE_MS);
    expect((await making).reached).toBe(true);
    expect(journal.stats().storedOctets).toBeLessThanOrEqual(storedOctets * 0.8);
  });

  test("is carried from and written to while it is thinned, and loses nothing to that", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 20), 3_000);
    gateway.limits = { ...gateway.limits, maxSizeOctets: journal.stats().storedOctets / 2 };
    const thinning = journal.thin(journal.stats().storedOctets / 2, { dryRun: false });
    const taken = new Set<number>();
    const came: Frame[] = [];
    for (let turn = 0; turn < 400; turn++) {
      const lane = laneOfMeter(turn % 20);
      const frame = await journal.next("main", lane, -1);
      expect(taken.has(frame!.sequence)).toBe(false);
      journal.taken("main", frame!);
      taken.add(frame!.sequence);
      if (turn % 4 === 0) came.push(journal.keep(heardNow(gateway, {}), lane, ["main"], () => undefined));
      await gateway.advance(5);
    }
    await gateway.advance(MINUTE_MS);
    await thinning;
    const left = new Set(await sequencesOf(journal));
    for (const sequence of taken) expect(left.has(sequence)).toBe(false);
    const { dropped, storedFrames, lostAtOpen } = journal.stats();
    const gone = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expect(storedFrames).toBe(3_000 + came.length - taken.size - gone);
    expect(left.size).toBe(storedFrames);
    expect(lostAtOpen).toBe(0);
    for (const core of journal.backlog("main")) expect(core.frames).toBeGreaterThan(0);
  });

  test("waits while the disk refuses, and is thinned when it obeys again", async () => {
    const gateway = makeGateway();
    const journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 20), 2_000);
    const { storedOctets } = journal.stats();
    gateway.world.stores.refuse((operation) => operation === "batch");
    const thinning = journal.thin(storedOctets / 2, { dryRun: false });
    await gateway.advance(5 * MINUTE_MS);
    expect(journal.stats()).toMatchObject({ storedFrames: 2_000, storedOctets });
    gateway.world.stores.refuse(undefined);
    await gateway.advance(5 * MINUTE_MS);
    expect((await thinning).reached).toBe(true);
    expect(journal.stats().storedOctets).toBeLessThanOrEqual(storedOctets / 2);
    expect((await sequencesOf(journal)).length).toBe(journal.stats().storedFrames);
  });

  test("is what it was after a restart: what was dropped stays away, and so does its count", async () => {
    const gateway = makeGateway();
    let journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 20), 1_000);
    await thinned(gateway, journal, journal.stats().storedOctets / 2);
    const { dropped, storedFrames, storedOctets } = journal.stats();
    const left = await sequencesOf(journal);
    await journal.close();
    journal = await gateway.open();
    expect(journal.stats()).toMatchObject({ dropped, storedFrames, storedOctets, lostAtOpen: 0 });
    expect(await sequencesOf(journal)).toEqual(left);
  });

  test("gives its count back to a power cut that gives back the frames", async () => {
    const gateway = makeGateway();
    let journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 20), 1_000);
    await thinned(gateway, journal, journal.stats().storedOctets / 2);
    gateway.world.cutPower();
    journal = await gateway.open();
    const { storedFrames, dropped, lostAtOpen } = journal.stats();
    expect(lostAtOpen).toBe(0);
    expect(storedFrames + (dropped.thinned ?? 0)).toBe(1_000);
  });

  test("ends in the middle of a thinning when it is closed", async () => {
    const gateway = makeGateway();
    let journal = await gateway.open();
    await fill(gateway, journal, (at) => laneOfMeter(at % 20), 2_000);
    const thinning = journal.thin(1, { dryRun: false });
    await gateway.advance(20);
    await journal.close();
    expect((await thinning).reached).toBe(false);
    const { storedFrames, dropped } = journal.stats();
    expect(storedFrames).toBeGreaterThan(100);
    journal = await gateway.open();
    expect(journal.stats()).toMatchObject({ storedFrames, dropped, lostAtOpen: 0 });
  });
});

describe("compaction", () => {
  /** The world's stores, counting what they are asked to compact. */
  function countingStores(gateway: Gateway): {
    stores: KeyValueStores;
    compactions: () => number;
    ends: Uint8Array[];
  } {
    const { stores } = gateway.world;
    let count = 0;
    const ends: Uint8Array[] = [];
    return {
      ends,
      compactions: () => count,
      stores: {
        repair: (directory) => stores.repair(directory),
        open: async (directory, options) => ({
          ...(await stores.open(directory, options)),
          compact: async (_from, to) => {
            count++;
            ends.push(to);
          },
        }),
      },
    };
  }

  /** 20 kB each: 8 MB are 400 of them. */
  const rxpkText = JSON.stringify({ data: "A".repeat(20_000) });

  test("follows a large drain once, and neither small ones nor idle hours", async () => {
    const gateway = makeGateway();
    const { stores, compactions } = countingStores(gateway);
    const journal = await gateway.open(["main"], stores);
    const fillAndDrain = async (frames: number): Promise<void> => {
      for (let at = 0; at < frames; at++) {
        journal.keep(heardNow(gateway, { rxpkText }), laneOfMeter(at % 10), ["main"], () => undefined);
        if (at % 50 === 49) await gateway.advance(INTERVAL_MS);
      }
      await gateway.advance(INTERVAL_MS);
      expect(journal.stats().storedFrames).toBe(frames);
      for (const taken of (await readAll(journal)).values())
        for (const frame of taken) journal.taken("main", frame);
      await gateway.advance(MINUTE_MS);
    };
    await fillAndDrain(300);
    expect(compactions()).toBe(0);
    await fillAndDrain(600);
    // One of the index and one of the records.
    expect(compactions()).toBe(2);
    await gateway.advance(DAY_MS);
    await fillAndDrain(300);
    expect(compactions()).toBe(2);
  });

  test("follows a thinning, and leaves records alone that are younger than any that went", async () => {
    const gateway = makeGateway();
    const { stores, compactions, ends } = countingStores(gateway);
    const journal = await gateway.open(["main"], stores);
    for (let at = 0; at < 100; at++)
      journal.keep(heardNow(gateway, {}), laneOfMeter(at % 5), ["main"], () => undefined);
    await gateway.advance(INTERVAL_MS);
    const thinning = journal.thin(journal.stats().storedOctets * 0.8, { dryRun: false });
    await gateway.advance(MINUTE_MS);
    const { frames } = await thinning;
    expect(compactions()).toBe(2);
    const left = [...(await readAll(journal)).values()].flat().map(({ sequence }) => sequence);
    const oldest = Math.min(...left);
    expect(left).toHaveLength(100 - frames);
    const [, recordsEnd] = ends;
    const untouched = left.filter((sequence) => sequence - oldest >= 50);
    expect(untouched.length).toBeGreaterThan(20);
    for (const sequence of untouched) expect(recordKey(sequence).compare(recordsEnd!)).toBe(1);
    await gateway.advance(DAY_MS);
    expect(compactions()).toBe(2);
  });
});

test("frames that a core takes while a thinning looks them up leave once", async () => {
  const gateway = makeGateway();
  const { stores } = gateway.world;
  let meanwhile: (() => Promise<void>) | undefined;
  const watched: KeyValueStores = {
    repair: (directory) => stores.repair(directory),
    open: async (directory, options) => {
      const store = await stores.open(directory, options);
      let gotMany = false;
      return {
        ...store,
        getMany: (keys) => {
          gotMany = true;
          return store.getMany(keys);
        },
        keys: async (range) => {
          const found = await store.keys(range);
          const run = gotMany ? meanwhile : undefined;
          if (run !== undefined) meanwhile = undefined;
          await run?.();
          return found;
        },
      };
    },
  };
  const first = await gateway.open(["main"], watched);
  for (let at = 0; at < 40; at++)
    first.keep(heardNow(gateway, {}), laneOfMeter(1), ["main"], () => undefined);
  await gateway.advance(INTERVAL_MS);
  const taken = (await readLane(first, laneOfMeter(1))).slice(1, 5);
  await first.close();
  const journal = await gateway.open(["main"], watched);
  let hasRun = false;
  meanwhile = async () => {
    hasRun = true;
    for (const frame of taken) journal.taken("main", frame);
    while (journal.stats().storedFrames > 36) await journal.flush();
  };
  const thinning = journal.thin(journal.stats().storedOctets * 0.8, { dryRun: false });
  await gateway.advance(MINUTE_MS);
  await thinning;
  expect(hasRun).toBe(true);
  const { storedFrames } = journal.stats();
  expect(await readLane(journal, laneOfMeter(1))).toHaveLength(storedFrames);
  await journal.close();
  const again = await gateway.open();
  expect(again.stats()).toMatchObject({ storedFrames, lostAtOpen: 0 });
  await again.close();
});
