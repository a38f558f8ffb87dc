/**
 * The profiles that are shipped: which there are, and reading them through the Files port. One wrong or missing file
 * costs the profiles that need it, never the others: what was wrong is given back beside them.
 */
import { reasonOf } from "../config/file-refusal.ts";
import type { Trouble } from "../config/trouble.ts";
import { isAgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import { said } from "../text/said.ts";
import type { GatewayProfile } from "./profile.ts";
import { type ProfileFile, type ReadProfileFile, readProfileFile } from "./reading.ts";
import { wholeProfile } from "./whole.ts";

/** The model files, in the order in which they are shown. A test holds this list against the folder. */
export const MODELS: readonly string[] = [
  "kerlink-istation",
  "kerlink-ifemtocell",
  "kerlink-ifemtocell-evolution",
  "kerlink-ibts",
  "kerlink-izeptocell",
  "kerlink-iseries",
  "kerlink-wirnet-station",
  "sx1302-linux",
  "companion",
];
export const PROFILE_OCTETS_MAX = 64 * 1024;

export interface ReadProfiles {
  readonly profiles: readonly GatewayProfile[];
  readonly troubles: readonly Trouble[];
}

/**
 * Reads profiles with all that they stand on.
 * @param folder where the model files are, absolute; their systems are in `systems/` below.
 * @param models names of model files; all that are shipped, unless told otherwise.
 * @returns never rejects for a file: what cannot be used is a trouble.
 */
export async function readProfiles(
  files: Pick<Files, "read">,
  folder: string,
  models: readonly string[] = MODELS,
): Promise<ReadProfiles> {
  const profiles: GatewayProfile[] = [];
  const troubles: Trouble[] = [];
  const systems = new Map<string, ProfileFile | undefined>();

  const readOne = async (path: string): Promise<ProfileFile | undefined> => {
    const read = await readFile(files, path);
    if (read.ok) return read.file;
    troubles.push(...read.troubles);
    return undefined;
  };
  for (const name of models) {
    const model = await readOne(modelPath(folder, name));
    for (const system of model?.systems ?? []) {
      if (!systems.has(system)) systems.set(system, await readOne(systemPath(folder, system)));
      const beneath = systems.get(system);
      if (model === undefined || beneath === undefined) continue;
      const whole = wholeProfile(model, beneath, { model: name, system });
      if (whole.ok) profiles.push(whole.profile);
      else troubles.push(...whole.troubles);
    }
  }
  return { profiles, troubles };
}

export function modelPath(folder: string, model: string): string {
  return `${folder}/${model}.toml`;
}

export function systemPath(folder: string, system: string): string {
  return `${folder}/systems/${system}.toml`;
}

/** One file; whatever keeps it from being used is a trouble. */
export async function readFile(files: Pick<Files, "read">, path: string): Promise<ReadProfileFile> {
  const refused = (trouble: Pick<Trouble, "expected" | "found">): ReadProfileFile => ({
    ok: false,
    troubles: [{ code: "syntax", origin: { kind: "file", file: path }, key: "", ...trouble }],
  });
  let content: Buffer | undefined;
  try {
    content = await files.read(path);
  } catch (error) {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return refused({ expected: said("expected.readable", { reason: reasonOf(error) }) });
  }
  if (content === undefined) return refused({ expected: said("expected.profileFile") });
  if (content.length > PROFILE_OCTETS_MAX) {
    const expected = said("expected.fileSize", { max: PROFILE_OCTETS_MAX });
    return refused({ expected, found: String(content.length) });
  }
  const tomlText = content.toString("utf8");
  if (!Buffer.from(tomlText).equals(content)) return refused({ expected: said("expected.utf8") });
  return readProfileFile({ tomlText, path });
}
