/**
 * What a voyage meets: drawn from its seed, printed as one line before it begins.
 *
 * Not only when faults come is drawn but also how often each kind does, most kinds not at all: a swarm. Voyages in which
 * everything fails a little all look alike; one where only the disk stalls while the clock steps finds what others hide.
 */
import type { Rng, RngStream } from "../../agent/ports.ts";

/** Of one gateway. */
export const LOCAL_FAULTS = [
  "roadDark",
  "roadCut",
  "roadFlaps",
  "roadSlow",
  "roadFar",
  "storeRefuses",
  "storeReadsFail",
  "storeSlow",
  "filesRefuse",
  "clockSteps",
  "killed",
  "restarted",
  "powerCut",
  "forwarderRestarts",
  "concentratorRestarts",
] as const;
/** Of the core and its broker, for all gateways. */
export const COMMON_FAULTS = [
  "roadsCut",
  "brokerDies",
  "brokerRefuses",
  "brokerSwallows",
  "brokerDeaf",
  "brokerKicks",
  "coreAway",
  "secondDies",
  "secondAway",
] as const;

export type LocalFault = (typeof LOCAL_FAULTS)[number];
export type CommonFault = (typeof COMMON_FAULTS)[number];
export type Fault = LocalFault | CommonFault;

export interface FaultRate {
  readonly perDay: number;
  /** Each lasts up to so long; drawn, short ones being more frequent. */
  readonly longestS: number;
}

export interface GatewayDraw {
  readonly manner: "reference" | "kerlink";
  readonly gps: "none" | "right" | "second ahead";
  readonly driftPpm: number;
  readonly commitInterval: "20ms" | "80ms" | "1s";
  readonly statsInterval: "30s" | "5m";
  readonly encoding: "protobuf" | "json";
  /** More lines of the core's TOML; never drawn. */
  readonly coreSettings?: string;
}

export interface VoyageDraw {
  readonly meters: number;
  readonly intervalMin: number;
  /** Share of the transmissions that each gateway hears. */
  readonly hearing: number;
  readonly confirmedShare: number;
  readonly downlinkShare: number;
  readonly usesRx2: boolean;
  readonly pairing: boolean;
  readonly proposal: boolean;
  /** Replays go to the late channel too, whose reader gives back what was overtaken. */
  readonly late: boolean;
  /** Another core beside the first: which frames it should have. */
  readonly second: "none" | "all" | "data";
  /** By a broker of its own, or as a server behind Semtech UDP. */
  readonly secondBy: "mqtt" | "gwmp";
  /** Of the journals. */
  readonly maxAge: "1h" | "4h" | "30d";
  /** The settings ask for more: a voyage's meters would not fill it in a year. */
  readonly maxSizeOctets: number;
  readonly gateways: readonly [GatewayDraw, GatewayDraw];
  /** Between forwarder and agent; shares. */
  readonly udp: { readonly lost: number; readonly repeated: number; readonly late: number };
  readonly leapSecond: boolean;
  readonly faults: Readonly<Partial<Record<Fault, FaultRate>>>;
}

const PER_DAY_MAX: Readonly<Record<Fault, number>> = {
  roadDark: 60,
  roadCut: 60,
  roadFlaps: 4,
  roadSlow: 6,
  roadFar: 10,
  storeRefuses: 20,
  storeReadsFail: 20,
  storeSlow: 20,
  filesRefuse: 5,
  clockSteps: 8,
  killed: 30,
  restarted: 20,
  powerCut: 10,
  forwarderRestarts: 8,
  concentratorRestarts: 12,
  roadsCut: 3,
  brokerDies: 20,
  brokerRefuses: 10,
  brokerSwallows: 10,
  brokerDeaf: 10,
  brokerKicks: 40,
  coreAway: 12,
  secondDies: 12,
  secondAway: 12,
};
/** Share of the voyages in which a kind of fault happens at all. */
const CHOSEN_SHARE = 0.35;
const LONGEST_S = [5, 30, 180, 1_200, 7_200] as const;
const OUTAGE_S = [600, 3_600, 14_400, 36_000] as const;

export function drawVoyage(rng: Rng): VoyageDraw {
  const chance = rng.stream("draw");
  const gateway = (): GatewayDraw => ({
    manner: oneOf(chance, ["reference", "kerlink"]),
    gps: oneOf(chance, ["none", "none", "right", "right", "second ahead"]),
    driftPpm: Math.round(40 * chance.unit() - 20),
    commitInterval: oneOf(chance, ["20ms", "80ms", "80ms", "1s"]),
    statsInterval: oneOf(chance, ["30s", "5m", "5m"]),
    encoding: oneOf(chance, ["protobuf", "protobuf", "json"]),
  });
  const sometimes = (share: number, most: number): number =>
    chance.unit() < share ? rounded(most * chance.unit() ** 2) : 0;
  return {
    meters: 3 + chance.below(18),
    intervalMin: oneOf(chance, [15, 30, 60]),
    hearing: oneOf(chance, [0.6, 0.8, 0.95, 1]),
    confirmedShare: sometimes(0.5, 0.5),
    downlinkShare: sometimes(0.5, 1),
    usesRx2: chance.unit() < 0.5,
    pairing: chance.unit() < 0.8,
    proposal: chance.unit() < 0.7,
    late: chance.unit() < 0.7,
    second: oneOf(rng.stream("draw/second"), ["none", "none", "all", "data"]),
    secondBy: oneOf(rng.stream("draw/second-by"), ["mqtt", "gwmp"]),
    maxAge: oneOf(rng.stream("draw/age"), ["30d", "30d", "30d", "4h", "1h"]),
    maxSizeOctets: oneOf(rng.stream("draw/size"), [512e6, 512e6, 512e6, 30_000, 8_000]),
    gateways: [gateway(), gateway()],
    udp: { lost: sometimes(0.2, 0.1), repeated: sometimes(0.2, 0.1), late: sometimes(0.2, 0.2) },
    leapSecond: chance.unit() < 0.1,
    faults: Object.fromEntries(
      [...LOCAL_FAULTS, ...COMMON_FAULTS].flatMap((fault) => {
        // Always all draws: a kind that is left out moves no other's.
        const isChosen = chance.unit() < CHOSEN_SHARE;
        const perDay = rounded(PER_DAY_MAX[fault] * chance.unit() ** 2);
        const longestS = oneOf(chance, fault === "roadsCut" ? OUTAGE_S : LONGEST_S);
        return isChosen && perDay > 0 ? [[fault, { perDay, longestS }]] : [];
      }),
    ),
  };
}

/** One line, for people. */
export function describeDraw(draw: VoyageDraw): string {
  const { gateways, faults, udp, ...rest } = draw;
  const words = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
  for (const gateway of gateways) words.push(`[${Object.values(gateway).join(" ")}]`);
  words.push(`udp=${udp.lost}/${udp.repeated}/${udp.late}`);
  for (const [fault, { perDay, longestS }] of Object.entries(faults))
    words.push(`${fault}=${perDay}/day≤${longestS}s`);
  return words.join(" ");
}

function oneOf<T>(chance: RngStream, values: readonly T[]): T {
  return values[chance.below(values.length)]!;
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
