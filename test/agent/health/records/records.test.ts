/** The records as a whole, over restarts of the process and the kernel, with clocks that are right and wrong. */
import { beforeEach, describe, expect, test } from "vitest";
import { ROWS_PER_NOTE } from "../../../../agent/health/records/device-notes.ts";
import { DEVICES_MAX, RECORDS_AGE_MS_MAX } from "../../../../agent/health/records/devices.ts";
import { JOINS_MAX } from "../../../../agent/health/records/joins.ts";
import { DEVICES_EVERY_MS, HOURLY_MS } from "../../../../agent/health/records/keeping.ts";
import { createRecords, LOOK_EVERY_MS, type Records } from "../../../../agent/health/records/records.ts";
import type { Phy } from "../../../../agent/lorawan/phy.ts";
import { readPhy } from "../../../../agent/lorawan/phy.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { WorldRng } from "../../../../simulator/world/rng.ts";
import { joinPhy } from "../../agent-world.ts";
import { Notes } from "../../south/south-rig.ts";
import { payloadOf, rxpkOf } from "./frames.ts";

const EUI = "7276ff0044010010";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const METER = 0x26011234;
const STARTED = Date.UTC(2026, 10, 22);

let clock: WorldClock;
let notes: Notes;
let trusted: boolean;
let listening: boolean;
let dropped: Record<string, number>;
let homeNetIds: readonly string[];

beforeEach(() => {
  clock = new WorldClock(STARTED);
  notes = new Notes();
  trusted = true;
  listening = true;
  dropped = {};
  homeNetIds = [];
});

const NOTHING = { count: 0, p50Ms: undefined, p95Ms: undefined, p99Ms: undefined, longestMs: undefined };

function begin({
  isFound = (): boolean => true,
  whenFound = (_found: () => void): void => undefined,
} = {}): Records {
  const records = createRecords({
    clock,
    rng: new WorldRng(1),
    clockState: () => (trusted ? "synchronised" : "unsynchronised"),
    notes,
    isFound,
    whenFound,
    isListening: () => listening,
    homeNetIds: () => homeNetIds,
    journal: () => ({ dropped, commitLatency: NOTHING, givenOctets: 0 }),
  });
  records.start();
  return records;
}

function hear(records: Records, devAddr: number, fCnt: number, ageMs = 0): void {
  const nowMs = clock.monotonicMs();
  const phy = { kind: "data", fCnt } as unknown as Phy;
  const rxpk = rxpkOf({ payload: payloadOf(devAddr) });
  records.heard(EUI, rxpk);
  records.admitted(EUI, rxpk, phy, nowMs - ageMs, nowMs);
}

async function talk(records: Records, fCntFrom: number, frames: number, everyMs = HOUR_MS): Promise<void> {
  for (let at = 0; at < frames; at++) {
    await clock.advance(everyMs);
    hear(records, METER, fCntFrom + at);
  }
}

/** The kernel boots anew: monotonic time and boot id begin again. */
function reboot(wallMs: number): void {
  clock = new WorldClock(wallMs, 20_000, "f".repeat(32));
}

const meterOf = (records: Records) => records.devices().find(({ devAddr }) => devAddr === "26011234");

describe("after a restart of the agent", () => {
  test("the devices are as they were, and its own pause is no loss and no silence", async () => {
    const before = begin();
    await talk(before, 0, 12);
    const was = meterOf(before)!;
    before.stop();
    await clock.advance(2 * DAY_MS);
    const after = begin();
    expect(meterOf(after)).toMatchObject({
      ...was,
      lastHeardAgeMs: 2 * DAY_MS,
      silentMs: was.silentMs,
      silent: false,
      typicalIntervalMs: HOUR_MS,
    });
    await clock.advance(60_000);
    hear(after, METER, 60);
    expect(meterOf(after)).toMatchObject({ heard: 13, expected: 13, lost: 0, restarts: 0 });
    await clock.advance(HOUR_MS);
    hear(after, METER, 62);
    expect(meterOf(after), "what is missed from now on is").toMatchObject({
      heard: 14,
      expected: 15,
      lost: 1,
    });
  });

  test("a pause of seconds hides no gap", async () => {
    const before = begin();
    await talk(before, 0, 12);
    before.stop();
    await clock.advance(10_000);
    const after = begin();
    await clock.advance(2 * HOUR_MS);
    hear(after, METER, 13);
    expect(meterOf(after)).toMatchObject({ heard: 13, expected: 14, lost: 1 });
  });

  test("a device heard before the journal is found is one with what the journal knew", async () => {
    const before = begin();
    await talk(before, 0, 12);
    before.stop();
    let found = false;
    let tell = (): void => undefined;
    const after = begin({
      isFound: () => found,
      whenFound: (listener) => {
        tell = listener;
      },
    });
    await talk(after, 12, 3);
    expect(meterOf(after)).toMatchObject({ heard: 3 });
    await clock.advance(DEVICES_EVERY_MS);
    found = true;
    tell();
    expect(meterOf(after)).toMatchObject({ heard: 15, expected: 15, lastFCnt: 14 });
  });

  test("whoever was not heard for two weeks is not kept", async () => {
    const before = begin();
    hear(before, METER, 1);
    await clock.advance(RECORDS_AGE_MS_MAX + 1);
    hear(before, METER + 1, 1);
    before.stop();
    expect(
      begin()
        .devices()
        .map(({ devAddr }) => devAddr),
    ).toEqual(["26011235"]);
  });

  test("as many devices and joins as there are places come back, from notes below 16 KB", () => {
    const before = begin();
    for (let at = 0; at < DEVICES_MAX; at++) hear(before, at, at & 0xffff);
    for (let at = 0; at < JOINS_MAX; at++) {
      const phy = { kind: "joinRequest", devEui: at.toString(16).padStart(16, "0") } as unknown as Phy;
      before.admitted(EUI, rxpkOf(), phy, clock.monotonicMs(), clock.monotonicMs());
    }
    before.stop();
    for (const value of notes.values.values()) expect(value.length).toBeLessThan(16 * 1024);
    const after = begin();
    expect(after.devices()).toEqual(before.devices());
    expect(after.joins()).toHaveLength(JOINS_MAX);
    expect(notes.values.size).toBe(DEVICES_MAX / ROWS_PER_NOTE + 2 + 1);
  });

  test.each(["", "{", "[]", '{"v":1}', '{"v":1,"savedMs":1,"gateways":["x"],"rows":7}'])(
    "a note that cannot be read is none: %s",
    (text) => {
      for (const name of ["health.devices.0", "health.joins.0", "health.drops", "health.traffic"])
        notes.set(name, text);
      expect(begin().devices()).toEqual([]);
    },
  );
});

describe("after a power cut", () => {
  test("the devices are those of the last note, and what nobody remembers is not lost", async () => {
    const before = begin();
    await talk(before, 0, 9);
    const noted = meterOf(before)!;
    expect(noted.heard).toBe(9);
    reboot(clock.wallMs() + 60_000);
    const after = begin();
    const restored = meterOf(after)!;
    expect(restored.heard).toBeLessThan(9);
    expect(restored.heard).toBeGreaterThanOrEqual(6);
    await clock.advance(HOUR_MS);
    hear(after, METER, 9);
    expect(meterOf(after)).toMatchObject({ lost: 0, heard: restored.heard + 1, restarts: 0 });
  });

  test("a clock that begins in 1970 is waited for: ages are put right with it", async () => {
    const before = begin();
    await talk(before, 0, 12);
    const lastWallMs = meterOf(before)!.lastHeardWallMs;
    before.stop();
    const rightMs = clock.wallMs() + 3 * DAY_MS;
    reboot(0);
    trusted = false;
    const after = begin();
    await clock.advance(HOUR_MS);
    hear(after, METER + 1, 5);
    expect(meterOf(after)!.lastHeardAgeMs, "at least").toBe(HOUR_MS);
    clock.stepWall(rightMs + HOUR_MS - clock.wallMs());
    trusted = true;
    await clock.advance(LOOK_EVERY_MS);
    expect(Math.abs(meterOf(after)!.lastHeardWallMs - lastWallMs)).toBeLessThan(1_000);
    expect(meterOf(after)!.silent).toBe(false);
    const other = after.devices().find(({ devAddr }) => devAddr === "26011235")!;
    expect(other.lastHeardAgeMs, "heard since").toBe(LOOK_EVERY_MS);
  });

  test("a gap over a time that nobody can tell is none", async () => {
    const before = begin();
    await talk(before, 0, 12);
    before.stop();
    reboot(0);
    trusted = false;
    const after = begin();
    await clock.advance(60_000);
    hear(after, METER, 15);
    await clock.advance(HOUR_MS);
    hear(after, METER, 17);
    expect(meterOf(after)).toMatchObject({ heard: 14, expected: 15, lost: 1, restarts: 0 });
  });
});

describe("what is written", () => {
  test("is a note of devices after an hour, then every six hours, and the traffic hourly when there was some", async () => {
    const records = begin();
    hear(records, METER, 1);
    await clock.advance(HOURLY_MS - LOOK_EVERY_MS);
    expect(notes.writes).toBe(0);
    await clock.advance(LOOK_EVERY_MS);
    expect([...notes.values.keys()].sort()).toEqual(["health.devices.0", "health.traffic"]);
    const after1h = notes.writes;
    await clock.advance(DEVICES_EVERY_MS - LOOK_EVERY_MS);
    expect(notes.writes - after1h, "watched time alone").toBeLessThanOrEqual(6);
    await clock.advance(LOOK_EVERY_MS);
    expect(notes.writes - after1h).toBeLessThanOrEqual(7);
    records.stop();
  });

  test("stays small for a village: a thousand devices cost less than a quarter megabyte a day", async () => {
    const records = begin();
    for (let at = 0; at < 1_000; at++) hear(records, at, 1);
    let octets = 0;
    const { set } = notes;
    notes.set = (name, value) => {
      octets += value.length;
      set.call(notes, name, value);
    };
    await clock.advance(DAY_MS);
    expect(octets).toBeLessThan(256 * 1024);
    records.stop();
  });
});

test("a join explains the silence of the address that it replaced, and no other", async () => {
  const records = begin();
  for (let at = 0; at < 12; at++) {
    await clock.advance(HOUR_MS);
    hear(records, METER, at);
    hear(records, METER + 1, at);
  }
  await clock.advance(600_000);
  const join = Buffer.from(joinPhy(1), "hex");
  const read = readPhy(join);
  const nowMs = clock.monotonicMs();
  records.admitted(EUI, rxpkOf({ payload: join }), read.ok ? read.value : undefined, nowMs, nowMs);
  await clock.advance(2 * DAY_MS);
  expect(records.view().devices).toMatchObject([{ silent: 2, missing: 1, joining: 1 }]);
  expect(records.devices().filter(({ mayHaveJoined }) => mayHaveJoined)).toHaveLength(1);
  expect(records.joins()).toMatchObject([{ devEui: "0018b20000000001", joins: 1 }]);
  records.stop();
});

test("the time of a drop is told to the minute, also after a restart", async () => {
  dropped = { expired: 5 };
  const before = begin();
  expect(before.view().journal.drops).toMatchObject([{ reason: "expired", frames: 5, lastAgeMs: undefined }]);
  await clock.advance(10 * LOOK_EVERY_MS);
  dropped = { expired: 6 };
  await clock.advance(LOOK_EVERY_MS);
  await clock.advance(HOUR_MS);
  expect(before.view().journal.drops).toMatchObject([{ frames: 6, lastAgeMs: HOUR_MS }]);
  before.stop();
  await clock.advance(DAY_MS);
  const after = begin();
  expect(after.view().journal.drops[0]!.lastAgeMs).toBe(HOUR_MS + DAY_MS);
  after.stop();
});

test("who is foreign follows the setting while it runs", () => {
  const records = begin();
  hear(records, METER, 1);
  expect(meterOf(records)!.foreign).toBe(false);
  homeNetIds = ["000001"];
  expect(meterOf(records)!.foreign).toBe(true);
  homeNetIds = ["000013"];
  expect(meterOf(records)!.foreign).toBe(false);
  records.stop();
});

test("a gateway that leaves takes all its records along", () => {
  const records = begin();
  hear(records, METER, 1);
  records.transmissions.received(EUI);
  records.drop(EUI);
  expect(records.view()).toMatchObject({ radio: [], transmissions: [], devices: [], cores: [] });
  expect(records.devices()).toEqual([]);
  records.stop();
});
