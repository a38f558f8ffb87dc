/**
 * A settings file that somebody has named, and that is of another packet forwarder than the profile's: told by its form
 * or by its keys, and answered with the profiles that it would fit. What is wrong within a file of the right kind is
 * the parser's word, not this one's.
 */
import { AgentError } from "../errors.ts";
import { readProfiles } from "../profile/files.ts";
import { GENERIC } from "../profile/index.ts";
import type { GatewayProfile } from "../profile/profile.ts";
import type { SetupDoors } from "./doors.ts";
import { type ForwarderFormat, readForwarderText, valueAt } from "./forwarder-text.ts";

const NEAREST_MAX = 4;

/** @throws AgentError USAGE when the file is of another forwarder than the profile's */
export async function refuseMisfit(
  doors: SetupDoors,
  profile: GatewayProfile,
  file: string,
  content: Buffer,
): Promise<void> {
  if (!isMisfit(profile, file, content)) return;
  const { format, serverKey } = profile.forwarder;
  throw new AgentError(
    "USAGE",
    doors.t("setup.misfit", {
      file,
      profile: profile.name,
      format: format?.value.toUpperCase() ?? "?",
      key: serverKey?.value ?? "?",
      nearest: (await nearestProfiles(doors, file, content)).join(", ") || GENERIC,
    }),
  );
}

function isMisfit(profile: GatewayProfile, file: string, content: Buffer): boolean {
  const format = profile.forwarder.format?.value;
  if (format === undefined) return false;
  const extension = file.slice(file.lastIndexOf(".") + 1);
  const other: ForwarderFormat = format === "toml" ? "json" : "toml";
  if (extension === other) return true;
  const read = readForwarderText(format, content, file);
  if (!read.ok) return extension !== format && readForwarderText(other, content, file).ok;
  // What is empty, or has the forwarder's table without its server, is fresh from the factory.
  const table = profile.forwarder.serverKey?.value.split(".")[0] ?? "";
  return Object.keys(read.document).length > 0 && valueAt(read.document, table) === undefined;
}

/** Those that have a file of this path first, then those whose keys stand in it. */
async function nearestProfiles(
  { files, folder }: SetupDoors,
  file: string,
  content: Buffer,
): Promise<readonly string[]> {
  const { profiles } = folder === undefined ? { profiles: [] } : await readProfiles(files, folder);
  const hasPath = ({ forwarder }: GatewayProfile) => forwarder.settingsFiles?.value.includes(file) === true;
  const hasKey = ({ forwarder: { format, serverKey } }: GatewayProfile) => {
    const read = format && readForwarderText(format.value, content, file);
    return (
      read?.ok === true && serverKey !== undefined && valueAt(read.document, serverKey.value) !== undefined
    );
  };
  const fitting = profiles.filter((one) => hasPath(one) || hasKey(one));
  const ordered = [...fitting.filter(hasPath), ...fitting.filter((one) => !hasPath(one))];
  return ordered.slice(0, NEAREST_MAX).map(({ name }) => name);
}
