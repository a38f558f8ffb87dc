/**
 * TOML text and environment in, checked settings out; or every trouble there is, not only the first.
 *
 * Order of precedence: environment, file, the gateway's profile, default. A value of the file that the environment replaces is not looked
 * at. The walk over the table is in reading.ts. Keep the imports light: every start of the agent on a small gateway
 * loads them.
 */
import { parse, TomlError } from "smol-toml";
import { AgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import { said } from "../text/said.ts";
import { heldPortWarnings, warningsOf } from "./cross.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { linesOf } from "./lines.ts";
import type { AskProfile, ProfileInUse } from "./profile-defaults.ts";
import { type GivenByProfile, readDocument } from "./reading.ts";
import type { Settings } from "./settings.ts";
import { CORES_MAX } from "./table.ts";
import { type Origin, showValue, TROUBLES_MAX, type Trouble, type Warning } from "./trouble.ts";

export const SETTINGS_OCTETS_MAX = 256 * 1024;
const NESTING_MAX = 16;

export interface LoadedSettings {
  readonly ok: true;
  readonly settings: Settings;
  /** Where each value comes from, by key: `journal.max_age`, `core[0].servers`. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly warnings: readonly Warning[];
  /** Absent when no profile was asked for. */
  readonly profile?: ProfileInUse;
}

export type Loaded = LoadedSettings | { readonly ok: false; readonly troubles: readonly Trouble[] };

/**
 * Reads the file and what the environment says.
 * @param askProfile what the gateway's profile gives; absent: nothing.
 * @throws AgentError FILE_IO when there is no such file or it cannot be read.
 */
export async function loadSettingsFile(
  files: Files,
  path: string,
  env: Environment,
  askProfile?: AskProfile,
): Promise<Loaded> {
  const content = await files.read(path);
  if (content === undefined) throw new AgentError("FILE_IO", `no such file: ${path}`);
  if (content.length > SETTINGS_OCTETS_MAX) return tooLarge(path, content.length);
  const tomlText = content.toString("utf8");
  if (!Buffer.from(tomlText).equals(content)) {
    const line = tomlText.slice(0, tomlText.indexOf("\uFFFD")).split("\n").length;
    const origin = { kind: "file", file: path, line } as const;
    return refused([{ code: "syntax", origin, key: "", expected: said("expected.utf8") }]);
  }
  const loaded = loadSettings({ tomlText, path, env });
  if (!loaded.ok || askProfile === undefined) return loaded;
  return withProfile(loaded, askProfile, (given) => loadSettings({ tomlText, path, env, given }));
}

/** Which profile it is stands in the settings, so they are read before it and once more with what it gives. */
async function withProfile(
  first: LoadedSettings,
  askProfile: AskProfile,
  again: (given: GivenByProfile) => Loaded,
): Promise<Loaded> {
  const { profile: found } = first.settings.gateway;
  const answer = await askProfile(found);
  if (!answer.ok) {
    const key = "gateway.profile";
    const { expected, nearest } = answer;
    const origin = first.origins.get(key) ?? { kind: "default" };
    return refused([{ code: "wrongValue", origin, key, expected, found: showValue(found, false), nearest }]);
  }
  const { profile, defaults } = answer;
  if (defaults.size === 0 && profile.heldPorts === undefined) return { ...first, profile };
  const second = again({ profile: profile.name ?? "", defaults });
  // A profile that gives what no setting takes is as good as none: it must not keep the agent from starting.
  if (!second.ok) return { ...first, profile: { ...profile, how: "missing" } };
  return {
    ...second,
    profile,
    warnings: [...second.warnings, ...heldPortWarnings(second.settings, profile)],
  };
}

/** @param from.path only named in what is said. */
export function loadSettings(from: {
  readonly tomlText: string;
  readonly path: string;
  readonly env: Environment;
  readonly given?: GivenByProfile;
}): Loaded {
  const { tomlText, path, env, given } = from;
  if (tomlText.length > SETTINGS_OCTETS_MAX) return tooLarge(path, tomlText.length);
  const parsed = parseToml(tomlText, path);
  if (!parsed.ok) return refused([parsed.trouble, ...readEnvironment(env, CORES_MAX).troubles]);
  const reading = readDocument({ document: parsed.document, path, lines: linesOf(tomlText), env, given });
  if (reading.troubles.length > 0) return refused(reading.troubles);
  // The table's type says that its rows give exactly the fields of Settings.
  const settings = reading.values as unknown as Settings;
  return { ok: true, settings, origins: reading.origins, warnings: warningsOf(settings) };
}

export type Parsed =
  | { readonly ok: true; readonly document: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly trouble: Trouble };

/** @param file only named in what is said. */
export function parseToml(tomlText: string, file: string): Parsed {
  try {
    return { ok: true, document: parse(tomlText, { integersAsBigInt: "asNeeded", maxDepth: NESTING_MAX }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line: what follows quotes the file, where a secret may stand.
    const detail = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const origin = { kind: "file", file, line: error.line, column: error.column } as const;
    const expected = said("expected.toml", { detail });
    return { ok: false, trouble: { code: "syntax", origin, key: "", expected } };
  }
}

function tooLarge(file: string, foundOctets: number): Loaded {
  const expected = said("expected.fileSize", { max: SETTINGS_OCTETS_MAX });
  const origin = { kind: "file", file } as const;
  return refused([{ code: "syntax", origin, key: "", expected, found: String(foundOctets) }]);
}

/** In the order of the file, then what the environment says; at most TROUBLES_MAX, and one that says so. */
function refused(troubles: readonly Trouble[]): Loaded {
  const sorted = [...troubles].sort((a, b) => lineOf(a) - lineOf(b));
  const kept = sorted.slice(0, TROUBLES_MAX);
  if (kept.length < sorted.length) {
    const expected = said("trouble.more", { max: TROUBLES_MAX });
    kept.push({ code: "tooMany", origin: { kind: "default" }, key: "", expected });
  }
  return { ok: false, troubles: kept };
}

function lineOf({ origin }: Trouble): number {
  return origin.kind === "file" ? (origin.line ?? 0) : Number.MAX_SAFE_INTEGER;
}
