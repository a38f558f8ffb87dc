/**
 * `edge-agent profiles check [FILE…]`: every trouble of profile files, with file, line, key, and what was expected.
 * Without a file: of those that are shipped. The checks themselves: reading.ts, whole.ts.
 */
import { posix } from "node:path";
import { sayTrouble, type Trouble, troubleAsJson } from "../config/trouble.ts";
import { AgentError } from "../errors.ts";
import type { ProfileDoors } from "./commands.ts";
import { MODELS, modelPath, readFile, systemPath } from "./files.ts";
import type { ProfileFile } from "./reading.ts";
import { wholeProfile } from "./whole.ts";

/** @throws AgentError SETTINGS_INVALID after having shown the troubles; FILE_IO when there is nothing to check. */
export async function checkProfiles(
  doors: ProfileDoors,
  { files: given = [], json }: { readonly files?: readonly string[]; readonly json: boolean },
): Promise<void> {
  const { t, write, folder } = doors;
  const shipped = folder === undefined ? [] : MODELS.map((name) => modelPath(folder, name));
  const paths = given.length > 0 ? given : shipped;
  if (paths.length === 0) throw new AgentError("FILE_IO", t("profiles.none"));
  const troubles: Trouble[] = [];
  for (const path of paths) {
    const found = await checkFile(doors, path);
    // A system's file is looked at with each of its models: it is said once.
    const fresh = found.filter(
      (one) => !troubles.some((known) => sayTrouble(known, t) === sayTrouble(one, t)),
    );
    troubles.push(...fresh);
    if (json) continue;
    for (const trouble of fresh) write(`${sayTrouble(trouble, t)}\n`);
    if (found.length === 0) write(`${t("profiles.good", { path })}\n`);
  }
  if (json) {
    const said = troubles.map((trouble) => troubleAsJson(trouble, t));
    write(`${JSON.stringify({ ok: troubles.length === 0, files: paths, troubles: said })}\n`);
  }
  if (troubles.length > 0) {
    throw new AgentError("SETTINGS_INVALID", t("profiles.troubles", { count: troubles.length }));
  }
}

/** A model's file is checked with the systems it stands on: theirs beside it, else the shipped ones. */
async function checkFile({ files, folder }: ProfileDoors, path: string): Promise<readonly Trouble[]> {
  const read = await readFile(files, path);
  if (!read.ok) return read.troubles;
  const troubles: Trouble[] = [];
  for (const system of read.file.systems) {
    const beneath = await readSystem(system);
    if ("troubles" in beneath) {
      troubles.push(...beneath.troubles);
      continue;
    }
    const model = posix.basename(path, ".toml");
    const whole = wholeProfile(read.file, beneath, { model, system });
    if (!whole.ok) troubles.push(...whole.troubles);
  }
  return troubles;

  async function readSystem(
    system: string,
  ): Promise<ProfileFile | { readonly troubles: readonly Trouble[] }> {
    const beside = await readFile(files, posix.join(posix.dirname(path), "systems", `${system}.toml`));
    if (beside.ok) return beside.file;
    const isThere = beside.troubles.some(({ expected }) => expected.key !== "expected.profileFile");
    if (isThere || folder === undefined) return { troubles: beside.troubles };
    const shipped = await readFile(files, systemPath(folder, system));
    return shipped.ok ? shipped.file : { troubles: shipped.troubles };
  }
}
