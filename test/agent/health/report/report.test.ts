import { describe, expect, test } from "vitest";
import { TABLES } from "../../../../agent/config/table.ts";
import type { SystemReading } from "../../../../agent/field/system.ts";
import { DEVICES_TOLD_MAX } from "../../../../agent/health/report/device-parts.ts";
import type { HealthReport } from "../../../../agent/health/report/message.ts";
import {
  FULL_OCTETS_MAX,
  INTERVAL_USUAL_S,
  SMALL_OCTETS_MAX,
} from "../../../../agent/health/report/message.ts";
import {
  type ReportMoment,
  type ReportSource,
  writeFull,
  writeSmall,
} from "../../../../agent/health/report/report.ts";
import { MONTH_OCTETS_MAX, monthOctets, wireOctets } from "../../../../agent/health/report/wire-octets.ts";
import { closed, compileSchema, faultsOf, readSchema } from "../../../json-schemas.ts";
import { busyDevices, busyGateway, EUI, NOW_WALL_MS } from "./busy-gateway.ts";

const SCHEMA = readSchema("agent/health/report/health.schema.json");
const published = compileSchema(SCHEMA);
const ours = compileSchema(closed(SCHEMA));

const MOMENT = { gatewayEui: EUI, wallMs: NOW_WALL_MS, leftOf: () => 61_234, reportsOctets: 8_123_456 };
const QUIET = { ...MOMENT, leftOf: () => 0 };

const read = (payload: Buffer): HealthReport => JSON.parse(payload.toString());
const small = (source: ReportSource, moment: ReportMoment = MOMENT): HealthReport =>
  read(writeSmall(source, moment));
const full = (source: ReportSource, moment: ReportMoment = MOMENT): HealthReport =>
  read(writeFull(source, { ...moment, devices: busyDevices() }));

/** As most gateways are: one core, eight channels, a month since the start, nothing waits. */
function quietGateway(): ReportSource {
  const busy = busyGateway();
  const [core] = busy.cores;
  const { drain, ...courier } = core!.courier;
  const { records } = busy.health;
  const [radio] = records.radio;
  const fewer = <T extends { readonly ok: number; readonly bad: number }>(of: T): T => ({
    ...of,
    ok: Math.round(of.ok / 12),
    bad: Math.round(of.bad / 12),
  });
  return {
    ...busy,
    cores: [{ ...core!, courier: { ...courier, drain: { ...drain, phase: "calm", plan: undefined } } }],
    journal: { ...busy.journal, storedFrames: 0, memoryFrames: 0, oldestArrivedWallMs: undefined },
    health: {
      ...busy.health,
      records: {
        ...records,
        radio: [
          {
            ...radio!,
            channels: radio!.channels.slice(0, 8).map(fewer),
            rates: radio!.rates.map(fewer),
            snrDb: { ...radio!.snrDb, counts: radio!.snrDb.counts.map((count) => Math.round(count / 12)) },
            rssiDbm: {
              ...radio!.rssiDbm,
              counts: radio!.rssiDbm.counts.map((count) => Math.round(count / 12)),
            },
          },
        ],
      },
    },
  };
}

/** One that has just booted, knows no time, and has heard nobody. */
function newborn(): ReportSource {
  const busy = busyGateway();
  const { records } = busy.health;
  return {
    ...busy,
    software: {},
    profile: undefined,
    clock: {
      state: "unsynchronised",
      source: "none",
      lastJumpMs: undefined,
      offsetMs: undefined,
      kernelBootId: "0".repeat(32),
    },
    forwarders: [],
    cores: [],
    dutyCycle: [],
    field: {},
    health: {
      ...busy.health,
      availability: { ...busy.health.availability, isDated: false },
      records: {
        ...records,
        radio: [],
        transmissions: [],
        devices: [],
        cores: [],
        traffic: { month: undefined, lastMonth: undefined, undatedOctets: 12 },
      },
    },
  };
}

describe("every report", () => {
  test.each([
    ["small, busy", () => writeSmall(busyGateway(), MOMENT)],
    ["small, quiet", () => writeSmall(quietGateway(), QUIET)],
    ["small, newborn", () => writeSmall(newborn(), QUIET)],
    ["full, busy", () => writeFull(busyGateway(), { ...MOMENT, devices: busyDevices() })],
    ["full, quiet", () => writeFull(quietGateway(), { ...QUIET, devices: busyDevices() })],
    ["full, newborn", () => writeFull(newborn(), { ...QUIET, devices: [] })],
  ])("is what its schema says, and nothing beside: %s", (_name, write) => {
    const payload = write();
    expect(faultsOf(published, payload)).toEqual([]);
    expect(faultsOf(ours, payload)).toEqual([]);
    expect(payload.includes("null")).toBe(false);
  });

  test("the schema refuses a figure that went astray", () => {
    const sound = full(quietGateway(), QUIET);
    for (const broken of [
      { ...sound, version: 2 },
      { ...sound, gatewayId: "7276FF0044010010" },
      { ...sound, uptimeS: -1 },
      { ...sound, sentAt: "1970-01-01" },
      { ...sound, rx: { crc: [1, 2] } },
      { ...sound, journal: {} },
    ])
      expect(faultsOf(published, Buffer.from(JSON.stringify(broken)))).not.toEqual([]);
  });
});

describe("the small report", () => {
  test("tells what somebody wants to see of every gateway, and no more", () => {
    expect(small(quietGateway(), QUIET)).toEqual({
      version: 1,
      kind: "small",
      gatewayId: EUI,
      sentAt: "2026-11-22T12:00:00Z",
      uptimeS: 31_536_000,
      bootId: "0123456789abcdef0123456789abcdef",
      clock: { state: "synchronised" },
      forwarder: { alive: true, pullAgeS: 4, ackMs: 12.3 },
      rx: { crc: [34_567_890, 1_234_567, 12] },
      journal: { frames: 0 },
      cores: [{ id: "main", up: true, sinceS: 1_036_800, roundTripMs: 183 }],
      backhaul: { interface: "wwan0", rssiDbm: -67, rsrpDbm: -98 },
      system: { cpuPercent: 12, temperatureC: 46 },
      alarms: { critical: 0, warning: 0, info: 0 },
    });
  });

  test("counts the alarms that stand, and says that maintenance is under way", () => {
    const source = quietGateway();
    const alarm = { sinceWallMs: NOW_WALL_MS, evidence: {} };
    const report = small(
      {
        ...source,
        health: {
          ...source.health,
          alarms: [
            { ...alarm, id: "journalFailing", severity: "critical" },
            { ...alarm, id: "crcStorm", severity: "warning" },
            { ...alarm, id: "ackLate", severity: "warning" },
          ],
          maintenance: { sinceWallMs: 0, untilWallMs: NOW_WALL_MS + 90_000, reason: "antenna", by: "main" },
        },
      },
      QUIET,
    );
    expect(report.alarms).toEqual({ critical: 1, warning: 2, info: 0 });
    expect(report.maintenance).toEqual({ leftS: 90 });
  });

  test("of a core that is behind says how many frames wait and until when", () => {
    expect(small(busyGateway()).cores?.[0]).toMatchObject({ left: 61_234, leftS: 512 });
    const away = busyGateway();
    const cores = away.cores.map((core) => ({
      ...core,
      state: "waiting" as const,
      courier: { ...core.courier, drain: { phase: "away" as const, plan: undefined } },
    }));
    const { up, left, leftS } = small({ ...away, cores }).cores![0]!;
    expect({ up, left, leftS }).toEqual({ up: false, left: 61_234, leftS: undefined });
    const calm = cores.map((core) => ({
      ...core,
      courier: { ...core.courier, drain: { phase: "calm" as const, plan: undefined }, replayRatePerS: 20 },
    }));
    expect(small({ ...away, cores: calm }).cores![0]!.leftS).toBe(3_060);
  });
});

describe("the full report", () => {
  test("leaves nothing out on a gateway as most are", () => {
    const report = full(quietGateway(), { ...QUIET, intervalMs: 900_000 });
    expect(report.omitted).toBeUndefined();
    expect(Object.keys(report).sort()).toEqual(
      Object.keys((SCHEMA as { properties: object }).properties)
        .filter((part) => part !== "omitted" && part !== "maintenance")
        .sort(),
    );
  });

  test("names the devices that somebody should look at, the worst first, and no others", () => {
    const { silentDevices, newDevices, gapDevices, devices } = full(quietGateway(), QUIET);
    expect(devices).toMatchObject({
      silent: 30,
      missing: 20,
      newIn24h: 24,
      counters: 12_079_800,
      missed: 159_600,
    });
    expect(silentDevices).toHaveLength(DEVICES_TOLD_MAX);
    expect(silentDevices![0]![1]).toBe(29 * 86_400);
    expect(newDevices).toHaveLength(DEVICES_TOLD_MAX);
    expect(gapDevices![0]).toEqual([busyDevices()[399]!.devAddr, 798, 30_399]);
  });

  const measured = (names: readonly string[]) => names.map((name, index) => ({ name, value: index + 0.5 }));
  const systemWith = (more: Partial<SystemReading>, voltagesFirst: readonly string[] = []) => {
    const source = quietGateway();
    const system = { ...source.field.system!, ...more };
    const payload = writeFull(
      { ...source, field: { system } },
      { ...QUIET, voltagesFirst, devices: busyDevices() },
    );
    expect(faultsOf(ours, payload)).toEqual([]);
    return read(payload).system!;
  };

  test("tells each sensor, also those whose names begin alike or are the same", () => {
    const voltages = measured(["imx6_regulator_supply_in0", "imx6_regulator_supply_in1", "imx6_regulator~2"]);
    const temperatures = measured(["cpu", "cpu", "cpu"]);
    expect(systemWith({ voltages, temperatures })).toMatchObject({
      voltagesV: { imx6_regulator_s: 0.5, "imx6_regulator~2": 1.5, "imx6_regulator~3": 2.5 },
      temperaturesC: { cpu: 0.5, "cpu~2": 1.5, "cpu~3": 2.5 },
    });
  });

  test("tells the supply's own voltage, and its battery's, however many there are before it", () => {
    const voltages = measured(["VCC_1", "VCC_2", "VCC_3", "VCC_4", "VCC_5", "VCC_6", "BATT", "12V_POE"]);
    const { voltagesV } = systemWith({ voltages }, ["12V_POE", "BATT"]);
    expect(Object.keys(voltagesV!)).toEqual(["12V_POE", "BATT", "VCC_1", "VCC_2", "VCC_3", "VCC_4"]);
    expect(voltagesV!["12V_POE"]).toBe(7.5);
    expect(Object.keys(systemWith({ voltages }, ["", ""]).voltagesV!)[0]).toBe("VCC_1");
  });

  test("tells what the whole box has written, beside what the journal was given", () => {
    const { system, journal } = full(quietGateway(), QUIET);
    expect(system?.diskWrittenOctets).toBe(1_234_567_890_432);
    expect(journal.givenOctets).toBe(9_123_456_789);
  });

  test("of another gateway of the same agent says nothing", () => {
    const other = full(busyGateway(), { ...MOMENT, gatewayEui: "7276ff0044010011" });
    const { forwarder, rx, tx, cores, devices, gapDevices } = other;
    expect([forwarder, rx, tx, cores, devices, gapDevices]).toEqual(Array(6).fill(undefined));
  });

  test("keeps what a histogram says when its empty ends go", () => {
    const source = quietGateway();
    const { records } = source.health;
    const radio = [{ ...records.radio[0]!, snrDb: { from: -25, step: 2.5, counts: [0, 0, 5, 0, 7, 0] } }];
    const { rx } = full({ ...source, health: { ...source.health, records: { ...records, radio } } }, QUIET);
    expect(rx?.snrDb).toEqual({ from: -20, step: 2.5, counts: [5, 0, 7] });
  });
});

describe("what nobody knows is not told", () => {
  test("a clock that cannot be trusted tells no moment and no availability", () => {
    const text = writeFull(newborn(), { ...QUIET, devices: [] }).toString();
    expect(text).not.toContain("2026-");
    expect(JSON.parse(text).availability).toBeUndefined();
  });

  test("a journal whose oldest frame lies ahead of a clock put right is not of a negative age", () => {
    const source = busyGateway();
    const ahead = { ...source.journal, oldestArrivedWallMs: NOW_WALL_MS + 3_600_000 };
    expect(small({ ...source, journal: ahead }).journal.oldestAgeS).toBe(0);
  });
});

describe("the octets of a month", () => {
  /** Everything as long as its field allows. */
  function monster(): ReportSource {
    const busy = busyGateway();
    const cores = Array.from({ length: 8 }, (_none, index) => ({
      ...busy.cores[0]!,
      id: `${index}`.repeat(32),
    }));
    const { system } = busy.field;
    const named = Array.from({ length: 20 }, (_none, index) => ({
      name: `${"x".repeat(60)}${index}`,
      value: 12.3,
    }));
    return {
      ...busy,
      cores,
      field: {
        ...busy.field,
        system: { ...system!, temperatures: named, voltages: named, backhaul: "y".repeat(60) },
      },
      journal: { ...busy.journal, failing: "z".repeat(500), full: true },
    };
  }

  test.each([
    ["as most are", quietGateway, QUIET],
    ["busy, 400 devices", busyGateway, MOMENT],
    ["as long as it gets", monster, MOMENT],
  ])("of a gateway %s stay within ten million", (_name, gateway, moment) => {
    const topic = `eu868/edge/${EUI}/health`;
    const smallOctets = writeSmall(gateway(), moment).length;
    const fullOctets = writeFull(gateway(), { ...moment, devices: busyDevices() }).length;
    expect(smallOctets).toBeLessThanOrEqual(SMALL_OCTETS_MAX);
    expect(fullOctets).toBeLessThanOrEqual(FULL_OCTETS_MAX);
    const octets =
      monthOctets(wireOctets(topic, smallOctets), 5 * 60_000) +
      monthOctets(wireOctets(`${topic}/full`, fullOctets), 3_600_000);
    expect(octets).toBeLessThan(MONTH_OCTETS_MAX);
  });

  test("tell how often they go where that is not as by default, and have room for it", () => {
    expect(TABLES.health.reportIntervalMs.default).toBe(`${INTERVAL_USUAL_S / 60}m`);
    const every = (intervalMs: number) => ({ ...MOMENT, intervalMs });
    for (const said of [small, full]) {
      expect(said(quietGateway(), every(INTERVAL_USUAL_S * 1_000))).not.toHaveProperty("intervalS");
      expect(said(quietGateway(), every(60_000)).intervalS).toBe(60);
      expect(said(monster(), every(3_600_000)).intervalS).toBe(3_600);
    }
    expect(writeSmall(monster(), every(3_600_000)).length).toBeLessThanOrEqual(SMALL_OCTETS_MAX);
    const payload = writeSmall(quietGateway(), every(3_600_000));
    expect([...faultsOf(published, payload), ...faultsOf(ours, payload)]).toEqual([]);
  });

  test("what had to stay away is named, the least missed first", () => {
    const { omitted, cores, journal } = full(monster());
    expect(omitted).toEqual(["newDevices", "gapDevices", "silentDevices", "availability", "gnss", "rx"]);
    expect(cores).toHaveLength(8);
    expect(journal.failing).toHaveLength(64);
  });

  test("count headers, TLS and acknowledgements: a message of nothing costs a hundred octets", () => {
    // 1 + 1 (fixed header) + 2 + 5 (topic) + 2 (packet id) + 1 (properties) + 22 (TLS) + 2 * 40 (PUBLISH, ACK).
    expect(wireOctets("topic", 0)).toBe(114);
    expect(wireOctets("topic", 117)).toBe(231);
    // The remaining length takes a second octet from 128 on.
    expect(wireOctets("topic", 118)).toBe(233);
    // A second segment.
    expect(wireOctets("topic", 1_360)).toBe(114 + 1_360 + 1 + 40);
    expect(monthOctets(1_000, 300_000)).toBe(8_640_000);
  });
});
