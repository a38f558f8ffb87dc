/**
 * Self-care without harm: what the agent does for its box by itself, and what it never does.
 *
 * It restarts a dead forwarder by the profile's command, seldom (forwarder-care.ts), and commits the journal at once when
 * the supply is lost (power-watch.ts). It never reboots, never touches a network, a modem or a watchdog, and does nothing
 * where the profile knows no command for sure. Firmware that restarts too often wipes itself; whoever keeps the backhaul
 * keeps it alone.
 *
 * agent.ts starts it; a command from a core asks it; health shows its view.
 */
import type { ProfileInUse } from "../config/profile-defaults.ts";
import type { Settings } from "../config/settings.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Box, Clock, Commands, Files, Gauges, Log } from "../ports.ts";
import { createForwarderCare, type ForwarderCareView, type RestartResult } from "./forwarder-care.ts";
import type { Heard } from "./forwarder-signs.ts";
import { type PowerView, type PowerWatch, startPowerWatch } from "./power-watch.ts";
import { openRestartWay } from "./restart-way.ts";
import { findSupply } from "./supply-gauges.ts";

export interface CareView {
  readonly forwarder: ForwarderCareView;
  readonly power: PowerView;
}

export interface Care {
  /**
   * Somebody asks for it: limits of its own, and no regard to the setting, which is about what nobody asks for.
   * @param why for the log and the status: "command of core main".
   */
  restartForwarder(why: string): Promise<RestartResult>;
  view(): CareView;
  /** The journal's notes of earlier runs are there at last (Journal.whenFound). */
  found(): void;
  stop(): Promise<void>;
}

export interface CareParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Pick<Files, "read" | "stamp" | "replace">;
  readonly commands: Commands;
  /** Absent: no process is looked for, and no supply. */
  readonly box?: Pick<Box, "names" | "read" | "processes" | "claim"> | undefined;
  /** Absent: no supply is watched. */
  readonly gauges?: Gauges | undefined;
  readonly settings: () => Settings;
  readonly profile: ProfileInUse | undefined;
  readonly notes: JournalNotes;
  readonly historyKnown: () => boolean;
  /** The wall clock is right, as far as we know. */
  readonly clockTrusted: () => boolean;
  readonly heard: () => readonly Heard[];
  readonly hearsItself: () => Promise<boolean>;
  readonly isMaintained: () => boolean;
  /** Journal.commitNow */
  readonly commitNow: () => void;
}

export function startCare(parts: CareParts): Care {
  const { clock, profile, settings } = parts;
  const log = parts.log.child({ part: "care" });
  const { care, control } = settings();
  const way = openRestartWay({
    ...parts,
    box: parts.box,
    help: profile?.forwarder,
    ownCommand: care.restartCommand,
    requestPath: requestPathBeside(control.socket),
    wallMs: () => clock.wallMs(),
  });
  const forwarder = createForwarderCare({
    ...parts,
    log,
    way,
    settings: () => settings().care,
    moment: () => ({
      kernelBootId: clock.kernelBootId(),
      monotonicMs: clock.monotonicMs(),
      wallMs: clock.wallMs(),
      trusted: parts.clockTrusted(),
    }),
  });
  const power = watchPower(parts, log);
  return {
    restartForwarder: forwarder.restart,
    view: () => ({ forwarder: forwarder.view(), power: power?.view() ?? { state: "unwatched" } }),
    found: forwarder.found,
    stop: async () => {
      forwarder.stop();
      await power?.stop();
    },
  };
}

/** Packages put it there, and have root watch it (packaging/). */
export function requestPathBeside(socket: string): string {
  return `${socket.slice(0, socket.lastIndexOf("/") + 1)}forwarder-restart`;
}

function watchPower(parts: CareParts, log: Log): PowerWatch | undefined {
  const { clock, box, gauges, commands, commitNow } = parts;
  if (box === undefined || gauges === undefined) return undefined;
  const { care, system } = parts.settings();
  const names = { supply: care.supplyVoltage, backup: care.backupVoltage, command: system.voltagesCommand };
  return startPowerWatch({
    clock,
    log,
    find: () => findSupply({ box, gauges, commands }, names),
    lowV: care.supplyLowMv / 1_000,
    onDanger: commitNow,
  });
}
