/** The month's octets: booked by UTC, kept over restarts, also when the clock begins in 1970. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CORES_COUNTED_MAX, createTraffic, monthOf } from "../../../../agent/health/records/traffic.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOVEMBER = Date.UTC(2026, 10, 1);

describe("the month", () => {
  test("is that of UTC, and begins anew with it; the last one stays told", () => {
    const traffic = createTraffic();
    traffic.tick(0, NOVEMBER + 29 * DAY_MS);
    traffic.add("main", 700, 300);
    traffic.tick(HOUR_MS, NOVEMBER + 30 * DAY_MS - 1);
    expect(traffic.view(NOVEMBER + 30 * DAY_MS - 1).month).toMatchObject({
      month: "2026-11",
      sentOctets: 700,
      receivedOctets: 300,
      byCore: { main: { sentOctets: 700, receivedOctets: 300 } },
    });
    traffic.add("main", 5, 6);
    traffic.tick(2 * HOUR_MS, NOVEMBER + 30 * DAY_MS + HOUR_MS);
    expect(traffic.view(NOVEMBER + 30 * DAY_MS + HOUR_MS)).toMatchObject({
      month: { month: "2026-12", sentOctets: 5, receivedOctets: 6 },
      lastMonth: { month: "2026-11", sentOctets: 700, receivedOctets: 300 },
    });
    expect(monthOf(Date.UTC(2027, 0, 31, 23, 59, 59))).toBe("2027-01");
  });

  test("is projected as the part of it that was watched, after an hour", () => {
    const traffic = createTraffic();
    traffic.tick(0, NOVEMBER);
    traffic.add("main", 600, 400);
    traffic.tick(HOUR_MS - 1, NOVEMBER + HOUR_MS - 1);
    expect(traffic.view(NOVEMBER + HOUR_MS - 1).month!.projectedOctets).toBeUndefined();
    traffic.tick(HOUR_MS, NOVEMBER + HOUR_MS);
    expect(traffic.view(NOVEMBER + HOUR_MS).month!.projectedOctets).toBe(1_000 * 30 * 24);
    const later = NOVEMBER + 15 * DAY_MS;
    expect(traffic.view(later).month!.projectedOctets, "what nobody watched is not made up").toBe(
      1_000 * 361,
    );
  });

  test("waits while the clock is not to be trusted, and is then booked", () => {
    const traffic = createTraffic();
    traffic.tick(0, undefined);
    traffic.add("main", 10, 20);
    traffic.tick(60_000, undefined);
    expect(traffic.view(undefined)).toEqual({ month: undefined, lastMonth: undefined, undatedOctets: 30 });
    traffic.tick(120_000, NOVEMBER + DAY_MS);
    expect(traffic.view(NOVEMBER + DAY_MS)).toMatchObject({ month: { sentOctets: 10 }, undatedOctets: 0 });
  });
});

describe("over a restart", () => {
  test("no octet is lost or counted twice, whatever restarts and clocks do", () => {
    const step = fc.record({
      sent: fc.integer({ min: 0, max: 1e6 }),
      trusted: fc.boolean(),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let traffic = createTraffic();
        let total = 0;
        steps.forEach(({ sent, trusted, restart }, at) => {
          traffic.add("main", sent, 1);
          total += sent + 1;
          const nowMs = at * HOUR_MS;
          traffic.tick(nowMs, trusted ? NOVEMBER + nowMs : undefined);
          if (!restart) return;
          const text = traffic.note();
          traffic = createTraffic();
          // The clock may be known before the notes are.
          if (at % 2 === 0) traffic.tick(nowMs, trusted ? NOVEMBER + nowMs : undefined);
          traffic.restore(text ?? "");
        });
        const { month, undatedOctets } = traffic.view(NOVEMBER);
        expect((month?.sentOctets ?? 0) + (month?.receivedOctets ?? 0) + undatedOctets).toBe(total);
      }),
    );
  });

  test("in another month the one that was noted is the last", () => {
    const before = createTraffic();
    before.tick(0, NOVEMBER);
    before.add("main", 1, 2);
    before.tick(1, NOVEMBER + 1);
    for (const isDatedFirst of [true, false]) {
      const after = createTraffic();
      const december = NOVEMBER + 31 * DAY_MS;
      if (isDatedFirst) after.tick(0, december);
      after.restore(before.note() ?? JSON.stringify(noted));
      after.tick(1, december);
      expect(after.view(december)).toMatchObject({
        month: { month: "2026-12", sentOctets: 0 },
        lastMonth: { month: "2026-11", sentOctets: 1, receivedOctets: 2 },
      });
    }
  });

  const noted = { v: 1, month: "2026-11", watchedMs: 1, byCore: { main: [1, 2] }, undated: {}, last: null };

  test.each([
    "",
    "{",
    "null",
    '{"v":2}',
    '{"v":1,"month":"x","watchedMs":0,"byCore":{},"undated":{},"last":null}',
    '{"v":1,"month":null,"watchedMs":0,"byCore":{"a":["x",1]},"undated":{},"last":null}',
  ])("a note that is none is passed over: %s", (text) => {
    const traffic = createTraffic();
    traffic.restore(text);
    traffic.restore(undefined);
    expect(traffic.view(undefined)).toEqual({ month: undefined, lastMonth: undefined, undatedOctets: 0 });
  });

  test("nothing new: nothing to note", () => {
    const traffic = createTraffic();
    traffic.add("main", 1, 1);
    expect(traffic.note()).toBeDefined();
    expect(traffic.note()).toBeUndefined();
  });
});

test("of more cores than the limit the octets are in the sums all the same", () => {
  const traffic = createTraffic();
  for (let core = 0; core <= CORES_COUNTED_MAX; core++) traffic.add(`core-${core}`, 1, 1);
  traffic.tick(0, NOVEMBER);
  const { month } = traffic.view(NOVEMBER);
  expect(Object.keys(month!.byCore)).toHaveLength(CORES_COUNTED_MAX);
  expect(month!.sentOctets).toBe(CORES_COUNTED_MAX + 1);
});
