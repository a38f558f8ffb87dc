import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIVE_AGE_LIMIT_MS } from "../../../agent/frame/frame.ts";
import { judge, learn, reconnected, resumedBoardClock } from "../../../agent/south/concentrator-clock.ts";
import { CANDIDATES_MAX } from "../../../agent/south/new-run.ts";
import { TMST_WRAP_MS } from "../../../agent/south/tmst.ts";
import { Concentrator, DAY_MS, Feed, HOUR_MS, MINUTE_MS, SECOND_MS } from "./clock-table.ts";

/** A clock that has heard live frames every ten seconds, for half an hour from 100 s on. */
function runningFeed(concentrator = new Concentrator(0), untilMs = 100_000 + 30 * MINUTE_MS): Feed {
  const feed = new Feed(concentrator);
  feed.live(100_000, untilMs, 10 * SECOND_MS);
  return feed;
}
const END_MS = 100_000 + 30 * MINUTE_MS;

describe("the age of a frame", () => {
  test("is zero for the first ever, which one frame alone cannot prove", () => {
    const feed = new Feed(new Concentrator(0));
    expect(feed.hear(100_000)).toEqual({ ageMs: 0, session: 1, certain: false });
    expect(feed.hear(110_000)).toEqual({ ageMs: expect.closeTo(0, 0), session: 1, certain: true });
  });

  test("is not live for the first ever when its forwarder marks it delayed, and teaches nothing", () => {
    const feed = new Feed(new Concentrator(0));
    expect(feed.hear(100_000, 100_005, { delayed: true })).toEqual({
      ageMs: LIVE_AGE_LIMIT_MS + 1,
      session: 1,
      certain: false,
    });
    expect(feed.hear(110_000).ageMs).toBe(0);
  });

  test("is told by UTC for the first ever when the wall clock is trusted", () => {
    const feed = new Feed(new Concentrator(0));
    const reading = feed.hear(100_000, 100_000 + HOUR_MS, { utc: "gps" });
    expect(reading).toEqual({ ageMs: HOUR_MS, session: 1, certain: true });
  });

  test.each([
    ["3 seconds", 3 * SECOND_MS],
    ["half an hour", 30 * MINUTE_MS],
    ["almost a whole wrap", TMST_WRAP_MS - 2 * SECOND_MS],
  ])("is told by tmst alone when an unmarked frame is %s old", (_what, ageMs) => {
    const concentrator = new Concentrator(-2 * HOUR_MS);
    const feed = runningFeed(concentrator);
    const arrivedMs = END_MS + SECOND_MS;
    const tmstUs = concentrator.tmstUs(arrivedMs - ageMs);
    expect(feed.hearTmst(tmstUs, arrivedMs - ageMs, arrivedMs).ageMs).toBeCloseTo(ageMs, -1.5);
    expect(feed.hear(arrivedMs + SECOND_MS).ageMs).toBeLessThan(10);
  });

  test("counts the delay on top of the quickest frame's", () => {
    const feed = runningFeed();
    expect(feed.hear(END_MS + 1_000, END_MS + 1_400).ageMs).toBeCloseTo(395, -0.5);
  });

  test("goes on over the wrap of the counter", () => {
    const feed = new Feed(new Concentrator(-TMST_WRAP_MS + 200_000));
    feed.live(100_000, 300_000, 7_919, (reading) => {
      expect(reading.ageMs).toBeLessThan(5);
      expect(reading.session).toBe(1);
    });
  });

  test.each([
    ["70 minutes", 70 * MINUTE_MS],
    ["exactly one wrap", TMST_WRAP_MS],
    ["72 minutes", 72 * MINUTE_MS],
    ["10 hours", 10 * HOUR_MS],
  ])("survives a silence of %s at any crystal", (_what, silenceMs) => {
    for (const ppm of [-40, -20, 0, 20, 40]) {
      const feed = runningFeed(new Concentrator(0, ppm));
      const reading = feed.hear(END_MS + silenceMs);
      expect(reading.session).toBe(1);
      expect(reading.ageMs).toBeLessThan(50);
      expect(reading.certain).toBe(true);
    }
  });

  test.each([-40, -20, 20, 40])("stays right with a crystal %i ppm off, over a day of frames", (ppm) => {
    const feed = new Feed(new Concentrator(0, ppm));
    feed.live(MINUTE_MS, DAY_MS, 47 * SECOND_MS, (reading, atMs) => {
      expect(reading.session).toBe(1);
      expect(reading.ageMs, `at ${atMs}`).toBeLessThan(40);
    });
    const old = feed.hear(DAY_MS + MINUTE_MS - 20 * MINUTE_MS, DAY_MS + MINUTE_MS);
    expect(old.ageMs).toBeCloseTo(20 * MINUTE_MS, -3);
  });

  test("follows a slew of our own clock within two windows", () => {
    const feed = runningFeed();
    // Every frame now arrives 800 ms later by our clock, for good.
    for (let atMs = END_MS; atMs < END_MS + 11 * MINUTE_MS; atMs += 10_000) feed.hear(atMs, atMs + 805);
    expect(feed.hear(END_MS + 12 * MINUTE_MS, END_MS + 12 * MINUTE_MS + 805).ageMs).toBeLessThan(50);
  });

  test("is not forgotten by a window that opens with late frames", () => {
    const feed = runningFeed();
    const openMs = END_MS + 6 * MINUTE_MS;
    for (const s of [0, 20, 40]) {
      expect(feed.hear(openMs + s * SECOND_MS, openMs + s * SECOND_MS + 705).ageMs).toBeCloseTo(700, -2);
    }
  });

  test("is not moved by a frame that is whole wraps old and looks live", () => {
    const feed = runningFeed(new Concentrator(-10 * HOUR_MS));
    const arrivedMs = END_MS + SECOND_MS;
    // Three wraps old, but for half a second: as if it came from half a second ahead.
    const reading = feed.hear(arrivedMs - 3 * TMST_WRAP_MS + 500, arrivedMs, { utc: "time" });
    expect(reading.ageMs).toBeGreaterThan(LIVE_AGE_LIMIT_MS);
    expect(feed.hear(arrivedMs + SECOND_MS).ageMs).toBeLessThan(10);
  });

  test("is not moved by frames marked delayed, whatever they say", () => {
    const feed = runningFeed();
    const before = feed.clock;
    for (let i = 0; i < 200; i++) feed.hearTmst(i * 1e6, 0, END_MS + i * 1_000, { delayed: true });
    expect(feed.clock).toBe(before);
  });

  test("is told by UTC where the counter has wrapped since", () => {
    const feed = runningFeed(new Concentrator(-10 * HOUR_MS));
    const arrivedMs = END_MS + SECOND_MS;
    const heardMs = arrivedMs - 3 * TMST_WRAP_MS - 40;
    for (const utc of ["gps", "time"] as const) {
      const reading = feed.hear(heardMs, arrivedMs, { utc });
      expect(reading.ageMs).toBeCloseTo(3 * TMST_WRAP_MS + 40, -2);
      expect(reading.certain).toBe(true);
    }
    expect(feed.hear(arrivedMs + 1_000).session).toBe(1);
  });

  test("does not believe a wall clock that contradicts a tmst that fits", () => {
    const feed = runningFeed();
    const tmstUs = new Concentrator(0).tmstUs(END_MS + 1_000);
    // The frame's UTC is 20 s behind ours, or ahead: one of the two wall clocks is wrong.
    for (const off of [-20_000, 20_000]) {
      const reading = feed.hearTmst(tmstUs, END_MS + 1_000 + off, END_MS + 1_005, { utc: "gps" });
      expect(reading.ageMs).toBeLessThan(10);
    }
  });

  test("ignores the UTC of a receiver that never had a fix", () => {
    const feed = runningFeed();
    const reading = feed.hearTmst(new Concentrator(0).tmstUs(END_MS), -46 * 365 * DAY_MS, END_MS + 5, {
      utc: "gps",
    });
    expect(reading.ageMs).toBeLessThan(10);
  });
});

test("the first frame ever is live although its receiver never had a fix", () => {
  const feed = new Feed(new Concentrator(0));
  const reading = feed.hearTmst(5_000, -46 * 365 * DAY_MS, 100_000, { utc: "gps" });
  expect(reading).toMatchObject({ ageMs: 0, session: 1 });
});

describe("a restart of the concentrator", () => {
  const restartMs = END_MS + 60_000;
  const backMs = restartMs + 8_000;

  test("is believed at the first frame when it falls between the forwarder's last word and its return", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    feed.clock = reconnected(feed.clock, restartMs - 5_000, backMs);
    expect(feed.hear(backMs + 3_000)).toEqual({ ageMs: 0, session: 2, certain: false });
    expect(feed.hear(backMs + 9_000)).toMatchObject({ session: 2, certain: true });
  });

  test("is believed hours after the forwarder's return, when the first frame comes so late", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    feed.clock = reconnected(feed.clock, restartMs - 5_000, backMs);
    expect(feed.hear(backMs + 3 * HOUR_MS)).toMatchObject({ ageMs: 0, session: 2 });
  });

  test("is not believed when the forwarder returns and the clock goes on", () => {
    const feed = runningFeed();
    feed.clock = reconnected(feed.clock, restartMs - 5_000, backMs);
    expect(feed.hear(backMs + 3_000)).toMatchObject({ session: 1, certain: true });
  });

  test("is not believed of an old frame that comes first after the forwarder's return", () => {
    const feed = runningFeed();
    feed.clock = reconnected(feed.clock, restartMs - 5_000, backMs);
    const reading = feed.hear(END_MS - 10 * MINUTE_MS, backMs + 1_000);
    expect(reading.session).toBe(1);
    expect(reading.ageMs).toBeCloseTo(backMs + 1_000 - END_MS + 10 * MINUTE_MS, -3);
  });

  test("is believed without any sign of the forwarder once frames agree on a new clock", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    const sessions = [0, 4, 8, 12].map((s) => feed.hear(backMs + s * SECOND_MS).session);
    expect(sessions).toEqual([1, 1, 2, 2]);
    expect(feed.hear(backMs + 20_000)).toMatchObject({ certain: true });
    expect(feed.hear(backMs + 20_000).ageMs).toBeLessThan(10);
  });

  test("is believed at the second frame of a quiet gateway", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    expect(feed.hear(backMs).session).toBe(1);
    expect(feed.hear(backMs + 10 * MINUTE_MS)).toMatchObject({ session: 2, certain: true });
  });

  test("is believed at once when the frame's UTC says that it is young", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    expect(feed.hear(backMs, backMs + 5, { utc: "time" })).toMatchObject({
      ageMs: 0,
      session: 2,
      certain: true,
    });
  });

  test("is found although its counter happens to look three seconds old", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    // As if it had been set to what it showed 3 s ago: no small number, and no reconnection.
    concentrator.restart(3_000);
    const first = feed.hear(END_MS + 1_000);
    expect(first.ageMs).toBeCloseTo(3_000, -2);
    expect(first.session).toBe(1);
    let last = first;
    for (let s = 10; s <= 80; s += 10) last = feed.hear(END_MS + s * SECOND_MS);
    expect(last).toMatchObject({ session: 2, certain: true });
    expect(last.ageMs).toBeLessThan(10);
  });

  test("is found by a counter that does not start at zero, only later", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs - 50 * MINUTE_MS);
    const sessions = [0, 20, 40, 61].map((s) => feed.hear(backMs + s * SECOND_MS).session);
    expect(sessions).toEqual([1, 1, 1, 2]);
  });

  test("is found after half a day of silence, when no fit would prove anything", () => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    concentrator.restart(restartMs);
    expect(feed.hear(END_MS + 12 * HOUR_MS)).toMatchObject({ ageMs: 0, session: 2 });
  });

  test("is outvoted by one frame that still fits the old clock", () => {
    const feed = runningFeed();
    const strayMs = [0, 4_000];
    for (const at of strayMs) feed.hearTmst(at * 1e3, 0, END_MS + at);
    feed.hear(END_MS + 6_000);
    expect(feed.clock.candidates).toEqual([]);
    expect(feed.hearTmst(8_000 * 1e3, 0, END_MS + 8_000).session).toBe(1);
  });
});

describe("a store of 200 frames that its forwarder drains without marking them", () => {
  test.each([
    ["in four datagrams at once", (i: number) => Math.floor(i / 50) * 100],
    ["one by one, ten a second", (i: number) => i * 100],
    ["one by one, one a second", (i: number) => i * 1_000],
  ])("neither restarts nor moves the clock: %s", (_how, arrivesAfterMs) => {
    const concentrator = new Concentrator(0);
    const feed = runningFeed(concentrator);
    // An hour of frames, 18 s apart and not evenly, lay in the store while the agent was away.
    const drainMs = END_MS + HOUR_MS;
    for (let i = 0; i < 200; i++) {
      const heardMs = END_MS + i * 18_000 + ((i * 7_919) % 5_000);
      const arrivedMs = drainMs + 30_000 + arrivesAfterMs(i);
      const reading = feed.hear(heardMs, arrivedMs);
      expect(reading.session).toBe(1);
      expect(reading.ageMs / SECOND_MS).toBeCloseTo((arrivedMs - heardMs) / SECOND_MS, 0);
    }
    const reading = feed.hear(drainMs + 300_000);
    expect(reading).toMatchObject({ session: 1, certain: true });
    expect(reading.ageMs).toBeLessThan(10);
  });

  test("is no new run when it is drained almost, but not quite, at the pace of the air", () => {
    const feed = runningFeed();
    const drainMs = END_MS + 2 * HOUR_MS;
    for (let i = 0; i < 40; i++) {
      const reading = feed.hear(drainMs - HOUR_MS + i * 2_000, drainMs + i * 1_750);
      expect(reading.session).toBe(1);
    }
  });

  test("tells the first datagram's frames apart by its youngest, when nothing is known yet", () => {
    const concentrator = new Concentrator(0);
    const feed = new Feed(concentrator);
    const arrivedMs = HOUR_MS;
    const inputs = [50, 40, 30, 20, 10, 0].map((minutes) => {
      const heardMs = arrivedMs - minutes * MINUTE_MS;
      return { minutes, ...feed.inputs(concentrator.tmstUs(heardMs), heardMs, arrivedMs, {}) };
    });
    for (const { heard, now } of inputs) feed.clock = learn(feed.clock, heard, now);
    for (const { heard, now, minutes } of inputs) {
      expect(judge(feed.clock, heard, now).ageMs).toBeCloseTo(minutes * MINUTE_MS, -1);
    }
  });

  test("is told apart from live frames by UTC when it comes first of all", () => {
    const feed = new Feed(new Concentrator(-5 * HOUR_MS));
    for (let i = 0; i < 200; i++) {
      const heardMs = i * MINUTE_MS;
      const arrivedMs = 5 * HOUR_MS + i * 10;
      expect(feed.hear(heardMs, arrivedMs, { utc: "time" }).ageMs / SECOND_MS).toBeCloseTo(
        (arrivedMs - heardMs) / SECOND_MS,
        0,
      );
    }
    expect(feed.hear(5 * HOUR_MS + 10_000, 5 * HOUR_MS + 10_005, { utc: "time" })).toMatchObject({
      ageMs: 0,
    });
  });

  test("holds no more than a few new offsets in mind", () => {
    const feed = runningFeed();
    for (let i = 0; i < 100; i++) feed.hearTmst((i * 37_000_000) % 2 ** 32, 0, END_MS + i * 10);
    expect(feed.clock.candidates).toHaveLength(CANDIDATES_MAX);
  });
});

test("a wall clock that is wrong does not keep live frames from telling the clock for ever", () => {
  const concentrator = new Concentrator(0);
  const feed = new Feed(concentrator);
  // By the wall clock (trusted, and wrong) every frame is five minutes old.
  const wrong = (atMs: number) =>
    feed.hearTmst(concentrator.tmstUs(atMs), atMs - 300_000, atMs + 5, { utc: "time" });
  expect(wrong(100_000).ageMs).toBeCloseTo(300_005, 0);
  wrong(130_000);
  wrong(165_000);
  expect(wrong(170_000).ageMs).toBeLessThan(10);
});

describe("a clock taken up again after a restart of the agent alone", () => {
  const mark = { session: 7, offsetMs: 0, monotonicMs: END_MS };

  test.each([
    ["10 s", 10 * SECOND_MS],
    ["an hour", HOUR_MS],
    ["11 hours", 11 * HOUR_MS],
  ])("goes on after %s when tmst fits", (_what, awayMs) => {
    const resumed = resumedBoardClock(mark, END_MS + awayMs)!;
    const feed = new Feed(new Concentrator(0, 20));
    feed.clock = resumed;
    expect(feed.hear(END_MS + awayMs + 1_000)).toMatchObject({ session: 7, certain: true });
  });

  test("is not taken up after more than that, nor from the future", () => {
    expect(resumedBoardClock(mark, END_MS + 11.2 * HOUR_MS)).toBeUndefined();
    expect(resumedBoardClock(mark, END_MS - 1)).toBeUndefined();
  });

  test("knows a concentrator that restarted in the meantime by its first frame", () => {
    const feed = new Feed(new Concentrator(END_MS + 10_000));
    feed.clock = resumedBoardClock(mark, END_MS + 20_000)!;
    expect(feed.hear(END_MS + 30_000)).toMatchObject({ ageMs: 0, session: 8 });
  });

  test("knows the frames that lay in the forwarder's store", () => {
    const feed = new Feed(new Concentrator(0));
    feed.clock = resumedBoardClock(mark, END_MS + 10 * MINUTE_MS)!;
    for (let i = 0; i < 10; i++) {
      const reading = feed.hear(END_MS + i * MINUTE_MS, END_MS + 10 * MINUTE_MS + 100);
      expect(reading.session).toBe(7);
      expect(reading.ageMs).toBeCloseTo((10 - i) * MINUTE_MS + 100, -2);
    }
  });
});

test("whatever arrives, ages are finite and not negative, and sessions never fall", () => {
  const frame = fc.record({
    tmstUs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 2 * HOUR_MS })),
    ageMs: fc.integer({ min: -10_000, max: DAY_MS }),
    delayed: fc.boolean(),
    utc: fc.constantFrom("gps" as const, "time" as const, undefined),
    reconnect: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (frames) => {
      const feed = new Feed(new Concentrator(0));
      let atMs = 0;
      let session = 0;
      for (const { tmstUs, afterMs, ageMs, delayed, utc, reconnect } of frames) {
        if (reconnect) feed.clock = reconnected(feed.clock, atMs, atMs + afterMs);
        atMs += afterMs;
        const reading = feed.hearTmst(tmstUs, atMs - ageMs, atMs, utc ? { delayed, utc } : { delayed });
        expect(Number.isFinite(reading.ageMs)).toBe(true);
        expect(reading.ageMs).toBeGreaterThanOrEqual(0);
        expect(reading.session).toBeGreaterThanOrEqual(session);
        session = reading.session;
      }
    }),
  );
});
