/**
 * A clock that moves only when it is told to. The mirror of agent/host/clock.ts.
 */
import type { Clock, Timer } from "../../agent/ports.ts";

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export class WorldClock implements Clock {
  #monotonicMs: number;
  #wallOffsetMs: number;
  #order = 0;
  #pending: Pending[] = [];
  #bootId: string;

  /** @param startWallMs UTC at the start; the kernel booted `sinceBootMs` before. */
  constructor(startWallMs = Date.UTC(2026, 0, 1), sinceBootMs = 60_000, bootId = "0".repeat(31).concat("1")) {
    this.#monotonicMs = sinceBootMs;
    this.#wallOffsetMs = startWallMs - sinceBootMs;
    this.#bootId = bootId;
  }

  wallMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  kernelBootId(): string {
    return this.#bootId;
  }

  after(delayMs: number, run: () => void): Timer {
    const pending: Pending = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#pending.push(pending);
    this.#pending.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    return {
      cancel: () => {
        pending.run = undefined;
        const at = this.#pending.indexOf(pending);
        if (at >= 0) this.#pending.splice(at, 1);
      },
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = this.after(delayMs, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  /** NTP steps the wall clock. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Timers set and not yet run. */
  get pendingTimers(): number {
    return this.#pending.length;
  }

  /** Moves time forward, running each timer at its moment and letting promises settle between. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (;;) {
      const next = this.#pending[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.#pending.shift();
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      next.run?.();
      await settle();
    }
    this.#monotonicMs = untilMs;
    await settle();
  }
}

/** Lets all that is ready run: promise callbacks, and callbacks they queue. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
