/**
 * The agent's own settings file as setup wants it: what stands in it stays, the listen address and one core are added.
 * Where there is none it is made, from the example that the package has put beside it, else from the sample. Nothing is
 * written here; what comes out has been checked as `config check` would.
 */

import { sampleFile } from "../config/document.ts";
import type { Environment } from "../config/environment.ts";
import { loadSettingsFile } from "../config/load.ts";
import { settingsUnusable } from "../config/open.ts";
import { writeToml } from "../config/print.ts";
import type { AskProfile } from "../config/profile-defaults.ts";
import type { Settings } from "../config/settings.ts";
import { sayTrouble } from "../config/trouble.ts";
import { AgentError } from "../errors.ts";
import type { Box, BoxFile, Files } from "../ports.ts";
import type { Translate } from "../text/text.ts";
import { editForwarderText, type KeyEdit } from "./forwarder-text.ts";

export interface OwnSettings {
  readonly path: string;
  readonly before: BoxFile | undefined;
  readonly content: Buffer;
  readonly settings: Settings;
}

export interface OwnDoors {
  readonly files: Files;
  readonly box: Box;
  readonly env: Environment;
  readonly t: Translate;
  readonly askProfile: AskProfile;
}

/**
 * The file as it is, or as it would be made.
 * @param journal where the profile wants the journal.
 * @param listen as forwarder.listen has it; undefined: it stays.
 * @throws AgentError SETTINGS_INVALID, FILE_IO
 */
export async function readOwnSettings(
  doors: OwnDoors,
  path: string,
  { journal, listen }: { readonly journal: string; readonly listen: string | undefined },
): Promise<OwnSettings> {
  const before = await doors.box.look(path);
  const edits: KeyEdit[] = [];
  let content = before?.content;
  if (content === undefined) {
    content = await doors.box.read(`${path}.example`);
    if (content === undefined) {
      content = Buffer.from(sampleFile(doors.t));
      edits.push({ key: "journal.path", value: journal });
    }
  }
  if (listen !== undefined) edits.push({ key: "forwarder.listen", value: listen });
  return load(
    doors,
    path,
    before,
    edited(doors.t, before ? content : uncommented(content, edits), edits, path),
  );
}

/**
 * The same with a core for this server, unless it has one.
 * @param url of a server behind Semtech UDP.
 * @throws AgentError SETTINGS_INVALID
 */
export async function withCore(doors: OwnDoors, own: OwnSettings, url: string): Promise<OwnSettings> {
  const { path, before, settings } = own;
  if (before !== undefined && settings.cores.some(({ servers }) => servers.includes(url))) return own;
  const eol = own.content.includes("\r\n") ? "\r\n" : "\n";
  // The example's core is nobody's.
  const text = own.content.toString("latin1");
  const kept = before === undefined ? text.replace(EXAMPLE_CORES, "") : text;
  const gap = kept === "" || kept.endsWith(eol + eol) ? "" : kept.endsWith("\n") ? eol : eol + eol;
  const core = coreLines(doors.t, before === undefined ? [] : settings.cores, url).join(eol);
  const content = Buffer.concat([Buffer.from(kept + gap, "latin1"), Buffer.from(core + eol)]);
  if (before !== undefined) return load(doors, path, before, content);
  // The server has had all that has a good CRC, also what is no LoRaWAN.
  const edits = [{ key: "filter.lorawan_only", value: false }];
  return load(doors, path, before, edited(doors.t, uncommented(content, edits), edits, path));
}

/** The sample's line of a key, `#key = …` below its table's header, becomes the one that is set. */
function uncommented(content: Buffer, edits: readonly KeyEdit[]): Buffer {
  let text = content.toString("latin1");
  for (const { key, value } of edits) {
    const [table = "", name = ""] = key.split(".");
    const line = new RegExp(`(^\\[${table}\\]\\r?\\n(?:(?!\\[).*\\n)*?)#${name} = .*`, "m");
    text = text.replace(line, (_all, before: string) => `${before}${name} = ${writeToml(value)}`);
  }
  return Buffer.from(text, "latin1");
}

/** Each to the next header of another table, or to the end. */
const EXAMPLE_CORES = /^\[\[core\]\][\s\S]*?(?=^\[(?!\[core\]\])|$(?![\s\S]))/gm;

/** @param others come before it; the first core may transmit without a word. */
function coreLines(t: Translate, others: Settings["cores"], url: string): string[] {
  return [
    "[[core]]",
    `# ${t("setup.coreComment")}`,
    `id = ${writeToml(freeId(others))}`,
    'kind = "gwmp"',
    `servers = ${writeToml([url])}`,
    ...(others.length === 0 ? [] : ["may_transmit = true"]),
  ];
}

function freeId(cores: Settings["cores"]): string {
  const taken = new Set(cores.map(({ id }) => id));
  for (let number = 1; ; number++) {
    const id = number === 1 ? "former" : `former-${number}`;
    if (!taken.has(id)) return id;
  }
}

function edited(t: Translate, content: Buffer, edits: readonly KeyEdit[], path: string): Buffer {
  const result = editForwarderText("toml", content, edits, path);
  if (!result.ok) throw new AgentError("SETTINGS_INVALID", sayTrouble(result.trouble, t));
  return result.content;
}

async function load(
  { files, env, t, askProfile }: OwnDoors,
  path: string,
  before: BoxFile | undefined,
  content: Buffer,
): Promise<OwnSettings> {
  const loaded = await loadSettingsFile({ ...files, read: async () => content }, path, env, askProfile);
  if (!loaded.ok) throw settingsUnusable(path, loaded.troubles, t);
  return { path, before, content, settings: loaded.settings };
}
