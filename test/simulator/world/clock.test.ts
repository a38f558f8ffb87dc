import { expect, test } from "vitest";
import { WorldClock } from "../../../simulator/world/clock.ts";

test("timers run at their moment, in the order of their moments, then of their setting", async () => {
  const clock = new WorldClock();
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name} ${clock.monotonicMs() - 60_000}`);
  for (const [delayMs, name] of [
    [30, "c"],
    [10, "a"],
    [30, "d"],
    [20, "b"],
    [0, "first"],
  ] as const)
    clock.after(delayMs, note(name));
  await clock.advance(25);
  expect(ran).toEqual(["first 0", "a 10", "b 20"]);
  await clock.advance(5);
  expect(ran.slice(3)).toEqual(["c 30", "d 30"]);
});

test("a thousand timers, half of them called off, run in order", async () => {
  const clock = new WorldClock();
  const ran: number[] = [];
  const timers = Array.from({ length: 1_000 }, (_, at) => {
    const delayMs = (at * 7_919) % 1_000;
    return { delayMs, timer: clock.after(delayMs, () => ran.push(delayMs)) };
  });
  for (const [at, { timer }] of timers.entries()) if (at % 2 === 0) timer.cancel();
  expect(clock.pendingTimers).toBe(500);
  timers[0]!.timer.cancel();
  expect(clock.pendingTimers).toBe(500);
  await clock.advance(1_000);
  const kept = timers.filter((_, at) => at % 2 === 1).map(({ delayMs }) => delayMs);
  expect(ran).toEqual(kept.sort((one, other) => one - other));
  expect(clock.pendingTimers).toBe(0);
});

test("between two timers promises run to the end of their chains, however long", async () => {
  const clock = new WorldClock();
  const ran: string[] = [];
  clock.after(1, async () => {
    for (let link = 0; link < 1_000; link++) await Promise.resolve();
    queueMicrotask(() => ran.push("chain"));
  });
  clock.after(1, () => ran.push("next"));
  await clock.advance(1);
  expect(ran).toEqual(["chain", "next"]);
});

test("who waits for less than the clock can tell apart does not wait for ever", async () => {
  const clock = new WorldClock(undefined, 43_140_209.762_503_73);
  const dueMs = clock.monotonicMs() + 1e-9;
  let rounds = 0;
  const look = (): void => {
    rounds += 1;
    if (clock.monotonicMs() < dueMs && rounds < 100) clock.after(Number.MIN_VALUE, look);
  };
  look();
  clock.after(Number.MIN_VALUE, look);
  const beforeMs = clock.monotonicMs();
  await clock.advance(1);
  expect(clock.monotonicMs()).toBe(beforeMs + 1);
  expect(rounds).toBeLessThan(4);
});

test("a sleep that is called off ends at once and leaves no timer", async () => {
  const clock = new WorldClock();
  const patience = new AbortController();
  const slept = clock.sleep(1_000, patience.signal).catch((reason: Error) => reason.message);
  patience.abort(new Error("enough"));
  expect(await slept).toBe("enough");
  expect(clock.pendingTimers).toBe(0);
});
