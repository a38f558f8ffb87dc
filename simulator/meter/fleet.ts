/**
 * A fleet of meters from one seed: the same seed gives the same DevEUIs, keys, households, nonces and schedules,
 * and the first meters of a larger fleet are those of a smaller one.
 *
 *   DevEUI    02f1ee | fleet 2 octets | number 3 octets        JoinEUI    02f1ee0000000001
 *
 * The second bit of 02 says "locally administered": no manufacturer has such EUIs. The fleet's octets come from the
 * seed, so that fleets of different seeds, whose keys differ, may meet on one core.
 */
import assert from "node:assert/strict";
import type { Clock, Rng, RngStream } from "../../agent/ports.ts";
import { type Air, nowUs } from "../air/air.ts";
import { createMeter, type Meter } from "./meter.ts";
import type { MeterEvent } from "./meter-event.ts";
import type { MeterIdentity, MeterSettings } from "./meter-settings.ts";
import { createWater, drawHousehold, type Household } from "./water.ts";

const EUI_PREFIX = "02f1ee";
export const FLEET_JOIN_EUI = `${EUI_PREFIX}0000000001`;
const FLEET_METERS_MAX = 2 ** 24;
/** Drawn for each meter: most are heard well, some only slowly. Deep cellars are the radio model's affair. */
const DATA_RATES = [5, 5, 5, 4, 4, 3] as const;

export interface FleetMember {
  readonly identity: MeterIdentity;
  readonly household: Household;
  /** DR of its uplinks. */
  readonly dataRate: number;
  /** When it wakes, as a share of the time over which the fleet does. */
  readonly wakes: number;
}

export interface FleetOptions {
  readonly members: readonly FleetMember[];
  /** For each meter alike; `dataRate` when given overrides the members' own. */
  readonly settings: Omit<MeterSettings, "dataRate"> & { readonly dataRate?: number };
  readonly clock: Clock;
  readonly rng: Rng;
  readonly air: Air;
  /** UTC on the meters' calendars when the fleet is made. The clock's wall time when absent. */
  readonly startMs?: number;
  readonly onEvent: (event: MeterEvent) => void;
}

export interface Fleet {
  readonly meters: readonly Meter[];
  /** Wakes them, spread over this time: their first join-requests collide little. */
  start(overMs: number): void;
  stop(): void;
}

/** Draws who they are. @param fromMs UTC at which their indexes are drawn. */
export function drawMembers(rng: Rng, count: number, fromMs: number): FleetMember[] {
  assert.ok(count <= FLEET_METERS_MAX, "DevEUIs number meters with three octets");
  const stream = rng.stream("fleet");
  const prefix = EUI_PREFIX + hexOf(stream.below(2 ** 16), 4);
  return Array.from({ length: count }, (_, number) => ({
    identity: {
      devEui: prefix + hexOf(number, 6),
      joinEui: FLEET_JOIN_EUI,
      appKey: drawKey(stream),
    },
    household: drawHousehold(stream, fromMs),
    dataRate: DATA_RATES[stream.below(DATA_RATES.length)]!,
    wakes: stream.unit(),
  }));
}

export function createFleet(options: FleetOptions): Fleet {
  const { members, settings, clock, rng, air, onEvent } = options;
  const startUs = nowUs(clock);
  const startMs = options.startMs ?? clock.wallMs();
  const calendar = (atUs: number): number => startMs + (atUs - startUs) / 1_000;
  const meters = members.map(({ identity, household, dataRate }) =>
    createMeter({
      identity,
      settings: { dataRate, ...settings },
      water: createWater(household),
      clock,
      rng,
      air,
      calendar,
      onEvent,
    }),
  );
  return {
    meters,
    start: (overMs) => {
      meters.forEach((meter, number) => {
        meter.start(members[number]!.wakes * overMs);
      });
    },
    stop: () => {
      for (const meter of meters) meter.stop();
    },
  };
}

function drawKey(stream: RngStream): Buffer {
  return Buffer.from(Array.from({ length: 16 }, () => stream.below(256)));
}

function hexOf(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
