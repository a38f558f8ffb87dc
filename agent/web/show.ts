/** What of the agent's status the page is told (shown.ts). Pure. */
import type { AgentStatus } from "../control/answers.ts";
import type { DeviceView, RecordsView } from "../health/records/view.ts";
import type { ShownDevices, ShownRadio, ShownStatus } from "./shown.ts";

/** What a phone can show, and a slow road carry. */
export const DEVICES_SHOWN_MAX = 300;
export const OUTAGES_SHOWN_MAX = 5;

export function shownStatus(status: AgentStatus, nowWallMs: number): ShownStatus {
  const { version, startedWallMs, uptimeMs, clock, cores, journal, dutyCycle, field, profile } = status;
  const { alarms, maintenance, availability, outages } = status.health;
  const { isDated, subjects } = availability;
  const gateway = profile?.how === "unknown" ? undefined : (profile?.title ?? profile?.name);
  return {
    ...{ version, startedWallMs, uptimeMs, nowWallMs, clock, cores, journal, dutyCycle, field },
    ...(gateway === undefined ? {} : { gateway }),
    forwarders: status.forwarders.map(({ gatewayEui, alive, pullDataAgeMs, pushDataAgeMs, rxpk, stat }) => ({
      ...{ gatewayEui, alive, pullDataAgeMs, pushDataAgeMs, rxpk, stat },
    })),
    health: {
      ...{ alarms, maintenance, outages: outages.slice(-OUTAGES_SHOWN_MAX) },
      availability: {
        isDated,
        subjects: subjects.map(({ kind, coreId, state, day, month }) => ({
          kind,
          coreId,
          state,
          day,
          month,
        })),
      },
    },
  };
}

export function shownRadio({ countedMs, radio }: RecordsView): ShownRadio {
  return {
    countedMs,
    gateways: radio.map(({ gatewayEui, crc, channels, rates, rssiDbm, snrDb }) => ({
      ...{ gatewayEui, crc, channels, rates, rssiDbm, snrDb },
    })),
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
