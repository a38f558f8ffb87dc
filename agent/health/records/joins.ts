/**
 * The join-requests and rejoins that were heard, by gateway and DevEUI; and which silent DevAddrs they may explain.
 *
 * A join brings the device another DevAddr, and without keys nobody can tell which. So each join may explain one DevAddr
 * that fell silent around it: heard before the join, and not missed yet when it came. Bounded: JOINS_MAX devices; those
 * that were heard once go first, of them the one unheard longest. Times as in devices.ts. Pure but for its memory.
 */
import type { Rxpk } from "../../lorawan/rxpk.ts";
import { RECORDS_AGE_MS_MAX, type SilentOne } from "./devices.ts";

export const JOINS_MAX = 256;
/** A note stays below 16 KB with them. */
export const JOINS_PER_NOTE = 128;
/** Joins of one device that are remembered one by one. */
export const TIMES_MAX = 4;
/** A device that hears no answer asks again: within so long it is one join. */
const ONE_JOIN_MS = 3_600_000;
/** A device is missed after so many of its intervals, and never before an hour. */
const MISSED_INTERVALS = 2;
const MISSED_MS_MIN = 3_600_000;

export interface Join {
  readonly gatewayEui: string;
  readonly devEui: string;
  joins: number;
  firstMs: number;
  /** The last of each join, oldest first. */
  timesMs: number[];
  lastRssiDbm: number | undefined;
  lastSnrDb: number | undefined;
}

export function joinNoteName(n: number): string {
  return `health.joins.${n}`;
}

/** As a note has it: gateway, DevEUI, joins, age of the first, ages of the others; seconds. */
export type JoinRow = readonly [string, string, number, number, readonly number[]];

export interface Joins {
  heard(gatewayEui: string, devEui: string, rxpk: Rxpk, heardMs: number): void;
  prune(nowMs: number): void;
  drop(gatewayEui: string): void;
  restore(rows: readonly JoinRow[], savedMs: number): void;
  shift(untilMs: number, byMs: number): void;
  rows(nowMs: number): JoinRow[];
  all(): Iterable<Join>;
}

export function createJoins(): Joins {
  const byName = new Map<string, Join>();

  const makeRoom = (): void => {
    let worst: [string, Join] | undefined;
    for (const entry of byName) if (worst === undefined || isWorse(entry[1], worst[1])) worst = entry;
    byName.delete(worst![0]);
  };
  const find = (gatewayEui: string, devEui: string, heardMs: number): Join => {
    const name = `${gatewayEui}/${devEui}`;
    const known = byName.get(name);
    if (known !== undefined) return known;
    if (byName.size >= JOINS_MAX) makeRoom();
    const made: Join = {
      gatewayEui,
      devEui,
      joins: 0,
      firstMs: heardMs,
      timesMs: [],
      lastRssiDbm: undefined,
      lastSnrDb: undefined,
    };
    byName.set(name, made);
    return made;
  };

  return {
    heard: (gatewayEui, devEui, { rssiDbm, snrDb }, heardMs) => {
      const join = find(gatewayEui, devEui, heardMs);
      join.joins += 1;
      join.lastRssiDbm = rssiDbm;
      join.lastSnrDb = snrDb;
      const { timesMs } = join;
      if (heardMs - (timesMs.at(-1) ?? Number.NEGATIVE_INFINITY) < ONE_JOIN_MS) timesMs.pop();
      timesMs.push(heardMs);
      if (timesMs.length > TIMES_MAX) timesMs.shift();
    },
    prune: (nowMs) => {
      for (const [name, join] of byName) if (nowMs - lastOf(join) > RECORDS_AGE_MS_MAX) byName.delete(name);
    },
    drop: (gatewayEui) => {
      for (const [name, join] of byName) if (join.gatewayEui === gatewayEui) byName.delete(name);
    },
    restore: (rows, savedMs) => {
      for (const [gatewayEui, devEui, joins, firstS, timesS] of rows) {
        const join = find(gatewayEui, devEui, savedMs - firstS * 1e3);
        join.joins += joins;
        join.firstMs = Math.min(join.firstMs, savedMs - firstS * 1e3);
        const before = timesS.map((ageS) => savedMs - ageS * 1e3);
        join.timesMs = [...before, ...join.timesMs].slice(-TIMES_MAX);
      }
    },
    shift: (untilMs, byMs) => {
      const earlier = (atMs: number): number => (atMs <= untilMs ? atMs - byMs : atMs);
      for (const join of byName.values()) {
        join.firstMs = earlier(join.firstMs);
        join.timesMs = join.timesMs.map(earlier);
      }
    },
    rows: (nowMs) => {
      const ageS = (atMs: number): number => Math.max(0, Math.round((nowMs - atMs) / 1e3));
      return [...byName.values()].map(({ gatewayEui, devEui, joins, firstMs, timesMs }) => [
        gatewayEui,
        devEui,
        joins,
        ageS(firstMs),
        timesMs.map(ageS),
      ]);
    },
    all: () => byName.values(),
  };
}

export function lastOf({ timesMs, firstMs }: Join): number {
  return timesMs.at(-1) ?? firstMs;
}

function isWorse(one: Join, other: Join): boolean {
  if ((one.joins === 1) !== (other.joins === 1)) return one.joins === 1;
  return lastOf(one) < lastOf(other);
}

/**
 * Which of the silent ones a join may explain; each join explains one, the one that has been silent longest.
 * @param joinsMs in any order. @returns one answer for each.
 */
export function explain(silent: readonly SilentOne[], joinsMs: readonly number[]): boolean[] {
  const explained = silent.map(() => false);
  const byEnd = silent
    .map(({ lastMs, intervalMs }, at) => {
      const missedMs = lastMs + Math.max(MISSED_MS_MIN, MISSED_INTERVALS * intervalMs);
      return { at, fromMs: lastMs, missedMs };
    })
    .sort((one, other) => one.missedMs - other.missedMs);
  // Of those whom a join may explain, the one whose time ends first: no other choice explains more.
  for (const joinMs of [...joinsMs].sort((one, other) => one - other)) {
    const found = byEnd.find(
      ({ at, fromMs, missedMs }) => !explained[at] && fromMs <= joinMs && joinMs <= missedMs,
    );
    if (found !== undefined) explained[found.at] = true;
  }
  return explained;
}
