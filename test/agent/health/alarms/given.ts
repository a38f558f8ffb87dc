/** Readings of a gateway at peace, to be spoilt by each test; and looks at them as time goes by. */
import type { AlarmEvent, AlarmId } from "../../../../agent/health/alarms/alarm.ts";
import { alarmsOf, type Standing, type Standings, step } from "../../../../agent/health/alarms/engine.ts";
import type { ForwarderReading, Readings } from "../../../../agent/health/alarms/readings.ts";
import { judge, LOOK_EVERY_MS } from "../../../../agent/health/alarms/rules.ts";

export const EUI = "7276ff0044010010";
export const NOON = Date.UTC(2026, 10, 22, 12);
export const DAY_MS = 86_400_000;

export const LIMITS = {
  coreUnreachableAfterMs: 120_000,
  temperatureMaxC: 85,
  journalFillingPercent: 70,
  dutyCyclePercent: 80,
  crcBadPercent: 80,
};

export function forwarder(spoilt: Partial<ForwarderReading> = {}): ForwarderReading {
  return {
    gatewayEui: EUI,
    alive: true,
    pullDataAgeMs: 5_000,
    crcBad: 30,
    received: 100,
    acks: 50,
    ackP95Ms: 90,
    temperatureC: 40,
    ...spoilt,
  };
}

export function core(spoilt: Partial<Readings["cores"][number]> = {}): Readings["cores"][number] {
  return {
    coreId: "main",
    state: "up",
    downMs: 0,
    lastError: undefined,
    linkAlarms: [],
    maxAgeMs: 2 * DAY_MS,
    ...spoilt,
  };
}

export function peace(spoilt: Partial<Readings> = {}): Readings {
  return {
    monotonicMs: 0,
    wallMs: NOON,
    uptimeMs: 10 * DAY_MS,
    clock: { state: "synchronised", source: "sntp", lastJumpMs: undefined, offsetMs: 3 },
    forwarders: [forwarder()],
    hours: { verdict: "good", heard: 90, expected: 100, hours: 1 },
    cores: [core()],
    credentials: [],
    journal: { storedOctets: 0, storedFrames: 0, failing: undefined, full: false },
    journalMaxOctets: 1_000_000,
    dropped: {},
    commitIntervalMs: 80,
    gnss: { state: "fix", forMs: DAY_MS, clockAheadMs: -40, reason: undefined },
    temperatures: [{ name: "cpu", value: 50 }],
    power: { state: "mains" },
    rebootedFrom: undefined,
    subBands: [{ gatewayEui: EUI, subBand: "g3", airtimeUs: 1_000, limitUs: 360_000_000 }],
    devices: { silent: 0, known: 100, first: [] },
    limits: LIMITS,
    ...spoilt,
  };
}

export interface Watch {
  /** Looks for so long at what `readings` says. @returns what happened, and when, from the beginning of this call. */
  look(forMs: number, spoilt?: Partial<Readings>): (AlarmEvent & { readonly afterMs: number })[];
  readonly ids: AlarmId[];
  standings: Standings;
  nowMs: number;
}

export function watch(before: Standings = new Map<string, Standing>()): Watch {
  const state: Watch = {
    standings: before,
    nowMs: 1_000_000,
    look: (forMs, spoilt = {}) => {
      const events: (AlarmEvent & { afterMs: number })[] = [];
      for (let passedMs = 0; passedMs <= forMs; passedMs += LOOK_EVERY_MS) {
        const now = { monotonicMs: state.nowMs, wallMs: NOON + state.nowMs };
        const stepped = step(state.standings, judge(peace(spoilt)), now);
        state.standings = stepped.standings;
        events.push(...stepped.events.map((event) => ({ ...event, afterMs: passedMs })));
        state.nowMs += LOOK_EVERY_MS;
      }
      return events;
    },
    get ids() {
      const now = { monotonicMs: state.nowMs, wallMs: NOON + state.nowMs };
      return alarmsOf(state.standings, now).map(({ id }) => id);
    },
  };
  return state;
}
