/**
 * `edge-agent setup`: points the packet forwarder at the agent, with the server it spoke to before as a core, so that
 * today's network server goes on. What it would do is shown and asked first.
 *
 * What is looked at: plan.ts. What is done, and undone: steps.ts. The way back: restore.ts.
 */
import { AgentError, EXIT } from "../errors.ts";
import type { Argv } from "../profile/profile.ts";
import type { Translate } from "../text/text.ts";
import { unifiedDiff } from "./diff.ts";
import type { SetupArguments, SetupDoors } from "./doors.ts";
import type { Change } from "./manifest.ts";
import { oneAtATime, refuseChangedSince } from "./one-at-a-time.ts";
import { makePlan, type SetupPlan, sayServer } from "./plan.ts";
import { saySign } from "./refusals.ts";
import { type Applied, applyPlan } from "./steps.ts";

type Outcome = "unchanged" | "dryRun" | "declined" | "changed" | "undone";

/** @throws AgentError USAGE, SETTINGS_INVALID, FILE_IO, UDP_BIND when it must not or cannot be done. */
export async function setUp(doors: SetupDoors, args: SetupArguments): Promise<void> {
  const { t, print, writeError, confirm } = doors;
  const plan = await makePlan(doors, args);
  const report = (outcome: Outcome, applied?: Applied): Promise<void> =>
    args.json ? print(`${JSON.stringify(asJson(plan, outcome, applied, doors))}\n`) : Promise.resolve();
  const show = args.json ? async (text: string) => writeError(text) : print;

  if (plan.changes.length === 0 && plan.earlier?.state !== "begun") {
    await show(`${t("setup.unchanged", { files: plan.used.files.join(", ") })}\n`);
    if (!plan.agentRuns) writeError(`${t("setup.noAgent")}\n`);
    return report("unchanged");
  }
  await show(sayPlan(plan, doors, args.verbose));
  if (args.dryRun) {
    await show(`${t("setup.nothingChanged")}\n`);
    return report("dryRun");
  }
  if (!(await mayGoOn(doors, plan, args, confirm))) {
    await show(`${t("setup.nothingChanged")}\n`);
    return report("declined");
  }
  const applied = await oneAtATime(doors, async () => {
    await refuseChangedSince(doors, plan.changes);
    return applyPlan(doors, plan);
  });
  if (applied.outcome === "changed") await show(sayChanged(plan, applied, doors));
  else {
    doors.setExitCode(EXIT.trouble);
    writeError(sayUndone(plan, applied, doors));
  }
  return report(applied.outcome, applied);
}

/** A hint that somebody else manages this box is a question of its own, which --yes does not answer. */
async function mayGoOn(
  { t }: SetupDoors,
  { hints }: SetupPlan,
  { yes }: SetupArguments,
  confirm: SetupDoors["confirm"],
): Promise<boolean> {
  const [hint] = hints;
  if (hint !== undefined) {
    const what = { by: hint.by, sign: saySign(hint) };
    if (yes || confirm === undefined) throw new AgentError("USAGE", t("setup.maybeManaged", what));
    if (!(await confirm(`${t("setup.reallyUnmanaged", what)} `))) return false;
  }
  if (yes) return true;
  if (confirm === undefined) throw new AgentError("USAGE", t("setup.sayYes"));
  return confirm(`${t("setup.reallyChange")} `);
}

// -------------------------------------------------------------------------------------------- for people

function sayPlan(plan: SetupPlan, { t }: SetupDoors, verbose: boolean): string {
  const { profile, used, server, former, address, changes, keeping, notes } = plan;
  const how = {
    process: () => t("setup.howProcess", { process: profile.forwarder.process?.value ?? "?" }),
    switch: () => t("setup.howSwitch", { file: profile.forwarder.switchFile?.value ?? "?" }),
    list: () => t("setup.howList"),
    named: () => t("setup.howNamed"),
  };
  const shownServer = sayServer(server);
  const lines = [
    t("setup.box", { title: profile.title, name: profile.name }),
    t("setup.usedFiles", { files: used.files.join(", "), how: how[used.how]() }),
    former.kind === "server"
      ? t("setup.formerCore", { server: shownServer, url: former.url })
      : t("setup.formerNone", { server: shownServer }),
    t("setup.newServer", { address: `${address.host}:${address.port}` }),
    ...notes.map((note) => t("config.warning", { warning: note })),
    ...plan.hints.map((hint) => t("setup.hint", { by: hint.by, sign: saySign(hint) })),
  ];
  const diffs = changes.map((change) => sayChange(change, verbose, t));
  const commands = commandsOf(plan).map((argv) => `  ${argv.join(" ")}`);
  return `${[
    lines.join("\n"),
    ...diffs.map((diff) => diff.trimEnd()),
    [t("setup.commands"), ...commands].join("\n"),
    t("setup.keptIn", { path: keeping.folder }),
  ].join("\n\n")}\n\n`;
}

/** The forwarder's own lines are what matters: a new file of the agent must not bury them. */
function sayChange({ path, owner, before, after }: Change, verbose: boolean, t: Translate): string {
  if (owner === "forwarder") return `${t("setup.forwarderChange")}\n${diffOf(path, before?.content, after)}`;
  if (before !== undefined || verbose) {
    return `${t("setup.ownChange")}\n${diffOf(path, before?.content, after)}`;
  }
  const lines = after.toString("utf8").split(/\r?\n/);
  const set = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  // A table in which nothing is set says nothing.
  const said = set.filter((line, index) => !(line.startsWith("[") && /^(\[|$)/.test(set[index + 1] ?? "")));
  return [t("setup.newFile", { path }), ...said.map((line) => `+${line}`)].join("\n");
}

/** @param after undefined: there is none any more. */
export function diffOf(path: string, before: Buffer | undefined, after: Buffer | undefined): string {
  return unifiedDiff(path, before?.toString("utf8"), after?.toString("utf8"));
}

function commandsOf({ agentRestart, forwarderRestart }: SetupPlan): readonly Argv[] {
  return agentRestart === undefined ? [forwarderRestart] : [agentRestart, forwarderRestart];
}

function sayChanged(
  { agentRestart, own }: SetupPlan,
  { gatewayEui, through }: Extract<Applied, { outcome: "changed" }>,
  { t }: SetupDoors,
): string {
  const lines = [t("setup.arrived", { eui: gatewayEui })];
  const command = agentRestart?.join(" ") ?? `edge-agent run --config ${own.path}`;
  if (through === "setup") lines.push(t("setup.startAgent", { command }));
  lines.push(t("setup.howBack"));
  return `${lines.join("\n")}\n`;
}

function sayUndone(
  plan: SetupPlan,
  { forwarderBack }: Extract<Applied, { outcome: "undone" }>,
  { t }: SetupDoors,
): string {
  const { status, log } = plan.profile.forwarder;
  const looks = [status?.value, log?.value].flatMap((argv) => (argv === undefined ? [] : [argv.join(" ")]));
  looks.push("edge-agent status");
  if (forwarderBack) return `${t("setup.undone", { looks: looks.join("\n  ") })}\n`;
  return sayByHand(plan.forwarderRestart, plan.keeping.folder, { t });
}

function sayByHand(restart: Argv, folder: string, { t }: Pick<SetupDoors, "t">): string {
  return loud(t("setup.byHand", { command: restart.join(" "), folder }));
}

/** The site may be cut off. */
export function loud(text: string): string {
  const bar = "!".repeat(72);
  return `${bar}\n${text}\n${bar}\n`;
}

// ---------------------------------------------------------------------------------------- for machines

function asJson(plan: SetupPlan, outcome: Outcome, applied: Applied | undefined, { t, sha256 }: SetupDoors) {
  const { profile, used, server, former, address, changes, keeping, notes, hints } = plan;
  return {
    outcome,
    profile: profile.name,
    forwarder: { files: used.files, how: used.how, instance: used.instance ?? null },
    formerServer: { ...server, kind: former.kind, core: former.kind === "server" ? former.url : null },
    address,
    files: changes.map(({ path, owner, before, after }) => ({
      path,
      owner,
      beforeSha256: before === undefined ? null : sha256(before.content),
      afterSha256: sha256(after),
      diff: diffOf(path, before?.content, after),
    })),
    commands: commandsOf(plan),
    keptIn: keeping.folder,
    notes: notes.map((note) => t.say(note)),
    managementHints: hints.map((hint) => ({ by: hint.by, sign: t.say(saySign(hint)) })),
    gatewayEui: applied?.outcome === "changed" ? applied.gatewayEui : null,
    seenThrough: applied?.outcome === "changed" ? applied.through : null,
    why: applied?.outcome === "undone" ? t.say(applied.why) : null,
    forwarderBack: applied?.outcome === "undone" ? applied.forwarderBack : null,
  };
}
