/**
 * The operator's view of all gateways: each one's row (row.ts), worst first, and what they are together, judged against
 * what is promised.
 *
 * A gateway that should be there and was never heard counts as 0: it is the service that is promised, not what of it
 * happens to report. One that nobody listed and that never reported is shown and counts for nothing, for it may be
 * somebody else's on the same broker. Pure: time is an argument.
 */
import { createHeard, type Heard, type Told } from "./heard.ts";
import { type GatewayRow, type GatewayState, type Known, keeps, rowOf, SERVICE_PROMISE } from "./row.ts";

/** 99.2 % in each commune. */
export const COMMUNE_PROMISE = 0.992;
export const GATEWAYS_MAX = 20_000;

const WORST_FIRST: readonly GatewayState[] = [
  "off",
  "silent",
  "neverReported",
  "trouble",
  "undated",
  "maintenance",
  "ok",
  "planned",
];

interface Verdict {
  /** The mean of those that count; undefined: nothing is known of any. */
  readonly availability: number | undefined;
  readonly meetsPromise: boolean;
}

export interface CommuneRow extends Verdict {
  readonly commune: string;
  /** Without those that are only planned. */
  readonly gateways: number;
}

export interface FleetView extends Verdict {
  readonly atWallMs: number;
  /** The worst first. */
  readonly gateways: readonly GatewayRow[];
  readonly communes: readonly CommuneRow[];
  /** Messages that were no report of this contract. */
  readonly unreadable: number;
}

export interface Fleet {
  /** What arrived on `edge/<eui>/<told>`; empty: it was taken back. */
  tell(eui: string, told: Told, payload: Uint8Array): void;
  /** What arrived on `gateway/<eui>/state/conn`; undefined: it was taken back. */
  connection(eui: string, online: boolean | undefined): void;
  unreadable(): void;
  readonly size: number;
  /** Somebody was heard, and of those that should be there everybody has reported. */
  isComplete(nowWallMs: number): boolean;
  view(nowWallMs: number): FleetView;
}

/** @param known gateways that should be there, by EUI, GATEWAYS_MAX at most. */
export function createFleet(known: ReadonlyMap<string, Known>): Fleet {
  const gateways = new Map<string, Heard>([...known.keys()].map((eui) => [eui, createHeard()]));
  let unreadable = 0;

  /** @param take @returns false for what is no message of this contract. */
  const hear = (eui: string, take: (heard: Heard) => boolean): void => {
    const found = gateways.get(eui);
    if (found === undefined && gateways.size >= GATEWAYS_MAX) return;
    const heard = found ?? createHeard();
    if (!take(heard)) unreadable += 1;
    if (heard.isNothing && !known.has(eui)) gateways.delete(eui);
    else gateways.set(eui, heard);
  };

  const rowsAt = (nowWallMs: number): GatewayRow[] =>
    [...gateways].map(([eui, heard]) => rowOf(eui, heard, known.get(eui), nowWallMs));

  return {
    tell: (eui, told, payload) => hear(eui, (heard) => heard.tell(told, payload)),
    connection: (eui, online) =>
      hear(eui, (heard) => {
        heard.connection(online);
        return true;
      }),
    unreadable: () => {
      unreadable += 1;
    },
    get size() {
      return gateways.size;
    },
    isComplete: (nowWallMs) =>
      gateways.size > 0 &&
      rowsAt(nowWallMs).every(({ eui, state }) => state !== "neverReported" || !known.has(eui)),
    view: (nowWallMs) => {
      const rows = rowsAt(nowWallMs);
      return {
        atWallMs: nowWallMs,
        gateways: rows.sort(worstFirst),
        communes: communesOf(rows),
        ...verdictOf(rows, SERVICE_PROMISE),
        unreadable,
      };
    },
  };
}

/** Of whom nothing is known, nothing can be promised. */
function verdictOf(rows: readonly GatewayRow[], promise: number): Verdict {
  const counting = rows.filter(counts);
  const rated = counting.flatMap(({ availability }) => (availability === undefined ? [] : [availability]));
  const unrated = counting.filter(({ availability }) => availability === undefined);
  const availability =
    rated.length === 0 ? undefined : rated.reduce((sum, one) => sum + one, 0) / rated.length;
  const isPlannedOnly = counting.length === 0 && rows.some(({ state }) => state === "planned");
  return {
    availability,
    meetsPromise:
      (counting.length > 0 || isPlannedOnly) &&
      (availability === undefined || keeps(promise, availability)) &&
      unrated.every(({ meetsPromise }) => meetsPromise),
  };
}

/** Not before it should be there; and of those that never reported, only who is listed: he has a figure, 0. */
function counts({ state, availability }: GatewayRow): boolean {
  return state !== "planned" && (state !== "neverReported" || availability !== undefined);
}

function communesOf(rows: readonly GatewayRow[]): CommuneRow[] {
  const byCommune = new Map<string, GatewayRow[]>();
  for (const row of rows) {
    if (row.commune === undefined || !counts(row)) continue;
    const those = byCommune.get(row.commune);
    if (those) those.push(row);
    else byCommune.set(row.commune, [row]);
  }
  return [...byCommune]
    .map(([commune, those]) => ({ commune, gateways: those.length, ...verdictOf(those, COMMUNE_PROMISE) }))
    .sort((a, b) => (a.availability ?? 2) - (b.availability ?? 2) || a.commune.localeCompare(b.commune));
}

function worstFirst(a: GatewayRow, b: GatewayRow): number {
  return (
    WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) ||
    (a.availability ?? 2) - (b.availability ?? 2) ||
    a.eui.localeCompare(b.eui)
  );
}
