/**
 * Commands of cores, as the agent sees them: what arrives is heard, and the rest is loaded when the first one comes; a
 * gateway that nobody commands does not carry it in its memory.
 *
 * Who may, and what is refused: desk.ts, exec.ts. What each does: handlers.ts. A change of settings on trial is watched
 * from the start: trial-watch.ts.
 */
import type { Counters } from "../health/counters.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { ExecCommand, OwnCommand } from "../north/core.ts";
import type { Routes } from "../north/routes.ts";
import type { Exec, LineFiles, Log } from "../ports.ts";
import type { Audit } from "./audit.ts";
import type { CommandDesk } from "./desk.ts";
import type { ExecDesk } from "./exec.ts";
import type { HandlerParts } from "./handlers.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { TrialNote } from "./trial-note.ts";
import type { TrialWatch } from "./trial-watch.ts";

export interface CommandsParts extends Omit<HandlerParts, "file" | "watch" | "routes" | "proposePlan"> {
  readonly log: Log;
  readonly notes: JournalNotes;
  /** Journal.notesWritten */
  readonly notesWritten: () => Promise<boolean>;
  readonly counters: Pick<Counters, "count">;
  readonly lineFiles?: LineFiles;
  readonly exec?: Exec;
  /** Absent: the settings came from nowhere that could be changed. */
  readonly settingsFile: SettingsFile | undefined;
  readonly routes: Pick<Routes, "status" | "publishOwn" | "proposePlan" | "sendExec">;
}

export interface CoreCommands {
  hear(command: OwnCommand): void;
  hearExec(command: ExecCommand): void;
  /** Writes what was noted and waits. */
  stop(): Promise<void>;
}

interface Loaded {
  readonly desk: CommandDesk;
  readonly exec: ExecDesk;
  readonly audit: Audit;
  readonly watch: TrialWatch | undefined;
}

interface TurnedAway<Command> {
  readonly last: Command;
  readonly count: number;
}

/** Of one core: those that wait for the code to be loaded, for one another, or for their answer to leave. */
const WAITING_MAX = 16;

export function openCommands(parts: CommandsParts): CoreCommands {
  const { settingsFile } = parts;
  let loading: Promise<Loaded> | undefined;
  const waiting = new Map<string, number>();
  /** How many of a core were turned away since the desks, which may still be loading, were last told. */
  const owns = new Map<string, TurnedAway<OwnCommand>>();
  const execs = new Map<string, TurnedAway<ExecCommand>>();
  let stopped = false;

  function loaded(): Promise<Loaded> {
    loading ??= import("./open-desks.ts").then(({ openDesks }) => openDesks(parts));
    return loading;
  }

  /** @returns false when too many of this core wait already: it is not heard. */
  function withDesks(coreId: string, hear: (desks: Loaded) => Promise<void>): boolean {
    const before = waiting.get(coreId) ?? 0;
    if (before >= WAITING_MAX) return false;
    waiting.set(coreId, before + 1);
    void loaded()
      .then(hear)
      .then(() => waiting.set(coreId, waiting.get(coreId)! - 1));
    return true;
  }

  function turnAway<Command extends { readonly coreId: string }>(
    sums: Map<string, TurnedAway<Command>>,
    last: Command,
    deskOf: (desks: Loaded) => { turnAway(last: Command, count: number): void },
  ): void {
    const { coreId } = last;
    const before = sums.get(coreId)?.count ?? 0;
    sums.set(coreId, { last, count: before + 1 });
    if (before > 0) return;
    void loaded().then((desks) => {
      const sum = sums.get(coreId)!;
      sums.delete(coreId);
      deskOf(desks).turnAway(sum.last, sum.count);
    });
  }

  if (settingsFile?.trial !== undefined) {
    const trial: TrialNote = settingsFile.trial;
    void loaded().then(({ watch }) => watch?.watch(trial));
  }
  return {
    hear: (command) => {
      if (stopped || withDesks(command.coreId, ({ desk }) => desk.hear(command))) return;
      turnAway(owns, command, ({ desk }) => desk);
    },
    hearExec: (command) => {
      if (stopped || withDesks(command.coreId, ({ exec }) => exec.hear(command))) return;
      turnAway(execs, command, ({ exec }) => exec);
    },
    stop: async () => {
      stopped = true;
      const { watch, audit } = (await loading) ?? {};
      watch?.stop();
      await audit?.flush();
    },
  };
}
