/**
 * The operator's view of all gateways: what their reports say, put together and judged against what is promised.
 *
 * A gateway that says nothing any more cannot say so itself: what it was when it spoke last is lowered by its silence.
 * The reports' shapes are the agent's published JSON Schemas; what does not fit is counted and passed over. Pure: time is
 * an argument.
 */
import * as v from "valibot";

/** 99.97 % of the service, 99.2 % in each commune. */
export const SERVICE_PROMISE = 0.9997;
export const COMMUNE_PROMISE = 0.992;
export const GATEWAYS_MAX = 20_000;
/** Two reports at their usual interval may be lost, and be late. */
export const SILENT_AFTER_MS = 12.5 * 60_000;

const Ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Periods = v.object({ day: v.optional(Ratio), month: v.optional(Ratio), year: v.optional(Ratio) });
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What is read of a small or a full report (agent/health/report/health.schema.json). */
const Report = v.object({
  version: v.literal(1),
  sentAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  versions: v.optional(v.object({ agent: v.string() })),
  forwarder: v.optional(v.object({ alive: v.boolean() })),
  journal: v.optional(v.object({ frames: Count })),
  cores: v.optional(v.array(v.object({ id: v.string(), up: v.boolean() }))),
  availability: v.optional(
    v.object({
      gateway: v.optional(Periods),
      forwarder: v.optional(Periods),
      cores: v.optional(v.record(v.string(), Periods)),
    }),
  ),
  maintenance: v.optional(v.object({})),
});
export type Report = v.InferOutput<typeof Report>;

/** Of agent/health/report/alarms.schema.json. */
const Alarms = v.object({
  version: v.literal(1),
  alarms: v.array(
    v.object({
      id: v.string(),
      subject: v.optional(v.string()),
      severity: v.picklist(["info", "warning", "critical"]),
    }),
  ),
});
export type StandingAlarm = v.InferOutput<typeof Alarms>["alarms"][number];

/** Who it is, as the operator knows it. */
export interface Known {
  readonly name?: string | undefined;
  readonly commune?: string | undefined;
}

interface Gateway {
  report: Report | undefined;
  /** Full reports alone have it. */
  agentVersion: string | undefined;
  alarms: readonly StandingAlarm[];
  online: boolean | undefined;
}

export type GatewayState = "off" | "silent" | "neverReported" | "maintenance" | "trouble" | "undated" | "ok";
const WORST_FIRST: readonly GatewayState[] = [
  "off",
  "silent",
  "neverReported",
  "trouble",
  "undated",
  "maintenance",
  "ok",
];

export interface GatewayRow extends Known {
  readonly eui: string;
  readonly state: GatewayState;
  /** Of the running UTC month: gateway × forwarder × worst core link; undefined: nothing is known. */
  readonly availability: number | undefined;
  readonly parts: {
    readonly gateway?: number | undefined;
    readonly forwarder?: number | undefined;
    readonly core?: number | undefined;
  };
  /** Since its last report; undefined: it told no time. */
  readonly reportAgeMs: number | undefined;
  readonly forwarderAlive: boolean | undefined;
  /** Ids of core links that are down. */
  readonly coresDown: readonly string[];
  readonly backlogFrames: number | undefined;
  readonly alarms: readonly StandingAlarm[];
  readonly agentVersion: string | undefined;
  readonly meetsPromise: boolean;
}

export interface CommuneRow {
  readonly commune: string;
  readonly gateways: number;
  /** The mean of its gateways'; undefined: nothing is known of any. */
  readonly availability: number | undefined;
  readonly meetsPromise: boolean;
}

export interface FleetView {
  readonly atWallMs: number;
  /** The worst first. */
  readonly gateways: readonly GatewayRow[];
  readonly communes: readonly CommuneRow[];
  /** The mean of all gateways'. */
  readonly availability: number | undefined;
  readonly meetsPromise: boolean;
  /** Messages that were no report of this contract. */
  readonly unreadable: number;
}

export type Told = "health" | "health/full" | "alarms";

export interface Fleet {
  /** What arrived on `edge/<eui>/<told>`; empty: it was taken back. */
  tell(eui: string, told: Told, payload: Uint8Array): void;
  /** What arrived on `gateway/<eui>/state/conn`. */
  connection(eui: string, online: boolean): void;
  unreadable(): void;
  readonly size: number;
  view(nowWallMs: number): FleetView;
}

/** @param known gateways that should be there, by EUI; one of them that says nothing is shown too. */
export function createFleet(known: ReadonlyMap<string, Known>): Fleet {
  const gateways = new Map<string, Gateway>();
  let unreadable = 0;
  const find = (eui: string): Gateway | undefined => {
    const found = gateways.get(eui);
    if (found !== undefined || gateways.size >= GATEWAYS_MAX) return found;
    const made: Gateway = { report: undefined, agentVersion: undefined, alarms: [], online: undefined };
    gateways.set(eui, made);
    return made;
  };
  for (const eui of known.keys()) find(eui);

  const tellReport = (gateway: Gateway, payload: Uint8Array): void => {
    if (payload.length === 0) {
      gateway.report = undefined;
      return;
    }
    const report = readAs(Report, payload);
    if (report === undefined) {
      unreadable += 1;
      return;
    }
    gateway.agentVersion = report.versions?.agent ?? gateway.agentVersion;
    if (timeOf(report) >= timeOf(gateway.report)) gateway.report = report;
  };

  return {
    tell: (eui, told, payload) => {
      const gateway = find(eui);
      if (gateway === undefined) return;
      if (told !== "alarms") {
        tellReport(gateway, payload);
        return;
      }
      const alarms = payload.length === 0 ? { alarms: [] } : readAs(Alarms, payload);
      if (alarms === undefined) unreadable += 1;
      else gateway.alarms = alarms.alarms;
    },
    connection: (eui, online) => {
      const gateway = find(eui);
      if (gateway !== undefined) gateway.online = online;
    },
    unreadable: () => {
      unreadable += 1;
    },
    get size() {
      return gateways.size;
    },
    view: (nowWallMs) => {
      const rows = [...gateways].map(([eui, gateway]) => rowOf(eui, gateway, known.get(eui), nowWallMs));
      const availability = meanOf(rows);
      return {
        atWallMs: nowWallMs,
        gateways: rows.sort(worstFirst),
        communes: communesOf(rows),
        availability,
        // Of whom nothing is known, nothing can be promised; a gateway whose clock is not trusted yet is waited for.
        meetsPromise: availability === undefined ? rows.every(isBelieved) : availability >= SERVICE_PROMISE,
        unreadable,
      };
    },
  };
}

function readAs<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
): v.InferOutput<Schema> | undefined {
  try {
    const read = v.safeParse(schema, JSON.parse(new TextDecoder().decode(payload)));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

/** A report without a time is as new as it arrived. */
function timeOf(report: Report | undefined): number {
  if (report === undefined) return Number.NEGATIVE_INFINITY;
  return report.sentAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(report.sentAt);
}

function rowOf(eui: string, gateway: Gateway, known: Known | undefined, nowWallMs: number): GatewayRow {
  const { report, alarms, online } = gateway;
  const sentWallMs = report?.sentAt === undefined ? undefined : Date.parse(report.sentAt);
  const reportAgeMs = sentWallMs === undefined ? undefined : Math.max(0, nowWallMs - sentWallMs);
  const isSilent = reportAgeMs !== undefined && reportAgeMs > SILENT_AFTER_MS;
  const { gateway: own, forwarder, cores = {} } = report?.availability ?? {};
  const links = Object.values(cores).flatMap(({ month }) => (month === undefined ? [] : [month]));
  const parts = {
    gateway: isSilent ? afterSilence(own?.month, sentWallMs!, nowWallMs) : own?.month,
    forwarder: forwarder?.month,
    core: links.length === 0 ? undefined : Math.min(...links),
  };
  const availability =
    parts.gateway === undefined ? undefined : parts.gateway * (parts.forwarder ?? 1) * (parts.core ?? 1);
  const coresDown = (report?.cores ?? []).filter(({ up }) => !up).map(({ id }) => id);
  const isTroubled =
    report?.forwarder?.alive === false ||
    coresDown.length > 0 ||
    alarms.some(({ severity }) => severity === "critical");
  return {
    eui,
    ...known,
    state: stateOf({ report, online, isSilent, isTroubled, isDated: sentWallMs !== undefined }),
    availability,
    parts,
    reportAgeMs,
    forwarderAlive: report?.forwarder?.alive,
    coresDown,
    backlogFrames: report?.journal?.frames,
    alarms,
    agentVersion: gateway.agentVersion,
    meetsPromise: availability === undefined ? report !== undefined : availability >= SERVICE_PROMISE,
  };
}

function isBelieved({ meetsPromise }: GatewayRow): boolean {
  return meetsPromise;
}

function stateOf(of: {
  readonly report: Report | undefined;
  readonly online: boolean | undefined;
  readonly isSilent: boolean;
  readonly isTroubled: boolean;
  readonly isDated: boolean;
}): GatewayState {
  if (of.report === undefined) return "neverReported";
  if (of.report.maintenance !== undefined) return "maintenance";
  if (of.online === false) return "off";
  if (of.isSilent) return "silent";
  if (of.isTroubled) return "trouble";
  return of.isDated ? "ok" : "undated";
}

/** What it said of the month until then, and nothing since; planned maintenance before is taken for time that counts. */
function afterSilence(month: number | undefined, saidWallMs: number, nowWallMs: number): number | undefined {
  const now = new Date(nowWallMs);
  const beganWallMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  if (saidWallMs <= beganWallMs) return 0;
  return month && (month * (saidWallMs - beganWallMs)) / (nowWallMs - beganWallMs);
}

function meanOf(rows: readonly GatewayRow[]): number | undefined {
  const told = rows.flatMap(({ availability }) => (availability === undefined ? [] : [availability]));
  return told.length === 0 ? undefined : told.reduce((sum, one) => sum + one, 0) / told.length;
}

function communesOf(rows: readonly GatewayRow[]): CommuneRow[] {
  const byCommune = new Map<string, GatewayRow[]>();
  for (const row of rows) {
    if (row.commune === undefined) continue;
    const those = byCommune.get(row.commune);
    if (those) those.push(row);
    else byCommune.set(row.commune, [row]);
  }
  return [...byCommune]
    .map(([commune, those]) => {
      const availability = meanOf(those);
      const meetsPromise =
        availability === undefined ? those.every(isBelieved) : availability >= COMMUNE_PROMISE;
      return { commune, gateways: those.length, availability, meetsPromise };
    })
    .sort((a, b) => (a.availability ?? 2) - (b.availability ?? 2) || a.commune.localeCompare(b.commune));
}

function worstFirst(a: GatewayRow, b: GatewayRow): number {
  return (
    WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) ||
    (a.availability ?? 2) - (b.availability ?? 2) ||
    a.eui.localeCompare(b.eui)
  );
}
