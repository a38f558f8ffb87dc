/**
 * The parts of a report that tell of devices, by DevAddr: how many, and which of them somebody should look at. All of
 * them, with their figures: `edge-agent devices`, on the gateway.
 *
 * Pure.
 */
import type { DevicesSummary, DeviceView } from "../records/view.ts";
import { compact, seconds } from "./compact.ts";
import type { DevicesPart, HealthReport } from "./message.ts";

/** Of each list; the counts beside them are whole. */
export const DEVICES_TOLD_MAX = 10;

export function devicesOf(summary: DevicesSummary | undefined): DevicesPart | undefined {
  if (summary === undefined) return undefined;
  const { heardIn24h, heardIn14Days, newIn24h, silent, missing, expected, heard, joining } = summary;
  return compact({
    heardIn24h,
    heardIn14Days,
    newIn24h,
    silent,
    missing,
    counters: expected,
    missed: Math.max(0, expected - heard),
    joining: joining || undefined,
  });
}

export function silentOnesOf(devices: readonly DeviceView[]): NonNullable<HealthReport["silentDevices"]> {
  return devices
    .filter(({ silent, mayHaveJoined }) => silent && !mayHaveJoined)
    .sort((one, other) => other.silentMs - one.silentMs)
    .slice(0, DEVICES_TOLD_MAX)
    .map(({ devAddr, silentMs }) => [devAddr, seconds(silentMs)]);
}

export function newOnesOf(devices: readonly DeviceView[]): readonly string[] {
  return devices
    .filter(({ isNew }) => isNew)
    .sort((one, other) => other.firstHeardWallMs - one.firstHeardWallMs)
    .slice(0, DEVICES_TOLD_MAX)
    .map(({ devAddr }) => devAddr);
}

export function gapsOf(devices: readonly DeviceView[]): NonNullable<HealthReport["gapDevices"]> {
  return devices
    .filter(({ lost }) => lost > 0)
    .sort((one, other) => other.lost - one.lost)
    .slice(0, DEVICES_TOLD_MAX)
    .map(({ devAddr, lost, expected }) => [devAddr, lost, expected]);
}
