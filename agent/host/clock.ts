/** Time on a real gateway. */
import { readFileSync } from "node:fs";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock, Timer } from "../ports.ts";

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
    after: setLongTimeout,
    sleep: async (delayMs, signal) => {
      let leftMs = Math.max(0, delayMs);
      do {
        const stepMs = Math.min(leftMs, TIMER_MS_MAX);
        await sleepFor(stepMs, undefined, signal ? { signal } : {});
        leftMs -= stepMs;
      } while (leftMs > 0);
    },
  };
}

/** setTimeout would run a longer delay at once; this takes it in steps. */
function setLongTimeout(delayMs: number, run: () => void): Timer {
  let timeout: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, TIMER_MS_MAX);
    timeout = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
    timeout.unref();
  };
  arm(Math.max(0, delayMs));
  return { cancel: () => clearTimeout(timeout) };
}

/** Without a boot id (no Linux /proc) monotonic times of two runs must never be compared. */
function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
  } catch {
    return process.pid.toString(16).padStart(8, "0") + Date.now().toString(16).padStart(24, "0");
  }
}
