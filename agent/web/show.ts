/** What of the agent's status the page is told (shown.ts). Pure. */
import type { AgentStatus } from "../control/answers.ts";
import type { DeviceView } from "../health/records/view.ts";
import type { ShownDevices, ShownStatus } from "./shown.ts";

/** What a phone can show, and a slow road carry. */
export const DEVICES_SHOWN_MAX = 300;

export function shownStatus(status: AgentStatus, nowWallMs: number): ShownStatus {
  const { version, startedWallMs, uptimeMs, clock, cores, journal, dutyCycle, field, profile } = status;
  const { alarms, maintenance } = status.health;
  const gateway = profile?.how === "unknown" ? undefined : (profile?.title ?? profile?.name);
  return {
    ...{ version, startedWallMs, uptimeMs, nowWallMs, clock, cores, journal, dutyCycle, field },
    ...(gateway === undefined ? {} : { gateway }),
    forwarders: status.forwarders.map(({ gatewayEui, alive, pullDataAgeMs, pushDataAgeMs, rxpk, stat }) => ({
      ...{ gatewayEui, alive, pullDataAgeMs, pushDataAgeMs, rxpk, stat },
    })),
    health: { alarms, maintenance },
  };
}

export function shownDevices(all: Iterable<DeviceView>): ShownDevices {
  const devices = [...all].sort((a, b) => a.lastHeardAgeMs - b.lastHeardAgeMs);
  return { known: devices.length, devices: devices.slice(0, DEVICES_SHOWN_MAX).map(shownDevice) };
}

function shownDevice(device: DeviceView): ShownDevices["devices"][number] {
  const { gatewayEui, devAddr, lastHeardAgeMs, heard, expected, lost, lastFCnt, spreadingFactor } = device;
  const { lastRssiDbm, lastSnrDb, marginDb, typicalIntervalMs, silent } = device;
  return {
    ...{ gatewayEui, devAddr, lastHeardAgeMs, heard, expected, lost, lastFCnt, spreadingFactor },
    ...{ lastRssiDbm, lastSnrDb, marginDb, typicalIntervalMs, silent },
  };
}
