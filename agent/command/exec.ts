/**
 * ChirpStack's own command, `gateway/<eui>/command/exec`: a program of the settings' list is run, and its output answered
 * on `event/exec`.
 *
 * A request names an entry of `command.exec`, never a program: argv is the settings' alone. It may bring input, and those
 * variables of the environment that the settings name; nothing of the agent's own environment is passed on. There is no
 * shell, one program runs at a time, and time and output are bounded. Only a core with `commands = "change"` may ask.
 *
 * The request has no time in it: it is refused when retained, when its exec_id was seen before (or is 0, which cannot be
 * told apart), when it has waited, or when the disk does not remember it. Of too many it is as with other commands (desk.ts).
 *
 * Source: chirpstack/chirpstack, api/proto/gw/gw.proto; what its mqtt-forwarder does with it, src/commands.rs.
 */
import type { Settings } from "../config/settings.ts";
import type { Counters } from "../health/counters.ts";
import { inTime } from "../in-time.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Delivery, ExecAnswer, ExecCommand } from "../north/core.ts";
import type { Clock, Exec, ExecResult } from "../ports.ts";
import type { Audit, AuditEntry, AuditSubject } from "./audit.ts";
import { type Budget, createBudget } from "./budget.ts";
import {
  type Allowed,
  BUDGET_EVERY_MS,
  BUDGET_MAX,
  REFUSALS_EVERY_MS,
  REFUSALS_MAX,
  REMEMBER_MS_MAX,
} from "./desk.ts";
import { type Now, UNANSWERED_MS_MAX } from "./lifetime.ts";
import type { Outcome } from "./reply.ts";

export const EXECS_REMEMBERED_MAX = 64;
const NOTE = "command.execs";
const VALUE_CHARACTERS_MAX = 1_024;
const NAME_CHARACTERS_MAX = 32;
/** What a program finds its programs by, where the agent has no say. */
const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" };

export interface ExecDeskParts {
  readonly exec: Exec | undefined;
  readonly now: () => Now;
  readonly clock: Pick<Clock, "sleep">;
  readonly notes: JournalNotes;
  /** Journal.notesWritten */
  readonly notesWritten: () => Promise<boolean>;
  readonly counters: Pick<Counters, "count">;
  readonly audit: Audit;
  readonly settings: () => Settings["command"];
  readonly allowed: (coreId: string) => Allowed;
  readonly answer: (coreId: string, answer: ExecAnswer) => Promise<Delivery>;
}

export interface ExecDesk {
  /** As CommandDesk.hear. */
  hear(command: ExecCommand): Promise<void>;
  /** As CommandDesk.turnAway. */
  turnAway(last: ExecCommand, count: number): void;
}

/** What one core has left. */
interface Account {
  readonly requests: Budget;
  readonly refusals: Budget;
}

export function createExecDesk(parts: ExecDeskParts): ExecDesk {
  const { exec, notes, audit, counters } = parts;
  /** By core. */
  const accounts = new Map<string, Account>();
  let isRunning = false;

  function fault(command: ExecCommand): string | undefined {
    const { coreId, execId, retained, expiresInMs, unansweredMs, environment } = command;
    if (retained) return "retained";
    if (parts.allowed(coreId) !== "change") return "notAllowed";
    const { exec: programs, execEnvironment } = parts.settings();
    if (exec === undefined || !Object.hasOwn(programs, command.command)) return "unknown";
    if (execId === 0) return "malformed";
    const names = Object.keys(environment);
    if (names.some((name) => !execEnvironment.includes(name) || !isValue(environment[name]!)))
      return "environment";
    if ((expiresInMs !== undefined && expiresInMs <= 0) || unansweredMs > UNANSWERED_MS_MAX) return "expired";
    if (seen().includes(keyOf(command))) return "replayed";
    return isRunning ? "busy" : undefined;
  }

  function seen(): string[] {
    const text = notes.get(NOTE);
    return text === undefined || text === "" ? [] : text.split("\n");
  }

  function accountOf({ coreId }: ExecCommand): Account {
    const account = accounts.get(coreId) ?? {
      requests: createBudget(BUDGET_MAX, BUDGET_EVERY_MS),
      refusals: createBudget(REFUSALS_MAX, REFUSALS_EVERY_MS),
    };
    accounts.set(coreId, account);
    return account;
  }

  async function refuse(command: ExecCommand, reason: string): Promise<void> {
    counters.count("commandRefused", reason);
    note(command, "refused", reason);
    await answer(command, { stdout: NOTHING, stderr: NOTHING, error: `refused: ${reason}` });
  }

  function turnAway(last: ExecCommand, count: number): void {
    counters.count("commandRefused", "tooMany", count);
    audit.noteTooMany(last.coreId, count, () => subjectOf(last));
  }

  /** Whether a power cut, now, would leave it refused when it comes again. */
  async function isRemembered(command: ExecCommand): Promise<boolean> {
    notes.set(NOTE, [...seen(), keyOf(command)].slice(-EXECS_REMEMBERED_MAX).join("\n"));
    return (await inTime(parts.clock, REMEMBER_MS_MAX, parts.notesWritten(), undefined)) === true;
  }

  async function hear(command: ExecCommand): Promise<void> {
    const { requests, refusals } = accountOf(command);
    const { monotonicMs } = parts.now();
    const isTooMany = !requests.take(monotonicMs);
    if (isTooMany && !refusals.take(monotonicMs)) return turnAway(command, 1);
    const reason = isTooMany ? "tooMany" : fault(command);
    if (reason !== undefined) return refuse(command, reason);
    isRunning = true;
    try {
      if (!(await isRemembered(command))) return await refuse(command, "notRemembered");
      await audit.noteNow(entryOf(command, "begun"));
      const result = await run(command);
      const error = errorOf(result);
      counters.count("commandDone", error === "" ? "done" : "failed");
      note(command, error === "" ? "done" : "failed", result.ended);
      await answer(command, { stdout: result.stdout, stderr: result.stderr, error });
    } finally {
      isRunning = false;
    }
  }

  function run({ command, stdin, environment }: ExecCommand): Promise<ExecResult> {
    const { exec: programs, execTimeoutMs, execOutputMaxOctets } = parts.settings();
    return exec!.run({
      argv: programs[command]!,
      stdin,
      env: { ...ENVIRONMENT, ...environment },
      timeoutMs: execTimeoutMs,
      outputOctetsMax: execOutputMaxOctets,
    });
  }

  function answer(
    { coreId, gatewayEui, execId }: ExecCommand,
    said: Pick<ExecAnswer, "stdout" | "stderr" | "error">,
  ): Promise<Delivery> {
    return parts.answer(coreId, { gatewayEui, execId, ...said });
  }

  function note(command: ExecCommand, outcome: Outcome, reason?: string): void {
    audit.note(entryOf(command, outcome, reason));
  }

  return { hear, turnAway };
}

const NOTHING = Buffer.alloc(0);

function keyOf({ coreId, gatewayEui, execId }: ExecCommand): string {
  return `${coreId}/${gatewayEui}/${execId}`;
}

function subjectOf({ coreId: core, gatewayEui, execId, command }: ExecCommand): AuditSubject {
  const name = command.replace(/[^A-Za-z0-9_-]/g, "?").slice(0, NAME_CHARACTERS_MAX);
  return { core, gatewayEui, command: `exec ${name}`, id: String(execId) };
}

function entryOf(command: ExecCommand, outcome: Outcome | "begun", reason?: string): AuditEntry {
  return { ...subjectOf(command), outcome, reason };
}

function isValue(value: string): boolean {
  return value.length <= VALUE_CHARACTERS_MAX && !value.includes("\0");
}

/** The contract has no place for an exit code but this. "": all is well. */
function errorOf({ exitCode, ended }: ExecResult): string {
  if (ended !== undefined) return ended;
  return exitCode === 0 ? "" : `exit code ${exitCode}`;
}
