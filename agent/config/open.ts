/**
 * Opening the settings for a command: the file read, and what fails put into words. The reading itself: load.ts.
 */
import { AgentError, isAgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import type { Speak, Translate } from "../text/text.ts";
import type { Environment } from "./environment.ts";
import { sayReason } from "./file-refusal.ts";
import { type Loaded, loadSettingsFile } from "./load.ts";
import type { AskProfile } from "./profile-defaults.ts";
import { sayTrouble, type Trouble } from "./trouble.ts";

/**
 * The settings of a file, or its troubles.
 * @param from.askProfile what the gateway's profile gives; absent: nothing.
 * @throws AgentError FILE_IO, said in the language of `t`, when the file is not there or cannot be read.
 */
export function openSettings(
  { t, ...from }: SettingsSource & { readonly t: Translate },
  path: string,
): Promise<Loaded> {
  return openSettingsMutely({ ...from, speak: async () => t }, path);
}

export interface SettingsSource {
  readonly files: Files;
  readonly env: Environment;
  readonly askProfile?: AskProfile;
}

/** As openSettings(), for one who has no voice until it is needed. */
export async function openSettingsMutely(
  { files, env, askProfile, speak }: SettingsSource & { readonly speak: Speak },
  path: string,
): Promise<Loaded> {
  let loaded: Loaded | undefined;
  try {
    if ((await files.stamp(path)) !== undefined)
      loaded = await loadSettingsFile(files, path, env, askProfile);
  } catch (error) {
    const t = await speak();
    throw sayFileError(error, t, (reason) => t("error.fileRead", { path, reason }));
  }
  if (loaded !== undefined) return loaded;
  const t = await speak();
  throw new AgentError("FILE_IO", t("error.settingsMissing", { path }));
}

/** The error with which a program ends that needs these settings: its message has a line for each trouble. */
export function settingsUnusable(path: string, troubles: readonly Trouble[], t: Translate): AgentError {
  const lines = troubles.map((trouble) => `  ${sayTrouble(trouble, t)}`);
  return new AgentError("SETTINGS_INVALID", [t("error.settingsUnusable", { path }), ...lines].join("\n"));
}

/** In the reader's language. */
export function sayFileError(error: unknown, t: Translate, say: (reason: string) => string): unknown {
  if (!isAgentError(error, "FILE_IO")) return error;
  const reason = sayReason(error, t);
  return new AgentError("FILE_IO", say(reason), error, reason);
}
