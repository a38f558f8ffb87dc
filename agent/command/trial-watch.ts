/**
 * Watches a change of settings that is on trial: asks whether its core is reached, confirms it, takes it back at its limit,
 * and tells the core. The files: trial.ts.
 *
 * Reached means: connected for SETTLE_MS without a complaint (nobody listens, refused), and a reply that the core's side
 * has taken. A broker that answers where no core listens is no proof.
 */
import { isAgentError } from "../errors.ts";
import type { Delivery } from "../north/core.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { endTrial, rollBack, type TrialFiles } from "./trial.ts";
import type { TrialNote } from "./trial-note.ts";

const LOOK_EVERY_MS = 5_000;
/** A connection that a broker is about to close again is none. */
export const SETTLE_MS = 20_000;

export interface TrialWatchParts {
  readonly trial: TrialFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Its core is connected and complains of nothing. */
  readonly isReached: (note: TrialNote) => boolean;
  /** Replies to the command that began it. */
  readonly tell: (note: TrialNote, state: "confirmed" | "rolledBack") => Promise<Delivery>;
  /** The file is the previous one again: it is to come into force. */
  readonly returned: (note: TrialNote) => Promise<void>;
  /** For the audit log. */
  readonly ended: (note: TrialNote, state: "confirmed" | "rolledBack") => void;
}

export interface TrialWatch {
  /** On trial, or to be told. */
  readonly current: TrialNote | undefined;
  watch(note: TrialNote): void;
  stop(): void;
}

export function createTrialWatch(parts: TrialWatchParts): TrialWatch {
  const { trial, clock, log } = parts;
  let current: TrialNote | undefined;
  let reachedSinceMs: number | undefined;
  let timer: Timer | undefined;
  let stopped = false;
  let isRefused = false;

  function arm(): void {
    timer?.cancel();
    if (stopped || current === undefined) return;
    timer = clock.after(LOOK_EVERY_MS, () => void lookSafely());
  }

  /** A disk that refuses is asked again at the next look. */
  async function lookSafely(): Promise<void> {
    const note = current;
    if (note === undefined) return;
    try {
      await look(note);
      isRefused = false;
    } catch (error) {
      if (!isAgentError(error)) throw error;
      if (!isRefused) log.warn({ error: error.message }, "settings on trial: the disk refuses");
      isRefused = true;
    }
    arm();
  }

  async function look(note: TrialNote): Promise<void> {
    const nowMs = clock.monotonicMs();
    reachedSinceMs = parts.isReached(note) ? (reachedSinceMs ?? nowMs) : undefined;
    const isSettled = reachedSinceMs !== undefined && nowMs - reachedSinceMs >= SETTLE_MS;
    if (note.state === "rolledBack") {
      if (isSettled) await tellRolledBack(note);
      return;
    }
    if (isSettled && (await parts.tell(note, "confirmed")) === "taken") await confirm(note);
    else if (clock.monotonicMs() >= note.untilMonotonicMs) await giveBack(note);
  }

  async function confirm(note: TrialNote): Promise<void> {
    if (stopped || current !== note) return;
    await endTrial(trial);
    current = undefined;
    log.info({ id: note.id, coreId: note.coreId }, "changed settings confirmed");
    parts.ended(note, "confirmed");
  }

  async function giveBack(note: TrialNote): Promise<void> {
    if (stopped || current !== note) return;
    const rolledBack = await rollBack(trial, note, "unreached");
    current = rolledBack;
    reachedSinceMs = undefined;
    if (rolledBack === undefined) {
      log.warn({ id: note.id }, "settings on trial were changed by somebody: they stay");
      return;
    }
    log.warn({ id: note.id, coreId: note.coreId, limitMs: note.limitMs }, "changed settings taken back");
    parts.ended(note, "rolledBack");
    await parts.returned(rolledBack);
  }

  /** Once it has left the gateway nobody can do more. */
  async function tellRolledBack(note: TrialNote): Promise<void> {
    const delivery = await parts.tell(note, "rolledBack");
    if (delivery !== "taken" && delivery !== "noSubscriber") return;
    if (stopped || current !== note) return;
    await endTrial(trial);
    current = undefined;
  }

  return {
    get current() {
      return current;
    },
    watch: (note) => {
      current = note;
      reachedSinceMs = undefined;
      arm();
    },
    stop: () => {
      stopped = true;
      timer?.cancel();
    },
  };
}
