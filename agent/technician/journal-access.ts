/**
 * The way to a journal: through the running agent, by its control socket, or directly on the folder where no agent runs.
 * Either way the same questions are answered by the same desk (control/journal-desk.ts), so a command need not know.
 *
 *   --journal DIR   the folder, whatever runs; one that is held is refused, and by whom it is held is said
 *   --socket PATH   the agent, or nothing
 *   else            the settings' socket, and where nobody answers there the settings' journal
 *
 * Directly, a command that only looks changes nothing (journal/inspection.ts); one that changes opens the journal as an
 * agent would, with all that an agent puts right at its start.
 */
import { openSettings, settingsUnusable } from "../config/open.ts";
import type { Settings } from "../config/settings.ts";
import { type Desk, type DeskPen, openDesk } from "../control/journal-desk.ts";
import { AgentError, isAgentError } from "../errors.ts";
import { createCoreFilters } from "../frame/core-filters.ts";
import type { ClockState } from "../frame/frame.ts";
import { inspectFolder } from "../journal/inspection.ts";
import { type OpenJournal, openJournal } from "../journal/store-journal.ts";
import type { Now } from "../north/freshness.ts";
import type {
  Clock,
  Commands,
  ControlAnswer,
  ControlDoor,
  Files,
  KeyValueStores,
  LargeFiles,
  Lines,
  Log,
  Rng,
  Udp,
} from "../ports.ts";
import { createClockState } from "../south/clock-state.ts";
import type { Translate } from "../text/text.ts";
import { makeDryDoors } from "./dry-doors.ts";
import { sayStoreError } from "./store-errors.ts";

/** All that the journal's commands need of the world. */
export interface JournalDoors {
  readonly files: Files;
  readonly largeFiles: LargeFiles;
  readonly stores: KeyValueStores;
  readonly control: ControlDoor;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly udp: Udp;
  readonly commands: Commands;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly t: Translate;
  /** Standard output; resolves when it is written. */
  readonly print: (text: string) => Promise<void>;
  /** Standard error. */
  readonly writeError: (text: string) => void;
  /** Standard error is a terminal. */
  readonly isTerminal: boolean;
  /** Asks a person; undefined: there is nobody to ask. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** The person wants it to end. */
  readonly interrupted: AbortSignal;
  readonly setExitCode: (code: number) => void;
  /** When this program was built, wall time. */
  readonly builtWallMs: number;
}

export interface JournalArguments {
  readonly config: string;
  readonly journal: string | undefined;
  readonly socket: string | undefined;
  readonly json: boolean;
}

export interface JournalAccess {
  readonly through: "agent" | "folder";
  /** @throws AgentError CONTROL_UNREACHABLE, USAGE when the agent refuses */
  get<T>(path: string): Promise<T>;
  /** @throws AgentError as get(); the lines throw too, also when they end before their "end" */
  lines(method: "GET" | "POST", path: string, lines?: Lines): AsyncGenerator<readonly Line[]>;
  close(): Promise<void>;
}

/** What a desk says line by line. */
export type Line = { readonly kind: string } & Readonly<Record<string, unknown>>;

/**
 * look: changes nothing. check: so, and every octet is verified first. change: as an agent opens it. fill: so, and it is
 * made where there is none. tryChange, tryFill: as these, and nothing of it is written.
 */
export type Purpose = "look" | "check" | "change" | "fill" | "tryChange" | "tryFill";

/** Opens the way, says which it is, and closes it in the end. */
export async function withJournal(
  doors: JournalDoors,
  args: JournalArguments,
  purpose: Purpose,
  act: (access: JournalAccess) => Promise<void>,
): Promise<void> {
  const { t } = doors;
  const access = await openAccess(doors, args, purpose);
  try {
    await act(access);
  } catch (error) {
    refuseInterrupted(doors, error);
    throw isAgentError(error, "CONTROL_UNREACHABLE")
      ? new AgentError(error.code, `${t("journal.cutShort")}: ${error.reason}`, error)
      : error;
  } finally {
    await access.close();
  }
}

/** @throws AgentError INTERRUPTED when the person wants it to end */
export function refuseInterrupted({ interrupted, t }: JournalDoors, cause?: unknown): void {
  if (interrupted.aborted)
    throw new AgentError("INTERRUPTED", t("journal.interrupted"), cause, String(interrupted.reason));
}

async function openAccess(
  doors: JournalDoors,
  args: JournalArguments,
  purpose: Purpose,
): Promise<JournalAccess> {
  const { t, control, writeError } = doors;
  if (args.journal !== undefined) {
    const access = await openFolder(doors, args.journal, undefined, purpose);
    writeError(`${t("journal.onFolder", { place: args.journal })}\n`);
    return access;
  }
  const settings = args.socket === undefined ? await readSettings(doors, args.config) : undefined;
  const socket = args.socket ?? settings!.control.socket;
  const isThere = await control.ask(socket, { method: "GET", path: "/", body: undefined }).then(
    () => true,
    (error: unknown) => {
      if (!isAgentError(error, "CONTROL_UNREACHABLE")) throw error;
      return false;
    },
  );
  if (isThere) {
    writeError(`${t("journal.throughAgent", { place: socket })}\n`);
    // An import that is interrupted has brought in what it has read, and says how much: the agent answers it still.
    const signal = purpose === "fill" || purpose === "tryFill" ? undefined : doors.interrupted;
    const ask: Ask = (request) =>
      control.ask(socket, signal === undefined ? request : { ...request, signal });
    return makeAccess("agent", ask, t, async () => {});
  }
  if (settings === undefined) throw new AgentError("CONTROL_UNREACHABLE", t("error.noAgent", { socket }));
  const access = await openFolder(doors, settings.journal.path, settings, purpose);
  writeError(`${t("journal.onFolder", { place: settings.journal.path })}\n`);
  return access;
}

async function readSettings(doors: JournalDoors, path: string): Promise<Settings> {
  const loaded = await openSettings(doors, path);
  if (!loaded.ok) throw settingsUnusable(path, loaded.troubles, doors.t);
  return loaded.settings;
}

// --------------------------------------------------------------------------------------- the questions

type Ask = (...request: Parameters<Desk>) => Promise<ControlAnswer | undefined>;

function makeAccess(
  through: JournalAccess["through"],
  ask: Ask,
  t: Translate,
  close: () => Promise<void>,
): JournalAccess {
  const asked = async (method: "GET" | "POST", path: string, lines?: Lines): Promise<ControlAnswer> => {
    const request = { method, path, body: undefined, ...(lines === undefined ? {} : { lines }) };
    const answer = await ask(request);
    if (answer?.status === 200) return answer;
    if (answer === undefined || answer.status === 404)
      throw new AgentError("CONTROL_UNREACHABLE", t("journal.oldAgent"));
    const { error } = answer.body as { error?: string };
    const reason = error ?? String(answer.status);
    throw new AgentError("CONTROL_UNREACHABLE", t("journal.refused", { reason }));
  };
  return {
    through,
    get: async <T>(path: string) => (await asked("GET", path)).body as T,
    lines: async function* (method, path, lines) {
      const answer = await asked(method, path, lines);
      let ended = false;
      for await (const piece of answer.lines ?? []) {
        ended ||= piece.some((line) => (line as Line).kind === "end");
        yield piece as readonly Line[];
      }
      if (!ended) throw new AgentError("CONTROL_UNREACHABLE", t("journal.cutShort"));
    },
    close,
  };
}

// ------------------------------------------------------------------------------------------ the folder

async function openFolder(
  doors: JournalDoors,
  directory: string,
  settings: Settings | undefined,
  purpose: Purpose,
): Promise<JournalAccess> {
  const { t } = doors;
  try {
    if (purpose === "look" || purpose === "check")
      return await openToLook(doors, directory, settings, purpose === "check");
    const isTry = purpose === "tryChange" || purpose === "tryFill";
    const mayMake = purpose === "fill" || purpose === "tryFill";
    const through = isTry ? { ...doors, ...makeDryDoors(doors) } : doors;
    return await openToChange(through, directory, settings, { mayMake, isTry });
  } catch (error) {
    throw sayStoreError(error, directory, t);
  }
}

async function openToLook(
  doors: JournalDoors,
  directory: string,
  settings: Settings | undefined,
  thorough: boolean,
): Promise<JournalAccess> {
  const found = await inspectFolder({ ...doors, directory, thorough });
  if (found === undefined) throw new AgentError("FILE_IO", doors.t("journal.none", { path: directory }));
  const { inspection, close } = found;
  const desk = openDesk({ ...doors, inspection, now: await momentOf(doors, settings) });
  return makeAccess("folder", desk, doors.t, close);
}

async function openToChange(
  doors: JournalDoors,
  directory: string,
  settings: Settings | undefined,
  { mayMake, isTry }: { readonly mayMake: boolean; readonly isTry: boolean },
): Promise<JournalAccess> {
  const { t, clock } = doors;
  const known =
    mayMake && settings !== undefined
      ? []
      : await coresIn(doors, directory).catch((error: unknown) => {
          // Only an opening that may give up the ballast gets beyond that.
          if (settings === undefined || isTry || !isAgentError(error, "STORE_FULL")) throw error;
          return [];
        });
  if (known === undefined && !mayMake)
    throw new AgentError("FILE_IO", t("journal.none", { path: directory }));
  const cores = settings?.cores.map(({ id }) => id) ?? known ?? [];
  if (cores.length === 0) throw new AgentError("USAGE", t("journal.noCores", { path: directory }));
  const now = await momentOf(doors, settings);
  const journal = await openJournal({
    ...doors,
    log: quietLog(doors),
    directory,
    cores,
    commitIntervalMs: 0,
    mustOpen: true,
    ballast: !isTry,
  });
  const pen: DeskPen = {
    coresOf: settings ? createCoreFilters(settings.cores, settings.filter.lorawanOnly) : () => cores,
    maxAgeMsOf: (id) => maxAgeMsOf(settings, id),
    keep: journal.keep,
    kept: journal.commitNow,
    takeOut: ({ cores: left, frame }) => {
      for (const core of left) journal.taken(core, frame);
    },
    tryFlush: journal.tryFlush,
    thin: journal.thin,
  };
  const desk = openDesk({ ...doors, clock, inspection: unhurried(journal), now, pen });
  return makeAccess("folder", desk, t, async () => {
    await journal.close();
  });
}

/** Nobody else is served by this process. */
function unhurried({ inspection }: OpenJournal): OpenJournal["inspection"] {
  return { ...inspection, cores: inspection.cores, rest: () => Promise.resolve() };
}

function maxAgeMsOf(settings: Settings | undefined, id: string): number {
  if (settings === undefined) return Number.POSITIVE_INFINITY;
  return settings.cores.find((core) => core.id === id)?.maxAgeMs || settings.journal.maxAgeMs;
}

/** @returns those that an earlier run kept frames for; undefined where there is no journal. */
async function coresIn(doors: JournalDoors, directory: string): Promise<readonly string[] | undefined> {
  const found = await inspectFolder({ ...doors, directory, thorough: false });
  if (found === undefined) return undefined;
  await found.close();
  return found.inspection.cores;
}

/** What the clocks say, and how far the wall clock can be trusted, as the settings' sources tell at this moment. */
async function momentOf(doors: JournalDoors, settings: Settings | undefined): Promise<() => Now> {
  const { clock } = doors;
  let clockState: ClockState = "unsynchronised";
  if (settings !== undefined) {
    const state = createClockState({ ...doors, settings: () => settings.clock });
    await state.check();
    clockState = state.state(clock.wallMs(), clock.monotonicMs());
  }
  return () => ({
    wallMs: clock.wallMs(),
    monotonicMs: clock.monotonicMs(),
    kernelBootId: clock.kernelBootId(),
    clockState,
  });
}

/** What an agent would log of trouble is said; the rest is no matter of a command. */
function quietLog({ writeError }: JournalDoors): Log {
  const say = (fields: object, event: string): void => writeError(`${event}: ${JSON.stringify(fields)}\n`);
  const log: Log = { debug: () => {}, info: () => {}, warn: say, error: say, child: () => log };
  return log;
}
