/** A courier between a real journal (in the world's store) and a core that answers what the test says. */

import { type ClockState, type FrameDraft, type HeardFrame, laneOf } from "../../../agent/frame/frame.ts";
import { deriveHeard } from "../../../agent/frame/heard.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import type { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/store-journal.ts";
import type { Carried, Delivery } from "../../../agent/north/core.ts";
import {
  type Courier,
  type CourierParts,
  type CourierSettings,
  createCourier,
} from "../../../agent/north/courier.ts";
import { type ReplayPlan, readReplayPlan, writeReplayPlan } from "../../../agent/north/replay-plan.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldStores } from "../../../simulator/world/store.ts";
import { collectLog, MemoryFiles } from "../journal/fixtures.ts";

export const EUI = "7276ff002e062701";

/** One frame that reached the core's side, with when and how it came. */
export interface Sent {
  readonly device: string;
  readonly fCnt: number;
  readonly atMs: number;
  readonly replay: boolean;
  readonly carried: Carried;
  answer(delivery: Delivery): void;
}

export interface CourierRig {
  readonly clock: WorldClock;
  readonly journal: Journal;
  /** The journal's disk. */
  readonly stores: WorldStores;
  /** The present one: restart() makes another. */
  readonly courier: Courier;
  readonly sent: Sent[];
  readonly counters: ReturnType<typeof createCounters>;
  /** How the core answers a frame; undefined leaves it in flight. */
  answer: (sent: Sent) => Delivery | undefined;
  slots: number;
  clockState: ClockState;
  clockOffsetMs: number | undefined;
  /** Replays as they were said on the late topic, and what becomes of them. */
  readonly late: Carried[];
  lateAnswer: Delivery;
  /** Plans that the courier proposed, and whether the broker says them back. */
  readonly proposed: ReplayPlan[];
  planAnswer: Delivery;
  echoes: boolean;
  /** Somebody publishes a plan, or anything else, on its topic. */
  plan(plan: ReplayPlan | Buffer): void;
  /** A new process on the same journal, not connected. */
  restart(): void;
  up(): void;
  /** The connection ends: what is in flight is "closed". */
  down(): void;
  hear(device: number, fCnt: number, changes?: Partial<FrameDraft>): HeardFrame;
  join(devEui: string, changes?: Partial<FrameDraft>): HeardFrame;
}

/** Without a word: lane by lane, as a core has it that does not pair. */
export async function courierRig(
  settings: Partial<CourierSettings> = {},
  more: Pick<CourierParts, "pace"> = {},
): Promise<CourierRig> {
  const clock = new WorldClock();
  const { log } = collectLog();
  const counters = createCounters();
  const stores = new WorldStores();
  const journal = await openJournal({
    stores,
    files: new MemoryFiles(),
    clock,
    log,
    directory: "/journal",
    cores: ["main"],
    commitIntervalMs: 80,
  });
  const sent: Sent[] = [];
  const inFlight = new Set<Sent>();
  let connected = false;

  const send = (carried: Carried): Promise<Delivery> =>
    new Promise((resolve) => {
      const { phy, frame } = carried.heard;
      const flying: Sent = {
        device: phy?.kind === "data" ? phy.devAddr : phy?.kind === "joinRequest" ? phy.devEui : "",
        fCnt: phy?.kind === "data" ? phy.fCnt : -1,
        atMs: clock.monotonicMs(),
        replay: carried.replay,
        carried,
        answer: (delivery) => {
          if (inFlight.delete(flying)) resolve(delivery);
        },
      };
      if (!connected) throw new Error(`sent ${frame.sequence} on a dead connection`);
      inFlight.add(flying);
      sent.push(flying);
      const delivery = rig.answer(flying);
      if (delivery !== undefined) queueMicrotask(() => flying.answer(delivery));
    });
  const start = (): Courier =>
    createCourier({
      coreId: "main",
      gatewayEui: EUI,
      settings: { late: false, pairing: false, mayPropose: false, replayRateMaxPerS: 0, ...settings },
      journal,
      connection: {
        get connected() {
          return connected;
        },
        get slots() {
          return rig.slots;
        },
        send,
        sendLate: async (carried) => {
          rig.late.push(carried);
          return rig.lateAnswer;
        },
        proposePlan: async (payload) => {
          const plan = readReplayPlan(Buffer.from(payload));
          if (!plan.ok) throw new Error(plan.fault);
          rig.proposed.push(plan.value);
          if (rig.echoes) clock.after(100, () => rig.plan(plan.value));
          return rig.planAnswer;
        },
        status: () => ({ roundTripMs: 100 }) as never,
      },
      clock,
      clockState: () => rig.clockState,
      clockOffsetMs: () => rig.clockOffsetMs,
      counters,
      log,
      ...more,
    });
  let courier: Courier;

  const keep = (rxpkText: string, changes: Partial<FrameDraft>): HeardFrame => {
    const draft: FrameDraft = {
      gatewayEui: EUI,
      rxpkText,
      arrivedWallMs: clock.wallMs(),
      arrivedMonotonicMs: clock.monotonicMs(),
      kernelBootId: clock.kernelBootId(),
      ageAtArrivalMs: 0,
      concentratorSession: 1,
      clockState: rig.clockState,
      delayed: false,
      repetition: false,
      ...changes,
    };
    const heard = deriveHeard({ ...draft, sequence: 0 });
    if (!heard.ok) throw new Error(heard.fault);
    const lane = laneOf(EUI, heard.value.phy);
    const frame = journal.keep(draft, lane, ["main"], () => {});
    const kept = { ...heard.value, frame };
    courier.offer(kept, lane);
    return kept;
  };

  const rig: CourierRig = {
    clock,
    journal,
    stores,
    get courier() {
      return courier;
    },
    sent,
    counters,
    clockState: "synchronised",
    clockOffsetMs: undefined,
    late: [],
    lateAnswer: "taken",
    proposed: [],
    planAnswer: "taken",
    echoes: true,
    plan: (plan) => {
      if (connected) courier.hearPlan(Buffer.isBuffer(plan) ? plan : writeReplayPlan(plan));
    },
    restart: () => {
      if (connected) rig.down();
      courier.close();
      courier = start();
    },
    answer: () => "taken",
    slots: 64,
    up: () => {
      connected = true;
      courier.connected();
    },
    down: () => {
      connected = false;
      courier.disconnected();
      for (const flying of [...inFlight]) flying.answer("closed");
    },
    hear: (device, fCnt, changes = {}) => keep(rxpkOf(dataFrame(device, fCnt)), changes),
    join: (devEui, changes = {}) => keep(rxpkOf(joinRequest(devEui)), changes),
  };
  courier = start();
  return rig;
}

export function deviceName(device: number): string {
  return device.toString(16).padStart(8, "0");
}

function dataFrame(device: number, fCnt: number): Buffer {
  const phy = Buffer.alloc(14);
  phy[0] = 0x40;
  phy.writeUInt32LE(device, 1);
  phy.writeUInt16LE(fCnt, 6);
  phy[8] = 1;
  return phy;
}

function joinRequest(devEui: string): Buffer {
  const phy = Buffer.alloc(23);
  Buffer.from(devEui, "hex").reverse().copy(phy, 9);
  return phy;
}

let tmst = 0;

function rxpkOf(phy: Buffer): string {
  tmst += 1_000;
  return JSON.stringify({
    tmst,
    freq: 868.1,
    stat: 1,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    rssi: -100,
    lsnr: 5,
    size: phy.length,
    data: phy.toString("base64"),
  });
}
