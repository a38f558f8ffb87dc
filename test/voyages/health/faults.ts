/**
 * What can go wrong on one gateway: how it is done to it, which alarm must appear and go, which others may come with it, and
 * which outages the core must be told afterwards.
 *
 * A fault begins and ends when it is injected; where the world knows better (a disk is noticed when it is written, a
 * reboot when the box is back) the strike is told.
 */
import type { AlarmId } from "../../../agent/health/alarms/alarm.ts";
import type { OutageKind } from "../../../agent/health/availability/outages.ts";
import type { MqttClosed, RngStream } from "../../../agent/ports.ts";
import type { World } from "../../../simulator/world/doors.ts";
import { downlinkFrame } from "../../agent/chirpstack.ts";
import type { CoreEye } from "./core-eye.ts";
import {
  CERTIFICATE,
  type Gateway,
  MAINS,
  SMALL_JOURNAL_OCTETS,
  THERMAL,
  TOPIC_PREFIX,
  type Traits,
} from "./gateway.ts";
import { SUBJECTS } from "./truth.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Enough that an hour of silence says something. */
export const DEVICES_WITH_HISTORY = 12;
/** Of the sub-band from 868.0 to 868.6 MHz: one per cent of the hour, of which 80 are near. */
const DUTY_CYCLE_NEAR_MS = 0.8 * 36_000;
const DOWNLINK_EVERY_MS = 25_000;
/** From the core to the radio, and its TX_ACK back. */
const DOWNLINK_TAKES_MS = 500;
const DOWNLINK_OCTETS = 120;
const FILLING_SHARE = 0.7;
const LOOK_MS = 5_000;
/** What goes unanswered on a dark road: the next stat, and its PUBACK's time. */
const DARK_DOUBT_MS = 55_000;
/** The other client comes back as soon as it was thrown out. */
const OTHER_CLIENT_MS = 1_000;
const REFUSED: MqttClosed = { code: "credentials", detail: "not authorised", reasonCode: 135 };

/** One fault as it strikes one gateway. Times are true ones. */
export interface Strike {
  readonly kind: FaultKind;
  readonly name: FaultName;
  readonly gateway: Gateway;
  readonly eye: CoreEye;
  readonly world: World;
  readonly chance: RngStream;
  readonly fromMs: number;
  readonly toMs: number;
  /** When the cause of an alarm came and went, where that is not the strike itself. */
  readonly began: Map<AlarmId, number>;
  readonly ended: Map<AlarmId, number>;
  /** From, to, and how much earlier and later than `from` it may be told to have begun. */
  readonly outages: TrueOutage[];
  /** PEM of the certificate that follows. */
  readonly renewed: string;
  /** What was in memory is lost with it: the core may be told the end of what it was never told. */
  losesMemory: boolean;
  isOver: boolean;
}

export interface TrueOutage {
  readonly kind: OutageKind;
  readonly fromMs: number;
  /** undefined: when it is over is somebody else's affair. */
  toMs: number | undefined;
  readonly earlyMs: number;
  readonly lateMs: number;
  readonly isPlanned?: boolean;
  readonly isCrash?: boolean;
}

export interface FaultKind {
  /** Of the gateways on which it can happen. */
  readonly needs?: Partial<Traits>;
  /** The gateway must have run so long. */
  readonly afterMs?: number;
  /** Frames go unheard meanwhile, or unwatched: no hour of it says what is usual. */
  readonly interrupts?: boolean;
  readonly lastsMs: readonly [number, number];
  /** Must appear within their times, and go within theirs. */
  readonly alarms: readonly AlarmId[];
  /** May come with it. */
  readonly brings?: readonly AlarmId[];
  readonly begin: (strike: Strike) => void;
  readonly end?: (strike: Strike) => void;
}

const now = ({ world }: Strike): number => world.clock.monotonicMs();

/** The link is lost now; the outage ends when the broker has let it in again. */
function loseLink(strike: Strike, lateMs: number): void {
  const { gateway } = strike;
  gateway.linkLost();
  const outage: TrueOutage = {
    kind: "backhaulDown",
    fromMs: now(strike),
    toMs: undefined,
    earlyMs: 2_000,
    lateMs: lateMs + 2_000,
  };
  strike.outages.push(outage);
  gateway.truth.doubt("link", now(strike), now(strike) + lateMs + 1_000, "up");
  gateway.onAdmitted = () => {
    outage.toMs ??= now(strike);
  };
}

function cutRoad(strike: Strike): void {
  strike.gateway.machine.road.state = "cut";
  loseLink(strike, 1_000);
}

function openRoad({ gateway }: Strike): void {
  gateway.machine.road.state = "open";
}

/** Off for the strike's length. @param how the power went. */
function offFor(strike: Strike, kind: "gatewayOff" | "powerCut", toMs: number): void {
  const isCut = kind === "powerCut";
  strike.outages.push({
    kind,
    fromMs: now(strike),
    toMs,
    earlyMs: isCut ? 5 * MINUTE_MS + 10_000 : 2_000,
    lateMs: 2_000,
  });
  strike.began.set("reboot", toMs);
  strike.ended.set("reboot", toMs);
}

/** Time servers are reached so long after the boot. */
function bootIn1970(strike: Strike, offMs: number): void {
  const { gateway, world } = strike;
  const bootMs = now(strike) + offMs;
  offFor(strike, "powerCut", bootMs);
  strike.began.set("clockWrong", bootMs);
  gateway.cutPower(offMs, undefined);
  world.clock.after(strike.toMs - now(strike), () => gateway.setClock(0, true));
}

/** Looks until it is so, or the strike is over. */
function whenFirst(strike: Strike, isSo: () => boolean, then: () => void): void {
  const look = (): void => {
    if (isSo()) then();
    else if (!strike.isOver) strike.world.clock.after(LOOK_MS, look);
  };
  look();
}

export const FAULTS = {
  forwarderDies: {
    interrupts: true,
    lastsMs: [10 * MINUTE_MS, HOUR_MS],
    alarms: ["forwarderSilent"],
    begin: (strike) => {
      const { gateway, fromMs, toMs } = strike;
      const earlyMs = gateway.traits.pullPeriodMs + 1_000;
      strike.outages.push({ kind: "forwarderSilent", fromMs, toMs, earlyMs, lateMs: 1_000 });
      void gateway.radio.stop();
    },
    end: ({ gateway }) => void gateway.radio.start(),
  },
  roadCut: {
    lastsMs: [5 * MINUTE_MS, 90 * MINUTE_MS],
    alarms: ["coreUnreachable"],
    begin: cutRoad,
    end: openRoad,
  },
  roadDark: {
    lastsMs: [5 * MINUTE_MS, 90 * MINUTE_MS],
    alarms: ["coreUnreachable"],
    begin: (strike) => {
      strike.gateway.machine.road.state = "dark";
      loseLink(strike, DARK_DOUBT_MS);
    },
    end: openRoad,
  },
  coreRefuses: {
    lastsMs: [10 * MINUTE_MS, HOUR_MS],
    alarms: ["coreRefusing"],
    brings: ["coreUnreachable"],
    begin: (strike) => {
      const { gateway } = strike;
      gateway.refusal = REFUSED;
      gateway.broker.kick(gateway.clientId);
      loseLink(strike, 1_000);
    },
    end: ({ gateway }) => {
      gateway.refusal = undefined;
    },
  },
  coreAway: {
    lastsMs: [20 * MINUTE_MS, HOUR_MS],
    alarms: ["coreNoSubscriber"],
    begin: (strike) => {
      const { eye, gateway } = strike;
      eye.listens(false);
      // Nobody knows before a frame is for nobody.
      gateway.broker.onTaken = ({ topic }, matched) => {
        if (topic.endsWith("/event/up") && !matched && !strike.began.has("coreNoSubscriber"))
          strike.began.set("coreNoSubscriber", now(strike));
      };
    },
    end: ({ eye }) => eye.listens(true),
  },
  takenOver: {
    lastsMs: [5 * MINUTE_MS, 30 * MINUTE_MS],
    alarms: ["clientTakenOver"],
    brings: ["coreUnreachable"],
    begin: (strike) => {
      const { gateway, world } = strike;
      const takeOver = (): void => {
        if (strike.isOver) return;
        gateway.broker.takeOver(gateway.clientId);
        loseLink(strike, 1_000);
        const admitted = gateway.onAdmitted;
        gateway.onAdmitted = () => {
          admitted();
          world.clock.after(OTHER_CLIENT_MS, takeOver);
        };
      };
      takeOver();
    },
  },
  diskFails: {
    lastsMs: [15 * MINUTE_MS, HOUR_MS],
    alarms: ["journalFailing"],
    begin: (strike) => {
      strike.gateway.machine.stores.refuse((operation) => {
        const isWrite = operation === "batch" || operation === "open" || operation === "repair";
        // A disk that nobody writes to fails unseen.
        if (isWrite && !strike.began.has("journalFailing")) strike.began.set("journalFailing", now(strike));
        return isWrite;
      });
    },
    end: ({ gateway }) => gateway.machine.stores.refuse(undefined),
  },
  journalFills: {
    needs: { smallJournal: true },
    lastsMs: [3 * HOUR_MS, 4 * HOUR_MS],
    alarms: ["coreUnreachable", "journalFilling", "journalThinning"],
    begin: (strike) => {
      const { gateway } = strike;
      cutRoad(strike);
      const stored = (): number => gateway.agent?.status().journal.storedOctets ?? 0;
      whenFirst(
        strike,
        () => stored() >= FILLING_SHARE * SMALL_JOURNAL_OCTETS,
        () => strike.began.set("journalFilling", now(strike) - LOOK_MS),
      );
      const dropped = (): number => gateway.agent?.status().journal.droppedTotal ?? 0;
      const before = dropped();
      let known = before;
      const look = (): void => {
        const total = dropped();
        if (total > before && !strike.began.has("journalThinning"))
          strike.began.set("journalThinning", now(strike) - LOOK_MS);
        if (total > known) strike.ended.set("journalThinning", now(strike));
        known = total;
        // Until it is empty again it may be thinned: the drain has its own time.
        if (!strike.isOver || stored() > 0) strike.world.clock.after(LOOK_MS, look);
      };
      look();
    },
    end: (strike) => {
      openRoad(strike);
      // It is emptied on the shared time axis, in its own time.
      strike.ended.set("journalFilling", Number.POSITIVE_INFINITY);
      whenFirst(
        { ...strike, isOver: false },
        () => (strike.gateway.agent?.status().journal.storedOctets ?? 1) === 0,
        () => strike.ended.set("journalFilling", now(strike)),
      );
    },
  },
  clockSteps: {
    interrupts: true,
    needs: { gnss: false },
    lastsMs: [2 * HOUR_MS, 4 * HOUR_MS],
    alarms: ["clockWrong"],
    begin: ({ gateway, chance }) => {
      const sign = chance.unit() < 0.5 ? -1 : 1;
      gateway.setClock(Math.round(sign * (10_000 + 3 * HOUR_MS * chance.unit())), false);
    },
    end: ({ gateway }) => gateway.setClock(0, true),
  },
  bootsIn1970: {
    interrupts: true,
    needs: { gnss: false },
    lastsMs: [20 * MINUTE_MS, 30 * MINUTE_MS],
    alarms: ["reboot"],
    begin: (strike) => bootIn1970(strike, strike.toMs - strike.fromMs - 10 * MINUTE_MS),
  },
  bootsIn1970AndStays: {
    interrupts: true,
    needs: { gnss: false },
    lastsMs: [3 * HOUR_MS, 4 * HOUR_MS],
    alarms: ["reboot", "clockWrong"],
    begin: (strike) => bootIn1970(strike, 20 * MINUTE_MS),
  },
  gnssUnplugged: {
    needs: { gnss: true },
    lastsMs: [30 * MINUTE_MS, 90 * MINUTE_MS],
    alarms: ["gnssLost"],
    begin: ({ gateway }) => gateway.unplugGnss(),
    end: ({ gateway }) => gateway.plugGnss(),
  },
  skyHidden: {
    needs: { gnss: true },
    lastsMs: [30 * MINUTE_MS, 90 * MINUTE_MS],
    alarms: ["gnssLost"],
    begin: ({ gateway }) => {
      gateway.seesSky = false;
    },
    end: ({ gateway }) => {
      gateway.seesSky = true;
    },
  },
  powerCut: {
    interrupts: true,
    lastsMs: [2 * MINUTE_MS, HOUR_MS],
    alarms: ["reboot"],
    begin: (strike) => {
      offFor(strike, "powerCut", strike.toMs);
      strike.gateway.cutPower(strike.toMs - now(strike), 0);
    },
  },
  shutDown: {
    interrupts: true,
    lastsMs: [2 * MINUTE_MS, HOUR_MS],
    alarms: ["reboot"],
    begin: (strike) => {
      offFor(strike, "gatewayOff", strike.toMs);
      strike.gateway.shutDown(strike.toMs - now(strike));
    },
  },
  restarted: {
    interrupts: true,
    lastsMs: [5_000, 5 * MINUTE_MS],
    alarms: [],
    begin: (strike) => {
      const { fromMs, toMs } = strike;
      strike.outages.push({ kind: "restart", fromMs, toMs, earlyMs: 2_000, lateMs: 2_000 });
      strike.gateway.restart(toMs - fromMs);
    },
  },
  crashed: {
    interrupts: true,
    lastsMs: [10_000, 5 * MINUTE_MS],
    alarms: [],
    begin: (strike) => {
      const { fromMs, toMs } = strike;
      const earlyMs = 5 * MINUTE_MS + 10_000;
      strike.outages.push({ kind: "restart", fromMs, toMs, earlyMs, lateMs: 2_000, isCrash: true });
      strike.gateway.kill(toMs - fromMs);
    },
  },
  roadThenPower: {
    interrupts: true,
    lastsMs: [30 * MINUTE_MS, HOUR_MS],
    alarms: ["reboot"],
    brings: ["coreUnreachable"],
    begin: (strike) => {
      const { gateway, world } = strike;
      cutRoad(strike);
      const halfMs = (strike.toMs - strike.fromMs) / 2;
      world.clock.after(halfMs, () => {
        // What lasted is told to have ended when it was last seen: at the last stamp.
        strike.outages[0]!.toMs = undefined;
        gateway.onAdmitted = () => undefined;
        strike.losesMemory = true;
        offFor(strike, "powerCut", strike.toMs);
        gateway.cutPower(halfMs, 0);
        openRoad(strike);
      });
    },
  },
  plannedWork: {
    interrupts: true,
    lastsMs: [30 * MINUTE_MS, HOUR_MS],
    alarms: ["reboot"],
    begin: (strike) => {
      const { gateway, eye, world, fromMs, toMs } = strike;
      const durationS = Math.round((toMs - fromMs) / 1_000);
      eye.command("maintenance", { action: "begin", reason: "antenna", durationS });
      gateway.truth.maintenance(fromMs, fromMs + durationS * 1_000);
      for (const subject of SUBJECTS)
        for (const edgeMs of [fromMs, fromMs + durationS * 1_000]) {
          // The flag is looked at every ten seconds, and at each change.
          gateway.truth.doubt(subject, edgeMs - 1_000, edgeMs + 11_000, "maintenance");
          gateway.truth.doubt(subject, edgeMs - 1_000, edgeMs + 11_000, "up");
        }
      world.clock.after((toMs - fromMs) / 4, () => {
        const offMs = now(strike);
        const backMs = offMs + (toMs - fromMs) / 2;
        strike.outages.push({
          kind: "gatewayOff",
          fromMs: offMs,
          toMs: backMs,
          earlyMs: 2_000,
          lateMs: 2_000,
          isPlanned: true,
        });
        strike.began.set("reboot", backMs);
        strike.ended.set("reboot", backMs);
        gateway.shutDown(backMs - offMs);
      });
    },
  },
  crcStorm: {
    lastsMs: [30 * MINUTE_MS, HOUR_MS],
    alarms: ["crcStorm"],
    begin: ({ gateway }) => {
      gateway.radio.isStormy = true;
    },
    end: ({ gateway }) => {
      gateway.radio.isStormy = false;
    },
  },
  antennaBroken: {
    needs: { devices: DEVICES_WITH_HISTORY },
    afterMs: 3 * DAY_MS + 4 * HOUR_MS,
    lastsMs: [3 * HOUR_MS, 6 * HOUR_MS],
    alarms: ["fewerFrames"],
    begin: ({ gateway, chance }) => {
      const left = chance.below(2);
      gateway.radio.hearing = (device) => device < left;
    },
    end: ({ gateway }) => {
      gateway.radio.hearing = () => true;
    },
  },
  deviceSilent: {
    needs: { devices: DEVICES_WITH_HISTORY },
    // So that it is known to talk.
    afterMs: 4 * HOUR_MS,
    lastsMs: [25 * HOUR_MS, 30 * HOUR_MS],
    alarms: ["deviceSilent"],
    begin: ({ gateway }) => {
      gateway.radio.hearing = (device) => device !== 0;
    },
    end: (strike) => {
      strike.ended.set("deviceSilent", Number.POSITIVE_INFINITY);
      strike.gateway.radio.hearing = (device) => {
        if (device === 0 && strike.ended.get("deviceSilent") === Number.POSITIVE_INFINITY)
          strike.ended.set("deviceSilent", now(strike));
        return true;
      };
    },
  },
  hot: {
    lastsMs: [20 * MINUTE_MS, HOUR_MS],
    alarms: ["temperature"],
    begin: ({ gateway }) => gateway.machine.files.put(`${THERMAL}/temp`, "91500\n"),
    end: ({ gateway }) => gateway.machine.files.put(`${THERMAL}/temp`, "43000\n"),
  },
  onBattery: {
    needs: { battery: true },
    lastsMs: [5 * MINUTE_MS, 20 * MINUTE_MS],
    alarms: ["onBattery"],
    begin: ({ gateway }) => gateway.machine.files.put(`${MAINS}/online`, "0\n"),
    end: ({ gateway }) => gateway.machine.files.put(`${MAINS}/online`, "1\n"),
  },
  dutyCycle: {
    lastsMs: [30 * MINUTE_MS, 40 * MINUTE_MS],
    alarms: ["dutyCycleNear"],
    begin: (strike) => {
      const { gateway, world } = strike;
      const phy = Buffer.alloc(DOWNLINK_OCTETS, 0x60);
      const topic = `${TOPIC_PREFIX}/gateway/${gateway.eui}/command/down`;
      let downlinkId = 1;
      const look = (): void => {
        const usedMs = gateway.radio.emissions
          .filter(({ atMs }) => now(strike) - atMs < HOUR_MS)
          .reduce((sum, { airtimeMs }) => sum + airtimeMs, 0);
        if (usedMs >= DUTY_CYCLE_NEAR_MS && !strike.began.has("dutyCycleNear"))
          strike.began.set("dutyCycleNear", now(strike));
      };
      const send = (): void => {
        if (strike.isOver) return;
        strike.ended.set("dutyCycleNear", now(strike));
        const frame = downlinkFrame(downlinkId, [{ phy }]);
        downlinkId += 1;
        frame.setGatewayId(gateway.eui);
        gateway.broker.publish({ topic, payload: frame.serializeBinary(), qos: 1 });
        world.clock.after(DOWNLINK_TAKES_MS, look);
        world.clock.after(DOWNLINK_EVERY_MS, send);
      };
      send();
    },
  },
  slowDisk: {
    needs: { intervalMs: 2 * MINUTE_MS },
    lastsMs: [20 * MINUTE_MS, HOUR_MS],
    alarms: ["ackLate"],
    // The core is far as well: otherwise it has every frame before the disk is asked.
    begin: ({ gateway }) => {
      gateway.machine.fsyncMs = 4_000;
      gateway.machine.road.latencyMs = 500;
    },
    end: ({ gateway }) => {
      gateway.machine.fsyncMs = 7;
      gateway.machine.road.latencyMs = 20;
    },
  },
  certificateEnds: {
    needs: { certificates: true },
    lastsMs: [4 * HOUR_MS, 8 * HOUR_MS],
    alarms: ["credentialsExpiring"],
    // Its thirty days begin when the strike does (health-voyage.ts makes it so); then it is renewed.
    begin: () => undefined,
    end: ({ gateway, renewed }) => gateway.machine.files.put(CERTIFICATE, renewed),
  },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
