/** Goal: the feed costs nothing while nobody looks, tells all of it in order, and no slow reader can fill the memory. */
import { describe, expect, test } from "vitest";
import { createFeed, FEED_LISTENERS_MAX } from "../../../agent/control/feed.ts";
import type { FeedEvent } from "../../../agent/control/feed-events.ts";
import {
  answerFeed,
  FEED_ALIVE_EVERY_MS,
  FEED_GATHER_MS,
  FEED_WAITING_MAX,
  feedLines,
} from "../../../agent/control/feed-lines.ts";
import type { Lines } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";

const EUI = "7276ff0044010010";

function event(sequence: number): FeedEvent {
  return { kind: "custody", wallMs: 0, gatewayEui: EUI, sequence, outcome: "held" };
}

function reader(lines: Lines | undefined): AsyncIterator<readonly unknown[]> {
  return lines![Symbol.asyncIterator]();
}

async function next(iterator: AsyncIterator<readonly unknown[]>): Promise<readonly unknown[]> {
  return (await iterator.next()).value;
}

describe("the feed", () => {
  test("has listeners only while somebody listens", () => {
    const feed = createFeed(new WorldClock());
    expect(feed.hasListeners).toBe(false);
    const heard: FeedEvent[] = [];
    const stop = feed.subscribe((told) => heard.push(told))!;
    const stopOther = feed.subscribe(() => undefined)!;
    expect(feed.hasListeners).toBe(true);
    feed.emit(event(1));
    stop();
    stop();
    expect(feed.hasListeners).toBe(true);
    stopOther();
    expect(feed.hasListeners).toBe(false);
    feed.emit(event(2));
    expect(heard).toEqual([event(1)]);
  });

  test("takes so many listeners and no more", () => {
    const feed = createFeed(new WorldClock());
    const stops = Array.from({ length: FEED_LISTENERS_MAX }, () => feed.subscribe(() => undefined));
    expect(stops).not.toContain(undefined);
    expect(feed.subscribe(() => undefined)).toBeUndefined();
    expect(answerFeed({ method: "GET", path: "/feed" }, feed, new WorldClock())).toMatchObject({
      status: 503,
    });
    stops[0]!();
    expect(feed.subscribe(() => undefined)).toBeDefined();
  });
});

describe("the feed's lines", () => {
  test("begin with a head, gather what passes, and say that they live when nothing does", async () => {
    const clock = new WorldClock();
    const feed = createFeed(clock);
    const lines = reader(feedLines(feed, clock, false));
    expect(await next(lines)).toMatchObject([{ kind: "head" }]);
    const both = next(lines);
    feed.emit(event(1));
    feed.emit(event(2));
    await clock.advance(FEED_GATHER_MS);
    expect(await both).toEqual([event(1), event(2)]);
    const silence = next(lines);
    await clock.advance(FEED_ALIVE_EVERY_MS);
    expect(await silence).toMatchObject([{ kind: "alive" }]);
  });

  test("give a slow reader the newest, and say how many he missed", async () => {
    const clock = new WorldClock();
    const feed = createFeed(clock);
    const lines = reader(feedLines(feed, clock, false));
    await next(lines);
    for (let sequence = 1; sequence <= FEED_WAITING_MAX; sequence++) feed.emit(event(sequence));
    let piece = next(lines);
    await clock.advance(FEED_GATHER_MS);
    expect(await piece).toHaveLength(FEED_WAITING_MAX);
    for (let sequence = 1; sequence <= FEED_WAITING_MAX + 7; sequence++) feed.emit(event(sequence));
    piece = next(lines);
    await clock.advance(FEED_GATHER_MS);
    const told = await piece;
    expect(told[0]).toEqual({ kind: "dropped", events: 7 });
    expect(told[1]).toEqual(event(8));
    expect(told).toHaveLength(FEED_WAITING_MAX + 1);
  });

  test("have the octets only when they were asked for", async () => {
    const clock = new WorldClock();
    const feed = createFeed(clock);
    const plain = reader(answerFeed({ method: "GET", path: "/feed" }, feed, clock)!.lines);
    const whole = reader(answerFeed({ method: "GET", path: "/feed?payload=1" }, feed, clock)!.lines);
    await Promise.all([next(plain), next(whole)]);
    const pieces = Promise.all([next(plain), next(whole)]);
    feed.emit(event(1), Buffer.from("e0ff", "hex"));
    await clock.advance(FEED_GATHER_MS);
    expect(await pieces).toEqual([[event(1)], [{ ...event(1), phyPayload: "e0ff" }]]);
  });

  test("end their listening when the reader has gone", async () => {
    const clock = new WorldClock();
    const feed = createFeed(clock);
    const lines = reader(feedLines(feed, clock, false));
    await next(lines);
    await lines.return?.();
    expect(feed.hasListeners).toBe(false);
  });

  test("answer nothing else", () => {
    const clock = new WorldClock();
    const feed = createFeed(clock);
    expect(answerFeed({ method: "POST", path: "/feed" }, feed, clock)).toBeUndefined();
    expect(answerFeed({ method: "GET", path: "/status" }, feed, clock)).toBeUndefined();
  });
});
