/**
 * A clock that moves only when it is told to. The mirror of agent/host/clock.ts.
 *
 * Between two timers everything that is ready runs to its end: promise callbacks, and the callbacks they queue. In the
 * world nothing waits for the machine, so that is one turn of Node's own queue, which comes when no promise callback is
 * left. Beside real parts (a disk, a socket) it is not the end of it: they get turns of the event loop at the
 * beginning and the end of each advance, and one every TIMERS_PER_TURN timers.
 */
import { nextTick } from "node:process";
import type { Clock, Timer } from "../../agent/ports.ts";

/** A day of a thousand meters is a million timers: the event loop may be asked seldom, but not never. */
const TIMERS_PER_TURN = 1_024;
const TURNS = 3;
/** No timer with a delay runs at the moment it was set: who waits for the rest of a difference would wait for ever. */
const RESOLUTION_MS = 0.001;

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  /** undefined: it was called off. */
  run: (() => void) | undefined;
}

export class WorldClock implements Clock {
  #monotonicMs: number;
  #wallOffsetMs: number;
  #order = 0;
  /** A binary heap: nobody is due before the one at half his place. Those called off lie in it until their turn. */
  #heap: Pending[] = [];
  #calledOff = 0;
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
    const waitMs = delayMs > 0 ? Math.max(delayMs, RESOLUTION_MS) : 0;
    const pending: Pending = { dueMs: this.#monotonicMs + waitMs, order: this.#order++, run };
    rise(this.#heap, pending);
    return {
      cancel: () => {
        if (pending.run === undefined) return;
        pending.run = undefined;
        this.#calledOff++;
        this.#sweep();
      },
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        timer.cancel();
        reject(signal!.reason);
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort);
    });
  }

  /** NTP steps the wall clock. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Timers set and not yet run. */
  get pendingTimers(): number {
    return this.#heap.length - this.#calledOff;
  }

  /** Moves time forward, running each timer at its moment and letting promises settle between. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await turns();
    for (let ran = 1; ; ran++) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > untilMs) break;
      takeFirst(this.#heap);
      const { run } = next;
      if (run === undefined) {
        this.#calledOff--;
        continue;
      }
      // It has run: calling it off from now on is nothing.
      next.run = undefined;
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      run();
      await (ran % TIMERS_PER_TURN === 0 ? turns() : settled());
    }
    this.#monotonicMs = untilMs;
    await turns();
  }

  /** So that timers set far ahead and called off again do not fill the memory. */
  #sweep(): void {
    if (this.#calledOff < 64 || this.#calledOff < this.#heap.length / 2) return;
    // What is in order is a heap.
    this.#heap = this.#heap
      .filter(({ run }) => run !== undefined)
      .sort((one, other) => (isBefore(one, other) ? -1 : 1));
    this.#calledOff = 0;
  }
}

/** Resolves when no promise callback is left to run. */
function settled(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

function rise(heap: Pending[], pending: Pending): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (!isBefore(pending, heap[above]!)) break;
    heap[place] = heap[above]!;
    place = above;
  }
  heap[place] = pending;
}

function takeFirst(heap: Pending[]): void {
  const last = heap.pop()!;
  const length = heap.length;
  if (length === 0) return;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    if (below >= length) break;
    if (below + 1 < length && isBefore(heap[below + 1]!, heap[below]!)) below++;
    if (!isBefore(heap[below]!, last)) break;
    heap[place] = heap[below]!;
    place = below;
  }
  heap[place] = last;
}
