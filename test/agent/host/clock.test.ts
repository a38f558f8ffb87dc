/** Time on a real gateway. The world's clock keeps the same promises; here the real one is held against the kernel. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";

const clock = openClock();

describe("monotonic time", () => {
  test("counts from the kernel's boot, so that it means the same after a restart of the agent", () => {
    // CLOCK_MONOTONIC; /proc/uptime counts a suspended machine's sleep as well, which test machines do not have.
    const uptimeMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000;
    expect(Math.abs(clock.monotonicMs() - uptimeMs)).toBeLessThan(5_000);
  });

  test("never goes back, and has a finer grain than a millisecond", () => {
    const readings = Array.from({ length: 1_000 }, () => clock.monotonicMs());
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
    expect(readings.some((reading) => !Number.isInteger(reading))).toBe(true);
  });

  test("is compared only within one boot, which has the kernel's name for it", () => {
    const kernels = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
    expect(clock.kernelBootId()).toBe(kernels);
    expect(clock.kernelBootId()).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("a timer", () => {
  test("runs once, not before its time", async () => {
    const startMs = clock.monotonicMs();
    let runs = 0;
    const ranMs = await new Promise<number>((resolve) => {
      clock.after(20, () => {
        runs += 1;
        resolve(clock.monotonicMs());
      });
    });
    expect(ranMs - startMs).toBeGreaterThanOrEqual(19);
    await clock.sleep(30);
    expect(runs).toBe(1);
  });

  test("called off does not run, and may be called off again", async () => {
    let runs = 0;
    const timer = clock.after(1, () => {
      runs += 1;
    });
    timer.cancel();
    timer.cancel();
    await clock.sleep(10);
    expect(runs).toBe(0);
  });

  test("of more than the longest that Node takes waits as long as it can, and does not run at once", async () => {
    let runs = 0;
    const timers = [2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER].map((delayMs) =>
      clock.after(delayMs, () => {
        runs += 1;
      }),
    );
    await clock.sleep(20);
    for (const timer of timers) timer.cancel();
    expect(runs).toBe(0);
  });

  test("does not keep the process alive", () => {
    const source = new URL("../../../agent/host/clock.ts", import.meta.url).href;
    const program = `const { openClock } = await import(${JSON.stringify(source)}); openClock().after(60_000, () => {});`;
    const words = ["--import", "tsx", "--input-type=module", "-e", program];
    const { status } = spawnSync(process.execPath, words, { timeout: 20_000 });
    expect(status).toBe(0);
  });
});

describe("a sleep", () => {
  test("ends at once with the signal's reason when it is aborted", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const startMs = clock.monotonicMs();
    const sleep = clock.sleep(60_000, abort.signal);
    abort.abort(reason);
    await expect(sleep).rejects.toThrow();
    await expect(sleep.catch((error) => error.cause ?? error)).resolves.toBe(reason);
    expect(clock.monotonicMs() - startMs).toBeLessThan(5_000);
  });

  test("of no time is over in the next turn", async () => {
    await clock.sleep(0);
    await clock.sleep(-5);
  });
});
