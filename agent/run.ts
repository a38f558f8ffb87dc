/**
 * `edge-agent run`: reads the settings, opens the doors of a real gateway, starts the agent, and lives until SIGTERM.
 *
 * SIGTERM and SIGINT stop it within STOP_MS_MAX: OFFLINE is published and the journal closed; a disk that hangs is left. SIGHUP reads the
 * settings again, takes over what may change while running, and says what waits for a restart.
 */
import { type Agent, startAgent } from "./agent.ts";
import { resumeTrial, rollBack, type TrialFiles } from "./command/trial.ts";
import type { TrialNote } from "./command/trial-note.ts";
import { type Loaded, loadSettingsFile } from "./config/load.ts";
import { openSettingsMutely, settingsUnusable } from "./config/open.ts";
import type { ProfileInUse } from "./config/profile-defaults.ts";
import type { Settings } from "./config/settings.ts";
import { AgentError, type AgentErrorCode, EXIT, isAgentError } from "./errors.ts";
import { startPulse } from "./health/pulse.ts";
import { openBox } from "./host/box.ts";
import { openCertificates } from "./host/certificates.ts";
import { openClock } from "./host/clock.ts";
import { openCommands } from "./host/commands.ts";
import { openControlDoor } from "./host/control.ts";
import { sha256 } from "./host/digest.ts";
import { openExec } from "./host/exec.ts";
import { openFiles } from "./host/files.ts";
import { openGauges } from "./host/gauges.ts";
import { openLineFiles } from "./host/line-files.ts";
import { openLog } from "./host/log.ts";
import { openMarks } from "./host/marks.ts";
import { openMqtt } from "./host/mqtt.ts";
import { findPage, findProfiles, readBuiltWallMs } from "./host/program.ts";
import { openRng } from "./host/rng.ts";
import { openSerial } from "./host/serial.ts";
import { openStores } from "./host/store.ts";
import { isSupervised, openSupervisor, type Supervisor } from "./host/supervisor.ts";
import { openUdp } from "./host/udp.ts";
import { openWebDoor } from "./host/web.ts";
import { loadKinds } from "./north/kinds.ts";
import type { Clock, Files } from "./ports.ts";
import { chooseProfile } from "./profile/choose.ts";
import type { DoctorReport } from "./technician/doctor/report.ts";
import type { Speak } from "./text/text.ts";

/** A supervisor kills what does not stop; monit and systemd are asked for more than this. */
const STOP_MS_MAX = 1_900;

export interface RunParts {
  readonly settingsPath: string;
  readonly version: string;
  /** The program's own file: what was built is of its date, the earliest that a right clock can show. */
  readonly programPath: string;
  /** Only when something is wrong: a running agent keeps no texts in its memory. */
  readonly speak: Speak;
}

/**
 * Runs until a signal ends it; the process then exits.
 * @throws AgentError when it cannot start.
 */
export async function run(parts: RunParts): Promise<void> {
  const files = openFiles();
  const clock = openClock();
  const onTrial: TrialFiles = { files, settingsPath: parts.settingsPath, sha256 };
  const { settings, profile, trial } = await readSettingsOnTrial(onTrial, files, clock, parts);
  const log = await openLog(settings.log.level, process.stderr.isTTY === true);
  dieOfBugs(log);
  const commands = openCommands();
  const connectCore = await loadKinds(settings.cores.map(({ kind }) => kind));
  const starting = startAgent({
    settings,
    profile,
    connectCore,
    onReplaced: (error) => leave(starting, log, error),
    settingsFile: {
      ...onTrial,
      trial,
      check: checkAsFile(files, parts),
      applied: (next) => {
        log.level = next.log.level;
      },
      restart: isSupervised(process.env) ? (why) => beginAnew(starting, log, why) : undefined,
    },
    version: parts.version,
    nodeVersion: process.versions.node,
    builtWallMs: readBuiltWallMs(parts.programPath),
    pageFolder: findPage(parts.programPath),
    doctor: () => examine(parts),
    doors: {
      clock,
      files,
      marks: openMarks(),
      log,
      rng: openRng(),
      udp: openUdp((error) => log.debug({ error: error.message }, "datagram not sent")),
      stores: openStores(),
      commands,
      exec: openExec(),
      lineFiles: openLineFiles(),
      box: openBox(),
      gauges: openGauges(),
      serial: openSerial(),
      certificates: openCertificates(),
      mqtt: openMqtt(clock),
      control: openControlDoor(),
      web: openWebDoor(),
    },
  });
  // From now on: a signal that comes during a long repair must not end the process as if nobody listened.
  listenToSignals(starting, files, parts, log);
  logProfile(profile, log);
  const agent = await starting.catch(async (error: unknown) => {
    // What is half open would keep the process alive, deaf.
    if (!isAgentError(error)) die(error, log);
    // With settings that somebody far away has sent and that do not even let us start, the next start has the former ones.
    if (trial?.state === "onTrial") await rollBack(onTrial, trial, "unusable");
    throw await sayStartError(error, settings, parts.speak);
  });
  const { host, port } = agent.address;
  log.info({ version: parts.version, listen: `${host}:${port}`, pid: process.pid }, "ready");
  const supervisor = openSupervisor(commands, process.env);
  if (supervisor !== undefined) await serveSupervisor(supervisor, agent, clock, log);
}

/** As `edge-agent doctor` does, for the button on the local page; loaded when it is pressed. */
async function examine({ settingsPath, version, programPath }: RunParts): Promise<DoctorReport> {
  const [{ runDoctor }, { openReach }] = await Promise.all([
    import("./technician/doctor/doctor.ts"),
    import("./host/reach.ts"),
  ]);
  const clock = openClock();
  return runDoctor({
    files: openFiles(),
    box: openBox(),
    commands: openCommands(),
    control: openControlDoor(),
    clock,
    rng: openRng(),
    mqtt: openMqtt(clock),
    reach: openReach(),
    udp: openUdp(() => undefined),
    env: process.env,
    folder: findProfiles(programPath),
    settingsPath,
    version,
    builtWallMs: readBuiltWallMs(programPath),
  });
}

/** Says that the agent is ready, and from then on that it lives. */
async function serveSupervisor(
  supervisor: Supervisor,
  { vitals }: Agent,
  clock: Clock,
  log: RunLog,
): Promise<void> {
  if (!(await supervisor.ready())) log.warn({}, "supervisor not told");
  const { beatEveryMs: everyMs } = supervisor;
  if (everyMs === undefined) return;
  startPulse({ clock, log, vitals, everyMs, beat: () => void supervisor.beat() });
}

/** In the reader's language. */
async function sayStartError(error: unknown, settings: Settings, speak: Speak): Promise<unknown> {
  if (!isAgentError(error)) return error;
  const t = await speak();
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
async function readSettings(
  files: Files,
  { settingsPath, programPath, speak }: RunParts,
): Promise<{ readonly settings: Settings; readonly profile: ProfileInUse | undefined }> {
  const askProfile = chooseProfile(files, findProfiles(programPath));
  const loaded = await openSettingsMutely({ files, env: process.env, speak, askProfile }, settingsPath);
  if (!loaded.ok) throw settingsUnusable(settingsPath, loaded.troubles, await speak());
  return { settings: loaded.settings, profile: loaded.profile };
}

/** As readSettings(); a change of them that was on trial goes on, or is taken back, before they are read. */
async function readSettingsOnTrial(
  onTrial: TrialFiles,
  files: Files,
  clock: Clock,
  parts: RunParts,
): Promise<Awaited<ReturnType<typeof readSettings>> & { readonly trial: TrialNote | undefined }> {
  // A disk that takes no note now is asked again at the next start.
  const trial = await resumeTrial(onTrial, clock).catch((error: unknown) => {
    if (!isAgentError(error)) throw error;
    return undefined;
  });
  try {
    return { ...(await readSettings(files, parts)), trial };
  } catch (error) {
    if (trial?.state !== "onTrial" || !isAgentError(error)) throw error;
    const rolledBack = await rollBack(onTrial, trial, "unusable");
    return { ...(await readSettings(files, parts)), trial: rolledBack };
  }
}

/** @returns what judges a text as if it were the settings file. */
function checkAsFile(
  files: Files,
  { settingsPath, programPath }: RunParts,
): (tomlText: string) => Promise<Loaded> {
  return (tomlText) => {
    const asFile: Files = { ...files, read: async () => Buffer.from(tomlText) };
    const askProfile = chooseProfile(files, findProfiles(programPath));
    return loadSettingsFile(asFile, settingsPath, process.env, askProfile);
  };
}

/** Not recognised is no trouble by itself: many boxes have no profile of their own. */
function logProfile(profile: ProfileInUse | undefined, log: RunLog): void {
  if (profile === undefined) return;
  const { name, how, candidates } = profile;
  if (how === "missing") log.warn({ profile: name }, "gateway profiles not found");
  else if (how === "ambiguous") log.warn({ profile: name, candidates }, "gateway profile ambiguous");
  else log.info({ profile: name, how }, "gateway profile");
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
      endThoughHanging();
    }, STOP_MS_MAX);
    void stopWhenStarted(starting).then((stopped) => {
      clearTimeout(tooLate);
      if (stopped === undefined) return;
      log.info({}, "stopped");
      if (!stopped.diskAnswers) endThoughHanging();
      else process.exit(EXIT.done);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => void reload(starting, files, parts, log));
}

/** @returns undefined when it did not come to be. */
async function stopWhenStarted(
  starting: Promise<Agent>,
): Promise<{ readonly diskAnswers: boolean } | undefined> {
  const agent = await starting.catch(() => undefined);
  return agent && { diskAnswers: await agent.stop() };
}

/**
 * Ends the process although a thread of it may hang in the disk: Node waits for its threads before it exits, and would
 * wait as long as the disk does. So the kernel ends it, by SIGTERM, which supervisors count as a clean end.
 */
function endThoughHanging(): void {
  process.removeAllListeners("SIGTERM");
  process.kill(process.pid, "SIGTERM");
}

/** The journal we began with is not there any more: the supervisor's next start finds the one that is. */
function leave(starting: Promise<Agent>, log: RunLog, { code, message }: AgentError): void {
  log.error({ code, error: message }, "ending: begin anew");
  endForSupervisor(starting);
}

/** Only where there is a supervisor to start us again. */
function beginAnew(starting: Promise<Agent>, log: RunLog, why: string): void {
  log.info({ why }, "ending: begin anew");
  endForSupervisor(starting);
}

/** Not with 0: a supervisor may take that for the end of the work. */
function endForSupervisor(starting: Promise<Agent>): void {
  setTimeout(() => process.exit(EXIT.world), STOP_MS_MAX);
  void stopWhenStarted(starting).then(() => process.exit(EXIT.world));
}

async function reload(starting: Promise<Agent>, files: Files, parts: RunParts, log: RunLog): Promise<void> {
  const agent = await starting.catch(() => undefined);
  if (agent === undefined) return;
  try {
    const { settings: next } = await readSettings(files, parts);
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
  process.on("uncaughtException", (error) => die(error, log));
  process.on("unhandledRejection", (error) => die(error, log));
}

function die(error: unknown, log: RunLog): never {
  log.error({ error: error instanceof Error ? error.stack : String(error) }, "bug");
  process.exit(EXIT.bug);
}
