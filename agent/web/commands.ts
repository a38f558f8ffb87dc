/** `edge-agent web code`: the words on the command line. What it does is loaded when called. */
import type { CommandModule } from "yargs";
import { settingsOption } from "../config/settings-option.ts";
import type { Translate } from "../text/text.ts";
import type { CodeArguments, CodeDoors } from "./code-command.ts";

/** @param open opens the doors: only when the command is called. */
export function webCommand(t: Translate, open: () => CodeDoors): CommandModule {
  return {
    command: "web",
    describe: t("command.web"),
    builder: (yargs) =>
      yargs
        .command(codeCommand(t, open) as never)
        .demandCommand(1, t("command.missing"))
        .example("sudo $0 web code", t("example.webCode")) as never,
    handler: () => undefined,
  };
}

function codeCommand(t: Translate, open: () => CodeDoors): CommandModule<object, CodeArguments> {
  return {
    command: "code",
    describe: t("command.webCode"),
    builder: (yargs) =>
      yargs
        .options({
          config: settingsOption(t),
          socket: { type: "string", requiresArg: true, describe: t("option.socket") },
          json: { type: "boolean", default: false, describe: t("option.json") },
        })
        .example("sudo $0 web code", t("example.webCode")) as never,
    handler: async (args) => (await import("./code-command.ts")).showCode(open(), args),
  };
}
