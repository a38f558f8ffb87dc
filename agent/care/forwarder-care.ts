/**
 * Restarts a dead forwarder: when it is dead (forwarder-signs.ts), as seldom as it may (restart-policy.ts), in the way
 * that this box allows (restart-way.ts), and not while somebody is at work.
 *
 * What keeps it from acting by itself, each with its name: the setting; a command nobody is sure of; maintenance; setup or
 * restore at work; a forwarder that somebody has stopped or switched off; an agent that cannot hear itself, so that the
 * silence may be its own. Who asks for a restart (a command) is only held to limits of his own, and to setup.
 */
import { inTime } from "../in-time.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import {
  type ForwarderState,
  type Heard,
  judge,
  type ProcessState,
  type Silence,
} from "./forwarder-signs.ts";
import { type LoggedRestart, openRestartLog } from "./restart-log.ts";
import { ageMs, DAY_MS, type Moment, mayRestart, type RestartBy } from "./restart-policy.ts";
import type { RestartWay } from "./restart-way.ts";

export type RestartMode = "auto" | "always" | "never";

export type RestartFault =
  /** The setting forbids it. */
  | "never"
  /** The profile has no command, or none that is sure. */
  | "noCommand"
  | "unsure"
  | "maintenance"
  /** Setup or restore is at work. */
  | "setup"
  /** Somebody has stopped it, or its switch is off. */
  | "stopped"
  | "switchedOff"
  /** We do not hear our own datagrams. */
  | "deaf"
  | "tooSoon"
  | "dailyLimit"
  /** A restart is under way. */
  | "busy"
  /** What was done before is not known: the journal has not opened yet. */
  | "noHistory"
  /** The command was run, and said no. */
  | "failed";

export type RestartResult =
  | {
      readonly ok: true;
      /** Root's own supervisor was asked to; nobody tells us what it did. */
      readonly asked?: true;
    }
  | {
      readonly ok: false;
      readonly fault: RestartFault;
      /** Of tooSoon and dailyLimit: when to ask again. */
      readonly waitMs?: number;
      /** Of failed: 124 when it took too long, 127 when there is no such program. */
      readonly exitCode?: number;
    };

export interface RestartView {
  readonly wallMs: number;
  readonly ageMs: number;
  readonly by: RestartBy;
  readonly why: string;
}

export interface ForwarderCareView {
  /** off: it is never restarted by itself; `refused` says why. */
  readonly state: "off" | ForwarderState | "restarting";
  readonly silentMs: number;
  /** Why a dead one was not restarted at the last look. */
  readonly refused?: RestartFault | undefined;
  /** Not sooner than that. */
  readonly waitMs?: number | undefined;
  /** Those of the last 24 hours, oldest first. */
  readonly restarts: readonly RestartView[];
  readonly perDayMax: number;
}

export interface ForwarderCareParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly notes: JournalNotes;
  /** The notes of earlier runs have been read. */
  readonly historyKnown: () => boolean;
  readonly settings: () => {
    readonly restartForwarder: RestartMode;
    readonly restartsPerDay: number;
    readonly hungAfterMs: number;
  };
  readonly way: RestartWay;
  readonly moment: () => Moment;
  readonly heard: () => readonly Heard[];
  /** Resolves to true when our own socket works; may never resolve. */
  readonly hearsItself: () => Promise<boolean>;
  readonly isMaintained: () => boolean;
}

export interface ForwarderControl {
  restart(why: string): Promise<RestartResult>;
  view(): ForwarderCareView;
  found(): void;
  stop(): void;
}

export const LOOK_EVERY_MS = 30_000;
/** What was refused for a reason that lasts is asked again after that. */
export const ASK_AGAIN_MS = 10 * 60_000;
const HEARS_MS_MAX = 5_000;
/** In which boot a forwarder of this box was heard, and whether its process was seen then. */
const HEARD_NOTE = "health.care.heard";

export function createForwarderCare(parts: ForwarderCareParts): ForwarderControl {
  const { clock, log, notes, way, settings } = parts;
  const startedMs = clock.monotonicMs();
  const restarts = openRestartLog(notes);
  let silence: Silence = { state: "unheard", silentMs: 0 };
  let refused: Extract<RestartResult, { ok: false }> | undefined;
  let busy = false;
  let isStopped = false;
  /** Under its name the process was seen while the forwarder was well. */
  let processSeen = readHeard(notes.get(HEARD_NOTE)).seen;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let timer: Timer = clock.after(LOOK_EVERY_MS, begin);

  function begin(): void {
    timer = clock.after(LOOK_EVERY_MS, begin);
    void look();
  }

  async function look(): Promise<void> {
    if (busy || isStopped || offBecause() !== undefined) return;
    silence = judged("unknown");
    if (silence.state === "well") {
      refused = undefined;
      notBeforeMs = Number.NEGATIVE_INFINITY;
      return learn();
    }
    if (silence.state === "unheard") return;
    if (silence.state === "silent") silence = judged(await processState());
    if (silence.state === "dead" && clock.monotonicMs() >= notBeforeMs) await careFor();
  }

  function judged(process: ProcessState): Silence {
    const { hungAfterMs } = settings();
    const heard = parts.heard();
    const said = judge(heard, process, hungAfterMs);
    if (said.state !== "unheard" || readHeard(notes.get(HEARD_NOTE)).boot !== clock.kernelBootId())
      return said;
    // Heard in this boot, by the agent before us: it has been silent for as long as we listen.
    const sinceStartMs = clock.monotonicMs() - startedMs;
    return judge([sinceTheStart(sinceStartMs)], process, hungAfterMs);
  }

  /** Once a run: which process it is, and that there is a forwarder at all. */
  async function learn(): Promise<void> {
    const boot = clock.kernelBootId();
    const before = readHeard(notes.get(HEARD_NOTE));
    if (before.boot === boot && (before.seen || !way.knowsProcess)) return;
    processSeen = (await way.processRuns()) === true;
    if (before.boot !== boot || processSeen !== before.seen) {
      notes.set(HEARD_NOTE, JSON.stringify({ boot, seen: processSeen }));
    }
  }

  async function processState(): Promise<ProcessState> {
    // A name that was not there when all was well says nothing when it is not there now.
    if (!processSeen) return "unknown";
    const runs = await way.processRuns();
    if (runs === undefined) return "unknown";
    return runs ? "runs" : "gone";
  }

  /** It is dead, and nobody has asked. */
  async function careFor(): Promise<void> {
    const seconds = Math.round(silence.silentMs / 1_000);
    const result = await exclusively(async () => {
      const held = await heldBack();
      return held === undefined ? act("care", `silent for ${seconds} s`) : no(held);
    });
    if (isStopped) return;
    if (result.ok) {
      refused = undefined;
      return;
    }
    if (refused?.fault !== result.fault) {
      log.warn({ fault: result.fault, silentMs: Math.round(silence.silentMs) }, "forwarder left as it is");
    }
    refused = result;
    const waitMs = result.waitMs ?? (result.fault === "maintenance" ? 0 : ASK_AGAIN_MS);
    notBeforeMs = clock.monotonicMs() + waitMs;
  }

  /** Why nothing is done by itself, now. */
  async function heldBack(): Promise<RestartFault | undefined> {
    if (parts.isMaintained()) return "maintenance";
    if (!parts.historyKnown()) return "noHistory";
    // The limits first: what follows costs a process.
    const { restartsPerDay } = settings();
    const permission = mayRestart(restarts.all(), "care", parts.moment(), restartsPerDay);
    if (!permission.ok) return undefined;
    if (!(await inTime(clock, HEARS_MS_MAX, parts.hearsItself(), false))) return "deaf";
    return way.intention();
  }

  async function exclusively(work: () => Promise<RestartResult>): Promise<RestartResult> {
    if (busy) return no("busy");
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  async function act(by: RestartBy, why: string): Promise<RestartResult> {
    const now = parts.moment();
    const permission = mayRestart(restarts.all(), by, now, settings().restartsPerDay);
    if (!permission.ok) return permission;
    // Remembered before it is done: a restart that fails, or ends us, is one too.
    return way.restart(() => {
      restarts.add({ ...now, by, why }, now);
      log.warn({ by, why }, "forwarder is restarted");
    });
  }

  function offBecause(): RestartFault | undefined {
    const { restartForwarder, restartsPerDay } = settings();
    if (restartForwarder === "never" || restartsPerDay === 0) return "never";
    if (way.certainty === "none") return "noCommand";
    return way.certainty === "unsure" && restartForwarder === "auto" ? "unsure" : undefined;
  }

  return {
    restart: async (why) => {
      if (way.certainty === "none") return no("noCommand");
      const result = await exclusively(() => act("command", why));
      if (!result.ok) log.warn({ why, fault: result.fault }, "forwarder not restarted");
      return result;
    },
    view: () => {
      const now = parts.moment();
      const off = offBecause();
      const { restartsPerDay } = settings();
      const asked = mayRestart(restarts.all(), "care", now, restartsPerDay);
      return {
        state: busy ? "restarting" : off === undefined ? silence.state : "off",
        silentMs: silence.silentMs,
        refused: off ?? refused?.fault,
        waitMs: off === undefined && !asked.ok ? asked.waitMs : undefined,
        restarts: restarts.all().flatMap((one) => viewOf(one, now)),
        perDayMax: restartsPerDay,
      };
    },
    found: () => {
      restarts.found();
      processSeen ||= readHeard(notes.get(HEARD_NOTE)).seen;
    },
    stop: () => {
      isStopped = true;
      timer.cancel();
    },
  };
}

function no(fault: RestartFault): RestartResult {
  return { ok: false, fault };
}

function sinceTheStart(silentMs: number): Heard {
  return {
    pullSource: { host: "127.0.0.1", port: 0 },
    pullPeriodMs: 30_000,
    pullDataAgeMs: silentMs,
    pushDataAgeMs: undefined,
  };
}

function viewOf(one: LoggedRestart, now: Moment): RestartView[] {
  const age = ageMs(one, now);
  return age < DAY_MS ? [{ wallMs: one.wallMs, ageMs: age, by: one.by, why: one.why }] : [];
}

function readHeard(note: string | undefined): { readonly boot: string; readonly seen: boolean } {
  try {
    const said = JSON.parse(note ?? "{}") as { boot?: unknown; seen?: unknown } | null;
    return { boot: typeof said?.boot === "string" ? said.boot : "", seen: said?.seen === true };
  } catch {
    return { boot: "", seen: false };
  }
}
