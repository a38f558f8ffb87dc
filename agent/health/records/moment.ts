/**
 * The moment at which something was saved, and when that was on the clock of this process: by monotonic time within one
 * boot of the kernel, by wall time across, where that could be trusted then and can be now. Pure.
 */
import type { ClockState } from "../../frame/frame.ts";
import type { Clock } from "../../ports.ts";

export interface Saved {
  /** Monotonic. */
  readonly savedMs: number;
  /** Of the kernel. */
  readonly boot: string;
  /** null: the clock could not be trusted. */
  readonly wallMs: number | null;
}

export interface Times {
  readonly clock: Pick<Clock, "wallMs" | "monotonicMs" | "kernelBootId">;
  readonly clockState: () => ClockState;
}

export function momentOf({ clock, clockState }: Times): Saved {
  return {
    savedMs: Math.round(clock.monotonicMs()),
    boot: clock.kernelBootId(),
    wallMs: clockState() === "unsynchronised" ? null : Math.round(clock.wallMs()),
  };
}

/**
 * When it was, monotonic; perhaps negative.
 * @returns undefined: nobody can say, yet. "never": nobody ever will.
 */
export function whenSaved(saved: Saved, now: Saved): number | undefined | "never" {
  if (saved.boot === now.boot) return saved.savedMs <= now.savedMs ? saved.savedMs : "never";
  if (saved.wallMs === null) return "never";
  if (now.wallMs === null) return undefined;
  return saved.wallMs <= now.wallMs ? now.savedMs - (now.wallMs - saved.wallMs) : "never";
}
