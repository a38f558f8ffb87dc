/**
 * The steps of setup: keep, write the agent's settings, restart the agent, write the forwarder's settings, restart the
 * forwarder, wait for its PULL_DATA. What fails on the way is undone, and said.
 *
 * The agent first: when the forwarder arrives at it, it already has the former server as a core.
 */
import { isAgentError } from "../errors.ts";
import type { Argv } from "../profile/profile.ts";
import { type Said, said } from "../text/said.ts";
import { type Arrival, askAgent, listenInstead, poll, watchAgent } from "./arrival.ts";
import type { SetupDoors } from "./doors.ts";
import { type Change, forget, keepBefore, type Manifest, removeFolders, writeManifest } from "./manifest.ts";
import type { SetupPlan } from "./plan.ts";

/** Longer than monit and systemd take to restart a daemon; then the command is ended. */
export const COMMAND_MS_MAX = 60_000;
/** A journal of many frames is opened first. */
const AGENT_START_MS_MAX = 60_000;

export type Applied =
  /** @property through whom the PULL_DATA was seen. */
  | { readonly outcome: "changed"; readonly gatewayEui: string; readonly through: "agent" | "setup" }
  /** @property forwarderBack whether the forwarder runs again with its former settings. */
  | { readonly outcome: "undone"; readonly why: Said; readonly forwarderBack: boolean };

/** What has been done so far, and may have to be undone. */
interface Done {
  readonly changes: Change[];
  agentRestarted: boolean;
}

/** Carried out of the steps to where they are undone. */
class StepFailed extends Error {
  readonly why: Said;
  constructor(why: Said) {
    super(why.key);
    this.why = why;
  }
}

/** @throws AgentError FILE_IO when nothing could be kept: then nothing was changed either */
export async function applyPlan(doors: SetupDoors, plan: SetupPlan): Promise<Applied> {
  const { writeError, t } = doors;
  const { keeping, earlier, changes, profile, address, format, keys, forwarderRestart } = plan;
  const status = profile.forwarder.status?.value ?? null;
  const about = { profile: profile.name, address, format, keys, restart: forwarderRestart, status };
  const manifest = await keepBefore(keeping, earlier, changes, about);
  writeError(`${t("setup.kept", { path: keeping.folder })}\n`);
  const done: Done = { changes: [], agentRestarted: false };
  let arrival: Arrival | undefined;
  try {
    await writeAll(doors, plan, "agent", done);
    const agentUp = await bringUpAgent(doors, plan, done);
    arrival = await (agentUp
      ? watchAgent(doors, plan.own.settings.control.socket)
      : listenInstead(doors, address));
    await writeAll(doors, plan, "forwarder", done);
    await orFail(doors, forwarderRestart, "setup.forwarderNotRestarted");
    const seconds = Math.round(plan.waitMs / 1e3);
    writeError(`${t("setup.waiting", { seconds, address: `${address.host}:${address.port}` })}\n`);
    const gatewayEui = await arrival.wait(plan.waitMs, doors.interrupted);
    if (gatewayEui === undefined) {
      throw new StepFailed(
        doors.interrupted.aborted ? said("setup.interrupted") : said("setup.nothingArrived", { seconds }),
      );
    }
    await writeManifest(keeping, { ...manifest, state: "done" });
    return { outcome: "changed", gatewayEui, through: agentUp ? "agent" : "setup" };
  } catch (error) {
    const why = whyOf(error);
    // A bug stops here, with the manifest written: restore undoes it.
    if (why === undefined) throw error;
    writeError(`${t("setup.failed", { why })}\n`);
    return { outcome: "undone", why, forwarderBack: await undo(doors, plan, manifest, done) };
  } finally {
    await arrival?.close();
  }
}

function whyOf(error: unknown): Said | undefined {
  if (error instanceof StepFailed) return error.why;
  if (isAgentError(error)) return said("setup.worldFailed", { reason: error.message });
  return undefined;
}

async function writeAll(
  { box, t, writeError, interrupted }: SetupDoors,
  { changes }: SetupPlan,
  owner: Change["owner"],
  done: Done,
): Promise<void> {
  for (const change of changes.filter((one) => one.owner === owner)) {
    if (interrupted.aborted) throw new StepFailed(said("setup.interrupted"));
    const { path, before, after } = change;
    done.changes.push(change);
    await box.replace(path, { ...(before ?? { mode: NEW_FILE_MODE }), content: after });
    writeError(`${t("setup.written", { path })}\n`);
  }
}

/** The folder keeps strangers out; the agent's user is not known here. */
const NEW_FILE_MODE = 0o644;

/** @returns whether an agent answers that knows its settings as they are now. */
async function bringUpAgent(doors: SetupDoors, plan: SetupPlan, done: Done): Promise<boolean> {
  const { control, clock, interrupted, t, writeError } = doors;
  const { agentRestart, agentRuns, changes, own, address } = plan;
  const isChanged = changes.some(({ owner }) => owner === "agent");
  if (agentRestart === undefined) {
    if (agentRuns && isChanged) throw new StepFailed(said("setup.agentNotRestarted"));
    return agentRuns;
  }
  const sinceMs = clock.monotonicMs();
  done.agentRestarted = true;
  if (!(await run(doors, agentRestart))) {
    if (agentRuns) throw new StepFailed(said("setup.agentNotRestarted"));
    writeError(`${t("setup.noAgent")}\n`);
    return false;
  }
  const status = await poll(clock, AGENT_START_MS_MAX, interrupted, async () => {
    const answer = await askAgent(control, own.settings.control.socket);
    return answer !== undefined && answer.uptimeMs <= clock.monotonicMs() - sinceMs ? answer : undefined;
  });
  if (status === undefined) {
    const seconds = AGENT_START_MS_MAX / 1e3;
    throw new StepFailed(
      interrupted.aborted ? said("setup.interrupted") : said("setup.agentNotUp", { seconds }),
    );
  }
  // It may have been started with other settings than these.
  if (status.listen.port !== address.port) {
    const listens = `${status.listen.host}:${status.listen.port}`;
    throw new StepFailed(said("setup.agentElsewhere", { listens, path: own.path }));
  }
  return true;
}

async function orFail(doors: SetupDoors, argv: Argv, key: "setup.forwarderNotRestarted"): Promise<void> {
  if (doors.interrupted.aborted) throw new StepFailed(said("setup.interrupted"));
  if (!(await run(doors, argv))) throw new StepFailed(said(key, { command: argv.join(" ") }));
}

/** @returns whether it ended well and in time. */
export async function run(
  { commands, t, writeError }: Pick<SetupDoors, "commands" | "t" | "writeError">,
  argv: Argv,
): Promise<boolean> {
  writeError(`${t("setup.running", { command: argv.join(" ") })}\n`);
  const { exitCode } = await commands.run(argv, COMMAND_MS_MAX);
  if (exitCode !== 0) writeError(`${t("setup.commandFailed", { command: argv.join(" "), exitCode })}\n`);
  return exitCode === 0;
}

/** Back to where this setup began, which may be what an earlier one has left. @returns whether the forwarder runs */
async function undo(doors: SetupDoors, plan: SetupPlan, manifest: Manifest, done: Done): Promise<boolean> {
  const { box, t, writeError } = doors;
  const { keeping, earlier, agentRestart, own, forwarderRestart, profile } = plan;
  try {
    for (const { path, before } of [...done.changes].reverse()) {
      if (before === undefined) await box.remove(path);
      else await box.replace(path, before);
      writeError(`${t("setup.putBack", { path })}\n`);
    }
    await removeFolders(keeping, manifest);
  } catch (error) {
    // What is kept stays: restore can try again.
    const why = whyOf(error);
    if (why === undefined) throw error;
    writeError(`${t("setup.failed", { why })}\n`);
    return false;
  }
  const isForwarderTouched = done.changes.some(({ owner }) => owner === "forwarder");
  const runs =
    !isForwarderTouched || (await comesBack(doors, forwarderRestart, profile.forwarder.status?.value));
  if (done.agentRestarted && agentRestart !== undefined && own.before !== undefined) {
    await run(doors, agentRestart);
  }
  // Until the forwarder is back, restore has something to do.
  if (!runs) return false;
  if (earlier === undefined) await forget(keeping);
  else await writeManifest(keeping, earlier);
  return runs;
}

/** Restarts the forwarder, and asks whether it runs where there is a way to ask. */
export async function comesBack(
  doors: Pick<SetupDoors, "commands" | "t" | "writeError">,
  restart: Argv,
  status: Argv | null | undefined,
): Promise<boolean> {
  if (!(await run(doors, restart))) return false;
  return status === null || status === undefined || run(doors, status);
}
