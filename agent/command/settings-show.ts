/**
 * The command settings: those in force, as `edge-agent config print --json` shows them, secrets hidden; and, as this
 * leaves the gateway, what may hide one: the arguments of programs, and what stands behind the "?" of an address.
 */
import { diffSettings } from "../config/diff.ts";
import { printJson } from "../config/print.ts";
import type { Settings } from "../config/settings.ts";
import { HIDDEN, withoutUrlSecrets } from "../config/shown-url.ts";
import type { Origin } from "../config/trouble.ts";
import type { Clock } from "../ports.ts";
import { isTable } from "./arguments.ts";
import type { GivenTo } from "./catalogue.ts";
import { type Answer, done, failed } from "./reply.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { TrialNote } from "./trial-note.ts";

export interface SettingsShowParts {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly file: SettingsFile | undefined;
  readonly trial: () => TrialNote | undefined;
  readonly settings: () => Settings;
}

export async function showSettings(
  parts: SettingsShowParts,
  { origins = false }: GivenTo<"settings">,
): Promise<Answer> {
  const { file, settings } = parts;
  const inForce = settings();
  const content = file && (await file.files.read(file.settingsPath));
  const loaded = file && content && (await file.check(content.toString("utf8")));
  if (!loaded?.ok) {
    const shown = withoutSecrets(printJson(asLoaded(inForce), { origin: false }));
    return file === undefined ? done(shown) : failed("settingsInvalid");
  }
  const shown = withoutSecrets(printJson({ ...loaded, settings: inForce }, { origin: false }));
  const trial = parts.trial();
  return done({
    ...shown,
    ...(origins ? { origins: originsOf(loaded.origins) } : {}),
    waiting: diffSettings(inForce, loaded.settings).restart,
    ...(trial === undefined ? {} : { trial: tellTrial(trial, parts.clock) }),
  });
}

function withoutSecrets(printed: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(printed, hideWithin)) as Record<string, unknown>;
}

/** By the names that such settings have in the table (config/table.ts). */
function hideWithin(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    if (name.endsWith("_command")) return programOf(value);
    if (name === "servers") return value.map((url) => withoutUrlSecrets(String(url)));
  }
  if (name === "exec" && isTable(value))
    return Object.fromEntries(Object.entries(value).map(([of, argv]) => [of, programOf(argv as unknown[])]));
  return value;
}

function programOf([program, ...given]: readonly unknown[]): unknown[] {
  return program === undefined ? [] : [program, ...given.map(() => HIDDEN)];
}

function asLoaded(settings: Settings): Parameters<typeof printJson>[0] {
  return { ok: true, settings, origins: new Map(), warnings: [] };
}

function originsOf(origins: ReadonlyMap<string, Origin>): Record<string, string> {
  const told = [...origins].filter(([, { kind }]) => kind !== "default");
  return Object.fromEntries(told.map(([key, { kind }]) => [key, kind]));
}

function tellTrial(
  { state, id, coreId, untilMonotonicMs }: TrialNote,
  clock: Pick<Clock, "monotonicMs">,
): object {
  const leftMs = Math.max(0, untilMonotonicMs - clock.monotonicMs());
  return state === "onTrial" ? { state, id, coreId, leftS: Math.ceil(leftMs / 1e3) } : { state, id, coreId };
}
