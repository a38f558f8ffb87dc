/** Which profile this box has, with all its facts: by name, or recognised by its files. */
import { AgentError } from "../errors.ts";
import { MODELS, readProfiles } from "../profile/files.ts";
import { nearestProfile, readIndex } from "../profile/index.ts";
import type { GatewayProfile } from "../profile/profile.ts";
import { recognise } from "../profile/recognise.ts";
import type { SetupDoors } from "./doors.ts";

const AUTO = "auto";

/** @throws AgentError USAGE for a name that is none, and for a box that several fit; FILE_IO without profiles. */
export async function profileOfBox(
  { files, box, folder, t }: Pick<SetupDoors, "files" | "box" | "folder" | "t">,
  asked: string = AUTO,
): Promise<GatewayProfile> {
  const entries = folder === undefined ? undefined : await readIndex(files, folder);
  if (folder === undefined || entries === undefined) throw new AgentError("FILE_IO", t("profiles.none"));
  const found = asked === AUTO ? await recognise(box, entries) : undefined;
  const name = found === undefined ? asked : found.profile?.name;
  if (found?.how === "ambiguous") {
    throw new AgentError("USAGE", t("setup.whichProfile", { candidates: found.candidates.join(", ") }));
  }
  const models = MODELS.filter((model) => name === model || name?.startsWith(`${model}-`));
  const { profiles } = await readProfiles(files, folder, models);
  const profile = profiles.find((one) => one.name === name);
  if (profile !== undefined) return profile;
  const names = entries.map((entry) => entry.name);
  const nearest = nearestProfile(asked, names);
  throw new AgentError("USAGE", t("profiles.noSuch", { name: asked, nearest }));
}

/** Where any profile would have what setup keeps. @throws AgentError FILE_IO without profiles */
export async function keepFolders(
  { files, folder, t }: SetupDoors,
  name: string,
): Promise<readonly string[]> {
  const { profiles } = folder === undefined ? { profiles: [] } : await readProfiles(files, folder);
  if (profiles.length === 0) throw new AgentError("FILE_IO", t("profiles.none"));
  return [...new Set(profiles.map(({ paths }) => `${paths.data.value}/${name}`))];
}
