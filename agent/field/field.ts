/**
 * What the gateway itself tells: GNSS, modem, the box. Put together from what the settings ask for; what nobody asks
 * for is neither loaded nor run. agent.ts starts it, `edge-agent status` and the health reports read it.
 */
import type { Settings } from "../config/settings.ts";
import type { Box, Clock, Commands, Files, Log, Serial } from "../ports.ts";
import type { Gnss } from "./gnss.ts";
import type { GnssFix, GnssState, GnssView } from "./gnss-view.ts";
import type { ManagerName } from "./modem-manager.ts";
import {
  afterRound,
  type ModemReading,
  type ModemRound,
  type ModemState,
  type ModemView,
  newModemView,
} from "./modem-view.ts";
import type { Rounds } from "./rounds.ts";
import { type Grade, gradeOf, type SignalFigure } from "./signal.ts";
import { createSystem, type SystemReading } from "./system.ts";

export interface GnssStatus {
  readonly port: string;
  readonly state: GnssState;
  readonly forMs: number;
  /** The latest, with its age; also when it is lost. */
  readonly fix?: (Omit<GnssFix, "monotonicMs"> & { readonly ageMs: number }) | undefined;
  /** In use and in view at the last look. */
  readonly satellites?: number | undefined;
  readonly inView?: number | undefined;
  /** By how much our wall clock is ahead of the receiver. */
  readonly clockAheadMs?: number | undefined;
  readonly reason?: string | undefined;
}

export interface ModemStatus {
  /** The AT port, or the program that owns the modem. */
  readonly by: string;
  readonly state: ModemState;
  readonly forMs: number;
  /** The latest, with its age; also when nobody answers any more. */
  readonly reading?: (ModemReading & { readonly ageMs: number }) | undefined;
  readonly grade?: Grade | undefined;
  readonly gradeBy?: SignalFigure | undefined;
  readonly reason?: string | undefined;
}

export interface FieldStatus {
  /** Absent where the settings name no port. */
  readonly gnss?: GnssStatus | undefined;
  readonly modem?: ModemStatus | undefined;
  readonly system?: SystemReading | undefined;
}

export interface FieldParts {
  readonly clock: Clock;
  readonly files: Files;
  readonly commands: Commands;
  readonly box?: Pick<Box, "names"> | undefined;
  /** Absent: no port can be opened. */
  readonly serial?: Serial | undefined;
  readonly log: Log;
  readonly settings: Settings;
  /** Ports that the profile says are read by others. */
  readonly heldPorts: readonly string[];
  readonly builtWallMs: number;
}

export interface Field {
  /** Reads what is only read on demand; then status() is of now. */
  refresh(): Promise<void>;
  status(): FieldStatus;
  stop(): Promise<void>;
}

export async function startField(parts: FieldParts): Promise<Field> {
  const { clock, settings } = parts;
  const gnss = await startGnssWhereAsked(parts);
  const modem = await startModemWhereAsked(parts);
  const system = createSystem({
    ...parts,
    diskPath: settings.journal.path,
    voltagesCommand: settings.system.voltagesCommand,
  });
  return {
    refresh: () => system.refresh(),
    status: () => {
      const nowMs = clock.monotonicMs();
      return {
        gnss: gnss && gnssStatus(settings.gnss.port, gnss.view(), nowMs),
        modem: modem && modemStatus(modem.by, modem.view(), nowMs),
        system: system.reading(),
      };
    },
    stop: async () => {
      await Promise.all([gnss?.stop(), modem?.stop()]);
    },
  };
}

// ---------------------------------------------------------------------------------------------- GNSS

async function startGnssWhereAsked(parts: FieldParts): Promise<Gnss | undefined> {
  const { serial, settings, log } = parts;
  if (settings.gnss.port === "" || serial === undefined) return undefined;
  const { startGnss } = await import("./gnss.ts");
  const onChange = ({ belief, reason }: GnssView): void =>
    log.info({ part: "gnss", port: settings.gnss.port, state: belief.state, reason }, "GNSS state");
  return startGnss({ ...parts, serial, settings: settings.gnss, onChange });
}

function gnssStatus(port: string, view: GnssView, nowMs: number): GnssStatus {
  const { belief, fix, satellites, inView, clockAheadMs, reason } = view;
  return {
    port,
    state: belief.state,
    forMs: nowMs - belief.sinceMonotonicMs,
    fix: fix && withAge(fix, nowMs),
    satellites,
    inView,
    clockAheadMs,
    reason,
  };
}

/** A monotonic time means nothing to who reads it elsewhere. */
function withAge<T extends { readonly monotonicMs: number }>(
  { monotonicMs, ...rest }: T,
  nowMs: number,
): Omit<T, "monotonicMs"> & { readonly ageMs: number } {
  return { ...rest, ageMs: nowMs - monotonicMs };
}

// --------------------------------------------------------------------------------------------- modem

interface Modem {
  readonly by: string;
  view(): ModemView;
  stop(): Promise<void>;
}

async function startModemWhereAsked(parts: FieldParts): Promise<Modem | undefined> {
  const { clock, settings, log } = parts;
  const { port, manager, intervalMs } = settings.modem;
  const ask = port !== "" ? await askingPort(parts) : await askingManager(parts, manager);
  if (ask === undefined) return undefined;
  const by = port !== "" ? port : manager;
  const { startRounds } = await import("./rounds.ts");
  let view = newModemView(clock.monotonicMs());
  const rounds: Rounds = startRounds(clock, intervalMs, async (signal) => {
    const round = await ask(signal);
    if (signal.aborted) return "present";
    const before = view.belief.state;
    view = afterRound(view, round, clock.monotonicMs());
    const { state } = view.belief;
    if (state !== before) log.info({ part: "modem", by, state, reason: view.reason }, "modem state");
    return round.found === "noPort" || round.found === "noManager" ? "absent" : "present";
  });
  return { by, view: () => view, stop: rounds.stop };
}

type AskRound = (signal: AbortSignal) => Promise<ModemRound>;

async function askingPort({ clock, serial, settings, heldPorts }: FieldParts): Promise<AskRound | undefined> {
  if (serial === undefined) return undefined;
  const { askModem } = await import("./modem.ts");
  return (signal) => askModem({ clock, serial }, settings.modem, heldPorts, signal);
}

async function askingManager(
  { commands }: FieldParts,
  manager: ManagerName | "none",
): Promise<AskRound | undefined> {
  if (manager === "none") return undefined;
  const { askManager } = await import("./modem-manager.ts");
  // Who stops the agent does not wait for another's program.
  const stopped = (signal: AbortSignal): Promise<ModemRound> =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve({ found: "noManager" }), { once: true });
    });
  return (signal) => Promise.race([askManager(commands, manager), stopped(signal)]);
}

function modemStatus(by: string, { belief, reading, reason }: ModemView, nowMs: number): ModemStatus {
  const graded = reading && gradeOf(reading.signal);
  return {
    by,
    state: belief.state,
    forMs: nowMs - belief.sinceMonotonicMs,
    reading: reading && withAge(reading, nowMs),
    grade: graded?.grade,
    gradeBy: graded?.by,
    reason,
  };
}
