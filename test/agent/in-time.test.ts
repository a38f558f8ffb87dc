import { expect, test } from "vitest";
import { inTime } from "../../agent/in-time.ts";
import { createWorld } from "../../simulator/world/doors.ts";

/** Goal: waiting ends, with what the work gave or with what was to be said when it is late, and leaves no timer behind. */
test("what is done in time is given, and its timer is gone", async () => {
  const { clock } = createWorld(1);
  const asked = inTime(
    clock,
    1_000,
    clock.sleep(400).then(() => "done"),
    "late",
  );
  await clock.advance(400);
  expect(await asked).toBe("done");
  expect(clock.pendingTimers).toBe(0);
});

test("what is late is said to be late, and goes on", async () => {
  const { clock } = createWorld(1);
  let went = false;
  const work = clock.sleep(2_000).then(() => {
    went = true;
    return "done";
  });
  const asked = inTime(clock, 1_000, work, "late");
  await clock.advance(1_000);
  expect(await asked).toBe("late");
  await clock.advance(1_000);
  expect(went).toBe(true);
});

test("what fails is told to who waits, and its timer is gone", async () => {
  const { clock } = createWorld(1);
  await expect(inTime(clock, 1_000, Promise.reject(new Error("no")), "late")).rejects.toThrow("no");
  expect(clock.pendingTimers).toBe(0);
});
