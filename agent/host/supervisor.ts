/**
 * The supervisor of a real gateway, where it wants to be told: systemd, by sd_notify(3).
 *
 * Its socket takes datagrams (AF_UNIX, SOCK_DGRAM), which Node does not speak; systemd-notify says them for us. Each
 * word starts a program, which a slow processor feels: beats are as rare as the watchdog allows.
 */
import type { Commands } from "../ports.ts";

export interface Supervisor {
  /** How often it wants a beat, milliseconds; undefined when it wants none. */
  readonly beatEveryMs: number | undefined;
  /** The agent listens. @returns false when it could not be told. */
  ready(): Promise<boolean>;
  /** The agent lives. @returns false when it could not be told. */
  beat(): Promise<boolean>;
}

const TOLD_WITHIN_MS = 20_000;
/** Two beats may be lost. */
const BEATS_PER_WATCHDOG = 3;
/** systemd's own unit of WATCHDOG_USEC. */
const US_PER_MS = 1_000;

/**
 * Whether somebody starts us again when we end: systemd, as far as it wants to be told, or the keeper of our packages
 * (agent/packaging/scripts/keeper), which says so. Who cannot be known for one is none.
 */
export function isSupervised(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.NOTIFY_SOCKET) || env.EDGE_KEEPER === "1";
}

/** @returns undefined when nobody wants to be told. */
export function openSupervisor(
  commands: Commands,
  env: Readonly<Record<string, string | undefined>>,
): Supervisor | undefined {
  if (!env.NOTIFY_SOCKET) return undefined;
  const watchdogUs = Number(env.WATCHDOG_USEC);
  const tell = async (word: string): Promise<boolean> =>
    (await commands.run(["systemd-notify", word], TOLD_WITHIN_MS)).exitCode === 0;
  return {
    beatEveryMs: watchdogUs > 0 ? watchdogUs / US_PER_MS / BEATS_PER_WATCHDOG : undefined,
    ready: () => tell("READY=1"),
    beat: () => tell("WATCHDOG=1"),
  };
}
