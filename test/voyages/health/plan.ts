/**
 * What a fleet of gateways goes through, drawn from a seed: which of them is struck by which faults when, one after the other
 * with room to recover between; some by none at all. Every kind of fault is dealt before one comes again.
 */
import { ALARM_TIMES } from "../../../agent/health/alarms/rules.ts";
import type { Rng, RngStream } from "../../../agent/ports.ts";
import { DEVICES_WITH_HISTORY, FAULT_NAMES, FAULTS, type FaultKind, type FaultName } from "./faults.ts";
import type { Traits } from "./gateway.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Before the first fault a gateway has lived in peace. */
const SETTLED_MS = HOUR_MS;
/** After the last of its alarms has gone. */
const PAUSE_MS = 20 * MINUTE_MS;
/** Of the days, one in so many gateways is quiet. */
const QUIET_SHARE = 0.2;
const TRIES_MAX = 8;
const DEVICES = 6;

export interface PlannedStrike {
  readonly name: FaultName;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlannedGateway {
  readonly traits: Traits;
  /** After the world has begun. */
  readonly bornMs: number;
  /** In the order of time; none: it is quiet. */
  readonly strikes: readonly PlannedStrike[];
}

export interface PlanOptions {
  readonly gateways: number;
  readonly lastsMs: number;
  /** Those for faults that need a history live so much longer, before all others begin. */
  readonly veterans: number;
  readonly leadMs: number;
}

export function drawPlan(rng: Rng, { gateways, lastsMs, veterans, leadMs }: PlanOptions): PlannedGateway[] {
  const chance = rng.stream("health/plan");
  const deal = createDeck(chance);
  const endMs = leadMs + lastsMs;
  const quiet = Math.max(2, Math.round(QUIET_SHARE * gateways));
  // Who can be struck by more is dealt last: what nobody else could take comes to them.
  const order = Array.from({ length: gateways }, (_, at) => (at + veterans) % gateways);
  const plan: PlannedGateway[] = [];
  for (const number of order) {
    const isVeteran = number < veterans;
    const bornMs = isVeteran ? 0 : leadMs + Math.round(10 * MINUTE_MS * chance.unit());
    const isQuiet = number >= gateways - quiet;
    const traits = isQuiet ? everything(chance) : traitsFor(chance, number, isVeteran || leadMs === 0);
    const strikes: PlannedStrike[] = [];
    // Nothing may last over the moment from which on a history is long enough.
    const ripeMs = bornMs + FAULTS.antennaBroken.afterMs;
    const ends = traits.devices === DEVICES_WITH_HISTORY && ripeMs < endMs ? [ripeMs, endMs] : [endMs];
    for (const untilMs of isQuiet ? [] : ends) addStrikes(chance, deal, { traits, bornMs, strikes }, untilMs);
    plan[number] = { traits, bornMs, strikes };
  }
  return plan;
}

/** Whoever has all and is struck by nothing would raise every false alarm that there is. */
function everything(chance: RngStream): Traits {
  return {
    gnss: chance.unit() < 0.3,
    // Looked at every two seconds: dear in a world.
    battery: chance.unit() < 0.2,
    certificates: true,
    smallJournal: false,
    devices: DEVICES,
    intervalMs: 10 * MINUTE_MS,
    pullPeriodMs: chance.unit() < 0.5 ? 10_000 : 30_000,
  };
}

/** Each kind of gateway in turn, so that every fault has somebody whom it can strike. */
function traitsFor(chance: RngStream, number: number, canWait: boolean): Traits {
  const kind = number % 6;
  return {
    gnss: number % 12 === 1,
    battery: number % 18 === 2,
    certificates: kind === 3,
    smallJournal: kind === 4,
    devices: canWait && kind % 3 === 0 ? DEVICES_WITH_HISTORY : DEVICES,
    intervalMs: kind === 5 ? 2 * MINUTE_MS : 10 * MINUTE_MS,
    pullPeriodMs: chance.unit() < 0.25 ? 10_000 : 30_000,
  };
}

type Deck = (fits: (name: FaultName) => boolean) => FaultName | undefined;

/** The kind that was dealt least often, of those that fit; of several any. */
function createDeck(chance: RngStream): Deck {
  const dealt = new Map<FaultName, number>(FAULT_NAMES.map((name) => [name, 0]));
  return (fits) => {
    const all = FAULT_NAMES.filter(fits);
    const least = Math.min(...all.map((name) => dealt.get(name)!));
    const fewest = all.filter((name) => dealt.get(name) === least);
    // What only few can be struck by comes first.
    const special = fewest.filter((name) => "needs" in FAULTS[name]);
    const some = special.length > 0 ? special : fewest;
    const name = some[chance.below(some.length)];
    if (name !== undefined) dealt.set(name, least + 1);
    return name;
  };
}

/** Until then, after those that there are. */
function addStrikes(
  chance: RngStream,
  deal: Deck,
  { traits, bornMs, strikes }: PlannedGateway & { readonly strikes: PlannedStrike[] },
  endMs: number,
): void {
  const last = strikes.at(-1);
  let cursorMs = last === undefined ? bornMs + SETTLED_MS : last.toMs + recoveryMs(last.name) + PAUSE_MS;
  if (last !== undefined) cursorMs = Math.max(cursorMs, bornMs + FAULTS.antennaBroken.afterMs);
  for (let tries = 0; tries < TRIES_MAX; ) {
    const fromMs = Math.round(cursorMs + HOUR_MS * chance.unit());
    const share = chance.unit();
    const untilMs = (name: FaultName): number => fromMs + lengthOf(name, share);
    const name = deal((one) => {
      const { needs = {}, afterMs = 0, interrupts = false }: FaultKind = FAULTS[one];
      // Who should miss frames must have days that say how many are usual.
      if (interrupts && traits.devices === DEVICES_WITH_HISTORY) return false;
      const has = Object.entries(needs).every(([trait, wanted]) => traits[trait as keyof Traits] === wanted);
      return has && fromMs - bornMs >= afterMs && untilMs(one) + recoveryMs(one) <= endMs;
    });
    if (name === undefined) {
      // Later something with a longer memory may fit; or the end is near.
      tries += 1;
      cursorMs += HOUR_MS;
      continue;
    }
    strikes.push({ name, fromMs, toMs: untilMs(name) });
    cursorMs = untilMs(name) + recoveryMs(name) + PAUSE_MS;
  }
}

function lengthOf(name: FaultName, share: number): number {
  const [shortestMs, longestMs] = FAULTS[name].lastsMs;
  return Math.round(shortestMs + (longestMs - shortestMs) * share);
}

/** Until every alarm that it may leave has gone. */
export function recoveryMs(name: FaultName): number {
  const { alarms, brings = [] }: FaultKind = FAULTS[name];
  return 15 * MINUTE_MS + Math.max(0, ...[...alarms, ...brings].map((id) => ALARM_TIMES[id].clearsWithinMs));
}
