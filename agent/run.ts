/**
 * `edge-agent run`: reads the settings, opens the doors of a real gateway, starts the agent, and lives until SIGTERM.
 *
 * SIGTERM and SIGINT stop it within STOP_MS_MAX: OFFLINE is published and the journal closed. SIGHUP reads the
 * settings again, takes over what may change while running, and says what waits for a restart.
 */
import { statSync } from "node:fs";
import { type Agent, startAgent } from "./agent.ts";
import { openSettings, settingsUnusable } from "./config/open.ts";
import type { Settings } from "./config/settings.ts";
import { AgentError, type AgentErrorCode, EXIT, isAgentError } from "./errors.ts";
import { openClock } from "./host/clock.ts";
import { openCommands } from "./host/commands.ts";
import { openControlDoor } from "./host/control.ts";
import { openFiles } from "./host/files.ts";
import { openLog } from "./host/log.ts";
import { openMqtt } from "./host/mqtt.ts";
import { openRng } from "./host/rng.ts";
import { openStores } from "./host/store.ts";
import { openUdp } from "./host/udp.ts";
import type { Files } from "./ports.ts";
import type { Translate } from "./text/text.ts";

/** A supervisor kills what does not stop; monit and systemd are asked for more than this. */
const STOP_MS_MAX = 1_900;

export interface RunParts {
  readonly settingsPath: string;
  readonly version: string;
  /** The program's own file: its date is the earliest that a right clock can show. */
  readonly programPath: string;
  readonly t: Translate;
}

/**
 * Runs until a signal ends it; the process then exits.
 * @throws AgentError when it cannot start.
 */
export async function run(parts: RunParts): Promise<void> {
  const files = openFiles();
  const settings = await readSettings(files, parts);
  const log = await openLog(settings.log.level, process.stderr.isTTY === true);
  dieOfBugs(log);
  const clock = openClock();
  const starting = startAgent({
    settings,
    version: parts.version,
    builtWallMs: statSync(parts.programPath).mtimeMs,
    doors: {
      clock,
      files,
      log,
      rng: openRng(),
      udp: openUdp((error) => log.debug({ error: error.message }, "datagram not sent")),
      stores: openStores(),
      commands: openCommands(),
      mqtt: openMqtt(clock),
      control: openControlDoor(),
    },
  });
  // From now on: a signal that comes during a long repair must not end the process as if nobody listened.
  listenToSignals(starting, files, parts, log);
  const agent = await starting.catch((error: unknown) => {
    throw sayStartError(error, settings, parts.t);
  });
  const { host, port } = agent.address;
  log.info({ version: parts.version, listen: `${host}:${port}`, pid: process.pid }, "ready");
}

/** In the reader's language. */
function sayStartError(error: unknown, settings: Settings, t: Translate): unknown {
  if (!isAgentError(error)) return error;
  const { reason } = error;
  const { path } = settings.journal;
  const { host, port } = settings.forwarder.listen;
  const said: Partial<Record<AgentErrorCode, string>> = {
    UDP_BIND: t("error.portTaken", { address: `${host}:${port}` }),
    STORE_LOCKED: t("error.journalHeld", { path, holder: reason }),
    STORE_NEWER: t("error.journalNewer", { path }),
    STORE_DAMAGED: t("error.journalDamaged", { path, reason }),
    STORE_IO: t("error.diskRefused", { path, reason }),
    CONTROL_BIND: t("error.controlSocket", { socket: settings.control.socket, reason }),
  };
  return new AgentError(error.code, said[error.code] ?? error.message, error);
}

type RunLog = Awaited<ReturnType<typeof openLog>>;

/** @throws AgentError SETTINGS_INVALID with every trouble; FILE_IO. */
async function readSettings(files: Files, { settingsPath, t }: RunParts): Promise<Settings> {
  const loaded = await openSettings({ files, env: process.env, t }, settingsPath);
  if (!loaded.ok) throw settingsUnusable(settingsPath, loaded.troubles, t);
  return loaded.settings;
}

/** @param starting when it fails, the process ends of itself. */
function listenToSignals(starting: Promise<Agent>, files: Files, parts: RunParts, log: RunLog): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    const tooLate = setTimeout(() => {
      log.error({ afterMs: STOP_MS_MAX }, "stopped before everything was closed");
      process.exit(EXIT.done);
    }, STOP_MS_MAX);
    void stopWhenStarted(starting).then((stopped) => {
      clearTimeout(tooLate);
      if (!stopped) return;
      log.info({}, "stopped");
      process.exit(EXIT.done);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => void reload(starting, files, parts, log));
}

/** @returns false when it did not come to be. */
async function stopWhenStarted(starting: Promise<Agent>): Promise<boolean> {
  const agent = await starting.catch(() => undefined);
  await agent?.stop();
  return agent !== undefined;
}

async function reload(starting: Promise<Agent>, files: Files, parts: RunParts, log: RunLog): Promise<void> {
  const agent = await starting.catch(() => undefined);
  if (agent === undefined) return;
  try {
    const next = await readSettings(files, parts);
    const { live, restart } = agent.reload(next);
    log.level = next.log.level;
    log.info({ changed: live, needRestart: restart }, "settings read again");
  } catch (error) {
    if (!isAgentError(error)) throw error;
    log.error({ code: error.code, trouble: error.message }, "settings not taken over");
  }
}

/** A bug ends the process: its supervisor starts a fresh one, and the journal has what was acknowledged. */
function dieOfBugs(log: RunLog): void {
  const die = (error: unknown): void => {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, "bug");
    process.exit(EXIT.bug);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}
