/** A gateway to look at: a status with something of everything in it, frames, devices, a day, and a doctor. */
import type { AgentStatus } from "../../../agent/control/answers.ts";
import { createFeed } from "../../../agent/control/feed.ts";
import type { FeedEvent, UplinkEvent } from "../../../agent/control/feed-events.ts";
import type { MaintenanceFlag } from "../../../agent/health/availability/maintenance.ts";
import type { DeviceView, RadioView } from "../../../agent/health/records/view.ts";
import type { HistoryView } from "../../../agent/health/report/history.ts";
import type { Clock } from "../../../agent/ports.ts";
import type { DoctorReport } from "../../../agent/technician/doctor/report.ts";
import { said } from "../../../agent/text/said.ts";
import type { WebParts } from "../../../agent/web/web.ts";

export const EUI = "7276ff0044010010";
const FACTORS = [7, 7, 7, 8, 9, 10, 12];
/** 2026-11-22T18:00:00Z. */
export const NOW_WALL_MS = 1_795_370_400_000;

export function madeUpStatus(change: Partial<AgentStatus> = {}): AgentStatus {
  return {
    version: "1.2.3",
    profile: {
      name: "kerlink-istation",
      title: "Kerlink Wirnet iStation",
      how: "recognised",
      candidates: [],
    },
    startedWallMs: NOW_WALL_MS - 90_000_000,
    uptimeMs: 90_000_000,
    listen: { host: "127.0.0.1", port: 1700 },
    clock: {
      state: "gps",
      source: "gps",
      lastJumpMs: undefined,
      offsetMs: 12,
      kernelBootId: "0".repeat(32),
    },
    forwarders: [
      {
        gatewayEui: EUI,
        alive: true,
        pullDataAgeMs: 3_000,
        pushDataAgeMs: 1_200,
        rxpk: { ok: 48_211, bad: 1_903, none: 0, unreadable: 0 },
        stat: undefined,
      },
    ],
    cores: [
      {
        id: "main",
        gatewayEui: EUI,
        kind: "chirpstack-mqtt",
        state: "connected",
        server: "mqtts://core.example:8883",
        sinceWallMs: NOW_WALL_MS - 7_200_000,
        lastError: undefined,
        roundTripMs: 84,
        inFlight: 1,
        alarms: [],
        courier: { lanesBehind: 0, inFlight: 1, carriedLive: 48_000, replayed: 211 },
      },
    ],
    journal: {
      storedFrames: 0,
      storedOctets: 0,
      memoryFrames: 0,
      dropped: {},
      full: false,
      failing: undefined,
    },
    dutyCycle: [{ gatewayEui: EUI, subBands: [{ subBand: "M", airtimeUs: 4_320_000, limitUs: 36_000_000 }] }],
    field: {
      gnss: {
        port: "/dev/nmea0",
        state: "fix",
        forMs: 3_600_000,
        fix: {
          position: { latitudeDeg: 48.11735, longitudeDeg: -1.67788 },
          altitudeM: 42,
          hdop: 0.9,
          ageMs: 4_000,
        },
        satellites: 9,
        inView: 13,
      },
      modem: {
        by: "/dev/ttyUSB2",
        state: "answers",
        forMs: 60_000,
        reading: {
          registration: "home",
          name: "Orange F",
          technology: "LTE",
          signal: { rsrpDbm: -97, rsrqDb: -11, sinrDb: 9 },
          ageMs: 20_000,
        },
        grade: "fair",
      },
      system: {
        readWallMs: NOW_WALL_MS,
        cpuPercent: 4,
        load1: 0.12,
        memory: { totalOctets: 512e6, availableOctets: 300e6 },
        temperatures: [{ name: "cpu", value: 41.5 }],
        voltages: [],
        interfaces: [],
      },
    },
    health: {
      alarms: [],
      maintenance: undefined,
      availability: {
        utcDay: "2026-11-22",
        isDated: true,
        subjects: [
          { kind: "gateway", state: "up", ...accounts(0, 5_400_000) },
          { kind: "forwarder", state: "up", ...accounts(0, 0) },
          { kind: "core", coreId: "main", state: "up", ...accounts(900_000, 9_000_000) },
        ],
      },
      outages: [
        {
          number: 1,
          kind: "powerCut",
          fromWallMs: NOW_WALL_MS - 900_000_000,
          toWallMs: NOW_WALL_MS - 894_600_000,
          isPlanned: false,
        },
        {
          number: 2,
          kind: "backhaulDown",
          coreId: "main",
          fromWallMs: NOW_WALL_MS - 8_100_000,
          toWallMs: NOW_WALL_MS - 7_200_000,
          isPlanned: true,
        },
      ],
      records: { countedMs: 90_000_000, radio: [madeUpRadio()] },
    },
    counters: { frameKept: 48_211 },
    ...change,
  } as unknown as AgentStatus;
}

function accounts(dayDownMs: number, monthDownMs: number) {
  const account = (allMs: number, downMs: number) => ({
    ...{ upMs: allMs - downMs, downMs, maintenanceMs: 0, unknownMs: 0 },
    availability: (allMs - downMs) / allMs,
  });
  const month = account(1_900_000_000, monthDownMs);
  return { day: account(64_800_000, dayDownMs), month, year: month };
}

function madeUpRadio(): RadioView {
  const bell = (count: number, middle: number, width: number): number[] =>
    Array.from({ length: count }, (_none, at) =>
      Math.round(9_000 * Math.exp(-(((at - middle) / width) ** 2))),
    );
  return {
    gatewayEui: EUI,
    crc: { ok: 48_211, bad: 1_903, none: 0 },
    channels: Array.from({ length: 8 }, (_none, channel) => ({
      ...{
        frequencyHz: 867_100_000 + channel * 200_000,
        ok: 6_000 + channel * 7,
        bad: 200 + channel,
        none: 0,
      },
    })),
    rates: [7, 8, 9, 10, 11, 12].map((factor, at) => ({
      ...{ rate: `SF${factor}BW125`, ok: 20_000 >> at, bad: 600 >> at, none: 0 },
    })),
    otherChannels: 0,
    otherRates: 0,
    rssiDbm: { from: -140, step: 5, counts: bell(23, 8, 4) },
    snrDb: { from: -25, step: 2.5, counts: bell(17, 11, 3) },
    told: { stats: 100, received: 50_000, ok: 48_211, forwarded: 50_114 },
  };
}

export function madeUpUplink(number: number, wallMs: number): UplinkEvent {
  const spreadingFactor = FACTORS[number % FACTORS.length]!;
  return {
    kind: "uplink",
    wallMs,
    gatewayEui: EUI,
    verdict: "kept",
    sequence: number,
    repetition: false,
    ageMs: 0,
    delayed: false,
    tmstUs: (number * 10_000) % 2 ** 32,
    crc: "ok",
    rssiDbm: -70 - ((number * 7) % 45),
    snrDb: 9 - ((number * 3) % 24),
    channel: number % 8,
    frequencyHz: 868_100_000 + (number % 3) * 200_000,
    datr: `SF${spreadingFactor}BW125`,
    spreadingFactor,
    sizeOctets: 24,
    airtimeMs: 62,
    header: {
      mType: "unconfirmedUp",
      devAddr: (0x26010000 + (number % 40)).toString(16),
      fCnt: number & 0xffff,
      fPort: 2,
    },
  };
}

/** The uplink, and that the core has taken it. */
export function madeUpFrame(number: number, wallMs: number): FeedEvent[] {
  return [
    madeUpUplink(number, wallMs),
    {
      kind: "delivered",
      wallMs: wallMs + 80,
      gatewayEui: EUI,
      coreId: "main",
      sequence: number,
      delivery: "taken",
      replay: false,
      tookMs: 80,
    },
  ];
}

export function madeUpDevices(count: number): DeviceView[] {
  return Array.from({ length: count }, (_none, number) => ({
    gatewayEui: EUI,
    devAddr: (0x26010000 + number).toString(16),
    foreign: false,
    firstHeardWallMs: NOW_WALL_MS - 86_400_000,
    lastHeardWallMs: NOW_WALL_MS - number * 61_000,
    lastHeardAgeMs: number * 61_000,
    heard: 24 - (number % 3),
    expected: 24,
    lost: number % 3,
    repeats: 0,
    restarts: 0,
    lastFCnt: 1_000 + number,
    spreadingFactor: FACTORS[number % FACTORS.length],
    lastRssiDbm: -80 - (number % 40),
    lastSnrDb: 8 - (number % 20),
    bestRssiDbm: -75,
    bestSnrDb: 9,
    marginDb: 12 - (number % 14),
    meanIntervalMs: 3_600_000,
    typicalIntervalMs: 3_600_000,
    isNew: false,
    silent: number % 17 === 16,
    silentMs: 0,
    mayHaveJoined: false,
  }));
}

export function madeUpHistory(nowWallMs: number, samples = 288): HistoryView {
  return {
    everyMs: 300_000,
    samples: Array.from({ length: samples }, (_none, index) => ({
      wallMs: nowWallMs - (samples - index) * 300_000,
      signalDbm: Math.round(-95 + 6 * Math.sin(index / 20)),
      roundTripMs: 80 + (index % 13) * 4,
      journalFrames: index > 100 && index < 160 ? (index - 100) * 20 : 0,
      frames: 160 + (index % 29),
      crcBadPercent: 3 + (index % 7),
    })),
  };
}

export function madeUpReport(startedWallMs: number): DoctorReport {
  return {
    version: "1.2.3",
    startedWallMs,
    tookMs: 4_200,
    checks: [
      { id: "settings", group: "settings", verdict: "ok", finding: said("status.clockGps"), evidence: {} },
      {
        id: "broker-tcp",
        subject: "main",
        group: "core",
        verdict: "fail",
        finding: said("fault.unanswered"),
        next: said("fault.noRoute"),
        evidence: { port: 8_883 },
      },
      { id: "journal", group: "box", verdict: "warn", finding: said("status.journalFull"), evidence: {} },
      {
        id: "subscriber",
        group: "core",
        verdict: "skipped",
        finding: said("status.coreNotTaking"),
        evidence: {},
      },
      {
        id: "profile",
        group: "box",
        verdict: "unknown",
        finding: said("status.profileMissing"),
        evidence: {},
      },
    ],
    firstBroken: "broker-tcp",
    firstBrokenSubject: "main",
  };
}

export interface MadeUpGateway {
  readonly parts: Pick<WebParts, "feed" | "status" | "history" | "devices" | "doctor" | "maintenance">;
  readonly feed: ReturnType<typeof createFeed>;
  readonly maintained: MaintenanceFlag[];
  /** What it says next. */
  status: AgentStatus;
  known: DeviceView[];
  doctorRuns: number;
  /** The doctor's work; by default nothing takes time. */
  doctor: () => Promise<DoctorReport>;
}

export function madeUpGateway(clock: Pick<Clock, "wallMs" | "monotonicMs">): MadeUpGateway {
  const feed = createFeed(clock);
  let flag: MaintenanceFlag | undefined;
  const gateway: MadeUpGateway = {
    feed,
    status: madeUpStatus(),
    known: madeUpDevices(60),
    maintained: [],
    doctorRuns: 0,
    doctor: async () => madeUpReport(clock.wallMs()),
    parts: {
      feed,
      status: async () =>
        ({ ...gateway.status, health: { ...gateway.status.health, maintenance: flag } }) as AgentStatus,
      history: () => madeUpHistory(clock.wallMs()),
      devices: () => gateway.known,
      doctor: () => {
        gateway.doctorRuns += 1;
        return gateway.doctor();
      },
      maintenance: {
        current: () => flag,
        begin: ({ durationMs, reason, by }) => {
          flag = { sinceWallMs: clock.wallMs(), untilWallMs: clock.wallMs() + durationMs, reason, by };
          gateway.maintained.push(flag);
          return flag;
        },
        end: () => {
          flag = undefined;
          return true;
        },
      },
    },
  };
  return gateway;
}
