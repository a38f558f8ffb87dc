/**
 * A gateway whose truth is known: a real time that only this world sees, a box with its monotonic clock and its wall
 * clock, which may be wrong, and the notes that outlive the agent. The account (availability.ts) is kept by whoever runs
 * there; the truth is added up beside it.
 */
import {
  type Availability,
  type AvailabilityView,
  keepAvailability,
} from "../../../../agent/health/availability/availability.ts";
import { keepMaintenance } from "../../../../agent/health/availability/maintenance.ts";
import { STAMP_EVERY_MS } from "../../../../agent/health/availability/stamp.ts";
import type { JournalNotes } from "../../../../agent/journal/journal.ts";

export const TICK_MS = 10_000;
const PULL_EVERY_MS = 10_000;
const ALIVE_MS = 3 * PULL_EVERY_MS;

export interface Truth {
  upMs: number;
  downMs: number;
  linkUpMs: number;
  linkDownMs: number;
  maintenanceMs: number;
}

export function memoryNotes(): JournalNotes & {
  readonly kept: Map<string, string>;
  readonly writes: Map<string, number>;
} {
  const kept = new Map<string, string>();
  const writes = new Map<string, number>();
  return {
    kept,
    writes,
    get: (name) => kept.get(name),
    set: (name, value) => {
      writes.set(name, (writes.get(name) ?? 0) + 1);
      if (value === "") kept.delete(name);
      else kept.set(name, value);
    },
  };
}

export class AccountWorld {
  readonly notes = memoryNotes();
  readonly truth: Truth = { upMs: 0, downMs: 0, linkUpMs: 0, linkDownMs: 0, maintenanceMs: 0 };
  /** Truth by UTC day. */
  readonly upByDay = new Map<string, number>();
  realMs: number;
  wallErrorMs = 0;
  trusted = true;
  linkUp = true;
  forwarderUp = true;
  #bootedRealMs: number;
  #boots = 1;
  #agent: Availability | undefined;
  #maintenance: ReturnType<typeof keepMaintenance> | undefined;
  #stampedMs = 0;
  #lastPullMs: number | undefined;

  constructor(realMs = Date.UTC(2026, 10, 22, 7, 0, 3)) {
    this.realMs = realMs;
    this.#bootedRealMs = realMs - 40_000;
  }

  get monotonicMs(): number {
    return this.realMs - this.#bootedRealMs;
  }

  get agent(): Availability {
    if (this.#agent === undefined) throw new Error("no agent runs");
    return this.#agent;
  }

  get maintenance(): ReturnType<typeof keepMaintenance> {
    return this.#maintenance!;
  }

  start(): void {
    const clock = {
      wallMs: () => this.realMs + this.wallErrorMs,
      monotonicMs: () => this.monotonicMs,
      kernelBootId: () => `boot${this.#boots}`,
    };
    const maintenance = keepMaintenance({ clock, notes: this.notes, onChange: () => this.#agent?.look() });
    this.#maintenance = maintenance;
    this.#lastPullMs = undefined;
    this.#agent = keepAvailability({
      clock,
      notes: this.notes,
      notesMayCome: () => false,
      isTrusted: () => this.trusted,
      coreIds: ["main"],
      maintenanceUntilWallMs: maintenance.untilWallMs,
      seen: () => ({
        forwarder:
          this.#lastPullMs === undefined
            ? undefined
            : {
                alive: this.monotonicMs - this.#lastPullMs < ALIVE_MS,
                lastPullMonotonicMs: this.#lastPullMs,
              },
        links: new Map([["main", this.linkUp ? "up" : "down"] as const]),
        planned: maintenance.current() !== undefined,
      }),
    });
    this.#agent.look();
    this.#stampedMs = this.monotonicMs;
  }

  /** Time goes by: with an agent that looks and stamps, or without one. */
  pass(ms: number): void {
    for (let leftMs = ms; leftMs > 0; ) {
      const stepMs = Math.min(leftMs, TICK_MS);
      this.#count(stepMs);
      this.realMs += stepMs;
      leftMs -= stepMs;
      if (this.#agent === undefined) continue;
      if (this.forwarderUp) this.#lastPullMs = this.monotonicMs;
      this.#agent.look();
      this.maintenance.tick();
      if (this.monotonicMs - this.#stampedMs < STAMP_EVERY_MS) continue;
      this.#stampedMs = this.monotonicMs;
      this.#agent.stamp(false);
    }
  }

  /** The link came or went: whoever knows says so at once. */
  setLink(up: boolean): void {
    this.linkUp = up;
    this.#agent?.look();
  }

  stop(): void {
    this.agent.stamp(true);
    this.#agent = undefined;
  }

  crash(): void {
    this.#agent = undefined;
  }

  /** Another boot, after the power was away: the agent does not run yet. */
  reboot(offMs: number, clockAfter: { readonly wallErrorMs: number; readonly trusted: boolean }): void {
    this.crash();
    this.pass(offMs);
    this.#boots += 1;
    this.#bootedRealMs = this.realMs - 30_000;
    this.wallErrorMs = clockAfter.wallErrorMs;
    this.trusted = clockAfter.trusted;
  }

  view(): AvailabilityView {
    return this.agent.view();
  }

  /** Sums of all years, of one subject. */
  total(subject: string): { up: number; down: number; maintenance: number; unknown: number } {
    this.agent.stamp(false);
    const sums = [0, 0, 0, 0];
    const add = (sheet: Record<string, number[]> | undefined): void => {
      for (const [at, ms] of (sheet?.[subject] ?? []).entries()) sums[at]! += ms;
    };
    for (const [name, text] of this.notes.kept) {
      if (!name.startsWith("health.days.")) continue;
      for (const sheet of Object.values(JSON.parse(text) as Record<string, Record<string, number[]>>))
        add(sheet);
    }
    const stamp = JSON.parse(this.notes.kept.get("health.stamp")!) as {
      today?: { sheet: Record<string, number[]> };
    };
    add(stamp.today?.sheet);
    const [up = 0, down = 0, maintenance = 0, unknown = 0] = sums;
    return { up, down, maintenance, unknown };
  }

  #count(ms: number): void {
    const runs = this.#agent !== undefined;
    if (runs) {
      this.truth.upMs += ms;
      for (let fromMs = this.realMs; fromMs < this.realMs + ms; ) {
        const day = new Date(fromMs).toISOString().slice(0, 10);
        const untilMs = Math.min(this.realMs + ms, (Math.floor(fromMs / 86_400_000) + 1) * 86_400_000);
        this.upByDay.set(day, (this.upByDay.get(day) ?? 0) + untilMs - fromMs);
        fromMs = untilMs;
      }
    } else this.truth.downMs += ms;
    if (runs && this.linkUp) this.truth.linkUpMs += ms;
    if (runs && !this.linkUp) this.truth.linkDownMs += ms;
  }
}
