/**
 * The reference's answers at each edge, by the figures of sx1302_hal V2.1.0, packet_forwarder/src/jitqueue.c. That
 * placing works across the counter's wrap is taken from chirpstack-concentratord's tests of its own queue
 * (libconcentratord/src/jitqueue.rs).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createJitQueue,
  type JitKind,
  type JitQueue,
  QUEUE_PACKETS_MAX,
} from "../../../simulator/gateway/jit-queue.ts";

const WRAP_US = 2 ** 32;
/** A downlink of 100 ms keeps others away this long after its start: airtime, margin, and their own preparation. */
const AFTER_100_MS_US = 100_000 + 1_000 + 41_500;

function packet(countUs: number, airtimeMs = 100, kind: JitKind = "classA") {
  return { kind, countUs: countUs >>> 0, airtimeMs, packet: `at ${countUs}` };
}

function placed(queue: JitQueue<string>, nowUs: number, countUs: number, kind: JitKind = "classA"): string {
  const answer = queue.place(nowUs >>> 0, packet(countUs, 100, kind));
  return answer.ok ? "accepted" : answer.fault;
}

/** Places one downlink into an empty queue. */
function judged(nowUs: number, countUs: number): string {
  return placed(createJitQueue<string>(), nowUs, countUs);
}

describe.each([
  ["early in a counter's life", 1_000_000],
  ["where the counter wraps between now and then", WRAP_US - 20_000],
  ["where it wraps between one downlink and the next", WRAP_US - 1_500_000],
  ["where 512 s ahead lies beyond the wrap", WRAP_US - 100_000_000],
])("the just-in-time queue %s", (_when, nowUs) => {
  test("refuses what is 42.5 ms ahead or nearer, and takes what is one microsecond further", () => {
    expect(judged(nowUs, nowUs + 42_501)).toBe("accepted");
    expect(judged(nowUs, nowUs + 42_500)).toBe("TOO_LATE");
    expect(judged(nowUs, nowUs + 1)).toBe("TOO_LATE");
    expect(judged(nowUs, nowUs)).toBe("TOO_LATE");
  });

  test("takes what is 512 s ahead, and refuses what is one microsecond further", () => {
    expect(judged(nowUs, nowUs + 512_000_000)).toBe("accepted");
    expect(judged(nowUs, nowUs + 512_000_001)).toBe("TOO_EARLY");
  });

  test("calls what is in the past TOO_EARLY: its arithmetic knows no past", () => {
    expect(judged(nowUs, nowUs - 1)).toBe("TOO_EARLY");
    expect(judged(nowUs, nowUs - 60_000_000)).toBe("TOO_EARLY");
  });

  test("takes a downlink behind another one when not a microsecond of both is shared", () => {
    const queue = createJitQueue<string>();
    expect(placed(queue, nowUs, nowUs + 1_000_000)).toBe("accepted");
    expect(placed(queue, nowUs, nowUs + 1_000_000 + AFTER_100_MS_US)).toBe("COLLISION_PACKET");
    expect(placed(queue, nowUs, nowUs + 1_000_000 + AFTER_100_MS_US + 1)).toBe("accepted");
  });

  test("takes a downlink before another one likewise", () => {
    const queue = createJitQueue<string>();
    expect(placed(queue, nowUs, nowUs + 1_000_000)).toBe("accepted");
    expect(placed(queue, nowUs, nowUs + 1_000_000 - AFTER_100_MS_US)).toBe("COLLISION_PACKET");
    expect(placed(queue, nowUs, nowUs + 1_000_000 - AFTER_100_MS_US - 1)).toBe("accepted");
  });

  test("gives out the soonest first, 40 ms before its moment and not sooner", () => {
    const queue = createJitQueue<string>();
    placed(queue, nowUs, nowUs + 3_000_000);
    placed(queue, nowUs, nowUs + 1_000_000);
    placed(queue, nowUs, nowUs + 2_000_000);
    const due = queue.dueCountUs()!;
    expect(due).toBe((nowUs + 960_001) >>> 0);
    expect(queue.takeDue((due - 1) >>> 0)).toBeUndefined();
    expect(queue.takeDue(due)?.countUs).toBe((nowUs + 1_000_000) >>> 0);
    expect(queue.takeDue(due)).toBeUndefined();
    expect(queue.takeDue((nowUs + 10_000_000) >>> 0)?.countUs).toBe((nowUs + 2_000_000) >>> 0);
    expect(queue.size).toBe(1);
  });

  test("an immediate downlink goes out 80 ms from now when nothing else does", () => {
    const queue = createJitQueue<string>();
    expect(queue.place(nowUs, packet(0, 100, "classC"))).toEqual({ ok: true, value: (nowUs + 80_000) >>> 0 });
  });

  test("an immediate downlink goes behind what is in its way, into the first gap that is wide enough", () => {
    const queue = createJitQueue<string>();
    // 80 ms from now is taken; the gap behind is too narrow, the next one is not.
    placed(queue, nowUs, nowUs + 60_000);
    placed(queue, nowUs, nowUs + 300_000);
    placed(queue, nowUs, nowUs + 1_000_000);
    const behindSecondUs = 300_000 + AFTER_100_MS_US + 40_000;
    expect(queue.place(nowUs, packet(0, 100, "classC"))).toEqual({
      ok: true,
      value: (nowUs + behindSecondUs) >>> 0,
    });
  });

  test("immediate downlinks are taken one behind the other until the queue is full", () => {
    const queue = createJitQueue<string>();
    const counts: number[] = [];
    for (let n = 0; n < QUEUE_PACKETS_MAX; n++) {
      const answer = queue.place(nowUs, packet(0, 100, "classC"));
      if (answer.ok) counts.push((answer.value - nowUs) >>> 0);
    }
    expect(counts).toHaveLength(32);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(queue.place(nowUs, packet(0, 100, "classC"))).toEqual({ ok: false, fault: "COLLISION_PACKET" });
  });
});

describe("the just-in-time queue", () => {
  test("holds 32, and calls the 33rd a collision even where it would be too late", () => {
    const queue = createJitQueue<string>();
    for (let n = 1; n <= QUEUE_PACKETS_MAX; n++) expect(placed(queue, 0, n * 1_000_000)).toBe("accepted");
    expect(placed(queue, 0, 100_000_000)).toBe("COLLISION_PACKET");
    expect(placed(queue, 0, 1)).toBe("COLLISION_PACKET");
    expect(queue.takeDue(960_001)?.countUs).toBe(1_000_000);
    expect(placed(queue, 960_001, 100_000_000)).toBe("accepted");
  });

  /** A stale answer is refused by chance only: 512 s of each 71.58 min it goes out, at a moment that means nothing. */
  test.each([
    [1_000_000, "TOO_LATE", "at the window's own moment"],
    [1_000_001, "TOO_EARLY", "just after it"],
    [300_000_000, "TOO_EARLY", "five minutes late"],
    [3_783_967_295, "TOO_EARLY", "just before 63 min 4 s"],
    [3_783_967_296, "accepted", "at 63 min 4 s"],
    [3_784_000_000, "accepted", "in the trap"],
    [4_295_924_795, "accepted", "at the end of the trap"],
    [4_295_924_796, "TOO_LATE", "at 71 min 36 s"],
    [4_295_967_297, "TOO_EARLY", "a whole wrap and RX1 late"],
    [3_784_000_000 + WRAP_US, "accepted", "in the trap of the next wrap"],
  ])("an answer to an uplink %i us old is %s: %s", (ageUs, answer) => {
    const uplinkUs = 123_456_789;
    const nowUs = (uplinkUs + ageUs) % WRAP_US;
    expect(judged(nowUs, uplinkUs + 1_000_000)).toBe(answer);
  });

  test("the trap catches 11.9 % of all ages", () => {
    const steps = 10_000;
    let caught = 0;
    for (let n = 0; n < steps; n++) {
      if (judged(Math.floor((n * WRAP_US) / steps), 1_000_000) === "accepted") caught++;
    }
    expect(caught / steps).toBeCloseTo(0.119, 3);
  });

  test("a ping slot may not touch the guard of a beacon, an answer may, and nothing may touch the beacon", () => {
    const beaconUs = 100_000_000;
    const queue = createJitQueue<string>();
    expect(placed(queue, 0, beaconUs, "beacon")).toBe("accepted");
    expect(queue.beacons).toBe(1);
    expect(placed(queue, 0, beaconUs - 3_000_000, "classB")).toBe("COLLISION_BEACON");
    expect(placed(queue, 0, beaconUs - 3_000_000 - AFTER_100_MS_US, "classB")).toBe("COLLISION_BEACON");
    expect(placed(queue, 0, beaconUs - 3_000_000 - AFTER_100_MS_US - 1, "classB")).toBe("accepted");
    // Airtime, margin, and of the beacon's preparation only its start.
    expect(placed(queue, 0, beaconUs - 102_500)).toBe("COLLISION_BEACON");
    expect(placed(queue, 0, beaconUs - 102_501)).toBe("accepted");
    expect(placed(queue, 0, beaconUs + 2_120_000 + 1_000 + 41_500)).toBe("COLLISION_BEACON");
    expect(placed(queue, 0, beaconUs + 2_120_000 + 1_000 + 41_501)).toBe("accepted");
  });

  test("whatever was taken, no two downlinks share the air", () => {
    const asked = fc.array(
      fc.record({
        countUs: fc.integer({ min: 0, max: 3_000_000 }),
        airtimeMs: fc.integer({ min: 1, max: 2_000 }),
        kind: fc.constantFrom<JitKind>("classA", "classB", "classC"),
      }),
      { maxLength: 40 },
    );
    const nowUs = fc.integer({ min: 0, max: WRAP_US - 1 });
    fc.assert(
      fc.property(asked, nowUs, (requests, now) => {
        const queue = createJitQueue<number>();
        for (const { countUs, airtimeMs, kind } of requests) {
          queue.place(now, { kind, countUs: (now + countUs) >>> 0, airtimeMs, packet: airtimeMs });
        }
        const taken = queue.drain().map(({ countUs, packet: ms }) => {
          const fromUs = (countUs - now) >>> 0;
          return { fromUs, untilUs: fromUs + ms * 1_000 };
        });
        for (const [index, one] of taken.entries()) {
          const next = taken[index + 1];
          if (next) expect(next.fromUs).toBeGreaterThan(one.untilUs);
        }
      }),
    );
  });
});
