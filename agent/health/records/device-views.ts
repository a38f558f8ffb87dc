/** The devices and joins as they are told: with names, wall times, and what one says of the other. Pure. */
import type { Clock } from "../../ports.ts";
import type { DeviceFigures, Devices, SilentOne } from "./devices.ts";
import type { Gateways } from "./gateways.ts";
import { explain, type Joins, lastOf } from "./joins.ts";
import type { DevicesSummary, DeviceView, JoinView } from "./view.ts";

interface Parts {
  readonly gateways: Gateways;
  readonly devices: Devices;
  readonly joins: Joins;
  /** Since when devices are recorded: within its first day all are new, and none is called so. */
  readonly sinceMs: number;
}

export function summarise({ nowMs, ...parts }: Parts & { readonly nowMs: number }): DevicesSummary[] {
  const { gateways, devices, joins, sinceMs } = parts;
  return gateways.all().map(({ gatewayEui, index }) => {
    const { silent, ...sum } = devices.sum(index, nowMs, sinceMs);
    const explained = explainedOf(silent, joins, gatewayEui).filter(Boolean).length;
    const joining = [...joins.all()].filter((join) => join.gatewayEui === gatewayEui).length;
    return {
      gatewayEui,
      ...sum,
      silent: silent.length,
      missing: silent.length - explained,
      evicted: devices.evicted,
      joining,
    };
  });
}

export function deviceViews({
  gateways,
  devices,
  joins,
  clock,
  sinceMs,
}: Parts & { readonly clock: Pick<Clock, "wallMs" | "monotonicMs"> }): DeviceView[] {
  const nowMs = clock.monotonicMs();
  const wallMs = clock.wallMs();
  const views: DeviceView[] = [];
  for (const { gatewayEui, index } of gateways.all()) {
    const all: DeviceFigures[] = [];
    devices.each(index, nowMs, sinceMs, (device) => all.push(device));
    const silent = all.filter((device) => device.silent);
    const explained = explainedOf(
      silent.map(({ lastAgeMs, intervalMs }) => ({ lastMs: nowMs - lastAgeMs, intervalMs })),
      joins,
      gatewayEui,
    );
    const joined = new Set(silent.filter((_device, at) => explained[at]));
    for (const device of all) {
      views.push({
        gatewayEui,
        devAddr: device.devAddr.toString(16).padStart(8, "0"),
        foreign: device.foreign,
        firstHeardWallMs: Math.round(wallMs - device.firstAgeMs),
        lastHeardWallMs: Math.round(wallMs - device.lastAgeMs),
        lastHeardAgeMs: Math.round(device.lastAgeMs),
        heard: device.heard,
        expected: device.expected,
        lost: device.expected - device.heard,
        repeats: device.repeats,
        restarts: device.restarts,
        lastFCnt: device.lastFCnt,
        spreadingFactor: device.spreadingFactor === 0 ? undefined : device.spreadingFactor,
        lastRssiDbm: told(device.lastRssiDbm, 1),
        lastSnrDb: told(device.lastSnrDb, 4),
        bestRssiDbm: told(device.bestRssiDbm, 1),
        bestSnrDb: told(device.bestSnrDb, 4),
        marginDb: told(device.marginDb, 10),
        meanIntervalMs: told(device.meanIntervalMs, 1),
        typicalIntervalMs: device.intervals === 0 ? undefined : Math.round(device.intervalMs),
        isNew: device.isNew,
        silent: device.silent,
        silentMs: Math.round(device.silentMs),
        mayHaveJoined: joined.has(device),
      });
    }
  }
  return views.sort((one, other) => one.lastHeardAgeMs - other.lastHeardAgeMs);
}

export function joinViews(joins: Joins, clock: Pick<Clock, "wallMs" | "monotonicMs">): JoinView[] {
  const nowMs = clock.monotonicMs();
  const wallMs = clock.wallMs();
  return [...joins.all()]
    .map((join) => ({
      gatewayEui: join.gatewayEui,
      devEui: join.devEui,
      joins: join.joins,
      firstHeardWallMs: Math.round(wallMs - (nowMs - join.firstMs)),
      lastHeardWallMs: Math.round(wallMs - (nowMs - lastOf(join))),
      lastHeardAgeMs: Math.round(nowMs - lastOf(join)),
      lastRssiDbm: join.lastRssiDbm,
      lastSnrDb: join.lastSnrDb,
    }))
    .sort((one, other) => one.lastHeardAgeMs - other.lastHeardAgeMs);
}

function explainedOf(silent: readonly SilentOne[], joins: Joins, gatewayEui: string): boolean[] {
  if (silent.length === 0) return [];
  const joinsMs: number[] = [];
  for (const join of joins.all()) if (join.gatewayEui === gatewayEui) joinsMs.push(...join.timesMs);
  return explain(silent, joinsMs);
}

/** undefined where there is none; rounded to so many parts of one. */
function told(figure: number, parts: number): number | undefined {
  return Number.isNaN(figure) ? undefined : Math.round(figure * parts) / parts;
}
