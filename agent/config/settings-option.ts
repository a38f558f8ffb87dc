/** `--config`, the same for every command that reads the settings. */
import type { Translate } from "../text/text.ts";
import { SETTINGS_PATH } from "./settings.ts";

export function settingsOption(t: Translate) {
  return {
    alias: "c",
    type: "string",
    requiresArg: true,
    default: SETTINGS_PATH,
    describe: t("option.config"),
  } as const;
}
