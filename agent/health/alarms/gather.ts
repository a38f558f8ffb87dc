/**
 * Gathers what the rules judge by (readings.ts) from what the parts of the agent tell, and keeps what needs a memory:
 * windows over totals, since when a core is down, the hours, what was read from disk. Asked at each look.
 */
import type { CoreSettings, Settings } from "../../config/settings.ts";
import type { SubBandLoad } from "../../downlink/duty-cycle.ts";
import type { FieldStatus } from "../../field/field.ts";
import type { JournalStats } from "../../journal/journal.ts";
import type { RouteStatus } from "../../north/routes.ts";
import type { Clock } from "../../ports.ts";
import type { ClockView } from "../../south/clock-state.ts";
import type { ForwarderStatus } from "../../south/sessions.ts";
import type { DevicesSummary, RadioView } from "../records/view.ts";
import type { Hours } from "./hours.ts";
import type { CoreReading, CredentialReading, ForwarderReading, Readings } from "./readings.ts";
import { CRC_WINDOW_MS, DROPS_WINDOW_MS, FIELD_EVERY_MS } from "./rules.ts";
import { type RisingWindow, risingWindow } from "./windows.ts";

/** DevAddrs named in an alarm: the rest is in the report and in `edge-agent devices`. */
const SILENT_NAMED_MAX = 5;

/** What the parts of the agent tell; all of now. */
export interface Told {
  readonly settings: () => Settings;
  readonly clockView: () => ClockView;
  readonly forwarders: () => readonly ForwarderStatus[];
  readonly cores: () => readonly RouteStatus[];
  readonly journal: () => JournalStats;
  /** The journal's counts are those of earlier runs too. */
  readonly isFound: () => boolean;
  readonly subBandLoads: () => readonly {
    readonly gatewayEui: string;
    readonly subBands: readonly SubBandLoad[];
  }[];
  readonly field: () => FieldStatus;
  readonly power: () => Readings["power"];
  /** Costs a little: asked once a minute. */
  readonly records: () => {
    readonly radio: readonly RadioView[];
    readonly devices: readonly DevicesSummary[];
  };
  /** DevAddrs of the silent, the longest first. Costs more: asked when their number has changed. */
  readonly silentDevAddrs: () => readonly string[];
  /** Frames kept since the start. */
  readonly framesKept: () => number;
}

/** What health.ts knows itself. */
export interface Own {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly isTrusted: boolean;
  /** Those that should be heard. */
  readonly gatewayEuis: readonly string[];
  readonly forwarders: readonly ForwarderStatus[];
  readonly credentials: readonly CredentialReading[] | undefined;
  readonly rebootedFrom: string | undefined;
}

export interface Gatherer {
  gather(own: Own): Readings;
}

export function createGatherer(clock: Pick<Clock, "monotonicMs">, told: Told, hours: Hours): Gatherer {
  const startMs = clock.monotonicMs();
  const radio = risingWindow(CRC_WINDOW_MS);
  const drops: RisingWindow = risingWindow(DROPS_WINDOW_MS);
  const downSinceMs = new Map<string, number>();
  const knownDrops = new Set<string>();
  let wasFound = false;
  let minute: { readonly atMs: number; readonly devices: Readings["devices"] } | undefined;

  const lookAtMinute = (nowMs: number): Readings["devices"] => {
    if (minute !== undefined && nowMs - minute.atMs < FIELD_EVERY_MS) return minute.devices;
    const records = told.records();
    for (const { gatewayEui, crc, told: said } of records.radio) {
      const bad = Math.max(crc.bad, said.received - said.ok);
      const received = Math.max(crc.ok + crc.bad + crc.none, said.received);
      radio.look(`${gatewayEui} bad`, bad, nowMs);
      radio.look(`${gatewayEui} received`, received, nowMs);
    }
    radio.forget(nowMs - CRC_WINDOW_MS);
    const silent = records.devices.reduce((sum, { missing }) => sum + missing, 0);
    const known = records.devices.reduce((sum, summary) => sum + summary.known, 0);
    const isAsBefore = minute?.devices?.silent === silent;
    const first = isAsBefore || silent === 0 ? (minute?.devices?.first ?? []) : told.silentDevAddrs();
    minute = { atMs: nowMs, devices: { silent, known, first: first.slice(0, SILENT_NAMED_MAX) } };
    return minute.devices;
  };

  const coreReading = (core: CoreSettings, routes: readonly RouteStatus[], nowMs: number): CoreReading => {
    const mine = routes.filter(({ id, state }) => id === core.id && state !== "stopped");
    const isUp = mine.some(({ state }) => state === "connected");
    const state = mine.length === 0 ? "unknown" : isUp ? "up" : "down";
    if (state !== "down") downSinceMs.delete(core.id);
    else if (!downSinceMs.has(core.id)) downSinceMs.set(core.id, nowMs);
    return {
      coreId: core.id,
      state,
      downMs: nowMs - (downSinceMs.get(core.id) ?? nowMs),
      lastError: mine.find(({ lastError }) => lastError !== undefined)?.lastError,
      linkAlarms: [...new Set(mine.flatMap(({ alarms }) => alarms))],
      maxAgeMs: core.maxAgeMs || told.settings().journal.maxAgeMs,
    };
  };

  const droppedOf = ({ dropped }: JournalStats, nowMs: number): Record<string, number> => {
    // What an earlier run dropped comes with the disk, and is no news.
    const isFirst = !wasFound;
    if (isFirst) {
      wasFound = told.isFound();
      if (!wasFound) return {};
    }
    for (const [reason, frames] of Object.entries(dropped)) {
      // A reason that comes up for the first time stood at nothing until now.
      if (!knownDrops.has(reason) && !isFirst) drops.look(reason, 0, nowMs);
      knownDrops.add(reason);
      drops.look(reason, frames, nowMs);
    }
    return Object.fromEntries(Object.keys(dropped).map((reason) => [reason, drops.risen(reason)]));
  };

  return {
    gather: ({ nowMs, wallMs, isTrusted, gatewayEuis, forwarders, credentials, rebootedFrom }) => {
      const settings = told.settings();
      const routes = told.cores();
      const devices = lookAtMinute(nowMs);
      const field = told.field();
      hours.look({
        utcMs: isTrusted ? wallMs : undefined,
        monotonicMs: nowMs,
        frames: told.framesKept(),
        isWatched: forwarders.some(({ gatewayEui, alive }) => alive && gatewayEuis.includes(gatewayEui)),
      });
      const journal = told.journal();
      return {
        monotonicMs: nowMs,
        wallMs,
        uptimeMs: nowMs - startMs,
        clock: told.clockView(),
        forwarders: gatewayEuis.map((eui) =>
          forwarderReading(
            eui,
            forwarders.find(({ gatewayEui }) => gatewayEui === eui),
            radio,
          ),
        ),
        hours: hours.verdict(),
        cores: settings.cores.map((core) => coreReading(core, routes, nowMs)),
        credentials,
        journal,
        journalMaxOctets: settings.journal.maxSizeOctets,
        dropped: droppedOf(journal, nowMs),
        commitIntervalMs: settings.journal.commitIntervalMs,
        gnss: field.gnss,
        temperatures: field.system && hottestByName(field.system.temperatures),
        power: told.power(),
        rebootedFrom,
        subBands: told
          .subBandLoads()
          .flatMap(({ gatewayEui, subBands }) => subBands.map((load) => ({ gatewayEui, ...load }))),
        devices,
        limits: settings.health,
      };
    },
  };
}

function forwarderReading(
  gatewayEui: string,
  status: ForwarderStatus | undefined,
  radio: RisingWindow,
): ForwarderReading {
  return {
    gatewayEui,
    alive: status?.alive ?? false,
    pullDataAgeMs: status?.pullDataAgeMs,
    crcBad: radio.risen(`${gatewayEui} bad`),
    received: radio.risen(`${gatewayEui} received`),
    acks: status?.ackLatency.recent.count ?? 0,
    ackP95Ms: status?.ackLatency.recent.p95Ms,
    temperatureC: status?.stat?.temperatureC,
  };
}

/** Several sensors may have one name. */
function hottestByName(
  temperatures: readonly { readonly name: string; readonly value: number }[],
): NonNullable<Readings["temperatures"]> {
  const hottest = new Map<string, number>();
  for (const { name, value } of temperatures) {
    hottest.set(name, Math.max(value, hottest.get(name) ?? Number.NEGATIVE_INFINITY));
  }
  return [...hottest].map(([name, value]) => ({ name, value }));
}
