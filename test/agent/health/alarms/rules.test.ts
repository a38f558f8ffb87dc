import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ALARM_IDS, type AlarmId } from "../../../../agent/health/alarms/alarm.ts";
import { ACK_SLACK_MS, LINK_ALARMS } from "../../../../agent/health/alarms/findings.ts";
import type { Readings } from "../../../../agent/health/alarms/readings.ts";
import { ALARM_TIMES, LOOK_EVERY_MS, REBOOT_SHOWN_MS, RULES } from "../../../../agent/health/alarms/rules.ts";
import { ALARM_TEXTS } from "../../../../agent/text/alarms.ts";
import { STATUS_TEXTS } from "../../../../agent/text/status.ts";
import { core, DAY_MS, EUI, forwarder, NOON, peace, watch } from "./given.ts";

type Spoilt = Partial<Readings>;

interface Case {
  readonly id: AlarmId;
  /** At the limit. */
  readonly bad: Spoilt;
  /** Just short of it: it would not raise, and does not clear. */
  readonly between?: Spoilt;
  /** Short of it altogether, at the limit again. */
  readonly good: Spoilt;
}

const crc = (crcBad: number, received: number): Spoilt => ({ forwarders: [forwarder({ crcBad, received })] });
const acks = (ackP95Ms: number, count = 5): Spoilt => ({
  forwarders: [forwarder({ ackP95Ms, acks: count })],
});
const filled = (storedOctets: number): Spoilt => ({
  journal: { storedOctets, storedFrames: 9, failing: undefined, full: false },
});
const hot = (value: number): Spoilt => ({ temperatures: [{ name: "cpu", value }] });
const used = (airtimeUs: number): Spoilt => ({
  subBands: [{ gatewayEui: EUI, subBand: "g3", airtimeUs, limitUs: 1_000 }],
});
const ends = (days: number): Spoilt => ({
  credentials: [{ subject: "main cert", path: "/cert.pem", endsWallMs: NOON + days * DAY_MS }],
});
const gnss = (state: "fix" | "lost" | "searching" | "noPort"): Spoilt => ({
  gnss: { state, forMs: 1_000, reason: undefined, clockAheadMs: 0 },
});
const linked = (alarm: string): Spoilt => ({ cores: [core({ linkAlarms: [alarm] })] });

const CASES: readonly Case[] = [
  {
    id: "forwarderSilent",
    bad: { forwarders: [forwarder({ alive: false, pullDataAgeMs: 90_000 })] },
    good: {},
  },
  {
    id: "fewerFrames",
    bad: { hours: { verdict: "bad", heard: 3, expected: 100, hours: 1 } },
    between: { hours: { verdict: "unknown" } },
    good: {},
  },
  { id: "crcStorm", bad: crc(800, 1_000), between: crc(799, 1_000), good: crc(649, 1_000) },
  { id: "crcStorm", bad: crc(100, 100), between: crc(99, 100), good: crc(49, 50) },
  {
    id: "clockWrong",
    bad: { clock: { state: "unsynchronised", source: "none", lastJumpMs: 7, offsetMs: 9 } },
    good: {},
  },
  {
    id: "clockWrong",
    bad: { gnss: { state: "fix", forMs: 1, reason: undefined, clockAheadMs: 2_001 } },
    good: { gnss: { state: "fix", forMs: 1, reason: undefined, clockAheadMs: 2_000 } },
  },
  { id: "gnssLost", bad: gnss("lost"), between: gnss("searching"), good: gnss("fix") },
  {
    id: "coreUnreachable",
    bad: { cores: [core({ state: "down", downMs: 1 })] },
    between: { cores: [core({ state: "unknown" })] },
    good: {},
  },
  { id: "coreRefusing", bad: linked("credentialsRefused"), good: {} },
  { id: "coreNoSubscriber", bad: linked("noSubscriber"), good: {} },
  { id: "clientTakenOver", bad: linked("takenOver"), good: {} },
  { id: "credentialsExpiring", bad: ends(30), good: ends(30.001) },
  { id: "journalFilling", bad: filled(700_000), between: filled(699_999), good: filled(599_999) },
  {
    id: "journalThinning",
    bad: { dropped: { expired: 1 } },
    good: { dropped: { expired: 0, joinExpired: 9 } },
  },
  {
    id: "journalFailing",
    bad: { journal: { storedOctets: 0, storedFrames: 0, failing: "EIO", full: false } },
    good: {},
  },
  {
    id: "journalFailing",
    bad: { journal: { storedOctets: 0, storedFrames: 0, failing: undefined, full: true } },
    good: {},
  },
  { id: "ackLate", bad: acks(80 + ACK_SLACK_MS + 1), between: acks(600, 4), good: acks(80 + ACK_SLACK_MS) },
  { id: "temperature", bad: hot(85), between: hot(84.9), good: hot(79.9) },
  { id: "temperature", bad: { forwarders: [forwarder({ temperatureC: 85 })] }, good: {} },
  {
    id: "onBattery",
    bad: { power: { state: "battery" } },
    between: { power: { state: "unknown" } },
    good: {},
  },
  {
    id: "reboot",
    bad: { rebootedFrom: "b", uptimeMs: REBOOT_SHOWN_MS - 1 },
    good: { uptimeMs: REBOOT_SHOWN_MS },
  },
  { id: "dutyCycleNear", bad: used(800), between: used(799), good: used(599) },
  {
    id: "dutyCycleNear",
    bad: { subBands: [{ gatewayEui: EUI, subBand: "outside", airtimeUs: 1, limitUs: 0 }] },
    good: { subBands: [{ gatewayEui: EUI, subBand: "outside", airtimeUs: 0, limitUs: 0 }] },
  },
  { id: "deviceSilent", bad: { devices: { silent: 1, known: 9, first: ["26000001"] } }, good: {} },
];

describe("a gateway at peace", () => {
  test("raises nothing, and nothing waits", () => {
    const gateway = watch();
    expect(gateway.look(DAY_MS)).toEqual([]);
    expect(gateway.standings.size).toBe(0);
  });
});

describe.each(CASES)("$id", ({ id, bad, good }) => {
  const { appearsWithinMs, clearsWithinMs } = ALARM_TIMES[id];

  test("is raised at its limit, with its figures, and cleared, within the times stated", () => {
    const gateway = watch();
    const raised = gateway.look(appearsWithinMs, bad).filter(({ event }) => event === "raised");
    expect(raised.map(({ alarm }) => alarm.id)).toEqual([id]);
    expect(Object.keys(raised[0]!.alarm.evidence).length).toBeGreaterThan(id === "onBattery" ? -1 : 0);
    expect(raised[0]!.alarm.sinceWallMs).toBe(raised[0]!.atWallMs - raised[0]!.afterMs);
    const cleared = gateway.look(clearsWithinMs, good);
    expect(cleared.map(({ event, alarm }) => [event, alarm.id])).toEqual([["cleared", id]]);
    expect(gateway.ids).toEqual([]);
  });

  test("lasts as long as it is bad", () => {
    const gateway = watch();
    gateway.look(appearsWithinMs, bad);
    gateway.look(2 * clearsWithinMs, bad);
    expect(gateway.ids).toEqual([id]);
  });

  test("does not come for a moment only, where it has to last", () => {
    const { raiseAfterMs } = RULES[id];
    const waitMs = typeof raiseAfterMs === "function" ? raiseAfterMs(peace()) : raiseAfterMs;
    if (waitMs === 0) return;
    const gateway = watch();
    gateway.look(waitMs - LOOK_EVERY_MS, bad);
    expect(gateway.look(0, good)).toEqual([]);
    gateway.look(waitMs - LOOK_EVERY_MS, bad);
    expect(gateway.ids).toEqual([]);
  });
});

test.each(CASES.filter(({ between }) => between !== undefined))(
  "$id: between its limits neither comes nor goes",
  ({ id, bad, between = {} }) => {
    const { appearsWithinMs, clearsWithinMs } = ALARM_TIMES[id];
    const gateway = watch();
    expect(gateway.look(2 * appearsWithinMs, between)).toEqual([]);
    gateway.look(appearsWithinMs, bad);
    gateway.look(2 * clearsWithinMs, between);
    expect(gateway.ids).toEqual([id]);
  },
);

describe("severity", () => {
  test.each([
    [30, "info"],
    [7, "warning"],
    [1, "critical"],
    [-3, "critical"],
  ])("a certificate with %i days left is %s", (days, severity) => {
    const gateway = watch();
    expect(gateway.look(0, ends(days))[0]!.alarm).toMatchObject({ severity, evidence: { leftDays: days } });
  });

  test("a certificate that comes nearer to its end worsens, once each time", () => {
    const gateway = watch();
    const events = [30, 29, 7, 6, 1, 0].flatMap((days) => gateway.look(60_000, ends(days)));
    expect(events.map(({ event, alarm }) => [event, alarm.severity])).toEqual([
      ["raised", "info"],
      ["worsened", "warning"],
      ["worsened", "critical"],
    ]);
  });

  test("a core that is away is critical when the oldest frames are half way to being given up", () => {
    const gateway = watch();
    const away = (downMs: number): Spoilt => ({ cores: [core({ state: "down", downMs })] });
    expect(gateway.look(180_000, away(DAY_MS - 1))[0]!.alarm.severity).toBe("warning");
    expect(gateway.look(0, away(DAY_MS))[0]).toMatchObject({
      event: "worsened",
      alarm: { severity: "critical" },
    });
  });

  test("a refusal that stops frames is critical, one of our stats is not", () => {
    expect(watch().look(0, linked("uplinkRefused"))[0]!.alarm.severity).toBe("critical");
    expect(watch().look(0, linked("reportRefused"))[0]!.alarm.severity).toBe("warning");
  });
});

describe("what is not known", () => {
  test("nobody vouches for the clock: no certificate is judged by it", () => {
    const gateway = watch();
    const clock = {
      state: "unsynchronised",
      source: "none",
      lastJumpMs: undefined,
      offsetMs: undefined,
    } as const;
    expect(gateway.look(60_000, { ...ends(-400), clock })).toEqual([]);
  });

  test("a forwarder of the run before is missed three minutes after the start, not sooner", () => {
    const missing = { forwarders: [forwarder({ alive: false, pullDataAgeMs: undefined })] };
    const gateway = watch();
    expect(gateway.look(DAY_MS, { ...missing, uptimeMs: 179_999 })).toEqual([]);
    expect(gateway.look(60_000, { ...missing, uptimeMs: 180_000 })).toMatchObject([{ event: "raised" }]);
  });
});

describe("the tables", () => {
  test("every alarm has its rule, its case here, and its words in both languages", () => {
    expect(Object.keys(RULES).sort()).toEqual([...ALARM_IDS].sort());
    expect(new Set(CASES.map(({ id }) => id))).toEqual(new Set(ALARM_IDS));
    const texts = ALARM_TEXTS as Record<string, { en: string; fr: string }>;
    for (const id of ALARM_IDS) {
      for (const key of [`alarm.${id}`, `alarmTodo.${id}`]) {
        expect(texts[key]?.en.length, key).toBeGreaterThan(10);
        expect(texts[key]?.fr.length, key).toBeGreaterThan(10);
      }
    }
    expect(Object.keys(texts)).toHaveLength(2 * ALARM_IDS.length);
  });

  test("every alarm of a link has its place in one of ours", () => {
    const links = Object.keys(STATUS_TEXTS)
      .filter((key) => key.startsWith("alarm."))
      .map((key) => key.slice("alarm.".length));
    expect(Object.keys(LINK_ALARMS).sort()).toEqual(links.sort());
  });

  test("no time is shorter than the rule's own, and a look", () => {
    for (const id of ALARM_IDS) {
      const { raiseAfterMs, clearAfterMs } = RULES[id];
      const waitMs = typeof raiseAfterMs === "function" ? raiseAfterMs(peace()) : raiseAfterMs;
      expect(ALARM_TIMES[id].appearsWithinMs, id).toBeGreaterThanOrEqual(waitMs + LOOK_EVERY_MS);
      expect(ALARM_TIMES[id].clearsWithinMs, id).toBeGreaterThanOrEqual(clearAfterMs + LOOK_EVERY_MS);
    }
  });
});

test("the README says within what time each comes and goes", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../../../agent/health/README.md"), "utf8");
  for (const id of ALARM_IDS) {
    const { severity, appearsWithinMs, clearsWithinMs } = RULES[id];
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${id}\` |`)) ?? "";
    const [, , said, , appears = "", clears = ""] = row.split("|").map((cell) => cell.trim());
    expect([said, msOf(appears), msOf(clears)], id).toEqual([severity, appearsWithinMs, clearsWithinMs]);
  }
});

/** "1 h 20 min" in milliseconds. */
function msOf(span: string): number {
  const unitMs: Record<string, number> = { d: DAY_MS, h: 3_600_000, min: 60_000 };
  return [...span.matchAll(/(\d+) (d|h|min)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * unitMs[unit!]!,
    0,
  );
}
