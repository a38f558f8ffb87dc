/**
 * How far the gateway's wall clock can be trusted, and why.
 *
 * Node cannot ask the kernel whether it is synchronised, so this asks around, in order:
 *   gps          frames heard live whose tmms agrees with the wall clock
 *   probe        a file that exists, or a command that exits 0, while the clock is synchronised (the profile knows)
 *   sntp         a time server that agrees with it
 *   plausibility only where neither probe nor server is configured: the kernel has run, and the clock has not
 *                jumped, for ten minutes. Weak: after a power cut without backhaul it vouches for a wrong clock.
 * A clock before the build date, or a jump of wall against monotonic time, overrules them all until one of them
 * speaks again. A tmms that disagrees overrules probe, server and plausibility, and tells the offset.
 *
 * The clock itself is never set here. What a frame's time is worth is decided in north/freshness.ts.
 */
import type { Settings } from "../config/settings.ts";
import { isAgentError } from "../errors.ts";
import type { ClockState } from "../frame/frame.ts";
import type { Clock, Commands, Files, Rng, Timer, Udp } from "../ports.ts";
import { askSntp } from "./sntp.ts";

/** Slow enough for a core that should sleep; a jump is seen with the next frame anyway. */
export const CHECK_EVERY_MS = 60_000;
/** Wall against monotonic time: more than a slew makes in a minute. */
export const JUMP_MS = 2_000;
const AGREES_MS = 1_000;
/** This many frames in a row with the same answer tell the offset of a wrong clock. */
const GPS_DISAGREES_FRAMES = 3;
const GPS_STEADY_MS = 500;
/** How long the last word of a source holds: a free clock is then 0.4 s off at the worst. */
const GPS_HOLDS_MS = 3_600_000;
const PROBE_HOLDS_MS = 3 * CHECK_EVERY_MS;
const PROBE_TIMEOUT_MS = 5_000;
/** Servers belong to others, and every octet of a cellular road is paid for. */
export const SNTP_EVERY_MS = 900_000;
/** Until it has spoken: doubling from one check to the interval above. */
const SNTP_RETRY_MS = CHECK_EVERY_MS;
const SNTP_HOLDS_MS = 4 * SNTP_EVERY_MS;
const SNTP_TIMEOUT_MS = 5_000;
/** NTP steps the clock soon after the boot, or not at all. */
export const SETTLED_AFTER_MS = 600_000;
/** So long a source must have vouched for the clock, without a jump, before anything is given up by it. */
export const FIRM_AFTER_MS = 3_600_000;

type ClockSource = "gps" | "probe" | "sntp" | "plausibility" | "none";

export interface ClockView {
  readonly state: ClockState;
  readonly source: ClockSource;
  /** The last jump of the wall clock against the monotonic one; undefined when there was none. */
  readonly lastJumpMs: number | undefined;
  /** What to add to the wall clock to get UTC, by the last source that told; undefined when none did. */
  readonly offsetMs: number | undefined;
}

export interface ClockStateParts {
  readonly clock: Clock;
  readonly files: Pick<Files, "stamp">;
  readonly commands: Commands;
  readonly udp: Udp;
  readonly rng: Rng;
  /** Asked at each check, so that a reload counts. */
  readonly settings: () => Settings["clock"];
  /** When this program was built, wall time: no later moment can lie before it. */
  readonly builtWallMs: number;
}

export interface WallClockState {
  /** Begins to check. */
  start(): void;
  stop(): void;
  /** The state at this moment (one reading of both clocks, as frames are stamped with). Looks for a jump. */
  state(wallMs: number, monotonicMs: number): ClockState;
  view(): ClockView;
  /**
   * The states of earlier frames with which this clock can be compared where a mistake cannot be undone: none before it is
   * firm. Plausibility is never enough, now or then: where it might have vouched for the frames, only gps ones count.
   */
  comparableStates(): readonly ClockState[];
  /** A frame was heard live: its tmms as UTC, and the wall time at that same moment. */
  heardGps(utcMs: number, wallMs: number): void;
  /** Called after each change of state or source. */
  onChange(listener: (view: ClockView) => void): void;
  /** Checks now, and resolves when all asked have spoken. */
  check(): Promise<void>;
}

/** What a source said last, and when; monotonic. */
interface Word {
  readonly atMs: number;
  readonly good: boolean;
}

export function createClockState(parts: ClockStateParts): WallClockState {
  const { clock, builtWallMs } = parts;
  const rng = parts.rng.stream("sntp");
  const listeners: ((view: ClockView) => void)[] = [];
  let gps: Word | undefined;
  let probe: Word | undefined;
  let sntp: Word | undefined;
  let strayingMs: number[] = [];
  let offsetMs: number | undefined;
  let lastJumpMs: number | undefined;
  let jumpedAtMs = 0;
  let wallMinusMonotonicMs = clock.wallMs() - clock.monotonicMs();
  let nextSntpMs = 0;
  let sntpWaitMs = SNTP_RETRY_MS;
  let source: ClockSource = "none";
  let vouchedSinceMs: number | undefined;
  let said: ClockSource = "none";
  let checking: Promise<void> | undefined;
  let timer: Timer | undefined;

  const lookForJump = (wallMs: number, monotonicMs: number): void => {
    const apartMs = wallMs - monotonicMs;
    const jumpMs = apartMs - wallMinusMonotonicMs;
    if (Math.abs(jumpMs) <= JUMP_MS) return;
    wallMinusMonotonicMs = apartMs;
    lastJumpMs = jumpMs;
    jumpedAtMs = monotonicMs;
    gps = probe = sntp = offsetMs = undefined;
    strayingMs = [];
    // What stepped the clock may have put it right: ask at the next check.
    nextSntpMs = 0;
    sntpWaitMs = SNTP_RETRY_MS;
  };

  const sourceAt = (wallMs: number, monotonicMs: number): ClockSource => {
    if (wallMs < builtWallMs) return "none";
    if (gps !== undefined && monotonicMs - gps.atMs <= GPS_HOLDS_MS) return gps.good ? "gps" : "none";
    if (probe?.good && monotonicMs - probe.atMs <= PROBE_HOLDS_MS) return "probe";
    if (sntp?.good && monotonicMs - sntp.atMs <= SNTP_HOLDS_MS) return "sntp";
    return isPlausible(monotonicMs) ? "plausibility" : "none";
  };

  const hasNobodyToAsk = (): boolean => {
    const { probeFile, probeCommand, sntpServers } = parts.settings();
    return probeFile === "" && probeCommand.length === 0 && sntpServers.length === 0;
  };

  const isPlausible = (monotonicMs: number): boolean =>
    hasNobodyToAsk() && monotonicMs - jumpedAtMs >= SETTLED_AFTER_MS;

  const refresh = (wallMs: number, monotonicMs: number): void => {
    lookForJump(wallMs, monotonicMs);
    source = sourceAt(wallMs, monotonicMs);
    if (source === "none" || source === "plausibility") vouchedSinceMs = undefined;
    else vouchedSinceMs ??= monotonicMs;
    if (source === said) return;
    said = source;
    for (const listener of listeners) listener(view());
  };

  const refreshNow = (): void => refresh(clock.wallMs(), clock.monotonicMs());

  const view = (): ClockView => ({ state: stateOf(source), source, lastJumpMs, offsetMs });

  const askProbe = async (): Promise<void> => {
    const { probeFile, probeCommand } = parts.settings();
    if (probeFile === "" && probeCommand.length === 0) {
      probe = undefined;
      return;
    }
    const askedMs = clock.monotonicMs();
    const there = probeFile !== "" && (await isThere(probeFile));
    const good = there || (probeCommand.length > 0 && (await commandSaysSo(probeCommand)));
    keepWord(
      askedMs,
      (word) => {
        probe = word;
      },
      good,
    );
  };

  const isThere = async (path: string): Promise<boolean> => {
    try {
      return (await parts.files.stamp(path)) !== undefined;
    } catch (error) {
      if (!isAgentError(error, "FILE_IO")) throw error;
      return false;
    }
  };

  const commandSaysSo = async (argv: readonly string[]): Promise<boolean> =>
    (await parts.commands.run(argv, PROBE_TIMEOUT_MS)).exitCode === 0;

  const askServers = async (): Promise<void> => {
    const { sntpServers } = parts.settings();
    const askedMs = clock.monotonicMs();
    if (sntpServers.length === 0 || askedMs < nextSntpMs) return;
    for (const server of sntpServers) {
      const behindMs = await askSntp({ udp: parts.udp, clock, rng }, server, SNTP_TIMEOUT_MS);
      if (behindMs === undefined) continue;
      keepWord(
        askedMs,
        (word) => {
          sntp = word;
          offsetMs = behindMs;
          nextSntpMs = askedMs + SNTP_EVERY_MS;
          sntpWaitMs = SNTP_RETRY_MS;
        },
        Math.abs(behindMs) <= AGREES_MS,
      );
      return;
    }
    nextSntpMs = askedMs + sntpWaitMs;
    sntpWaitMs = Math.min(sntpWaitMs * 2, SNTP_EVERY_MS);
  };

  /** A word about the clock as it was before a jump says nothing of the clock as it is. */
  const keepWord = (askedMs: number, keep: (word: Word) => void, good: boolean): void => {
    refreshNow();
    if (jumpedAtMs <= askedMs) keep({ atMs: clock.monotonicMs(), good });
  };

  const checkOnce = async (): Promise<void> => {
    refreshNow();
    // A slew is no jump: what it moved by now is the new normal.
    wallMinusMonotonicMs = clock.wallMs() - clock.monotonicMs();
    await askProbe();
    await askServers();
    refreshNow();
  };

  const check = (): Promise<void> => {
    checking ??= checkOnce().finally(() => {
      checking = undefined;
    });
    return checking;
  };

  const tick = (): void => {
    timer = clock.after(CHECK_EVERY_MS, tick);
    void check();
  };

  return {
    start: tick,
    stop: () => timer?.cancel(),
    state: (wallMs, monotonicMs) => {
      refresh(wallMs, monotonicMs);
      return stateOf(source);
    },
    view: () => {
      refreshNow();
      return view();
    },
    comparableStates: () => {
      refreshNow();
      if (vouchedSinceMs === undefined || clock.monotonicMs() - vouchedSinceMs < FIRM_AFTER_MS) return [];
      return hasNobodyToAsk() ? ["gps"] : ["gps", "synchronised"];
    },
    heardGps: (utcMs, wallMs) => {
      const monotonicMs = clock.monotonicMs();
      const behindMs = utcMs - wallMs;
      if (Math.abs(behindMs) <= AGREES_MS) {
        strayingMs = [];
        gps = { atMs: monotonicMs, good: true };
        offsetMs = behindMs;
      } else {
        strayingMs = strayingMs.every((known) => Math.abs(known - behindMs) <= GPS_STEADY_MS)
          ? [...strayingMs, behindMs]
          : [behindMs];
        if (strayingMs.length < GPS_DISAGREES_FRAMES) return;
        strayingMs = strayingMs.slice(-GPS_DISAGREES_FRAMES);
        gps = { atMs: monotonicMs, good: false };
        offsetMs = behindMs;
      }
      refreshNow();
    },
    onChange: (listener) => listeners.push(listener),
    check,
  };
}

function stateOf(source: ClockSource): ClockState {
  if (source === "gps") return "gps";
  return source === "none" ? "unsynchronised" : "synchronised";
}
