/**
 * A gateway's kernel: its own wall clock, its own time since boot, over the one true time of the world.
 *
 * True time is the world's clock; what a gateway takes for it can be anything: it boots in 1970 where no battery keeps
 * the time, NTP steps it forward and back, and a leap second is a step back by one.
 */
import type { Clock, Timer } from "../../agent/ports.ts";

export class WorldKernel implements Clock {
  readonly #world: Clock;
  readonly #name: string;
  #boots = 0;
  #bootedMs = 0;
  /** What to add to true time. */
  #wallOffsetMs = 0;

  /** @param name makes its boot ids differ from others'. It has been running for a while, and its clock is right. */
  constructor(world: Clock, name: string) {
    this.#world = world;
    this.#name = name;
    this.boot(0, 60_000);
  }

  wallMs(): number {
    return this.#world.wallMs() + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#world.monotonicMs() - this.#bootedMs;
  }

  kernelBootId(): string {
    const boot = this.#boots.toString(16).padStart(16, "0");
    return Buffer.from(this.#name).toString("hex").slice(-16).padStart(16, "0") + boot;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#world.after(delayMs, run);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.#world.sleep(delayMs, signal);
  }

  /** How wrong its wall clock is. */
  get wallOffsetMs(): number {
    return this.#wallOffsetMs;
  }

  set wallOffsetMs(offsetMs: number) {
    this.#wallOffsetMs = offsetMs;
  }

  /** @param wallOffsetMs what its clock shows beside the truth. @param sinceMs how long ago the kernel started. */
  boot(wallOffsetMs: number, sinceMs: number): void {
    this.#boots += 1;
    this.#bootedMs = this.#world.monotonicMs() - sinceMs;
    this.#wallOffsetMs = wallOffsetMs;
  }

  /** Boots without a battery-backed clock: it is 1970. */
  bootIn1970(sinceMs: number): void {
    this.boot(sinceMs - this.#world.wallMs(), sinceMs);
  }
}
