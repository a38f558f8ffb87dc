/**
 * The command settings-change: checked as a file is, guarded (settings-guard.ts), put in place on trial (trial.ts), and
 * brought into force: while running where all that changes may change so, else by a restart. What cannot be taken back by
 * itself is refused: without a supervisor nobody would start the agent again.
 */
import type { SettingsDiff } from "../config/diff.ts";
import { diffSettings } from "../config/diff.ts";
import type { LoadedSettings } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { withoutUrlSecrets } from "../config/shown-url.ts";
import { sayTrouble } from "../config/trouble.ts";
import { isAgentError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { makeText } from "../text/text.ts";
import type { GivenTo } from "./catalogue.ts";
import { type Answer, done, failed, refused } from "./reply.ts";
import type { SettingsFile } from "./settings-file.ts";
import { changesOfOthers, localChanges } from "./settings-guard.ts";
import { mergeSettings } from "./settings-merge.ts";
import { beginTrial } from "./trial.ts";
import type { TrialWatch } from "./trial-watch.ts";

const TRIAL_MS_USUAL = 10 * 60_000;
/** The reply may take so long to leave before a restart. */
export const REPLY_LEAVES_MS = 3_000;
const TROUBLES_TOLD_MAX = 20;

export interface SettingsChangeParts {
  readonly clock: Clock;
  readonly file: SettingsFile | undefined;
  readonly watch: TrialWatch | undefined;
  /** In force. */
  readonly settings: () => Settings;
  /** Takes over what may change while running. */
  readonly reload: (next: Settings) => SettingsDiff;
}

export interface Sender {
  readonly id: string;
  readonly coreId: string;
  readonly gatewayEui: string;
}

/** @returns the answer, and what is to be done once it has been given. */
export async function changeSettings(
  parts: SettingsChangeParts,
  given: GivenTo<"settings-change">,
  sender: Sender,
): Promise<{ readonly answer: Answer; readonly after?: () => void }> {
  const { file, watch } = parts;
  if ((given.merge === undefined) === (given.toml === undefined))
    return { answer: refused("malformed", "merge or toml, one of them") };
  if (file === undefined || watch === undefined) return { answer: refused("noSettingsFile") };
  if (watch.current?.state === "onTrial") return { answer: refused("onTrial", watch.current.id) };
  const content = await file.files.read(file.settingsPath);
  if (content === undefined) return { answer: failed("noSettingsFile") };
  const judged = await judge(parts, file, content.toString("utf8"), given, sender);
  if ("answer" in judged) return judged;
  const { text, loaded, diff } = judged;
  const result = {
    live: diff.live,
    restart: diff.restart,
    warnings: loaded.warnings.map((warning) => makeText("en").say(warning.text)),
  };
  if (Buffer.from(text).equals(content)) return { answer: done({ state: "unchanged", ...result }) };
  if (given.dryRun === true) return { answer: done({ state: "wouldChange", ...result }) };
  const needsRestart = diff.restart.length > 0;
  if (needsRestart && file.restart === undefined)
    return { answer: refused("noSupervisor", diff.restart.join(", ")) };
  const limitMs = given.trialS === undefined ? TRIAL_MS_USUAL : given.trialS * 1e3;
  const plan = { ...sender, needsRestart, limitMs };
  const note = await beginTrial(file, parts.clock, plan, {
    previous: content,
    next: Buffer.from(text),
  }).catch((error: unknown) => {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return failed("fileNotWritable", error.message);
  });
  if ("outcome" in note) return { answer: note };
  if (!needsRestart) {
    parts.reload(loaded.settings);
    file.applied(loaded.settings);
  }
  watch.watch(note);
  const answer: Answer = {
    outcome: "accepted",
    result: { state: "onTrial", ...result, leftS: Math.round(limitMs / 1e3) },
  };
  return needsRestart ? { answer, after: () => file.restart?.("settings changed by a core") } : { answer };
}

type Judged =
  | { readonly answer: Answer }
  | { readonly text: string; readonly loaded: LoadedSettings; readonly diff: SettingsDiff };

async function judge(
  { settings }: SettingsChangeParts,
  file: SettingsFile,
  before: string,
  { merge, toml }: GivenTo<"settings-change">,
  { coreId }: Sender,
): Promise<Judged> {
  const merged =
    merge === undefined ? { ok: true as const, value: toml ?? "" } : mergeSettings(before, merge);
  if (!merged.ok) return { answer: refused(merged.fault.reason, merged.fault.key) };
  const text = merged.value;
  const loaded = await file.check(text);
  if (!loaded.ok) {
    const t = makeText("en");
    const lines = loaded.troubles.slice(0, TROUBLES_TOLD_MAX).map((trouble) => sayTrouble(trouble, t));
    // They quote what the file says of other cores too.
    return { answer: refused("settingsInvalid", lines.map(withoutUrlSecrets).join("\n")) };
  }
  // What somebody has written into the file by hand is his, in force or not.
  const present = await file.check(before);
  const was = present.ok ? present.settings : settings();
  const local = localChanges(was, loaded.settings, coreId);
  if (local.length > 0) return { answer: refused("localOnly", local.join(", ")) };
  // It could never be reached again, and what waits for it would be let go.
  if (!loaded.settings.cores.some(({ id }) => id === coreId)) return { answer: refused("ownCore", coreId) };
  const others = changesOfOthers(was, loaded.settings, coreId);
  if (others.length > 0) return { answer: refused("otherCore", [...new Set(others)].join(", ")) };
  return { text, loaded, diff: diffSettings(settings(), loaded.settings) };
}
