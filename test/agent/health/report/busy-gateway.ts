/**
 * A busy gateway as its reports see it: 400 devices, sixteen channels, two cores, a modem, GNSS, and all that can be known
 * of it known. Figures are as long as they get after a year.
 */
import type { Outage } from "../../../../agent/health/availability/outages.ts";
import type { DeviceView, RecordsView } from "../../../../agent/health/records/view.ts";
import type { ReportSource } from "../../../../agent/health/report/report.ts";
import type { RouteStatus } from "../../../../agent/north/routes.ts";

export const EUI = "7276ff0044010010";
export const NOW_WALL_MS = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;
const DEVICES = 400;

const account = {
  upMs: 86_300_123,
  downMs: 99_877,
  maintenanceMs: 0,
  unknownMs: 0,
  availability: 0.99884356,
};

const LATENCY = { count: 300, p50Ms: 12.345, p95Ms: 45.678, p99Ms: 98.7, longestMs: 1_234.5 };

export function busyDevices(gatewayEui = EUI): DeviceView[] {
  return Array.from({ length: DEVICES }, (_none, index) => ({
    gatewayEui,
    devAddr: (0x26010000 + index * 7_919).toString(16).padStart(8, "0"),
    foreign: false,
    firstHeardWallMs: NOW_WALL_MS - index * 3_600_000,
    lastHeardWallMs: NOW_WALL_MS - index * 60_000,
    lastHeardAgeMs: index * 60_000,
    heard: 30_000 - index,
    expected: 30_000 + index,
    lost: 2 * index,
    repeats: 12,
    restarts: 0,
    lastFCnt: 30_000,
    spreadingFactor: 7 + (index % 6),
    lastRssiDbm: -113,
    lastSnrDb: -7.5,
    bestRssiDbm: -101,
    bestSnrDb: 5.2,
    marginDb: 4.5,
    meanIntervalMs: 43_200_000,
    typicalIntervalMs: 43_200_000,
    isNew: index < 24,
    silent: index >= 370,
    silentMs: index >= 370 ? (index - 360) * DAY_MS : 0,
    mayHaveJoined: index >= 390,
  }));
}

function link(id: string): RouteStatus {
  return {
    id,
    gatewayEui: EUI,
    kind: "chirpstack-mqtt",
    state: "connected",
    server: `mqtts://${id}.example:8883`,
    sinceWallMs: NOW_WALL_MS - 12 * DAY_MS,
    lastError: undefined,
    roundTripMs: 183.4567,
    inFlight: 4,
    alarms: [],
    courier: {
      lanesBehind: 312,
      inFlight: 4,
      carriedLive: 34_567_890,
      replayed: 1_234_567,
      setAside: 0,
      holding: false,
      drain: {
        phase: "axis",
        plan: { t0Ms: 0, tFromMs: 0, k: 60, by: "boundaries", source: "message", leftMs: 512_345 },
      },
      replayRatePerS: 24.7,
    },
  };
}

export function busyRecords(): RecordsView {
  const channels = Array.from({ length: 16 }, (_none, index) => ({
    frequencyHz: 867_100_000 + index * 200_000,
    ok: 2_345_678,
    bad: 123_456,
    none: 0,
  }));
  const rates = [7, 8, 9, 10, 11, 12].map((sf) => ({
    rate: `SF${sf}BW125`,
    ok: 5_345_678,
    bad: 223_456,
    none: 0,
  }));
  return {
    countedMs: 365 * DAY_MS,
    radio: [
      {
        gatewayEui: EUI,
        crc: { ok: 34_567_890, bad: 1_234_567, none: 12 },
        channels,
        rates: [...rates, { rate: "FSK50000", ok: 1_234, bad: 12, none: 0 }],
        otherChannels: 0,
        otherRates: 0,
        rssiDbm: { from: -140, step: 5, counts: Array.from({ length: 23 }, () => 1_234_567) },
        snrDb: { from: -25, step: 2.5, counts: Array.from({ length: 17 }, () => 2_234_567) },
        told: { stats: 1_051_200, received: 36_567_890, ok: 34_567_890, forwarded: 34_567_890 },
      },
    ],
    transmissions: [
      {
        gatewayEui: EUI,
        received: 123_456,
        emitted: 120_345,
        byStatus: { OK: 120_345, TOO_LATE: 2_345, COLLISION_PACKET: 456, INTERNAL_ERROR: 310 },
      },
    ],
    devices: [
      {
        gatewayEui: EUI,
        known: DEVICES,
        heardIn24h: 370,
        heardIn14Days: DEVICES,
        newIn24h: 24,
        silent: 30,
        missing: 20,
        heard: 11_920_200,
        expected: 12_079_800,
        evicted: 0,
        joining: 7,
      },
    ],
    cores: ["main", "backup"].map((coreId) => ({
      coreId,
      gatewayEui: EUI,
      connected: true,
      sinceMs: 12 * DAY_MS,
      sinceWallMs: NOW_WALL_MS - 12 * DAY_MS,
      connects: 123,
      outages: 122,
      awayMs: 1_234_567,
      sentOctets: 612_345_678,
      receivedOctets: 112_345_678,
    })),
    traffic: {
      month: {
        month: "2026-11",
        sentOctets: 52_345_678,
        receivedOctets: 12_345_678,
        byCore: {},
        watchedMs: 21 * DAY_MS,
        projectedOctets: 92_345_678,
      },
      lastMonth: undefined,
      undatedOctets: 0,
    },
    journal: {
      commitLatency: LATENCY,
      givenOctets: 9_123_456_789,
      drops: [],
    },
  };
}

export function busyGateway(more: Partial<ReportSource> = {}): ReportSource {
  return {
    version: "0.1.0",
    software: { node: "20.19.4", kernel: "4.9.59-klk" },
    profile: { name: "kerlink-wirnet-ibts", how: "recognised", candidates: [] },
    uptimeMs: 365 * DAY_MS,
    clock: {
      state: "synchronised",
      source: "sntp",
      lastJumpMs: 2_345.6,
      offsetMs: -12.3,
      kernelBootId: "0123456789abcdef0123456789abcdef",
    },
    forwarders: [
      {
        gatewayEui: EUI,
        alive: true,
        version: 2,
        pullSource: { host: "127.0.0.1", port: 40_000 },
        pullPeriodMs: 10_000,
        pullDataAgeMs: 4_321,
        pushDataAgeMs: 1_234,
        statAgeMs: 21_234,
        stat: undefined,
        datagrams: { pushData: 34_567_890, pullData: 3_153_600, txAck: 120_345 },
        rxpk: { ok: 34_567_890, bad: 1_234_567, none: 12, unreadable: 3 },
        brokenBodies: 12,
        acksWaiting: 3,
        acksWithheld: 17,
        ackLatency: {
          smoothedMs: 12.3456,
          longestMs: 2_987.6,
          classes: [1, 22_345_678, 12_222_211, 1_234, 56, 7],
          recent: LATENCY,
        },
      },
    ],
    cores: [link("main"), link("backup")],
    journal: {
      storedFrames: 123_456,
      storedOctets: 65_432_109,
      memoryFrames: 12,
      memoryOctets: 6_543,
      oldestArrivedWallMs: NOW_WALL_MS - 40 * 3_600_000,
      keptTotal: 34_567_890,
      storedTotal: 1_234_567,
      removedTotal: 1_111_111,
      givenUpTotal: 17,
      asideTotal: 2,
      lostAtOpen: 1,
      dropped: { expired: 12_345, joinExpired: 234, copy: 3_456, thinned: 4_567 },
      droppedTotal: 20_602,
      full: false,
      retriedTotal: 0,
      commits: 1_234_567,
      lastCommitMs: 12,
      commitLatency: LATENCY,
      givenOctets: 9_123_456_789,
      failing: undefined,
    },
    dutyCycle: [
      {
        gatewayEui: EUI,
        subBands: ["L", "M", "N", "P", "Q"].map((subBand) => ({
          subBand,
          airtimeUs: 12_345_678,
          limitUs: 36_000_000,
        })),
      },
    ],
    field: {
      gnss: {
        port: "/dev/nmea0",
        state: "fix",
        forMs: 12 * DAY_MS,
        fix: {
          position: { latitudeDeg: 48.8583701, longitudeDeg: 2.2944813 },
          altitudeM: 130.4,
          hdop: 0.83,
          satellites: 11,
          ageMs: 400,
        },
        satellites: 11,
        inView: 17,
        clockAheadMs: -3.4,
      },
      modem: {
        by: "/dev/ttyUSB2",
        state: "answers",
        forMs: 3 * DAY_MS,
        grade: "fair",
        reading: {
          maker: "Quectel",
          model: "EC25",
          registration: "home",
          name: "Orange F",
          technology: "LTE",
          signal: { rssiDbm: -67, rsrpDbm: -98, rsrqDb: -11.5, sinrDb: 8.2 },
          ageMs: 60_000,
        },
      },
      system: {
        readWallMs: NOW_WALL_MS,
        uptimeMs: 365 * DAY_MS,
        supplies: [],
        cpuPercent: 12.3,
        load1: 0.42,
        memory: { totalOctets: 259_522_560, availableOctets: 91_234_304 },
        disk: { freeOctets: 1_234_567_168, totalOctets: 7_654_321_152 },
        diskWrittenOctets: 1_234_567_890_432,
        temperatures: ["cpu", "modem", "board"].map((name, index) => ({ name, value: 44.25 + index })),
        voltages: ["12V_POE", "VCC_3V3", "VBAT", "5V", "VRTC"].map((name) => ({ name, value: 12.345 })),
        interfaces: [],
        backhaul: "wwan0",
        firmware: "KerOS 5.12.2",
      },
    },
    health: {
      availability: {
        utcDay: "2026-11-22",
        isDated: true,
        subjects: [
          { kind: "gateway", state: "up", day: account, month: account, year: account },
          { kind: "forwarder", state: "up", day: account, month: account, year: account },
          { kind: "core", coreId: "main", state: "up", day: account, month: account, year: account },
          { kind: "core", coreId: "backup", state: "up", day: account, month: account, year: account },
        ],
      },
      outages: [],
      alarms: [],
      maintenance: undefined,
      records: busyRecords(),
    },
    ...more,
  };
}

export function outage(number: number, more: Partial<Outage> = {}): Outage {
  return {
    number,
    kind: "backhaulDown",
    coreId: "main",
    fromWallMs: NOW_WALL_MS - 3_600_000,
    toWallMs: NOW_WALL_MS - 1_800_000,
    isPlanned: false,
    ...more,
  };
}
