/**
 * A model of a common outage: 1,000 hourly meters behind two gateways and one strict core, to see what reaches the core.
 *
 * Carried by the agent's own courier, with all that it works with (lanes, pace, drain, axis, plan); made up are the
 * meters, the air, the journal (in memory) and the core, which collects copies and takes only rising counters. A day's
 * frames lie in the journals when the model begins; what is heard while they drain is heard live.
 */
import type { Frame, FrameDraft, HeardFrame, Lane } from "../../../agent/frame/frame.ts";
import { laneOf } from "../../../agent/frame/frame.ts";
import { deriveHeard } from "../../../agent/frame/heard.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import type { Journal } from "../../../agent/journal/journal.ts";
import type { Delivery } from "../../../agent/north/core.ts";
import { type Courier, createCourier } from "../../../agent/north/courier.ts";
import { DECIDE_MS_MAX } from "../../../agent/north/drain.ts";
import type { Clock, Log, Timer } from "../../../agent/ports.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

export interface ReplayCase {
  readonly seed: number;
  readonly meters: number;
  readonly outageMs: number;
  /** How likely each gateway hears a frame. */
  readonly hearing: number;
  /** By which the second gateway's clock is ahead of the first's. */
  readonly skewMs: number;
  /** By which the second gateway comes back later. */
  readonly apartMs: number;
  /**
   * plan: gateways may propose. boundaries: each makes its own. lanes: each device in order, no axis. bare: one queue
   * for all devices and live frames beside it.
   */
  readonly how: "plan" | "boundaries" | "lanes" | "bare";
  /** The second gateway knows that its clock is wrong. */
  readonly distrusted?: boolean;
  /** A boundary lies between the two returns, so that without a plan each makes another. */
  readonly acrossBoundary?: boolean;
}

export interface ReplayOutcome {
  /** Readings that a gateway heard. */
  readonly readings: number;
  /** Of these the core took none, for it had a newer one. */
  readonly lost: number;
  /** Frames still in a journal at the end. */
  readonly left: number;
  /** Whether both followed the same plan. */
  readonly agreed: boolean;
  /** From the first gateway's return until the last frame heard before it was sent. */
  readonly drainMs: number;
  /** The longest that a frame heard after the return was held. */
  readonly rideMs: number;
}

const INTERVAL_MS = 3_600_000;
const JITTER_MS = 30_000;
const ROUND_TRIP_MS = 60;
const EUIS = ["7276ff0000000001", "7276ff0000000002"] as const;
/** Live frames are heard for so long after the return. */
const AFTERWARDS_MS = 40 * 60_000;
const ENDLESS_MS = 4 * 3_600_000;
const BARE_PER_S = 50;
const PLAN_LOOK_MS = 90_000;
const BOOT_MS = 1_000;

interface Reading {
  readonly meter: number;
  readonly fCnt: number;
  readonly atMs: number;
}

export async function runReplayCase(given: ReplayCase): Promise<ReplayOutcome> {
  const returnMs = BOOT_MS + given.outageMs;
  const time = createTime(startWallMs(given, returnMs));
  const core = createCore(time);
  const heard = readingsOf(given, returnMs);
  const gateways = EUIS.map((eui, at) => createGateway(given, eui, at, time, core));

  for (const [at, gateway] of gateways.entries())
    for (const reading of heard[at]!) gateway.willHear(reading, returnMs);
  for (const gateway of gateways) gateway.loseCore();
  for (const [at, gateway] of gateways.entries()) {
    time.after(returnMs - time.monotonicMs() + at * given.apartMs, () => gateway.comeBack(gateways));
  }
  await time.run(returnMs + ENDLESS_MS);

  const all = new Map<string, Reading>();
  for (const readings of heard) for (const reading of readings) all.set(keyOf(reading), reading);
  let lost = 0;
  for (const key of all.keys()) if (!core.delivered.has(key)) lost += 1;
  const sentOf = (isOld: boolean) => core.sent.filter(({ heardMs }) => heardMs < returnMs === isOld);
  return {
    readings: all.size,
    lost,
    left: gateways.reduce((sum, { left }) => sum + left(), 0),
    agreed: new Set(gateways.map(({ planFollowed }) => planFollowed())).size === 1,
    drainMs: Math.max(0, ...sentOf(true).map(({ atMs }) => atMs - returnMs)),
    rideMs: Math.max(0, ...sentOf(false).map(({ atMs, heardMs }) => atMs - heardMs)),
  };
}

/** When the model begins, so that the gateways return on one side of a five-minute boundary, or on both. */
function startWallMs({ acrossBoundary = false }: ReplayCase, returnMs: number): number {
  const boundaryMs = Date.UTC(2026, 0, 2, 3, 20);
  const beforeMs = acrossBoundary ? 1_000 : 200_000;
  return boundaryMs - DECIDE_MS_MAX - beforeMs - returnMs;
}

/** What each gateway hears. */
function readingsOf({ seed, meters, hearing }: ReplayCase, returnMs: number): Reading[][] {
  const rng = new WorldRng(seed);
  const phases = rng.stream("phases");
  const air = rng.stream("air");
  const heard: Reading[][] = EUIS.map(() => []);
  for (let meter = 0; meter < meters; meter++) {
    const phaseMs = phases.unit() * INTERVAL_MS;
    for (let fCnt = 0; ; fCnt++) {
      const atMs = BOOT_MS + phaseMs + fCnt * INTERVAL_MS + (phases.unit() - 0.5) * 2 * JITTER_MS;
      if (atMs >= returnMs + AFTERWARDS_MS) break;
      for (const readings of heard)
        if (air.unit() < hearing && atMs > BOOT_MS) readings.push({ meter, fCnt, atMs });
    }
  }
  for (const readings of heard) readings.sort((one, other) => one.atMs - other.atMs);
  return heard;
}

const keyOf = ({ meter, fCnt }: { meter: number; fCnt: number }): string => `${meter}/${fCnt}`;

// ------------------------------------------------------------------------------------------ the core

interface Core {
  take(reading: Reading): void;
  readonly delivered: Set<string>;
  readonly sent: { readonly atMs: number; readonly heardMs: number }[];
}

/** Every copy is collected for as long, so what comes first is judged first; a copy that comes later changes nothing. */
function createCore(time: Time): Core {
  const last = new Map<number, number>();
  const delivered = new Set<string>();
  const sent: { atMs: number; heardMs: number }[] = [];
  return {
    delivered,
    sent,
    take: (reading) => {
      const { meter, fCnt, atMs: heardMs } = reading;
      sent.push({ atMs: time.monotonicMs(), heardMs });
      if (fCnt <= (last.get(meter) ?? -1)) return;
      last.set(meter, fCnt);
      delivered.add(keyOf(reading));
    },
  };
}

// -------------------------------------------------------------------------------------- the gateways

interface Gateway {
  willHear(reading: Reading, returnMs: number): void;
  loseCore(): void;
  comeBack(all: readonly Gateway[]): void;
  hearPlan(payload: Buffer): void;
  left(): number;
  planFollowed(): string;
}

/** What stands retained at the broker. */
const retained = new WeakMap<object, Buffer>();

function createGateway(given: ReplayCase, eui: string, at: number, time: Time, core: Core): Gateway {
  const journal = createMemoryJournal();
  const readings = new Map<number, Reading>();
  const skewMs = at === 1 ? given.skewMs : 0;
  const clock: Clock = { ...time, wallMs: () => time.wallMs() + skewMs };
  const distrusted = at === 1 && given.distrusted === true;
  let connected = false;
  let all: readonly Gateway[] = [];
  let plan = "none";

  const send = (sequence: number): Promise<Delivery> =>
    new Promise((resolve) => {
      time.after(ROUND_TRIP_MS / 2, () => core.take(readings.get(sequence)!));
      time.after(ROUND_TRIP_MS, () => resolve("taken"));
    });
  const courier: Courier = createCourier({
    coreId: "main",
    gatewayEui: eui,
    settings: {
      late: false,
      pairing: given.how === "plan" || given.how === "boundaries",
      mayPropose: given.how === "plan",
      replayRateMaxPerS: 0,
    },
    journal,
    connection: {
      get connected() {
        return connected;
      },
      slots: 64,
      send: (carried) => send(carried.heard.frame.sequence),
      sendLate: async () => "taken",
      proposePlan: async (payload) => {
        const message = Buffer.from(payload);
        retained.set(core, message);
        time.after(ROUND_TRIP_MS, () => {
          for (const gateway of all) gateway.hearPlan(message);
        });
        return "taken";
      },
      status: () => ({ roundTripMs: ROUND_TRIP_MS }) as never,
    },
    clock,
    clockState: () => (distrusted ? "unsynchronised" : "synchronised"),
    clockOffsetMs: () => undefined,
    counters: createCounters(),
    log: SILENT,
  });

  function keep(reading: Reading): { heard: HeardFrame; lane: Lane } {
    const shiftMs = reading.atMs - time.monotonicMs();
    const draft: FrameDraft = {
      gatewayEui: eui,
      rxpkText: rxpkOf(reading),
      arrivedWallMs: clock.wallMs() + shiftMs,
      arrivedMonotonicMs: reading.atMs,
      kernelBootId: clock.kernelBootId(),
      ageAtArrivalMs: 0,
      concentratorSession: 1,
      clockState: distrusted ? "unsynchronised" : "synchronised",
      delayed: false,
      repetition: false,
    };
    const heard = deriveHeard({ ...draft, sequence: 0 });
    if (!heard.ok) throw new Error(heard.fault);
    const lane = laneOf(eui, heard.value.phy);
    const frame = journal.keep(draft, lane, ["main"], () => undefined);
    readings.set(frame.sequence, reading);
    return { heard: { ...heard.value, frame }, lane };
  }

  /** All frames in one queue, and live ones beside it. */
  async function drainBare(): Promise<void> {
    for (const frame of journal.inOrder()) {
      void send(frame.sequence);
      journal.taken("main", frame);
      await clock.sleep(1e3 / BARE_PER_S);
    }
  }

  return {
    willHear: (reading, returnMs) => {
      if (reading.atMs < returnMs) {
        keep(reading);
        return;
      }
      time.after(reading.atMs - time.monotonicMs(), () => {
        const { heard, lane } = keep(reading);
        if (given.how !== "bare") courier.offer(heard, lane);
        else {
          void send(heard.frame.sequence);
          journal.taken("main", heard.frame);
        }
      });
    },
    loseCore: () => courier.disconnected(),
    comeBack: (gateways) => {
      all = gateways;
      connected = true;
      if (given.how === "bare") {
        void drainBare();
        return;
      }
      const known = retained.get(core);
      if (known !== undefined) time.after(ROUND_TRIP_MS / 2, () => courier.hearPlan(known));
      courier.connected();
      // On its way, and not yet forgotten.
      time.after(PLAN_LOOK_MS, () => {
        const followed = courier.status().drain.plan;
        if (followed) plan = [followed.t0Ms, followed.tFromMs, followed.k].join();
      });
    },
    hearPlan: (payload) => {
      if (connected) courier.hearPlan(payload);
    },
    left: () => journal.stats().storedFrames,
    planFollowed: () => plan,
  };
}

const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

function rxpkOf({ meter, fCnt, atMs }: Reading): string {
  const phy = Buffer.alloc(14);
  phy[0] = 0x40;
  phy.writeUInt32LE(meter + 1, 1);
  phy.writeUInt16LE(fCnt, 6);
  phy[8] = 1;
  const tmst = Math.floor(atMs * 1e3) % 2 ** 32;
  return `{"tmst":${tmst},"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","data":"${phy.toString("base64")}"}`;
}

/** A journal that forgets with its process and never fails. */
function createMemoryJournal(): Journal & { inOrder(): Frame[] } {
  const lanes = new Map<Lane, Frame[]>();
  const laneOfFrame = new Map<number, Lane>();
  const notes = new Map<string, string>();
  let sequence = 0;
  const take = (_core: string, frame: Frame): void => {
    const lane = laneOfFrame.get(frame.sequence);
    if (lane === undefined) return;
    laneOfFrame.delete(frame.sequence);
    const frames = lanes.get(lane)!;
    frames.splice(
      frames.findIndex((kept) => kept.sequence === frame.sequence),
      1,
    );
    if (frames.length === 0) lanes.delete(lane);
  };
  return {
    keep: (draft, lane) => {
      const frame = { ...draft, sequence: sequence++ };
      const frames = lanes.get(lane);
      if (frames) frames.push(frame);
      else lanes.set(lane, [frame]);
      laneOfFrame.set(frame.sequence, lane);
      return frame;
    },
    whenCustody: (_sequence, onCustody) => onCustody("held"),
    taken: take,
    setAside: take,
    next: async (_core, lane, after) => lanes.get(lane)?.find((frame) => frame.sequence > after),
    backlog: () =>
      [...lanes]
        .map(([lane, frames]) => ({ lane, frames: frames.length, oldestSequence: frames[0]!.sequence }))
        .sort((one, other) => one.oldestSequence - other.oldestSequence),
    notes: { get: (name) => notes.get(name), set: (name, value) => notes.set(name, value) },
    notesWritten: async () => true,
    stats: () => ({ storedFrames: laneOfFrame.size }) as never,
    get lanesWaiting() {
      return lanes.size;
    },
    holds: (lane) => lanes.has(lane),
    whenFound: () => {},
    converting: () => {},
    converted: () => {},
    close: async () => true,
    inOrder: () => [...lanes.values()].flat().sort((one, other) => one.sequence - other.sequence),
  };
}

// --------------------------------------------------------------------------------------------- time

interface Time extends Clock {
  /** Runs what is set until then; promises settle between. */
  run(untilMs: number): Promise<void>;
}

/** As the world's clock, but made for a million timers. */
function createTime(startWallMs: number): Time {
  interface Pending {
    readonly dueMs: number;
    readonly turn: number;
    run: (() => void) | undefined;
  }
  const heap: Pending[] = [];
  let nowMs = BOOT_MS;
  let turns = 0;
  const isBefore = (one: Pending, other: Pending): boolean =>
    one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.turn < other.turn);

  function push(pending: Pending): void {
    let place = heap.push(pending) - 1;
    for (; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (!isBefore(pending, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = pending;
  }

  function shift(): Pending {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (last === first) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }

  const after = (delayMs: number, run: () => void): Timer => {
    const pending: Pending = { dueMs: nowMs + Math.max(0, delayMs), turn: turns++, run };
    push(pending);
    return {
      cancel: () => {
        pending.run = undefined;
      },
    };
  };
  return {
    wallMs: () => startWallMs + nowMs,
    monotonicMs: () => nowMs,
    kernelBootId: () => "0".repeat(32),
    after,
    sleep: (delayMs) => new Promise((resolve) => void after(delayMs, resolve)),
    run: async (untilMs) => {
      while (heap.length > 0 && heap[0]!.dueMs <= untilMs) {
        const { dueMs, run } = shift();
        if (run === undefined) continue;
        nowMs = dueMs;
        run();
        for (let turn = 0; turn < 12; turn++) await null;
      }
    },
  };
}
