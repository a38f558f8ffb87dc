/** Looks at the settings file as a starting agent does, profile and environment included. */
import { reasonOf } from "../../../config/file-refusal.ts";
import { loadSettingsFile } from "../../../config/load.ts";
import { isAgentError } from "../../../errors.ts";
import type { Box, Files } from "../../../ports.ts";
import { chooseProfile } from "../../../profile/choose.ts";
import type { DoctorDoors } from "../doors.ts";
import type { SettingsSeen } from "../facts.ts";
import { isForbidden } from "../forbidden.ts";

export async function lookAtSettings(doors: DoctorDoors): Promise<SettingsSeen> {
  const { files, box, env, folder, settingsPath: path } = doors;
  try {
    if ((await files.stamp(path)) === undefined) return { state: "missing", path };
    const askProfile = chooseProfile(boxWithProfiles(files, box, folder), folder);
    const loaded = await loadSettingsFile(files, path, env, askProfile);
    if (!loaded.ok) return { state: "wrong", path, troubles: loaded.troubles };
    const { settings, warnings, profile, origins } = loaded;
    const origin = origins.get("gnss.port")?.kind;
    const isGnssSet = origin === "file" || origin === "environment";
    return { state: "good", path, settings, warnings, profile, isGnssSet };
  } catch (error) {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return { state: "unreadable", path, reason: reasonOf(error), isForbidden: isForbidden(error) };
  }
}

/** Profiles lie with the program; signs and EUIs on the box. */
function boxWithProfiles(files: Files, box: Box, folder: string | undefined): Pick<Box, "read" | "stamp"> {
  const isProfile = (path: string): boolean => folder !== undefined && path.startsWith(`${folder}/`);
  return {
    stamp: box.stamp,
    read: (path, octetsMax) => (isProfile(path) ? files.read(path, octetsMax) : box.read(path, octetsMax)),
  };
}
