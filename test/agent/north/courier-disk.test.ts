/**
 * Goal: a disk that refuses holds up what lies on it, and nothing else.
 * Method: the real courier and the real journal in the world, whose store refuses; time is moved.
 */
import { describe, expect, test } from "vitest";
import { type CourierRig, courierRig, deviceName } from "./courier-rig.ts";

const MINUTE_MS = 60_000;
const STORED = 20;

const devicesOf = (rig: CourierRig): string[] => rig.sent.map(({ device }) => device);

/** An outage that left frames on a disk which then refuses everything. */
async function outage(rig: CourierRig, forMs: number): Promise<void> {
  rig.up();
  rig.down();
  for (let device = 1; device <= STORED; device++) rig.hear(device, 1);
  await rig.clock.advance(forMs);
  expect(rig.journal.stats()).toMatchObject({ storedFrames: STORED, memoryFrames: 0 });
  rig.stores.refuse(() => true);
}

describe.each([
  ["lane by lane", { pairing: false }],
  ["by the axis", { pairing: true }],
])("when the core comes back and the disk refuses, %s", (_, settings) => {
  test("live frames of other devices go at once, and what is stored when the disk obeys again", async () => {
    const rig = await courierRig(settings);
    await outage(rig, MINUTE_MS / 2);
    rig.up();
    await rig.clock.advance(100);
    expect(rig.sent).toEqual([]);
    for (let device = 101; device <= 150; device++) {
      rig.hear(device, 1);
      await rig.clock.advance(1_000);
      expect(rig.sent.at(-1)).toMatchObject({ device: deviceName(device), replay: false });
    }
    expect(rig.sent.length).toBe(50);
    expect(rig.courier.status()).toMatchObject({ holding: false, lanesBehind: STORED });
    // A device with frames on that disk keeps its order.
    rig.hear(1, 2);
    await rig.clock.advance(1_000);
    expect(devicesOf(rig)).not.toContain(deviceName(1));
    rig.stores.refuse(undefined);
    await rig.clock.advance(2 * MINUTE_MS);
    expect(new Set(devicesOf(rig)).size).toBe(50 + STORED);
    expect(rig.sent.flatMap(({ device, fCnt }) => (device === deviceName(1) ? [fCnt] : []))).toEqual([1, 2]);
    expect(rig.courier.status()).toMatchObject({ lanesBehind: 0, inFlight: 0 });
    await rig.clock.advance(MINUTE_MS);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, memoryFrames: 0 });
  });

  test("what came while nobody took anything and the disk refused goes as well", async () => {
    const rig = await courierRig(settings);
    await outage(rig, MINUTE_MS / 2);
    for (let device = 201; device <= 210; device++) rig.hear(device, 1);
    await rig.clock.advance(10_000);
    rig.up();
    await rig.clock.advance(10_000);
    expect(new Set(devicesOf(rig))).toEqual(
      new Set(Array.from({ length: 10 }, (_, at) => deviceName(201 + at))),
    );
  });
});

test("after an outage of an hour a frame that can be read tries the road for those that cannot", async () => {
  const rig = await courierRig({ pairing: true });
  await outage(rig, 60 * MINUTE_MS);
  rig.up();
  await rig.clock.advance(1_000);
  expect(rig.courier.status().drain.phase).toBe("probing");
  rig.hear(101, 1);
  await rig.clock.advance(1_000);
  expect(devicesOf(rig)).toEqual([deviceName(101)]);
  expect(rig.courier.status().drain.phase).toBe("deciding");
  for (let device = 102; device <= 120; device++) rig.hear(device, 1);
  rig.join("70b3d50000000001");
  await rig.clock.advance(0);
  expect(devicesOf(rig)).toContain("70b3d50000000001");
  await rig.clock.advance(10 * MINUTE_MS);
  expect(rig.sent.length).toBe(21);
  rig.stores.refuse(undefined);
  await rig.clock.advance(3 * MINUTE_MS);
  expect(new Set(devicesOf(rig)).size).toBe(21 + STORED);
});

test("a lane that cannot be read is asked again after 1, 2, 4 … 30 seconds", async () => {
  const rig = await courierRig();
  rig.up();
  rig.down();
  rig.hear(1, 1);
  await rig.clock.advance(MINUTE_MS);
  rig.stores.refuse(() => true);
  rig.up();
  const askedAtS: number[] = [];
  let asked = 0;
  for (let second = 0; second <= 130; second++) {
    await rig.clock.advance(second === 0 ? 0 : 1_000);
    const failed = rig.counters.get("journalReadFailed");
    if (failed > asked) askedAtS.push(second);
    asked = failed;
  }
  expect(askedAtS).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  expect(asked).toBe(9);
});

describe.each([
  ["lane by lane", { pairing: false }],
  ["by the axis", { pairing: true }],
])("when the core comes back and the disk hangs, %s", (_, settings) => {
  test("live frames of other devices never wait for it, and what is stored goes when it answers", async () => {
    const rig = await courierRig(settings);
    await outage(rig, MINUTE_MS / 2);
    rig.stores.refuse(undefined);
    const release = rig.stores.stallReads();
    rig.up();
    // Longer than that is how a disk hangs; so long a read may take.
    await rig.clock.advance(300);
    for (let device = 101; device <= 140; device++) {
      rig.hear(device, 1);
      await rig.clock.advance(100);
      expect(devicesOf(rig)).toContain(deviceName(device));
    }
    expect(rig.counters.get("journalReadFailed")).toBe(0);
    await rig.clock.advance(60_000);
    expect(rig.counters.get("journalReadFailed")).toBeGreaterThan(0);
    expect(rig.journal.stats().failing).toContain("not ended within");
    rig.hear(141, 1);
    rig.hear(1, 2);
    await rig.clock.advance(15 * MINUTE_MS);
    expect(devicesOf(rig)).toContain(deviceName(141));
    expect(devicesOf(rig)).not.toContain(deviceName(1));
    release();
    await rig.clock.advance(15 * MINUTE_MS);
    expect(new Set(devicesOf(rig)).size).toBe(41 + STORED);
    expect(rig.sent.flatMap(({ device, fCnt }) => (device === deviceName(1) ? [fCnt] : []))).toEqual([1, 2]);
    expect(rig.courier.status()).toMatchObject({ lanesBehind: 0, inFlight: 0 });
  });
});

test("after an outage of an hour a live frame tries the road for those in a disk that hangs", async () => {
  const rig = await courierRig({ pairing: true });
  await outage(rig, 60 * MINUTE_MS);
  rig.stores.refuse(undefined);
  const release = rig.stores.stallReads();
  rig.up();
  await rig.clock.advance(300);
  expect(rig.courier.status().drain.phase).toBe("probing");
  rig.hear(101, 1);
  await rig.clock.advance(100);
  expect(devicesOf(rig)).toEqual([deviceName(101)]);
  expect(rig.courier.status().drain.phase).toBe("deciding");
  release();
  await rig.clock.advance(20 * MINUTE_MS);
  expect(new Set(devicesOf(rig)).size).toBe(1 + STORED);
});

test("two reads at a time keep the disk's threads: the others wait, and go on when one has ended", async () => {
  const rig = await courierRig();
  await outage(rig, MINUTE_MS);
  rig.stores.refuse(undefined);
  const release = rig.stores.stallReads();
  rig.up();
  await rig.clock.advance(1_000);
  expect(rig.sent).toEqual([]);
  release();
  await rig.clock.advance(30_000);
  expect(new Set(devicesOf(rig)).size).toBe(STORED);
  expect(rig.counters.get("journalReadFailed")).toBe(0);
});
