/**
 * Is the forwarder of this box dead? By what it sends us, whether its process runs, and what its supervisor says of it.
 * Pure.
 *
 * Only a forwarder that speaks to us from this very box counts: the profile's command restarts no other. While one of
 * several lives, all do.
 */
import type { ForwarderStatus } from "../south/sessions.ts";

/** As much of a forwarder as is judged. */
export type Heard = Pick<ForwarderStatus, "pullSource" | "pullPeriodMs" | "pullDataAgeMs" | "pushDataAgeMs">;

/** gone: it ran when the forwarder was last well, and does no more. unknown: nobody knows its name, or may look. */
export type ProcessState = "runs" | "gone" | "unknown";

/** unheard: none has spoken from this box since the agent started; nobody knows whether one should. */
export type ForwarderState = "unheard" | "well" | "silent" | "dead";

/** So many PULL_DATAs are not lost by chance. */
export const SILENT_PERIODS = 10;
/** A forwarder that asks each second may take a while to start. */
export const SILENT_MS_MIN = 3 * 60_000;

export interface Silence {
  readonly state: ForwarderState;
  /** Since the last datagram of any kind; 0 when there was none. */
  readonly silentMs: number;
}

/** @param hungAfterMs silent for so long it is dead although its process runs. */
export function judge(heard: readonly Heard[], process: ProcessState, hungAfterMs: number): Silence {
  const ours = heard.filter(
    ({ pullSource, pullDataAgeMs }) => isHere(pullSource) && pullDataAgeMs !== undefined,
  );
  if (ours.length === 0) return { state: "unheard", silentMs: 0 };
  // Who still sends frames is not dead, whatever becomes of his downlinks.
  const silences = ours.map(({ pullDataAgeMs = 0, pushDataAgeMs, pullPeriodMs }) => ({
    silentMs: Math.min(pullDataAgeMs, pushDataAgeMs ?? Number.POSITIVE_INFINITY),
    afterMs: Math.max(SILENT_MS_MIN, SILENT_PERIODS * pullPeriodMs),
  }));
  const silentMs = Math.min(...silences.map((one) => one.silentMs));
  if (silences.some((one) => one.silentMs < one.afterMs)) return { state: "well", silentMs };
  const isDead = process === "gone" || silentMs >= hungAfterMs;
  return { state: isDead ? "dead" : "silent", silentMs };
}

function isHere(source: Heard["pullSource"]): boolean {
  return source !== undefined && /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/.test(source.host);
}

/**
 * Whether a supervisor says that somebody has stopped the forwarder on purpose: who did so wants no agent to start it.
 *
 *   inactive                                       systemctl is-active
 *   Process 'lorafwd'      not monitored           monit summary; newer ones have a table, and capitals
 *
 * @param service as the supervisor calls it.
 */
export function isStoppedOnPurpose(printed: string, service: string): boolean {
  if (/^(inactive|deactivating)\s*$/m.test(printed)) return true;
  return printed
    .split("\n")
    .some(
      (line) =>
        new RegExp(`(^|[\\s'])${escaped(service)}($|[\\s'])`).test(line) && /not monitored/i.test(line),
    );
}

function escaped(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, "\\$&");
}
