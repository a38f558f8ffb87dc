/**
 * The index of profiles: of each only what a start of the agent needs (its signs, its defaults, where the EUI is
 * written), in one small JSON file. Reading all profiles would cost a gateway half a second and 2 MB at every start.
 *
 * `npm run generate` makes it from the profiles, and a test holds it against them. The facts themselves: files.ts.
 */
import type { TomlValue } from "../config/kind.ts";
import { nearest } from "../config/nearest.ts";
import type { ForwarderHelp } from "../config/profile-defaults.ts";
import { isAgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import type { EuiSource, GatewayProfile, Sign } from "./profile.ts";

/** What a box has that no other profile fits. */
export const GENERIC = "sx1302-linux";

export interface ProfileEntry {
  readonly name: string;
  readonly title: string;
  readonly system: string;
  readonly recognise: {
    readonly model: readonly Sign[];
    readonly system: readonly Sign[];
    readonly fallback: boolean;
  };
  /** By the key of the setting. */
  readonly settings: Readonly<Record<string, TomlValue>>;
  readonly euiSources: readonly EuiSource[];
  /** Serial ports that the forwarder or the system reads. */
  readonly heldPorts?: readonly string[];
  /** isSure is of the command alone here. */
  readonly forwarder?: ForwarderHelp;
}

export function entryOf({
  name,
  title,
  system,
  recognise,
  settings,
  eui,
  serial,
  forwarder,
}: GatewayProfile): ProfileEntry {
  const help = helpOf(forwarder);
  return {
    name,
    title,
    system,
    recognise: {
      model: recognise.model.map(({ value }) => value),
      system: recognise.system.map(({ value }) => value),
      fallback: recognise.fallback,
    },
    settings: Object.fromEntries(settings.map(({ key, fact }) => [key, fact.value])),
    euiSources: eui.sources.map(({ value }) => value),
    heldPorts: serial.ports.flatMap(({ value }) => (value.reader === "free" ? [] : [value.path])),
    ...(help === undefined ? {} : { forwarder: help }),
  };
}

function helpOf(facts: GatewayProfile["forwarder"]): ForwarderHelp | undefined {
  const { restart, status, process: program, switchFile, switchOffKey } = facts;
  if (restart === undefined) return undefined;
  return {
    restart: restart.value,
    isSure: restart.certainty === "documented" || restart.certainty === "measured",
    ...(status && { status: status.value }),
    ...(program && { process: program.value }),
    ...(switchFile && { switchFile: switchFile.value }),
    ...(switchOffKey && { switchOffKey: switchOffKey.value }),
  };
}

/** What was probably meant by a name that is none: of a model without its system, the first of its profiles. */
export function nearestProfile(name: string, names: readonly string[]): string {
  return names.find((one) => one.startsWith(`${name}-`)) ?? nearest(name, names);
}

export function indexPath(folder: string): string {
  return `${folder}/index.json`;
}

/** @returns the entries; undefined when the file is missing, cannot be read, or is none of ours. */
export async function readIndex(
  files: Pick<Files, "read">,
  folder: string,
): Promise<readonly ProfileEntry[] | undefined> {
  try {
    const content = await files.read(indexPath(folder));
    const entries: unknown = content && JSON.parse(content.toString("utf8"));
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
  } catch (error) {
    if (!isAgentError(error, "FILE_IO") && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** As far as a file needs to be looked at that we have made ourselves: cut short, or of another version. */
function isEntry(entry: Partial<ProfileEntry> | null): entry is ProfileEntry {
  return (
    typeof entry?.name === "string" &&
    Array.isArray(entry.recognise?.model) &&
    Array.isArray(entry.recognise.system) &&
    Array.isArray(entry.euiSources) &&
    typeof entry.settings === "object"
  );
}
