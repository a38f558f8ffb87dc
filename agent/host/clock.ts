/** Time on a real gateway. */
import { readFileSync } from "node:fs";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../ports.ts";

/** Longest delay setTimeout takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function openClock(): Clock {
  const bootId = readBootId();
  return {
    wallMs: () => Date.now(),
    // libuv's hrtime is CLOCK_MONOTONIC: it starts when the kernel does.
    monotonicMs: () => {
      const [seconds, nanoseconds] = process.hrtime();
      return seconds * 1e3 + nanoseconds / 1e6;
    },
    kernelBootId: () => bootId,
    after: (delayMs, run) => {
      const timeout = setTimeout(run, Math.min(Math.max(0, delayMs), TIMER_MS_MAX));
      timeout.unref();
      return { cancel: () => clearTimeout(timeout) };
    },
    sleep: (delayMs, signal) =>
      sleepFor(Math.min(Math.max(0, delayMs), TIMER_MS_MAX), undefined, signal ? { signal } : {}),
  };
}

/** Without a boot id (no Linux /proc) monotonic times of two runs must never be compared. */
function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
  } catch {
    return process.pid.toString(16).padStart(8, "0") + Date.now().toString(16).padStart(24, "0");
  }
}
