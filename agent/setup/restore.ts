/**
 * `edge-agent restore`: puts back what setup has changed, to the octet, and restarts the forwarder. It needs neither
 * the running agent nor its settings nor the profile of the box: all it needs was kept by setup (manifest.ts).
 *
 * A file that somebody has changed since is not written over without a word. But what harms nobody keeps no package
 * from going: the agent's own settings, when their owner has gone on with them, and a forwarder that he has pointed
 * elsewhere himself, are left as they are. Where there was no setup it does nothing and ends with 0.
 */
import { AgentError, EXIT } from "../errors.ts";
import type { BoxFile } from "../ports.ts";
import { keepFolders } from "./box-profile.ts";
import type { RestoreArguments, SetupDoors } from "./doors.ts";
import { isAt, readServer } from "./former-server.ts";
import { readForwarderText } from "./forwarder-text.ts";
import {
  forget,
  KEEP_NAME,
  type Keeping,
  type KeptFile,
  keptFile,
  type Manifest,
  readManifest,
  removeFolders,
  standOf,
} from "./manifest.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { diffOf, loud } from "./setup.ts";
import { comesBack } from "./steps.ts";

interface Standing {
  readonly file: KeptFile;
  /** left: changed since, and as well left so. */
  readonly stand: "before" | "after" | "changed" | "left";
  readonly now: Buffer | undefined;
  readonly was: BoxFile | undefined;
}

/** @throws AgentError USAGE when it cannot ask; FILE_IO */
export async function restore(doors: SetupDoors, args: RestoreArguments): Promise<void> {
  const { t, writeError, setExitCode } = doors;
  const say = async (text: string): Promise<void> => {
    if (args.quiet) return;
    if (args.json) writeError(text);
    else await doors.print(text);
  };
  const report = (outcome: string, files: readonly Standing[] = []): Promise<void> =>
    args.json
      ? doors.print(
          `${JSON.stringify({ outcome, files: files.map(({ file, stand }) => ({ path: file.path, stood: stand })) })}\n`,
        )
      : Promise.resolve();

  const kept = await findKept(doors);
  if (kept === undefined) {
    await say(`${t("restore.nothing")}\n`);
    return report("nothing");
  }
  const { keeping, manifest } = kept;
  const standings: Standing[] = [];
  for (const file of manifest.files) standings.push(await lookAt(keeping, manifest, file, args.force));
  const wanted = standings.filter(({ stand }) => stand === "after" || stand === "changed");
  const left = standings.filter(({ stand }) => stand === "left").map(({ file }) => file.path);
  if (left.length > 0) await say(`${t("restore.left", { files: left.join(", ") })}\n`);
  const mustRestart = standings.some(({ file, stand }) => file.owner === "forwarder" && stand !== "left");
  const diffs = wanted.map(({ file, now, was }) => diffOf(file.path, now, was?.content));
  await say(diffs.join("\n"));
  if (mustRestart) await say(`${t("restore.willRun", { command: manifest.restart.join(" ") })}\n`);
  if (args.dryRun) return report("dryRun", standings);
  const changed = wanted.filter(({ stand }) => stand === "changed").map(({ file }) => file.path);
  if (!(await mayGoOn(doors, args, changed))) {
    await say(`${t("setup.nothingChanged")}\n`);
    return report("declined", standings);
  }
  await refuseObstacles(doors, keeping, wanted);
  const isBack = await oneAtATime(doors, () =>
    putBack(doors, args, { keeping, manifest, wanted, mustRestart, say }),
  );
  if (!isBack) {
    // What is kept stays, so that calling it again restarts again.
    setExitCode(EXIT.world);
    writeError(loud(t("restore.byHand", { command: manifest.restart.join(" ") })));
    return report("notRestarted", standings);
  }
  await say(`${mustRestart ? t("restore.done") : t("restore.ended")}\n`);
  return report("restored", standings);
}

/** @returns whether the forwarder runs again, or was left alone; then nothing is kept any more. */
async function putBack(
  doors: SetupDoors,
  { quiet }: RestoreArguments,
  what: {
    readonly keeping: Keeping;
    readonly manifest: Manifest;
    readonly wanted: readonly Standing[];
    readonly mustRestart: boolean;
    readonly say: (text: string) => Promise<void>;
  },
): Promise<boolean> {
  const { keeping, manifest, wanted, mustRestart, say } = what;
  for (const { file, was } of [...wanted].reverse()) {
    if (was === undefined) await doors.box.remove(file.path);
    else await doors.box.replace(file.path, was);
    await say(`${doors.t("setup.putBack", { path: file.path })}\n`);
  }
  await removeFolders(keeping, manifest);
  const heard = quiet ? { ...doors, writeError: () => {} } : doors;
  if (mustRestart && !(await comesBack(heard, manifest.restart, manifest.status))) return false;
  await forget(keeping);
  return true;
}

async function lookAt(
  keeping: Keeping,
  manifest: Manifest,
  file: KeptFile,
  force: boolean,
): Promise<Standing> {
  const now = await keeping.box.read(file.path);
  const was = await keptFile(keeping, file);
  const stand = await standOf(keeping, file);
  const isLeft =
    stand === "changed" && !force && (file.owner === "agent" || pointsElsewhere(manifest, file, now));
  return { file, now, was, stand: isLeft ? "left" : stand };
}

/** Its owner has given it another server since. */
function pointsElsewhere(
  { format, keys, address }: Manifest,
  { path }: KeptFile,
  now: Buffer | undefined,
): boolean {
  const read = now && readForwarderText(format, now, path);
  if (!read?.ok) return false;
  const server = readServer([read.document], keys, "");
  return server.host !== "" && !isAt(server, address);
}

/** A file changed since is asked for even with --yes; only --force answers that. */
async function mayGoOn(
  { t, confirm }: SetupDoors,
  { yes, force }: RestoreArguments,
  changed: readonly string[],
): Promise<boolean> {
  const files = changed.join(", ");
  if (changed.length > 0 && !force) {
    if (yes || confirm === undefined) throw new AgentError("FILE_IO", t("restore.changed", { files }));
    return confirm(`${t("restore.reallyChanged", { files })} `);
  }
  if (yes || force) return true;
  if (confirm === undefined) throw new AgentError("USAGE", t("setup.sayYes"));
  return confirm(`${t("setup.reallyChange")} `);
}

async function findKept(
  doors: SetupDoors,
): Promise<{ readonly keeping: Keeping; readonly manifest: Manifest } | undefined> {
  const { box, sha256 } = doors;
  for (const folder of await keepFolders(doors, KEEP_NAME)) {
    const keeping = { box, sha256, folder };
    const manifest = await readManifest(keeping);
    if (manifest !== undefined) return { keeping, manifest };
  }
  return undefined;
}

async function refuseObstacles(
  { box, t }: SetupDoors,
  { folder }: Keeping,
  wanted: readonly Standing[],
): Promise<void> {
  for (const path of [...wanted.map(({ file }) => file.path), `${folder}/manifest.json`]) {
    const obstacle = await box.obstacle(path);
    if (obstacle === "rights") throw new AgentError("FILE_IO", t("restore.noRights", { path }));
    if (obstacle === "readOnly") throw new AgentError("FILE_IO", t("setup.readOnly", { path }));
  }
}
