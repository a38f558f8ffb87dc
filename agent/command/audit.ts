/**
 * The audit log: every command that somebody far away has sent, and what came of it. Never what was in it.
 *
 *   { "at": "2026-01-01T00:00:00.000Z", "clock": "synchronised", "core": "main", "gatewayEui": "…",
 *     "command": "settings-change", "id": "…", "outcome": "refused", "reason": "replayed" }
 *
 * The promise: what changes something stands on disk, as begun, before it is done, where the disk obeys. What only asked,
 * or was refused, is written within a minute, so that a flood of it wears no flash. What is refused for being too much,
 * beyond the first few (desk.ts), is summed up: an entry a minute and core at most. The file is bounded, and one before it
 * is kept.
 * `edge-agent audit` shows both: technician/audit.ts.
 */
import { isAgentError } from "../errors.ts";
import type { ClockState } from "../frame/frame.ts";
import { inTime } from "../in-time.ts";
import type { Clock, LineFiles, Log, Timer } from "../ports.ts";
import type { Outcome } from "./reply.ts";

export const AUDIT_OCTETS_MAX = 128 * 1024;
const WRITTEN_WITHIN_MS = 60_000;
/** A disk that hangs is not waited for any longer. */
const WRITE_MS_MAX = 5_000;
/** Of those that wait to be written; beyond it they are counted. */
const WAITING_MAX = 64;

export interface AuditEntry {
  readonly core: string;
  readonly gatewayEui: string;
  readonly command: string;
  /** Absent where none could be read. */
  readonly id?: string | undefined;
  readonly outcome: Outcome | "begun" | "confirmed" | "rolledBack";
  readonly reason?: string | undefined;
}

export interface AuditLine extends AuditEntry {
  /** By the clock as it was, which `clock` says how far to trust. */
  readonly at: string;
  readonly clock: ClockState;
  /** Further ones that were left out before this one. */
  readonly leftOut?: number;
  /** So many were refused like this one, the last of them, since the core's entry before that says so. */
  readonly count?: number;
}

/** Which command it was. */
export type AuditSubject = Pick<AuditEntry, "core" | "gatewayEui" | "command" | "id">;

export interface Audit {
  /** It is written soon. */
  note(entry: AuditEntry): void;
  /**
   * There were so many too many of a core: summed up, and written soon.
   * @param last which the last one was; asked when the sum is made, for a flood must cost little.
   */
  noteTooMany(coreId: string, count: number, last: () => AuditSubject): void;
  /** Resolves when it is on disk, or the disk has refused, or hangs. */
  noteNow(entry: AuditEntry): Promise<void>;
  /** Writes what waits, sums too; as noteNow(). */
  flush(): Promise<void>;
}

export interface AuditParts {
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  readonly log: Log;
  readonly lineFiles: LineFiles | undefined;
  readonly path: string;
}

/** Where it is: beside the journal. */
export function auditPath(journalPath: string): string {
  return `${journalPath}-commands.jsonl`;
}

export function openAudit({ clock, clockState, log, lineFiles, path }: AuditParts): Audit {
  let waiting: string[] = [];
  let leftOut = 0;
  let timer: Timer | undefined;
  /** By core; there are no more than the settings have. */
  const sums = new Map<string, { readonly last: () => AuditSubject; readonly count: number }>();
  let sumTimer: Timer | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isFailing = false;
  let hangs = false;

  function add(entry: AuditEntry): void {
    if (waiting.length >= WAITING_MAX) leftOut += 1;
    else say(entry);
  }

  function say(entry: AuditEntry, count?: number): void {
    const { core, gatewayEui, command, id, outcome, reason } = entry;
    log.info({ coreId: core, gatewayEui, command, id, outcome, reason, count }, "command");
    const at = new Date(clock.wallMs()).toISOString();
    const beside = leftOut > 0 ? { leftOut } : {};
    leftOut = 0;
    const line: AuditLine = {
      at,
      clock: clockState(),
      core,
      gatewayEui,
      command,
      id,
      outcome,
      reason,
      ...beside,
      ...(count === undefined ? {} : { count }),
    };
    waiting.push(`${JSON.stringify(line)}\n`);
  }

  function saySums(): void {
    sumTimer?.cancel();
    sumTimer = undefined;
    for (const { last, count } of sums.values())
      say({ ...last(), outcome: "refused", reason: "tooMany" }, count);
    sums.clear();
  }

  async function flush(): Promise<void> {
    timer?.cancel();
    timer = undefined;
    writing = writing.then(write);
    // Behind a write that hangs it was waited for already.
    if (hangs) return;
    const written = writing.then(() => true);
    if ((await inTime(clock, WRITE_MS_MAX, written, undefined)) === true) return;
    hangs = true;
    failing(`the disk has not answered for ${WRITE_MS_MAX / 1e3} s`);
  }

  async function write(): Promise<void> {
    const lines = waiting.join("");
    waiting = [];
    if (lines === "" || lineFiles === undefined) return;
    try {
      await lineFiles.append(path, lines, AUDIT_OCTETS_MAX);
      isFailing = false;
    } catch (error) {
      if (!isAgentError(error, "FILE_IO")) throw error;
      failing(error.message);
    }
    hangs = false;
  }

  function failing(error: string): void {
    if (!isFailing) log.warn({ error }, "audit log not written");
    isFailing = true;
  }

  return {
    note: (entry) => {
      add(entry);
      timer ??= clock.after(WRITTEN_WITHIN_MS, () => void flush());
    },
    noteTooMany: (coreId, count, last) => {
      sums.set(coreId, { last, count: (sums.get(coreId)?.count ?? 0) + count });
      sumTimer ??= clock.after(WRITTEN_WITHIN_MS, () => {
        saySums();
        void flush();
      });
    },
    noteNow: (entry) => {
      add(entry);
      return flush();
    },
    flush: () => {
      saySums();
      return flush();
    },
  };
}
