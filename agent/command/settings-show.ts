/** The command settings: those in force, as `edge-agent config print --json` shows them, secrets hidden (config/print.ts). */
import { diffSettings } from "../config/diff.ts";
import { printJson } from "../config/print.ts";
import type { Settings } from "../config/settings.ts";
import type { Origin } from "../config/trouble.ts";
import type { Clock } from "../ports.ts";
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
    const shown = printJson(asLoaded(inForce), { origin: false });
    return file === undefined ? done(shown) : failed("settingsInvalid");
  }
  const shown = printJson({ ...loaded, settings: inForce }, { origin: false });
  const trial = parts.trial();
  return done({
    ...shown,
    ...(origins ? { origins: originsOf(loaded.origins) } : {}),
    waiting: diffSettings(inForce, loaded.settings).restart,
    ...(trial === undefined ? {} : { trial: tellTrial(trial, parts.clock) }),
  });
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
